/* SPDX-License-Identifier: MIT
 *
 * queue.h - the files of queues, and what each user has of them.
 *
 * Functions return 0 or -errno as store.h's; those that change something are
 * for inside a transaction.
 */
#ifndef VM370_SPOOL_QUEUE_H
#define VM370_SPOOL_QUEUE_H

#include "ipc.h"
#include "store.h"

/* A row of the table file. */
struct queue_file {
	struct spool_file file;
	int64_t place;
	int64_t blocks;
};

/* RDR, PUN or PRT. */
const char *queue_name(uint8_t queue);

/* What statements that begin with FILE_SELECT are at. */
void queue_take(sqlite3_stmt *st, struct queue_file *qf);

/* By its key, or by its owner's number.  -ENOENT: there is none. */
int queue_find(struct store *store, uint64_t id, struct queue_file *qf);
int queue_number(struct store *store, const struct vm_user *owner,
    spoolid_t spoolid, struct queue_file *qf);

/*
 * A new file comes to the end of its owner's queue: its spoolid, origin_id and
 * place are set.  -EMFILE: all of the owner's numbers are in use.
 */
int queue_add(struct store *store, struct queue_file *qf);

/* One that has all that already.  Its owner and writer are told nothing. */
int queue_put(struct store *store, const struct queue_file *qf);

/* The attributes and `damaged` of a file that is there. */
int queue_change(struct store *store, const struct queue_file *qf);

/* To the end of another queue, with a new number.  -EMFILE as above. */
int queue_move(struct store *store, struct queue_file *qf,
    const struct vm_user *to, uint8_t queue);

/* Off its queue and off its writer's account; its blocks go later. */
int queue_drop(struct store *store, const struct queue_file *qf);

/* What he wrote and is not gone, open files too. */
int queue_used(struct store *store, const struct vm_user *user,
    uint64_t *files, uint64_t *bytes);

/* How many files are in a user's queues.  Zeros when the database cannot tell
 * (logged): LOGON must not fail for it. */
struct ipc_spool_counts queue_count(struct store *store,
    const struct vm_user *user);

#endif
