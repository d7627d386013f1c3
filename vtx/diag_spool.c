/* SPDX-License-Identifier: MIT
 *
 * diag_spool.c - DIAGNOSE 14: the files of the user's reader, by whole blocks.
 * The vCPU checks what the guest says and waits; the device thread does it,
 * with the reader's own file (spoolin.h) and what vmspool tells of others.
 * Opens and keeps no file of its own.
 */
#include <errno.h>
#include <string.h>

#include "diagnose.h"
#include "spoolin.h"
#include "vcpu.h"

#define DIAG_SPOOL_ALIGN 8

/* rc, with cc 3 */
#define RC_NO_READER 4
#define RC_NOT_READY 8
#define RC_DAMAGED 12
#define RC_ROOM 16

/* A call at work on the device thread. */
struct diag_spool_work {
	struct spool_call *c;
	struct device *d;
	struct diag *results;
};

/* True: it is over, with these results; out_len is what was stored. */
static bool
diag_spool_ends(struct diag_spool_work *w, uint32_t cc, int32_t rc)
{
	w->results->cc = cc;
	w->results->rc = rc;
	return true;
}

/* The same after what the reader says; false: it is not over. */
static bool
diag_spool_ends_as(struct diag_spool_work *w, enum spoolin_is is)
{
	static const struct {
		uint32_t cc;
		int32_t rc;
	} ends[] = {
		[SPOOLIN_CARDS] = { 0, 0 },
		[SPOOLIN_END] = { 1, 0 },
		[SPOOLIN_EMPTY] = { 2, 0 },
		[SPOOLIN_NOT_READY] = { 3, RC_NOT_READY },
		[SPOOLIN_DAMAGED] = { 3, RC_DAMAGED },
	};

	return is != SPOOLIN_WAITS &&
	    diag_spool_ends(w, ends[is].cc, ends[is].rc);
}

/* The same with a file, if it is there. */
static bool
diag_spool_ends_with(struct diag_spool_work *w, enum spoolin_is is,
    const struct spool_file *file)
{
	if (is != SPOOLIN_CARDS)
		return diag_spool_ends_as(w, is);
	mem_write(&w->d->vm->mem, GPA(w->c->out_addr), file, sizeof *file);
	w->results->out_len = sizeof *file;
	return diag_spool_ends(w, 0, 0);
}

/* --- records --- */

/* Bytes of the record that begins these; 0: there is no whole one. */
static size_t
diag_spool_record(const uint8_t *from, size_t len)
{
	uint16_t n;

	if (len < SPOOL_LENGTH)
		return 0;
	memcpy(&n, from, sizeof n);
	return n <= len - SPOOL_LENGTH ? SPOOL_LENGTH + (size_t)n : 0;
}

/* Bytes of the whole records that fit. */
static size_t
diag_spool_fit(const uint8_t *from, size_t len, size_t room, uint32_t *records)
{
	size_t n = 0, next;

	for (*records = 0; (next = diag_spool_record(from + n, len - n)) > 0 &&
	    next <= room - n; ++*records)
		n += next;
	return n;
}

static bool
diag_spool_read(struct diag_spool_work *w)
{
	uint32_t *stored = &w->results->out_len;
	const struct spool_call *c = w->c;
	const uint8_t *from = NULL;
	enum spoolin_is is;
	size_t len = 0;

	while ((is = spoolin_look(w->d, false)) == SPOOLIN_CARDS) {
		uint32_t records;
		size_t n;

		from = spoolin_cards(w->d, &len);
		n = diag_spool_fit(from, len, c->out_len - *stored, &records);
		if (n == 0)
			break;
		mem_write(&w->d->vm->mem, GPA(c->out_addr + *stored), from, n);
		*stored += (uint32_t)n;
		spoolin_take(w->d->state, n, records);
	}
	if (*stored > 0)
		return diag_spool_ends(w, 0, 0);
	if (is == SPOOLIN_CARDS) {
		*stored = (uint32_t)diag_spool_record(from, len);
		return diag_spool_ends(w, 3, RC_ROOM);
	}
	if (is == SPOOLIN_END)
		spoolin_told(w->d);
	return diag_spool_ends_as(w, is);
}

