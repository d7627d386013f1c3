/* SPDX-License-Identifier: MIT
 *
 * spoolin.c - the file that a reader is at: asks vmspool for it, for its
 * blocks one ahead, and says when it is done with; believes of them no more
 * than lengths that it checked.  Does not know what a READ is.
 *
 * At most one file is at hand.  One that is done with stays in a list until
 * vmspool has said that this is on disk; no other is begun before that.
 */
#include "spoolin.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include "subchan.h"
#include "vm.h"

#define SPOOLIN_RETRY_NS 1000000000ull
#define SPOOLIN_BUSY_NS 100000000ull
#define SPOOLIN_BUSY_MAX 50 /* times: the channel before may end late */

struct spoolin_block {
	uint64_t seq, first;
	uint32_t records;
	uint32_t len;
	uint8_t bytes[];
};

/* A file that is done with. */
struct spoolin_done {
	struct spoolin_done *next;
	uint64_t id;
	uint32_t how;	 /* enum ipc_ur_finished */
	uint32_t copies; /* that it had, 0: not known */
	uint32_t tag;	 /* of what is not answered; 0: nothing was asked */
	unsigned busy;	 /* how often the answer was: another has it */
	bool open;	 /* on this channel: else it is opened first */
	bool close;	 /* a VM_UR_CLOSE waits for it */
	uint32_t close_tag;
};

/* --- blocks --- */

static void
spoolin_free(const struct spoolin *in, struct spoolin_block **b)
{
	if (*b != in->held)
		free(*b);
	*b = NULL;
}

/* No records are at hand; what was asked for is not wanted. */
static void
spoolin_drop_blocks(struct spoolin *in)
{
	spoolin_free(in, &in->block);
	spoolin_free(in, &in->ahead);
	in->at = in->end = NULL;
	if (in->reading)
		in->ignored++;
	in->reading = false;
}

/* Whole records, as many as it says? */
static bool
spoolin_block_holds(const uint8_t *bytes, uint32_t len, uint32_t records)
{
	uint32_t at = 0, n = 0;

	while (len - at >= SPOOL_LENGTH) {
		uint16_t length = spoolin_length(bytes + at);

		at += SPOOL_LENGTH;
		if (length > SPOOL_RECORD_MAX || length > len - at)
			return false;
		at += length;
		n++;
	}
	return at == len && n == records && n > 0;
}

/* Behind `records` records from the beginning of a block that holds. */
static const uint8_t *
spoolin_skip(const uint8_t *at, uint64_t records)
{
	while (records-- > 0)
		at += SPOOL_LENGTH + spoolin_length(at);
	return at;
}

/* Records can be read, if the device is ready. */
static void
spoolin_gate(struct spoolin *in)
{
	in->end = in->at;
	if (in->block != NULL && (in->flags & VM_UR_NOT_READY) == 0)
		in->end = in->block->bytes + in->block->len;
}

/* The block behind the one at hand; there is none: that of the next record. */
static void
spoolin_ask_block(struct device *d)
{
	struct spoolin *in = d->state;
	struct ipc_ur_read ask = { .id = in->file.id };

	if (in->block != NULL)
		ask.seq = in->block->seq + 1;
	else
		ask.record = in->next;
	in->reading = true;
	spoolchan_send(d->vm, IPC_UR_READ, &ask, sizeof ask);
}

/* The block becomes the one at hand, from the next record on. */
static void
spoolin_install(struct device *d, struct spoolin_block *b)
{
	struct spoolin *in = d->state;

	spoolin_free(in, &in->block);
	in->block = b;
	in->at = spoolin_skip(b->bytes, in->next - b->first);
	spoolin_gate(in);
	if (b->first + b->records <= in->file.records)
		spoolin_ask_block(d);
}

