/* SPDX-License-Identifier: MIT
 *
 * states.c - a MODULE of the bench cms.c: what STATE of one file among many
 * costs by the time stamp counter, and a call of CMS that does nothing.
 *
 *   STATES FILES
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "cms.h"

#define CALLS 1000
#define STEP 7919 /* a prime: all over the directory */

static uint64_t
ticks(void)
{
	return __builtin_ia32_rdtsc();
}

int
main(int argc, char **argv)
{
	static char command[CALLS][32];
	unsigned files = argc == 2 ? (unsigned)atoi(argv[1]) : 0;
	uint64_t begun, states, empty;
	int rc = 0, bad = 0;

	if (files == 0)
		return 2;
	for (unsigned i = 0; i < CALLS; i++)
		snprintf(command[i], sizeof command[i], "STATE F%05u DATA A",
		    i * STEP % files);
	begun = ticks();
	for (unsigned i = 0; i < CALLS; i++)
		bad |= cms_command(command[i], &rc) < 0 || rc != 0;
	states = ticks() - begun;
	begun = ticks();
	for (unsigned i = 0; i < CALLS; i++)
		bad |= cms_queued() != 0;
	empty = ticks() - begun;
	printf("states %u %u\n", (unsigned)(states / CALLS),
	    (unsigned)(empty / CALLS));
	return bad;
}
