/* SPDX-License-Identifier: MIT
 *
 * spoolout.c - blocks of records, filled, sent, sent again until vmspool has
 * them.  Does not know what a card or a line is.
 */
#include "spoolout.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"
#include "subchan.h"
#include "vm.h"

#define SPOOLOUT_RETRY_NS 1000000000ull /* what was refused */
#define SPOOLOUT_LATER_NS 20000000ull	/* what others are before */
#define SPOOLOUT_IDLE_NS 1000000000ull	/* then a block is full enough */
#define NS_PER_S 1000000000ull

struct spoolout_block {
	struct spoolout_block *next;
	uint64_t serial;
	uint32_t records;
	uint32_t len;
	bool sent;
	bool dropped; /* whatever vmspool says to it */
	uint8_t bytes[SPOOL_BLOCK_MAX];
};

struct spoolout_close {
	struct spoolout_close *next;
	uint32_t tag;
	uint64_t serial; /* of the last block that is waited for */
};

static bool
spoolout_away(const struct device *d)
{
	return !spoolchan_there(d->vm) && !spoolchan_coming(d->vm);
}

/* May the guest add records? */
static bool
spoolout_open(const struct device *d)
{
	const struct spoolout *o = d->state;

	return !o->shut && o->refused == 0 && !spoolout_away(d);
}

static void
spoolout_wake(struct device *d, uint64_t ns)
{
	uint64_t then = device_now() + ns;

	if (d->deadline == 0 || d->deadline > then)
		d->deadline = then;
}

/* After anything that it depends on: the room that the guest finds. */
static void
spoolout_gate(struct device *d)
{
	struct spoolout *o = d->state;
	bool open = spoolout_open(d);

	o->end = o->fill != NULL && open ? o->fill->bytes + SPOOL_BLOCK_MAX :
	    o->at;
	if (open && o->waits) {
		o->waits = false;
		channel_unsolicited(d, UNIT_DEVICE_END);
	}
	if (o->fill != NULL)
		spoolout_wake(d, SPOOLOUT_IDLE_NS);
	channel_ready(d);
}

/* --- blocks --- */

static void
spoolout_free(struct spoolout *o, struct spoolout_block *b)
{
	if (o->spare == NULL)
		o->spare = b;
	else
		free(b);
}

/* Another block to fill.  False: not before vmspool has taken one. */
static bool
spoolout_fill(struct device *d)
{
	struct spoolout *o = d->state;

	if (o->full >= UR_WINDOW)
		return false;
	o->fill = o->spare != NULL ? o->spare : malloc(sizeof *o->fill);
	o->spare = NULL;
	if (o->fill == NULL) {
		spoolout_wake(d, SPOOLOUT_RETRY_NS);
		return false;
	}
	o->at = o->fill->bytes;
	o->end = o->at + SPOOL_BLOCK_MAX;
	o->seen = NULL;
	o->records = 0;
	spoolout_wake(d, SPOOLOUT_IDLE_NS);
	return true;
}

static void
spoolout_send(struct device *d, struct spoolout_block *b)
{
	struct spoolout *o = d->state;
	struct ipc_ur_write w = { .vdev = d->vdev, .serial = b->serial,
		.records = b->records, .device = o->on };

	if (o->vdev != d->vdev)
		o->stream++;
	w.stream = o->stream;
	o->vdev = d->vdev;
	b->sent = true;
	o->sent++;
	spoolchan_send_text(d->vm, IPC_UR_WRITE, &w, sizeof w, b->bytes,
	    b->len);
}

/* What can be sent now.  A block that was refused goes alone. */
static void
spoolout_pump(struct device *d)
{
	struct spoolout *o = d->state;

	if (o->refused != 0)
		return;
	for (struct spoolout_block *b = o->first; b != NULL; b = b->next) {
		if (b->sent)
			continue;
		if (!spoolchan_there(d->vm))
			return;
		if (!spoolchan_room(d->vm)) {
			spoolout_wake(d, SPOOLOUT_LATER_NS);
			return;
		}
		spoolout_send(d, b);
	}
}

/* The block that is being filled is full, or as full as it gets. */
static void
spoolout_seal(struct device *d)
{
	struct spoolout *o = d->state;
	struct spoolout_block *b = o->fill, **end = &o->first;

	if (b == NULL)
		return;
	b->len = (uint32_t)(o->at - b->bytes);
	b->records = o->records;
	o->fill = NULL;
	o->at = o->end = NULL;
	if (b->len == 0) {
		spoolout_free(o, b);
		return;
	}
	b->next = NULL;
	b->serial = ++o->serial;
	b->sent = b->dropped = false;
	while (*end != NULL)
		end = &(*end)->next;
	*end = b;
	o->full++;
	spoolout_pump(d);
}

