/* SPDX-License-Identifier: MIT
 *
 * spin.c - a disabled loop is stopped at once; BEGIN goes elsewhere.
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
	__asm__ volatile("cli\n"
			 "pushl $1f\n"
			 "call *%0\n"
			 "addl $4, %%esp\n"
			 "0: jmp 0b\n"
			 "1:"
	    :
	    : "r"(stop_at)
	    : "eax", "ecx", "edx", "memory", "cc");
	return 0;
}
