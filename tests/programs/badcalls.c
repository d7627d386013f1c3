/* SPDX-License-Identifier: MIT
 *
 * badcalls.c - system calls with wrong numbers and wrong addresses.  Returns
 * the number of the first check that fails, 0 when all are answered as they
 * should be.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cmscall.h"

#define NUCLEUS 0xFFFFFFFF80001000l
#define HOLE 0x8000000000000000ul
#define END 0x7FFFFFFFEFF0l

static int checks;

static void
expect(long got, int error)
{
	checks++;
	if (got != -1 || errno != error) {
		printf("check %d: %ld, errno %d, not %d\n", checks, got, errno,
		    error);
		_exit(checks);
	}
}

static void
check_pointers(void)
{
	static const long bad[] = { 0, 1, 0xFFFF, NUCLEUS, (long)HOLE, -1,
		-4096, END };
	struct iovec v = { (void *)NUCLEUS, 8 };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		expect(syscall(SYS_write, 1, bad[i], 64), EFAULT);
		expect(syscall(SYS_read, 0, bad[i], 64), EFAULT);
		expect(syscall(SYS_fstat, 1, bad[i]), EFAULT);
		expect(syscall(SYS_uname, bad[i]), EFAULT);
		expect(syscall(SYS_clock_gettime, 0, bad[i]), EFAULT);
		expect(syscall(SYS_getrandom, bad[i], 16, 0), EFAULT);
		expect(syscall(SYS_getcwd, bad[i], 100), EFAULT);
		expect(syscall(SYS_ioctl, 0, 0x5401, bad[i]), EFAULT);
		expect(syscall(SYS_writev, 1, bad[i], 1), EFAULT);
		expect(syscall(SYS_nanosleep, bad[i], 0), EFAULT);
		expect(syscall(SYS_poll, bad[i], 1, 0), EFAULT);
		expect(syscall(SYS_ppoll, 0, 0, bad[i] != 0 ? bad[i] : 1, 0),
		    EFAULT);
		expect(syscall(0x370000, bad[i], 5, 0), EFAULT);
		expect(syscall(0x370001, bad[i], 5, bad[i]), EFAULT);
		expect(syscall(0x370002, bad[i], 5, 0), EFAULT);
		expect(syscall(0x37000F, bad[i]), EFAULT);
		expect(syscall(0x370011, bad[i]), EFAULT);
		expect(syscall(0x370012, bad[i], 5), EFAULT);
		expect(syscall(CMSCALL_SCREEN, bad[i]), EFAULT);
		expect(syscall(CMSCALL_PAINT, 5, bad[i], 40), EFAULT);
	}
	expect(syscall(SYS_writev, 1, &v, 1), EFAULT);
	/* Text and constants are there, but not for writing. */
	expect(syscall(SYS_read, 0, &check_pointers, 1), EFAULT);
}

static void
check_arguments(void)
{
	struct iovec v[1] = { { "x", 1 } };

	expect(syscall(SYS_write, 3, "x", 1), EBADF);
	expect(syscall(SYS_read, -1l, v, 1), EBADF);
	expect(syscall(SYS_writev, 1, v, 5000), EINVAL);
	expect(syscall(SYS_close, 77), EBADF);
	expect(syscall(SYS_lseek, 1, 0, 0), ESPIPE);
	expect(syscall(SYS_open, "/etc/passwd", 0), ENOENT);
	expect(syscall(SYS_ioctl, 1, 0x1234, 0), ENOTTY);
	expect(syscall(SYS_mmap, 0, 0, 3, 0x22, -1, 0), EINVAL);
	expect(syscall(SYS_mmap, 0, 1ul << 62, 3, 0x22, -1, 0), ENOMEM);
	expect(syscall(SYS_mmap, 0, -1l, 3, 0x22, -1, 0), ENOMEM);
	expect(syscall(SYS_mmap, 0, 4096, 3, 0x02, 5, 0), EBADF);
	expect(syscall(SYS_mmap, 0x1000, 4096, 3, 0x32, -1, 0), ENOMEM);
	expect(syscall(SYS_mmap, NUCLEUS, 4096, 3, 0x32, -1, 0), ENOMEM);
	expect(syscall(SYS_munmap, 0x400001, 4096), EINVAL);
	expect(syscall(SYS_munmap, NUCLEUS, 4096), EINVAL);
	expect(syscall(SYS_munmap, 0x10000, -1l), EINVAL);
	expect(syscall(SYS_mprotect, 0x20000, 4096, 1), ENOMEM);
	expect(syscall(SYS_mprotect, NUCLEUS, 4096, 7), ENOMEM);
	expect(syscall(SYS_mremap, 0x20000, 4096, 8192, 1), EFAULT);
	expect(syscall(SYS_arch_prctl, 0x1002, HOLE), EPERM);
	expect(syscall(SYS_arch_prctl, 0x4242, 0), EINVAL);
	expect(syscall(SYS_kill, 4711, 9), ESRCH);
	expect(syscall(SYS_poll, v, 65, 0), EINVAL);
	expect(syscall(SYS_fork), ENOSYS);
	expect(syscall(SYS_socket, 2, 1, 0), ENOSYS);
	expect(syscall(511), ENOSYS);
	expect(syscall(512), ENOSYS);
	expect(syscall(CMSCALL_END), ENOSYS);
	expect(syscall(-1l), ENOSYS);
	expect(syscall(0x370000, "x", 100000, 0), EINVAL);
	expect(syscall(0x370002, "x", 1, 7), EINVAL);
	expect(syscall(0x370010, 0x0D, "x", 1, 0), EINVAL);
	expect(syscall(0x370010, 0x254100FF, "x", 1, 0), ENXIO);
	expect(syscall(0x370012, "x", 65), EINVAL);
	expect(syscall(CMSCALL_PAINT, 0x105, "x", 1), EINVAL);
	expect(syscall(CMSCALL_PAINT, 3, "x", 1), EINVAL);
	expect(syscall(CMSCALL_PAINT, 5, "x", 57344), EMSGSIZE);
	expect(syscall(CMSCALL_KEY, 0x106, v, 1), EINVAL);
	expect(syscall(CMSCALL_KEY, 5, v, 1), EINVAL);
}

/* What is mapped can be used, what is not mapped any more cannot. */
static void
check_mappings(void)
{
	char *p = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = p[4096] = p[8192] = 1;
	munmap(p + 4096, 4096);
	expect(syscall(SYS_write, 1, p + 4096, 1), EFAULT);
	expect(syscall(SYS_mremap, p, 3 * 4096, 4096, 1), EFAULT);
	mprotect(p + 8192, 4096, PROT_READ);
	expect(syscall(SYS_read, 0, p + 8192, 1), EFAULT);
	mprotect(p, 4096, PROT_NONE);
	expect(syscall(SYS_write, 1, p, 1), EFAULT);
	mprotect(p, 4096, PROT_READ);
	checks++;
	if (p[0] != 1)
		_exit(checks);
	madvise(p + 8192, 4096, MADV_DONTNEED);
	checks++;
	if (p[8192] != 0)
		_exit(checks);
}

int
main(void)
{
	check_pointers();
	check_arguments();
	check_mappings();
	printf("%d checks\n", checks);
	return 0;
}
