/* SPDX-License-Identifier: MIT
 *
 * cp_termopt.c - editing characters: where lines end, what is left of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pfkey.h"
#include "termopt.h"

/* The logical lines of a text, edited, with | between them. */
static const char *
lines(const struct termopt *o, const char *text)
{
	static char out[256];
	size_t len = strlen(text), next, n;
	char line[128];

	out[0] = '\0';
	for (;; text += next, len -= next) {
		n = termopt_line(o, text, len, &next);
		assert_true(n <= len && next <= len);
		memcpy(line, text, n);
		line[n] = '\0';
		if (!termopt_is_cp(o, text, n)) {
			n = termopt_edit(o, line, n);
			assert_int_equal(n, strlen(line));
		}
		strcat(out, line);
		if (next == len)
			return out;
		strcat(out, "|");
	}
}

static void
test_lines(void **state)
{
	struct termopt o;

	(void)state;
	termopt_init(&o);
	assert_string_equal(lines(&o, ""), "");
	assert_string_equal(lines(&o, "#"), "");
	assert_string_equal(lines(&o, "a#b"), "a|b");
	assert_string_equal(lines(&o, "a##b#"), "a||b");
	assert_string_equal(lines(&o, "a#CP Q#b"), "a|#CP Q|b");
	assert_string_equal(lines(&o, "#cp#b"), "#cp|b");
	assert_string_equal(lines(&o, "#CPX#CP"), "|CPX|#CP");
	assert_string_equal(lines(&o, "a@\"[b"), "a@\"[b");
	o.linend = '\0';
	assert_string_equal(lines(&o, "a#b"), "a#b");
	assert_string_equal(lines(&o, "#CP Q#b"), "#CP Q#b");
}

static void
test_edit(void **state)
{
	struct termopt o;

	(void)state;
	termopt_init(&o);
	o.escape = '"';
	o.chardel = '@';
	o.linedel = '[';
	assert_string_equal(lines(&o, "ab@c"), "ac");
	assert_string_equal(lines(&o, "@@a"), "a");
	assert_string_equal(lines(&o, "a\xC3\xA9@b\xE2\x82\xAC@"), "ab");
	assert_string_equal(lines(&o, "\x80\x80@c"), "c");
	assert_string_equal(lines(&o, "a[b"), "b");
	assert_string_equal(lines(&o, "a\"#b\"@\"[\"\""), "a#b@[\"");
	assert_string_equal(lines(&o, "a\"#CP#b"), "a#CP|b");
	assert_string_equal(lines(&o, "a\""), "a\"");
}

static size_t
cp_at(const struct termopt *o, const char *text)
{
	return termopt_for_cp(o, text, strlen(text));
}

static void
test_for_cp(void **state)
{
	struct termopt o;

	(void)state;
	termopt_init(&o);
	o.escape = '"';
	assert_int_equal(cp_at(&o, "a#CP"), 1);
	assert_int_equal(cp_at(&o, "a#b#CP x"), 3);
	assert_int_equal(cp_at(&o, "#CP"), 3);
	assert_int_equal(cp_at(&o, "a\"#CP"), 5);
	assert_int_equal(cp_at(&o, "a\"\"#CP"), 3);
	assert_int_equal(cp_at(&o, "a#CPU"), 5);
	assert_int_equal(cp_at(&o, "a#C"), 3);
	assert_int_equal(cp_at(&o, ""), 0);
	o.linend = ';';
	assert_int_equal(cp_at(&o, "a#CP"), 4);
	assert_int_equal(cp_at(&o, "a;CP"), 1);
	assert_true(termopt_is_cp(&o, "#CP", 3));
	assert_false(termopt_is_cp(&o, "#C", 2));
}

static void
test_keys(void **state)
{
	struct pfkeys keys;

	(void)state;
	assert_int_equal(pfkey_number("PF1"), 1);
	assert_int_equal(pfkey_number("PF01"), 1);
	assert_int_equal(pfkey_number("PF24"), 24);
	assert_int_equal(pfkey_number("PF25"), 0);
	assert_int_equal(pfkey_number("PF0"), 0);
	assert_int_equal(pfkey_number("PF"), 0);
	assert_int_equal(pfkey_number("PF1X"), 0);
	assert_int_equal(pfkey_number("PF001"), 0);
	assert_int_equal(pfkey_number("QF1"), 0);
	pfkey_init(&keys);
	for (unsigned i = 1; i <= PFKEYS; i++)
		assert_false(pfkey_differs(&keys, i));
	assert_int_equal(pfkey_set(&keys, 24, PF_IMMED, "x"), 0);
	assert_int_equal(pfkey_set(&keys, 1, PF_UNDEFINED, NULL), 0);
	assert_true(pfkey_differs(&keys, 24));
	assert_true(pfkey_differs(&keys, 1));
	assert_int_equal(pfkey_set(&keys, 24, PF_RETRIEVE, NULL), 0);
	assert_false(pfkey_differs(&keys, 24));
	pfkey_free(&keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_for_cp),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
