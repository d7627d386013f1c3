/* SPDX-License-Identifier: MIT
 *
 * fullscreen.c - a guest's commands for its whole screen to vmcp, keys and
 * answers back.  Draws nothing.
 *
 * Who has the screen: a write that erases makes it the guest's, once vmcp says
 * that it was shown.  It is lost when vmcp says so, or done when the guest does
 * something else with the terminal.  Until the next erase, no other write is
 * passed on.
 */
#include "fullscreen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ipcchan.h"
#include "subchan.h"
#include "vm.h"

#define FULL_GROW 4096u /* bytes that a write's data grows by */

/* Structured fields (GA23-0059) */
#define FIELD_READ_PARTITION 0x01
#define FIELD_ERASE_RESET 0x03
#define FIELD_OUTBOUND 0x40
#define FIELD_HEAD 3 /* its length and what it is */
#define FIELD_COMMAND 4 /* of FIELD_OUTBOUND */

#define AID_FIELDS 0x88
#define AID_SYSREQ 0xF0

/* What a write does to what is shown. */
enum full_effect { FULL_CHANGES, FULL_ERASES, FULL_ASKS };

/* A command as a channel has it, and as the terminal has it. */
static const struct full_row {
	uint8_t cmd, remote;
	bool reads;
	enum full_effect effect; /* of a write; structured fields: see there */
} full_rows[] = {
	{ DSP_WRITE, 0xF1, false, FULL_CHANGES },
	{ DSP_ERASE_WRITE, 0xF5, false, FULL_ERASES },
	{ DSP_ERASE_WRITE_ALTERNATE, 0x7E, false, FULL_ERASES },
	{ DSP_ERASE_ALL_UNPROTECTED, 0x6F, false, FULL_CHANGES },
	{ DSP_WRITE_STRUCTURED, 0xF3, false, FULL_CHANGES },
	{ DSP_READ_BUFFER, 0xF2, true, FULL_CHANGES },
	{ DSP_READ_MODIFIED, 0xF6, true, FULL_CHANGES },
	{ DSP_READ_MODIFIED_ALL, 0x6E, true, FULL_CHANGES },
};

static const struct full_row *
full_find(uint8_t cmd)
{
	for (size_t i = 0; i < sizeof full_rows / sizeof full_rows[0]; i++)
		if (full_rows[i].cmd == cmd)
			return &full_rows[i];
	return NULL;
}

bool
fullscreen_reads(uint8_t cmd)
{
	const struct full_row *row = full_find(cmd);

	return row != NULL && row->reads;
}

bool
fullscreen_writes(uint8_t cmd)
{
	const struct full_row *row = full_find(cmd);

	return row != NULL && !row->reads;
}

/* --- bytes --- */

static void
full_free(struct full_bytes *b)
{
	free(b->bytes);
	*b = (struct full_bytes){ 0 };
}

static int
full_copy(struct full_bytes *b, const void *bytes, uint32_t len)
{
	uint8_t *copy = malloc(len + (size_t)1); /* none is not NULL */

	if (copy == NULL)
		return -1;
	if (len > 0)
		memcpy(copy, bytes, len);
	full_free(b);
	*b = (struct full_bytes){ copy, len };
	return 0;
}

static void
full_forget(struct fullscreen *fs)
{
	for (unsigned i = 0; i < FULL_SLOTS; i++)
		full_free(&fs->waits[i]);
}

void
fullscreen_clear(struct fullscreen *fs)
{
	full_free(&fs->data);
}

/* Bytes that are allocated for so many. */
static size_t
full_room(size_t len)
{
	return (len + FULL_GROW - 1) / FULL_GROW * FULL_GROW;
}

/* The first byte is kept for the command. */
int
fullscreen_add(struct fullscreen *fs, const void *bytes, size_t n)
{
	struct full_bytes *b = &fs->data;
	size_t len = b->len > 0 ? b->len : 1;
	uint8_t *more = b->bytes;

	if (n > IPC_FULL_MAX - len)
		return -1;
	if (len + n > full_room(b->len))
		more = realloc(more, full_room(len + n));
	if (more == NULL)
		return -1;
	if (n > 0)
		memcpy(more + len, bytes, n);
	*b = (struct full_bytes){ more, (uint32_t)(len + n) };
	return 0;
}

