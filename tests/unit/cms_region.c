/* SPDX-License-Identifier: MIT
 *
 * cms_region.c - the list of a program's regions, against a plain array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "region.h"

#define PAGES 64
#define BASE 0x10000ull
#define NONE -1

static uint64_t
address(int page)
{
	return BASE + (uint64_t)page * 4096;
}

static void
check(const struct regions *r, const int model[PAGES])
{
	uint64_t bytes = 0;

	for (int i = 0; i < PAGES; i++) {
		const struct region *f = region_find(r, address(i));

		assert_int_equal(f != NULL ? (int)f->prot : NONE, model[i]);
		bytes += model[i] > 0 ? 4096 : 0;
	}
	assert_int_equal(region_bytes(r), bytes);
	for (size_t i = 1; i < r->count; i++) {
		assert_true(r->list[i - 1].end <= r->list[i].start);
		assert_false(r->list[i - 1].end == r->list[i].start &&
		    r->list[i - 1].prot == r->list[i].prot);
	}
}

static void
step(struct regions *r, int model[PAGES])
{
	int from = rand() % PAGES;
	int to = from + 1 + rand() % (PAGES - from);
	int prot = rand() % 4, what = rand() % 3;

	for (int i = from; i < to; i++) {
		if (what == 0)
			model[i] = prot;
		else if (what == 1)
			model[i] = NONE;
		else if (model[i] != NONE)
			model[i] = prot;
	}
	if (what == 0)
		assert_int_equal(region_set(r, address(from), address(to),
		    (uint32_t)prot), 0);
	else if (what == 1)
		assert_int_equal(region_remove(r, address(from), address(to)),
		    0);
	else
		assert_int_equal(region_protect(r, address(from), address(to),
		    (uint32_t)prot), 0);
}

static void
test_model(void **state)
{
	struct region list[PAGES + 4];
	int model[PAGES];

	(void)state;
	for (unsigned seed = 0; seed < 300; seed++) {
		struct regions r = { list, 0, PAGES + 4 };

		srand(seed);
		for (int i = 0; i < PAGES; i++)
			model[i] = NONE;
		for (int n = 0; n < 60; n++) {
			step(&r, model);
			check(&r, model);
		}
	}
}

static void
test_gap(void **state)
{
	struct region list[8];
	struct regions r = { list, 0, 8 };

	(void)state;
	assert_int_equal(region_gap(&r, 0x1000, 0x10000, 0x1000), 0xF000);
	region_set(&r, 0xE000, 0x10000, 1);
	assert_int_equal(region_gap(&r, 0x1000, 0x10000, 0x1000), 0xD000);
	region_set(&r, 0x8000, 0xD000, 1);
	assert_int_equal(region_gap(&r, 0x1000, 0x10000, 0x1000), 0xD000);
	assert_int_equal(region_gap(&r, 0x1000, 0x10000, 0x2000), 0x6000);
	assert_int_equal(region_gap(&r, 0x1000, 0x10000, 0x7000), 0x1000);
	assert_int_equal(region_gap(&r, 0x1000, 0x10000, 0x8000), 0);
	assert_int_equal(region_gap(&r, 0x1000, 0x10000, ~0xFFFull), 0);
}

static void
test_full(void **state)
{
	struct region list[4];
	struct regions r = { list, 0, 4 };

	(void)state;
	assert_int_equal(region_set(&r, 0x1000, 0x9000, 3), 0);
	assert_int_equal(region_protect(&r, 0x3000, 0x4000, 1), 0);
	assert_int_equal(r.count, 3);
	assert_int_equal(region_remove(&r, 0x6000, 0x7000), -1);
	assert_int_equal(region_set(&r, 0x6000, 0x7000, 1), -1);
	assert_int_equal(region_protect(&r, 0x6000, 0x7000, 1), -1);
	assert_int_equal(r.count, 3);
	assert_true(region_covers(&r, 0x1000, 0x9000));
}

static void
test_covers(void **state)
{
	struct region list[8];
	struct regions r = { list, 0, 8 };

	(void)state;
	region_set(&r, 0x1000, 0x3000, 1);
	region_set(&r, 0x3000, 0x4000, 3);
	region_set(&r, 0x5000, 0x6000, 3);
	assert_true(region_covers(&r, 0x1000, 0x4000));
	assert_false(region_covers(&r, 0x1000, 0x5000));
	assert_false(region_covers(&r, 0x0000, 0x2000));
	assert_false(region_covers(&r, 0x5000, 0x7000));
	assert_true(region_free(&r, 0x4000, 0x5000));
	assert_false(region_free(&r, 0x4000, 0x5001));
	assert_true(region_free(&r, 0x6000, 0x7000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_covers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
