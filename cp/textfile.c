/* SPDX-License-Identifier: MIT
 *
 * textfile.c - whole files in, whole files out.
 */
#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
textfile_fill(int fd, size_t size, size_t *len)
{
	char *text = malloc(size + 1);
	size_t at = 0;

	if (text == NULL)
		return NULL;
	while (at < size) {
		ssize_t n = read(fd, text + at, size - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(text);
			return NULL;
		}
		if (n == 0)
			break;
		at += (size_t)n;
	}
	text[at] = '\0';
	*len = at;
	return text;
}

char *
textfile_read(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = NULL;
	struct stat st;
	int error;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			errno = EISDIR;
		else if (st.st_size > (off_t)TEXTFILE_MAX)
			errno = EFBIG;
		else
			text = textfile_fill(fd, (size_t)st.st_size, len);
	}
	error = errno;
	close(fd);
	errno = error;
	return text;
}

static int
textfile_write(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return fsync(fd);
}

/* A rename is on disk when its folder is. */
static int
textfile_sync_folder(const char *path)
{
	char copy[PATH_MAX];
	int fd, rc, error;

	snprintf(copy, sizeof copy, "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	error = errno;
	close(fd);
	errno = error;
	return rc;
}

/* The old file's mode and owner; only root can give a file away, and for
 * anybody else the new file is his as the old one was. */
static int
textfile_inherit(int fd, const char *path, unsigned mode)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? fchmod(fd, mode) : -1;
	if (fchown(fd, st.st_uid, st.st_gid) < 0 && errno != EPERM)
		return -1;
	return fchmod(fd, st.st_mode & 07777);
}

int
textfile_replace(const char *path, const char *text, size_t len, unsigned mode)
{
	char temp[PATH_MAX];
	int error, fd;

	if ((size_t)snprintf(temp, sizeof temp, "%s.XXXXXX", path) >=
	    sizeof temp) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (textfile_inherit(fd, path, mode) < 0 ||
	    textfile_write(fd, text, len) < 0 || rename(temp, path) < 0) {
		error = errno;
		close(fd);
		unlink(temp);
		errno = error;
		return -1;
	}
	close(fd);
	return textfile_sync_folder(path);
}
