/* SPDX-License-Identifier: MIT
 *
 * cms_text.c - words, names, patterns, and print.c's formats against the C
 * library's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "print.h"
#include "text.h"

/* The same arguments to both; the answers must be the same. */
#define SAME(...)                                                  \
	do {                                                       \
		char ours_[200], libc_[200];                       \
		size_t n_ = print_into(ours_, sizeof ours_,        \
		    __VA_ARGS__);                                  \
		snprintf(libc_, sizeof libc_, __VA_ARGS__);        \
		assert_string_equal(ours_, libc_);                 \
		assert_int_equal(n_, strlen(libc_));               \
	} while (0)

static void
test_print(void **state)
{
	char small[5];

	(void)state;
	SAME("%d %d %d", 0, -1, 2147483647);
	SAME("%d", -2147483647 - 1);
	SAME("(%05d) (%05d) (%05d)", 256, -3, 1234567);
	SAME("[%5d] [%-5d] [%-5d]", 42, 42, -42);
	SAME("%u %lu", 4294967295u, 18446744073709551615ul);
	SAME("%x %X %08lX %03x", 0xabcu, 0xABCu, 0xDEADBEEFul, 9u);
	SAME("%s|%8s|%-8s|%.3s|%.*s|%-8.*s|", "text", "ab", "cd", "abcdef", 2,
	    "xyz", 3, "name");
	SAME("%c%c%%", 'a', 'b');
	SAME("%ld %zu", -5l, sizeof small);
	assert_int_equal(print_into(small, sizeof small, "%s", "much more"),
	    4);
	assert_string_equal(small, "much");
	assert_int_equal(print_into(small, 1, "%d", 7), 0);
	assert_string_equal(small, "");
}

static void
test_words(void **state)
{
	const char *word;

	(void)state;
	assert_int_equal(text_word("  one two", &word), 3);
	assert_memory_equal(word, "one", 3);
	assert_int_equal(text_word(word + 3, &word), 3);
	assert_memory_equal(word, "two", 3);
	assert_int_equal(text_word(word + 3, &word), 0);
	assert_int_equal(text_word("\t ", &word), 0);
	assert_true(text_abbrev("q", 1, "QUERY", 1));
	assert_true(text_abbrev("Query", 5, "QUERY", 1));
	assert_false(text_abbrev("queryx", 6, "QUERY", 1));
	assert_false(text_abbrev("se", 2, "SET", 3));
	assert_false(text_abbrev("", 0, "SET", 1));
}

static void
test_numbers(void **state)
{
	unsigned long n = 5;

	(void)state;
	assert_int_equal(text_number("64", 2, 64, &n), 0);
	assert_int_equal(n, 64);
	assert_int_equal(text_number("65", 2, 64, &n), -1);
	assert_int_equal(text_number("99999999999999999999999", 23, 64, &n),
	    -1);
	assert_int_equal(text_number("", 0, 64, &n), -1);
	assert_int_equal(text_number("6x", 2, 64, &n), -1);
	assert_int_equal(n, 64);
}

static void
test_names(void **state)
{
	char name[TEXT_NAME];

	(void)state;
	assert_int_equal(text_name(name, "hello", 5), 0);
	assert_memory_equal(name, "HELLO   ", 8);
	assert_int_equal(text_name(name, "", 0), -1);
	assert_int_equal(text_name(name, "ninechars", 9), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
