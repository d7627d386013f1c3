/* SPDX-License-Identifier: MIT
 *
 * args.c - shows its arguments and returns how many there are.
 */
#include <stdio.h>

int
main(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		printf("%d: %s\n", i, argv[i]);
	return argc - 1;
}
