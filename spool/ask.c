/* SPDX-License-Identifier: MIT
 *
 * ask.c - what is asked about the files of queues: QUERY PURGE CHANGE ORDER
 * TRANSFER.  Open files it does not see.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "field.h"
#include "name.h"
#include "queue.h"

#define ASK_LOOK 2048 /* files that one question looks at */

/* A question on its way. */
struct ask {
	struct client *client;
	const struct ipc_ur_ask *q;
	bool all;	  /* everybody's */
	uint8_t queue;	  /* where it is: from 1 */
	int64_t place;	  /* behind that */
	unsigned looked;
	unsigned n;	  /* files found, */
	struct queue_file *file; /* these, */
	uint16_t *was;	  /* and what TRANSFER or CHANGE made other of them */
	uint32_t busy;
	bool more;
};

/*
 * Where a question was, for `after`: the queue in the upper two bits, the place
 * below, so that it grows and is never 0.
 */
#define ASK_PLACE_BITS 62
#define ASK_PLACE_0 (INT64_C(1) << (ASK_PLACE_BITS - 1))

static uint64_t
ask_cursor(uint8_t queue, int64_t place)
{
	return (uint64_t)queue << ASK_PLACE_BITS |
	    (uint64_t)(place + ASK_PLACE_0);
}

static void
ask_begin(struct ask *a)
{
	uint64_t after = a->q->after;

	a->queue = a->q->queue != 0 ? a->q->queue : SPOOL_RDR;
	a->place = -ASK_PLACE_0;
	if (after != 0) {
		a->queue = (uint8_t)(after >> ASK_PLACE_BITS);
		a->place = (int64_t)(after & ((UINT64_C(1) << ASK_PLACE_BITS) -
		    1)) - ASK_PLACE_0;
	}
}

/* --- which --- */

static bool
ask_by(const struct ipc_ur_ask *q, const struct spool_file *f)
{
	if (!name_empty(q->origin) && !name_equal(q->origin, f->origin.user))
		return false;
	switch (q->by) {
	case BY_ID:
		return q->spoolid != 0 ? f->spoolid == q->spoolid :
		    f->id == q->id;
	case BY_CLASS:
		return f->attr.class == q->class;
	case BY_FORM:
		return memcmp(f->attr.form, q->form, sizeof q->form) == 0;
	case BY_HELD:
		return (f->attr.hold & q->hold) != 0;
	default:
		return true;
	}
}

/* The most files that one answer is about. */
static unsigned
ask_most(const struct ask *a)
{
	return a->q->op == ASK_QUERY ? UR_ROWS : UR_SLICE;
}

/* Is it there already? */
static bool
ask_there(const struct ipc_ur_ask *q, const struct spool_file *f)
{
	return q->op == ASK_TRANSFER && f->queue == q->to_queue &&
	    memcmp(&f->owner, &q->to, sizeof q->to) == 0;
}

/* The next file, which may be one that is meant.  False: it is, and this answer
 * is full. */
static bool
ask_take(struct ask *a, struct queue_file *qf)
{
	bool meant = ask_by(a->q, &qf->file) && !ask_there(a->q, &qf->file);

	qf->file.active = client_active(a->client->spool, qf->file.id) != NULL;
	if (meant && qf->file.active && a->q->op != ASK_QUERY) {
		a->busy++;
		meant = false;
	}
	if (meant && a->n == ask_most(a))
		return false;
	if (meant)
		a->file[a->n++] = *qf;
	a->place = qf->place;
	return true;
}

static int
ask_walk_queue(struct ask *a)
{
	struct store *store = &a->client->spool->store;
	struct queue_file qf;
	sqlite3_stmt *st;
	int got = a->all ? store_row(store, &st, SQL_FILE_OF_ALL, "ii",
	    (int64_t)a->queue, a->place) : store_row(store, &st,
	    SQL_FILE_OF_OWNER, "uii", &a->q->owner, (int64_t)a->queue,
	    a->place);

	for (; got == 1; got = store_next(store, st)) {
		queue_take(st, &qf);
		if (a->looked == ASK_LOOK || !ask_take(a, &qf)) {
			a->more = true;
			store_done(st);
			return 0;
		}
		a->looked++;
	}
	return got;
}

/* The files that are meant, behind `after`, of one queue or each. */
static int
ask_walk(struct ask *a)
{
	uint8_t last = a->q->queue != 0 ? a->q->queue : SPOOL_PRT;
	int rc = 0;

	for (ask_begin(a); a->queue <= last; a->queue++) {
		rc = ask_walk_queue(a);
		if (rc < 0 || a->more)
			break;
		a->place = -ASK_PLACE_0;
	}
	return rc;
}

