/* SPDX-License-Identifier: MIT
 *
 * displayrig.c - a presentation space by itself, for display.py.
 *
 *   displayrig ROWS COLS
 *
 * Reads lines: `host HEX` is a record, answered by its rc and what the display
 * answers, `key N` and `type HEX` are keys, answered by 1 or 0.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ps3270.h"

#define ROOM 200000

static uint8_t record[ROOM], answer[ROOM];

static size_t
unhex(const char *s)
{
	unsigned byte;
	size_t n = 0;

	for (; n < ROOM && sscanf(s, "%2x", &byte) == 1; s += 2)
		record[n++] = (uint8_t)byte;
	return n;
}

static void
host(struct ps3270 *ps, const char *hex)
{
	size_t n;
	int rc = ps3270_host(ps, record, unhex(hex), answer, ROOM, &n);

	printf("%d ", rc);
	for (size_t i = 0; i < n; i++)
		printf("%02x", answer[i]);
	putchar('\n');
}

int
main(int argc, char **argv)
{
	static char line[2 * ROOM + 16];
	struct ps3270 ps;

	if (argc != 3 || ps3270_open(&ps, (unsigned)atoi(argv[1]),
	    (unsigned)atoi(argv[2]), true, true) < 0)
		return 2;
	while (fgets(line, sizeof line, stdin) != NULL) {
		if (strncmp(line, "host ", 5) == 0)
			host(&ps, line + 5);
		else if (strncmp(line, "type ", 5) == 0)
			printf("%d\n", unhex(line + 5) == 1 &&
			    ps3270_type(&ps, record[0]));
		else
			printf("%d\n", ps3270_key(&ps,
			    (enum ps_key)atoi(line + strlen("key "))));
		fflush(stdout);
	}
	ps3270_close(&ps);
	return 0;
}
