/* SPDX-License-Identifier: MIT
 *
 * read.c - files that are read or printed: taken, sent block by block, done
 * with.  That a file is active is known here only, and ends with the channel.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "check.h"
#include "client.h"
#include "field.h"
#include "log.h"
#include "name.h"
#include "queue.h"

/* --- take --- */

static int
read_take(struct client *client, const struct queue_file *qf)
{
	struct spool *spool = client->spool;
	struct client_active *active;

	if (client_active(spool, qf->file.id) != NULL)
		return -EBUSY;
	if (client->reads == CLIENT_ACTIVE)
		return -EMFILE;
	active = calloc(1, sizeof *active);
	if (active == NULL)
		return -ENOMEM;
	active->client = client;
	active->id = qf->file.id;
	active->records = qf->file.records;
	active->blocks = qf->blocks;
	active->queue = qf->file.queue;
	client->reads++;
	LIST_INSERT_HEAD(&client->active, active, entry);
	LIST_INSERT_HEAD(&spool->active[active->id % CLIENT_HASH], active,
	    hash);
	return 0;
}

static void
read_release(struct client_active *active)
{
	active->client->reads--;
	LIST_REMOVE(active, entry);
	LIST_REMOVE(active, hash);
	free(active);
}

void
read_ended(struct client *client)
{
	struct client_active *active;

	while ((active = LIST_FIRST(&client->active)) != NULL) {
		uint8_t queue = active->queue;

		read_release(active);
		if (queue != SPOOL_RDR)
			client_more(client->spool, queue);
	}
}

/* The classes are among "A".."Z" "0".."9", or "*". */
static bool
read_classes_good(const char *classes)
{
	size_t n = strnlen(classes, UR_CLASSES);

	for (size_t i = 0; i < n; i++)
		if (!field_class(classes[i]) &&
		    classes[i] != SPOOL_CLASS_ALL)
			return false;
	return n > 0 && field_zero(classes + n, UR_CLASSES - n);
}

static bool
read_every(const char *classes)
{
	return memchr(classes, SPOOL_CLASS_ALL, UR_CLASSES) != NULL;
}

/* The first of a statement's files that nobody reads. */
static int
read_first(struct spool *spool, sqlite3_stmt *st, int got,
    struct queue_file *qf)
{
	for (; got == 1; got = store_next(&spool->store, st)) {
		queue_take(st, qf);
		if (client_active(spool, qf->file.id) == NULL) {
			store_done(st);
			return 0;
		}
	}
	return got == 0 ? -ENOENT : got;
}

static int
read_next_reader(struct client *client, const char *classes,
    struct queue_file *qf)
{
	sqlite3_stmt *st;
	int got = store_row(&client->spool->store, &st, SQL_FILE_WAITING,
	    "uis", &client->user, (int64_t)SPOOL_RDR,
	    read_every(classes) ? "" : classes, (size_t)UR_CLASSES);

	return read_first(client->spool, st, got, qf);
}

/* Of all files of the queue: the best of the best of each class, which the
 * index has at hand however many wait in other classes. */
static int
read_next_real(struct client *client, uint8_t queue, const char *classes,
    struct queue_file *best)
{
	static const char every[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	bool all = read_every(classes);
	const char *class = all ? every : classes;
	size_t n = all ? sizeof every - 1 : strnlen(classes, UR_CLASSES);
	int found = -ENOENT;

	for (size_t i = 0; i < n; i++) {
		struct queue_file qf;
		sqlite3_stmt *st;
		int rc = store_row(&client->spool->store, &st, SQL_FILE_READY,
		    "is", (int64_t)queue, &class[i], (size_t)1);

		rc = read_first(client->spool, st, rc, &qf);
		if (rc == 0 && (found != 0 || qf.place < best->place)) {
			*best = qf;
			found = 0;
		} else if (rc < 0 && rc != -ENOENT) {
			return rc;
		}
	}
	return found;
}

/* One file by its key, if it is one that the client may have. */
static int
read_by_id(struct client *client, const struct ipc_ur_open *o,
    struct queue_file *qf)
{
	int rc = queue_find(&client->spool->store, o->id, qf);

