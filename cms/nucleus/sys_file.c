/* SPDX-License-Identifier: MIT
 *
 * sys_file.c - names: opening, erasing, renaming, listing directories.  A
 * directory is an accessed disk; there are no others, and no links.
 */
#include "fd.h"
#include "str.h"
#include "stream.h"
#include "syscall.h"
#include "text.h"

#define PATH_LENGTH 255
#define MAKE_MODE 'A' /* where files are made that have no mode */

#define DT_DIR 4
#define DT_REG 8

struct sys_dirent {
	uint64_t ino;
	int64_t offset;
	uint16_t len;
	uint8_t type;
	char name[1 + FILEID_NAME + 1 + FILEID_NAME + 1];
};

#define DIRENT_HEAD offsetof(struct sys_dirent, name)

/* --- paths --- */

/* A string of the program's: its length, or an error. */
static int
sys_string(struct ask *ask, uint64_t at, char text[PATH_LENGTH + 1])
{
	int len = 0;

	while (len <= PATH_LENGTH) {
		size_t n;
		const char *from = space_piece(&ask->p->space,
		    at + (uint64_t)len, (uint64_t)(PATH_LENGTH + 1 - len),
		    REGION_READ, &n);

		if (from == NULL)
			return E_FAULT;
		for (size_t i = 0; i < n; i++, len++) {
			text[len] = from[i];
			if (from[i] == '\0')
				return len;
		}
	}
	return E_NAMETOOLONG;
}

int
sys_path_is_empty(struct ask *ask, uint64_t at)
{
	char first;

	return space_get(&ask->p->space, &first, at, 1) == 0 && first == '\0';
}

int
sys_path(struct ask *ask, uint64_t directory, uint64_t at, struct path *path)
{
	char text[PATH_LENGTH + 1], from = ask->p->directory;
	int len = sys_string(ask, at, text);

	if (len < 0)
		return len;
	if ((int32_t)directory != AT_FDCWD && text[0] != '/') {
		const struct file *f = fd_get(ask->p, directory);

		if (f == NULL)
			return E_BADF;
		if (f->kind != FILE_DIRECTORY)
			return E_NOTDIR;
		from = f->mode;
	}
	return path_parse(path, text, (size_t)len, from) == 0 ? 0 : E_NOENT;
}

int
sys_find(const struct path *path, struct access **found, struct edf_stat *st)
{
	const struct fileid *id = &path->id;
	int rc = access_search(id, found, st);

	if (rc != EDF_NOT_FOUND)
		return rc == ACCESS_NO_DISK ? E_NOENT : error_of(rc);
	for (struct access *a = access_first(); a != NULL; a = a->next) {
		struct file *f = file_writer(a, id->name, id->type);

		if (f == NULL || f->unlinked ||
		    (id->mode != '\0' && id->mode != a->mode))
			continue;
		*found = a;
		file_stat(f, st);
		return 0;
	}
	return E_NOENT;
}

/* --- opening --- */

static int64_t
open_done(struct ask *ask, struct file *f, uint64_t flags)
{
	int fd = fd_put(ask->p, f, 0);

	f->flags = (uint32_t)flags & (O_ACCMODE | O_APPEND);
	if (fd < 0)
		file_abandon(f);
	return fd;
}

static int64_t
open_directory(struct ask *ask, const struct path *path, uint64_t flags)
{
	struct file *f;
	int rc;

	if (path->kind == PATH_DISK && access_find(path->id.mode) == NULL)
		return E_NOENT;
	if (flags & (O_ACCMODE | O_CREAT | O_TRUNC))
		return E_ISDIR;
	rc = file_open_directory(path->id.mode, &f);
	return rc == 0 ? open_done(ask, f, flags) : rc;
}

/* What is asked of EDF for a file that there is. */
static enum edf_how
open_how(uint64_t flags)
{
	if (flags & O_TRUNC)
		return EDF_REPLACE;
	return (flags & O_ACCMODE) == O_RDONLY ? EDF_READ : EDF_UPDATE;
}

