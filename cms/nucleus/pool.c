/* SPDX-License-Identifier: MIT
 *
 * pool.c - pieces of storage.  A free piece says so in its own first bytes;
 * one in use says nothing, so that blocks of a disk fill pages exactly.
 */
#include <stdint.h>

#include "pool.h"

#define POOL_UNIT 16 /* sizes and addresses are multiples of it */
#define POOL_TRIMMED 1u

struct pool_piece {
	uint64_t size; /* and POOL_TRIMMED: its pages hold nothing */
	struct pool_piece *next;
};

_Static_assert(sizeof(struct pool_piece) <= POOL_UNIT, "pool_piece");

static uint64_t
pool_size(const struct pool_piece *piece)
{
	return piece->size & ~(uint64_t)POOL_TRIMMED;
}

static char *
pool_end(struct pool_piece *piece)
{
	return (char *)piece + pool_size(piece);
}

static size_t
pool_round(size_t bytes)
{
	return (bytes + (bytes == 0) + POOL_UNIT - 1) &
	    ~(size_t)(POOL_UNIT - 1);
}

void
pool_init(struct pool *p, void *top)
{
	*p = (struct pool){ .low = top, .top = top };
}

/*
 * Of the highest piece that suffices, so that the range can become shorter;
 * from its end, so that what remains of it stays as it is.
 */
void *
pool_take(struct pool *p, size_t bytes)
{
	struct pool_piece **link = &p->free, **best = NULL;
	struct pool_piece *piece;
	size_t need = pool_round(bytes);

	if (need < bytes)
		return NULL;
	for (; *link != NULL; link = &(*link)->next)
		if (pool_size(*link) >= need)
			best = link;
	if (best == NULL)
		return NULL;
	piece = *best;
	if (pool_size(piece) == need) {
		*best = piece->next;
		return piece;
	}
	piece->size -= need;
	return pool_end(piece);
}

/* Two that meet become one. */
static void
pool_join(struct pool_piece *low)
{
	struct pool_piece *high = low->next;

	if (high == NULL || pool_end(low) != (char *)high)
		return;
	low->size = pool_size(low) + pool_size(high);
	low->next = high->next;
}

static void
pool_insert(struct pool *p, void *at, size_t size)
{
	struct pool_piece *piece = at, *below = NULL, **link = &p->free;

	while (*link != NULL && *link < piece) {
		below = *link;
		link = &below->next;
	}
	piece->size = size;
	piece->next = *link;
	*link = piece;
	pool_join(piece);
	if (below != NULL)
		pool_join(below);
}

void
pool_give(struct pool *p, void *at, size_t bytes)
{
	pool_insert(p, at, pool_round(bytes));
}

void
pool_grow(struct pool *p, size_t bytes)
{
	p->low -= bytes;
	pool_insert(p, p->low, bytes);
}

/* The whole pages of a piece whose first bytes say that it is free. */
static void
pool_pages(const struct pool_piece *piece, uintptr_t *from, uintptr_t *to)
{
	const uintptr_t page = POOL_PAGE - 1;

	*from = ((uintptr_t)(piece + 1) + page) & ~page;
	*to = ((uintptr_t)piece + pool_size(piece)) & ~page;
	if (piece->size & POOL_TRIMMED || *from > *to)
		*from = *to;
}

size_t
pool_idle(const struct pool *p)
{
	uintptr_t from, to;
	size_t idle = 0;

	for (const struct pool_piece *at = p->free; at != NULL;
	    at = at->next) {
		pool_pages(at, &from, &to);
		idle += to - from;
	}
	return idle;
}

/* The range begins with this piece: its whole pages leave it. */
static struct pool_piece *
pool_shrink(struct pool *p, struct pool_piece *piece,
    void (*unused)(void *, size_t))
{
	size_t rest = pool_size(piece) % POOL_PAGE;
	size_t pages = (size_t)pool_size(piece) - rest;
	struct pool_piece *next = piece->next;

	if (rest > 0) {
		struct pool_piece *left = (struct pool_piece *)
		    ((char *)piece + pages);

		left->size = rest | POOL_TRIMMED;
		left->next = next;
		next = left;
	}
	unused(piece, pages);
	p->low += pages;
	return next;
}

void
pool_trim(struct pool *p, void (*unused)(void *from, size_t bytes))
{
	uintptr_t from, to;

	if (p->free != NULL && (char *)p->free == p->low &&
	    pool_size(p->free) >= POOL_PAGE)
		p->free = pool_shrink(p, p->free, unused);
	for (struct pool_piece *at = p->free; at != NULL; at = at->next) {
		pool_pages(at, &from, &to);
		if (from < to)
			unused((void *)from, to - from);
		at->size |= POOL_TRIMMED;
	}
}
