/* SPDX-License-Identifier: MIT
 *
 * rescue.c - from a database of which not all can be read, what can, to a new
 * one: rows of its tables from both ends, what is in indexes of rows that are
 * gone, and blocks from whatever page they are on.  Believes no field that it
 * has not looked at.
 */
#include "rescue.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "block.h"
#include "field.h"
#include "name.h"
#include "pages.h"
#include "queue.h"

#define RESCUE_KEYS 65536	       /* passed over: may have been given */
#define RESCUE_PLACE (INT64_C(1) << 40) /* behind all others */
#define RESCUE_BLOCKS 256	       /* in one transaction */

struct rescue {
	struct store *to, *from;
	struct report *report;
	int64_t last;  /* the largest key seen */
	bool rejected; /* a row of a file was no file */
	unsigned n;    /* blocks in this transaction */
	int rc;	       /* of the new database */
};

typedef int rescue_fn(struct rescue *r, sqlite3_stmt *st);

/* A row that the new tables do not take was none; a disk that does not take it
 * is the end. */
static void
rescue_result(struct rescue *r, int rc)
{
	if (rc == -ENOSPC || rc == -ENOMEM || (rc == -EIO &&
	    (sqlite3_errcode(r->to->db) & 0xFF) != SQLITE_CONSTRAINT))
		r->rc = rc;
	else if (rc < 0)
		r->rejected = true;
}

/* Every row to fn, as far as it can be read; then, if it ended early, from the
 * other end (the statement behind it).  True: all were. */
static bool
rescue_rows(struct rescue *r, enum store_sql which, rescue_fn *fn)
{
	for (int end = 0; end < 2; end++) {
		sqlite3_stmt *st;
		int got = store_row(r->from, &st,
		    (enum store_sql)(which + (unsigned)end), "");

		for (; got == 1; got = store_next(r->from, st))
			rescue_result(r, fn(r, st));
		if (got == 0)
			return end == 0;
	}
	return false;
}

/* --- files --- */

static bool
rescue_good(const struct queue_file *qf)
{
	const struct spool_file *f = &qf->file;

	return f->id > 0 && f->id >> (63 - BLOCK_BITS) == 0 &&
	    field_user(&f->owner) && field_user(&f->origin) &&
	    f->spoolid >= 1 && f->spoolid <= SPOOLID_MAX &&
	    f->queue >= SPOOL_RDR && f->queue <= SPOOL_PRT &&
	    f->device >= SPOOL_ON_RDR && f->device <= SPOOL_ON_CON &&
	    f->records > 0 && qf->blocks > 0 && qf->blocks <= BLOCK_MAX &&
	    field_attr(&f->attr, ~(uint32_t)0);
}

static bool
rescue_there(struct rescue *r, uint64_t id)
{
	struct queue_file qf;

	return queue_find(r->to, id, &qf) == 0;
}

/* With the number that it had, or, if that is another's now, a new one. */
static int
rescue_put(struct rescue *r, struct queue_file *qf)
{
	struct queue_file other;
	int rc = qf->file.spoolid == 0 ? 0 : queue_number(r->to,
	    &qf->file.owner, qf->file.spoolid, &other);

	if ((int64_t)qf->file.id > r->last)
		r->last = (int64_t)qf->file.id;
	return rc == -ENOENT ? queue_put(r->to, qf) : queue_add(r->to, qf);
}

static int
rescue_file(struct rescue *r, sqlite3_stmt *st)
{
	struct queue_file qf;

	queue_take(st, &qf);
	if (!rescue_good(&qf)) {
		r->rejected = true;
		return 0;
	}
	return rescue_there(r, qf.file.id) ? 0 : rescue_put(r, &qf);
}