/* A file that may be made is one of its own mode's disk, or of A. */
static int
open_make(const struct path *path, uint64_t flags, struct file_open *open)
{
	const struct fileid *id = &path->id;
	struct edf_stat *st = open->st;
	int rc;

	open->disk = access_find(id->mode != '\0' ? id->mode : MAKE_MODE);
	if (open->disk == NULL)
		return E_NXIO;
	rc = edf_find(open->disk->edf, id->name, id->type, st);
	if (rc == 0 && flags & O_EXCL)
		return E_EXIST;
	open->how = rc == 0 ? open_how(flags) : EDF_CREATE;
	if (rc != EDF_NOT_FOUND)
		return error_of(rc);
	*st = (struct edf_stat){ .mode = '1' };
	memcpy(st->name, id->name, sizeof st->name);
	memcpy(st->type, id->type, sizeof st->type);
	return 0;
}

static int
open_file(const struct path *path, uint64_t flags, struct file **f)
{
	struct edf_stat st;
	struct file_open open = { .stream = 1, .st = &st };
	int rc;

	if (flags & O_CREAT) {
		rc = open_make(path, flags, &open);
	} else {
		rc = sys_find(path, &open.disk, &st);
		open.how = open_how(flags);
	}
	if (rc < 0)
		return rc;
	if (open.how != EDF_READ && open.disk->read_only)
		return E_ROFS;
	if (path->id.number != '\0')
		st.mode = path->id.number;
	return file_open(&open, f);
}

static int64_t
open_at(struct ask *ask, uint64_t directory, uint64_t at, uint64_t flags)
{
	struct path path;
	struct file *f;
	int rc = sys_path(ask, directory, at, &path);

	if ((flags & O_TMPFILE) != 0)
		return E_OPNOTSUPP;
	if (rc < 0)
		return rc == E_NOENT && flags & O_CREAT ? E_INVAL : rc;
	if (path.kind != PATH_FILE)
		return open_directory(ask, &path, flags);
	if (flags & O_DIRECTORY)
		return E_NOTDIR;
	rc = open_file(&path, flags, &f);
	return rc == 0 ? open_done(ask, f, flags) : rc;
}

static int64_t
sys_open(struct ask *ask)
{
	return open_at(ask, (uint64_t)AT_FDCWD, ask->a[0], ask->a[1]);
}

static int64_t
sys_openat(struct ask *ask)
{
	return open_at(ask, ask->a[0], ask->a[1], ask->a[2]);
}

static int64_t
sys_creat(struct ask *ask)
{
	return open_at(ask, (uint64_t)AT_FDCWD, ask->a[0],
	    O_WRONLY | O_CREAT | O_TRUNC);
}

static int64_t
sys_truncate(struct ask *ask)
{
	struct path path;
	struct file *f;
	int rc = sys_path(ask, (uint64_t)AT_FDCWD, ask->a[0], &path), closed;

	if (rc < 0)
		return rc;
	if (path.kind != PATH_FILE)
		return E_ISDIR;
	if ((int64_t)ask->a[1] < 0)
		return E_INVAL;
	rc = open_file(&path, O_WRONLY, &f);
	if (rc < 0)
		return rc;
	rc = stream_set_size(f, ask->a[1]);
	if (rc < 0) {
		file_abandon(f);
		return rc;
	}
	closed = file_close(f);
	return closed;
}

/* --- erasing and renaming --- */

/* The file of a path, on a disk that can be written. */
static int
sys_find_own(struct ask *ask, uint64_t directory, uint64_t at,
    struct path *path, struct access **a, struct edf_stat *st)
{
	int rc = sys_path(ask, directory, at, path);

	if (rc < 0)
		return rc;
	if (path->kind != PATH_FILE)
		return E_ISDIR;
	rc = sys_find(path, a, st);
	if (rc < 0)
		return rc;
	if ((*a)->read_only)
		return E_ROFS;
	return file_is_open(*a, st->name, st->type) ? E_BUSY : 0;
}

