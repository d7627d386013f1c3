/* SPDX-License-Identifier: MIT
 *
 * space.h - a program's address space: page tables, filled as pages are
 * touched, and the only way from the nucleus to a program's bytes.
 */
#ifndef CMS_SPACE_H
#define CMS_SPACE_H

#include <stddef.h>
#include <stdint.h>

#include "region.h"
#include "storage.h"

struct space {
	real_t root; /* the processor's CR3 */
	real_t freed; /* frames given back, linked through their first bytes */
	size_t freed_count;
	uint64_t resident; /* pages that have a frame */
	uint64_t tables;   /* frames that say where */
	struct regions regions;
};

/* 0; -1 when there is no storage for it. */
int space_init(struct space *s);
void space_enter(const struct space *s);

/*
 * All ranges are page-aligned and inside the program area.  0, or -1 when
 * storage does not suffice.
 */
int space_map(struct space *s, uint64_t start, uint64_t end, uint32_t prot);
int space_unmap(struct space *s, uint64_t start, uint64_t end);
int space_protect(struct space *s, uint64_t start, uint64_t end,
    uint32_t prot);

/* The pages of a range are zero again. */
void space_discard(struct space *s, uint64_t start, uint64_t end);

/* Move the pages of a range to another, which holds none. */
int space_move(struct space *s, uint64_t from, uint64_t to, uint64_t len);

/* Frames that it may still come to want, by what it has mapped, with those
 * for tables. */
uint64_t space_promised(const struct space *s);

/* Could so many more bytes be kept in storage? */
int space_room(const struct space *s, uint64_t bytes);

/* A page was touched: it is there now; must not be; cannot be. */
enum space_fault { SPACE_DONE, SPACE_REFUSED, SPACE_FULL };
enum space_fault space_fault(struct space *s, uint64_t at, uint32_t prot);

/* The page's place in storage, whatever its protection; NULL when the
 * address is in no region or storage is used up.  For the loader. */
char *space_page(struct space *s, uint64_t at);

/* To and from a program: 0, or -1 when it may not itself do the like. */
int space_get(struct space *s, void *to, uint64_t from, size_t len);
int space_put(struct space *s, uint64_t to, const void *from, size_t len);

/* As much as lies in one page: a nucleus address and its length, or NULL. */
char *space_piece(struct space *s, uint64_t at, uint64_t len, uint32_t prot,
    size_t *piece);

/* The same, as much as lies side by side in storage. */
char *space_run(struct space *s, uint64_t at, uint64_t len, uint32_t prot,
    size_t *run);

#endif
