/* SPDX-License-Identifier: MIT
 *
 * cp_hexloc.c - operands of DISPLAY and STORE: places, ranges, registers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hexloc.h"
#include "ipc.h"
#include "registers.h"

#define STORAGE 0x10000

static void
check_range(const char *word, int rc, uint64_t first, uint64_t last)
{
	struct hexloc_range r = { 1, 0 };
	int got = hexloc_range(word, STORAGE, &r);

	if (got != rc)
		fail_msg("%s: %d, not %d", word, got, rc);
	if (rc == 0) {
		assert_int_equal(r.first, first);
		assert_int_equal(r.last, last);
	}
}

static void
test_ranges(void **state)
{
	(void)state;
	check_range("100", 0, 0x100, 0x10F);
	check_range("104", 0, 0x104, 0x10F);
	check_range("", 0, 0, 0xF);
	check_range("FFFF", 0, 0xFFFF, 0xFFFF);
	check_range("10000", 160, 0, 0);
	check_range("100-1FF", 0, 0x100, 0x1FF);
	check_range("100:1FF", 0, 0x100, 0x1FF);
	check_range("100.20", 0, 0x100, 0x11F);
	check_range("0-END", 0, 0, STORAGE - 1);
	check_range("8.END", 0, 8, STORAGE - 1);
	check_range("-F", 0, 0, 0xF);
	check_range("100-FF", 9, 0, 0);
	check_range("100-10000", 160, 0, 0);
	check_range("100.FFFFFFFFFFFFFFFF", 9, 0, 0);
	check_range("1.FFFFFFFFFFFFFFFF", 160, 0, 0);
	check_range("FFFFFFFFFFFFFFFF.2", 160, 0, 0);
	check_range("100.0", 9, 0, 0);
	check_range("100-", 9, 0, 0);
	check_range("100-5-6", 9, 0, 0);
	check_range("XYZ", 4, 0, 0);
	check_range("0x10", 4, 0, 0);
	check_range("11112222333344445", 4, 0, 0);
}

static void
test_numbers(void **state)
{
	uint64_t n;

	(void)state;
	assert_int_equal(hexloc_number("ffffffffffffffff", &n), 0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(hexloc_number("-1", &n), -1);
	assert_int_equal(hexloc_number("", &n), -1);
	assert_int_equal(hexloc_number("12G", &n), -1);
}

static void
test_bytes(void **state)
{
	unsigned char b[4];

	(void)state;
	assert_int_equal(hexloc_bytes("0A0bFF", b, sizeof b), 3);
	assert_memory_equal(b, "\x0A\x0B\xFF", 3);
	assert_int_equal(hexloc_bytes("0A0", b, sizeof b), -1);
	assert_int_equal(hexloc_bytes("0A0B0C0D0E", b, sizeof b), -1);
	assert_int_equal(hexloc_bytes("0G", b, sizeof b), -1);
	assert_int_equal(hexloc_bytes("", b, sizeof b), -1);
}

static void
check_registers(const char *word, int rc, unsigned first, unsigned last)
{
	struct registers_range r;

	assert_int_equal(registers_range(word, &r), rc);
	if (rc == 0) {
		assert_int_equal(r.first, first);
		assert_int_equal(r.last, last);
	}
}

static void
test_registers(void **state)
{
	(void)state;
	check_registers("G", 0, VMREG_RAX, VMREG_R15);
	check_registers("GRAX", 0, VMREG_RAX, VMREG_RAX);
	check_registers("GRBX-R8", 0, VMREG_RBX, VMREG_R8);
	check_registers("X", 0, VMREG_CR0, VMREG_TR);
	check_registers("XCR3", 0, VMREG_CR3, VMREG_CR3);
	check_registers("GCR3", 10, 0, 0);
	check_registers("GRIP", 10, 0, 0);
	check_registers("XRAX", 10, 0, 0);
	check_registers("GRAX-", 10, 0, 0);
	check_registers("GR8-RAX", 9, 0, 0);
	check_registers("GNONSENSE", 10, 0, 0);
	assert_string_equal(registers_name(VMREG_COUNT), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