/* --- what a write does --- */

static enum full_effect
full_field_effect(const uint8_t *field, size_t len)
{
	switch (field[FIELD_HEAD - 1]) {
	case FIELD_READ_PARTITION:
		return FULL_ASKS;
	case FIELD_ERASE_RESET:
		return FULL_ERASES;
	case FIELD_OUTBOUND:
		return len > FIELD_COMMAND && (field[FIELD_COMMAND] == 0xF5 ||
		    field[FIELD_COMMAND] == 0x7E) ? FULL_ERASES : FULL_CHANGES;
	default:
		return FULL_CHANGES;
	}
}

/* The first field that does more than ask says it.  What is no field is the
 * terminal's to refuse. */
static enum full_effect
full_fields_effect(const uint8_t *at, size_t left)
{
	enum full_effect effect = FULL_ASKS;

	while (effect == FULL_ASKS && left > 0) {
		size_t len = left < FIELD_HEAD ? 1 :
		    (size_t)at[0] << 8 | at[1];

		if (len == 0)
			len = left; /* all that there is */
		if (len < FIELD_HEAD || len > left)
			return FULL_CHANGES;
		effect = full_field_effect(at, len);
		at += len;
		left -= len;
	}
	return effect;
}

static enum full_effect
full_effect(const struct full_row *row, const struct full_bytes *data)
{
	if (row->cmd == DSP_WRITE_STRUCTURED)
		return full_fields_effect(data->bytes + 1, data->len - 1);
	return row->effect;
}

/* --- the terminal --- */

static uint32_t
full_size(const struct fullscreen *fs, struct diag_screen *screen)
{
	*screen = (struct diag_screen){ 0 };
	if (fs == NULL || !fs->there)
		return 1;
	if ((fs->flags & TERM_FULL_SCREEN) == 0)
		return 2;
	screen->rows = fs->rows;
	screen->cols = fs->cols;
	if ((fs->flags & TERM_COLOR) != 0)
		screen->flags |= DIAG_SCREEN_COLOR;
	if ((fs->flags & TERM_HIGHLIGHT) != 0)
		screen->flags |= DIAG_SCREEN_HIGHLIGHT;
	return 0;
}

/* It is not as the guest knows it: it has heard of that, or does now. */
static void
full_untell(struct device *d)
{
	pthread_mutex_lock(&d->vm->lock);
	d->full->told = (struct diag_screen){ 0 };
	pthread_mutex_unlock(&d->vm->lock);
}

/* Does the guest paint for another one, and has not heard of it? */
static bool
full_outdated(struct device *d)
{
	struct fullscreen *fs = d->full;
	struct diag_screen now;
	bool outdated;

	pthread_mutex_lock(&d->vm->lock);
	full_size(fs, &now);
	outdated = fs->told.rows != 0 &&
	    memcmp(&fs->told, &now, sizeof now) != 0;
	pthread_mutex_unlock(&d->vm->lock);
	return outdated;
}

/* --- ends --- */

static enum full_is
full_end(struct full_end *end, uint8_t unit, uint8_t sense)
{
	*end = (struct full_end){ unit, sense };
	return FULL_ENDED;
}

static enum full_is
full_end_check(struct full_end *end, uint8_t sense)
{
	return full_end(end, UNIT_DONE | UNIT_CHECK, sense);
}

static enum full_is
full_end_lost(struct device *d, struct full_end *end)
{
	full_untell(d);
	return full_end(end, DSP_UNIT_LOST, 0);
}

static enum full_is
full_end_gone(struct fullscreen *fs, struct full_end *end)
{
	fs->refused = true;
	return full_end_check(end, SENSE_INTERVENTION);
}

