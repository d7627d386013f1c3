/* SPDX-License-Identifier: MIT
 *
 * queue.h - the reader, printer and punch queues of each user.
 */
#ifndef VM370_SPOOL_QUEUE_H
#define VM370_SPOOL_QUEUE_H

#include "ipc.h"
#include "store.h"

struct queue {
	struct store *store;
	sqlite3_stmt *count;
};

/* -1: the statements do not fit the database (logged). */
int queue_open(struct queue *queue, struct store *store);
void queue_close(struct queue *queue);

/* How many files are ready in a user's queues.  Zeros when the database cannot
 * tell (logged): LOGON must not fail for it. */
struct ipc_spool_counts queue_count(struct queue *queue,
    const struct vm_user *user);

#endif
