/* SPDX-License-Identifier: MIT
 *
 * region.h - which addresses of a program are in use, and for what: a sorted
 * list of page-aligned ranges that do not overlap.  Pure.
 */
#ifndef CMS_REGION_H
#define CMS_REGION_H

#include <stddef.h>
#include <stdint.h>

/* Linux's own numbers: they come from mmap and the ELF loader as they are. */
#define REGION_READ 1u
#define REGION_WRITE 2u
#define REGION_EXEC 4u
#define REGION_PROT (REGION_READ | REGION_WRITE | REGION_EXEC)

struct region {
	uint64_t start, end; /* end is the first address after it */
	uint32_t prot;	     /* REGION_*, 0: reserved, no access */
	uint32_t zero;
};

struct regions {
	struct region *list;
	size_t count, max;
};

/* The region that an address is in, or NULL. */
const struct region *region_find(const struct regions *r, uint64_t at);

/* Is every page of a range in some region? */
int region_covers(const struct regions *r, uint64_t start, uint64_t end);
int region_free(const struct regions *r, uint64_t start, uint64_t end);

/*
 * Each returns 0, or -1 when the list is too short: nothing has changed then.
 * region_set takes the range from whatever regions it was in.
 */
int region_set(struct regions *r, uint64_t start, uint64_t end, uint32_t prot);
int region_remove(struct regions *r, uint64_t start, uint64_t end);
int region_protect(struct regions *r, uint64_t start, uint64_t end,
    uint32_t prot);

/* The highest free range of len bytes that ends at or below top; 0: none. */
uint64_t region_gap(const struct regions *r, uint64_t low, uint64_t top,
    uint64_t len);

/* Bytes that can be touched: what a program may come to use. */
uint64_t region_bytes(const struct regions *r);

#endif
