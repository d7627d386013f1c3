/* SPDX-License-Identifier: MIT
 *
 * wait.c - the wait port, HLT, external interrupts, interrupts that come
 * while the processor works.
 */
#include "guest.h"

static struct timer_set set;

static void
start(uint64_t ns)
{
	set.ns = ns;
	ccw_set(0, TIMER_SET, &set, sizeof set, 0);
	sio(TIMER);
	end_of(TIMER);
}

int
guest_test(void)
{
	uint32_t before;

	/* The port does not return before something is pending ... */
	start(30000000);
	out32(MACHINE_PORT_WAIT, 0);
	CHECK(1, io.count == 0);
	CHECK(2, tio(TIMER) == 1 && chan_block.csw.unit == UNIT_DEVICE_END);
	/* ... and at once when it is. */
	ccw_set(0, CMD_NOP, 0, 1, 0);
	CHECK(15, sio(CONSOLE) == 0);
	out32(MACHINE_PORT_WAIT, 0);
	out32(MACHINE_PORT_WAIT, 0);
	wait_interrupt();
	CHECK(3, io.count == 1);
	/* Two thousand times, none lost. */
	for (unsigned i = 0; i < 2000; i++) {
		before = io.count;
		ccw_set(0, CMD_NOP, 0, 1, 0);
		CHECK(4, sio(CONSOLE) == 0);
		wait_interrupt();
		CHECK(5, io.count == before + 1);
	}
	/* HLT with IF=1, woken by the timer; a wake-up that came before the
	 * HLT is caught by the loop's own test and a second timer. */
	before = io.count;
	start(20000000);
	while (io.count == before)
		__asm__ volatile("sti; hlt; cli" : : : "memory");
	CHECK(6, io.vdev == TIMER);
	/* While the processor works. */
	before = io.count;
	start(10000000);
	enable();
	while (io.count == before)
		;
	disable();
	CHECK(7, io.count == before + 1);
	/* External interrupts, by code; one at a time. */
	CHECK(8, cp("EXT 40") == 0 && cp("EXT 41") == 0);
	wait_interrupt();
	CHECK(9, ext.count == 1 && ext.ext_code == 0x40);
	wait_interrupt();
	CHECK(10, ext.count == 2 && ext.ext_code == 0x41);
	CHECK(11, cp("EXT 0") == 0 && cp("EXT 100") == 0 &&
	    cp("EXT FFFFFFFF") == 0);
	CHECK(12, cp("EXT FF") == 0);
	wait_interrupt();
	CHECK(13, ext.count == 3 && ext.ext_code == 0xFF);
	enable();
	__asm__ volatile("nop; nop");
	disable();
	CHECK(14, ext.count == 3);
	return 0;
}