/* Is it the block that was asked for, and all of it right? */
static bool
spoolin_data_holds(const struct spoolin *in, const struct ipc_ur_data *m)
{
	if (!spoolin_block_holds((const uint8_t *)m->text, m->text_len,
	    m->records))
		return false;
	if (in->block == NULL)
		return m->first >= 1 && m->first <= in->next &&
		    in->next - m->first < m->records;
	return m->seq == in->block->seq + 1 &&
	    m->first == in->block->first + in->block->records;
}

static void
spoolin_data(struct device *d, const struct ipc_ur_data *m)
{
	struct spoolin *in = d->state;
	struct spoolin_block *b = NULL;

	in->reading = false;
	if (m->rc == 0 && spoolin_data_holds(in, m))
		b = malloc(sizeof *b + m->text_len);
	if (b == NULL) {
		in->damaged = true;
		return;
	}
	*b = (struct spoolin_block){ .seq = m->seq, .first = m->first,
		.records = m->records, .len = m->text_len };
	memcpy(b->bytes, m->text, m->text_len);
	if (in->block == NULL)
		spoolin_install(d, b);
	else
		in->ahead = b;
}

/* --- the record of a command under way --- */

void
spoolin_hold(struct spoolin *in)
{
	in->held = in->block;
}

void
spoolin_let_go(struct spoolin *in)
{
	if (in->held != in->block)
		free(in->held);
	in->held = NULL;
}

uint8_t *
spoolin_hold_saved(struct spoolin *in, size_t len)
{
	spoolin_let_go(in);
	in->held = malloc(sizeof *in->held + len);
	return in->held != NULL ? in->held->bytes : NULL;
}

/* --- files that are done with --- */

static void
spoolin_done_send(struct device *d, struct spoolin_done *done)
{
	struct ipc_ur_open open = { .queue = SPOOL_RDR, .id = done->id,
		.classes = { SPOOL_CLASS_ALL } };
	struct ipc_ur_finish finish = { .id = done->id, .how = done->how,
		.copies = done->copies };

	if (!spoolchan_there(d->vm))
		return;
	done->tag = spoolchan_tag(d->vm);
	open.tag = finish.tag = done->tag;
	if (done->open)
		spoolchan_send(d->vm, IPC_UR_FINISH, &finish, sizeof finish);
	else
		spoolchan_send(d->vm, IPC_UR_OPEN, &open, sizeof open);
}

static void
spoolin_done_answer(struct device *d, struct spoolin_done *done, int rc)
{
	if (done->close)
		spoolchan_done(d->vm, done->close_tag, rc);
	done->close = false;
}

static void
spoolin_done_over(struct device *d, struct spoolin_done **at, int rc)
{
	struct spoolin_done *done = *at;

	spoolin_done_answer(d, done, rc);
	*at = done->next;
	free(done);
}

/* Is it worth trying again? */
static bool
spoolin_done_waits(int rc)
{
	return rc == -ENOSPC || rc == -EIO || rc == -EDQUOT || rc == -ENOMEM;
}

/* vmspool's answer to the FINISH, or to the OPEN before it. */
static void
spoolin_done_hears(struct device *d, struct spoolin_done **at, int rc,
    bool opened)
{
	struct spoolin *in = d->state;
	struct spoolin_done *done = *at;

	done->tag = 0;
	if (rc == 0 && opened) {
		done->open = true;
		spoolin_done_send(d, done);
	} else if (rc == -EBUSY && done->busy++ < SPOOLIN_BUSY_MAX) {
		d->deadline = device_now() + SPOOLIN_BUSY_NS;
	} else if (spoolin_done_waits(rc)) {
		in->stuck = true;
		spoolin_done_answer(d, done, rc);
		d->deadline = device_now() + SPOOLIN_RETRY_NS;
	} else { /* also if it is gone, or somebody else's now */
		spoolin_done_over(d, at, 0);
		in->stuck = in->stuck && in->done != NULL;
	}
}