/* Of what is in an index only, nothing else is known. */
static void
rescue_unknown(struct queue_file *qf)
{
	struct spool_file *f = &qf->file;
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	f->created_ns = f->closed_ns =
	    (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
	f->origin = f->owner;
	f->device = f->queue;
	f->records = 1;
	f->damaged = 1;
	f->attr.copies = 1;
	f->attr.hold |= SPOOL_HOLD_SYSTEM;
	memcpy(f->attr.form, "STANDARD", sizeof f->attr.form);
	qf->blocks = 1;
}

static void
rescue_begin(sqlite3_stmt *st, struct queue_file *qf)
{
	*qf = (struct queue_file){ .place = RESCUE_PLACE,
		.file = { .queue = SPOOL_RDR, .attr = { .class = 'A' } } };
	qf->file.id = (uint64_t)sqlite3_column_int64(st, 0);
	qf->place += (int64_t)qf->file.id;
	store_text(st, 1, qf->file.owner.user.c, VM_NAME_MAX);
	store_text(st, 2, qf->file.owner.node.c, VM_NAME_MAX);
}

static int
rescue_lost(struct rescue *r, struct queue_file *qf)
{
	int rc;

	if (qf->file.id == 0 || qf->file.id >> (63 - BLOCK_BITS) != 0 ||
	    !field_user(&qf->file.owner) || rescue_there(r, qf->file.id))
		return 0;
	rescue_unknown(qf);
	rc = rescue_put(r, qf);
	if (rc == 0)
		report_line(r->report, "%s %s FILE %04u: WHAT IT WAS CALLED "
		    "IS LOST; IT IS HELD", name_text(qf->file.owner.user).s,
		    queue_name(qf->file.queue), qf->file.spoolid);
	return rc;
}

/* Of the index by numbers: in whose queue, is lost. */
static int
rescue_number(struct rescue *r, sqlite3_stmt *st)
{
	struct queue_file qf;
	int64_t number = sqlite3_column_int64(st, 3);

	rescue_begin(st, &qf);
	if (number < 1 || number > SPOOLID_MAX)
		return 0;
	qf.file.spoolid = (spoolid_t)number;
	return rescue_lost(r, &qf);
}

/* And of the index by queues: its number, unless the other has it. */
static int
rescue_queue(struct rescue *r, sqlite3_stmt *st)
{
	struct queue_file qf, known;
	int64_t queue = sqlite3_column_int64(st, 3);

	rescue_begin(st, &qf);
	if (queue < SPOOL_RDR || queue > SPOOL_PRT)
		return 0;
	qf.file.queue = (uint8_t)queue;
	qf.place = sqlite3_column_int64(st, 4);
	qf.file.attr.hold = sqlite3_column_int(st, 5) & SPOOL_HOLD_USER;
	store_text(st, 6, &qf.file.attr.class, 1);
	if (!field_class(qf.file.attr.class))
		return 0;
	if (queue_find(r->to, qf.file.id, &known) != 0)
		return rescue_lost(r, &qf);
	if (known.place != RESCUE_PLACE + (int64_t)known.file.id)
		return 0;
	known.file.attr.hold |= qf.file.attr.hold;
	known.file.attr.class = qf.file.attr.class;
	queue_change(r->to, &known);
	return store_do(r->to, SQL_FILE_MOVE, "uiiii", &known.file.owner,
	    queue, (int64_t)known.file.spoolid, qf.place,
	    (int64_t)known.file.id);
}

/* --- devices and users --- */

static int
rescue_device(struct rescue *r, sqlite3_stmt *st)
{
	struct vm_user user = { 0 };
	int64_t n[13];

	store_text(st, 0, user.user.c, VM_NAME_MAX);
	store_text(st, 1, user.node.c, VM_NAME_MAX);
	if (!field_user(&user))
		return 0;
	for (int i = 2; i < 13; i++)
		n[i] = sqlite3_column_int64(st, i);
	if (n[5] > r->last)
		r->last = n[5];
	return store_do(r->to, SQL_DEVICE_PUT, "uiiiiiiiiiii", &user, n[2],
	    n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12]);
}

static int
rescue_user(struct rescue *r, sqlite3_stmt *st)
{
	struct vm_user user = { 0 };
	int64_t last = sqlite3_column_int64(st, 2), none = 0;

	store_text(st, 0, user.user.c, VM_NAME_MAX);
	store_text(st, 1, user.node.c, VM_NAME_MAX);
	if (!field_user(&user) || last < 0 || last > SPOOLID_MAX)
		return 0;
	return store_do(r->to, SQL_USER_PUT, "uiiii", &user, last, none, none,
	    none);
}

/* What came from an index has as many records as there are cards of it;
 * whatever is in the new database is in the accounts, and nothing else. */
static const char rescue_accounts[] =
    "UPDATE file SET (records, bytes, blocks) = (SELECT "
    "max(first + records - 1), sum(length(data) - 2 * records), "
    "max(id) - file.id * 16777216 + 1 FROM block WHERE "
    "id >= file.id * 16777216 AND "
    "id < (file.id + 1) * 16777216) WHERE damaged = 1 AND bytes = 0 AND "
    "EXISTS (SELECT 1 FROM block WHERE id >= file.id * 16777216 AND "
    "id < (file.id + 1) * 16777216);"
    "INSERT OR IGNORE INTO user SELECT owner, owner_node, 0, 0, 0, 0 "
    "FROM file UNION SELECT origin, origin_node, 0, 0, 0, 0 FROM file;"
    "UPDATE user SET last = max(last, coalesce((SELECT max(spoolid) FROM file "
    "WHERE owner = user.name AND owner_node = user.node), 0)), "
    "owned = (SELECT count(*) FROM file WHERE owner = user.name AND "
    "owner_node = user.node), files = 0, bytes = 0;"
    "UPDATE user SET files = f, bytes = b FROM (SELECT origin AS o, "
    "origin_node AS n, count(*) AS f, sum(file.bytes) AS b FROM file "
    "GROUP BY 1, 2) WHERE o = user.name AND n = user.node;";

