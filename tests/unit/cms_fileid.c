/* SPDX-License-Identifier: MIT
 *
 * cms_fileid.c - what files are called, and patterns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fileid.h"

static void
test_path(void **state)
{
	static const struct {
		const char *path, *is; /* NULL: none */
	} cases[] = {
		{ "profile exec a", "PROFILE EXEC A" },
		{ "  PROFILE   EXEC   A1 ", "PROFILE EXEC A1" },
		{ "PROFILE EXEC", "PROFILE EXEC" },
		{ "a.b", "A B" },
		{ "a.b.c0", "A B C0" },
		{ "a.b.*", "A B *" },
		{ "./hello.c", "HELLO C" },
		{ "/hello.c.b6", "HELLO C B6" },
		{ "data", "DATA FILE" },
		{ "  data  ", "DATA FILE" },
		{ "$#@+-:_9.$#@+-:_8", "$#@+-:_9 $#@+-:_8" },
		{ "12345678.12345678", "12345678 12345678" },
		{ "123456789.b", NULL },
		{ "a.123456789", NULL },
		{ "a.b.c7", NULL },
		{ "a.b.5", NULL },
		{ "a.b.cc", NULL },
		{ "a.b.c.d", NULL },
		{ "a b c d", NULL },
		{ "a.", NULL },
		{ "a..b", NULL },
		{ ".b", NULL },
		{ "a.b.", NULL },
		{ "", NULL },
		{ "   ", NULL },
		{ "/", NULL },
		{ "./", NULL },
		{ "//a.b", NULL },
		{ "dir/a.b", NULL },
		{ "a*.b", NULL },
		{ "a.b c", NULL },
		{ "\xC3\xA4.b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fileid id;
		char text[21];
		int rc = fileid_path(&id, cases[i].path,
		    strlen(cases[i].path));

		if (cases[i].is == NULL) {
			if (rc != -1)
				fail_msg("\"%s\" is a name", cases[i].path);
			continue;
		}
		if (rc != 0)
			fail_msg("\"%s\" is none", cases[i].path);
		fileid_print(&id, text);
		assert_string_equal(text, cases[i].is);
	}
}

static void
test_mode(void **state)
{
	struct fileid id;

	(void)state;
	assert_int_equal(fileid_mode(&id, "z", 1), 0);
	assert_int_equal(id.mode, 'Z');
	assert_int_equal(id.number, '\0');
	assert_int_equal(fileid_mode(&id, "*2", 2), 0);
	assert_int_equal(id.mode, '*');
	assert_int_equal(id.number, '2');
	assert_int_equal(fileid_mode(&id, "", 0), -1);
	assert_int_equal(fileid_mode(&id, "1", 1), -1);
	assert_int_equal(fileid_mode(&id, "A12", 3), -1);
}

static int
matches(const char *pattern, const char *name)
{
	char padded[FILEID_NAME];

	memset(padded, ' ', sizeof padded);
	memcpy(padded, name, strlen(name));
	return fileid_match(pattern, strlen(pattern), padded);
}

static void
test_match(void **state)
{
	(void)state;
	assert_true(matches("*", "ANYTHING"));
	assert_true(matches("**", "A"));
	assert_true(matches("any*", "ANYTHING"));
	assert_true(matches("*ing", "ANYTHING"));
	assert_true(matches("*y*h*", "ANYTHING"));
	assert_true(matches("*TH*TH*", "ATHTHB"));
	assert_true(matches("%", "A"));
	assert_true(matches("A%C", "ABC"));
	assert_true(matches("%*%", "AB"));
	assert_true(matches("A", "A"));
	assert_false(matches("%", "AB"));
	assert_false(matches("%*%", "A"));
	assert_false(matches("A%", "A"));
	assert_false(matches("*X", "ANYTHING"));
	assert_false(matches("", "A"));
	assert_false(matches("A B", "A"));
	assert_false(matches("A*B*C*D", "ABBBBBBC"));
	assert_false(matches("\x80*", "A"));
}

static void
check_make(const char *word, const char *from, const char *is)
{
	char name[FILEID_NAME], padded[FILEID_NAME], expected[FILEID_NAME];
	int rc;

	memset(padded, ' ', sizeof padded);
	memcpy(padded, from, strlen(from));
	rc = fileid_make(name, word, strlen(word), padded);
	if (is == NULL) {
		assert_int_equal(rc, -1);
		return;
	}
	assert_int_equal(rc, 0);
	memset(expected, ' ', sizeof expected);
	memcpy(expected, is, strlen(is));
	assert_memory_equal(name, expected, sizeof name);
}

static void
test_make(void **state)
{
	(void)state;
	check_make("=", "PROFILE", "PROFILE");
	check_make("=old", "ABC", "ABCOLD");
	check_make("x=", "ABC", "XABC");
	check_make("==", "ABC", "ABCABC");
	check_make("new", "ABC", "NEW");
	check_make("=old", "PROFILE", NULL);
	check_make("", "ABC", NULL);
	check_make("a*", "ABC", NULL);
	check_make("toolongname", "ABC", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
