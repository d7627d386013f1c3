/* SPDX-License-Identifier: MIT
 *
 * hello.c - a console line through a CCW, and DIAGNOSE 8.
 */
#include "guest.h"

int
guest_test(void)
{
	struct csw csw;

	ccw_set(0, CON_WRITE_ACR, "HELLO FROM A DECK", 17, 0);
	csw = run(CONSOLE);
	CHECK(1, csw.unit == (UNIT_CHANNEL_END | UNIT_DEVICE_END));
	CHECK(2, csw.chan == 0 && csw.residual == 0);
	CHECK(3, csw.ccw_addr == (uint32_t)(uintptr_t)ccw_at(1));
	CHECK(4, cp("SAID HELLO FROM A DECK") == 0);
	CHECK(5, cp("SAID HELLO FROM A DISK") == 1);
	return 0;
}