static bool
diag_spool_back(struct diag_spool_work *w, uint64_t records)
{
	uint64_t next;

	if (spoolin_file(w->d) == NULL)
		return diag_spool_ends(w, 2, 0);
	next = spoolin_next(w->d);
	spoolin_seek(w->d, next > records ? next - records : 1);
	return diag_spool_ends(w, 0, 0);
}

static bool
diag_spool_restart(struct diag_spool_work *w)
{
	return diag_spool_back(w, UINT64_MAX);
}

static bool
diag_spool_backspace(struct diag_spool_work *w)
{
	return diag_spool_back(w, w->c->parm.count);
}

/* --- what is in the queue --- */

static void
diag_spool_ask(struct vm *vm, struct spool_call *c)
{
	struct ipc_ur_ask ask = { .op = ASK_QUERY, .queue = SPOOL_RDR,
		.by = c->by, .owner = vm->config.user, .after = c->after };

	if (c->by == BY_ID)
		ask.spoolid = (spoolid_t)c->parm.spoolid;
	ask.tag = c->tag = spoolchan_tag(vm);
	c->channels = vm->spool.channels;
	c->found = false;
	c->answered = false;
	spoolchan_send(vm, IPC_UR_ASK, &ask, sizeof ask);
}

/* What was answered, which is used once. */
static enum spoolin_is
diag_spool_answer(struct spool_call *c)
{
	c->tag = 0;
	if (c->found)
		return SPOOLIN_CARDS;
	return c->rc == 0 || c->rc == -ENOENT ? SPOOLIN_EMPTY :
	    SPOOLIN_NOT_READY;
}

/* The first file that is meant, in c->row.  SPOOLIN_CARDS: it is there.  Asked
 * again when vmspool was away. */
static enum spoolin_is
diag_spool_query(struct diag_spool_work *w, enum ipc_ur_by by, uint64_t after)
{
	struct vm *vm = w->d->vm;
	struct spool_call *c = w->c;
	bool asked = c->tag != 0 && c->channels == vm->spool.channels;

	if (by == BY_ID && (c->parm.spoolid == 0 ||
	    c->parm.spoolid > SPOOLID_MAX))
		return SPOOLIN_EMPTY;
	if (asked && c->answered)
		return diag_spool_answer(c);
	if (!spoolchan_there(vm))
		return spoolchan_coming(vm) ? SPOOLIN_WAITS : SPOOLIN_NOT_READY;
	if (!asked) {
		c->by = (uint8_t)by;
		c->after = after;
		diag_spool_ask(vm, c);
	}
	return SPOOLIN_WAITS;
}

/* Is this the file that is looked for?  NEXT: one that waits, of the right
 * kind and of the reader's classes. */
static bool
diag_spool_meant(struct vm *vm, const struct spool_call *c,
    const struct spool_file *f)
{
	const struct device *d = machine_device(vm, c->parm.vdev);
	bool printed = f->device == SPOOL_ON_PRT || f->device == SPOOL_ON_CON;

	if (c->parm.sub != DIAG_SPOOL_NEXT_PRT &&
	    c->parm.sub != DIAG_SPOOL_NEXT_PUN)
		return true;
	return printed == (c->parm.sub == DIAG_SPOOL_NEXT_PRT) &&
	    f->attr.hold == 0 && f->active == 0 && d != NULL &&
	    d->ops->type == DEVICE_READER && spoolin_wants(d, f->attr.class);
}

