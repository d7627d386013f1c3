/* SPDX-License-Identifier: MIT
 *
 * memory.h - the guest's storage.  The only way from a guest address to bytes.
 */
#ifndef VM370_VTX_MEMORY_H
#define VM370_VTX_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

#include "vmtypes.h"

#define MEM_PAGE 4096u

struct memory {
	uint8_t *base; /* for memory.c, kvm.c's slot and the functions below */
	uint64_t size;
	/* Between these, from and to, are pages of a file: they would come
	 * back if they were only dropped. */
	uint64_t file_from, file_to;
};

/* Pages of a file that are to become storage: a copy of their own for whoever
 * writes to them, the file's for all others. */
struct mem_pages {
	uint8_t *base; /* of those that are left */
	uint64_t len;
};

/* Storage that costs what is touched.  -1 with errno. */
int mem_open(struct memory *mem, uint64_t size);
void mem_close(struct memory *mem);

/* Zero whole pages and give them back to the host; addr and len are multiples
 * of MEM_PAGE.  -1: outside storage, EFAULT, or a part of a page, EINVAL. */
int mem_release(struct memory *mem, gpa_t at, uint64_t len);

/* All of storage reads as zero. */
void mem_clear(struct memory *mem);

/* len bytes of the file, which it must have, from a multiple of MEM_PAGE.  -1
 * with errno, EIO when they cannot be read.  What mem_adopt did not take goes
 * with mem_pages_close. */
int mem_pages_open(struct mem_pages *p, int fd, uint64_t at, uint64_t len);
void mem_pages_close(struct mem_pages *p);

/* The first len bytes of p become the storage at `at`.  Nobody may be looking
 * there.  -1 with errno. */
int mem_adopt(struct memory *mem, gpa_t at, struct mem_pages *p, uint64_t len);

/* Bytes of storage from `at` on; 0 outside. */
static inline uint64_t
mem_left(const struct memory *mem, gpa_t at)
{
	return at.a < mem->size ? mem->size - at.a : 0;
}

static inline bool
mem_inside(const struct memory *mem, gpa_t at, uint64_t len)
{
	uint64_t end;

	return !__builtin_add_overflow(at.a, len, &end) && end <= mem->size;
}

/* Copy out of or into storage, all of it or nothing: -1 when any byte lies
 * outside.  The guest may be writing at the same moment: a caller copies
 * once and checks the copy. */
static inline int
mem_read(const struct memory *mem, gpa_t at, void *to, size_t len)
{
	if (!mem_inside(mem, at, len))
		return -1;
	memcpy(to, mem->base + at.a, len);
	return 0;
}

static inline int
mem_write(struct memory *mem, gpa_t at, const void *from, size_t len)
{
	if (!mem_inside(mem, at, len))
		return -1;
	memcpy(mem->base + at.a, from, len);
	return 0;
}

/* The same bytes for a system call that reads or writes them itself; they
 * stay where they are as long as the machine lives.  -1: outside. */
static inline int
mem_span(const struct memory *mem, gpa_t at, uint64_t len, struct iovec *span)
{
	if (!mem_inside(mem, at, len))
		return -1;
	span->iov_base = mem->base + at.a;
	span->iov_len = len;
	return 0;
}

#endif