/* Nothing came for a while: what there is goes, so that little is lost with
 * this vmguest.  When vmspool is behind or away, spoolout_gate() says when to
 * look again. */
static void
spoolout_idle(struct device *d)
{
	struct spoolout *o = d->state;

	if (o->fill == NULL || o->first != NULL || !spoolchan_there(d->vm))
		return;
	if (o->at == o->seen) {
		spoolout_seal(d);
		return;
	}
	o->seen = o->at;
	spoolout_wake(d, SPOOLOUT_IDLE_NS);
}

static void
spoolout_unlink(struct spoolout *o, struct spoolout_block **at)
{
	struct spoolout_block *b = *at;

	*at = b->next;
	o->full--;
	spoolout_free(o, b);
}

/* Records that vmspool has not got are forgotten; of blocks that are on their
 * way, whatever it answers.  It waits for none of them when what comes next is
 * of another stream. */
static void
spoolout_purge(struct device *d)
{
	struct spoolout *o = d->state;
	struct spoolout_block **at = &o->first;

	if (o->fill != NULL)
		o->at = o->fill->bytes;
	o->records = 0;
	spoolout_seal(d);
	while (*at != NULL) {
		(*at)->dropped = true;
		if ((*at)->sent)
			at = &(*at)->next;
		else
			spoolout_unlink(o, at);
	}
	o->stream++;
	o->refused = 0;
}

/* --- VM_UR_CLOSE --- */

/* How it stands with the blocks up to a serial: 1, wait; 0 or -errno. */
static int
spoolout_stands(const struct device *d, uint64_t serial)
{
	const struct spoolout *o = d->state;

	if (o->first == NULL || o->first->serial > serial)
		return 0;
	if (o->refused != 0)
		return -o->refused;
	return spoolout_away(d) ? -ENOTCONN : 1;
}

/* Nothing of a file is left: it costs no more than one never begun. */
static void
spoolout_give_back(struct spoolout *o)
{
	if (o->first != NULL || o->fill != NULL || o->spare == NULL)
		return;
	free(o->spare);
	o->spare = NULL;
	malloc_trim(0);
}

static void
spoolout_answer(struct device *d)
{
	struct spoolout *o = d->state;
	struct spoolout_close **at = &o->closing;

	while (*at != NULL) {
		struct spoolout_close *c = *at;
		int rc = spoolout_stands(d, c->serial);

		if (rc > 0) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		spoolchan_done(d->vm, c->tag, rc);
		free(c);
		spoolout_give_back(o);
	}
}

static void
spoolout_close(struct device *d, const struct ipc_vm_ur_close *rq)
{
	struct spoolout *o = d->state;
	struct spoolout_close *c = malloc(sizeof *c);

	if (rq->how == CLOSE_PURGE)
		spoolout_purge(d);
	else
		spoolout_seal(d);
	if (c == NULL) {
		spoolchan_done(d->vm, rq->tag, -ENOMEM);
	} else {
		*c = (struct spoolout_close){ .next = o->closing,
			.tag = rq->tag, .serial = o->serial };
		o->closing = c;
	}
	spoolout_answer(d);
	spoolout_gate(d);
}

/* --- vmspool --- */

static void
spoolout_refused(struct device *d, struct spoolout_block *b, int error)
{
	struct spoolout *o = d->state;

	b->sent = false;
	o->refused = error;
	spoolout_wake(d, SPOOLOUT_RETRY_NS);
}

static void
spoolout_wrote(struct device *d, struct spoolout_block **at, int rc)
{
	struct spoolout *o = d->state;

	o->sent--;
	if (rc == -EPROTO)
		log_warnx("device %03X: a block of cards refused", d->vdev);
	if (rc < 0 && rc != -EPROTO && !(*at)->dropped) {
		spoolout_refused(d, *at, -rc);
	} else {
		o->refused = 0;
		spoolout_unlink(o, at);
		spoolout_pump(d);
	}
	spoolout_answer(d);
	spoolout_gate(d);
}

static bool
spoolout_message(struct device *d, const struct ipcchan_message *m)
{
	const struct ipc_ur_wrote *w = m->payload;
	struct spoolout *o = d->state;
	struct spoolout_block **at = &o->first;

	if (m->type != IPC_UR_WROTE || w->vdev != d->vdev)
		return false;
	while (*at != NULL && ((*at)->serial != w->serial || !(*at)->sent))
		at = &(*at)->next;
	if (*at != NULL)
		spoolout_wrote(d, at, w->rc);
	return true;
}

