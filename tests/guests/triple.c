/* SPDX-License-Identifier: MIT
 *
 * triple.c - a triple fault ends the machine, not vmguest.
 */
#include "guest.h"

int
guest_test(void)
{
	const struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) none = { 0, 0 };

	__asm__ volatile("lidt %0; int3" : : "m"(none));
	return 1;
}
