/* SPDX-License-Identifier: MIT
 *
 * timer.c - the TIMER: channel end at once, device end when it is time.
 */
#include "guest.h"

#define MS 1000000ull

static struct timer_set set;
static struct timer_now now;

static struct csw
start(uint64_t ns)
{
	set.ns = ns;
	ccw_set(0, TIMER_SET, &set, sizeof set, 0);
	if (sio(TIMER) != 0)
		return (struct csw){ .unit = 0xFF };
	return end_of(TIMER);
}

static int64_t
clock_now(void)
{
	ccw_set(0, TIMER_READ, &now, sizeof now, 0);
	if (run(TIMER).unit != (UNIT_CHANNEL_END | UNIT_DEVICE_END))
		return 0;
	return now.utc_ns;
}

int
guest_test(void)
{
	int64_t before, after;
	struct csw csw;

	/* After 2001: some labs set their own time. */
	before = clock_now();
	CHECK(1, before >= 1000000000000000000ll);
	csw = start(20 * MS);
	CHECK(2, csw.unit == UNIT_CHANNEL_END && csw.chan == 0);
	CHECK(3, tio(TIMER) == 2 && sio(TIMER) == 2);
	wait_interrupt();
	CHECK(4, io.vdev == TIMER && io.csw.unit == UNIT_DEVICE_END);
	after = clock_now();
	CHECK(5, after - before >= (int64_t)(20 * MS));
	CHECK(6, after - before < (int64_t)(2000 * MS));
	/* At once. */
	csw = start(0);
	CHECK(7, (csw.unit & UNIT_CHANNEL_END) != 0);
	if ((csw.unit & UNIT_DEVICE_END) == 0) {
		wait_interrupt();
		CHECK(8, io.csw.unit == UNIT_DEVICE_END);
	}
	/* Chained: the next command waits for device end, no interrupt. */
	before = clock_now();
	set.ns = 10 * MS;
	ccw_set(0, TIMER_SET, &set, sizeof set, CCW_CC);
	ccw_set(1, TIMER_READ, &now, sizeof now, 0);
	csw = run(TIMER);
	CHECK(9, csw.unit == (UNIT_CHANNEL_END | UNIT_DEVICE_END) &&
	    csw.chan == 0);
	CHECK(10, now.utc_ns - before >= (int64_t)(10 * MS));
	/* Cancelled: long before its time. */
	csw = start(3600ull * 1000 * MS);
	CHECK(11, csw.unit == UNIT_CHANNEL_END);
	CHECK(12, hio(TIMER) == 2);
	csw = end_of(TIMER);
	CHECK(13, csw.unit == UNIT_DEVICE_END);
	CHECK(14, tio(TIMER) == 0);
	/* Cancelled in a chain. */
	set.ns = ~0ull;
	ccw_set(0, TIMER_SET, &set, sizeof set, CCW_CC);
	ccw_set(1, CMD_NOP, 0, 1, 0);
	CHECK(15, sio(TIMER) == 0);
	for (unsigned i = 0; i < 30; i++)
		CHECK(16, tio(TIMER) == 2);
	CHECK(17, hio(TIMER) == 2);
	csw = end_of(TIMER);
	CHECK(18, csw.unit == (UNIT_CHANNEL_END | UNIT_DEVICE_END));
	/* Half a parameter, another's command. */
	ccw_set(0, TIMER_SET, &set, 4, CCW_SLI);
	csw = run(TIMER);
	CHECK(19, (csw.unit & UNIT_CHECK) != 0 &&
	    sense(TIMER) == SENSE_COMMAND_REJECT << 8);
	ccw_set(0, CON_WRITE_ACR, &set, 4, 0);
	CHECK(20, (run(TIMER).unit & UNIT_CHECK) != 0);
	return 0;
}
