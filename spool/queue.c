/* SPDX-License-Identifier: MIT
 *
 * queue.c - what is in whose queue, the numbers of files, accounts.  Knows no
 * client.
 */
#include "queue.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "name.h"

/* A row of the table user. */
struct queue_user {
	int64_t last, owned, files, bytes;
};

const char *
queue_name(uint8_t queue)
{
	static const char *const name[] = { [SPOOL_RDR] = "RDR",
		[SPOOL_PUN] = "PUN", [SPOOL_PRT] = "PRT" };

	return queue >= SPOOL_RDR && queue <= SPOOL_PRT ? name[queue] : "???";
}

void
queue_take(sqlite3_stmt *st, struct queue_file *qf)
{
	struct spool_file *f = &qf->file;
	struct spool_attr *a = &f->attr;
	int at = 0;

	memset(qf, 0, sizeof *qf);
	f->id = (uint64_t)sqlite3_column_int64(st, at++);
	store_text(st, at++, f->owner.user.c, VM_NAME_MAX);
	store_text(st, at++, f->owner.node.c, VM_NAME_MAX);
	f->queue = (uint8_t)sqlite3_column_int(st, at++);
	f->spoolid = (spoolid_t)sqlite3_column_int(st, at++);
	qf->place = sqlite3_column_int64(st, at++);
	store_text(st, at++, &a->class, 1);
	store_text(st, at++, a->form, sizeof a->form);
	a->copies = (uint8_t)sqlite3_column_int(st, at++);
	a->hold = (uint8_t)sqlite3_column_int(st, at++);
	a->keep = (uint8_t)sqlite3_column_int(st, at++);
	store_text(st, at++, a->name, sizeof a->name);
	store_text(st, at++, a->type, sizeof a->type);
	store_text(st, at++, a->dist, sizeof a->dist);
	store_text(st, at++, a->tag, sizeof a->tag);
	store_text(st, at++, f->origin.user.c, VM_NAME_MAX);
	store_text(st, at++, f->origin.node.c, VM_NAME_MAX);
	f->origin_id = (spoolid_t)sqlite3_column_int(st, at++);
	f->device = (uint8_t)sqlite3_column_int(st, at++);
	f->records = (uint64_t)sqlite3_column_int64(st, at++);
	f->bytes = (uint64_t)sqlite3_column_int64(st, at++);
	qf->blocks = sqlite3_column_int64(st, at++);
	f->created_ns = sqlite3_column_int64(st, at++);
	f->closed_ns = sqlite3_column_int64(st, at++);
	f->damaged = (uint8_t)sqlite3_column_int(st, at);
}

static int
queue_one(sqlite3_stmt *st, int got, struct queue_file *qf)
{
	if (got != 1)
		return got == 0 ? -ENOENT : got;
	queue_take(st, qf);
	store_done(st);
	return 0;
}

int
queue_find(struct store *store, uint64_t id, struct queue_file *qf)
{
	sqlite3_stmt *st;
	int got = store_row(store, &st, SQL_FILE_ID, "i", (int64_t)id);

	return queue_one(st, got, qf);
}

int
queue_number(struct store *store, const struct vm_user *owner,
    spoolid_t spoolid, struct queue_file *qf)
{
	sqlite3_stmt *st;
	int got = store_row(store, &st, SQL_FILE_NUMBER, "ui", owner,
	    (int64_t)spoolid);

	return queue_one(st, got, qf);
}

/* --- users --- */

static int
queue_user(struct store *store, const struct vm_user *user,
    struct queue_user *qu)
{
	sqlite3_stmt *st;
	int got = store_row(store, &st, SQL_USER_GET, "u", user);

	*qu = (struct queue_user){ 0 };
	if (got != 1)
		return got;
	qu->last = sqlite3_column_int64(st, 0);
	qu->owned = sqlite3_column_int64(st, 1);
	qu->files = sqlite3_column_int64(st, 2);
	qu->bytes = sqlite3_column_int64(st, 3);
	store_done(st);
	return 0;
}

