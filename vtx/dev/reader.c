/* SPDX-License-Identifier: MIT
 *
 * reader.c - the 2540 card reader: one card of 80 bytes a command, from a
 * deck that is handed over whole.  Knows no spool.
 */
#include <string.h>
#include <unistd.h>

#include "device.h"

struct reader {
	int deck;	/* -1: nothing in the hopper */
	uint64_t cards;
	uint64_t next;	/* the card to be read */
	bool eof;	/* end of file was given; now intervention required */
	uint32_t at;	/* in card */
	char card[RDR_CARD];
};

static int
reader_attach(struct device *d, const struct ipc_vm_attach *at, int fd)
{
	struct reader *r = d->state;

	r->deck = fd;
	r->cards = fd >= 0 ? at->blocks : 0;
	return 0;
}

static void
reader_detach(struct device *d)
{
	struct reader *r = d->state;

	if (r->deck >= 0)
		close(r->deck);
	r->deck = -1;
}

static void
reader_nothing(struct device *d)
{
	(void)d; /* a reset does not move cards */
}

static int
reader_fetch(struct reader *r)
{
	off_t at = (off_t)(r->next * RDR_CARD);

	r->at = 0;
	if (pread(r->deck, r->card, sizeof r->card, at) !=
	    (ssize_t)sizeof r->card)
		return -1;
	r->next++;
	return 0;
}

static void
reader_start(struct device *d, uint8_t cmd, struct transfer *t)
{
	struct reader *r = d->state;

	if (cmd != RDR_READ) {
		device_reject(d, t);
	} else if (r->deck < 0 || (r->next >= r->cards && r->eof)) {
		device_done(t, device_check(d, SENSE_INTERVENTION, 0));
	} else if (r->next >= r->cards) {
		r->eof = true;
		device_done(t, UNIT_DONE | UNIT_EXCEPTION);
	} else if (reader_fetch(r) < 0) {
		device_done(t, device_check(d, SENSE_EQUIPMENT, 0));
	} else {
		t->kind = TRANSFER_IN;
		t->left = RDR_CARD;
	}
}

static int
reader_read(struct device *d, void *to, size_t n)
{
	struct reader *r = d->state;

	if (n > RDR_CARD - r->at)
		return -1;
	memcpy(to, r->card + r->at, n);
	r->at += (uint32_t)n;
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
	(void)d;
	(void)whole;
	return UNIT_DONE;
}

static void
reader_save(struct device *d, struct section *s)
{
	const struct reader *r = d->state;

	section_put_u64(s, r->cards);
	section_put_u64(s, r->next);
	section_put_u8(s, r->eof);
	section_put_u32(s, r->at);
	section_put(s, r->card, sizeof r->card);
}

static int
reader_load(struct device *d, struct section *s)
{
	struct reader *r = d->state;
	uint64_t cards = section_get_u64(s);
	uint64_t next = section_get_u64(s);
	uint8_t eof = section_get_u8(s);
	uint32_t at = section_get_u32(s);

	section_get(s, r->card, sizeof r->card);
	if (s->bad || cards != r->cards || next > cards || at > RDR_CARD)
		return -1;
	r->next = next;
	r->eof = eof != 0;
	r->at = at;
	return 0;
}

const struct device_ops reader_device = {
	.type = DEVICE_READER,
	.id = { 0xFF, { 0x28, 0x21 }, 0, { 0x25, 0x40 }, 0 },
	.medium = true,
	.state = sizeof(struct reader),
	.attach = reader_attach,
	.detach = reader_detach,
	.reset = reader_nothing,
	.begin = reader_nothing,
	.start = reader_start,
	.read = reader_read,
	.write = reader_write,
	.end = reader_end,
	.halt = reader_nothing,
	.expire = reader_nothing,
	.save = reader_save,
	.load = reader_load,
};