static int64_t
unlink_at(struct ask *ask, uint64_t directory, uint64_t at)
{
	struct path path;
	struct access *a;
	struct edf_stat st;
	int rc = sys_find_own(ask, directory, at, &path, &a, &st);

	if (rc == E_BUSY && file_unlink(a, &st) == 0)
		return 0;
	return rc == 0 ? error_of(access_erase(a, &st)) : rc;
}

static int64_t
sys_unlink(struct ask *ask)
{
	return unlink_at(ask, (uint64_t)AT_FDCWD, ask->a[0]);
}

static int64_t
sys_unlinkat(struct ask *ask)
{
	return unlink_at(ask, ask->a[0], ask->a[1]);
}

/* As Linux has it, what had the new name is gone, in the same commit. */
static int64_t
rename_at(struct ask *ask, uint64_t from_directory, uint64_t from,
    uint64_t to_directory, uint64_t to)
{
	struct path old, new;
	struct access *a;
	struct edf_stat st;
	int rc = sys_find_own(ask, from_directory, from, &old, &a, &st);

	if (rc == 0)
		rc = sys_path(ask, to_directory, to, &new);
	if (rc < 0)
		return rc;
	if (new.kind != PATH_FILE)
		return E_ISDIR;
	if (new.id.mode != '\0' && new.id.mode != a->mode)
		return E_XDEV;
	if (new.id.number == '\0')
		new.id.number = st.mode;
	return error_of(access_rename(a, &st, &new.id, 1));
}

static int64_t
sys_rename(struct ask *ask)
{
	return rename_at(ask, (uint64_t)AT_FDCWD, ask->a[0],
	    (uint64_t)AT_FDCWD, ask->a[1]);
}

static int64_t
sys_renameat(struct ask *ask)
{
	return rename_at(ask, ask->a[0], ask->a[1], ask->a[2], ask->a[3]);
}

static int64_t
sys_renameat2(struct ask *ask)
{
	return ask->a[4] == 0 ? sys_renameat(ask) : E_INVAL;
}

/* --- directories --- */

/* A name or type as programs write them: lower case, without blanks. */
static size_t
dirent_part(char *to, const char part[FILEID_NAME])
{
	size_t n = 0;

	for (; n < FILEID_NAME && part[n] != ' '; n++)
		to[n] = (char)(part[n] >= 'A' && part[n] <= 'Z' ?
		    part[n] - 'A' + 'a' : part[n]);
	return n;
}

static void
dirent_named(struct sys_dirent *d, uint8_t type, const char *name, size_t n)
{
	memcpy(d->name, name, n);
	d->name[n] = '\0';
	d->type = type;
	d->len = (uint16_t)((DIRENT_HEAD + n + 1 + 7) & ~(size_t)7);
}

/* The disk after so many in the order of search. */
static int
dirent_disk(struct file *f, struct sys_dirent *d)
{
	struct access *a = access_first();
	uint64_t n = f->offset - 2;

	while (a != NULL && n-- > 0)
		a = a->next;
	if (a == NULL)
		return 0;
	dirent_named(d, DT_DIR, (char[]){ (char)(a->mode - 'A' + 'a') }, 1);
	d->ino = (uint64_t)a->mode;
	return 1;
}

static int
dirent_file(struct file *f, struct sys_dirent *d, uint32_t *cursor)
{
	struct access *a = access_find(f->mode);
	char name[2 * FILEID_NAME + 1];
	struct edf_stat st;
	size_t n;
	int rc;

	if (a == NULL)
		return E_STALE;
	do
		rc = edf_next(a->edf, cursor, &st);
	while (rc == 1 && !access_visible(a, &st));
	if (rc != 1)
		return error_of(rc);
	n = dirent_part(name, st.name);
	name[n++] = '.';
	n += dirent_part(name + n, st.type);
	dirent_named(d, DT_REG, name, n);
	d->ino = sys_file_number(&st);
	return 1;
}

