/* SPDX-License-Identifier: MIT
 *
 * store.c - open the database and see that it is ours.  Knows no queue.
 */
#include "store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "log.h"

extern const char store_schema[]; /* schema.sql */

/*
 * Exclusive before WAL: then there is no shared-memory file, which a folder
 * that is shared between hosts would not keep coherent.
 */
static const char store_settings[] =
    "PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA trusted_schema=OFF;"
    "PRAGMA temp_store=MEMORY;";

/*
 * A write, on disk, and a checkpoint: shows at the start that the disk takes
 * it, gets the lock, and makes SQLite sync the folder, which it opens for that
 * once after each file that it made.
 */
static const char store_proof[] =
    "BEGIN IMMEDIATE;"
    "PRAGMA application_id=0x564D3730;"
    "COMMIT;"
    "PRAGMA wal_checkpoint(TRUNCATE);";

static int
store_fail(struct store *store, char *why, size_t size, const char *what)
{
	snprintf(why, size, "%s: %s", what, store->db != NULL ?
	    sqlite3_errmsg(store->db) : "out of memory");
	store_close(store);
	return -1;
}

static int
store_number(struct store *store, const char *pragma, int *value)
{
	sqlite3_stmt *st;
	int rc;

	if (sqlite3_prepare_v2(store->db, pragma, -1, &st, NULL) != SQLITE_OK)
		return -1;
	rc = sqlite3_step(st) == SQLITE_ROW ? 0 : -1;
	if (rc == 0)
		*value = sqlite3_column_int(st, 0);
	if (sqlite3_finalize(st) != SQLITE_OK)
		rc = -1;
	return rc;
}

/* An empty database becomes ours; a crash leaves it empty. */
static int
store_create(struct store *store)
{
	char mark[96];

	snprintf(mark, sizeof mark,
	    "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;",
	    STORE_APPLICATION, STORE_VERSION);
	if (sqlite3_exec(store->db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) !=
	    SQLITE_OK)
		return -1;
	if (sqlite3_exec(store->db, store_schema, NULL, NULL, NULL) ==
	    SQLITE_OK &&
	    sqlite3_exec(store->db, mark, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return -1; /* closing rolls back */
}

static int
store_check(struct store *store, char *why, size_t size)
{
	int version, application, objects;

	if (store_number(store, "PRAGMA user_version", &version) < 0 ||
	    store_number(store, "PRAGMA application_id", &application) < 0 ||
	    store_number(store, "SELECT count(*) FROM sqlite_schema",
	    &objects) < 0)
		return store_fail(store, why, size, "cannot read the spool");
	if (version == 0 && application == 0 && objects == 0) {
		if (store_create(store) < 0)
			return store_fail(store, why, size,
			    "cannot make the spool");
		return 0;
	}
	if (application == STORE_APPLICATION && version == STORE_VERSION)
		return 0;
	snprintf(why, size, application != STORE_APPLICATION ?
	    "spool.db is no spool of ours (application %d, version %d)" :
	    "the spool is from another release (application %d, version %d)",
	    application, version);
	store_close(store);
	return -1;
}

int
store_open(struct store *store, const char *folder, char *why, size_t size)
{
	char path[PATH_MAX];
	int keep = 1;

	*store = (struct store){ 0 };
	if (mkdir(folder, 0700) < 0 && errno != EEXIST) {
		snprintf(why, size, "%s: %s", folder, strerror(errno));
		return -1;
	}
	if ((size_t)snprintf(path, sizeof path, "%s/spool.db", folder) >=
	    sizeof path) {
		snprintf(why, size, "%s: name too long", folder);
		return -1;
	}
	if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
		return store_fail(store, why, size, path);
	sqlite3_busy_timeout(store->db, 2000); /* the one before us may close */
	if (sqlite3_exec(store->db, store_settings, NULL, NULL, NULL) !=
	    SQLITE_OK)
		return store_fail(store, why, size, path);
	if (store_check(store, why, size) < 0)
		return -1;
	/* The WAL stays, so that nothing is opened or unlinked later. */
	sqlite3_file_control(store->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep);
	if (sqlite3_exec(store->db, store_proof, NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(store, why, size, path);
	return 0;
}

void
store_close(struct store *store)
{
	if (store->db == NULL)
		return;
	/* close_v2 waits for statements that their owner has yet to finalize */
	if (sqlite3_close_v2(store->db) != SQLITE_OK)
		log_warnx("spool: not closed cleanly");
	store->db = NULL;
}

sqlite3_stmt *
store_prepare(struct store *store, const char *sql)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
	    &st, NULL) != SQLITE_OK)
		log_warnx("spool: %s: %s", sql, sqlite3_errmsg(store->db));
	return st;
}
