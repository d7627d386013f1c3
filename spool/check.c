/* SPDX-License-Identifier: MIT
 *
 * check.c - reads all that is in the database, a little at a time: once after
 * each start, and for UR_CHECK.  A file of which something is damaged is held;
 * nothing is repaired, which only a start can do (salvage.c).
 */
#include "check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "log.h"
#include "name.h"
#include "queue.h"
#include "report.h"

#define CHECK_BLOCKS 32		/* read in one turn of the loop */
#define CHECK_KEYS 256		/* files looked at likewise */
#define CHECK_WHOLE 65536	/* pages that SQLite reads at one go */
#define CHECK_REST_MS 5		/* between turns, when nobody waits */

/* The file at hand, or what a device has open. */
struct check_file {
	int64_t id;
	struct vm_user owner;
	unsigned number; /* spoolid, or the device's address */
	uint8_t queue;	 /* 0: open */
	int64_t records, bytes, blocks;
};

struct check {
	struct spool *spool;
	struct client *client; /* who asked; NULL: nobody */
	uint32_t tag;
	struct event *turn;
	unsigned step;
	int64_t id;		/* of the file, or of the block looked for */
	int64_t seq;		/* of the next block */
	int64_t records, bytes; /* in the blocks before */
	int64_t gap;		/* damaged from this record on; 0: it is not */
	bool damaged;		/* the file is */
	struct report report;
};

/* --- a damaged file --- */

static int
check_hold(struct spool *spool, struct queue_file *qf)
{
	int rc = store_begin(&spool->store, true);

	if (rc < 0)
		return rc;
	qf->file.damaged = 1;
	qf->file.attr.hold |= SPOOL_HOLD_SYSTEM;
	return store_end(&spool->store, queue_change(&spool->store, qf));
}

void
check_damaged(struct spool *spool, uint64_t id)
{
	struct queue_file qf;
	int rc = queue_find(&spool->store, id, &qf);

	if (rc == 0 && qf.file.damaged)
		return;
	if (rc == 0)
		rc = check_hold(spool, &qf);
	if (rc == 0)
		client_notice(spool, "%s FILE %04u OF %s IS DAMAGED, AND HELD",
		    queue_name(qf.file.queue), qf.file.spoolid,
		    name_text(qf.file.owner.user).s);
	else
		log_warnx("spool: file %" PRIu64 " is damaged and cannot be "
		    "held: %s", id, strerror(-rc));
}

/* --- SQLite's own check --- */

/* Lines of SQLite: 'ok', or what is wrong. */
static int
check_sqlite(struct check *c, enum store_sql which)
{
	struct store *store = &c->spool->store;
	sqlite3_stmt *st;
	int got = store_row(store, &st, which, "");

	for (; got == 1; got = store_next(store, st)) {
		const char *line = (const char *)sqlite3_column_text(st, 0);

		if (line != NULL && strcmp(line, "ok") != 0)
			report_line(&c->report, "DATABASE: %s", line);
	}
	return got;
}

/* A large database's blocks are read one by one anyway. */
static int
check_pages(struct check *c)
{
	struct store *store = &c->spool->store;
	int rc = 0;

	if (c->client == NULL)
		return 0; /* it was just started */
	if (store_pages(store) <= CHECK_WHOLE)
		return check_sqlite(c, SQL_CHECK_ALL);
	for (enum store_sql which = SQL_CHECK_FILE; which <= SQL_CHECK_GONE &&
	    rc == 0; which++)
		rc = check_sqlite(c, which);
	return rc;
}

/* --- files and their blocks --- */

/* The file with this key, or the next one.  1: there is one. */
static int
check_next(struct check *c, struct check_file *f)
{
	sqlite3_stmt *st;
	int got = store_row(&c->spool->store, &st, SQL_CHECK_NEXT, "i", c->id);

	if (got != 1)
		return got;
	f->id = sqlite3_column_int64(st, 0);
	store_text(st, 1, f->owner.user.c, VM_NAME_MAX);
	store_text(st, 2, f->owner.node.c, VM_NAME_MAX);
	f->number = (unsigned)sqlite3_column_int(st, 3);
	f->queue = (uint8_t)sqlite3_column_int(st, 4);
	f->records = sqlite3_column_int64(st, 5);
	f->bytes = sqlite3_column_int64(st, 6);
	f->blocks = sqlite3_column_int64(st, 7);
	store_done(st);
	return 1;
}

