/* SPDX-License-Identifier: MIT
 *
 * spoolqueue.c - vm370 spool list, purge, backup and check: files of the
 * spool, and the spool itself.  Reads no card.
 */
#include "spoolcmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "diskpipe.h"
#include "name.h"

/* One question and its answer, on a channel for it alone. */
static int
spoolqueue_once(struct spoolcmd *c, enum ipc_type type, int fd, FILE *text,
    struct ipc_ur_done *done)
{
	struct spoolchan s;
	struct ipc_tag tag;
	int rc;

	if (spoolchan_open(&s, c->front) != 0)
		return 1;
	tag.tag = s.tag;
	rc = spoolchan_send(&s, type, &tag, sizeof tag, fd);
	if (rc == 0)
		rc = spoolchan_done(&s, done, NULL, NULL, text);
	spoolchan_close(&s);
	return rc;
}

/* Of all files that the command is about, in as many questions as it takes;
 * *sum has what their answers say together. */
static int
spoolqueue_each(struct spoolcmd *c, enum ipc_ur_op op, spoolchan_row *row,
    void *arg, struct ipc_ur_done *sum)
{
	struct ipc_ur_ask ask = { .op = (uint8_t)op, .queue = c->queue,
		.spoolid = c->id, .by = c->id != 0 ? BY_ID : BY_ALL };
	struct ipc_ur_done done = { 0 };
	struct spoolchan s;
	int rc;

	*sum = done;
	if (spoolchan_open(&s, c->front) != 0)
		return 1;
	ask.tag = s.tag;
	if (!name_empty(c->user))
		ask.owner = spoolchan_user(&s, c->user);
	do {
		rc = spoolchan_send(&s, IPC_UR_ASK, &ask, sizeof ask, -1);
		if (rc == 0)
			rc = spoolchan_done(&s, &done, row, arg, NULL);
		if (rc != 0)
			break;
		sum->count += done.count;
		sum->busy += done.busy;
		sum->rc = done.rc;
		ask.after = done.cursor;
	} while (done.rc == 0 && done.more);
	spoolchan_close(&s);
	return rc;
}

/* --- list --- */

/* A text of a file, whatever it holds, as one word. */
static const char *
spoolqueue_text(char *buf, const char *text, size_t max)
{
	size_t n = strnlen(text, max);

	for (size_t i = 0; i < n; i++)
		buf[i] = text[i] > ' ' && text[i] <= '~' ? text[i] : '?';
	buf[n] = '\0';
	return n > 0 ? buf : "-";
}

static const char *
spoolqueue_hold(const struct spool_attr *attr)
{
	static const char *const holds[] = { "NONE", "USER", "SYS", "USYS" };

	return holds[attr->hold & (SPOOL_HOLD_USER | SPOOL_HOLD_SYSTEM)];
}

static const char *
spoolqueue_when(char buf[20], int64_t ns)
{
	time_t when = (time_t)(ns / 1000000000);
	struct tm tm;

	localtime_r(&when, &tm);
	strftime(buf, 20, "%Y-%m-%d %H:%M:%S", &tm);
	return buf;
}

static void
spoolqueue_head(void)
{
	printf("%-8s %-5s %-4s %-8s %-5s %-8s %-3s %-4s %-10s %-8s %-9s %-8s "
	    "%s\n", "OWNER", "QUEUE", "FILE", "ORIGINID", "CLASS", "RECORDS",
	    "CPY", "HOLD", "DATE", "TIME", "NAME", "TYPE", "DIST");
}

static int
spoolqueue_row(const struct ipc_ur_row *row, void *arg)
{
	static const char *const queues[] = { "?", "RDR", "PUN", "PRT" };
	static const char *const devices[] = { "?", "RDR", "PUN", "PRT",
		"CON" };
	char name[SPOOL_NAME_MAX + 1], type[SPOOL_TYPE_MAX + 1];
	char dist[SPOOL_DIST_MAX + 1], when[20];
	const struct spool_file *f = &row->file;
	bool *headed = arg;

	if (!*headed)
		spoolqueue_head();
	*headed = true;
	printf("%-8s %-5s %04u %-8s %c %-3s %08llu %03u %-4s %s %-9s %-8s "
	    "%s%s\n", name_text(f->owner.user).s,
	    queues[f->queue <= SPOOL_PRT ? f->queue : 0], f->spoolid,
	    name_text(f->origin.user).s, f->attr.class,
	    devices[f->device <= SPOOL_ON_CON ? f->device : 0],
	    (unsigned long long)f->records, f->attr.copies,
	    spoolqueue_hold(&f->attr), spoolqueue_when(when, f->closed_ns),
	    spoolqueue_text(name, f->attr.name, SPOOL_NAME_MAX),
	    spoolqueue_text(type, f->attr.type, SPOOL_TYPE_MAX),
	    spoolqueue_text(dist, f->attr.dist, SPOOL_DIST_MAX),
	    f->damaged ? " DAMAGED" : f->active ? " ACTIVE" : "");
	return 0;
}

