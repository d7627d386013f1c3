/* SPDX-License-Identifier: MIT
 *
 * pool.h - pieces of any size out of one range of storage that grows downward
 * and shrinks again.  Pure: where the range comes from, and who is told that
 * pages of it are free, is its user's affair.
 */
#ifndef CMS_POOL_H
#define CMS_POOL_H

#include <stddef.h>

#define POOL_PAGE 4096

struct pool_piece;

struct pool {
	char *low, *top;	 /* the range, in whole pages */
	struct pool_piece *free; /* the lowest first */
};

void pool_init(struct pool *p, void *top);

/* NULL when no free piece is large enough. */
void *pool_take(struct pool *p, size_t bytes);

/* What was taken, with the same size. */
void pool_give(struct pool *p, void *at, size_t bytes);

/* So many more bytes, whole pages, below what there is. */
void pool_grow(struct pool *p, size_t bytes);

/* Bytes of whole pages that have become free since the last pool_trim(). */
size_t pool_idle(const struct pool *p);

/*
 * The range begins where it is in use, and `unused` is told once of every
 * whole page that has become free.
 */
void pool_trim(struct pool *p, void (*unused)(void *from, size_t bytes));

#endif