static struct spoolin_done **
spoolin_done_find(struct spoolin *in, uint32_t tag)
{
	struct spoolin_done **at = &in->done;

	while (*at != NULL && (*at)->tag != tag)
		at = &(*at)->next;
	return tag != 0 && *at != NULL ? at : NULL;
}

/* Into the list, its last.  NULL: no room. */
static struct spoolin_done *
spoolin_done_new(struct spoolin *in, uint32_t how)
{
	struct spoolin_done *done = malloc(sizeof *done), **end = &in->done;

	if (done == NULL)
		return NULL;
	*done = (struct spoolin_done){ .id = in->file.id, .how = how,
		.copies = in->file.attr.copies, .open = in->open };
	while (*end != NULL)
		end = &(*end)->next;
	return *end = done;
}

/* No file is at hand any more; NULL, or what becomes of it. */
static struct spoolin_done *
spoolin_finish(struct device *d, uint32_t how)
{
	struct spoolin *in = d->state;
	struct spoolin_done *done = NULL;
	bool asked = in->ask == ASK_AGAIN;

	/* One that is not open is back as it was already. */
	if (in->file.id != 0 && (in->open || asked || how != FINISH_BACK))
		done = spoolin_done_new(in, how);
	if (done != NULL && asked) /* the answer is what it waits for */
		done->tag = in->ask_tag;
	else if (done != NULL)
		spoolin_done_send(d, done);
	if (asked)
		in->ask = ASK_NOTHING;
	spoolin_drop_blocks(in);
	malloc_trim(0);
	memset(&in->file, 0, sizeof in->file);
	in->open = in->damaged = in->told = false;
	in->busy = 0;
	return done;
}

/* It was read to its end. */
static void
spoolin_finish_read(struct device *d)
{
	const struct spoolin *in = d->state;

	spoolin_finish(d, (in->flags & VM_UR_HOLD) != 0 ? FINISH_HOLD :
	    FINISH_DONE);
}

/* --- taking a file --- */

static void
spoolin_ask_open(struct device *d, enum spoolin_ask what, uint64_t id)
{
	struct spoolin *in = d->state;
	struct ipc_ur_open ask = { .tag = spoolchan_tag(d->vm),
		.queue = SPOOL_RDR, .id = id };

	memcpy(ask.classes, in->classes, sizeof ask.classes);
	if (ask.classes[0] == '\0' || id != 0)
		ask.classes[0] = SPOOL_CLASS_ALL;
	in->ask = what;
	in->ask_tag = ask.tag;
	in->ask_id = id;
	in->none = ASK_NOTHING;
	spoolchan_send(d->vm, IPC_UR_OPEN, &ask, sizeof ask);
}

static void
spoolin_take_file(struct device *d, const struct ipc_ur_opened *m)
{
	struct spoolin *in = d->state;

	if (in->ask == ASK_MORE || (in->ask == ASK_CHOSEN && in->told))
		spoolin_finish_read(d);
	else if (in->ask == ASK_CHOSEN)
		spoolin_finish(d, FINISH_BACK);
	if (in->ask != ASK_AGAIN)
		in->next = 1;
	spoolin_drop_blocks(in);
	in->file = m->file;
	in->open = true;
	in->busy = 0;
	in->ignored = 0; /* answers come in the order of questions */
}

/* The file at hand is no longer to be had. */
static void
spoolin_lost_file(struct device *d, int rc)
{
	struct spoolin *in = d->state;

	if (rc == -EBUSY && in->busy++ < SPOOLIN_BUSY_MAX)
		d->deadline = device_now() + SPOOLIN_BUSY_NS;
	else
		in->damaged = true;
}

/* The file at hand was open on another channel, or in another vmguest. */
static void
spoolin_reopen(struct device *d)
{
	const struct spoolin *in = d->state;

	if (in->file.id != 0 && !in->open && !in->damaged &&
	    in->ask == ASK_NOTHING && d->deadline == 0 &&
	    spoolchan_there(d->vm))
		spoolin_ask_open(d, ASK_AGAIN, in->file.id);
}

