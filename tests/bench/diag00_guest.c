/* SPDX-License-Identifier: MIT
 *
 * diag00_guest.c - the guest of the DIAGNOSE 0 bench: 21 console lines, the
 * ticks of DIAG00_TRIPS round trips each.
 */
#include "../guests/guest.h"

#define DIAG00_TRIPS 1000u
#define DIAG00_ROUNDS 21u /* the first one warms up */

/* In a page of its own: writing to a page of code costs an emulator more. */
static struct diag_id id __attribute__((aligned(4096)));

static uint32_t
round_trips(void)
{
	uint32_t from, to, n = DIAG00_TRIPS;

	__asm__ volatile("rdtsc\n"
			 "movl %%eax, %0\n"
			 "movl %4, %%eax\n"
			 "movl %5, %%edx\n"
			 "1: outl %%eax, %%dx\n"
			 "decl %2\n"
			 "jnz 1b\n"
			 "rdtsc\n"
			 "movl %%eax, %1"
	    : "=&S"(from), "=&D"(to), "+&c"(n)
	    : "0"(0), "b"(&diag_block), "i"(MACHINE_PORT_DIAG)
	    : "eax", "edx", "memory", "cc");
	return to - from;
}

int
guest_test(void)
{
	for (unsigned i = 0; i < DIAG00_ROUNDS; i++) {
		char text[11] = "          ";
		uint32_t ticks;
		int at = 10;

		diag(DIAG_EXTENDED_ID, NULL, 0, &id, sizeof id);
		ticks = round_trips();
		CHECK(1, diag_block.cc == 0 && diag_block.rc == 0 &&
		    diag_block.out_len == sizeof id && id.version == 1);
		for (; ticks > 0; ticks /= 10)
			text[--at] = (char)('0' + ticks % 10);
		say(text + at);
	}
	return 0;
}
