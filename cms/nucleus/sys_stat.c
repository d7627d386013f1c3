/* SPDX-License-Identifier: MIT
 *
 * sys_stat.c - what a file is: the stat family, access, and a file's time.
 */
#include "calendar.h"
#include "clock.h"
#include "console.h"
#include "fd.h"
#include "stream.h"
#include "syscall.h"

#define S_IFCHR 0020000
#define S_IFDIR 0040000
#define S_IFREG 0100000

#define BLOCK 4096     /* what a program had best read at a time */
#define STAT_BLOCK 512 /* what struct stat counts */
#define DEVICE_CONSOLE_NUMBER 0x500 /* 5, 0 */

#define NS_PER_SECOND 1000000000ll
#define UTIME_NOW 0x3FFFFFFF
#define UTIME_OMIT 0x3FFFFFFE

#define R_OK 4
#define W_OK 2
#define X_OK 1

#define STATX_BASIC 0x7FF

struct sys_stat {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, pad;
	uint64_t rdev;
	int64_t size, blksize, blocks;
	int64_t times[6];
	int64_t unused[3];
};

_Static_assert(sizeof(struct sys_stat) == 144, "struct stat");

struct sys_statx_time {
	int64_t sec;
	uint32_t nsec, zero;
};

struct sys_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, zero0;
	uint64_t ino, size, blocks, attributes_mask;
	struct sys_statx_time atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t zero1[14];
};

_Static_assert(sizeof(struct sys_statx) == 256, "struct statx");

/* --- what there is to know --- */

static void
stat_console(struct sys_stat *st)
{
	*st = (struct sys_stat){
		.ino = 1,
		.nlink = 1,
		.mode = S_IFCHR | 0620,
		.rdev = DEVICE_CONSOLE_NUMBER,
		.blksize = 1024,
	};
}

static void
stat_directory(struct sys_stat *st, char mode)
{
	*st = (struct sys_stat){
		.ino = (uint64_t)mode,
		.nlink = 2,
		.mode = S_IFDIR | 0755,
		.blksize = BLOCK,
	};
}

uint64_t
sys_file_number(const struct edf_stat *e)
{
	uint64_t n = 0xCBF29CE484222325;

	for (int i = 0; i < EDF_NAME; i++)
		n = (n ^ (uint8_t)e->name[i]) * 0x100000001B3;
	for (int i = 0; i < EDF_NAME; i++)
		n = (n ^ (uint8_t)e->type[i]) * 0x100000001B3;
	return n;
}

/* A disk's number: 0, vdev, as Linux packs the two. */
static uint64_t
stat_device(const struct access *a)
{
	uint64_t vdev = a != NULL ? a->vdev : 0;

	return (vdev & 0xFF) | (vdev & ~0xFFull) << 12;
}

static void
stat_file(struct sys_stat *st, const struct access *a,
    const struct edf_stat *e, uint64_t size)
{
	int64_t when = calendar_seconds(&e->date) - clock_offset();

	*st = (struct sys_stat){
		.dev = stat_device(a),
		.ino = sys_file_number(e),
		.nlink = 1,
		.mode = S_IFREG | (a == NULL || a->read_only ? 0555 : 0755),
		.size = (int64_t)size,
		.blksize = BLOCK,
		.blocks = (int64_t)(size + STAT_BLOCK - 1) / STAT_BLOCK,
		.times = { when, 0, when, 0, when, 0 },
	};
}

static int
stat_path(struct sys_stat *st, const struct path *path)
{
	struct access *a;
	struct edf_stat e;
	uint64_t size;
	int rc;

	if (path->kind == PATH_DISK && access_find(path->id.mode) == NULL)
		return E_NOENT;
	if (path->kind != PATH_FILE) {
		stat_directory(st, path->id.mode);
		return 0;
	}
	rc = sys_find(path, &a, &e);
	if (rc == 0)
		rc = stream_size_of(a, &e, &size);
	if (rc == 0)
		stat_file(st, a, &e, size);
	return rc;
}

static int
stat_descriptor(struct sys_stat *st, struct ask *ask, uint64_t fd)
{
	struct file *f = fd_get(ask->p, fd);
	struct edf_stat e;

	if (f == NULL)
		return E_BADF;
	switch (f->kind) {
	case FILE_CONSOLE:
		stat_console(st);
		break;
	case FILE_DIRECTORY:
		stat_directory(st, f->mode);
		break;
	case FILE_DISK:
		file_stat(f, &e);
		stat_file(st, f->disk, &e, stream_size(f));
		break;
	}
	return 0;
}

/* By path from a directory; by descriptor when the path is empty and may. */
static int
stat_at(struct sys_stat *st, struct ask *ask, uint64_t fd, uint64_t at,
    uint64_t flags)
{
	struct path path;
	int rc;

	if (flags & AT_EMPTY_PATH && sys_path_is_empty(ask, at))
		return stat_descriptor(st, ask, fd);
	rc = sys_path(ask, fd, at, &path);
	return rc == 0 ? stat_path(st, &path) : rc;
}

/* --- the calls --- */

static int64_t
stat_put(struct ask *ask, uint64_t to, int rc, const struct sys_stat *st)
{
	if (rc < 0)
		return rc;
	return space_put(&ask->p->space, to, st, sizeof *st) == 0 ? 0 :
	    E_FAULT;
}

static int64_t
sys_stat(struct ask *ask)
{
	struct sys_stat st;

	return stat_put(ask, ask->a[1], stat_at(&st, ask, (uint64_t)AT_FDCWD,
	    ask->a[0], 0), &st);
}

