/* SPDX-License-Identifier: MIT
 *
 * reader.c - the 2540 card reader: one record a command, as long as it is.
 * Which file it is of, and how it comes here, is spoolin.c's.
 */
#include <string.h>

#include "device.h"
#include "spoolin.h"

struct reader {
	struct spoolin in; /* first */
	/* what is left of the card of a READ under way, which is held */
	const uint8_t *card;
	uint32_t len;
};

static int
reader_attach(struct device *d, const struct ipc_vm_attach *at, int fd)
{
	(void)d;
	(void)at;
	(void)fd;
	return 0;
}

static void
reader_begin(struct device *d)
{
	(void)d;
}

static void
reader_reset(struct device *d)
{
	struct reader *r = d->state;

	r->len = 0;
	spoolin_reset(d);
}

static void
reader_start_card(struct reader *r, struct transfer *t)
{
	r->len = spoolin_length(r->in.at);
	r->card = r->in.at + SPOOL_LENGTH;
	spoolin_hold(&r->in);
	spoolin_take(&r->in, SPOOL_LENGTH + r->len, 1);
	t->kind = TRANSFER_IN;
	t->left = r->len;
}

static uint8_t
reader_start_end(struct device *d)
{
	const struct reader *r = d->state;

	spoolin_told(d);
	if ((r->in.flags & VM_UR_EOF) != 0)
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
	switch (spoolin_look(d, true)) {
	case SPOOLIN_CARDS:
		reader_start_card(d->state, t);
		break;
	case SPOOLIN_WAITS:
		t->kind = TRANSFER_WAIT;
		break;
	case SPOOLIN_END:
		device_done(t, reader_start_end(d));
		break;
	case SPOOLIN_EMPTY:
	case SPOOLIN_NOT_READY:
		device_done(t, device_check(d, SENSE_INTERVENTION, 0));
		break;
	case SPOOLIN_DAMAGED:
		device_done(t, device_check(d, SENSE_EQUIPMENT, 0));
		break;
	}
}

/* A card of the length that is asked for. */
static bool
reader_record(struct device *d, uint8_t cmd, void *to, size_t n)
{
	struct reader *r = d->state;
	struct spoolin *in = &r->in;

	if (cmd != RDR_READ || in->at == in->end ||
	    spoolin_length(in->at) != n)
		return false;
	memcpy(to, in->at + SPOOL_LENGTH, n);
	spoolin_take(in, SPOOL_LENGTH + n, 1);
	return true;
}

static int
reader_read(struct device *d, void *to, size_t n)
{
	struct reader *r = d->state;

	if (n > r->len)
		return -1;
	memcpy(to, r->card, n);
	r->card += n;
	r->len -= (uint32_t)n;
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
	struct reader *r = d->state;

	(void)whole;
	r->len = 0;
	spoolin_let_go(&r->in);
	return UNIT_DONE;
}

static void
reader_save(struct device *d, struct section *s)
{
	const struct reader *r = d->state;

	spoolin_save(d, s);
	section_put_u8(s, r->in.held != NULL);
	section_put_u32(s, r->len);
	section_put(s, r->card, r->len);
}

static int
reader_load(struct device *d, struct section *s)
{
	struct reader *r = d->state;
	uint32_t len;
	uint8_t *card;
	bool held;

	r->len = 0;
	if (spoolin_load(d, s) < 0)
		return -1;
	held = section_get_u8(s) != 0;
	len = section_get_u32(s);
	if (s->bad || len > SPOOL_RECORD_MAX || (len > 0 && !held))
		return -1;
	if (!held)
		return 0;
	card = spoolin_hold_saved(&r->in, len);
	if (card == NULL)
		return -1;
	section_get(s, card, len);
	r->card = card;
	r->len = len;
	return s->bad ? -1 : 0;
}

const struct device_ops reader_device = {
	.type = DEVICE_READER,
	.id = { 0xFF, { 0x28, 0x21 }, 0, { 0x25, 0x40 }, 0 },
	.state = sizeof(struct reader),
	.attach = reader_attach,
	.detach = spoolin_detach,
	.reset = reader_reset,
	.begin = reader_begin,
	.start = reader_start,
	.read = reader_read,
	.write = reader_write,
	.record = reader_record,
	.end = reader_end,
	.halt = spoolin_halt,
	.expire = spoolin_expire,
	.spool = &spoolin_ops,
	.save = reader_save,
	.load = reader_load,
};
