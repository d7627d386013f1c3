/* SPDX-License-Identifier: MIT
 *
 * display.c - a 3270 display driven by CCWs: a console in CONMODE 3270, or a
 * GRAF that a terminal has DIALed.  A write's bytes are collected, then go to
 * vmcp whole; what was read is handed out.  The rest is fullscreen.c's.
 */
#include <string.h>

#include "device.h"
#include "fullscreen.h"
#include "subchan.h"

struct display {
	struct fullscreen screen;
	uint32_t at;	 /* of what was read: handed out */
	bool begun;	 /* the command at hand asked vmcp */
	bool too_long;	 /* a write has more than a record */
};

static int
display_attach(struct device *d, const struct ipc_vm_attach *at, int fd)
{
	struct display *display = d->state;

	(void)at;
	(void)fd;
	d->full = &display->screen;
	return 0;
}

static void
display_detach(struct device *d)
{
	(void)d; /* reset has freed what there was */
}

static void
display_reset(struct device *d)
{
	struct display *display = d->state;

	display->begun = false;
	fullscreen_reset(d);
}

static void
display_begin(struct device *d)
{
	(void)d;
}

/* Status of an end; a check leaves its sense. */
static uint8_t
display_status(struct device *d, const struct full_end *end)
{
	if ((end->unit & UNIT_CHECK) != 0)
		device_check(d, end->sense, 0);
	return end->unit;
}

/* The command that is begun, or begins now. */
static enum full_is
display_go(struct device *d, uint8_t cmd, struct full_end *end)
{
	struct display *display = d->state;
	enum full_is is;

	if (display->begun)
		is = fullscreen_look(d, end);
	else if (fullscreen_busy(d->full))
		return FULL_WAITS; /* for what was halted before */
	else if (fullscreen_reads(cmd))
		is = fullscreen_read(d, cmd, end);
	else
		is = fullscreen_write(d, cmd, end);
	display->begun = is == FULL_WAITS;
	return is;
}

static void
display_start_read(struct device *d, uint8_t cmd, struct transfer *t)
{
	struct display *display = d->state;
	struct full_end end;

	if (display_go(d, cmd, &end) == FULL_WAITS) {
		t->kind = TRANSFER_WAIT;
	} else if ((end.unit & UNIT_CHECK) != 0) {
		device_done(t, display_status(d, &end));
	} else {
		display->at = 0;
		t->kind = TRANSFER_IN;
		t->left = d->full->data.len;
	}
}

/* No data: it ends when the terminal has done it. */
static void
display_start_unprotected(struct device *d, struct transfer *t)
{
	struct display *display = d->state;
	struct full_end end;

	if (!display->begun && !fullscreen_busy(d->full))
		fullscreen_clear(d->full);
	if (display_go(d, DSP_ERASE_ALL_UNPROTECTED, &end) == FULL_WAITS)
		t->kind = TRANSFER_WAIT;
	else
		device_done(t, display_status(d, &end));
}

static void
display_start_write(struct device *d, struct transfer *t)
{
	struct display *display = d->state;

	t->kind = TRANSFER_WAIT;
	if (fullscreen_busy(d->full))
		return;
	fullscreen_clear(d->full);
	display->too_long = false;
	t->kind = TRANSFER_OUT;
	t->any = true;
	t->left = DSP_RECORD_MAX + 1;
}

/* There is nothing at a display that a machine could begin with. */
static void
display_start(struct device *d, uint8_t cmd, struct transfer *t)
{
	if (d->sch.ipl)
		device_reject(d, t);
	else if (cmd == DSP_SELECT)
		device_done(t, UNIT_DONE);
	else if (cmd == DSP_ERASE_ALL_UNPROTECTED)
		display_start_unprotected(d, t);
	else if (fullscreen_reads(cmd))
		display_start_read(d, cmd, t);
	else if (fullscreen_writes(cmd))
		display_start_write(d, t);
	else
		device_reject(d, t);
}

static int
display_read(struct device *d, void *to, size_t n)
{
	struct display *display = d->state;
	const struct full_bytes *data = &d->full->data;

	if (display->at > data->len || n > data->len - display->at)
		return -1;
	memcpy(to, data->bytes + display->at, n);
	display->at += (uint32_t)n;
	return 0;
}

static int
display_write(struct device *d, const void *from, size_t n)
{
	struct display *display = d->state;

	if (fullscreen_add(d->full, from, n) == 0)
		return 0;
	display->too_long = true;
	return -1;
}

/* It is on its way to the glass when the device ends. */
static uint8_t
display_end_write(struct device *d)
{
	struct display *display = d->state;
	struct full_end end;

	if (display->too_long)
		return device_check(d, SENSE_DATA_CHECK, 0);
	if (display_go(d, d->sch.cmd, &end) == FULL_WAITS)
		return UNIT_CHANNEL_END;
	return display_status(d, &end);
}

static uint8_t
display_end(struct device *d, bool whole)
{
	uint8_t unit = UNIT_DONE;

	if (whole && fullscreen_writes(d->sch.cmd))
		unit = display_end_write(d);
	fullscreen_clear(d->full);
	return unit;
}

static void
display_answered(struct device *d)
{
	struct display *display = d->state;
	struct full_end end;

	if (d->sch.phase != PHASE_WORKING || !display->begun) {
		channel_ready(d);
	} else if (fullscreen_look(d, &end) == FULL_ENDED) {
		display->begun = false;
		channel_device_end(d, display_status(d, &end) &
		    (uint8_t)~UNIT_CHANNEL_END);
	}
}

static void
display_halt(struct device *d)
{
	struct display *display = d->state;

	if (display->begun)
		fullscreen_give_up(d->full);
	display->begun = false;
}

static void
display_expire(struct device *d)
{
	(void)d;
}

static void
display_save(struct device *d, struct section *s)
{
	const struct display *display = d->state;

	section_put_u32(s, display->at);
	section_put_u8(s, display->too_long);
	fullscreen_save(&display->screen, s);
}

/* What was asked is not answered in this machine: a read asks again, a write
 * is lost with the screen. */
static int
display_load(struct device *d, struct section *s)
{
	struct display *display = d->state;

	display->at = section_get_u32(s);
	display->too_long = section_get_u8(s) != 0;
	display->begun = false;
	if (fullscreen_load(d, s) < 0)
		return -1;
	channel_device_end(d, DSP_UNIT_LOST & ~UNIT_CHANNEL_END);
	return 0;
}

const struct device_ops display_device = {
	.type = DEVICE_DISPLAY,
	.id = { 0xFF, { 0x32, 0x74 }, 0x1D, { 0x32, 0x78 }, 0x02 },
	.state = sizeof(struct display),
	.attach = display_attach,
	.detach = display_detach,
	.reset = display_reset,
	.begin = display_begin,
	.start = display_start,
	.read = display_read,
	.write = display_write,
	.end = display_end,
	.halt = display_halt,
	.expire = display_expire,
	.answered = display_answered,
	.save = display_save,
	.load = display_load,
};