static int64_t
sys_fstat(struct ask *ask)
{
	struct sys_stat st;

	return stat_put(ask, ask->a[1], stat_descriptor(&st, ask, ask->a[0]),
	    &st);
}

/* newfstatat(fd, "", to, AT_EMPTY_PATH) is how glibc spells fstat. */
static int64_t
sys_newfstatat(struct ask *ask)
{
	struct sys_stat st;

	return stat_put(ask, ask->a[2], stat_at(&st, ask, ask->a[0],
	    ask->a[1], ask->a[3]), &st);
}

static int64_t
sys_statx(struct ask *ask)
{
	struct sys_stat st;
	struct sys_statx x;
	int rc = stat_at(&st, ask, ask->a[0], ask->a[1], ask->a[2]);

	if (rc < 0)
		return rc;
	x = (struct sys_statx){
		.mask = STATX_BASIC,
		.blksize = (uint32_t)st.blksize,
		.nlink = (uint32_t)st.nlink,
		.mode = (uint16_t)st.mode,
		.ino = st.ino,
		.size = (uint64_t)st.size,
		.blocks = (uint64_t)st.blocks,
		.atime = { st.times[0], 0, 0 },
		.ctime = { st.times[0], 0, 0 },
		.mtime = { st.times[0], 0, 0 },
		.rdev_major = (uint32_t)(st.rdev >> 8),
		.rdev_minor = (uint32_t)(st.rdev & 0xFF),
		.dev_minor = (uint32_t)((st.dev & 0xFF) | st.dev >> 12),
	};
	return space_put(&ask->p->space, ask->a[4], &x, sizeof x) == 0 ? 0 :
	    E_FAULT;
}

static int64_t
access_at(struct ask *ask, uint64_t fd, uint64_t at, uint64_t how)
{
	struct sys_stat st;
	int rc;

	if (how & ~(uint64_t)(R_OK | W_OK | X_OK))
		return E_INVAL;
	rc = stat_at(&st, ask, fd, at, 0);
	if (rc == 0 && how & W_OK && (st.mode & 0200) == 0)
		return E_ROFS;
	return rc;
}

static int64_t
sys_access(struct ask *ask)
{
	return access_at(ask, (uint64_t)AT_FDCWD, ask->a[0], ask->a[1]);
}

static int64_t
sys_faccessat(struct ask *ask)
{
	return access_at(ask, ask->a[0], ask->a[1], ask->a[2]);
}

/* --- a file's time: there is one, that of its last change --- */

/* A file that is being written has it when it is closed. */
static int
time_of_file(struct access *a, const struct edf_stat *e, int64_t seconds)
{
	struct file *writer = file_writer(a, e->name, e->type);
	struct edf_date date;

	if (calendar_date(seconds, &date) == -1)
		return E_INVAL;
	if (writer != NULL) {
		writer->date = date;
		return 0;
	}
	return a->read_only ? E_ROFS : error_of(access_date(a, e, &date));
}

static int
time_of_descriptor(struct ask *ask, uint64_t fd, int64_t seconds)
{
	struct file *f = fd_get(ask->p, fd);
	struct edf_stat e;

	if (f == NULL)
		return E_BADF;
	if (f->kind != FILE_DISK)
		return 0;
	if (f->disk == NULL)
		return E_STALE;
	file_stat(f, &e);
	return time_of_file(f->disk, &e, seconds);
}

/*
 * Two pairs of seconds and nanoseconds, of which the second is that of the
 * last change; no pairs: now.  1, and the user's own seconds; 0: let it be.
 */
static int
time_wanted(struct ask *ask, uint64_t at, int64_t *seconds)
{
	int64_t t[4] = { [3] = UTIME_NOW };

	if (at != 0 && space_get(&ask->p->space, t, at, sizeof t) == -1)
		return E_FAULT;
	if (t[3] == UTIME_OMIT)
		return 0;
	if (t[3] == UTIME_NOW)
		t[2] = clock_utc() / NS_PER_SECOND;
	else if (t[3] < 0 || t[3] >= NS_PER_SECOND)
		return E_INVAL;
	return __builtin_add_overflow(t[2], clock_offset(), seconds) ?
	    E_INVAL : 1;
}

/* A path that is none is the descriptor's own file. */
static int
time_at(struct ask *ask, uint64_t fd, uint64_t at, int64_t seconds)
{
	struct path path;
	struct access *a;
	struct edf_stat e;
	int rc;

	if (at == 0)
		return time_of_descriptor(ask, fd, seconds);
	rc = sys_path(ask, fd, at, &path);
	if (rc < 0)
		return rc;
	if (path.kind != PATH_FILE)
		return E_PERM; /* disks have none */
	rc = sys_find(&path, &a, &e);
	return rc == 0 ? time_of_file(a, &e, seconds) : rc;
}

static int64_t
sys_utimensat(struct ask *ask)
{
	int64_t seconds;
	int rc = time_wanted(ask, ask->a[2], &seconds);

	return rc == 1 ? time_at(ask, ask->a[0], ask->a[1], seconds) : rc;
}

static const struct syscall_row sys_stat_rows[] = {
	{ 4, sys_stat },
	{ 5, sys_fstat },
	{ 6, sys_stat }, /* lstat: there are no links */
	{ 21, sys_access },
	{ 262, sys_newfstatat },
	{ 269, sys_faccessat },
	{ 280, sys_utimensat },
	{ 332, sys_statx },
	{ 439, sys_faccessat }, /* faccessat2 */
};

SYSCALL_TABLE(sys_stat_calls, sys_stat_rows);
