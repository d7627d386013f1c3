/* SPDX-License-Identifier: MIT
 *
 * printer.c - the 1403 printer: each command is a record, itself and its line.
 * Where lines and pages begin is for whoever puts the file on paper.
 */
#include <string.h>

#include "device.h"
#include "spoolout.h"

#define PRINTER_CHANNELS 12

static int
printer_attach(struct device *d, const struct ipc_vm_attach *at, int fd)
{
	(void)at;
	(void)fd;
	spoolout_init(d, SPOOL_ON_PRT, 1 + PRT_LINE);
	return 0;
}

/* Bits 1 to 4 of a command say how far the paper moves, the last three that
 * it prints before (1) or does not (3). */
static bool
printer_moves(uint8_t cmd)
{
	unsigned by = cmd >> 3 & 0x0F;

	return (cmd & 0x80) != 0 ? by >= 1 && by <= PRINTER_CHANNELS : by <= 3;
}

static bool
printer_prints(uint8_t cmd)
{
	return (cmd & 7) == 1 && printer_moves(cmd);
}

/* Moves paper at once.  Without moving it (03) it is NOP, the channel's. */
static bool
printer_spaces(uint8_t cmd)
{
	return (cmd & 7) == 3 && printer_moves(cmd);
}

static bool
printer_add(struct spoolout *o, uint8_t cmd, const void *text, size_t n)
{
	uint8_t *to = spoolout_place(o, 1 + n);

	if (to == NULL)
		return false;
	*to = cmd;
	if (n > 0)
		memcpy(to + 1, text, n);
	spoolout_add(o, 1 + n);
	return true;
}

static bool
printer_record(struct device *d, uint8_t cmd, void *at, size_t n)
{
	return printer_prints(cmd) && n <= PRT_LINE &&
	    printer_add(d->state, cmd, at, n);
}

static void
printer_start(struct device *d, uint8_t cmd, struct transfer *t)
{
	struct spoolout *o = d->state;

	o->len = 0;
	if (!printer_prints(cmd) && !printer_spaces(cmd)) {
		device_reject(d, t);
	} else if (!spoolout_begin(d, t)) {
		return;
	} else if (printer_spaces(cmd)) {
		printer_add(o, cmd, NULL, 0);
		device_done(t, UNIT_DONE);
	} else {
		o->pieces[o->len++] = cmd;
		t->kind = TRANSFER_OUT;
		t->any = true;
		t->left = PRT_LINE;
	}
}

static int
printer_load(struct device *d, struct section *s)
{
	const struct spoolout *o = d->state;

	if (spoolout_load(d, s) < 0)
		return -1;
	return o->len == 0 || printer_prints(o->pieces[0]) ? 0 : -1;
}

const struct device_ops printer_device = {
	.type = DEVICE_PRINTER,
	.id = { 0xFF, { 0x28, 0x21 }, 0, { 0x14, 0x03 }, 0 },
	.state = sizeof(struct spoolout),
	.attach = printer_attach,
	.detach = spoolout_detach,
	.reset = spoolout_reset,
	.begin = spoolout_nothing,
	.start = printer_start,
	.read = spoolout_read,
	.write = spoolout_write,
	.record = printer_record,
	.end = spoolout_end,
	.halt = spoolout_nothing,
	.expire = spoolout_expire,
	.spool = &spoolout_ops,
	.save = spoolout_save,
	.load = printer_load,
};