static int
queue_user_put(struct store *store, const struct vm_user *user,
    const struct queue_user *qu)
{
	return store_do(store, SQL_USER_PUT, "uiiii", user, qu->last,
	    qu->owned, qu->files, qu->bytes);
}

/* The first number from `from` on that none of the owner's files has; above
 * SPOOLID_MAX when there is none. */
static int
queue_free(struct store *store, const struct vm_user *owner, int64_t from,
    int64_t *number)
{
	sqlite3_stmt *st;
	int got = store_row(store, &st, SQL_FILE_NUMBERS, "ui", owner, from);

	for (*number = from; got == 1; got = store_next(store, st), ++*number)
		if (sqlite3_column_int64(st, 0) != *number) {
			store_done(st);
			return 0;
		}
	return got;
}

/* The owner gets one file more: its number is the next after the one given
 * last that is free. */
static int
queue_own(struct store *store, const struct vm_user *owner, spoolid_t *spoolid)
{
	struct queue_user qu;
	int64_t number = 0;
	int rc = queue_user(store, owner, &qu);

	if (rc == 0 && qu.owned >= SPOOLID_MAX)
		return -EMFILE;
	if (rc == 0)
		rc = queue_free(store, owner, qu.last + 1, &number);
	if (rc == 0 && number > SPOOLID_MAX)
		rc = queue_free(store, owner, 1, &number);
	if (rc < 0)
		return rc;
	if (number > SPOOLID_MAX)
		return -EMFILE;
	qu.last = number;
	qu.owned++;
	*spoolid = (spoolid_t)number;
	return queue_user_put(store, owner, &qu);
}

static int
queue_disown(struct store *store, const struct vm_user *owner)
{
	struct queue_user qu;
	int rc = queue_user(store, owner, &qu);

	if (rc < 0)
		return rc;
	qu.owned--;
	return queue_user_put(store, owner, &qu);
}

/* The writer is told a number of his own, and charged. */
static int
queue_charge(struct store *store, struct spool_file *f)
{
	struct queue_user qu;
	int rc = queue_user(store, &f->origin, &qu);

	if (rc < 0)
		return rc;
	if (memcmp(&f->origin, &f->owner, sizeof f->origin) == 0)
		f->origin_id = f->spoolid;
	else
		qu.last = f->origin_id =
		    (spoolid_t)(qu.last % SPOOLID_MAX + 1);
	qu.files++;
	qu.bytes += (int64_t)f->bytes;
	return queue_user_put(store, &f->origin, &qu);
}

static int
queue_discharge(struct store *store, const struct spool_file *f)
{
	struct queue_user qu;
	int rc = queue_user(store, &f->origin, &qu);

	if (rc < 0)
		return rc;
	qu.files--;
	qu.bytes -= (int64_t)f->bytes;
	return queue_user_put(store, &f->origin, &qu);
}

int
queue_used(struct store *store, const struct vm_user *user, uint64_t *files,
    uint64_t *bytes)
{
	struct queue_user qu;
	sqlite3_stmt *st;
	int rc = queue_user(store, user, &qu);

	if (rc == 0)
		rc = store_row(store, &st, SQL_DEVICE_USED, "u", user);
	if (rc < 0)
		return rc;
	*files = (uint64_t)(qu.files + sqlite3_column_int64(st, 0));
	*bytes = (uint64_t)(qu.bytes + sqlite3_column_int64(st, 1));
	store_done(st);
	return 0;
}

/* --- files --- */

/* The place behind all others of a queue. */
static int
queue_tail(struct store *store, uint8_t queue, int64_t *place)
{
	sqlite3_stmt *st;
	int got = store_row(store, &st, SQL_FILE_TAIL, "i", (int64_t)queue);

	if (got < 0)
		return got;
	*place = sqlite3_column_int64(st, 0) + 1; /* none: NULL is 0 */
	store_done(st);
	return 0;
}

