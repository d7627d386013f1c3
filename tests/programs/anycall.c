/* SPDX-License-Identifier: MIT
 *
 * anycall.c - random system calls with random arguments: `anycall SEED N`.
 * It may well be ended; CMS must not be.
 * Wants a disk as A.
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
	return any() % 16 == 0 ? (long)(0x370001 + any() % 15) :
	    (long)(any() % 340);
}

/* Names that there are, and descriptors, where calls want to have them. */
static const char *const names[] = { "any.data", "any.text", "/", "a", "/s",
	"hello.module", "ANY TEXT A", "any.data.s" };

static long
name_or(long other)
{
	return any() % 2 ? (long)(uintptr_t)names[any() %
	    (sizeof names / sizeof names[0])] : other;
}

static int
wants_descriptor(long n)
{
	return n == SYS_read || n == SYS_write || n == SYS_readv ||
	    n == SYS_writev || n == SYS_pread64 || n == SYS_pwrite64 ||
	    n == SYS_lseek || n == SYS_ftruncate || n == SYS_getdents64 ||
	    n == 0x370006 || n == 0x370007 || n == 0x370008;
}

/* What would end the program, wait, or fill the console with noise. */
static int
avoided(long n)
{
	return n == SYS_exit || n == SYS_exit_group || n == SYS_kill ||
	    n == SYS_tkill || n == SYS_tgkill || n == SYS_nanosleep ||
	    n == SYS_clock_nanosleep || n == SYS_poll || n == SYS_ppoll ||
	    n == SYS_close || n == SYS_dup2 || n == SYS_dup3;
}

int
main(int argc, char **argv)
{
	long calls = argc > 2 ? atol(argv[2]) : 20000, done = 0;

	state = argc > 1 ? strtoull(argv[1], NULL, 10) * 2654435761u + 1 : 1;
	while (done < calls) {
		long n = number(), first = argument();

		if (n != 0x370002) /* what is stacked would be a command */
			first = name_or(first);
		if (avoided(n))
			continue;
		if (wants_descriptor(n)) {
			first = (long)(3 + any() % 5);
			if (isatty((int)first)) /* nobody types anything */
				continue;
		}
		syscall(n, first, name_or(argument()), argument(), argument(),
		    argument(), argument());
		done++;
	}
	printf("%ld calls\n", done);
	return 0;
}