static void
spoolin_opened(struct device *d, const struct ipc_ur_opened *m)
{
	struct spoolin *in = d->state;

	if (m->rc == 0 && m->file.id != 0 &&
	    (in->ask_id == 0 || m->file.id == in->ask_id))
		spoolin_take_file(d, m);
	else if (in->ask == ASK_AGAIN)
		spoolin_lost_file(d, m->rc);
	else if (in->wanted)
		in->none = in->ask;
	in->ask = ASK_NOTHING;
}

/* --- what comes next --- */

/* Another file; none: if there is none. */
static enum spoolin_is
spoolin_ask(struct device *d, enum spoolin_ask what, uint64_t id,
    enum spoolin_is none)
{
	struct spoolin *in = d->state;

	if (in->none == what) {
		in->none = ASK_NOTHING;
		return none;
	}
	if (in->done == NULL) {
		in->wanted = true;
		spoolin_ask_open(d, what, id);
	}
	return SPOOLIN_WAITS;
}

/* The file is open and no record at hand. */
static enum spoolin_is
spoolin_look_on(struct device *d, bool cont)
{
	struct spoolin *in = d->state;
	struct spoolin_block *b = in->ahead;

	if (b != NULL) {
		in->ahead = NULL;
		spoolin_install(d, b);
		return SPOOLIN_CARDS;
	}
	if (in->reading)
		return SPOOLIN_WAITS;
	if (in->damaged)
		return SPOOLIN_DAMAGED;
	if (in->next > in->file.records)
		return !cont || (in->flags & VM_UR_CONT) == 0 ? SPOOLIN_END :
		    spoolin_ask(d, ASK_MORE, 0, SPOOLIN_END);
	spoolin_ask_block(d);
	return SPOOLIN_WAITS;
}

static enum spoolin_is
spoolin_look_at_file(struct device *d, bool cont)
{
	struct spoolin *in = d->state;

	if (in->told)
		spoolin_finish_read(d);
	if (in->file.id == 0)
		return spoolin_ask(d, ASK_FIRST, 0, SPOOLIN_EMPTY);
	if (in->open)
		return spoolin_look_on(d, cont);
	if (in->damaged) { /* gone, which is told once */
		spoolin_finish(d, FINISH_BACK);
		return SPOOLIN_DAMAGED;
	}
	spoolin_reopen(d);
	return SPOOLIN_WAITS;
}

/* Can anything be asked of vmspool?  0: yes. */
static enum spoolin_is
spoolin_obstacle(struct device *d)
{
	struct spoolin *in = d->state;

	if ((in->flags & VM_UR_NOT_READY) != 0)
		return SPOOLIN_NOT_READY;
	if (in->held != NULL)
		return SPOOLIN_WAITS;
	if (!spoolchan_there(d->vm) && spoolchan_coming(d->vm))
		return SPOOLIN_WAITS;
	if (!spoolchan_there(d->vm) || in->stuck) {
		in->waits = true;
		return SPOOLIN_NOT_READY;
	}
	return in->ask != ASK_NOTHING ? SPOOLIN_WAITS : 0;
}

enum spoolin_is
spoolin_look(struct device *d, bool cont)
{
	const struct spoolin *in = d->state;
	enum spoolin_is is;

	if (in->at != in->end && in->held == NULL)
		return SPOOLIN_CARDS;
	is = spoolin_obstacle(d);
	return is != 0 ? is : spoolin_look_at_file(d, cont);
}

enum spoolin_is
spoolin_select(struct device *d, uint64_t id)
{
	const struct spoolin *in = d->state;
	enum spoolin_is is = spoolin_obstacle(d);

	if (is != 0)
		return is;
	if (in->file.id == id && in->open) {
		spoolin_seek(d, 1);
		return SPOOLIN_CARDS;
	}
	if (in->file.id == id && !in->damaged) {
		spoolin_reopen(d);
		return SPOOLIN_WAITS;
	}
	return spoolin_ask(d, ASK_CHOSEN, id, SPOOLIN_EMPTY);
}