static int
ask_one(struct ask *a)
{
	const struct ipc_ur_ask *q = a->q;
	struct store *store = &a->client->spool->store;
	struct queue_file qf;
	int rc = q->spoolid != 0 ? queue_number(store, &q->owner, q->spoolid,
	    &qf) : queue_find(store, q->id, &qf);

	if (rc < 0)
		return rc;
	if ((!a->all && memcmp(&qf.file.owner, &q->owner, sizeof q->owner) !=
	    0) || (q->queue != 0 && q->queue != qf.file.queue))
		return -ENOENT;
	a->queue = qf.file.queue;
	ask_take(a, &qf);
	return a->busy != 0 ? -EBUSY : 0;
}

/* --- what is done to them --- */

static int
ask_purge(struct ask *a, struct queue_file *qf)
{
	return queue_drop(&a->client->spool->store, qf);
}

static void
ask_apply(const struct ipc_ur_ask *q, struct spool_attr *to)
{
	const struct spool_attr *from = &q->attr;

	if ((q->change & CHANGE_CLASS) != 0)
		to->class = from->class;
	if ((q->change & CHANGE_COPIES) != 0)
		to->copies = from->copies;
	if ((q->change & CHANGE_HOLD) != 0)
		to->hold = (uint8_t)((to->hold & ~q->hold_mask) |
		    (from->hold & q->hold_mask));
	if ((q->change & CHANGE_KEEP) != 0)
		to->keep = from->keep;
	if ((q->change & CHANGE_DIST) != 0)
		memcpy(to->dist, from->dist, sizeof to->dist);
	if ((q->change & CHANGE_NAME) != 0) {
		memcpy(to->name, from->name, sizeof to->name);
		memcpy(to->type, from->type, sizeof to->type);
	}
	if ((q->change & CHANGE_FORM) != 0)
		memcpy(to->form, from->form, sizeof to->form);
	if ((q->change & CHANGE_TAG) != 0)
		memcpy(to->tag, from->tag, sizeof to->tag);
}

static int
ask_change(struct ask *a, struct queue_file *qf)
{
	ask_apply(a->q, &qf->file.attr);
	return queue_change(&a->client->spool->store, qf);
}

static int
ask_transfer(struct ask *a, struct queue_file *qf)
{
	return queue_move(&a->client->spool->store, qf, &a->q->to,
	    a->q->to_queue);
}

static const struct ask_op {
	int (*fn)(struct ask *a, struct queue_file *qf);
} ask_ops[] = {
	[ASK_PURGE] = { ask_purge },
	[ASK_CHANGE] = { ask_change },
	[ASK_TRANSFER] = { ask_transfer },
};

/* What CHANGE may alter of who takes a file. */
static uint16_t
ask_ready(const struct spool_file *f)
{
	return (uint16_t)(f->attr.hold << 8 | (uint8_t)f->attr.class);
}

static uint16_t
ask_was(const struct ask *a, const struct spool_file *f)
{
	return a->q->op == ASK_CHANGE ? ask_ready(f) : f->spoolid;
}

/* To all that were found.  Without room in the other's queue it ends early;
 * any other error leaves all as they were.  a->n: how many. */
static int
ask_do(struct ask *a)
{
	struct store *store = &a->client->spool->store;
	unsigned n = 0;
	int rc, error;

	if (a->n == 0 || a->q->op == ASK_QUERY)
		return 0;
	rc = store_begin(store, true);
	for (; rc == 0 && n < a->n; n += rc == 0) {
		a->was[n] = ask_was(a, &a->file[n].file);
		rc = ask_ops[a->q->op].fn(a, &a->file[n]);
	}
	error = store_end(store, rc == -EMFILE ? 0 : rc);
	a->n = error == 0 ? n : 0;
	return error != 0 ? error : rc;
}

/* --- ORDER --- */

/* A file of a queue that is put in order. */
struct ask_ordered {
	uint64_t id;
	int64_t place;
	bool chosen;
};

struct ask_order {
	struct ask_ordered *file;
	size_t n, size, chosen;
};

