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

#include "vmtypes.h"

#define MEM_PAGE 4096u

struct memory {
	uint8_t *base; /* for memory.c, kvm.c's slot and the functions below */
	uint64_t size; /* bytes, a multiple of MEM_PAGE */
};

/* Storage that costs what is touched.  -1 with errno. */
int mem_open(struct memory *mem, uint64_t size);
void mem_close(struct memory *mem);

/* Zero whole pages and give them back to the host; addr and len are multiples
 * of MEM_PAGE.  -1: outside storage, EFAULT, or a part of a page, EINVAL. */
int mem_release(struct memory *mem, gpa_t at, uint64_t len);

/* All of storage reads as zero. */
void mem_clear(struct memory *mem);

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

#endif
