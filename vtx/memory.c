/* SPDX-License-Identifier: MIT
 *
 * memory.c - map, clear and give back the guest's storage.
 */
#include "memory.h"

#include <errno.h>
#include <sys/mman.h>

/* Storage that costs what is touched, at a place of the kernel's choice or
 * instead of what is there. */
static void *
mem_map(void *at, uint64_t size)
{
	void *p = mmap(at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS | MAP_NORESERVE | (at != NULL ? MAP_FIXED : 0), -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	/* With huge pages one touched byte costs 2 MiB, and a user who only
	 * waits should cost what he touched.  Failing, there are none. */
	madvise(p, size, MADV_NOHUGEPAGE);
	madvise(p, size, MADV_DONTDUMP);
	return p;
}

int
mem_open(struct memory *mem, uint64_t size)
{
	*mem = (struct memory){ 0 };
	if (size == 0 || size % MEM_PAGE != 0 || size > SIZE_MAX) {
		errno = EINVAL;
		return -1;
	}
	mem->base = mem_map(NULL, size);
	if (mem->base == NULL)
		return -1;
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

/* Zero and given back; false: it is as it was. */
static bool
mem_drop(struct memory *mem, uint64_t at, uint64_t len)
{
	if (at < mem->file_to && at + len > mem->file_from)
		return mem_map(mem->base + at, len) != NULL;
	return madvise(mem->base + at, len, MADV_DONTNEED) == 0;
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
	if (len > 0 && !mem_drop(mem, at.a, len))
		memset(mem->base + at.a, 0, len);
	return 0;
}

void
mem_clear(struct memory *mem)
{
	mem_release(mem, GPA(0), mem->size);
	mem->file_from = mem->file_to = 0;
}

/* --- pages of a file --- */

int
mem_pages_open(struct mem_pages *p, int fd, uint64_t at, uint64_t len)
{
	void *base = mmap(NULL, len, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_NORESERVE, fd, (off_t)at);

	*p = (struct mem_pages){ 0 };
	if (base == MAP_FAILED)
		return -1;
	*p = (struct mem_pages){ .base = base, .len = len };
	/* All at once, and an error of the disk is an error here; where the
	 * kernel does not know how, they come when they are touched. */
	if (madvise(base, len, MADV_POPULATE_READ) == 0 || errno == EINVAL)
		return 0;
	mem_pages_close(p);
	errno = EIO;
	return -1;
}

void
mem_pages_close(struct mem_pages *p)
{
	if (p->len > 0)
		munmap(p->base, p->len);
	*p = (struct mem_pages){ 0 };
}

int
mem_adopt(struct memory *mem, gpa_t at, struct mem_pages *p, uint64_t len)
{
	if (at.a % MEM_PAGE != 0 || len % MEM_PAGE != 0 || len == 0 ||
	    len > p->len || !mem_inside(mem, at, len)) {
		errno = EINVAL;
		return -1;
	}
	/* The pages move with the tables that find them: none is looked up
	 * again. */
	if (mremap(p->base, len, len, MREMAP_MAYMOVE | MREMAP_FIXED,
	    mem->base + at.a) == MAP_FAILED)
		return -1;
	if (mem->file_to == 0 || at.a < mem->file_from)
		mem->file_from = at.a;
	if (at.a + len > mem->file_to)
		mem->file_to = at.a + len;
	p->base += len;
	p->len -= len;
	return 0;
}