int
queue_put(struct store *store, const struct queue_file *qf)
{
	const struct spool_file *f = &qf->file;
	const struct spool_attr *a = &f->attr;

	return store_do(store, SQL_FILE_ADD, "iuiiissiiissssuiiiiiiii",
	    (int64_t)f->id, &f->owner, (int64_t)f->queue, (int64_t)f->spoolid,
	    qf->place, &a->class, (size_t)1, a->form, sizeof a->form,
	    (int64_t)a->copies, (int64_t)a->hold, (int64_t)a->keep, a->name,
	    sizeof a->name, a->type, sizeof a->type, a->dist, sizeof a->dist,
	    a->tag, sizeof a->tag, &f->origin, (int64_t)f->origin_id,
	    (int64_t)f->device, (int64_t)f->records, (int64_t)f->bytes,
	    qf->blocks, f->created_ns, f->closed_ns, (int64_t)f->damaged);
}

int
queue_add(struct store *store, struct queue_file *qf)
{
	struct spool_file *f = &qf->file;
	int rc = queue_own(store, &f->owner, &f->spoolid);

	if (rc == 0)
		rc = queue_charge(store, f);
	if (rc == 0)
		rc = queue_tail(store, f->queue, &qf->place);
	if (rc == 0)
		rc = queue_put(store, qf);
	return rc;
}

int
queue_change(struct store *store, const struct queue_file *qf)
{
	const struct spool_attr *a = &qf->file.attr;

	return store_do(store, SQL_FILE_CHANGE, "issiiissssi",
	    (int64_t)qf->file.id, &a->class, (size_t)1, a->form,
	    sizeof a->form, (int64_t)a->copies, (int64_t)a->hold,
	    (int64_t)a->keep, a->name, sizeof a->name, a->type,
	    sizeof a->type, a->dist, sizeof a->dist, a->tag, sizeof a->tag,
	    (int64_t)qf->file.damaged);
}

int
queue_move(struct store *store, struct queue_file *qf,
    const struct vm_user *to, uint8_t queue)
{
	spoolid_t number = 0;
	int rc = queue_own(store, to, &number);

	if (rc == 0)
		rc = queue_disown(store, &qf->file.owner);
	if (rc == 0)
		rc = queue_tail(store, queue, &qf->place);
	if (rc < 0)
		return rc;
	qf->file.owner = *to;
	qf->file.queue = queue;
	qf->file.spoolid = number;
	return store_do(store, SQL_FILE_MOVE, "uiiii", to, (int64_t)queue,
	    (int64_t)number, qf->place, (int64_t)qf->file.id);
}

int
queue_drop(struct store *store, const struct queue_file *qf)
{
	int64_t id = (int64_t)qf->file.id;
	int rc = store_do(store, SQL_FILE_DROP, "i", id);

	if (rc == 0)
		rc = store_do(store, SQL_GONE_ADD, "i", id);
	if (rc == 0)
		rc = queue_disown(store, &qf->file.owner);
	if (rc == 0)
		rc = queue_discharge(store, &qf->file);
	return rc;
}

static uint32_t *
queue_field(struct ipc_spool_counts *counts, int queue)
{
	if (queue == SPOOL_RDR)
		return &counts->reader;
	return queue == SPOOL_PRT ? &counts->printer : &counts->punch;
}

struct ipc_spool_counts
queue_count(struct store *store, const struct vm_user *user)
{
	struct ipc_spool_counts counts = { 0 };
	sqlite3_stmt *st;
	int got = store_row(store, &st, SQL_FILE_COUNT, "u", user);

	for (; got == 1; got = store_next(store, st))
		*queue_field(&counts, sqlite3_column_int(st, 0)) =
		    (uint32_t)sqlite3_column_int64(st, 1);
	if (got < 0)
		log_warnx("spool: cannot count %s's files",
		    name_text(user->user).s);
	return counts;
}
