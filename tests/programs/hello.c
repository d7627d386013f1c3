/* SPDX-License-Identifier: MIT
 *
 * hello.c - the first program: says hello.
 */
#include <stdio.h>

int
main(void)
{
	puts("Hello from a program in CMS.");
	return 0;
}