	if (rc < 0)
		return rc;
	if (client->rights == UR_GUEST && (qf->file.queue != SPOOL_RDR ||
	    memcmp(&qf->file.owner, &client->user, sizeof client->user) != 0))
		return -ENOENT;
	if (client->rights == UR_REAL && qf->file.queue != o->queue)
		return -ENOENT;
	return 0;
}

static int
read_find(struct client *client, const struct ipc_ur_open *o,
    struct queue_file *qf)
{
	if (!field_zero(o->zero, sizeof o->zero))
		return -EINVAL;
	if (o->id != 0)
		return read_by_id(client, o, qf);
	if (!read_classes_good(o->classes))
		return -EINVAL;
	if (client->rights == UR_GUEST)
		return read_next_reader(client, o->classes, qf);
	if (o->queue != SPOOL_PUN && o->queue != SPOOL_PRT)
		return -EINVAL;
	return read_next_real(client, o->queue, o->classes, qf);
}

void
read_open(struct client *client, const struct ipcchan_message *msg)
{
	const struct ipc_ur_open *o = msg->payload;
	struct ipc_ur_opened opened = { .tag = o->tag };
	struct queue_file qf;

	if ((client->rights == UR_GUEST && o->queue != SPOOL_RDR) ||
	    (client->rights == UR_REAL && o->queue != SPOOL_PUN &&
	    o->queue != SPOOL_PRT)) {
		client_lied(client, "another queue's files");
		return;
	}
	opened.rc = read_find(client, o, &qf);
	if (opened.rc == -ENOENT && client->rights == UR_REAL)
		client->waits |= 1u << o->queue;
	if (opened.rc == 0)
		opened.rc = read_take(client, &qf);
	if (opened.rc == 0) {
		opened.file = qf.file;
		opened.file.active = 1;
		opened.blocks = (uint64_t)qf.blocks;
	}
	loopchan_send(&client->lc, IPC_UR_OPENED, &opened, sizeof opened, -1);
}

/* --- read --- */

/* The number of a block's first record; -EIO: it is not there. */
static int
read_block_first(struct store *store, uint64_t id, int64_t seq,
    uint64_t *first)
{
	sqlite3_stmt *st;
	int got = store_row(store, &st, SQL_BLOCK_FIRST, "i",
	    BLOCK_ID(id, seq));

	if (got != 1)
		return got == 0 ? -EIO : got;
	*first = (uint64_t)sqlite3_column_int64(st, 0);
	store_done(st);
	return 0;
}

/* The block that has a record: blocks' first records only grow. */
static int
read_locate(const struct client_active *active, uint64_t record,
    uint64_t *seq)
{
	int64_t low = 0, high = active->blocks - 1;

	if (record > active->records)
		return -ENOENT;
	while (low < high) {
		int64_t middle = (low + high + 1) / 2;
		uint64_t first = 0;
		int rc = read_block_first(&active->client->spool->store,
		    active->id, middle, &first);

		if (rc < 0)
			return rc;
		if (first <= record)
			low = middle;
		else
			high = middle - 1;
	}
	*seq = (uint64_t)low;
	return 0;
}

static int
read_send(struct client *client, struct ipc_ur_data *data)
{
	struct block_row row = { .id = BLOCK_ID(data->id, data->seq) };
	sqlite3_stmt *st;
	int rc = store_row(&client->spool->store, &st, SQL_BLOCK_GET, "i",
	    row.id);

	if (rc != 1)
		return rc == 0 ? -EIO : rc;
	rc = block_take(st, &row) ? 0 : -EIO;
	if (rc == 0) {
		data->first = (uint64_t)row.first;
		data->records = (uint32_t)row.records;
		loopchan_send_text(&client->lc, IPC_UR_DATA, data,
		    sizeof *data, row.data, row.len, -1);
	}
	store_done(st);
	return rc;
}

void
read_block(struct client *client, const struct ipcchan_message *msg)
{
	const struct ipc_ur_read *r = msg->payload;
	struct client_active *active = client_active(client->spool, r->id);
	struct ipc_ur_data data = { .id = r->id, .seq = r->seq };
	int rc = 0;

	if (active == NULL || active->client != client)
		rc = -EINVAL;
	else if (r->record != 0)
		rc = read_locate(active, r->record, &data.seq);
	if (rc == 0 && data.seq >= (uint64_t)active->blocks)
		rc = -ENOENT;
	if (rc == 0)
		rc = read_send(client, &data);
	if (rc == -EIO) {
		active->damaged = true;
		check_damaged(client->spool, active->id);
	}
	if (rc < 0) {
		data.rc = rc;
		loopchan_send_text(&client->lc, IPC_UR_DATA, &data,
		    sizeof data, "", 0, -1);
	}
}

/* --- done with --- */

/* It was read, in a transaction.  What could not be read to its end is not
 * purged for that. */
static int
read_settle_done(struct store *store, const struct client_active *active,
    uint32_t copies, struct queue_file *qf)
{
	struct spool_file *f = &qf->file;

	if (f->damaged || f->attr.copies < copies)
		return 0;
	if (active->damaged) { /* there was no room to say so */
		f->damaged = 1;
		f->attr.hold |= SPOOL_HOLD_SYSTEM;
	} else if (f->attr.copies > 1) {
		f->attr.copies--;
	} else if (f->attr.keep) {
		f->attr.hold |= SPOOL_HOLD_USER;
	} else {
		return queue_drop(store, qf);
	}
	return queue_change(store, qf);
}

/* What becomes of the file, in a transaction.  A real device's operator holds
 * what only he releases. */
static int
read_settle(struct client_active *active, const struct ipc_ur_finish *f,
    struct queue_file *qf)
{
	struct client *client = active->client;
	struct store *store = &client->spool->store;