static void
check_file_begin(struct check *c, int64_t id)
{
	c->id = id;
	c->seq = c->records = c->bytes = c->gap = 0;
	c->damaged = false;
}

struct check_name {
	char s[48];
};

static struct check_name
check_name(const struct check_file *f)
{
	struct check_name name;
	struct name_text owner = name_text(f->owner.user);

	if (f->queue == 0)
		snprintf(name.s, sizeof name.s, "FILE OPEN ON %s %03X",
		    owner.s, f->number);
	else
		snprintf(name.s, sizeof name.s, "%s %s FILE %04u", owner.s,
		    queue_name(f->queue), f->number);
	return name;
}

/* Records from c->gap on are damaged, up to this one. */
static void
check_gap(struct check *c, const struct check_file *f, int64_t last)
{
	report_line(&c->report, "%s: RECORDS %" PRId64 " TO %" PRId64
	    " ARE DAMAGED", check_name(f).s, c->gap, last);
	c->gap = 0;
	c->damaged = true;
}

/* The next block.  -errno: the database cannot be read. */
static int
check_block(struct check *c, const struct check_file *f)
{
	struct block_row row = { .id = BLOCK_ID(f->id, c->seq++) };
	sqlite3_stmt *st;
	int got = store_row(&c->spool->store, &st, SQL_BLOCK_GET, "i", row.id);
	bool sound = got == 1 && block_take(st, &row) &&
	    row.first > c->records;

	if (got == 1)
		store_done(st);
	if (got < 0 && got != -EIO)
		return got;
	if (c->gap == 0 && (!sound || row.first != c->records + 1))
		c->gap = c->records + 1;
	if (!sound)
		return 0;
	if (c->gap != 0)
		check_gap(c, f, row.first - 1);
	c->records = row.first + row.records - 1;
	c->bytes += (int64_t)row.bytes;
	return 0;
}

/* The key of the first block from there on.  1: there is one. */
static int
check_behind(struct check *c, int64_t from, int64_t *id)
{
	sqlite3_stmt *st;
	int got = store_row(&c->spool->store, &st, SQL_CHECK_BLOCK, "i", from);

	if (got == 1) {
		*id = sqlite3_column_int64(st, 0);
		store_done(st);
	}
	return got;
}

/* All blocks of it were read. */
static int
check_file_end(struct check *c, const struct check_file *f)
{
	int64_t extra = 0;
	int got = check_behind(c, BLOCK_ID(f->id, f->blocks), &extra);

	if (got < 0)
		return got;
	if (c->gap != 0)
		check_gap(c, f, f->records);
	if ((got == 1 && extra < BLOCK_ID(f->id + 1, 0)) ||
	    (!c->damaged && (c->records != f->records ||
	    c->bytes != f->bytes))) {
		report_line(&c->report, "%s: ITS RECORDS ARE NOT THOSE THAT "
		    "WERE COUNTED", check_name(f).s);
		c->damaged = true;
	}
	if (c->damaged && f->queue != 0)
		check_damaged(c->spool, (uint64_t)f->id);
	check_file_begin(c, f->id + 1);
	return 0;
}

/* Some blocks more.  1: there are others. */
static int
check_files(struct check *c)
{
	for (int n = 0; n < CHECK_BLOCKS; n++) {
		struct check_file f;
		int rc = check_next(c, &f);

		if (rc != 1)
			return rc;
		if (f.id != c->id)
			check_file_begin(c, f.id);
		while (rc >= 0 && c->seq < f.blocks && n++ < CHECK_BLOCKS)
			rc = check_block(c, &f);
		if (rc >= 0 && c->seq >= f.blocks)
			rc = check_file_end(c, &f);
		if (rc < 0)
			return rc;
	}
	return 1;
}

