/* SPDX-License-Identifier: MIT
 *
 * start.c - the start state and low storage of machine.h.  IPLed with the
 * operand PARM "HELLO WORLD".
 */
#include "guest.h"

static bool
zeros(const volatile uint8_t *p, unsigned n)
{
	while (n-- > 0)
		if (*p++ != 0)
			return false;
	return true;
}

int
guest_test(void)
{
	static const char parm[] = "HELLO WORLD";

	CHECK(1, start_regs[0] == 0 && start_regs[2] == 0 &&
	    start_regs[3] == 0);
	CHECK(2, start_regs[1] == low->ipl_vdev);
	for (unsigned i = 4; i < 8; i++)
		CHECK(3, start_regs[i] == 0);
	CHECK(4, start_regs[8] == 2);			    /* EFLAGS */
	CHECK(5, (start_regs[9] & 0x80000001u) == 1);	    /* CR0 */
	CHECK(6, start_regs[10] == 0 && start_regs[11] == 0); /* CR3 CR4 */
	CHECK(7, start_regs[12] == 0x08);
	for (unsigned i = 13; i < 18; i++)
		CHECK(8, start_regs[i] == 0x10);
	CHECK(9, zeros(start_gdtr, 6));
	CHECK(10, zeros(start_idtr, 6));
	CHECK(11, low->version == MACHINE_VERSION && low->cpus == 1);
	CHECK(12, low->ipl_vdev == READER || low->ipl_vdev == DISK);
	CHECK(13, low->storage >= MACHINE_STORAGE_MIN &&
	    low->storage % MACHINE_STORAGE_UNIT == 0);
	CHECK(14, low->ipl.entry == 0x1000 &&
	    low->ipl.flags == MACHINE_VERSION);
	CHECK(15, low->parm_len == sizeof parm - 1);
	CHECK(16, same((const void *)low->parm, parm, sizeof parm));
	CHECK(17, tio(CONSOLE) == 0 && tio(TIMER) == 0);
	return 0;
}
