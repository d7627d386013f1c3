/* SPDX-License-Identifier: MIT
 *
 * diskpipe.c - pieces of files in and out.  Knows no disk.
 */
#include "diskpipe.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "front.h"

/* As many bytes as there are, up to n; -1 with errno. */
static ssize_t
diskpipe_read(int fd, void *to, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = read(fd, (char *)to + done, n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static int
diskpipe_write(int fd, const void *from, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, from, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		from = (const char *)from + put;
		n -= (size_t)put;
	}
	return 0;
}

/* --- in --- */

int
diskpipe_open_in(struct diskpipe_in *in, const char *path, bool framed)
{
	in->framed = framed;
	in->name = path;
	in->piece = (struct diskpipe_header){ 0 };
	in->fd = strcmp(path, "-") == 0 ? STDIN_FILENO :
	    open(path, O_RDONLY | O_CLOEXEC);
	return in->fd < 0 ? front_fail("%s: %s", path, strerror(errno)) : 0;
}

void
diskpipe_close_in(struct diskpipe_in *in)
{
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	in->fd = -1;
}

/* The one at the other end says itself why it ended too early, if he can. */
static int
diskpipe_get_framed(struct diskpipe_in *in)
{
	ssize_t n = diskpipe_read(in->fd, &in->piece, sizeof in->piece);

	if (n == (ssize_t)sizeof in->piece && in->piece.len <= DISKPIPE_MAX &&
	    in->piece.kind >= DISKPIPE_DATA &&
	    in->piece.kind <= DISKPIPE_END &&
	    diskpipe_read(in->fd, in->data, in->piece.len) ==
	    (ssize_t)in->piece.len)
		return 0;
	return 1;
}

int
diskpipe_get(struct diskpipe_in *in)
{
	struct diskpipe_header *p = &in->piece;
	ssize_t n;

	if (in->framed)
		return diskpipe_get_framed(in);
	p->at += p->len;
	n = diskpipe_read(in->fd, in->data, sizeof in->data);
	if (n < 0)
		return front_fail("%s: %s", in->name, strerror(errno));
	p->kind = n > 0 ? DISKPIPE_DATA : DISKPIPE_END;
	p->len = (uint32_t)n;
	return 0;
}

/* --- out --- */

/* Everything goes to a file without a name first. */
static int
diskpipe_spool(struct diskpipe_out *out)
{
	FILE *f = tmpfile();

	if (f != NULL) {
		out->fd = fcntl(fileno(f), F_DUPFD_CLOEXEC, 3);
		fclose(f);
	}
	return out->fd < 0 ? front_fail("a temporary file: %s",
	    strerror(errno)) : 0;
}

/* What a signal removes; NULL: nothing. */
static const char *volatile diskpipe_unfinished;

static void
diskpipe_on_signal(int sig)
{
	const char *temp = diskpipe_unfinished;

	if (temp != NULL)
		unlink(temp);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Signals that are ignored stay so. */
static void
diskpipe_catch(const char *temp)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction ours = { .sa_handler = diskpipe_on_signal }, was;

	diskpipe_unfinished = temp;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (sigaction(signals[i], NULL, &was) == 0 &&
		    was.sa_handler == SIG_DFL)
			sigaction(signals[i], &ours, NULL);
}

/* A file beside the one that it will replace, as accessible as that. */
static int
diskpipe_beside(struct diskpipe_out *out, mode_t mode)
{
	if ((size_t)snprintf(out->temp, sizeof out->temp, "%s.XXXXXX",
	    out->path) >= sizeof out->temp)
		return front_fail("%s: name too long", out->name);
	out->fd = mkostemp(out->temp, O_CLOEXEC);
	if (out->fd < 0) {
		front_fail("%s: %s", out->name, strerror(errno));
		out->temp[0] = '\0'; /* not ours to remove */
		return 1;
	}
	diskpipe_catch(out->temp);
	return fchmod(out->fd, mode) < 0 ? front_fail("%s: %s", out->name,
	    strerror(errno)) : 0;
}

int
diskpipe_open_out(struct diskpipe_out *out, const char *path, bool framed)
{
	mode_t mask = umask(0);
	struct stat st;

	umask(mask);

	*out = (struct diskpipe_out){ .fd = -1, .framed = framed,
		.name = path };
	if (framed) {
		out->fd = STDOUT_FILENO;
		return 0;
	}
	if (strcmp(path, "-") == 0)
		return diskpipe_spool(out);
	if (realpath(path, out->path) == NULL)
		snprintf(out->path, sizeof out->path, "%s", path);
	if (stat(path, &st) < 0)
		return diskpipe_beside(out, 0666 & ~mask);
	return S_ISREG(st.st_mode) ? diskpipe_beside(out, st.st_mode & 0777) :
	    diskpipe_spool(out);
}

int
diskpipe_open_stream(struct diskpipe_out *out, const char *path, bool framed)
{
	if (framed || strcmp(path, "-") != 0)
		return diskpipe_open_out(out, path, framed);
	*out = (struct diskpipe_out){ .fd = STDOUT_FILENO, .stream = true,
		.name = path };
	return 0;
}

static int
diskpipe_failed(const struct diskpipe_out *out)
{
	return front_fail("%s: %s", out->name, strerror(errno));
}

static int
diskpipe_frame(struct diskpipe_out *out, enum diskpipe_kind kind, uint64_t at,
    const void *data, size_t len)
{
	struct diskpipe_header head = { .kind = kind, .len = (uint32_t)len,
		.at = at };

	return diskpipe_write(out->fd, &head, sizeof head) < 0 ||
	    diskpipe_write(out->fd, data, len) < 0 ? 1 : 0;
}

int
diskpipe_put(struct diskpipe_out *out, uint64_t at, const void *data,
    size_t len)
{
	if (out->framed) {
		while (len > 0) {
			size_t n = len < DISKPIPE_MAX ? len : DISKPIPE_MAX;

			if (diskpipe_frame(out, DISKPIPE_DATA, at, data,
			    n) != 0)
				return 1;
			data = (const char *)data + n;
			at += n;
			len -= n;
		}
		return 0;
	}
	if (out->stream)
		return diskpipe_write(out->fd, data, len) < 0 ?
		    diskpipe_failed(out) : 0;
	while (len > 0) {
		ssize_t n = pwrite(out->fd, data, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return diskpipe_failed(out);
		data = (const char *)data + n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

int
diskpipe_again(struct diskpipe_out *out)
{
	if (out->framed)
		return diskpipe_frame(out, DISKPIPE_AGAIN, 0, NULL, 0);
	return ftruncate(out->fd, 0) < 0 ? diskpipe_failed(out) : 0;
}

/* A rename is on disk when its folder is. */
static int
diskpipe_rename(const struct diskpipe_out *out)
{
	char copy[PATH_MAX];
	int folder, rc;

	if (fsync(out->fd) < 0 || rename(out->temp, out->path) < 0)
		return -1;
	snprintf(copy, sizeof copy, "%s", out->path);
	folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -1;
	rc = fsync(folder);
	close(folder);
	return rc;
}

static int
diskpipe_pour(const struct diskpipe_out *out)
{
	int to = out->path[0] == '\0' ? STDOUT_FILENO :
	    open(out->path, O_WRONLY | O_CLOEXEC);
	char buf[DISKPIPE_MAX];
	ssize_t n = 0;

	if (to < 0 || lseek(out->fd, 0, SEEK_SET) < 0)
		return -1;
	while ((n = diskpipe_read(out->fd, buf, sizeof buf)) > 0)
		if (diskpipe_write(to, buf, (size_t)n) < 0) {
			n = -1;
			break;
		}
	if (to != STDOUT_FILENO)
		close(to);
	return n < 0 ? -1 : 0;
}

int
diskpipe_end(struct diskpipe_out *out, uint64_t size)
{
	if (out->framed)
		return diskpipe_frame(out, DISKPIPE_END, size, NULL, 0);
	if (out->stream)
		return 0;
	if (ftruncate(out->fd, (off_t)size) < 0 ||
	    (out->temp[0] == '\0' ? diskpipe_pour(out) :
	    diskpipe_rename(out)) < 0)
		return diskpipe_failed(out);
	diskpipe_unfinished = NULL;
	out->temp[0] = '\0';
	return 0;
}

void
diskpipe_close_out(struct diskpipe_out *out)
{
	diskpipe_unfinished = NULL;
	if (out->temp[0] != '\0')
		unlink(out->temp);
	if (out->fd > STDERR_FILENO)
		close(out->fd);
	out->fd = -1;
}

int
diskpipe_copy(struct diskpipe_in *in, struct diskpipe_out *out)
{
	for (;;) {
		const struct diskpipe_header *p = &in->piece;
		int rc;

		if (diskpipe_get(in) != 0)
			return 1;
		if (p->kind == DISKPIPE_END)
			return diskpipe_end(out, p->at);
		rc = p->kind == DISKPIPE_AGAIN ? diskpipe_again(out) :
		    diskpipe_put(out, p->at, in->data, p->len);
		if (rc != 0)
			return rc;
	}
}