	if (f->how == FINISH_DONE)
		return read_settle_done(store, active, f->copies, qf);
	if (f->how == FINISH_PURGE)
		return queue_drop(store, qf);
	qf->file.attr.hold |= client->rights == UR_REAL ? SPOOL_HOLD_SYSTEM :
							  SPOOL_HOLD_USER;
	return queue_change(store, qf);
}

static int
read_done(struct client_active *active, const struct ipc_ur_finish *f)
{
	struct store *store = &active->client->spool->store;
	struct queue_file qf;
	int rc;

	if (f->how == FINISH_BACK)
		return 0;
	rc = queue_find(store, active->id, &qf);
	if (rc == 0)
		rc = store_begin(store, true);
	if (rc == 0)
		rc = store_end(store, read_settle(active, f, &qf));
	return rc;
}

void
read_finish(struct client *client, const struct ipcchan_message *msg)
{
	const struct ipc_ur_finish *f = msg->payload;
	struct spool *spool = client->spool;
	struct client_active *active = client_active(spool, f->id);
	struct queue_file qf;
	int rc;

	if (f->how < FINISH_DONE || f->how > FINISH_PURGE || f->zero != 0)
		rc = -EINVAL;
	else if (active == NULL)
		rc = queue_find(&spool->store, f->id, &qf) == -ENOENT ?
		    -ENOENT : -EINVAL;
	else if (active->client != client)
		rc = -EINVAL;
	else
		do
			rc = read_done(active, f);
		while (store_retry(&spool->store, rc, true));
	if (rc == 0) {
		uint8_t queue = active->queue;

		read_release(active);
		if (queue != SPOOL_RDR)
			client_more(spool, queue);
	}
	client_answer(client, f->tag, rc, rc == 0);
	erase_soon(spool);
}
