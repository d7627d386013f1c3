/* SPDX-License-Identifier: MIT
 *
 * cms_compare.c - COMPARE: what is the same, and what it says of what is not.
 */
#include "cms_fake.h"

static void
test_same(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "first\nsecond\n");
	fake_make("ONE MEMO B", 0, "first\nsecond\n");
	fake_make("TWO MEMO A", 0, "fiRst\nseConds\n");
	fake_says("COMPARE ONE MEMO A = = B", 0,
	    "DMSCMP179I COMPARING 'ONE MEMO A' WITH 'ONE MEMO B'\n");
	fake_says("COMPARE ONE MEMO A TWO MEMO A (COL 4-6", 0,
	    "DMSCMP179I COMPARING 'ONE MEMO A' WITH 'TWO MEMO A'\n");
}

static void
test_different(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "first\nsecond\n");
	fake_make("TWO MEMO A", 0, "first\nseconds\n");
	fake_make("SIX MEMO A", 0, "first\n");
	fake_says("COMPARE ONE MEMO A TWO MEMO A", 4,
	    "DMSCMP179I COMPARING 'ONE MEMO A' WITH 'TWO MEMO A'\n"
	    "second\nseconds\nDMSCMP209W FILES DO NOT COMPARE\n");
	fake_says("COMPARE ONE MEMO A SIX MEMO A", 40,
	    "DMSCMP179I COMPARING 'ONE MEMO A' WITH 'SIX MEMO A'\n"
	    "DMSCMP010E PREMATURE EOF ON FILE 'SIX MEMO A'\n");
}

static void
test_refused(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "1\n");
	fake_make("FIX MEMO A", 8, "1\n");
	fake_make("NINE MEMO A", 9, "1\n");
	fake_says("COMPARE ONE MEMO A ONE MEMO", 24,
	    "DMSCMP054E INCOMPLETE FILEID SPECIFIED\n");
	fake_says("COMPARE ONE MEMO A = = =", 24,
	    "DMSCMP019E IDENTICAL FILEIDS\n");
	fake_says("COMPARE ONE MEMO A TWO = =", 28,
	    "DMSCMP002E FILE 'TWO MEMO A' NOT FOUND\n");
	fake_says("COMPARE ONE MEMO A FIX = =", 32,
	    "DMSCMP011E CONFLICTING FILE FORMATS\n");
	fake_says("COMPARE NINE MEMO A FIX = =", 32,
	    "DMSCMP011E CONFLICTING FILE FORMATS\n");
	fake_says("COMPARE ONE MEMO A * = =", 20,
	    "DMSCMP062E INVALID * IN FILEID '*'\n");
	fake_says("COMPARE ONE MEMO A FIX = = X", 24,
	    "DMSCMP070E INVALID PARAMETER 'X'\n");
	fake_says("COMPARE FIX MEMO A NINE = = (COL 9", 24,
	    "DMSCMP009E COLUMN '9' EXCEEDS RECORD LENGTH\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, \
    fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_same),
		TEST(test_different),
		TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
