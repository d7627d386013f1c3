/* SPDX-License-Identifier: MIT
 *
 * loop.c - never ends: type HX.
 */
#include <stdio.h>

int
main(void)
{
	puts("Looping; HX halts me.");
	for (volatile unsigned long n = 0;; n++)
		;
}