/* What vmcp's answer is to the guest. */
static enum full_is
full_end_rc(struct device *d, struct full_end *end)
{
	struct fullscreen *fs = d->full;

	if (fs->rc == 0)
		return full_end(end, UNIT_DONE, 0);
	full_free(&fs->data);
	if (fs->rc == -ENOTCONN)
		return full_end_gone(fs, end);
	if (fs->rc == -ENODEV)
		return full_end_check(end, SENSE_COMMAND_REJECT);
	if (fs->had && !fs->owned)
		return full_end_lost(d, end);
	if (fs->rc == -EINVAL || fs->rc == -EMSGSIZE)
		return full_end_check(end, SENSE_DATA_CHECK);
	return full_end_check(end, SENSE_EQUIPMENT);
}

/* --- asking --- */

static void
full_send(struct device *d, enum ipc_full_op op, uint32_t tag,
    const void *text, size_t len)
{
	struct ipc_full msg = { .tag = tag, .op = (uint16_t)op,
		.vdev = d->vdev };

	ipcchan_send_text(&d->vm->chan, IPC_VM_FULL_OUT, &msg, sizeof msg,
	    text, len, -1);
}

/* data is the command and what belongs to it. */
static enum full_is
full_ask(struct device *d, bool reads, bool erases)
{
	struct fullscreen *fs = d->full;

	if (++fs->tag == 0)
		fs->tag = 1;
	fs->asked = true;
	fs->given_up = false;
	fs->reads = reads;
	fs->erases = erases;
	fs->had = fs->owned;
	full_send(d, reads ? FULL_READ : FULL_WRITE, fs->tag, fs->data.bytes,
	    fs->data.len);
	full_free(&fs->data);
	return FULL_WAITS;
}

bool
fullscreen_busy(const struct fullscreen *fs)
{
	return fs->asked || fs->answered;
}

/* Somebody is there who can show screens. */
static bool
full_can(struct fullscreen *fs, struct full_end *end)
{
	if (!fs->there)
		full_end_gone(fs, end);
	else if ((fs->flags & TERM_FULL_SCREEN) == 0)
		full_end_check(end, SENSE_COMMAND_REJECT);
	else
		return true;
	return false;
}

/* A display may be asked what it can do before anything is shown. */
static bool
full_may_write(const struct fullscreen *fs, enum full_effect effect)
{
	return fs->owned || effect == FULL_ERASES ||
	    (effect == FULL_ASKS && !fs->lines);
}

enum full_is
fullscreen_write(struct device *d, uint8_t cmd, struct full_end *end)
{
	const struct full_row *row = full_find(cmd);
	struct fullscreen *fs = d->full;
	enum full_effect effect;

	if (fullscreen_add(fs, NULL, 0) < 0)
		return full_end_check(end, SENSE_EQUIPMENT);
	fs->data.bytes[0] = row->remote;
	effect = full_effect(row, &fs->data);
	if (full_can(fs, end)) {
		if (full_may_write(fs, effect) &&
		    (effect != FULL_ERASES || !full_outdated(d)))
			return full_ask(d, false, effect == FULL_ERASES);
		full_end_lost(d, end);
	}
	full_free(&fs->data);
	return FULL_ENDED;
}

static bool
full_nothing_waits(const struct fullscreen *fs)
{
	return !fs->typed && fs->waits[FULL_KEY].bytes == NULL &&
	    fs->waits[FULL_FIELDS].bytes == NULL;
}

/* What a key sent, or the answer to a query, becomes what was read. */
static bool
full_take(struct device *d)
{
	struct fullscreen *fs = d->full;
	unsigned slot = fs->waits[FULL_FIELDS].bytes != NULL ? FULL_FIELDS :
	    FULL_KEY;

	if (fs->waits[slot].bytes == NULL)
		return false;
	full_free(&fs->data);
	fs->data = fs->waits[slot];
	fs->waits[slot] = (struct full_bytes){ 0 };
	if (full_nothing_waits(fs))
		channel_withdraw(d, UNIT_ATTENTION);
	else
		channel_unsolicited(d, UNIT_ATTENTION);
	return true;
}

enum full_is
fullscreen_peek(const struct fullscreen *fs, struct full_end *end)
{
	if (fs->lost)
		return full_end(end, DSP_UNIT_LOST, 0);
	if (fs->waits[FULL_KEY].bytes == NULL &&
	    fs->waits[FULL_FIELDS].bytes == NULL)
		return FULL_NO_KEY;
	return full_end(end, UNIT_DONE, 0);
}

