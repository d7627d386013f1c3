/* SPDX-License-Identifier: MIT
 *
 * store.c - open the database and see that it is ours; statements and
 * transactions.  Knows no queue.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "block.h"
#include "log.h"
#include "vmtypes.h"

extern const char store_schema[]; /* schema.sql */
extern const char store_upgrade2[];

static const char *const store_sql[SQL_COUNT] = {
#define X(name, text) [SQL_##name] = text,
#include "statements.def"
#undef X
};

/*
 * Exclusive before WAL: then there is no shared-memory file, which a folder
 * that is shared between hosts would not keep coherent.  Nothing is written
 * back behind a commit: store_checkpoint does it when nobody waits.  The cache
 * (KiB) holds the upper pages of the trees of a long queue.  Pages are small,
 * because a file that is closed changes a few bytes in each of some; what is
 * purged is given back to the disk by store_shrink.
 */
#define STORE_SHAPE "PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL;"
static const char store_lock[] = "PRAGMA locking_mode=EXCLUSIVE;";
static const char store_settings[] =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA wal_autocheckpoint=0;"
    "PRAGMA cache_size=-32768;"
    "PRAGMA secure_delete=OFF;"
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

/* Does it hold together?  Of a large one, those tables that every order needs;
 * the blocks of cards are checked later, one by one. */
static const char store_whole[] = "SELECT count(*) FROM pragma_quick_check(1) "
    "WHERE quick_check <> 'ok'";
static const char store_tables[] = "SELECT count(*) FROM "
    "(SELECT * FROM pragma_quick_check('file') UNION ALL "
    "SELECT * FROM pragma_quick_check('device') UNION ALL "
    "SELECT * FROM pragma_quick_check('user') UNION ALL "
    "SELECT * FROM pragma_quick_check('key') UNION ALL "
    "SELECT * FROM pragma_quick_check('gone')) WHERE quick_check <> 'ok'";
#define STORE_SMALL 16384 /* pages that are read in a moment */

#define STORE_FREE (RESERVE_BYTES / 4096) /* pages: as good as the reserve */
#define STORE_SLACK (2 * STORE_FREE)	    /* that the database may keep */

/* A database that has pages already gets others by being written anew. */
static const char store_reshape[] =
    "PRAGMA journal_mode=DELETE;"
    STORE_SHAPE
    "VACUUM;"
    "PRAGMA journal_mode=WAL;";

/* To close a database writes its log back, and a damaged one shall stay as it
 * is. */
static void
store_keep_log(struct store *store, bool keep)
{
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
	    (int)keep, NULL);
}

static bool
store_is_damage(int rc)
{
	return (rc & 0xFF) == SQLITE_CORRUPT || (rc & 0xFF) == SQLITE_NOTADB;
}

