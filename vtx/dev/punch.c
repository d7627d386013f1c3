/* SPDX-License-Identifier: MIT
 *
 * punch.c - the 2540 card punch: one card a command, as long as it is.  In
 * which file the cards are is CP's to know, and when it is closed.
 */
#include <string.h>

#include "device.h"
#include "spoolout.h"

struct punch {
	struct spoolout out; /* first */
	/* the card that a command brings in pieces */
	uint32_t len;
	uint8_t card[RDR_CARD];
};

static int
punch_attach(struct device *d, const struct ipc_vm_attach *at, int fd)
{
	(void)at;
	(void)fd;
	spoolout_init(d, SPOOL_ON_PUN);
	return 0;
}

static bool
punch_punches(uint8_t cmd)
{
	return cmd == PUN_WRITE || cmd == PUN_WRITE_2 || cmd == PUN_WRITE_3;
}

static bool
punch_record(struct device *d, uint8_t cmd, void *at, size_t n)
{
	struct punch *p = d->state;
	uint8_t *to;

	if (!punch_punches(cmd) || n > RDR_CARD ||
	    (to = spoolout_place(&p->out, n)) == NULL)
		return false;
	if (n == RDR_CARD)
		memcpy(to, at, RDR_CARD); /* most are: without a call */
	else
		memcpy(to, at, n);
	spoolout_add(&p->out, n);
	return true;
}

static void
punch_start(struct device *d, uint8_t cmd, struct transfer *t)
{
	struct punch *p = d->state;

	p->len = 0;
	if (!punch_punches(cmd)) {
		device_reject(d, t);
	} else if (spoolout_begin(d, RDR_CARD, t)) {
		t->kind = TRANSFER_OUT;
		t->any = true;
		t->left = RDR_CARD;
	}
}

static int
punch_read(struct device *d, void *to, size_t n)
{
	(void)d;
	(void)to;
	(void)n;
	return -1;
}

static int
punch_write(struct device *d, const void *from, size_t n)
{
	struct punch *p = d->state;

	if (n > RDR_CARD - p->len)
		return -1;
	memcpy(p->card + p->len, from, n);
	p->len += (uint32_t)n;
	return 0;
}

/* A card that was begun in another vmguest, or before vmspool went, may find
 * no room. */
static uint8_t
punch_end(struct device *d, bool whole)
{
	struct punch *p = d->state;
	struct transfer again = { 0 };
	uint32_t len = p->len;

	p->len = 0;
	if (!whole || len == 0 || punch_record(d, PUN_WRITE, p->card, len) ||
	    (spoolout_begin(d, len, &again) &&
	    punch_record(d, PUN_WRITE, p->card, len)))
		return UNIT_DONE;
	p->out.told = true;
	return device_check(d, SENSE_INTERVENTION, 0);
}

static void
punch_save(struct device *d, struct section *s)
{
	const struct punch *p = d->state;

	section_put_u32(s, p->len);
	section_put(s, p->card, p->len);
}

static int
punch_load(struct device *d, struct section *s)
{
	struct punch *p = d->state;
	uint32_t len = section_get_u32(s);

	if (s->bad || len > RDR_CARD)
		return -1;
	section_get(s, p->card, len);
	p->len = len;
	return s->bad ? -1 : 0;
}

const struct device_ops punch_device = {
	.type = DEVICE_PUNCH,
	.id = { 0xFF, { 0x28, 0x21 }, 0, { 0x25, 0x40 }, 0 },
	.state = sizeof(struct punch),
	.attach = punch_attach,
	.detach = spoolout_detach,
	.reset = spoolout_reset,
	.begin = spoolout_nothing,
	.start = punch_start,
	.read = punch_read,
	.write = punch_write,
	.record = punch_record,
	.end = punch_end,
	.halt = spoolout_nothing,
	.expire = spoolout_expire,
	.spool = &spoolout_ops,
	.save = punch_save,
	.load = punch_load,
};