/* 1, 0 at the end, or an error. */
static int
dirent_next(struct file *f, struct sys_dirent *d, uint32_t *cursor)
{
	int rc = 1;

	memset(d, 0, sizeof *d);
	if (f->offset < 2) {
		dirent_named(d, DT_DIR, "..", (size_t)f->offset + 1);
		d->ino = (uint64_t)(f->offset == 0 ? f->mode : PATH_AT_ROOT);
	} else if (f->mode == PATH_AT_ROOT) {
		rc = dirent_disk(f, d);
	} else {
		rc = dirent_file(f, d, cursor);
	}
	d->offset = (int64_t)f->offset + 1;
	return rc;
}

static int64_t
sys_getdents(struct ask *ask)
{
	struct file *f = fd_get(ask->p, ask->a[0]);
	uint64_t done = 0;

	if (f == NULL)
		return E_BADF;
	if (f->kind != FILE_DIRECTORY)
		return E_NOTDIR;
	for (;;) {
		struct sys_dirent d;
		uint32_t cursor = f->cursor;
		int rc = dirent_next(f, &d, &cursor);

		if (rc < 0 && done == 0)
			return rc;
		if (rc <= 0)
			return (int64_t)done;
		if (d.len > ask->a[2] - done)
			return done > 0 ? (int64_t)done : E_INVAL;
		if (space_put(&ask->p->space, ask->a[1] + done, &d,
		    d.len) == -1)
			return E_FAULT;
		done += d.len;
		f->cursor = cursor;
		f->offset++;
	}
}

static int64_t
sys_getcwd(struct ask *ask)
{
	char from = ask->p->directory, text[3] = { '/', 'a', '\0' };
	size_t len = 3;

	if (from == PATH_AT_ROOT)
		text[--len - 1] = '\0';
	else if (from != PATH_START)
		text[1] = (char)(from - 'A' + 'a');
	if (ask->a[1] < len)
		return E_RANGE;
	return space_put(&ask->p->space, ask->a[0], text, len) == 0 ?
	    (int64_t)len : E_FAULT;
}

static int64_t
sys_chdir(struct ask *ask)
{
	struct path path;
	int rc = sys_path(ask, (uint64_t)AT_FDCWD, ask->a[0], &path);

	if (rc < 0)
		return rc;
	if (path.kind == PATH_FILE)
		return E_NOTDIR;
	if (path.kind == PATH_DISK && access_find(path.id.mode) == NULL)
		return E_NOENT;
	ask->p->directory = path.id.mode;
	return 0;
}

static int64_t
sys_fchdir(struct ask *ask)
{
	const struct file *f = fd_get(ask->p, ask->a[0]);

	if (f == NULL)
		return E_BADF;
	if (f->kind != FILE_DIRECTORY)
		return E_NOTDIR;
	ask->p->directory = f->mode;
	return 0;
}

/* Disks are made by FORMAT. */
static int64_t
sys_no_directory(struct ask *ask)
{
	(void)ask;
	return E_PERM;
}

static int64_t
sys_no_link(struct ask *ask)
{
	(void)ask;
	return E_INVAL;
}

static const struct syscall_row sys_file_rows[] = {
	{ 2, sys_open },
	{ 76, sys_truncate },
	{ 79, sys_getcwd },
	{ 80, sys_chdir },
	{ 81, sys_fchdir },
	{ 82, sys_rename },
	{ 83, sys_no_directory }, /* mkdir */
	{ 84, sys_no_directory }, /* rmdir */
	{ 85, sys_creat },
	{ 87, sys_unlink },
	{ 89, sys_no_link },	  /* readlink */
	{ 90, sys_ok },		  /* chmod, and so on: the one user may all */
	{ 91, sys_ok },
	{ 92, sys_ok },
	{ 93, sys_ok },
	{ 217, sys_getdents },
	{ 257, sys_openat },
	{ 258, sys_no_directory }, /* mkdirat */
	{ 260, sys_ok },	  /* fchownat */
	{ 263, sys_unlinkat },
	{ 264, sys_renameat },
	{ 267, sys_no_link },	  /* readlinkat */
	{ 268, sys_ok },	  /* fchmodat */
	{ 316, sys_renameat2 },
};

SYSCALL_TABLE(sys_file_calls, sys_file_rows);