enum spoolin_is
spoolin_at_hand(struct device *d)
{
	const struct spoolin *in = d->state;
	enum spoolin_is is;

	if (in->file.id == 0)
		return SPOOLIN_EMPTY;
	if (in->open || in->file.spoolid != 0)
		return SPOOLIN_CARDS;
	is = spoolin_obstacle(d);
	if (is != 0)
		return is;
	spoolin_reopen(d);
	return in->damaged ? SPOOLIN_DAMAGED : SPOOLIN_WAITS;
}

const uint8_t *
spoolin_cards(const struct device *d, size_t *len)
{
	const struct spoolin *in = d->state;

	*len = (size_t)(in->end - in->at);
	return in->at;
}

void
spoolin_told(struct device *d)
{
	struct spoolin *in = d->state;

	in->told = true;
}

const struct spool_file *
spoolin_file(const struct device *d)
{
	const struct spoolin *in = d->state;

	return in->file.id != 0 ? &in->file : NULL;
}

bool
spoolin_wants(const struct device *d, char class)
{
	const struct spoolin *in = d->state;

	return in->classes[0] == '\0' || in->classes[0] == SPOOL_CLASS_ALL ||
	    memchr(in->classes, class, strnlen(in->classes,
	    sizeof in->classes)) != NULL;
}

uint64_t
spoolin_next(const struct device *d)
{
	const struct spoolin *in = d->state;

	return in->next;
}

void
spoolin_seek(struct device *d, uint64_t record)
{
	struct spoolin *in = d->state;

	spoolin_drop_blocks(in);
	in->next = record;
	in->damaged = in->told = false;
}

/* --- the device --- */

/* The file goes back as it was. */
void
spoolin_detach(struct device *d)
{
	struct spoolin *in = d->state;

	spoolin_let_go(in);
	spoolin_finish(d, FINISH_BACK);
	while (in->done != NULL)
		spoolin_done_over(d, &in->done, -ENODEV);
}

void
spoolin_halt(struct device *d)
{
	struct spoolin *in = d->state;

	in->wanted = false;
	in->none = ASK_NOTHING;
}

/* Nobody waits any more; but vmspool may still have to hear of a file. */
void
spoolin_reset(struct device *d)
{
	struct spoolin *in = d->state;

	spoolin_let_go(in);
	spoolin_halt(d);
	in->waits = false;
	if (in->done != NULL || in->busy > 0)
		d->deadline = device_now() + SPOOLIN_BUSY_NS;
}

void
spoolin_expire(struct device *d)
{
	struct spoolin *in = d->state;

	d->deadline = 0;
	spoolin_reopen(d);
	for (struct spoolin_done *done = in->done; done != NULL;
	     done = done->next)
		if (done->tag == 0)
			spoolin_done_send(d, done);
	channel_ready(d);
}

/* --- vmcp and vmspool --- */

static void
spoolin_configure(struct device *d, const struct ipc_vm_ur *ur)
{
	struct spoolin *in = d->state;

	in->flags = ur->flags;
	memcpy(in->classes, ur->classes, sizeof in->classes);
	spoolin_gate(in);
	channel_ready(d);
}

static void
spoolin_close(struct device *d, const struct ipc_vm_ur_close *rq)
{
	struct spoolin_done *done = spoolin_finish(d, rq->how);

	if (done == NULL) {
		spoolchan_done(d->vm, rq->tag, 0);
		return;
	}
	done->close = true;
	done->close_tag = rq->tag;
	if (!spoolchan_there(d->vm) && !spoolchan_coming(d->vm))
		spoolin_done_answer(d, done, -ENOTCONN);
}