enum full_is
fullscreen_read(struct device *d, uint8_t cmd, struct full_end *end)
{
	const struct full_row *row = full_find(cmd);
	struct fullscreen *fs = d->full;
	bool key = cmd == DSP_READ_MODIFIED;

	full_free(&fs->data);
	/* The answer to a query tells what is there, not what was shown. */
	if (fs->lost && !(key && fs->waits[FULL_FIELDS].bytes != NULL))
		return full_end_lost(d, end);
	if (key && full_take(d))
		return full_end(end, UNIT_DONE, 0);
	if (!full_can(fs, end))
		return FULL_ENDED;
	if (key && fs->lines)
		return FULL_NO_KEY;
	if (fs->lines && !fs->owned)
		return full_end_lost(d, end);
	if (full_copy(&fs->data, &row->remote, 1) < 0)
		return full_end_check(end, SENSE_EQUIPMENT);
	return full_ask(d, true, false);
}

enum full_is
fullscreen_look(struct device *d, struct full_end *end)
{
	struct fullscreen *fs = d->full;

	if (!fs->answered)
		return FULL_WAITS;
	fs->answered = false;
	return full_end_rc(d, end);
}

void
fullscreen_give_up(struct fullscreen *fs)
{
	fs->given_up = true;
	fs->answered = false;
	full_free(&fs->data);
}

/* --- the screen comes and goes --- */

void
fullscreen_done(struct device *d)
{
	struct fullscreen *fs = d->full;

	if (fs->owned || fs->asked)
		full_send(d, FULL_END, 0, NULL, 0);
	fs->owned = false;
	fs->lost = false;
	fs->erases = false;
	full_forget(fs);
}

void
fullscreen_reset(struct device *d)
{
	struct fullscreen *fs = d->full;

	fullscreen_done(d);
	full_untell(d);
	full_free(&fs->data);
	fs->asked = fs->answered = fs->refused = false;
}

/* vmcp says that it is not there any more. */
static void
full_lose(struct device *d)
{
	struct fullscreen *fs = d->full;

	full_forget(fs);
	if (!fs->owned)
		return;
	fs->owned = false;
	fs->lost = true;
	channel_unsolicited(d, UNIT_ATTENTION);
}

void
fullscreen_save(const struct fullscreen *fs, struct section *s)
{
	section_put_u8(s, fs->owned || fs->lost || (fs->asked && fs->erases));
	section_put_u8(s, fs->data.bytes != NULL);
	section_put_u32(s, fs->data.len);
	section_put(s, fs->data.bytes, fs->data.len);
}

static int
full_load_data(struct fullscreen *fs, struct section *s)
{
	bool some = section_get_u8(s) != 0;
	uint32_t len = section_get_u32(s);

	if (s->bad || len > s->len - s->at || (some ? len > IPC_FULL_MAX :
	    len > 0))
		return -1;
	full_free(&fs->data);
	if (len > 0 ? fullscreen_add(fs, s->bytes + s->at + 1, len - 1) < 0 :
	    some && full_copy(&fs->data, NULL, 0) < 0)
		return -1;
	if (len > 0)
		fs->data.bytes[0] = s->bytes[s->at];
	s->at += len;
	return 0;
}

int
fullscreen_load(struct device *d, struct section *s)
{
	struct fullscreen *fs = d->full;

	fs->owned = section_get_u8(s) != 0;
	full_lose(d);
	return full_load_data(fs, s);
}

/* --- from vmcp --- */

/* An erase was shown.  Whoever paints need not be told to any more. */
static void
full_own(struct device *d)
{
	struct fullscreen *fs = d->full;

	if (fs->lost && full_nothing_waits(fs))
		channel_withdraw(d, UNIT_ATTENTION);
	fs->owned = true;
	fs->lost = false;
}

