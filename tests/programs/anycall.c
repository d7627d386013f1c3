/* SPDX-License-Identifier: MIT
 *
 * anycall.c - random system calls, with arguments that make sense, that nearly
 * do, and that do not: `anycall SEED CALLS`.  It may well be ended; CMS must
 * not be.  Wants a disk as A.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmscall.h"

#define FIXED 0x20000000 /* where MAP_FIXED and its like do no harm */
#define FIXED_SIZE 0x100000
#define FILES 8 /* descriptors 3 and up that are used */

static uint64_t state;
static uint64_t page[2048];

static uint64_t
any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

#define ANY_OF(list) (list)[any() % (sizeof (list) / sizeof (list)[0])]

static const char *const names[] = { "any.data", "any.text", "/", "a", "/s",
	"hello.module", "ANY TEXT A", "any.data.s", "ANY DATA A6", "* * A",
	"any*.*", ".", "", "ANY", "new.text.a", "NEW FILE A3", "A" };

/* Without those that would end CMS, wait, or say more than one can read. */
static const char *const commands[] = { "query search", "state any text a",
	"state any * *", "erase any text a", "rename any data a new data a",
	"rename new data a any data a", "listfile any * a", "any text", "hello",
	"set impcp off", "set impcp on", "makebuf", "dropbuf", "sentries",
	"access 191 c/a", "release c", "copyfile any text a new text a (rep",
	"type any data a", "compare any text a new text a", "anycall 1 30",
	"synonym (clear", "query disk a", "exec any", "format 191" };

static const char *name;

/* Anything but what it is itself. */
static uint64_t
anything(void)
{
	uint64_t value = any() >> any() % 64;

	return value >= 0x400000 && value < 0x800000 ? 0 : value;
}

/* What Linux and CMS expect, by letter; anything else is anything. */
static uint64_t
argument(char kind)
{
	static const uint64_t values[] = { 0, 1, 2, 3, 8, 4095, 4096, 4097,
		0x10000, 0x22, 0x32, 0x7FFFFFFFE000, 0x7FFFFFFFF000,
		0x800000000000, 0xFFFF800000000000, 0xFFFFFF8000000000,
		0xFFFFFFFF80001000, 0xFFFFFFFFFFFFF000, ~0ull, 1ull << 63,
		1ull << 31, 0xFFFFFFFF, 0x100000000, 0x1002, 0x1003, 0x5401 };
	static const uint64_t sizes[] = { 0, 1, 2, 16, 80, 511, 4096, 5000 };
	static const uint64_t flags[] = { O_RDONLY, O_WRONLY, O_RDWR,
		O_RDWR | O_CREAT, O_WRONLY | O_CREAT | O_TRUNC,
		O_RDWR | O_CREAT | O_EXCL, O_WRONLY | O_APPEND, O_DIRECTORY };

	if (any() % 10 == 0)
		kind = '?';
	switch (kind) {
	case 'f':
		return 3 + any() % FILES;
	case 'd':
		return any() % 4 ? (uint64_t)AT_FDCWD : 3 + any() % FILES;
	case 'n':
		name = ANY_OF(names);
		return (uintptr_t)name;
	case 'c':
		name = ANY_OF(commands);
		return (uintptr_t)name;
	case 'l':
		return name != NULL ? strlen(name) : 0;
	case 'o':
		return ANY_OF(flags);
	case 'p':
		return (uintptr_t)page + any() % (sizeof page / 2);
	case 's':
		return ANY_OF(sizes);
	case 'w': /* a small number: whence, a record, an option */
		return any() % 7;
	case 'u': /* a punch or printer */
		return any() % 2 ? CMSCALL_UR(0x00D, 0x2541) :
		    CMSCALL_UR(0x00E, 0x1403);
	case 'x':
		return FIXED + any() % (FIXED_SIZE / 4096) * 4096;
	case 'm':
		return 0x02 + (any() % 2) * 0x20 + (any() % 4 == 0) * 0x10;
	case '?':
		return any() % 2 ? ANY_OF(values) : anything();
	default:
		return anything();
	}
}

