/* SPDX-License-Identifier: MIT
 *
 * queue.c - what is in whose queue.
 */
#include "queue.h"

#include <string.h>

#include "log.h"
#include "name.h"

int
queue_open(struct queue *queue, struct store *store)
{
	*queue = (struct queue){ .store = store };
	queue->count = store_prepare(store, "SELECT queue, count(*) FROM file "
	    "WHERE owner = ?1 AND owner_node = ?2 AND state > 0 "
	    "GROUP BY queue");
	return queue->count != NULL ? 0 : -1;
}

void
queue_close(struct queue *queue)
{
	sqlite3_finalize(queue->count);
	queue->count = NULL;
}

static uint32_t *
queue_field(struct ipc_spool_counts *counts, const char *name)
{
	if (strcmp(name, "RDR") == 0)
		return &counts->reader;
	return strcmp(name, "PRT") == 0 ? &counts->printer : &counts->punch;
}

struct ipc_spool_counts
queue_count(struct queue *queue, const struct vm_user *user)
{
	struct ipc_spool_counts counts = { 0 };
	struct name_text owner = name_text(user->user);
	struct name_text node = name_text(user->node);
	sqlite3_stmt *st = queue->count;
	int rc;

	sqlite3_bind_text(st, 1, owner.s, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, node.s, -1, SQLITE_STATIC);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(st, 0);

		*queue_field(&counts, name) =
		    (uint32_t)sqlite3_column_int64(st, 1);
	}
	if (rc != SQLITE_DONE)
		log_warnx("spool: cannot count %s's files: %s", owner.s,
		    sqlite3_errmsg(queue->store->db));
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return counts;
}