static void
full_answer(struct device *d, int32_t rc, const void *text, uint32_t len)
{
	struct fullscreen *fs = d->full;

	fs->asked = false;
	if (rc == 0 && fs->erases)
		full_own(d);
	if (fs->given_up)
		fs->given_up = false;
	else {
		fs->answered = true;
		fs->rc = rc;
		if (rc == 0 && fs->reads && full_copy(&fs->data, text, len) < 0)
			fs->rc = -ENOMEM;
	}
	if (d->ops->answered != NULL)
		d->ops->answered(d);
}

static void
full_in_answer(struct device *d, const struct ipc_full *m)
{
	const struct fullscreen *fs = d->full;
	bool right = fs->reads == (m->op == FULL_RECORD);

	if (fs->asked && m->tag == fs->tag)
		full_answer(d, m->rc != 0 || right ? m->rc : -EPROTO, m->text,
		    m->text_len);
}

/* A key.  Those that were pressed before the guest had the screen were none of
 * its own; neither were those that no memory is left for. */
static void
full_key(struct device *d, const uint8_t *record, uint32_t len)
{
	struct fullscreen *fs = d->full;
	enum full_slot slot;

	if (len == 0 || (fs->lines && !fs->owned))
		return;
	slot = record[0] == AID_FIELDS ? FULL_FIELDS : FULL_KEY;
	if (full_copy(&fs->waits[slot], record, len) == 0)
		channel_unsolicited(d, UNIT_ATTENTION);
}

static void
full_in_record(struct device *d, const struct ipc_full *m)
{
	if (m->tag != 0)
		full_in_answer(d, m);
	else
		full_key(d, (const uint8_t *)m->text, m->text_len);
}

static void
full_in_lost(struct device *d, const struct ipc_full *m)
{
	(void)m;
	full_lose(d);
}

/* What was painted for another size is as good as lost. */
static void
full_resize(struct device *d)
{
	struct fullscreen *fs = d->full;

	if (fs->asked && fs->erases) {
		fs->owned = true;
		fs->erases = false;
	}
	full_lose(d);
}

static void
full_there(struct device *d, bool there, const struct ipc_full *m)
{
	struct fullscreen *fs = d->full;

	pthread_mutex_lock(&d->vm->lock);
	fs->there = there;
	fs->rows = m->rows;
	fs->cols = m->cols;
	fs->flags = m->flags;
	pthread_mutex_unlock(&d->vm->lock);
}

/* A console becomes ready for those only who wanted it to be. */
static void
full_in_size(struct device *d, const struct ipc_full *m)
{
	struct fullscreen *fs = d->full;
	bool ready = fs->lines ? fs->refused : !fs->there;

	full_there(d, true, m);
	full_resize(d);
	fs->lost = fs->lost || fs->refused;
	fs->refused = false;
	if (!ready)
		return;
	full_untell(d);
	channel_unsolicited(d, UNIT_ATTENTION | UNIT_DEVICE_END);
}

static void
full_in_gone(struct device *d, const struct ipc_full *m)
{
	struct fullscreen *fs = d->full;

	full_there(d, false, m);
	full_lose(d);
	if (fs->asked)
		full_answer(d, -ENOTCONN, NULL, 0);
}

static void
full_in_attention(struct device *d, const struct ipc_full *m)
{
	static const uint8_t sysreq = AID_SYSREQ;

	(void)m;
	full_key(d, &sysreq, 1);
}

void
fullscreen_input(struct vm *vm, const struct ipc_full *m)
{
	static void (*const ops[])(struct device *, const struct ipc_full *) = {
		[FULL_DONE] = full_in_answer,
		[FULL_RECORD] = full_in_record,
		[FULL_LOST] = full_in_lost,
		[FULL_SIZE] = full_in_size,
		[FULL_GONE] = full_in_gone,
		[FULL_ATTENTION] = full_in_attention,
	};
	struct device *d = machine_device(vm, m->vdev);

	if (d != NULL && d->full != NULL &&
	    m->op < sizeof ops / sizeof ops[0] && ops[m->op] != NULL)
		ops[m->op](d, m);
}

uint32_t
fullscreen_size(struct fullscreen *fs, struct diag_screen *screen)
{
	uint32_t cc = full_size(fs, screen);

	if (fs != NULL)
		fs->told = *screen;
	return cc;
}