/* What was sent to a vmspool that has ended may have come to nothing. */
static void
spoolout_changed(struct device *d)
{
	struct spoolout *o = d->state;
	struct spoolout_block **at = &o->first;

	o->sent = 0;
	while (*at != NULL) {
		(*at)->sent = false;
		if ((*at)->dropped)
			spoolout_unlink(o, at);
		else
			at = &(*at)->next;
	}
	if (spoolchan_there(d->vm))
		o->refused = 0;
	spoolout_pump(d);
	spoolout_answer(d);
	spoolout_gate(d);
}

static void
spoolout_configure(struct device *d, const struct ipc_vm_ur *ur)
{
	struct spoolout *o = d->state;

	o->shut = (ur->flags & VM_UR_NOT_READY) != 0;
	spoolout_gate(d);
}

static bool
spoolout_settle(struct device *d)
{
	struct spoolout *o = d->state;

	spoolout_seal(d);
	spoolout_pump(d);
	return o->first == NULL && o->closing == NULL;
}

const struct device_spool_ops spoolout_ops = {
	.configure = spoolout_configure,
	.close = spoolout_close,
	.message = spoolout_message,
	.changed = spoolout_changed,
	.settle = spoolout_settle,
};

/* --- the device --- */

void
spoolout_init(struct device *d, enum spool_device on, uint32_t most)
{
	struct spoolout *o = d->state;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	o->stream = (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
	o->on = on;
	o->most = most;
}

/* What CP did not wait for is sent at least. */
void
spoolout_detach(struct device *d)
{
	struct spoolout *o = d->state;

	spoolout_seal(d);
	while (o->closing != NULL) {
		struct spoolout_close *c = o->closing;

		o->closing = c->next;
		spoolchan_done(d->vm, c->tag, -ENODEV);
		free(c);
	}
	while (o->first != NULL)
		spoolout_unlink(o, &o->first);
	free(o->spare);
}

/* Conditions are forgotten; records are in the file. */
void
spoolout_reset(struct device *d)
{
	struct spoolout *o = d->state;

	o->waits = false;
	if (o->first != NULL || o->fill != NULL)
		spoolout_wake(d, SPOOLOUT_RETRY_NS);
}

void
spoolout_nothing(struct device *d)
{
	(void)d;
}

/* Again, the first block that was refused.  The others follow it. */
void
spoolout_expire(struct device *d)
{
	struct spoolout *o = d->state;

	d->deadline = 0;
	spoolout_idle(d);
	if (o->refused == 0) {
		spoolout_pump(d);
		channel_ready(d);
	} else if (o->sent > 0 || !spoolchan_there(d->vm)) {
		spoolout_wake(d, SPOOLOUT_RETRY_NS);
	} else {
		spoolout_send(d, o->first);
	}
}

bool
spoolout_begin(struct device *d, struct transfer *t)
{
	struct spoolout *o = d->state;

	if (!spoolout_open(d)) {
		o->waits = !o->shut;
		device_done(t, device_check(d, SENSE_INTERVENTION, 0));
		return false;
	}
	if (o->fill != NULL && spoolout_place(o, o->most) == NULL)
		spoolout_seal(d);
	if (o->fill == NULL && !spoolout_fill(d)) {
		t->kind = TRANSFER_WAIT;
		return false;
	}
	return true;
}

/* --- a record in pieces --- */

int
spoolout_read(struct device *d, void *to, size_t n)
{
	(void)d;
	(void)to;
	(void)n;
	return -1;
}

int
spoolout_write(struct device *d, const void *from, size_t n)
{
	struct spoolout *o = d->state;

	if (n > o->most - o->len)
		return -1;
	memcpy(o->pieces + o->len, from, n);
	o->len += (uint32_t)n;
	return 0;
}

/* One that was begun in another vmguest, or before vmspool went, may find no
 * room. */
uint8_t
spoolout_end(struct device *d, bool whole)
{
	struct spoolout *o = d->state;
	struct transfer again = { 0 };
	uint32_t len = o->len;

	o->len = 0;
	if (!whole || len == 0)
		return UNIT_DONE;
	if (spoolout_place(o, len) == NULL && !spoolout_begin(d, &again)) {
		o->waits = !o->shut;
		return device_check(d, SENSE_INTERVENTION, 0);
	}
	memcpy(spoolout_place(o, len), o->pieces, len);
	spoolout_add(o, len);
	return UNIT_DONE;
}

void
spoolout_save(struct device *d, struct section *s)
{
	const struct spoolout *o = d->state;

	section_put_u32(s, o->len);
	section_put(s, o->pieces, o->len);
}

int
spoolout_load(struct device *d, struct section *s)
{
	struct spoolout *o = d->state;
	uint32_t len = section_get_u32(s);

	if (s->bad || len > o->most)
		return -1;
	section_get(s, o->pieces, len);
	o->len = len;
	return s->bad ? -1 : 0;
}
