/* SPDX-License-Identifier: MIT
 *
 * reader.c - the 2540 card reader: records of files in the user's queue, one a
 * command.  Asks vmspool for a file, for its blocks one ahead, and says when
 * it is done with; believes of them no more than lengths that it checked.
 *
 * At most one file is at hand.  One that is done with stays in a list until
 * vmspool has said that this is on disk; no other is begun before that.
 */
#include "dev/reader.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "subchan.h"
#include "vm.h"

#define READER_RETRY_NS 1000000000ull
#define READER_BUSY_NS 100000000ull
#define READER_BUSY_MAX 50 /* times: the channel before may end late */

struct reader_block {
	uint64_t seq, first;
	uint32_t records;
	uint32_t len;
	uint8_t bytes[];
};

/* What vmspool was asked to open. */
enum reader_ask {
	ASK_NONE,
	ASK_FIRST,  /* the first that waits */
	ASK_MORE,   /* the same, CONT: behind the one at hand */
	ASK_AGAIN,  /* the one at hand, that is not open any more or yet */
	ASK_CHOSEN, /* the one that was selected */
};

/* A file that is done with. */
struct reader_done {
	struct reader_done *next;
	uint64_t id;
	uint32_t how;	/* enum ipc_ur_finished */
	uint32_t tag;	/* of what is not answered; 0: nothing was asked */
	bool open;	/* on this channel: else it is opened first */
	bool close;	/* a VM_UR_CLOSE waits for it */
	uint32_t close_tag;
};

struct reader {
	uint32_t flags; /* VM_UR_* */
	char classes[UR_CLASSES];
	bool waits;	/* the guest waits for DEVICE END */

	/* the file at hand */
	struct spool_file file; /* id 0: none */
	uint64_t blocks;
	bool open;	/* on this channel */
	bool damaged;	/* what comes next */
	bool told;	/* its end */
	uint64_t next;	/* number of the next record */

	/* its records: from at on, inside block */
	struct reader_block *block, *ahead;
	const uint8_t *at, *end;
	bool last;	  /* no block comes behind block */
	bool reading;	  /* UR_READ is not answered */
	uint64_t wanted;  /* the block, or record, that was asked for */
	bool by_record;
	unsigned ignored; /* answers that come before its */

	/* UR_OPEN that is not answered */
	uint8_t ask;	  /* enum reader_ask */
	uint32_t ask_tag;
	uint64_t ask_id;
	bool asked_for;	  /* somebody waits for the answer */
	bool none;	  /* it was: there is no such file */
	unsigned busy;	  /* how often it was: another has it */

	struct reader_done *done;
	bool stuck;	  /* vmspool cannot store that a file is done with */

	/* the card of a READ under way */
	struct reader_block *card_of; /* to be freed with it, if not NULL */
	const uint8_t *card;
	uint32_t card_len;
	bool card_taken;  /* by a READ that is not over */
};

/* --- blocks --- */

static void
reader_free_block(struct reader *r, struct reader_block **b)
{
	/* A READ may still be at a card of this one. */
	if (*b != NULL && *b == r->block && r->card_taken &&
	    r->card_of == NULL)
		r->card_of = *b;
	else
		free(*b);
	*b = NULL;
}

/* No records are at hand; what was asked for is not wanted. */
static void
reader_drop_blocks(struct reader *r)
{
	reader_free_block(r, &r->block);
	reader_free_block(r, &r->ahead);
	r->at = r->end = NULL;
	r->last = false;
	if (r->reading)
		r->ignored++;
	r->reading = false;
}

/* Whole records, as many as it says? */
static bool
reader_block_holds(const uint8_t *bytes, uint32_t len, uint32_t records)
{
	uint32_t at = 0, n = 0;

	while (len - at >= SPOOL_LENGTH) {
		uint16_t length;

		memcpy(&length, bytes + at, sizeof length);
		at += SPOOL_LENGTH;
		if (length > SPOOL_RECORD_MAX || length > len - at)
			return false;
		at += length;
		n++;
	}
	return at == len && n == records && n > 0;
}

static uint16_t
reader_length(const uint8_t *at)
{
	uint16_t length;

	memcpy(&length, at, sizeof length);
	return length;
}

/* Behind `records` records from the beginning of a block that holds. */
static const uint8_t *
reader_skip(const uint8_t *at, uint64_t records)
{
	while (records-- > 0)
		at += SPOOL_LENGTH + reader_length(at);
	return at;
}

