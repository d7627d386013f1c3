/* SPDX-License-Identifier: MIT
 *
 * memory.c - map, clear and give back the guest's storage.
 */
#include "memory.h"

#include <errno.h>
#include <sys/mman.h>

int
mem_open(struct memory *mem, uint64_t size)
{
	void *p;

	*mem = (struct memory){ 0 };
	if (size == 0 || size % MEM_PAGE != 0 || size > SIZE_MAX) {
		errno = EINVAL;
		return -1;
	}
	p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -1;
	/* With huge pages one touched byte costs 2 MiB, and a user who only
	 * waits should cost what he touched.  Failing, there are none. */
	madvise(p, size, MADV_NOHUGEPAGE);
	madvise(p, size, MADV_DONTDUMP);
	mem->base = p;
	mem->size = size;
	return 0;
}

void
mem_close(struct memory *mem)
{
	if (mem->base != NULL)
		munmap(mem->base, mem->size);
	*mem = (struct memory){ 0 };
}

int
mem_release(struct memory *mem, gpa_t at, uint64_t len)
{
	if (at.a % MEM_PAGE != 0 || len % MEM_PAGE != 0) {
		errno = EINVAL;
		return -1;
	}
	if (!mem_inside(mem, at, len)) {
		errno = EFAULT;
		return -1;
	}
	if (len == 0)
		return 0;
	if (madvise(mem->base + at.a, len, MADV_DONTNEED) < 0)
		memset(mem->base + at.a, 0, len);
	return 0;
}

void
mem_clear(struct memory *mem)
{
	mem_release(mem, GPA(0), mem->size);
}
