/* SPDX-License-Identifier: MIT
 *
 * vtx_memory.c - guest addresses: everything inside, nothing outside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>

#include "memory.h"

#define SIZE (256u << 10)

static void
test_bounds(void **state)
{
	static const struct {
		uint64_t at, len;
		bool inside;
	} rows[] = {
		{ 0, 0, true }, { 0, SIZE, true }, { 0, SIZE + 1, false },
		{ SIZE - 1, 1, true }, { SIZE - 1, 2, false },
		{ SIZE, 0, true }, { SIZE, 1, false },
		{ SIZE + 1, 0, false }, { UINT64_MAX, 1, false },
		{ UINT64_MAX, 0, false }, { 1, UINT64_MAX, false },
		{ UINT64_MAX - 7, 8, false }, { 0xFFFFFFFF, 8, false },
	};
	struct memory mem;

	(void)state;
	assert_int_equal(mem_open(&mem, SIZE), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(mem_inside(&mem, GPA(rows[i].at),
		    rows[i].len), rows[i].inside);
	assert_int_equal(mem_left(&mem, GPA(SIZE - 5)), 5);
	assert_int_equal(mem_left(&mem, GPA(SIZE)), 0);
	assert_int_equal(mem_left(&mem, GPA(UINT64_MAX)), 0);
	mem_close(&mem);
}

static void
test_all_or_nothing(void **state)
{
	struct memory mem;
	struct iovec span;
	uint8_t b[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, c[8] = { 0 };

	(void)state;
	assert_int_equal(mem_open(&mem, SIZE), 0);
	assert_int_equal(mem_write(&mem, GPA(SIZE - 4), b, 8), -1);
	assert_int_equal(mem_read(&mem, GPA(SIZE - 8), c, 8), 0);
	assert_int_equal(c[4] | c[5] | c[6] | c[7], 0);
	assert_int_equal(mem_write(&mem, GPA(SIZE - 8), b, 8), 0);
	assert_int_equal(mem_read(&mem, GPA(SIZE - 8), c, 8), 0);
	assert_memory_equal(b, c, 8);
	c[0] = 99;
	assert_int_equal(mem_read(&mem, GPA(SIZE - 4), c, 8), -1);
	assert_int_equal(c[0], 99);
	assert_int_equal(mem_span(&mem, GPA(SIZE - 8), 8, &span), 0);
	assert_int_equal(span.iov_len, 8);
	assert_memory_equal(span.iov_base, b, 8);
	assert_int_equal(mem_span(&mem, GPA(SIZE - 7), 8, &span), -1);
	assert_int_equal(mem_span(&mem, GPA(8), UINT64_MAX - 7, &span), -1);
	assert_int_equal(mem_span(&mem, GPA(SIZE), 0, &span), 0);
	assert_int_equal(span.iov_len, 0);
	mem_close(&mem);
}

static void
test_release(void **state)
{
	struct memory mem;
	uint8_t b = 7;

	(void)state;
	assert_int_equal(mem_open(&mem, SIZE), 0);
	for (uint64_t at = 0; at < SIZE; at += MEM_PAGE)
		assert_int_equal(mem_write(&mem, GPA(at), &b, 1), 0);
	assert_int_equal(mem_release(&mem, GPA(1), MEM_PAGE), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(mem_release(&mem, GPA(0), 1), -1);
	assert_int_equal(mem_release(&mem, GPA(MEM_PAGE), SIZE), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(mem_release(&mem, GPA(SIZE), 0), 0);
	assert_int_equal(mem_release(&mem, GPA(MEM_PAGE), MEM_PAGE), 0);
	assert_int_equal(mem_read(&mem, GPA(MEM_PAGE), &b, 1), 0);
	assert_int_equal(b, 0);
	assert_int_equal(mem_read(&mem, GPA(0), &b, 1), 0);
	assert_int_equal(b, 7);
	mem_clear(&mem);
	assert_int_equal(mem_read(&mem, GPA(0), &b, 1), 0);
	assert_int_equal(b, 0);
	mem_close(&mem);
}

static void
test_sizes(void **state)
{
	struct memory mem;

	(void)state;
	assert_int_equal(mem_open(&mem, 0), -1);
	assert_int_equal(mem_open(&mem, MEM_PAGE + 1), -1);
	mem_close(&mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_all_or_nothing),
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
