/* SPDX-License-Identifier: MIT
 *
 * cms_pool.c - the heap's pool: pieces do not overlap, all comes back, what
 * is free is told once, and a million random steps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pool.h"

#define PAGES 64
#define PIECES 64
#define STEPS 200000

static char *room, *top;
static size_t unused_bytes;

static void
count_unused(void *from, size_t bytes)
{
	assert_true((char *)from >= room && (char *)from + bytes <= top);
	assert_int_equal((uintptr_t)from % POOL_PAGE, 0);
	assert_int_equal(bytes % POOL_PAGE, 0);
	memset(from, 0xEE, bytes); /* nobody misses it */
	unused_bytes += bytes;
}

static int
setup(void **state)
{
	(void)state;
	room = aligned_alloc(POOL_PAGE, PAGES * POOL_PAGE);
	assert_non_null(room);
	top = room + PAGES * POOL_PAGE;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(room);
	return 0;
}

static void
empty(void **state)
{
	struct pool p;

	(void)state;
	pool_init(&p, top);
	assert_null(pool_take(&p, 1));
	assert_null(pool_take(&p, SIZE_MAX));
	pool_trim(&p, count_unused);
	assert_ptr_equal(p.low, top);
}

/* A page is filled exactly by pieces of its parts. */
static void
packed(void **state)
{
	struct pool p;
	char *a, *b;

	(void)state;
	pool_init(&p, top);
	pool_grow(&p, POOL_PAGE);
	a = pool_take(&p, POOL_PAGE / 2);
	b = pool_take(&p, POOL_PAGE / 2);
	assert_non_null(a);
	assert_non_null(b);
	assert_null(pool_take(&p, 1));
	assert_ptr_equal(b, p.low);
	pool_give(&p, a, POOL_PAGE / 2);
	pool_give(&p, b, POOL_PAGE / 2);
	assert_non_null(a = pool_take(&p, POOL_PAGE));
	pool_give(&p, a, POOL_PAGE);
	assert_int_equal(pool_idle(&p), 0); /* its head is in it */
}

/* What is free below leaves the range; what is free above is told once. */
static void
trimmed(void **state)
{
	struct pool p;
	char *high, *mid, *low;

	(void)state;
	pool_init(&p, top);
	pool_grow(&p, 12 * POOL_PAGE);
	high = pool_take(&p, 4 * POOL_PAGE);
	mid = pool_take(&p, 100);
	low = pool_take(&p, 4 * POOL_PAGE);
	unused_bytes = 0;
	pool_give(&p, high, 4 * POOL_PAGE);
	assert_int_equal(pool_idle(&p), 3 * POOL_PAGE + 2 * POOL_PAGE);
	pool_trim(&p, count_unused);
	/* The high piece without its head, and 3 of the 4 lowest pages. */
	assert_int_equal(unused_bytes, 3 * POOL_PAGE + 3 * POOL_PAGE);
	assert_ptr_equal(p.low, top - 9 * POOL_PAGE);
	pool_trim(&p, count_unused);
	assert_int_equal(unused_bytes, 6 * POOL_PAGE);
	assert_int_equal(pool_idle(&p), 0);
	pool_give(&p, low, 4 * POOL_PAGE);
	pool_give(&p, mid, 100);
	pool_trim(&p, count_unused);
	assert_ptr_equal(p.low, top);
	assert_null(p.free);
}

struct piece {
	char *at;
	size_t size;
};

static void
filled(const struct piece *piece, int n)
{
	for (size_t i = 0; i < piece->size; i++)
		assert_int_equal(piece->at[i], (char)n);
}

static void
random_steps(void **state)
{
	struct piece piece[PIECES] = { 0 };
	struct pool p;

	(void)state;
	srand(1);
	pool_init(&p, top);
	for (int step = 0; step < STEPS; step++) {
		int n = rand() % PIECES;
		struct piece *at = &piece[n];

		if (at->at != NULL) {
			filled(at, n);
			pool_give(&p, at->at, at->size);
			at->at = NULL;
		} else {
			at->size = (size_t)(rand() % 5 == 0 ?
			    rand() % 20000 : rand() % 300);
			at->at = pool_take(&p, at->size);
			if (at->at == NULL && p.low - room >= 8 * POOL_PAGE) {
				pool_grow(&p, 8 * POOL_PAGE);
				at->at = pool_take(&p, at->size);
			}
			if (at->at != NULL)
				memset(at->at, n, at->size);
		}
		if (rand() % 50 == 0)
			pool_trim(&p, count_unused);
	}
	for (int n = 0; n < PIECES; n++)
		if (piece[n].at != NULL) {
			filled(&piece[n], n);
			pool_give(&p, piece[n].at, piece[n].size);
		}
	pool_trim(&p, count_unused);
	assert_ptr_equal(p.low, top);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(empty, setup, teardown),
		cmocka_unit_test_setup_teardown(packed, setup, teardown),
		cmocka_unit_test_setup_teardown(trimmed, setup, teardown),
		cmocka_unit_test_setup_teardown(random_steps, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
