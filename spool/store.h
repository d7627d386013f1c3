/* SPDX-License-Identifier: MIT
 *
 * store.h - the spool's database: opened, of the right version, ours alone;
 * its statements and transactions.
 *
 * Functions that return int and say nothing else return 0 or -errno: -ENOSPC,
 * -EIO (of the disk, or the database is damaged), -ENOMEM.
 */
#ifndef VM370_SPOOL_STORE_H
#define VM370_SPOOL_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "reserve.h"

#define STORE_VERSION 2		  /* PRAGMA user_version, lower half */
#define STORE_APPLICATION 0x564D3730 /* PRAGMA application_id: "VM70" */

enum store_sql {
#define X(name, text) SQL_##name,
#include "statements.def"
#undef X
	SQL_COUNT
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *st[SQL_COUNT];
	bool durable; /* what the next commit is */
	int frames;   /* in the log since it was written back */
	bool stamped; /* the log says whose it is */
	bool unfit;   /* nobody can be served: the next start repairs it */
	struct reserve reserve;
};

/*
 * Open folder/spool.db; make the folder (0700) and the database when there are
 * none; bring one of an older version to ours.  Exclusive: a second vmspool on
 * it is refused.  All files that the database needs are open afterwards.  -1:
 * why (size bytes) says it.  STORE_DAMAGED, STORE_FOREIGN (its log is
 * another's): so it does, and nothing was changed.
 */
#define STORE_DAMAGED (-2)
#define STORE_FOREIGN (-3)
int store_open(struct store *store, const char *folder, char *why,
    size_t size);

/* One of which not all can be read: as far as that goes.  -1: not at all. */
int store_open_damaged(struct store *store, const char *path);

/* All that was committed is in the database itself.  -1: it is not. */
int store_settle(struct store *store);

/* A copy becomes a database of its own, which takes no other's log for its
 * own.  -1 with errno. */
int store_own_copy(int fd);

/* Write back and close.  Safe to repeat. */
void store_close(struct store *store);

/* What SQLite answered, as our clients know it: 0 or -errno. */
int store_errno(int rc);

/*
 * A transaction.  Durable: what its commit acknowledged is on disk, with all
 * that was committed before; else it survives the end of vmspool only.  A
 * commit that fails leaves nothing of it.
 */
int store_begin(struct store *store, bool durable);
int store_commit(struct store *store);
void store_rollback(struct store *store); /* safe outside of one */

/* Commit if rc is 0, else roll back: rc, or why the commit failed. */
int store_end(struct store *store, int rc);

/*
 * A full disk.  store_room: is there room for more cards?  store_retry: rc is
 * what became of a transaction; is it worth to repeat it?  What makes room, or
 * is small, may spend what was kept for that.
 */
bool store_room(struct store *store);
bool store_retry(struct store *store, int rc, bool spend);

/*
 * Run a statement.  Its parameters in order, as fmt says: i int64_t, u const
 * struct vm_user * (two: name, node), s char * and size_t (a field padded with
 * NULs), b const void * and size_t, n nothing (NULL).  What is pointed to must
 * live until the statement ends.
 *
 * store_do runs to its end, rows are nobody's.  store_row: 1 and *st is at
 * its first row, 0 there is none, or -errno; after 1, store_next goes on, with
 * the same results, and store_done ends it early.
 */
int store_do(struct store *store, enum store_sql which, const char *fmt, ...);
int store_row(struct store *store, sqlite3_stmt **st, enum store_sql which,
    const char *fmt, ...);
int store_next(struct store *store, sqlite3_stmt *st);
void store_done(sqlite3_stmt *st);

/* A column's text into a field padded with NULs. */
void store_text(sqlite3_stmt *st, int column, char *field, size_t size);

/* Pages of the database. */
int store_pages(struct store *store);

/* Give up to so many free pages back to the disk, if there are very many.  1:
 * it did. */
int store_shrink(struct store *store, int pages);

/* Write the log back when it has grown to `frames` pages. */
void store_checkpoint(struct store *store, int frames);

#endif