/* --- blocks --- */

/* Of a file that is there, or that a device has open. */
static int
rescue_block(void *arg, const struct block_row *row)
{
	struct rescue *r = arg;
	int64_t file = (int64_t)((uint64_t)row->id >> BLOCK_BITS);
	sqlite3_stmt *st;
	int got = store_row(r->to, &st, SQL_CHECK_KNOWN, "i", file);

	if (got == 1)
		store_done(st);
	if (file > r->last)
		r->last = file;
	if (got != 1)
		return got;
	got = store_row(r->to, &st, SQL_BLOCK_FIRST, "i", row->id);
	if (got == 1)
		store_done(st);
	if (got != 0)
		return got < 0 ? got : 0;
	return store_do(r->to, SQL_BLOCK_ADD, "iiiib", row->id, row->first,
	    row->records, block_sum(row->id, row->first, row->records,
	    row->data, row->len), row->data, row->len);
}

/* Many in a transaction; the log stays small. */
static int
rescue_blocks(void *arg, const struct block_row *row)
{
	struct rescue *r = arg;
	int rc = 0;

	if (r->n == 0)
		rc = store_begin(r->to, false);
	if (rc == 0)
		rc = rescue_block(r, row);
	if (rc == 0 && ++r->n == RESCUE_BLOCKS) {
		r->n = 0;
		rc = store_commit(r->to);
		store_checkpoint(r->to, RESCUE_BLOCKS);
	}
	return rc;
}

static unsigned
rescue_page_size(int fd)
{
	uint8_t head[18] = { 0 };
	unsigned size;

	if (pread(fd, head, sizeof head, 0) < 0)
		return 0;
	size = (unsigned)head[16] << 8 | head[17];
	if (size == 1)
		return 65536;
	return size >= 512 && (size & (size - 1)) == 0 ? size : 4096;
}

/* --- all of it --- */

/* Names of files whose rows are gone are in the indexes. */
static void
rescue_indexes(struct rescue *r)
{
	bool all = rescue_rows(r, SQL_RESCUE_NUMBERS, rescue_number);

	all |= rescue_rows(r, SQL_RESCUE_QUEUES, rescue_queue);
	if (!all)
		report_line(r->report,
		    "FILES MAY BE LOST OF WHICH NOTHING IS KNOWN");
}

static void
rescue_tables(struct rescue *r)
{
	sqlite3_stmt *st;

	if (!rescue_rows(r, SQL_RESCUE_FILES, rescue_file) || r->rejected)
		rescue_indexes(r);
	if (!rescue_rows(r, SQL_RESCUE_DEVICES, rescue_device))
		report_line(r->report,
		    "WHAT DEVICES HAD OPEN MAY BE LOST");
	rescue_rows(r, SQL_RESCUE_USERS, rescue_user);
	if (store_row(r->from, &st, SQL_RESCUE_KEY, "") == 1) {
		if (sqlite3_column_int64(st, 0) > r->last)
			r->last = sqlite3_column_int64(st, 0);
		store_done(st);
	}
}

int
rescue(struct store *to, struct store *from, int fd, struct report *report)
{
	struct rescue r = { .to = to, .from = from, .report = report };
	int rc = store_begin(to, true);

	if (rc == 0 && from != NULL) {
		rescue_tables(&r);
		rc = r.rc;
	}
	if (rc == 0)
		rc = store_commit(to);
	if (rc == 0)
		rc = pages_blocks(fd, rescue_page_size(fd), rescue_blocks, &r);
	if (rc == 0 && r.n == 0)
		rc = store_begin(to, true);
	if (rc == 0 && sqlite3_exec(to->db, rescue_accounts, NULL, NULL,
	    NULL) != SQLITE_OK)
		rc = -EIO;
	if (rc == 0)
		rc = store_do(to, SQL_RESCUE_KEY_PUT, "i",
		    r.last + RESCUE_KEYS);
	return store_end(to, rc);
}
