/* SPDX-License-Identifier: MIT
 *
 * anycall.c - random system calls with random arguments: `anycall SEED N`.
 * It may well be ended; CMS must not be.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t state;
static char page[8192];

static uint64_t
any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static long
argument(void)
{
	static const uint64_t good[] = { 0, 1, 2, 3, 8, 4095, 4096, 4097,
		0x10000, 0x22, 0x32, 0x7FFFFFFFE000, 0x7FFFFFFFF000,
		0x800000000000, 0xFFFF800000000000, 0xFFFFFF8000000000,
		0xFFFFFFFF80001000, 0xFFFFFFFFFFFFF000, ~0ull, 1ull << 63,
		0xFFFFFFFF, 0x100000000, 0x1002, 0x1003, 0x5401 };

	switch (any() % 4) {
	case 0:
		return (long)(uintptr_t)(page + any() % sizeof page);
	case 1:
		return (long)any();
	case 2:
		return (long)(any() % 65536 * 4096);
	default:
		return (long)good[any() % (sizeof good / sizeof good[0])];
	}
}

static long
number(void)
{
	return any() % 16 == 0 ? (long)(0x370001 + any() % 3) :
	    (long)(any() % 340);
}

/* What would end the program, wait, or fill the console with noise. */
static int
avoided(long n)
{
	return n == SYS_exit || n == SYS_exit_group || n == SYS_kill ||
	    n == SYS_tkill || n == SYS_tgkill || n == SYS_nanosleep ||
	    n == SYS_clock_nanosleep || n == SYS_poll || n == SYS_ppoll;
}

int
main(int argc, char **argv)
{
	long calls = argc > 2 ? atol(argv[2]) : 20000, done = 0;

	state = argc > 1 ? strtoull(argv[1], NULL, 10) * 2654435761u + 1 : 1;
	while (done < calls) {
		long n = number(), fd = argument();

		if (avoided(n))
			continue;
		if (n == SYS_read || n == SYS_write || n == SYS_readv ||
		    n == SYS_writev)
			fd = 3;
		syscall(n, fd, argument(), argument(), argument(), argument(),
		    argument());
		done++;
	}
	printf("%ld calls\n", done);
	return 0;
}