static int
store_fail(struct store *store, char *why, size_t size, const char *what)
{
	bool damage = store->db != NULL &&
	    store_is_damage(sqlite3_errcode(store->db));

	snprintf(why, size, "%s: %s", what, store->db != NULL ?
	    sqlite3_errmsg(store->db) : "out of memory");
	store_close(store);
	return damage ? STORE_DAMAGED : -1;
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

/* spool_sum(id, first, records, data), for the upgrade. */
static void
store_sum(sqlite3_context *context, int n, sqlite3_value **value)
{
	(void)n;
	sqlite3_result_int64(context, block_sum(sqlite3_value_int64(value[0]),
	    sqlite3_value_int64(value[1]), sqlite3_value_int64(value[2]),
	    sqlite3_value_blob(value[3]),
	    (size_t)sqlite3_value_bytes(value[3])));
}

int
store_pages(struct store *store)
{
	int n;

	return store_number(store, "PRAGMA page_count", &n) < 0 ? 0 : n;
}

static int
store_exec(struct store *store, const char *text)
{
	return sqlite3_exec(store->db, text, NULL, NULL, NULL) == SQLITE_OK ?
	    0 : -1;
}

/* From `version` (0: an empty database) to ours; a crash leaves what was. */
static int
store_upgrade(struct store *store, int version)
{
	char mark[96];

	snprintf(mark, sizeof mark,
	    "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;",
	    STORE_APPLICATION, STORE_VERSION);
	if (sqlite3_create_function(store->db, "spool_sum", 4, SQLITE_UTF8,
	    NULL, store_sum, NULL, NULL) != SQLITE_OK ||
	    store_exec(store, "BEGIN EXCLUSIVE") < 0)
		return -1;
	if (version < 1 && store_exec(store, store_schema) < 0)
		return -1; /* closing rolls back */
	if (version < 2 && store_exec(store, store_upgrade2) < 0)
		return -1;
	if (store_exec(store, mark) < 0)
		return -1;
	return version == 1 ? store_exec(store, store_reshape) : 0;
}

static int
store_check(struct store *store, char *why, size_t size)
{
	int version, application, objects;
	bool empty;

	if (store_number(store, "PRAGMA user_version", &version) < 0 ||
	    store_number(store, "PRAGMA application_id", &application) < 0 ||
	    store_number(store, "SELECT count(*) FROM sqlite_schema",
	    &objects) < 0)
		return store_fail(store, why, size, "cannot read the spool");
	version &= 0xFFFF;
	empty = version == 0 && application == 0 && objects == 0;
	if (empty || (application == STORE_APPLICATION && version > 0 &&
	    version < STORE_VERSION)) {
		if (store_upgrade(store, version) < 0)
			return store_fail(store, why, size, empty ?
			    "cannot make the spool" :
			    "cannot upgrade the spool");
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

/* SQLite's quick check does not see all that a statement may meet: what was
 * met is believed. */
static int
store_sound(struct store *store, char *why, size_t size)
{
	bool whole = store_pages(store) <= STORE_SMALL;
	int bad = store->reserve.marked;

	if (bad == 0 && store_number(store, whole ? store_whole :
	    store_tables, &bad) < 0)
		return store_fail(store, why, size, "cannot check the spool");
	if (bad == 0)
		return 0;
	snprintf(why, size, "the spool is damaged");
	store_close(store);
	return STORE_DAMAGED;
}

/*
 * A log that another database's vmspool has left, or ours beside a copy that
 * was put back, would be taken for this one's: its pages would come in place
 * of ours.  Therefore each database has a number that others have not, in the
 * upper half of user_version: it is on the first page, where it can be seen
 * without the log too.  store_stamp sees to it that it is in each log.
 */
#define STORE_OWN(version) ((uint32_t)(version) >> 16) /* 0: it has none yet */
#define STORE_AT 60 /* where user_version is on the first page */

static uint32_t
store_own_new(void)
{
	uint16_t number;

	sqlite3_randomness(sizeof number, &number);
	return 1 + number % 0x7FFE;
}

/* Of the file alone; before SQLite has locked it, as closing it unlocks it. */
static uint32_t
store_own_alone(const char *path)
{
	uint8_t head[STORE_AT + 2];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : pread(fd, head, sizeof head, 0);

	if (fd >= 0)
		close(fd);
	if (n != (ssize_t)sizeof head ||
	    memcmp(head, "SQLite format 3", 16) != 0)
		return 0;
	return (uint32_t)head[STORE_AT] << 8 | head[STORE_AT + 1];
}

int
store_own_copy(int fd)
{
	uint32_t own = store_own_new();
	uint8_t number[2] = { (uint8_t)(own >> 8), (uint8_t)own };

	return pwrite(fd, number, sizeof number, STORE_AT) ==
	    (ssize_t)sizeof number ? 0 : -1;
}

/* One that has no number gets one, when its log is empty. */
static int
store_own(struct store *store)
{
	char text[96];
	int version;

	if (store_number(store, "PRAGMA user_version", &version) < 0)
		return -1;
	if (STORE_OWN(version) != 0)
		return 0;
	snprintf(text, sizeof text, "PRAGMA user_version=%d;"
	    "PRAGMA wal_checkpoint(TRUNCATE);",
	    (int)(store_own_new() << 16 | STORE_VERSION));
	return store_exec(store, text);
}

/* Is the log ours? */
static int
store_log_own(struct store *store, uint32_t alone, char *why, size_t size)
{
	int version;

	if (store_number(store, "PRAGMA user_version", &version) < 0)
		return store_fail(store, why, size, "cannot read the spool");
	if (alone == 0 || alone == STORE_OWN(version))
		return 0;
	snprintf(why, size, "the log is another database's");
	store_close(store);
	return STORE_FOREIGN;
}

static int
store_logged(void *arg, sqlite3 *db, const char *name, int frames)
{
	struct store *store = arg;

	(void)db;
	(void)name;
	store->frames = frames;
	return SQLITE_OK;
}

static int
store_prepare(struct store *store)
{
	for (int i = 0; i < SQL_COUNT; i++)
		if (sqlite3_prepare_v3(store->db, store_sql[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &store->st[i], NULL) !=
		    SQLITE_OK)
			return -1;
	return 0;
}

/* Only a database that is none yet takes its shape. */
static int
store_set(struct store *store)
{
	int pages;

	if (store_exec(store, store_lock) < 0 ||
	    store_number(store, "PRAGMA page_count", &pages) < 0 ||
	    (pages == 0 && store_exec(store, STORE_SHAPE) < 0))
		return -1;
	return store_exec(store, store_settings);
}

static int
store_made(const char *folder, char *path, size_t path_size, char *why,
    size_t size)
{
	if (mkdir(folder, 0700) < 0 && errno != EEXIST) {
		snprintf(why, size, "%s: %s", folder, strerror(errno));
		return -1;
	}
	if ((size_t)snprintf(path, path_size, "%s/spool.db", folder) >=
	    path_size) {
		snprintf(why, size, "%s: name too long", folder);
		return -1;
	}
	return 0;
}

/* What was proved on a full disk is proved with the room that was kept. */
static int
store_prove(struct store *store)
{
	return store_exec(store, store_proof) == 0 ||
	    (reserve_spend(&store->reserve) &&
	    store_exec(store, store_proof) == 0) ? 0 : -1;
}

int
store_open(struct store *store, const char *folder, char *why, size_t size)
{
	uint32_t alone;
	char path[PATH_MAX];
	int keep = 1, rc;

	*store = (struct store){ .durable = true, .reserve.fd = -1 };
	if (store_made(folder, path, sizeof path, why, size) < 0)
		return -1;
	alone = store_own_alone(path);
	if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
		return store_fail(store, why, size, path);
	store_keep_log(store, true);
	sqlite3_busy_timeout(store->db, 2000); /* the one before us may close */
	if (store_set(store) < 0)
		return store_fail(store, why, size, path);
	if (reserve_open(&store->reserve, folder) < 0)
		log_warn("spool: no room is kept for a full disk");
	rc = store_log_own(store, alone, why, size);
	if (rc == 0)
		rc = store_check(store, why, size);
	if (rc == 0)
		rc = store_sound(store, why, size);
	if (rc < 0)
		return rc;
	/* The WAL stays, so that nothing is opened or unlinked later. */
	sqlite3_file_control(store->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep);
	sqlite3_wal_hook(store->db, store_logged, store);
	if (store_prove(store) < 0 || store_own(store) < 0)
		return store_fail(store, why, size, path);
	if (store_prepare(store) < 0)
		return store_fail(store, why, size,
		    "the spool's tables are not as expected");
	store_keep_log(store, false);
	store->frames = 0;
	return 0;
}

int
store_open_damaged(struct store *store, const char *path)
{
	*store = (struct store){ .durable = true, .reserve.fd = -1 };
	if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE, NULL) ==
	    SQLITE_OK && store_exec(store, store_lock) == 0 &&
	    store_exec(store, "PRAGMA writable_schema=ON") == 0 &&
	    store_prepare(store) == 0)
		return 0;
	store_close(store);
	return -1;
}

int
store_settle(struct store *store)
{
	return sqlite3_wal_checkpoint_v2(store->db, NULL,
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

void
store_close(struct store *store)
{
	if (store->db == NULL)
		return;
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(store->st[i]);
	if (store->unfit)
		store_keep_log(store, true);
	if (sqlite3_close(store->db) != SQLITE_OK)
		log_warnx("spool: not closed cleanly");
	reserve_close(&store->reserve);
	*store = (struct store){ .reserve.fd = -1 };
}

/* --- transactions --- */

/*
 * The database is damaged.  Where a block cannot be read its file is damaged,
 * and all others can be served; nobody can when it is anything else.
 */
static void
store_damaged(struct store *store, const sqlite3_stmt *st)
{
	reserve_mark(&store->reserve);
	store->unfit |= st != store->st[SQL_BLOCK_GET] &&
	    st != store->st[SQL_BLOCK_FIRST];
}

int
store_errno(int rc)
{
	switch (rc & 0xFF) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

/* What nobody can help is logged. */
static int
store_error(struct store *store, const sqlite3_stmt *st, int rc)
{
	int error = store_errno(rc);

	if (store_is_damage(rc))
		store_damaged(store, st);
	if (error != -EIO)
		return error;
	log_warnx("spool: %s (%d)", sqlite3_errmsg(store->db),
	    sqlite3_extended_errcode(store->db));
	/* a disk that is full says so in more than one way */
	return sqlite3_system_errno(store->db) == ENOSPC &&
	    (rc & 0xFF) == SQLITE_IOERR ? -ENOSPC : -EIO;
}

void
store_rollback(struct store *store)
{
	if (!sqlite3_get_autocommit(store->db))
		store_do(store, SQL_ROLLBACK, "");
}

/* The first page, with the database's number, comes first in each log: it is
 * written as it is. */
static int
store_stamp(struct store *store)
{
	int rc = store_do(store, SQL_STAMP, "");

	if (rc < 0)
		store_rollback(store);
	return rc;
}

int
store_begin(struct store *store, bool durable)
{
	int rc;

	if (durable != store->durable) {
		rc = sqlite3_exec(store->db, durable ?
		    "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
		    NULL, NULL, NULL);

		if (rc != SQLITE_OK)
			return store_error(store, NULL, rc);
		store->durable = durable;
	}
	rc = store_do(store, SQL_BEGIN, "");
	return rc == 0 && !store->stamped ? store_stamp(store) : rc;
}

int
store_commit(struct store *store)
{
	int rc = store_do(store, SQL_COMMIT, "");

	store->stamped |= rc == 0;
	store_rollback(store);
	return rc;
}

int
store_end(struct store *store, int rc)
{
	if (rc == 0)
		return store_commit(store);
	store_rollback(store);
	return rc;
}

/* --- statements --- */

static void
store_bind_field(sqlite3_stmt *st, int at, const char *field, size_t size)
{
	sqlite3_bind_text(st, at, field, (int)strnlen(field, size),
	    SQLITE_STATIC);
}

static sqlite3_stmt *
store_bind(struct store *store, enum store_sql which, const char *fmt,
    va_list ap)
{
	sqlite3_stmt *st = store->st[which];
	const struct vm_user *user;
	const void *bytes;
	int at = 1;

	for (; *fmt != '\0'; fmt++, at++) {
		switch (*fmt) {
		case 'i':
			sqlite3_bind_int64(st, at, va_arg(ap, int64_t));
			break;
		case 'u':
			user = va_arg(ap, const struct vm_user *);
			store_bind_field(st, at++, user->user.c, VM_NAME_MAX);
			store_bind_field(st, at, user->node.c, VM_NAME_MAX);
			break;
		case 's':
			bytes = va_arg(ap, const char *);
			store_bind_field(st, at, bytes, va_arg(ap, size_t));
			break;
		case 'b':
			bytes = va_arg(ap, const void *);
			sqlite3_bind_blob(st, at, bytes,
			    (int)va_arg(ap, size_t), SQLITE_STATIC);
			break;
		default:
			sqlite3_bind_null(st, at);
			break;
		}
	}
	return st;
}

void
store_done(sqlite3_stmt *st)
{
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

int
store_next(struct store *store, sqlite3_stmt *st)
{
	int rc = sqlite3_step(st), error;

	if (rc == SQLITE_ROW)
		return 1;
	error = store_error(store, st, rc);
	store_done(st);
	return error;
}

int
store_row(struct store *store, sqlite3_stmt **st, enum store_sql which,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*st = store_bind(store, which, fmt, ap);
	va_end(ap);
	return store_next(store, *st);
}

int
store_do(struct store *store, enum store_sql which, const char *fmt, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	st = store_bind(store, which, fmt, ap);
	va_end(ap);
	rc = store_next(store, st);
	if (rc == 1) {
		store_done(st);
		rc = 0;
	}
	return rc;
}

void
store_text(sqlite3_stmt *st, int column, char *field, size_t size)
{
	const unsigned char *text = sqlite3_column_text(st, column);
	size_t n = (size_t)sqlite3_column_bytes(st, column);

	memset(field, 0, size);
	if (text != NULL)
		memcpy(field, text, n < size ? n : size);
}

static int
store_write_back(struct store *store, int mode)
{
	int rc = sqlite3_wal_checkpoint_v2(store->db, NULL, mode, NULL, NULL);

	store->stamped = false; /* a new log may begin */
	if (rc != SQLITE_OK)
		log_warnx("spool: cannot write back: %s",
		    sqlite3_errmsg(store->db));
	return rc;
}

void
store_checkpoint(struct store *store, int frames)
{
	if (store->frames < frames)
		return;
	if (store_write_back(store, SQLITE_CHECKPOINT_PASSIVE) ==
	    SQLITE_FULL && reserve_spend(&store->reserve))
		store_write_back(store, SQLITE_CHECKPOINT_TRUNCATE);
	store->frames = 0; /* the next commit counts again */
}

/* --- a full disk --- */

/* Pages of the database that nothing is in. */
static int64_t
store_free(struct store *store)
{
	sqlite3_stmt *st;
	int64_t n = 0;

	if (store_row(store, &st, SQL_FREE, "") == 1) {
		n = sqlite3_column_int64(st, 0);
		store_done(st);
	}
	return n;
}

int
store_shrink(struct store *store, int pages)
{
	int64_t over = store_free(store) - STORE_SLACK;
	sqlite3_stmt *st;
	int got, rc;

	if (over <= 0)
		return 0;
	rc = store_begin(store, false);
	if (rc < 0)
		return rc;
	got = store_row(store, &st, SQL_SHRINK, "");
	while (got == 1 && --pages > 0)
		got = store_next(store, st);
	if (got == 1)
		store_done(st);
	rc = store_end(store, got < 0 ? got : 0);
	return rc < 0 ? rc : 1;
}

/*
 * The log is made small first, for the reserve to have its room.  The database
 * never shrinks: what was purged is room in it, though not for the reserve.
 */
bool
store_room(struct store *store)
{
	if (store->reserve.whole || store->reserve.never ||
	    store->reserve.fd < 0)
		return true;
	if (store->frames > 0) {
		store_write_back(store, SQLITE_CHECKPOINT_TRUNCATE);
		store->frames = 0;
	}
	return reserve_whole(&store->reserve) ||
	    store_free(store) >= STORE_FREE;
}

bool
store_retry(struct store *store, int rc, bool spend)
{
	if (rc != -ENOSPC)
		return false;
	if (store->frames > 0) {
		store->frames = 0;
		if (store_write_back(store, SQLITE_CHECKPOINT_TRUNCATE) ==
		    SQLITE_OK)
			return true;
	}
	if (!spend || !reserve_spend(&store->reserve))
		return false;
	store_write_back(store, SQLITE_CHECKPOINT_TRUNCATE);
	return true;
}
