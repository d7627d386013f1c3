/* SPDX-License-Identifier: MIT
 *
 * sqlite_shim.h - the system's files as SQLite uses them, with a say in what is
 * written and synced.
 */
#ifndef VM370_TESTS_SQLITE_SHIM_H
#define VM370_TESTS_SQLITE_SHIM_H

#include <sqlite3.h>
#include <stdbool.h>

/* Before each write and sync: SQLITE_OK, or what the disk answers instead. */
static int shim_now(bool sync);

/* A file was synced. */
static void shim_synced(const char *name);

struct shim_file {
	sqlite3_file base;
	const char *name;
	sqlite3_file real[]; /* the system's */
};

#define REAL(file) (((struct shim_file *)(file))->real)
#define METHOD(file, name, ...) \
	REAL(file)->pMethods->name(REAL(file), ##__VA_ARGS__)

static int
shim_close(sqlite3_file *f)
{
	return METHOD(f, xClose);
}

static int
shim_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	return METHOD(f, xRead, to, n, at);
}

static int
shim_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	int rc = shim_now(false);

	return rc != SQLITE_OK ? rc : METHOD(f, xWrite, from, n, at);
}

static int
shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return METHOD(f, xTruncate, size);
}

static int
shim_sync(sqlite3_file *f, int flags)
{
	int rc = shim_now(true);

	if (rc == SQLITE_OK)
		rc = METHOD(f, xSync, flags);
	if (rc == SQLITE_OK)
		shim_synced(((struct shim_file *)f)->name);
	return rc;
}

static int
shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return METHOD(f, xFileSize, size);
}

static int
shim_lock(sqlite3_file *f, int level)
{
	return METHOD(f, xLock, level);
}

static int
shim_unlock(sqlite3_file *f, int level)
{
	return METHOD(f, xUnlock, level);
}

static int
shim_reserved(sqlite3_file *f, int *out)
{
	return METHOD(f, xCheckReservedLock, out);
}

static int
shim_control(sqlite3_file *f, int op, void *arg)
{
	return METHOD(f, xFileControl, op, arg);
}

static int
shim_sector(sqlite3_file *f)
{
	return METHOD(f, xSectorSize);
}

static int
shim_traits(sqlite3_file *f)
{
	return METHOD(f, xDeviceCharacteristics);
}

static const sqlite3_io_methods shim_methods = { .iVersion = 1,
	.xClose = shim_close, .xRead = shim_read, .xWrite = shim_write,
	.xTruncate = shim_truncate, .xSync = shim_sync,
	.xFileSize = shim_size, .xLock = shim_lock,
	.xUnlock = shim_unlock, .xCheckReservedLock = shim_reserved,
	.xFileControl = shim_control, .xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_traits };

static sqlite3_vfs *shim_system;

static int
shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *out)
{
	int rc = shim_system->xOpen(shim_system, name, REAL(f), flags, out);

	(void)vfs;
	((struct shim_file *)f)->name = name;
	f->pMethods = rc == SQLITE_OK ? &shim_methods : NULL;
	return rc;
}

static void
shim_install(void)
{
	static sqlite3_vfs vfs;

	shim_system = sqlite3_vfs_find(NULL);
	vfs = *shim_system;
	vfs.zName = "shim";
	vfs.szOsFile += (int)sizeof(struct shim_file);
	vfs.xOpen = shim_open;
	sqlite3_vfs_register(&vfs, 1);
}

#endif
