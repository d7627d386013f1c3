/* SPDX-License-Identifier: MIT
 *
 * dialed.c - for whole systems: a display at 0A0 that terminals DIAL.  Each is
 * asked how large it is and painted so; then it is told what it presses.  It
 * never ends.
 */
#include "guest.h"

#define DIALED 0x0A0u
#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)
#define READY (UNIT_ATTENTION | UNIT_DEVICE_END)
#define AID_FIELDS 0x88
#define AREA 0x81 /* query reply: usable area */
#define FIELD_REPLY 0x81

static uint8_t record[4096]; /* what was read */
static uint32_t rows, cols;
static bool attention; /* came in the status of something else */

/* --- what is shown --- */

static uint8_t shown[256];
static uint32_t used;

static void
byte(uint32_t c)
{
	shown[used++] = (uint8_t)c;
}

static void
place(uint32_t cell)
{
	byte(0x11);
	byte(cell >> 8);
	byte(cell & 0xFF); /* 14 bits */
}

/* Capitals, digits and blanks. */
static void
text(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s >= '0' && *s <= '9')
			byte(0xF0u + (uint32_t)(*s - '0'));
		else if (*s >= 'S')
			byte(0xE2u + (uint32_t)(*s - 'S'));
		else if (*s >= 'J')
			byte(0xD1u + (uint32_t)(*s - 'J'));
		else if (*s >= 'A')
			byte(0xC1u + (uint32_t)(*s - 'A'));
		else
			byte(0x40);
}

static void
number(uint32_t n)
{
	char digits[11];
	uint32_t at = sizeof digits - 1;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	text(digits + at);
}

/* --- the display --- */

/* One command; unit status when the device has ended, and how much of n was
 * left. */
static uint32_t left;

static uint8_t
command(uint8_t cmd, const void *at, uint16_t n, uint8_t flags)
{
	struct csw csw;
	uint32_t cc;

	ccw_set(0, cmd, at, n, flags);
	while ((cc = sio(DIALED)) != 0)
		if (cc == 1 && (chan_block.csw.unit & UNIT_ATTENTION) != 0)
			attention = true;
	csw = end_of(DIALED);
	left = csw.residual;
	while ((csw.unit & UNIT_DEVICE_END) == 0)
		csw.unit |= end_of(DIALED).unit;
	return csw.unit;
}

static void
ask(void)
{
	rows = cols = 0;
	command(DSP_WRITE_STRUCTURED, "\x00\x05\x01\xFF\x02", 5, 0);
}

static void
paint(void)
{
	used = 0;
	byte(0xC3); /* the keyboard, no modified fields */
	place(0);
	byte(0x1D);
	byte(0xF0);
	text("SCREEN ");
	number(rows);
	text(" BY ");
	number(cols);
	place(cols);
	byte(0x1D);
	byte(0x40); /* what is typed */
	byte(0x13);
	place(rows * cols - 5);
	byte(0x1D);
	byte(0xF0);
	text("LAST");
	command(DSP_ERASE_WRITE_ALTERNATE, shown, (uint16_t)used, 0);
}

static void
pressed(uint32_t len)
{
	used = 0;
	byte(0xC2);
	place(2 * cols);
	byte(0x1D);
	byte(0xF0);
	text("KEY ");
	number(record[0]);
	text(" WITH ");
	number(len);
	text(" BYTES ");
	command(DSP_WRITE, shown, (uint16_t)used, 0);
}

/* How large it is, among the answers to ask(). */
static void
answered(uint32_t len)
{
	for (uint32_t at = 1, n; at + 10 <= len; at += n) {
		const uint8_t *f = record + at;

		n = (uint32_t)f[0] << 8 | f[1];
		if (n < 4)
			return;
		if (f[2] == FIELD_REPLY && f[3] == AREA) {
			cols = (uint32_t)f[6] << 8 | f[7];
			rows = (uint32_t)f[8] << 8 | f[9];
		}
	}
	if (rows > 0)
		paint();
}

/* What there is to be read, if the display is there and still ours. */
static void
look(void)
{
	uint8_t unit = command(DSP_READ_MODIFIED, record, sizeof record,
	    CCW_SLI);
	uint32_t len = sizeof record - left;

	if (unit == DSP_UNIT_LOST)
		ask();
	else if ((unit & UNIT_CHECK) == 0 && record[0] == AID_FIELDS)
		answered(len);
	else if ((unit & UNIT_CHECK) == 0 && rows > 0)
		pressed(len);
}

int
guest_test(void)
{
	say("WAITS FOR DIAL");
	for (;;) {
		if (!attention)
			wait_interrupt();
		if (attention || (io.csw.unit & READY) == UNIT_ATTENTION) {
			attention = false;
			look();
		} else if ((io.csw.unit & READY) == READY) {
			ask();
		}
	}
}
