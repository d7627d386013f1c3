/* SPDX-License-Identifier: MIT
 *
 * backup.c - UR_BACKUP: the database, page by page, to a descriptor that came
 * with the order.  What is committed meanwhile is in the copy: SQLite writes
 * pages that were copied already once more.  One copy at a time.
 *
 * vmspool opens no file once it is shut in, so that SQLite reaches the copy by
 * a file system of one file: the descriptor.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "log.h"

#define BACKUP_PAGES 32 /* copied in one turn of the loop */

struct backup {
	struct client *client;
	uint32_t tag;
	int fd;
	sqlite3_vfs vfs;
	sqlite3 *to;
	sqlite3_backup *copy;
	struct event *turn;
};

/* --- a file system of one file --- */

struct backup_file {
	sqlite3_file base; /* first: SQLite's */
	int fd;
};

static int
file_fd(sqlite3_file *file)
{
	return ((struct backup_file *)file)->fd;
}

static int
file_close(sqlite3_file *file)
{
	(void)file; /* the descriptor is backup_close()'s */
	return SQLITE_OK;
}

static int
file_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
	ssize_t got = pread(file_fd(file), to, (size_t)n, at);

	if (got < 0)
		return SQLITE_IOERR_READ;
	if (got == n)
		return SQLITE_OK;
	memset((char *)to + got, 0, (size_t)(n - got));
	return SQLITE_IOERR_SHORT_READ;
}

static int
file_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
	const char *p = from;

	while (n > 0) {
		ssize_t put = pwrite(file_fd(file), p, (size_t)n, at);

		if (put <= 0)
			return put < 0 && errno != ENOSPC && errno != EDQUOT ?
			    SQLITE_IOERR_WRITE : SQLITE_FULL;
		p += put;
		at += put;
		n -= (int)put;
	}
	return SQLITE_OK;
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return ftruncate(file_fd(file), size) < 0 ? SQLITE_IOERR_TRUNCATE :
						    SQLITE_OK;
}

static int
file_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	return fsync(file_fd(file)) < 0 ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct stat st;

	if (fstat(file_fd(file), &st) < 0)
		return SQLITE_IOERR_FSTAT;
	*size = st.st_size;
	return SQLITE_OK;
}

/* Nobody else has it. */
static int
file_lock(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int
file_locked(sqlite3_file *file, int *locked)
{
	(void)file;
	*locked = 0;
	return SQLITE_OK;
}

static int
file_control(sqlite3_file *file, int op, void *arg)
{
	(void)file;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int
file_nothing(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static const sqlite3_io_methods file_methods = {
	.iVersion = 1,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_lock,
	.xCheckReservedLock = file_locked,
	.xFileControl = file_control,
	.xSectorSize = file_nothing,
	.xDeviceCharacteristics = file_nothing,
};

/* The copy itself; no journal, nothing temporary. */
static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *out)
{
	struct backup_file *f = (struct backup_file *)file;

	(void)name;
	f->base.pMethods = NULL;
	if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
		return SQLITE_CANTOPEN;
	f->base.pMethods = &file_methods;
	f->fd = *(const int *)vfs->pAppData;
	if (out != NULL)
		*out = flags;
	return SQLITE_OK;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	(void)name;
	(void)sync;
	return SQLITE_OK;
}

static int
vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *found)
{
	(void)vfs;
	(void)name;
	(void)flags;
	*found = 0;
	return SQLITE_OK;
}

static int
vfs_path(sqlite3_vfs *vfs, const char *name, int size, char *path)
{
	(void)vfs;
	sqlite3_snprintf(size, path, "%s", name);
	return SQLITE_OK;
}

/* The system's, but for what is about files. */
static int
vfs_register(sqlite3_vfs *vfs, int *fd)
{
	const sqlite3_vfs *system = sqlite3_vfs_find(NULL);

	if (system == NULL)
		return SQLITE_ERROR;
	*vfs = *system;
	vfs->szOsFile = (int)sizeof(struct backup_file);
	vfs->pNext = NULL;
	vfs->zName = "backup";
	vfs->pAppData = fd;
	vfs->xOpen = vfs_open;
	vfs->xDelete = vfs_delete;
	vfs->xAccess = vfs_access;
	vfs->xFullPathname = vfs_path;
	return sqlite3_vfs_register(vfs, 0);
}

/* --- the copy --- */

static void
backup_close(struct backup *b)
{
	b->client->spool->backup = NULL;
	if (b->copy != NULL)
		sqlite3_backup_finish(b->copy);
	sqlite3_close(b->to);
	if (b->turn != NULL)
		event_free(b->turn);
	close(b->fd);
	free(b);
}

static void
backup_over(struct backup *b, int rc)
{
	struct client *client = b->client;
	uint32_t tag = b->tag;

	if (rc == SQLITE_DONE) {
		rc = sqlite3_backup_finish(b->copy);
		b->copy = NULL;
		if (rc == SQLITE_OK && store_own_copy(b->fd) < 0)
			rc = SQLITE_IOERR_WRITE;
		if (rc == SQLITE_OK && fsync(b->fd) < 0)
			rc = SQLITE_IOERR_FSYNC;
	}
	if (rc != SQLITE_OK)
		log_warnx("backup: %s", sqlite3_errstr(rc));
	backup_close(b);
	client_answer(client, tag, store_errno(rc), 0);
}

static void
backup_turn(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval at_once = { 0, 0 };
	struct backup *b = arg;
	int rc = sqlite3_backup_step(b->copy, BACKUP_PAGES);

	(void)fd;
	(void)what;
	if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
		evtimer_add(b->turn, &at_once);
	else
		backup_over(b, rc);
}

static int
backup_begin(struct backup *b)
{
	struct store *store = &b->client->spool->store;
	int rc = vfs_register(&b->vfs, &b->fd);

	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_open_v2("backup", &b->to,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, b->vfs.zName);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(b->to, "PRAGMA journal_mode=OFF;"
		    "PRAGMA synchronous=OFF;", NULL, NULL, NULL);
	sqlite3_vfs_unregister(&b->vfs);
	if (rc != SQLITE_OK)
		return rc;
	b->copy = sqlite3_backup_init(b->to, "main", store->db, "main");
	return b->copy != NULL ? SQLITE_OK : sqlite3_errcode(b->to);
}

static bool
backup_empty(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0;
}

void
backup_start(struct client *client, const struct ipcchan_message *msg)
{
	const struct ipc_tag *order = msg->payload;
	struct spool *spool = client->spool;
	struct backup *b = NULL;
	int rc = -ENOMEM;

	if (spool->backup != NULL)
		rc = -EBUSY;
	else if (!backup_empty(msg->fd))
		rc = -EINVAL;
	else
		b = calloc(1, sizeof *b);
	if (b == NULL) {
		close(msg->fd);
		client_answer(client, order->tag, rc, 0);
		return;
	}
	*b = (struct backup){ .client = client, .tag = order->tag,
		.fd = msg->fd };
	spool->backup = b;
	b->turn = evtimer_new(spool->base, backup_turn, b);
	rc = b->turn == NULL ? SQLITE_NOMEM : backup_begin(b);
	if (rc != SQLITE_OK)
		backup_over(b, rc);
	else
		backup_turn(-1, 0, b);
}

void
backup_ended(struct client *client)
{
	struct backup *b = client->spool->backup;

	if (b != NULL && b->client == client)
		backup_close(b);
}
