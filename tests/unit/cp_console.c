/* SPDX-License-Identifier: MIT
 *
 * cp_console.c - the ring of a console's items.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "console.h"

static const struct vm_name nobody;

static uint64_t
add(struct console *con, const char *text, bool owed)
{
	return console_add(con, ITEM_OUTPUT, 0, nobody, text, strlen(text),
	    owed);
}

static void
test_numbers(void **state)
{
	struct console *con = console_new();

	(void)state;
	assert_int_equal(console_first(con), 1);
	assert_int_equal(console_next(con), 1);
	assert_null(console_get(con, 1));
	assert_int_equal(add(con, "a", false), 1);
	assert_int_equal(add(con, "b", false), 2);
	assert_int_equal(console_get(con, 2)->len, 1);
	assert_memory_equal(console_get(con, 2)->text, "b", 1);
	assert_null(console_get(con, 0));
	assert_null(console_get(con, 3));
	console_clear(con);
	assert_null(console_get(con, 2));
	assert_int_equal(add(con, "c", false), 3);
	assert_int_equal(console_first(con), 3);
	console_free(con);
}

static void
test_items_bound(void **state)
{
	struct console *con = console_new();
	char text[16];

	(void)state;
	for (int i = 1; i <= CONSOLE_ITEMS_MAX + 100; i++) {
		snprintf(text, sizeof text, "line %d", i);
		add(con, text, false);
	}
	assert_int_equal(console_first(con), 101);
	assert_int_equal(console_next(con), CONSOLE_ITEMS_MAX + 101);
	assert_memory_equal(console_get(con, 101)->text, "line 101", 8);
	assert_memory_equal(console_get(con, CONSOLE_ITEMS_MAX + 100)->text,
	    "line 5100", 9);
	console_free(con);
}

static void
test_bytes_bound(void **state)
{
	static char text[IPC_LINE_MAX + 100];
	struct console *con = console_new();

	(void)state;
	memset(text, 'x', sizeof text);
	for (int i = 0; i < 2000; i++)
		console_add(con, ITEM_OUTPUT, 0, nobody, text, sizeof text,
		    false);
	assert_int_equal(console_get(con, 2000)->len, IPC_LINE_MAX);
	assert_true((console_next(con) - console_first(con)) * IPC_LINE_MAX <
	    CONSOLE_BYTES_MAX);
	console_free(con);
}

static void
test_settle(void **state)
{
	struct console *con = console_new();

	(void)state;
	add(con, "cp", false);
	add(con, "guest", true);
	add(con, "guest", true);
	assert_int_equal(console_settle(con, 1, 3), 1);
	assert_int_equal(console_settle(con, 1, 3), 0);
	assert_int_equal(console_settle(con, 0, 1000), 1);
	assert_int_equal(console_settle(con, 0, 1000), 0);
	console_free(con);
}

/* A line that the ring let go before it was shown is settled all the same. */
static void
test_settle_lost(void **state)
{
	struct console *con = console_new();

	(void)state;
	for (int i = 0; i < 10; i++)
		add(con, "guest", true);
	for (int i = 0; i < CONSOLE_ITEMS_MAX; i++)
		add(con, "cp", false);
	assert_int_equal(console_settle(con, 1, 1), 10);
	assert_int_equal(console_settle(con, 1, 1), 0);
	console_free(con);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_items_bound),
		cmocka_unit_test(test_bytes_bound),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_settle_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
