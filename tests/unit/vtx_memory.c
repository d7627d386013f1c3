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
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* A file of pages that are full of their numbers, from 1. */
static int
numbered(unsigned pages)
{
	int fd = memfd_create("pages", MFD_CLOEXEC);
	uint8_t page[MEM_PAGE];

	for (unsigned i = 1; i <= pages; i++) {
		memset(page, (int)i, sizeof page);
		assert_int_equal(write(fd, page, sizeof page), sizeof page);
	}
	return fd;
}

static uint8_t
byte_at(const struct memory *mem, uint64_t at)
{
	uint8_t b = 0xEE;

	assert_int_equal(mem_read(mem, GPA(at), &b, 1), 0);
	return b;
}

/* Pages of a file are storage like any other, and the file is not. */
static void
test_file_pages(void **state)
{
	int fd = numbered(8);
	struct mem_pages p;
	struct memory mem;
	uint8_t b = 99;

	(void)state;
	assert_int_equal(mem_open(&mem, SIZE), 0);
	assert_int_equal(mem_pages_open(&p, fd, MEM_PAGE, 6 * MEM_PAGE), 0);
	assert_int_equal(mem_adopt(&mem, GPA(0x10000), &p, 3 * MEM_PAGE), 0);
	assert_int_equal(mem_adopt(&mem, GPA(0x20000), &p, 2 * MEM_PAGE), 0);
	mem_pages_close(&p);
	assert_int_equal(byte_at(&mem, 0xFFFF), 0);
	assert_int_equal(byte_at(&mem, 0x10000), 2);
	assert_int_equal(byte_at(&mem, 0x12FFF), 4);
	assert_int_equal(byte_at(&mem, 0x13000), 0);
	assert_int_equal(byte_at(&mem, 0x21FFF), 6);
	assert_int_equal(byte_at(&mem, 0x22000), 0);
	/* Written to: the machine's. */
	assert_int_equal(mem_write(&mem, GPA(0x11000), &b, 1), 0);
	assert_int_equal(pread(fd, &b, 1, 2 * MEM_PAGE), 1);
	assert_int_equal(b, 3);
	/* Given back, it is zero, not the file's again; so is what is between
	 * such pages. */
	assert_int_equal(mem_release(&mem, GPA(0x11000), MEM_PAGE), 0);
	assert_int_equal(byte_at(&mem, 0x11000), 0);
	assert_int_equal(byte_at(&mem, 0x12000), 4);
	b = 7;
	assert_int_equal(mem_write(&mem, GPA(0x18000), &b, 1), 0);
	assert_int_equal(mem_release(&mem, GPA(0x18000), MEM_PAGE), 0);
	assert_int_equal(byte_at(&mem, 0x18000), 0);
	mem_clear(&mem);
	for (uint64_t at = 0; at < SIZE; at += MEM_PAGE)
		assert_int_equal(byte_at(&mem, at), 0);
	mem_close(&mem);
	close(fd);
}

static void
test_file_pages_refused(void **state)
{
	int fd = numbered(2);
	struct mem_pages p;
	struct memory mem;

	(void)state;
	assert_int_equal(mem_open(&mem, SIZE), 0);
	/* Behind the file's end nothing can be touched. */
	assert_int_equal(mem_pages_open(&p, fd, 0, 3 * MEM_PAGE), -1);
	assert_int_equal(errno, EIO);
	assert_int_equal(mem_pages_open(&p, fd, 1, MEM_PAGE), -1);
	assert_int_equal(mem_pages_open(&p, -1, 0, MEM_PAGE), -1);
	assert_int_equal(mem_pages_open(&p, fd, 0, 2 * MEM_PAGE), 0);
	assert_int_equal(mem_adopt(&mem, GPA(1), &p, MEM_PAGE), -1);
	assert_int_equal(mem_adopt(&mem, GPA(SIZE), &p, MEM_PAGE), -1);
	assert_int_equal(mem_adopt(&mem, GPA(SIZE - MEM_PAGE), &p,
	    2 * MEM_PAGE), -1);
	assert_int_equal(mem_adopt(&mem, GPA(0), &p, 3 * MEM_PAGE), -1);
	assert_int_equal(mem_adopt(&mem, GPA(0), &p, 0), -1);
	assert_int_equal(p.len, 2 * MEM_PAGE);
	assert_int_equal(byte_at(&mem, 0), 0);
	mem_pages_close(&p);
	mem_pages_close(&p);
	mem_close(&mem);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_all_or_nothing),
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_file_pages),
		cmocka_unit_test(test_file_pages_refused),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