static const struct shape {
	long number;
	const char *kinds;
} shapes[] = {
	{ SYS_read, "fps" }, { SYS_write, "fps" }, { SYS_open, "no" },
	{ SYS_close, "f" }, { SYS_stat, "np" }, { SYS_fstat, "fp" },
	{ SYS_lseek, "fsw" }, { SYS_pread64, "fpss" },
	{ SYS_pwrite64, "fpss" }, { SYS_readv, "fpw" }, { SYS_writev, "fpw" },
	{ SYS_access, "nw" }, { SYS_dup, "f" }, { SYS_fcntl, "fww" },
	{ SYS_fsync, "f" }, { SYS_ftruncate, "fs" }, { SYS_truncate, "ns" },
	{ SYS_getdents64, "fps" }, { SYS_getcwd, "ps" }, { SYS_chdir, "n" },
	{ SYS_fchdir, "f" }, { SYS_rename, "nn" }, { SYS_unlink, "n" },
	{ SYS_openat, "dno" }, { SYS_newfstatat, "dnpw" },
	{ SYS_unlinkat, "dnw" }, { SYS_renameat2, "dndnw" },
	{ SYS_utimensat, "dnp" }, { SYS_statx, "dnwsp" },
	{ SYS_mmap, "xswmfs" }, { SYS_mprotect, "xsw" }, { SYS_munmap, "xs" },
	{ SYS_mremap, "xssw" }, { SYS_madvise, "xsw" }, { SYS_brk, "?" },
	{ SYS_clock_gettime, "wp" }, { SYS_getrandom, "ps" },
	{ SYS_futex, "pww" }, { SYS_uname, "p" }, { SYS_ioctl, "f?p" },
	{ CMSCALL_COMMAND, "clp" }, { CMSCALL_CP, "clp" },
	{ CMSCALL_QUEUED, "" }, { CMSCALL_STATE, "nlp" },
	{ CMSCALL_OPEN, "nlwp" }, { CMSCALL_OPEN, "nlw0" },
	{ CMSCALL_READ, "fwps" }, { CMSCALL_WRITE, "fwps" },
	{ CMSCALL_TRUNCATE, "fw" }, { CMSCALL_CLOSE, "fw" },
	{ CMSCALL_ERASE, "nl" }, { CMSCALL_RENAME, "nlnl" },
	{ CMSCALL_NEXT, "nlpp" }, { CMSCALL_DISK, "wp" },
	{ CMSCALL_DATE, "nlp" }, { CMSCALL_BLOCK, "p" },
	{ CMSCALL_WRITEUR, "upsp" }, { CMSCALL_SPOOL, "p" },
	{ CMSCALL_ATEND, "pl" }, { CMSCALL_SCREEN, "p" },
};

/* What would end the program, or wait; lines on the stack are commands. */
static int
avoided(long n)
{
	static const long ends[] = { SYS_exit, SYS_exit_group, SYS_kill,
		SYS_tkill, SYS_tgkill, SYS_nanosleep, SYS_clock_nanosleep,
		SYS_poll, SYS_ppoll, SYS_arch_prctl, CMSCALL_STACK,
		CMSCALL_PAINT, CMSCALL_KEY };

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (n == ends[i])
			return 1;
	return 0;
}

/* The console is left alone: nobody types anything, nobody reads it. */
static int
touches_console(long n, uint64_t first)
{
	return (n == SYS_read || n == SYS_write || n == SYS_readv ||
	    n == SYS_writev || n == SYS_close || n == SYS_dup2 ||
	    n == SYS_dup3) && (first < 3 || isatty((int)first));
}

/* One of those that there are, or any number. */
static void
call(void)
{
	struct shape s = { 0, "??????" };
	uint64_t a[6] = { 0 };

	if (any() % 16 != 0)
		s = ANY_OF(shapes);
	else if (any() % 4 == 0)
		s.number = (long)(CMSCALL_BASE + any() %
		    (CMSCALL_END - CMSCALL_BASE));
	else
		s.number = (long)(any() % 450);
	if (avoided(s.number))
		return;
	name = NULL;
	for (size_t i = 0; i < 6 && s.kinds[i] != '\0'; i++)
		a[i] = s.kinds[i] == '0' ? 0 : argument(s.kinds[i]);
	if (touches_console(s.number, a[0]))
		return;
	/* Not its own code, data and stack. */
	if (s.number >= SYS_mmap && s.number <= SYS_munmap &&
	    (a[0] < FIXED || a[0] >= FIXED + FIXED_SIZE))
		return;
	if ((s.number == SYS_mremap || s.number == SYS_madvise ||
	    s.number == SYS_brk) && a[0] - FIXED >= FIXED_SIZE)
		return;
	syscall(s.number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int
main(int argc, char **argv)
{
	long calls = argc > 2 ? atol(argv[2]) : 20000;

	state = argc > 1 ? strtoull(argv[1], NULL, 10) * 2654435761u + 1 : 1;
	for (long done = 0; done < calls; done++) {
		/* What structures have in them. */
		page[any() % (sizeof page / sizeof page[0])] =
		    argument("ps?0"[any() % 4]);
		call();
	}
	printf("%ld calls\n", calls);
	return 0;
}