static bool
spoolin_hears_opened(struct device *d, const struct ipc_ur_opened *m)
{
	struct spoolin *in = d->state;
	struct spoolin_done **done = spoolin_done_find(in, m->tag);

	if (done != NULL)
		spoolin_done_hears(d, done, m->rc, true);
	else if (in->ask != ASK_NOTHING && m->tag == in->ask_tag)
		spoolin_opened(d, m);
	else
		return false;
	return true;
}

static bool
spoolin_hears_done(struct device *d, const struct ipc_ur_done *m)
{
	struct spoolin_done **done = spoolin_done_find(d->state, m->tag);

	if (done != NULL)
		spoolin_done_hears(d, done, m->rc, false);
	return done != NULL;
}

static bool
spoolin_hears_data(struct device *d, const struct ipc_ur_data *m)
{
	struct spoolin *in = d->state;

	if (m->id != in->file.id || !in->open)
		return false;
	if (in->ignored > 0)
		in->ignored--;
	else if (in->reading)
		spoolin_data(d, m);
	return true;
}

static void
spoolin_ready(struct device *d)
{
	struct spoolin *in = d->state;

	if (in->waits && !in->stuck && spoolchan_there(d->vm)) {
		in->waits = false;
		channel_unsolicited(d, UNIT_DEVICE_END);
	}
	channel_ready(d);
}

static bool
spoolin_message(struct device *d, const struct ipcchan_message *m)
{
	bool mine = false;

	if (m->type == IPC_UR_OPENED)
		mine = spoolin_hears_opened(d, m->payload);
	else if (m->type == IPC_UR_DATA)
		mine = spoolin_hears_data(d, m->payload);
	else if (m->type == IPC_UR_DONE)
		mine = spoolin_hears_done(d, m->payload);
	if (mine)
		spoolin_ready(d);
	return mine;
}

/* What was asked of a vmspool that has ended is asked again when somebody
 * wants it; a file that it had not yet done with, at once. */
static void
spoolin_changed(struct device *d)
{
	struct spoolin *in = d->state;

	in->open = in->reading = false;
	in->ignored = in->busy = 0;
	in->ask = ASK_NOTHING;
	d->deadline = 0;
	for (struct spoolin_done *done = in->done; done != NULL;
	     done = done->next) {
		done->open = false;
		done->tag = 0;
		done->busy = 0;
		if (!spoolchan_there(d->vm) && !spoolchan_coming(d->vm))
			spoolin_done_answer(d, done, -ENOTCONN);
		else
			spoolin_done_send(d, done);
	}
	spoolin_reopen(d);
	spoolin_ready(d);
}

static bool
spoolin_settle(struct device *d)
{
	const struct spoolin *in = d->state;

	return in->done == NULL && in->ask == ASK_NOTHING;
}

const struct device_spool_ops spoolin_ops = {
	.configure = spoolin_configure,
	.close = spoolin_close,
	.message = spoolin_message,
	.changed = spoolin_changed,
	.settle = spoolin_settle,
};

/* --- save and load --- */

void
spoolin_save(const struct device *d, struct section *s)
{
	const struct spoolin *in = d->state;

	section_put_u64(s, in->file.id);
	section_put_u64(s, in->next);
	section_put_u8(s, in->told);
}

/* Where the machine was in its file, which is opened when it reads on.  What
 * was asked for just now is not what this machine asked for. */
int
spoolin_load(struct device *d, struct section *s)
{
	struct spoolin *in = d->state;
	uint64_t id = section_get_u64(s), next = section_get_u64(s);
	bool told = section_get_u8(s) != 0;

	spoolin_let_go(in);
	if (s->bad || next == UINT64_MAX)
		return -1;
	if (in->file.id != id)
		spoolin_finish(d, FINISH_BACK);
	in->file.id = id;
	spoolin_seek(d, next > 0 ? next : 1);
	in->told = told && id != 0;
	in->ask = ASK_NOTHING;
	spoolin_reopen(d);
	return 0;
}
