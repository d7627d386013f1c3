/* SPDX-License-Identifier: MIT
 *
 * divzero.c - divides by zero: CMS ends it and lives.
 */
#include <stdio.h>

int
main(int argc, char **argv)
{
	volatile int zero = 0;

	(void)argv;
	printf("%d divided by zero is ", argc);
	fflush(stdout);
	printf("%d\n", argc / zero);
	return 0;
}