/* Records can be read, if the device is ready. */
static void
reader_gate(struct reader *r)
{
	r->end = r->at;
	if (r->block != NULL && (r->flags & VM_UR_NOT_READY) == 0)
		r->end = r->block->bytes + r->block->len;
}

static void
reader_ask_block(struct device *d, uint64_t wanted, bool by_record)
{
	struct reader *r = d->state;
	struct ipc_ur_read ask = { .id = r->file.id };

	if (by_record)
		ask.record = wanted;
	else
		ask.seq = wanted;
	r->reading = true;
	r->wanted = wanted;
	r->by_record = by_record;
	spoolchan_send(d->vm, IPC_UR_READ, &ask, sizeof ask);
}

/* The block becomes the one at hand, from the next record on; another is
 * asked for while it is read. */
static void
reader_install(struct device *d, struct reader_block *b)
{
	struct reader *r = d->state;

	reader_free_block(r, &r->block);
	r->block = b;
	r->at = reader_skip(b->bytes, r->next - b->first);
	r->last = b->seq + 1 >= r->blocks;
	reader_gate(r);
	if (!r->last)
		reader_ask_block(d, b->seq + 1, false);
}

/* Is it the block that was asked for, and all of it right? */
static bool
reader_data_holds(const struct reader *r, const struct ipc_ur_data *m)
{
	if (!reader_block_holds((const uint8_t *)m->text, m->text_len,
	    m->records))
		return false;
	if (r->by_record)
		return m->first >= 1 && m->first <= r->wanted &&
		    r->wanted - m->first < m->records;
	return m->seq == r->wanted && r->block != NULL &&
	    m->first == r->block->first + r->block->records;
}

static void
reader_data(struct device *d, const struct ipc_ur_data *m)
{
	struct reader *r = d->state;
	struct reader_block *b = NULL;

	r->reading = false;
	if (m->rc == -ENOENT) {
		r->last = true;
		return;
	}
	if (m->rc == 0 && reader_data_holds(r, m))
		b = malloc(sizeof *b + m->text_len);
	if (b == NULL) {
		r->damaged = true;
		return;
	}
	*b = (struct reader_block){ .seq = m->seq, .first = m->first,
		.records = m->records, .len = m->text_len };
	memcpy(b->bytes, m->text, m->text_len);
	if (r->by_record)
		reader_install(d, b);
	else
		r->ahead = b;
}

/* --- files that are done with --- */