static int
ask_order_add(struct ask_order *o, const struct queue_file *qf, bool chosen)
{
	if (o->n == o->size) {
		size_t size = o->size == 0 ? 256 : o->size * 2;
		void *file = realloc(o->file, size * sizeof *o->file);

		if (file == NULL)
			return -ENOMEM;
		o->file = file;
		o->size = size;
	}
	o->file[o->n++] = (struct ask_ordered){ qf->file.id, qf->place,
		chosen };
	o->chosen += chosen;
	return 0;
}

/* One owner's files, all of them; of everybody's those that are meant. */
static int
ask_order_walk(struct ask *a, struct ask_order *o)
{
	struct store *store = &a->client->spool->store;
	struct queue_file qf;
	sqlite3_stmt *st;
	int got = a->all ? store_row(store, &st, SQL_FILE_OF_ALL, "ii",
	    (int64_t)a->queue, INT64_MIN) : store_row(store, &st,
	    SQL_FILE_OF_OWNER, "uii", &a->q->owner, (int64_t)a->queue,
	    INT64_MIN);

	for (; got == 1; got = store_next(store, st)) {
		bool meant;

		queue_take(st, &qf);
		meant = ask_by(a->q, &qf.file);
		if (meant && client_active(a->client->spool, qf.file.id)) {
			a->busy++;
			meant = false;
		}
		if ((meant || !a->all) && ask_order_add(o, &qf, meant) < 0) {
			store_done(st);
			return -ENOMEM;
		}
	}
	return got;
}

/* The place before all others of a queue. */
static int
ask_order_head(struct store *store, uint8_t queue, int64_t *place)
{
	sqlite3_stmt *st;
	int got = store_row(store, &st, SQL_FILE_HEAD, "i", (int64_t)queue);

	if (got < 0)
		return got;
	*place = sqlite3_column_int64(st, 0) - 1;
	store_done(st);
	return 0;
}

static int
ask_order_put(struct store *store, const struct ask_ordered *file,
    int64_t place)
{
	return file->place == place ? 0 : store_do(store, SQL_FILE_PLACE,
	    "ii", (int64_t)file->id, place);
}

/* Everybody's: to new places before the head. */
static int
ask_order_all(struct ask *a, const struct ask_order *o)
{
	struct store *store = &a->client->spool->store;
	int64_t place = 0;
	int rc = ask_order_head(store, a->queue, &place);

	for (size_t i = o->n; rc == 0 && i > 0; i--)
		rc = ask_order_put(store, &o->file[i - 1], place--);
	return rc;
}

/* One owner's change places among themselves, so that at a printer he does not
 * come before others who wait as well. */
static int
ask_order_own(struct ask *a, const struct ask_order *o)
{
	struct store *store = &a->client->spool->store;
	size_t at = 0;
	int rc = 0;

	for (int chosen = 1; chosen >= 0; chosen--)
		for (size_t i = 0; rc == 0 && i < o->n; i++)
			if (o->file[i].chosen == chosen)
				rc = ask_order_put(store, &o->file[i],
				    o->file[at++].place);
	return rc;
}

static int
ask_order_queue(struct ask *a)
{
	struct ask_order o = { 0 };
	int rc = ask_order_walk(a, &o);

	if (rc == 0 && o.chosen > 0)
		rc = a->all ? ask_order_all(a, &o) : ask_order_own(a, &o);
	a->n += (unsigned)o.chosen;
	free(o.file);
	return rc;
}

static int
ask_order(struct ask *a)
{
	struct store *store = &a->client->spool->store;
	uint8_t last = a->q->queue != 0 ? a->q->queue : SPOOL_PRT;
	int rc = store_begin(store, true);

	if (rc < 0)
		return rc;
	for (ask_begin(a); rc == 0 && a->queue <= last; a->queue++)
		rc = ask_order_queue(a);
	rc = store_end(store, rc);
	if (rc < 0)
		a->n = 0;
	else if (a->q->by == BY_ID && a->n == 0)
		rc = a->busy != 0 ? -EBUSY : -ENOENT;
	return rc;
}

/* --- answers --- */

static void
ask_row(struct ask *a, unsigned i)
{
	const struct queue_file *qf = &a->file[i];
	struct ipc_ur_row row = { .tag = a->q->tag,
		.was = a->q->op == ASK_TRANSFER ? a->was[i] : 0,
		.cursor = ask_cursor(qf->file.queue, qf->place),
		.file = qf->file };

	loopchan_send(&a->client->lc, IPC_UR_ROW, &row, sizeof row, -1);
}

