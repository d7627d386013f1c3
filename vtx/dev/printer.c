/* SPDX-License-Identifier: MIT
 *
 * printer.c - the 1403 printer: each command is a record, itself and its line.
 * Where lines and pages begin is for whoever puts the file on paper.
 */
#include <string.h>

#include "device.h"
#include "spoolout.h"

struct printer {
	struct spoolout out; /* first */
	/* the command, then the line that it brings in pieces */
	uint32_t len; /* of both; 0: nothing yet */
	uint8_t line[1 + PRT_LINE];
};

#define PRINTER_CHANNELS 12

static int
printer_attach(struct device *d, const struct ipc_vm_attach *at, int fd)
{
	(void)at;
	(void)fd;
	spoolout_init(d, SPOOL_ON_PRT);
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
	memcpy(to + 1, text, n);
	spoolout_add(o, 1 + n);
	return true;
}

static bool
printer_record(struct device *d, uint8_t cmd, void *at, size_t n)
{
	struct printer *p = d->state;

	return printer_prints(cmd) && n <= PRT_LINE &&
	    printer_add(&p->out, cmd, at, n);
}

static void
printer_start(struct device *d, uint8_t cmd, struct transfer *t)
{
	struct printer *p = d->state;

	p->len = 0;
	if (!printer_prints(cmd) && !printer_spaces(cmd)) {
		device_reject(d, t);
	} else if (!spoolout_begin(d, sizeof p->line, t)) {
		return;
	} else if (printer_spaces(cmd)) {
		printer_add(&p->out, cmd, p->line, 0);
		device_done(t, UNIT_DONE);
	} else {
		p->line[p->len++] = cmd;
		t->kind = TRANSFER_OUT;
		t->any = true;
		t->left = PRT_LINE;
	}
}

static int
printer_read(struct device *d, void *to, size_t n)
{
	(void)d;
	(void)to;
	(void)n;
	return -1;
}

static int
printer_write(struct device *d, const void *from, size_t n)
{
	struct printer *p = d->state;

	if (n > sizeof p->line - p->len)
		return -1;
	memcpy(p->line + p->len, from, n);
	p->len += (uint32_t)n;
	return 0;
}

/* A line that was begun in another vmguest, or before vmspool went, may find
 * no room. */
static uint8_t
printer_end(struct device *d, bool whole)
{
	struct printer *p = d->state;
	struct transfer again = { 0 };
	uint32_t len = p->len;

	p->len = 0;
	if (!whole || len == 0 ||
	    printer_add(&p->out, p->line[0], p->line + 1, len - 1) ||
	    (spoolout_begin(d, len, &again) &&
	    printer_add(&p->out, p->line[0], p->line + 1, len - 1)))
		return UNIT_DONE;
	p->out.told = true;
	return device_check(d, SENSE_INTERVENTION, 0);
}

static void
printer_save(struct device *d, struct section *s)
{
	const struct printer *p = d->state;

	section_put_u32(s, p->len);
	section_put(s, p->line, p->len);
}

static int
printer_load(struct device *d, struct section *s)
{
	struct printer *p = d->state;
	uint32_t len = section_get_u32(s);

	if (s->bad || len > sizeof p->line)
		return -1;
	section_get(s, p->line, len);
	if (s->bad || (len > 0 && !printer_prints(p->line[0])))
		return -1;
	p->len = len;
	return 0;
}

const struct device_ops printer_device = {
	.type = DEVICE_PRINTER,
	.id = { 0xFF, { 0x28, 0x21 }, 0, { 0x14, 0x03 }, 0 },
	.state = sizeof(struct printer),
	.attach = printer_attach,
	.detach = spoolout_detach,
	.reset = spoolout_reset,
	.begin = spoolout_nothing,
	.start = printer_start,
	.read = printer_read,
	.write = printer_write,
	.record = printer_record,
	.end = printer_end,
	.halt = spoolout_nothing,
	.expire = spoolout_expire,
	.spool = &spoolout_ops,
	.save = printer_save,
	.load = printer_load,
};
