/* SPDX-License-Identifier: MIT
 *
 * memory.c - takes storage until there is no more, uses all of it, gives it
 * back and takes it again.  `memory N` takes N MiB only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1u << 20)
#define MOST 4096

static char *block[MOST];

static int
take(int most)
{
	int n = 0;

	while (n < most && (block[n] = malloc(MIB)) != NULL) {
		memset(block[n], n & 0xFF, MIB);
		n++;
	}
	return n;
}

static int
check(int n)
{
	for (int i = 0; i < n; i++)
		for (unsigned at = 0; at < MIB; at += 4096)
			if (block[i][at] != (char)(i & 0xFF))
				return i;
	return -1;
}

int
main(int argc, char **argv)
{
	int most = argc > 1 ? atoi(argv[1]) : MOST;
	int first, second, bad;

	first = take(most < MOST ? most : MOST);
	bad = check(first);
	for (int i = 0; i < first; i++)
		free(block[i]);
	second = take(most < MOST ? most : MOST);
	if (bad == -1)
		bad = check(second);
	if (bad != -1) {
		printf("block %d has changed\n", bad);
		return 1;
	}
	if (second < first) {
		printf("%d MiB, then only %d\n", first, second);
		return 2;
	}
	printf("%s: %d MiB\n", argc > 1 ? "taken" : "all there is",
	    argc > 1 ? first : 0);
	return first > 0 ? 0 : 3;
}
