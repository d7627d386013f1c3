/* SPDX-License-Identifier: MIT
 *
 * punch.c - the 2540 card punch: one card a command, as long as it is.  In
 * which file the cards are is CP's to know, and when it is closed.
 */
#include <string.h>

#include "device.h"
#include "spoolout.h"

static int
punch_attach(struct device *d, const struct ipc_vm_attach *at, int fd)
{
	(void)at;
	(void)fd;
	spoolout_init(d, SPOOL_ON_PUN, RDR_CARD);
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
	struct spoolout *o = d->state;
	uint8_t *to;

	if (!punch_punches(cmd) || n > RDR_CARD ||
	    (to = spoolout_place(o, n)) == NULL)
		return false;
	if (n == RDR_CARD)
		memcpy(to, at, RDR_CARD); /* most are: without a call */
	else
		memcpy(to, at, n);
	spoolout_add(o, n);
	return true;
}

static void
punch_start(struct device *d, uint8_t cmd, struct transfer *t)
{
	struct spoolout *o = d->state;

	o->len = 0;
	if (!punch_punches(cmd)) {
		device_reject(d, t);
	} else if (spoolout_begin(d, t)) {
		t->kind = TRANSFER_OUT;
		t->any = true;
		t->left = RDR_CARD;
	}
}

const struct device_ops punch_device = {
	.type = DEVICE_PUNCH,
	.id = { 0xFF, { 0x28, 0x21 }, 0, { 0x25, 0x40 }, 0 },
	.state = sizeof(struct spoolout),
	.attach = punch_attach,
	.detach = spoolout_detach,
	.reset = spoolout_reset,
	.begin = spoolout_nothing,
	.start = punch_start,
	.read = spoolout_read,
	.write = spoolout_write,
	.record = punch_record,
	.end = spoolout_end,
	.halt = spoolout_nothing,
	.expire = spoolout_expire,
	.spool = &spoolout_ops,
	.save = spoolout_save,
	.load = spoolout_load,
};