static bool
diag_spool_describe(struct diag_spool_work *w)
{
	struct spool_call *c = w->c;
	enum spoolin_is is;

	if ((c->parm.flags & DIAG_SPOOL_AT_HAND) != 0)
		return diag_spool_ends_with(w, spoolin_at_hand(w->d),
		    spoolin_file(w->d));
	if (c->parm.spoolid != 0 && c->behind == 0) {
		is = diag_spool_query(w, BY_ID, 0);
		if (is != SPOOLIN_CARDS ||
		    (c->parm.flags & DIAG_SPOOL_EXACT) != 0)
			return diag_spool_ends_with(w, is, &c->row.file);
		c->behind = c->row.cursor;
	}
	is = diag_spool_query(w, BY_ALL, c->behind);
	return diag_spool_ends_with(w, is, &c->row.file);
}

/* --- another file --- */

/* Held, or somebody else has it. */
static bool
diag_spool_taken(const struct diag_spool_work *w, const struct spool_file *f)
{
	const struct spool_file *own = spoolin_file(w->d);

	return (own == NULL || own->id != f->id) &&
	    (f->attr.hold != 0 || f->active != 0);
}

static bool
diag_spool_select(struct diag_spool_work *w)
{
	struct spool_call *c = w->c;
	enum spoolin_is is;

	if (c->id == 0) {
		is = diag_spool_query(w, BY_ID, 0);
		if (is != SPOOLIN_CARDS)
			return diag_spool_ends_as(w, is);
		if (diag_spool_taken(w, &c->row.file))
			return diag_spool_ends(w, 2, 0);
		c->id = c->row.file.id;
	}
	is = spoolin_select(w->d, c->id);
	return diag_spool_ends_with(w, is, spoolin_file(w->d));
}

/* Somebody may take what was found: then the one behind it. */
static bool
diag_spool_next(struct diag_spool_work *w)
{
	struct spool_call *c = w->c;
	enum spoolin_is is;

	for (;;) {
		if (c->id == 0) {
			is = diag_spool_query(w, BY_ALL, c->behind);
			if (is != SPOOLIN_CARDS)
				return diag_spool_ends_as(w, is);
			c->id = c->row.file.id;
			c->behind = c->row.cursor;
		}
		is = spoolin_select(w->d, c->id);
		if (is != SPOOLIN_EMPTY)
			return diag_spool_ends_with(w, is,
			    spoolin_file(w->d));
		c->id = 0;
	}
}

/* --- the vCPU's side --- */

static const struct diag_spool_row {
	uint16_t sub;
	uint16_t flags; /* that it knows */
	uint32_t out;	/* bytes that it stores, 0: as many as fit, or none */
	bool (*run)(struct diag_spool_work *);
} diag_spool_rows[] = {
	{ DIAG_SPOOL_READ, 0, 0, diag_spool_read },
	{ DIAG_SPOOL_NEXT_PRT, 0, sizeof(struct spool_file), diag_spool_next },
	{ DIAG_SPOOL_NEXT_PUN, 0, sizeof(struct spool_file), diag_spool_next },
	{ DIAG_SPOOL_SELECT, 0, sizeof(struct spool_file), diag_spool_select },
	{ DIAG_SPOOL_RESTART, 0, 0, diag_spool_restart },
	{ DIAG_SPOOL_BACKSPACE, 0, 0, diag_spool_backspace },
	{ DIAG_SPOOL_DESCRIBE, DIAG_SPOOL_EXACT | DIAG_SPOOL_AT_HAND,
	    sizeof(struct spool_file), diag_spool_describe },
};

static const struct diag_spool_row *
diag_spool_find(const struct diag_spool *parm)
{
	for (size_t i = 0; i < sizeof diag_spool_rows /
	     sizeof diag_spool_rows[0]; i++)
		if (diag_spool_rows[i].sub == parm->sub &&
		    (parm->flags & ~diag_spool_rows[i].flags) == 0)
			return &diag_spool_rows[i];
	return NULL;
}

