/* SPDX-License-Identifier: MIT
 *
 * store.h - the spool's database: opened, of the right version, ours alone.
 */
#ifndef VM370_SPOOL_STORE_H
#define VM370_SPOOL_STORE_H

#include <sqlite3.h>
#include <stddef.h>

#define STORE_VERSION 1		  /* PRAGMA user_version */
#define STORE_APPLICATION 0x564D3730 /* PRAGMA application_id: "VM70" */

struct store {
	sqlite3 *db;
};

/*
 * Open folder/spool.db; make the folder (0700) and the database when there are
 * none.  Durable: WAL, synchronous=FULL, so that what a commit acknowledged is
 * on disk.  Exclusive: a second vmspool on it is refused.  All files that the
 * database needs are open afterwards.  -1: why (size bytes) says it.
 */
int store_open(struct store *store, const char *folder, char *why,
    size_t size);

/* Checkpoint and close.  Safe to repeat. */
void store_close(struct store *store);

/* Compile one statement, for as long as the store is open.  NULL: logged. */
sqlite3_stmt *store_prepare(struct store *store, const char *sql);

#endif
