/* SPDX-License-Identifier: MIT
 *
 * loop.c - the user can stop whatever runs: an enabled loop, loops of exits,
 * waits; what was stopped continues as if nothing had been.  The disabled
 * loop is spin.c.
 */
#include "guest.h"

static void
stop_at(const void *addr)
{
	cp_number("STOP ", (uint32_t)(uintptr_t)addr);
}

int
guest_test(void)
{
	uint32_t n = 0;

	/* A loop without an exit; BEGIN goes elsewhere. */
	__asm__ volatile("sti\n"
			 "pushl $1f\n"
			 "call *%1\n"
			 "addl $4, %%esp\n"
			 "0: jmp 0b\n"
			 "1:"
	    : "+r"(n)
	    : "r"(stop_at)
	    : "eax", "ecx", "edx", "memory", "cc");
	disable();
	/* BEGIN where it was: a loop of DIAGNOSEs and one of INs. */
	cp("STOP 0");
	for (n = 0; n < 3000; n++) {
		struct diag_storage s = { 0 };

		diag(DIAG_STORAGE, NULL, 0, &s, sizeof s);
		CHECK(1, diag_block.cc == 0 && s.bytes == STORAGE);
	}
	cp("STOP 0");
	for (n = 0; n < 3000; n++)
		CHECK(2, in32(0x60) == 0xFFFFFFFFu);
	/* REP INS across the stop. */
	cp("STOP 0");
	for (n = 0; n < 300; n++) {
		static uint32_t words[64];
		uint32_t count = 64;
		void *at = words;

		fill(words, 0, sizeof words);
		__asm__ volatile("cld; rep insl" : "+D"(at), "+c"(count)
		    : "d"((uint16_t)0x60) : "memory");
		CHECK(3, count == 0 && words[63] == 0xFFFFFFFFu);
	}
	/* In the wait, which is not over by being stopped and begun. */
	cp("STOP 0");
	cp("LATER x");
	out32(MACHINE_PORT_WAIT, 0);
	CHECK(4, tio(CONSOLE) == 1 &&
	    chan_block.csw.unit == UNIT_ATTENTION);
	/* In HLT. */
	cp("STOP 0");
	cp("LATER y");
	for (n = 0; io.count == 0; n++)
		__asm__ volatile("sti; hlt; cli" : : : "memory");
	CHECK(5, io.csw.unit == UNIT_ATTENTION && n < 3);
	return 0;
}
