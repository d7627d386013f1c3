/* SPDX-License-Identifier: MIT
 *
 * clock.c - the clocks go forward, and a sleep takes about as long as asked:
 * half a second, or as many seconds as its argument says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long
ms_between(struct timespec a, struct timespec b)
{
	return (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
}

int
main(int argc, char **argv)
{
	struct timespec half = { 0, 500000000 }, before, after;
	time_t now = time(NULL);
	char text[64];
	long ms;

	if (argc > 1)
		half = (struct timespec){ atoi(argv[1]), 0 };
	clock_gettime(CLOCK_MONOTONIC, &before);
	if (nanosleep(&half, NULL) == -1) {
		perror("nanosleep");
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &after);
	ms = ms_between(before, after);
	strftime(text, sizeof text, "%Y-%m-%d %Z", localtime(&now));
	printf("slept well on %s\n", text);
	return argc > 1 || (ms >= 499 && ms < 2000) ? 0 : 2;
}