int
spoolqueue_list(struct spoolcmd *c)
{
	struct ipc_ur_done done;
	bool headed = false;
	int rc;

	rc = spoolqueue_each(c, ASK_QUERY, spoolqueue_row, &headed, &done);
	if (rc == 0 && done.rc == 0 && !headed)
		spoolqueue_head();
	return rc == 0 && done.rc != 0 ? spoolchan_fail("list", done.rc) : rc;
}

/* --- purge --- */

int
spoolqueue_purge(struct spoolcmd *c)
{
	struct ipc_ur_done done;
	char what[32];
	int rc = spoolqueue_each(c, ASK_PURGE, NULL, NULL, &done);

	if (done.count > 0 || (rc == 0 && done.rc == 0))
		printf("%u file%s purged\n", done.count,
		    done.count == 1 ? "" : "s");
	snprintf(what, sizeof what, c->id != 0 ? "%s %04u" : "%s",
	    name_text(c->user).s, c->id);
	if (rc == 0 && done.rc != 0)
		return spoolchan_fail(what, done.rc);
	if (rc == 0 && done.busy > 0)
		return front_fail("%s: %u in use and not purged", what,
		    done.busy);
	return rc;
}

/* --- backup --- */

/* In the lab no file of the host is in reach: one in the home directory, which
 * has no name, takes the copy, and its bytes go on from there. */
static int
spoolqueue_nameless(const struct front *front)
{
	char path[PATH_MAX];
	int fd;

	if (!front_path(front, "spool/backup.XXXXXX", path, sizeof path))
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		front_fail("%s: %s", path, strerror(errno));
	else
		unlink(path);
	return fd;
}

static int
spoolqueue_pour(int fd, struct diskpipe_out *out)
{
	static char data[DISKPIPE_MAX];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, data, sizeof data, at)) > 0) {
		if (diskpipe_put(out, (uint64_t)at, data, (size_t)n) != 0)
			return 1;
		at += n;
	}
	return n < 0 ? front_fail("the copy of the spool: %s",
	    strerror(errno)) : 0;
}

int
spoolqueue_backup(struct spoolcmd *c)
{
	static struct diskpipe_out out;
	struct ipc_ur_done done;
	struct stat st = { 0 };
	int fd, rc;

	if (diskpipe_open_out(&out, c->words[0], c->relay) != 0)
		return 1;
	fd = c->relay ? spoolqueue_nameless(c->front) : out.fd;
	rc = fd < 0 ? 1 : spoolqueue_once(c, IPC_UR_BACKUP, fd, stderr, &done);
	if (rc == 0 && done.rc != 0)
		rc = spoolchan_fail("backup", done.rc);
	if (rc == 0 && c->relay)
		rc = spoolqueue_pour(fd, &out);
	if (rc == 0 && fstat(fd, &st) < 0)
		rc = front_fail("%s: %s", c->words[0], strerror(errno));
	if (rc == 0)
		rc = diskpipe_end(&out, (uint64_t)st.st_size);
	if (c->relay && fd >= 0)
		close(fd);
	diskpipe_close_out(&out);
	return rc;
}

/* --- check --- */

int
spoolqueue_check(struct spoolcmd *c)
{
	struct ipc_ur_done done;
	int rc = spoolqueue_once(c, IPC_UR_CHECK, -1, stdout, &done);

	if (rc == 0 && done.rc != 0)
		return spoolchan_fail("check", done.rc);
	return rc == 0 && (done.count > 0 || done.text_len > 0) ?
	    front_fail("the spool is damaged") : rc;
}