static void
reader_done_send(struct device *d, struct reader_done *done)
{
	struct ipc_ur_open open = { .queue = SPOOL_RDR, .id = done->id,
		.classes = { SPOOL_CLASS_ALL } };
	struct ipc_ur_finish finish = { .id = done->id, .how = done->how };

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
reader_done_answer(struct device *d, struct reader_done *done, int rc)
{
	if (done->close)
		spoolchan_done(d->vm, done->close_tag, rc);
	done->close = false;
}

static void
reader_done_over(struct device *d, struct reader_done **at)
{
	struct reader_done *done = *at;

	reader_done_answer(d, done, 0);
	*at = done->next;
	free(done);
}

/* Is it worth trying again? */
static bool
reader_done_waits(int rc)
{
	return rc == -ENOSPC || rc == -EIO || rc == -EDQUOT || rc == -ENOMEM;
}

/* vmspool's answer to the FINISH, or to the OPEN before it. */
static void
reader_done_hears(struct device *d, struct reader_done **at, int rc,
    bool opened)
{
	struct reader *r = d->state;
	struct reader_done *done = *at;

	done->tag = 0;
	if (rc == 0 && opened) {
		done->open = true;
		reader_done_send(d, done);
	} else if (rc == -EBUSY && !done->open) {
		d->deadline = device_now() + READER_BUSY_NS;
	} else if (reader_done_waits(rc)) {
		r->stuck = true;
		reader_done_answer(d, done, rc);
		d->deadline = device_now() + READER_RETRY_NS;
	} else {
		reader_done_over(d, at);
		r->stuck = r->stuck && r->done != NULL;
	}
}

static struct reader_done **
reader_done_find(struct reader *r, uint32_t tag)
{
	struct reader_done **at = &r->done;

	while (*at != NULL && (*at)->tag != tag)
		at = &(*at)->next;
	return tag != 0 && *at != NULL ? at : NULL;
}

/* No file is at hand any more; NULL, or what becomes of it. */
static struct reader_done *
reader_finish(struct device *d, uint32_t how)
{
	struct reader *r = d->state;
	struct reader_done *done = NULL, **end = &r->done;
	bool asked = r->ask == ASK_AGAIN && r->ask_tag != 0;

	/* One that is not open is back as it was already. */
	if (r->file.id != 0 && (r->open || asked || how != FINISH_BACK))
		done = calloc(1, sizeof *done);
	if (done != NULL) {
		done->id = r->file.id;
		done->how = how;
		done->open = r->open;
		while (*end != NULL)
			end = &(*end)->next;
		*end = done;
		if (asked) /* the answer is what it waits for */
			done->tag = r->ask_tag;
		else
			reader_done_send(d, done);
	}
	if (asked)
		r->ask_tag = 0;
	reader_drop_blocks(r);
	malloc_trim(0);
	memset(&r->file, 0, sizeof r->file);
	r->open = r->damaged = r->told = false;
	return done;
}

/* It was read to its end. */
static void
reader_finish_read(struct device *d)
{
	const struct reader *r = d->state;

	reader_finish(d, (r->flags & VM_UR_HOLD) != 0 ? FINISH_HOLD :
	    FINISH_DONE);
}

/* --- taking a file --- */

static void
reader_ask_open(struct device *d, enum reader_ask what, uint64_t id)
{
	struct reader *r = d->state;
	struct ipc_ur_open ask = { .tag = spoolchan_tag(d->vm),
		.queue = SPOOL_RDR, .id = id };

	memcpy(ask.classes, r->classes, sizeof ask.classes);
	if (ask.classes[0] == '\0' || id != 0)
		ask.classes[0] = SPOOL_CLASS_ALL;
	r->ask = (uint8_t)what;
	r->ask_tag = ask.tag;
	r->ask_id = id;
	r->none = false;
	spoolchan_send(d->vm, IPC_UR_OPEN, &ask, sizeof ask);
}

static void
reader_take_file(struct device *d, const struct ipc_ur_opened *m)
{
	struct reader *r = d->state;
	uint64_t next = r->ask == ASK_AGAIN ? r->next : 1;

	if (r->ask == ASK_MORE || (r->ask == ASK_CHOSEN && r->told))
		reader_finish_read(d);
	else if (r->ask == ASK_CHOSEN)
		reader_finish(d, FINISH_BACK);
	reader_drop_blocks(r);
	r->file = m->file;
	r->blocks = m->blocks;
	r->open = true;
	r->next = next;
	r->ignored = 0; /* answers come in the order of questions */
}

/* The file at hand is no longer to be had. */
static void
reader_lost_file(struct device *d, int rc)
{
	struct reader *r = d->state;

	if (rc == -EBUSY && r->busy++ < READER_BUSY_MAX)
		d->deadline = device_now() + READER_BUSY_NS;
	else
		r->damaged = true;
}

/* The file at hand was open on another channel, or in another vmguest. */
static void
reader_reopen(struct device *d)
{
	const struct reader *r = d->state;

	if (r->file.id != 0 && !r->open && !r->damaged && r->ask_tag == 0 &&
	    d->deadline == 0 && spoolchan_there(d->vm))
		reader_ask_open(d, ASK_AGAIN, r->file.id);
}

static void
reader_opened(struct device *d, const struct ipc_ur_opened *m)
{
	struct reader *r = d->state;
	bool right = m->rc == 0 && m->file.id != 0 &&
	    (r->ask_id == 0 || m->file.id == r->ask_id);

	r->ask_tag = 0;
	if (right) {
		reader_take_file(d, m);
		r->busy = 0;
	} else if (r->ask == ASK_AGAIN) {
		reader_lost_file(d, m->rc);
	} else {
		r->none = r->asked_for;
	}
	r->ask = ASK_NONE;
}

/* --- what comes next --- */

static enum reader_is
reader_asks(struct device *d, enum reader_ask what, uint64_t id)
{
	struct reader *r = d->state;

	r->asked_for = true;
	reader_ask_open(d, what, id);
	return READER_WAITS;
}

/* No file is at hand. */
static enum reader_is
reader_look_first(struct device *d)
{
	struct reader *r = d->state;

	if (r->none) {
		r->none = false;
		return READER_EMPTY;
	}
	return r->done != NULL ? READER_WAITS : reader_asks(d, ASK_FIRST, 0);
}

/* Behind the last record. */
static enum reader_is
reader_look_behind(struct device *d)
{
	struct reader *r = d->state;

	if (r->next <= r->file.records)
		return READER_DAMAGED; /* there should be more */
	if ((r->flags & VM_UR_CONT) == 0)
		return READER_END;
	if (r->none) {
		r->none = false;
		return READER_END;
	}
	return r->done != NULL ? READER_WAITS : reader_asks(d, ASK_MORE, 0);
}

/* The file is open and no record at hand. */
static enum reader_is
reader_look_on(struct device *d)
{
	struct reader *r = d->state;
	struct reader_block *b = r->ahead;

	if (b != NULL) {
		r->ahead = NULL;
		r->next = b->first;
		reader_install(d, b);
		return READER_CARDS;
	}
	if (r->reading)
		return READER_WAITS;
	if (r->damaged)
		return READER_DAMAGED;
	if (r->last || r->blocks == 0)
		return reader_look_behind(d);
	reader_ask_block(d, r->next, true);
	return READER_WAITS;
}

static enum reader_is
reader_look_at_file(struct device *d)
{
	struct reader *r = d->state;

	if (r->told)
		reader_finish_read(d);
	if (r->file.id == 0)
		return reader_look_first(d);
	if (r->open)
		return reader_look_on(d);
	reader_reopen(d);
	return r->damaged ? READER_DAMAGED : READER_WAITS;
}

/* Can anything be asked of vmspool?  0: yes. */
static enum reader_is
reader_obstacle(struct device *d)
{
	struct reader *r = d->state;

	if ((r->flags & VM_UR_NOT_READY) != 0)
		return READER_NOT_READY;
	if (r->card_taken)
		return READER_WAITS;
	if (!spoolchan_there(d->vm) && spoolchan_coming(d->vm))
		return READER_WAITS;
	if (!spoolchan_there(d->vm) || r->stuck) {
		r->waits = true;
		return READER_NOT_READY;
	}
	if (r->ask_tag != 0) {
		r->asked_for = true;
		return READER_WAITS;
	}
	return 0;
}

enum reader_is
reader_look(struct device *d)
{
	struct reader *r = d->state;
	enum reader_is is;

	if (r->at != r->end && !r->card_taken)
		return READER_CARDS;
	is = reader_obstacle(d);
	return is != 0 ? is : reader_look_at_file(d);
}

enum reader_is
reader_select(struct device *d, uint64_t id)
{
	struct reader *r = d->state;
	enum reader_is is = reader_obstacle(d);

	if (is != 0)
		return is;
	if (r->file.id == id && r->open) {
		reader_seek(d, 1);
		return READER_CARDS;
	}
	if (r->none) {
		r->none = false;
		return READER_EMPTY;
	}
	return r->done != NULL ? READER_WAITS : reader_asks(d, ASK_CHOSEN, id);
}

const uint8_t *
reader_cards(const struct device *d, size_t *len)
{
	const struct reader *r = d->state;

	*len = (size_t)(r->end - r->at);
	return r->at;
}

void
reader_take(struct device *d, size_t len, uint32_t records)
{
	struct reader *r = d->state;

	r->at += len;
	r->next += records;
}

void
reader_told(struct device *d)
{
	struct reader *r = d->state;

	r->told = true;
}

const struct spool_file *
reader_file(const struct device *d)
{
	const struct reader *r = d->state;

	return r->file.id != 0 ? &r->file : NULL;
}

bool
reader_wants(const struct device *d, char class)
{
	const struct reader *r = d->state;

	return r->classes[0] == '\0' || r->classes[0] == SPOOL_CLASS_ALL ||
	    memchr(r->classes, class, strnlen(r->classes,
	    sizeof r->classes)) != NULL;
}

uint64_t
reader_next(const struct device *d)
{
	const struct reader *r = d->state;

	return r->next;
}

void
reader_seek(struct device *d, uint64_t record)
{
	struct reader *r = d->state;

	reader_drop_blocks(r);
	r->next = record;
	r->damaged = r->told = false;
}

/* --- channel programs --- */

static int
reader_attach(struct device *d, const struct ipc_vm_attach *at, int fd)
{
	(void)d;
	(void)at;
	(void)fd;
	return 0;
}

static void
reader_over(struct reader *r)
{
	r->card_taken = false;
	r->card_len = 0;
	free(r->card_of);
	r->card_of = NULL;
}

/* The file goes back as it was. */
static void
reader_detach(struct device *d)
{
	struct reader *r = d->state;

	reader_over(r);
	reader_finish(d, FINISH_BACK);
	while (r->done != NULL)
		reader_done_over(d, &r->done);
}

static void
reader_begin(struct device *d)
{
	(void)d;
}

/* Nobody waits any more; but vmspool may still have to hear of a file. */
static void
reader_reset(struct device *d)
{
	struct reader *r = d->state;

	reader_over(r);
	r->asked_for = r->none = r->waits = false;
	if (r->done != NULL || r->busy > 0)
		d->deadline = device_now() + READER_BUSY_NS;
}

static void
reader_halt(struct device *d)
{
	struct reader *r = d->state;

	r->asked_for = r->none = false;
}

static void
reader_start_card(struct reader *r, struct transfer *t)
{
	r->card_len = reader_length(r->at);
	r->card = r->at + SPOOL_LENGTH;
	r->card_taken = true;
	r->at = r->card + r->card_len;
	r->next++;
	t->kind = TRANSFER_IN;
	t->left = r->card_len;
}

static uint8_t
reader_start_end(struct device *d)
{
	struct reader *r = d->state;

	reader_told(d);
	if ((r->flags & VM_UR_EOF) != 0)
		return UNIT_DONE | UNIT_EXCEPTION;
	return device_check(d, SENSE_INTERVENTION, RDR_SENSE_END);
}

static void
reader_start(struct device *d, uint8_t cmd, struct transfer *t)
{
	if (cmd != RDR_READ) {
		device_reject(d, t);
		return;
	}
	switch (reader_look(d)) {
	case READER_CARDS:
		reader_start_card(d->state, t);
		break;
	case READER_WAITS:
		t->kind = TRANSFER_WAIT;
		break;
	case READER_END:
		device_done(t, reader_start_end(d));
		break;
	case READER_EMPTY:
	case READER_NOT_READY:
		device_done(t, device_check(d, SENSE_INTERVENTION, 0));
		break;
	case READER_DAMAGED:
		device_done(t, device_check(d, SENSE_EQUIPMENT, 0));
		break;
	}
}

/* A card of the length that is asked for. */
static bool
reader_record(struct device *d, uint8_t cmd, void *to, size_t n)
{
	struct reader *r = d->state;

	if (cmd != RDR_READ || r->at == r->end || reader_length(r->at) != n)
		return false;
	memcpy(to, r->at + SPOOL_LENGTH, n);
	r->at += SPOOL_LENGTH + n;
	r->next++;
	return true;
}

static int
reader_read(struct device *d, void *to, size_t n)
{
	struct reader *r = d->state;

	if (n > r->card_len)
		return -1;
	memcpy(to, r->card, n);
	r->card += n;
	r->card_len -= (uint32_t)n;
	return 0;
}

static int
reader_write(struct device *d, const void *from, size_t n)
{
	(void)d;
	(void)from;
	(void)n;
	return -1;
}

static uint8_t
reader_end(struct device *d, bool whole)
{
	(void)whole;
	reader_over(d->state);
	return UNIT_DONE;
}

static void
reader_expire(struct device *d)
{
	struct reader *r = d->state;

	d->deadline = 0;
	reader_reopen(d);
	for (struct reader_done *done = r->done; done != NULL;
	     done = done->next)
		if (done->tag == 0)
			reader_done_send(d, done);
	channel_ready(d);
}

/* --- vmcp and vmspool --- */

static void
reader_configure(struct device *d, const struct ipc_vm_ur *ur)
{
	struct reader *r = d->state;

	r->flags = ur->flags;
	memcpy(r->classes, ur->classes, sizeof r->classes);
	reader_gate(r);
	channel_ready(d);
}

static void
reader_close(struct device *d, const struct ipc_vm_ur_close *rq)
{
	struct reader_done *done = reader_finish(d, rq->how);

	if (done == NULL) {
		spoolchan_done(d->vm, rq->tag, 0);
		return;
	}
	done->close = true;
	done->close_tag = rq->tag;
	if (!spoolchan_there(d->vm) && !spoolchan_coming(d->vm))
		reader_done_answer(d, done, -ENOTCONN);
}

static bool
reader_hears_opened(struct device *d, const struct ipc_ur_opened *m)
{
	struct reader *r = d->state;
	struct reader_done **done = reader_done_find(r, m->tag);

	if (done != NULL)
		reader_done_hears(d, done, m->rc, true);
	else if (m->tag != 0 && m->tag == r->ask_tag)
		reader_opened(d, m);
	else
		return false;
	return true;
}

static bool
reader_hears_done(struct device *d, const struct ipc_ur_done *m)
{
	struct reader_done **done = reader_done_find(d->state, m->tag);

	if (done != NULL)
		reader_done_hears(d, done, m->rc, false);
	return done != NULL;
}

static bool
reader_hears_data(struct device *d, const struct ipc_ur_data *m)
{
	struct reader *r = d->state;

	if (m->id != r->file.id || !r->open)
		return false;
	if (r->ignored > 0)
		r->ignored--;
	else if (r->reading)
		reader_data(d, m);
	return true;
}

static void
reader_ready(struct device *d)
{
	struct reader *r = d->state;

	if (r->waits && !r->stuck && spoolchan_there(d->vm)) {
		r->waits = false;
		channel_unsolicited(d, UNIT_DEVICE_END);
	}
	channel_ready(d);
}

static bool
reader_message(struct device *d, const struct ipcchan_message *m)
{
	bool mine = false;

	if (m->type == IPC_UR_OPENED)
		mine = reader_hears_opened(d, m->payload);
	else if (m->type == IPC_UR_DATA)
		mine = reader_hears_data(d, m->payload);
	else if (m->type == IPC_UR_DONE)
		mine = reader_hears_done(d, m->payload);
	if (mine)
		reader_ready(d);
	return mine;
}

/* What was asked of a vmspool that has ended is asked again when somebody
 * wants it; a file that it had not yet done with, at once. */
static void
reader_changed(struct device *d)
{
	struct reader *r = d->state;

	r->open = r->reading = false;
	r->ignored = r->busy = 0;
	d->deadline = 0;
	r->ask_tag = 0;
	r->ask = ASK_NONE;
	for (struct reader_done *done = r->done; done != NULL;
	     done = done->next) {
		done->open = false;
		done->tag = 0;
		if (spoolchan_there(d->vm))
			reader_done_send(d, done);
		else if (!spoolchan_coming(d->vm))
			reader_done_answer(d, done, -ENOTCONN);
	}
	reader_reopen(d);
	reader_ready(d);
}

static bool
reader_settle(struct device *d)
{
	const struct reader *r = d->state;

	return r->done == NULL && r->ask_tag == 0;
}

static const struct device_spool_ops reader_spool = {
	.configure = reader_configure,
	.close = reader_close,
	.message = reader_message,
	.changed = reader_changed,
	.settle = reader_settle,
};

/* --- save and load --- */

static void
reader_save(struct device *d, struct section *s)
{
	const struct reader *r = d->state;

	section_put_u64(s, r->file.id);
	section_put_u64(s, r->next);
	section_put_u8(s, r->told);
	section_put_u8(s, r->card_taken);
	section_put_u32(s, r->card_len);
	section_put(s, r->card, r->card_len);
}

/* The card that a READ was at. */
static int
reader_load_card(struct reader *r, struct section *s)
{
	bool taken = section_get_u8(s) != 0;
	uint32_t len = section_get_u32(s);
	struct reader_block *b;

	if (s->bad || len > SPOOL_RECORD_MAX || (len > 0 && !taken) ||
	    (b = malloc(sizeof *b + len)) == NULL)
		return -1;
	section_get(s, b->bytes, len);
	r->card_of = b;
	r->card = b->bytes;
	r->card_len = len;
	r->card_taken = taken;
	return s->bad ? -1 : 0;
}

/* Where the machine was in its file; which is opened when it reads on. */
static int
reader_load(struct device *d, struct section *s)
{
	struct reader *r = d->state;
	uint64_t id = section_get_u64(s), next = section_get_u64(s);
	bool told = section_get_u8(s) != 0;

	reader_over(r);
	if (s->bad || next == UINT64_MAX || reader_load_card(r, s) < 0)
		return -1;
	if (r->file.id != id)
		reader_finish(d, FINISH_BACK);
	r->file.id = id;
	reader_seek(d, next > 0 ? next : 1);
	r->told = told && id != 0;
	/* What was asked for just now is not what the machine asked for. */
	r->ask_tag = 0;
	r->ask = ASK_NONE;
	reader_reopen(d);
	return 0;
}

const struct device_ops reader_device = {
	.type = DEVICE_READER,
	.id = { 0xFF, { 0x28, 0x21 }, 0, { 0x25, 0x40 }, 0 },
	.state = sizeof(struct reader),
	.attach = reader_attach,
	.detach = reader_detach,
	.reset = reader_reset,
	.begin = reader_begin,
	.start = reader_start,
	.read = reader_read,
	.write = reader_write,
	.record = reader_record,
	.end = reader_end,
	.halt = reader_halt,
	.expire = reader_expire,
	.spool = &reader_spool,
	.save = reader_save,
	.load = reader_load,
};
