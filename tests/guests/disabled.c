/* SPDX-License-Identifier: MIT
 *
 * disabled.c - HLT with IF=0: the machine stops and says EAX.  Begun again,
 * it goes on behind the HLT.
 */
#include "guest.h"

int
guest_test(void)
{
	uint32_t eax = 0xDEAD0451;

	__asm__ volatile("cli; hlt" : "+a"(eax));
	return eax == 0xDEAD0451 ? 0 : 1;
}