/* Copy the parameters and look at all that does not depend on the reader. */
static int
diag_spool_take(struct diag_call *c, struct spool_call *call)
{
	const struct memory *mem = &c->v->vm->mem;
	const struct diag *b = &c->block;

	c->refused = b->in_addr;
	if (b->in_addr % DIAG_SPOOL_ALIGN != 0 ||
	    b->in_len != sizeof call->parm)
		return MACHINE_PGM_SPECIFICATION;
	if (mem_read(mem, GPA(b->in_addr), &call->parm, sizeof call->parm) < 0)
		return MACHINE_PGM_ADDRESSING;
	if (diag_spool_find(&call->parm) == NULL)
		return MACHINE_PGM_SPECIFICATION;
	call->block = c->at;
	call->out_addr = b->out_addr;
	call->out_len = b->out_addr != 0 ? b->out_len : 0;
	c->refused = b->out_addr;
	if (!mem_inside(mem, GPA(call->out_addr), call->out_len))
		return MACHINE_PGM_ADDRESSING;
	return DIAG_DONE;
}

int
diag_spool_input(struct diag_call *c)
{
	struct spool_call call = { .posted = true };
	struct vm *vm = c->v->vm;
	int rc = diag_spool_take(c, &call);

	if (rc != DIAG_DONE)
		return rc;
	pthread_mutex_lock(&vm->lock);
	c->v->spool = call;
	c->v->wait = WAIT_SPOOL_INPUT;
	pthread_mutex_unlock(&vm->lock);
	machine_wake(vm);
	return DIAG_WAITS;
}

/* --- the device thread's side --- */

/* True: it is over, with these results. */
static bool
diag_spool_work(struct vm *vm, struct spool_call *c, struct diag *results)
{
	const struct diag_spool_row *row = diag_spool_find(&c->parm);
	struct diag_spool_work w = { .c = c, .results = results,
		.d = machine_device(vm, c->parm.vdev) };

	if (w.d == NULL || w.d->ops->type != DEVICE_READER)
		return diag_spool_ends(&w, 3, RC_NO_READER);
	if (row->out > c->out_len) {
		results->out_len = row->out;
		return diag_spool_ends(&w, 3, RC_ROOM);
	}
	return row->run(&w);
}

static struct spool_call *
diag_spool_call(struct vcpu *v)
{
	struct spool_call *c = &v->spool;

	return diag_waits(v, WAIT_SPOOL_INPUT, &c->posted) ? c : NULL;
}

void
diag_spool_run(struct vm *vm)
{
	if (vm->held || atomic_load(&vm->io.stale))
		return;
	for (unsigned i = 0; i < vm->ncpus; i++) {
		struct vcpu *v = &vm->cpu[i];
		struct spool_call *c = diag_spool_call(v);
		struct diag results = { 0 };

		if (c != NULL && diag_spool_work(vm, c, &results))
			diag_over(v, &c->posted, c->block, &results);
	}
}

/* The call that asked this, if it still waits. */
static struct spool_call *
diag_spool_asked(struct vm *vm, uint32_t tag)
{
	for (unsigned i = 0; i < vm->ncpus; i++) {
		struct spool_call *c = diag_spool_call(&vm->cpu[i]);

		if (c != NULL && c->tag == tag && tag != 0)
			return c;
	}
	return NULL;
}

void
diag_spool_row(struct vm *vm, const struct ipc_ur_row *row)
{
	struct spool_call *c = diag_spool_asked(vm, row->tag);

	if (c == NULL || c->found || !diag_spool_meant(vm, c, &row->file))
		return;
	c->found = true;
	c->row = *row;
}

void
diag_spool_done(struct vm *vm, const struct ipc_ur_done *done)
{
	struct spool_call *c = diag_spool_asked(vm, done->tag);

	if (c == NULL)
		return;
	if (!c->found && done->rc == 0 && done->more != 0) {
		c->after = done->cursor;
		diag_spool_ask(vm, c);
		return;
	}
	c->rc = done->rc;
	c->answered = true;
}
