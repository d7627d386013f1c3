/* SPDX-License-Identifier: MIT
 *
 * cms_type.c - TYPE: what it shows and what it refuses.
 */
#include "cms_fake.h"

static void
test_text(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "first\nse\033cond\nthird\n");
	fake_says("TYPE one memo", 0, "first\nse cond\nthird\n");
	fake_says("TYPE ONE MEMO A 2", 0, "se cond\nthird\n");
	fake_says("TYPE ONE MEMO * 2 2", 0, "se cond\n");
	fake_says("TYPE ONE MEMO A 3 *(COL 2-3)", 0, "hi\n");
	fake_says("TYPE ONE MEMO A 1 99 (COL 5", 0, "t\nond\nd\n");
}

static void
test_hex(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0,
	    "0123456789012345678901234567890123\nab\n");
	fake_says("TYPE ONE MEMO A (HEX", 0,
	    "RECORD          1 LENGTH    34\n"
	    "30313233 34353637 38393031 32333435 36373839 30313233 34353637 "
	    "38393031\n3233\n"
	    "RECORD          2 LENGTH     2\n6162\n");
}

static void
test_refused(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "1\n");
	fake_says("TYPE", 24, "DMSTYP054E INCOMPLETE FILEID SPECIFIED\n");
	fake_says("TYPE ONE", 24, "DMSTYP054E INCOMPLETE FILEID SPECIFIED\n");
	fake_says("TYPE NO MEMO A", 28,
	    "DMSTYP002E FILE 'NO MEMO A' NOT FOUND\n");
	fake_says("TYPE ONE MEMO Q", 36,
	    "DMSTYP069E DISK 'Q' NOT ACCESSED\n");
	fake_says("TYPE ONE MEMO QQ", 24, "DMSTYP048E INVALID MODE 'QQ'\n");
	fake_says("TYPE ON* MEMO A", 20,
	    "DMSTYP062E INVALID * IN FILEID 'ON*'\n");
	fake_says("TYPE ONE MEMO A 0", 24,
	    "DMSTYP049E INVALID LINE NUMBER '0'\n");
	fake_says("TYPE ONE MEMO A 2", 24,
	    "DMSTYP049E INVALID LINE NUMBER '2'\n");
	fake_says("TYPE ONE MEMO A 1 x", 24,
	    "DMSTYP049E INVALID LINE NUMBER 'X'\n");
	fake_says("TYPE ONE MEMO A 1 1 1", 24,
	    "DMSTYP070E INVALID PARAMETER '1'\n");
	fake_says("TYPE ONE MEMO A (LOUD", 24,
	    "DMSTYP003E INVALID OPTION 'LOUD'\n");
	fake_says("TYPE ONE MEMO A (COL", 24, "DMSTYP005E NO 'COL' "
	    "SPECIFIED\n");
	fake_says("TYPE ONE MEMO A (COL 3-2", 24, "DMSTYP029E INVALID "
	    "PARAMETER '3-2' IN THE OPTION 'COL' FIELD\n");
	fake_says("TYPE ONE MEMO A (COL 2", 24,
	    "DMSTYP009E COLUMN '2' EXCEEDS RECORD LENGTH\n");
	fake->bad = 1;
	fake_says("TYPE ONE MEMO A", 100, "DMSTYP104S ERROR 5 READING FILE "
	    "'ONE MEMO A' FROM DISK\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, \
    fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_text),
		TEST(test_hex),
		TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
