/* SPDX-License-Identifier: MIT
 *
 * base_name.c - eight-character names, from text and from other programs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "name.h"

static void
good(void **state)
{
	static const char *const names[] = { "A", "CMSUSER", "OPERATOR",
		"$ALLOC$", "A#B@C_D-", "12345678" };
	struct vm_name name;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_int_equal(name_parse(names[i], &name), 0);
		assert_string_equal(name_text(name).s, names[i]);
	}
	assert_int_equal(name_parse("cmsUser", &name), 0);
	assert_string_equal(name_text(name).s, "CMSUSER");
}

static void
bad(void **state)
{
	static const char *const names[] = { "", "NINECHARS", "A B", "A+B",
		"A:B", "../X", "A/B", "A.B", "\xC4", "A\n", "*" };
	struct vm_name name = { "KEPT" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(name_parse(names[i], &name), -1);
	assert_string_equal(name_text(name).s, "KEPT");
}

/* A name out of a message may hold anything: no byte of it gets through that
 * could leave a folder or command a terminal. */
static void
from_strangers(void **state)
{
	struct vm_name name = { { '.', '.', '/', '\n', 0x1B, 'A', (char)0xFF,
	    'z' } };

	(void)state;
	assert_string_equal(name_text(name).s, "?????A??");
	memset(name.c, 0xFF, sizeof name.c);
	assert_int_equal(strlen(name_text(name).s), VM_NAME_MAX);
}

static void
compare_and_pad(void **state)
{
	struct vm_name a, b, none = { 0 };
	char field[12];

	(void)state;
	assert_int_equal(name_parse("MAINT", &a), 0);
	assert_int_equal(name_parse("maint", &b), 0);
	assert_true(name_equal(a, b));
	assert_int_equal(name_parse("MAINT2", &b), 0);
	assert_false(name_equal(a, b));
	assert_true(name_empty(none));
	assert_false(name_empty(a));
	name_pad(a, field, 8);
	assert_memory_equal(field, "MAINT   ", 8);
	name_pad(a, field, 12);
	assert_memory_equal(field, "MAINT       ", 12);
	name_pad(a, field, 3);
	assert_memory_equal(field, "MAI", 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(from_strangers),
		cmocka_unit_test(compare_and_pad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