/* Are there blocks of files that nobody knows? */
static int
check_orphans(struct check *c)
{
	struct store *store = &c->spool->store;

	for (int n = 0; n < CHECK_KEYS; n++) {
		int64_t id = 0, file;
		sqlite3_stmt *st;
		int got = check_behind(c, c->id, &id);

		if (got != 1)
			return got;
		file = (int64_t)((uint64_t)id >> BLOCK_BITS);
		got = store_row(store, &st, SQL_CHECK_KNOWN, "i", file);
		if (got < 0)
			return got;
		if (got == 1)
			store_done(st);
		else
			report_line(&c->report, "BLOCKS OF A FILE THAT IS NOT "
			    "THERE: %" PRId64, file);
		c->id = BLOCK_ID(file + 1, 0);
	}
	return 1;
}

/* What has to be the same in two tables. */
static int
check_sums(struct check *c)
{
	struct store *store = &c->spool->store;
	int rc = 0;

	for (enum store_sql which = SQL_CHECK_OWNED; which <= SQL_CHECK_PLACE &&
	    rc == 0; which++) {
		sqlite3_stmt *st;

		rc = store_row(store, &st, which, "");
		for (; rc == 1; rc = store_next(store, st))
			report_line(&c->report, "%s",
			    (const char *)sqlite3_column_text(st, 0));
	}
	return rc;
}

/* --- one after the other --- */

/* 1: call it again; 0: it is done. */
static int (*const check_steps[])(struct check *c) = {
	check_pages,
	check_files,
	check_orphans,
	check_sums,
};
#define CHECK_STEPS (sizeof check_steps / sizeof check_steps[0])

static void
check_free(struct check *c)
{
	c->spool->check = NULL;
	if (c->turn != NULL)
		event_free(c->turn);
	free(c);
}

static void
check_say(void *arg, const char *line)
{
	struct spool *spool = arg;

	client_notice(spool, "SPOOL: %s", line);
}

static void
check_over(struct check *c, int rc)
{
	struct ipc_ur_done done = { .tag = c->tag, .rc = rc,
		.count = c->report.lines + c->report.left_out };

	report_end(&c->report);
	if (c->client != NULL)
		loopchan_send_text(&c->client->lc, IPC_UR_DONE, &done,
		    sizeof done, c->report.text, c->report.len, -1);
	else
		report_each(&c->report, check_say, c->spool);
	check_free(c);
}

static void
check_later(struct check *c)
{
	struct timeval tv = { 0, c->client == NULL ? CHECK_REST_MS * 1000 : 0 };

	evtimer_add(c->turn, &tv);
}

static void
check_turn(evutil_socket_t fd, short what, void *arg)
{
	struct check *c = arg;
	int rc = check_steps[c->step](c);

	(void)fd;
	(void)what;
	if (rc == -EIO) {
		report_line(&c->report, "DATABASE: NOT ALL OF IT CAN BE READ");
		rc = 0;
		c->step = CHECK_STEPS;
	} else if (rc == 0) {
		c->step++;
		check_file_begin(c, 0);
	}
	client_fit(c->spool);
	if (rc < 0 || c->step >= CHECK_STEPS)
		check_over(c, rc);
	else
		check_later(c);
}

int
check_open(struct spool *spool)
{
	struct check *c = calloc(1, sizeof *c);

	if (c == NULL)
		return -1;
	c->spool = spool;
	c->turn = evtimer_new(spool->base, check_turn, c);
	spool->check = c;
	if (c->turn == NULL) {
		check_free(c);
		return -1;
	}
	check_later(c);
	return 0;
}

void
check_close(struct spool *spool)
{
	if (spool->check != NULL)
		check_free(spool->check);
}

/* One that nobody asked for begins anew for who asks. */
void
check_start(struct client *client, const struct ipcchan_message *msg)
{
	const struct ipc_tag *order = msg->payload;
	struct spool *spool = client->spool;

	if (spool->check != NULL && spool->check->client != NULL) {
		client_answer(client, order->tag, -EBUSY, 0);
		return;
	}
	check_close(spool);
	if (check_open(spool) < 0) {
		client_answer(client, order->tag, -ENOMEM, 0);
		return;
	}
	spool->check->client = client;
	spool->check->tag = order->tag;
	check_later(spool->check);
}

void
check_ended(struct client *client)
{
	struct check *c = client->spool->check;

	if (c != NULL && c->client == client)
		c->client = NULL; /* what is damaged is held all the same */
}
