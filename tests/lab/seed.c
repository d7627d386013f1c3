/* SPDX-License-Identifier: MIT
 *
 * seed.c - preloaded into Bochs: its random numbers are the same every time.
 * Bochs seeds them with the time of day, and RDRAND gives them to the guest.
 */
#include <stdlib.h>

void
srand(unsigned seed)
{
	(void)seed;
}
