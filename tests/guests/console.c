/* SPDX-License-Identifier: MIT
 *
 * console.c - the 3215: writes, reads, attention, credit, long lines.
 */
#include "guest.h"

#define DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)

static char buffer[CON_LINE_MAX + 64];

static struct csw
read_line(uint8_t cmd, uint16_t count)
{
	fill(buffer, 0xEE, sizeof buffer);
	ccw_set(0, cmd, buffer, count, CCW_SLI);
	return run(CONSOLE);
}

static int
writes(void)
{
	struct csw csw;

	ccw_set(0, CON_WRITE, "PROMPT:", 7, 0);
	CHECK(1, run(CONSOLE).unit == DONE);
	CHECK(2, cp("FLAGS") == 1 && cp("SAID PROMPT:") == 0);
	ccw_set(0, CON_WRITE_ACR, "LINE", 4, 0);
	CHECK(3, run(CONSOLE).unit == DONE && cp("FLAGS") == 0);
	ccw_set(0, CON_ALARM, 0, 1, 0);
	CHECK(4, run(CONSOLE).unit == DONE && (cp("FLAGS") & 2) != 0);
	fill(buffer, 'x', sizeof buffer);
	ccw_set(0, CON_WRITE_ACR, buffer, CON_LINE_MAX, 0);
	csw = run(CONSOLE);
	CHECK(5, csw.unit == DONE && csw.chan == 0);
	ccw_set(0, CON_WRITE_ACR, buffer, CON_LINE_MAX + 10, 0);
	csw = run(CONSOLE);
	CHECK(6, csw.chan == CHAN_LENGTH && csw.residual == 10);
	return 0;
}

static int
reads(void)
{
	struct csw csw;

	/* A read that waits shows; the line ends it. */
	CHECK(10, cp("READING") == 0);
	CHECK(11, cp("LATER typed text") == 0);
	csw = read_line(CON_READ, 200);
	CHECK(12, csw.unit == DONE && csw.chan == 0 && csw.residual == 190);
	CHECK(13, same(buffer, "typed text\xEE", 11));
	CHECK(14, cp("READING") == 0);
	/* Hidden. */
	fill(buffer, 0xEE, sizeof buffer);
	ccw_set(0, CON_READ_HIDDEN, buffer, 200, CCW_SLI);
	CHECK(15, sio(CONSOLE) == 0);
	while (cp("READING") != 2)
		;
	CHECK(16, tio(CONSOLE) == 2);
	CHECK(17, cp("CON secret") == 0);
	csw = end_of(CONSOLE);
	CHECK(18, csw.unit == DONE && csw.residual == 194);
	CHECK(19, same(buffer, "secret", 6) && cp("READING") == 0);
	/* Shown; halted. */
	ccw_set(0, CON_READ, buffer, 200, CCW_SLI);
	CHECK(20, sio(CONSOLE) == 0);
	while (cp("READING") != 1)
		;
	CHECK(21, hio(CONSOLE) == 2);
	csw = end_of(CONSOLE);
	CHECK(22, csw.unit == DONE && csw.chan == 0 && csw.residual == 200);
	CHECK(23, cp("READING") == 0);
	/* An empty line. */
	CHECK(24, cp("LATER ") == 0);
	csw = read_line(CON_READ, 10);
	CHECK(25, csw.unit == DONE && csw.residual == 10);
	/* Without SLI, and too long. */
	CHECK(26, cp("LATER 123") == 0);
	ccw_set(0, CON_READ, buffer, 10, 0);
	csw = run(CONSOLE);
	CHECK(27, csw.chan == CHAN_LENGTH && csw.residual == 7);
	CHECK(28, cp("LATER 123456") == 0);
	csw = read_line(CON_READ, 4);
	CHECK(29, csw.chan == 0 && csw.residual == 0 &&
	    same(buffer, "1234\xEE", 5));
	return 0;
}