static void
ask_answer(struct ask *a, int rc)
{
	struct ipc_ur_done done = { .tag = a->q->tag, .rc = rc,
		.count = a->n, .busy = a->busy, .more = a->more,
		.cursor = a->more ? ask_cursor(a->queue, a->place) : 0 };

	loopchan_send(&a->client->lc, IPC_UR_DONE, &done, sizeof done, -1);
}

static void
ask_tell(struct ask *a)
{
	struct spool *spool = a->client->spool;

	for (unsigned i = 0; i < a->n; i++) {
		const struct spool_file *f = &a->file[i].file;

		if (a->q->op == ASK_QUERY || a->q->op == ASK_TRANSFER)
			ask_row(a, i);
		if (a->q->op == ASK_TRANSFER)
			client_news(spool, IPC_SPOOL_ARRIVED, f);
		else if (a->q->op == ASK_CHANGE && f->attr.hold == 0 &&
		    a->was[i] != ask_ready(f))
			client_news(spool, IPC_SPOOL_RELEASED, f);
	}
}

/* --- is it a question? --- */

static bool
ask_good_by(const struct ipc_ur_ask *q)
{
	switch (q->by) {
	case BY_ALL:
		return true;
	case BY_ID:
		return q->spoolid <= SPOOLID_MAX && (q->spoolid != 0 ?
		    !field_no_user(&q->owner) : q->id != 0);
	case BY_CLASS:
		return field_class(q->class);
	case BY_FORM:
		return field_upper(q->form, sizeof q->form);
	case BY_HELD:
		return q->hold != 0 && q->hold <= (SPOOL_HOLD_USER |
		    SPOOL_HOLD_SYSTEM);
	default:
		return false;
	}
}

static bool
ask_good(const struct ipc_ur_ask *q)
{
	uint32_t known = CHANGE_CLASS | CHANGE_COPIES | CHANGE_HOLD |
	    CHANGE_KEEP | CHANGE_DIST | CHANGE_NAME | CHANGE_FORM | CHANGE_TAG;

	if (q->op < ASK_QUERY || q->op > ASK_TRANSFER || !ask_good_by(q) ||
	    q->queue > SPOOL_PRT || !field_zero(q->zero, sizeof q->zero) ||
	    !(field_no_user(&q->owner) || field_user(&q->owner)) ||
	    !(name_empty(q->origin) || field_name(&q->origin)) ||
	    (q->after != 0 && q->after >> ASK_PLACE_BITS == 0))
		return false;
	if (q->op == ASK_CHANGE)
		return q->change != 0 && (q->change & ~known) == 0 &&
		    q->hold_mask <= (SPOOL_HOLD_USER | SPOOL_HOLD_SYSTEM) &&
		    field_attr(&q->attr, q->change);
	if (q->op == ASK_TRANSFER)
		return field_user(&q->to) && q->to_queue >= SPOOL_RDR &&
		    q->to_queue <= SPOOL_PRT;
	return true;
}

/* A guest asks about his reader, whether he says so or not. */
static bool
ask_guest(const struct client *client, struct ipc_ur_ask *q)
{
	if (q->op != ASK_QUERY || (q->queue != 0 && q->queue != SPOOL_RDR) ||
	    (!field_no_user(&q->owner) && memcmp(&q->owner, &client->user,
	    sizeof q->owner) != 0))
		return false;
	q->queue = SPOOL_RDR;
	q->owner = client->user;
	return true;
}

static int
ask_run(struct ask *a)
{
	int rc;

	a->n = a->looked = a->busy = 0;
	a->more = false;
	if (a->q->op == ASK_ORDER)
		return ask_order(a);
	rc = a->q->by == BY_ID ? ask_one(a) : ask_walk(a);
	return rc == 0 ? ask_do(a) : rc;
}

void
ask_files(struct client *client, const struct ipcchan_message *msg)
{
	static struct queue_file file[UR_SLICE];
	static uint16_t was[UR_SLICE];
	struct ipc_ur_ask q;
	struct ask a = { .client = client, .q = &q, .file = file,
		.was = was };
	int rc = -EINVAL;

	memcpy(&q, msg->payload, sizeof q);
	if (client->rights == UR_GUEST && !ask_guest(client, &q)) {
		client_lied(client, "a question about others' files");
		return;
	}
	a.all = field_no_user(&q.owner);
	if (ask_good(&q)) {
		do
			rc = ask_run(&a);
		while (store_retry(&client->spool->store, rc, true));
		if (q.op != ASK_ORDER)
			ask_tell(&a);
	}
	ask_answer(&a, rc);
	erase_soon(client->spool);
}
