/* SPDX-License-Identifier: MIT
 *
 * heap.c - the nucleus's heap: a pool in the frames below the console stack.
 */
#include "heap.h"
#include "hyper.h"
#include "pool.h"
#include "program.h"
#include "storage.h"

/* So much that was used and is free again is kept: the next command will use
 * it, and telling CP costs an exit. */
#define HEAP_KEEP (12 * POOL_PAGE)

static struct pool heap;

void
heap_init(void)
{
	pool_init(&heap, storage_at(storage_heap()));
}

size_t
heap_room(void)
{
	uint64_t promised = program_promised(), free = storage_free();

	return promised < free ? (size_t)(free - promised) * POOL_PAGE : 0;
}

void *
heap_take(size_t bytes)
{
	void *at = pool_take(&heap, bytes);
	size_t pages;

	if (at != NULL || bytes > heap_room())
		return at;
	pages = (bytes + POOL_PAGE - 1) & ~(size_t)(POOL_PAGE - 1);
	if (storage_heap_move((real_t)(storage_heap() - pages)) == -1)
		return NULL;
	pool_grow(&heap, pages);
	return pool_take(&heap, bytes);
}

void
heap_give(void *at, size_t bytes)
{
	if (at != NULL)
		pool_give(&heap, at, bytes);
}

static void
heap_unused(void *from, size_t bytes)
{
	hyper_release(storage_real(from), (real_t)bytes);
}

void
heap_trim(void)
{
	if (pool_idle(&heap) < HEAP_KEEP)
		return;
	pool_trim(&heap, heap_unused);
	storage_heap_move(storage_real(heap.low));
}