static int
attention(void)
{
	struct csw csw;
	uint32_t before = io.count;

	/* Typed while nobody reads. */
	CHECK(40, cp("CON one") == 0);
	CHECK(41, cp("CON two") == 0);
	wait_interrupt();
	CHECK(42, io.count == before + 1 && io.vdev == CONSOLE);
	CHECK(43, io.csw.unit == UNIT_ATTENTION);
	csw = read_line(CON_READ, 100);
	CHECK(44, csw.unit == DONE && same(buffer, "one\xEE", 4));
	/* One more is there, so attention comes again. */
	wait_interrupt();
	CHECK(45, io.count == before + 2 && io.csw.unit == UNIT_ATTENTION);
	csw = read_line(CON_READ, 100);
	CHECK(46, csw.unit == DONE && same(buffer, "two\xEE", 4));
	CHECK(47, tio(CONSOLE) == 0);
	/* A read that takes the line takes the attention along. */
	CHECK(48, cp("CON three") == 0);
	while (tio(CONSOLE) == 0)
		;
	CHECK(49, chan_block.csw.unit == UNIT_ATTENTION);
	csw = read_line(CON_READ, 100);
	CHECK(50, same(buffer, "three\xEE", 6) && tio(CONSOLE) == 0);
	/* The key alone. */
	CHECK(51, cp("ATTN 009") == 0);
	wait_interrupt();
	CHECK(52, io.csw.unit == UNIT_ATTENTION && io.vdev == CONSOLE);
	/* Pending attention makes no device busy. */
	CHECK(53, cp("ATTN 0") == 0);
	cp("LINES");
	ccw_set(0, CMD_NOP, 0, 1, 0);
	CHECK(54, sio(CONSOLE) == 0);
	csw = end_of(CONSOLE);
	CHECK(55, csw.unit == DONE);
	CHECK(56, end_of(CONSOLE).unit == UNIT_ATTENTION);
	return 0;
}

static int
credit(void)
{
	unsigned lines = (unsigned)cp("LINES");

	CHECK(60, cp("HOLD") == 0);
	for (unsigned i = 0; i < 16; i++) {
		ccw_set(0, CON_WRITE_ACR, "W", 1, 0);
		CHECK(61, run(CONSOLE).unit == DONE);
	}
	CHECK(62, (unsigned)cp("LINES") == lines + 16);
	ccw_set(0, CON_WRITE_ACR, "LAST", 4, 0);
	CHECK(63, sio(CONSOLE) == 0);
	for (unsigned i = 0; i < 50; i++)
		CHECK(64, tio(CONSOLE) == 2);
	CHECK(65, (unsigned)cp("LINES") == lines + 16);
	CHECK(66, cp("GIVE") == 0);
	CHECK(67, end_of(CONSOLE).unit == DONE && cp("SAID LAST") == 0);
	/* Halted while it stands still: the line never comes. */
	CHECK(68, cp("HOLD") == 0);
	for (unsigned i = 0; i < 16; i++) {
		ccw_set(0, CON_WRITE_ACR, "W", 1, 0);
		CHECK(69, run(CONSOLE).unit == DONE);
	}
	ccw_set(0, CON_WRITE_ACR, "NEVER", 5, 0);
	CHECK(70, sio(CONSOLE) == 0 && hio(CONSOLE) == 2);
	CHECK(71, end_of(CONSOLE).unit == DONE);
	CHECK(72, cp("GIVE") == 0);
	say("AGAIN");
	CHECK(73, cp("SAID AGAIN") == 0);
	return 0;
}

static int
lines_kept(void)
{
	/* Typed ahead, read back in order. */
	for (unsigned i = 0; i < 20; i++)
		CHECK(80, cp_number("CON ", i) == 0);
	for (unsigned i = 0; i < 20; i++) {
		CHECK(81, read_line(CON_READ, 100).unit == DONE);
		CHECK(82, buffer[7] == "0123456789ABCDEF"[i % 16]);
	}
	return 0;
}

int
guest_test(void)
{
	static int (*const parts[])(void) = { writes, reads, attention, credit,
		lines_kept };
	int rc = 0;

	for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && rc == 0;
	     i++)
		rc = parts[i]();
	return rc;
}
