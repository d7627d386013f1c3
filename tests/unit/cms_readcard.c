/* SPDX-License-Identifier: MIT
 *
 * cms_readcard.c - READCARD: which files come of which cards, and that
 * nothing is lost when none does.
 */
#include "cms_fake_ur.h"

#define TAKEN "CLOSE READER\n"
#define BACK "CLOSE READER HOLD\nCHANGE READER 8 NOHOLD\n"

static const char header[] = ":READ  ONE      MEMO     B1 CMS191 11/20/26 "
    "09:05:59 V 5     2";

static void
test_header(void **state)
{
	(void)state;
	ur_card(header, 80);
	ur_card("abc", 0);
	ur_card(":READ  TWO      MEMO", 0);
	fake_make("ONE MEMO A", 0, "old\n");
	assert_int_equal(fake_run("READCARD *", ""), 0);
	assert_memory_equal(fake_output, header, strlen(header));
	fake_is("ONE MEMO A", 'V', 20, "abc\n:READ  TWO      MEMO\n");
	assert_false(fake_has("TWO MEMO A"));
	ur_told_cp(TAKEN);
	/* Under another name. */
	fake_says("READCARD NEW DATA B", 0, "");
	fake_is("NEW DATA B", 'V', 20, "abc\n:READ  TWO      MEMO\n");
	/* On another disk. */
	assert_int_equal(fake_run("READCARD * B", ""), 0);
	fake_is("ONE MEMO B", 'V', 20, "abc\n:READ  TWO      MEMO\n");
	assert_int_equal(fake_run("READCARD * * S", ""), 36);
	assert_non_null(strstr(fake_output,
	    "DMSRDC037E DISK 'S' IS READ/ONLY\n"));
}

static void
test_fixed(void **state)
{
	(void)state;
	ur_card(":READ  ONE      DATA     A1 CMS191 11/20/26 09:05:59 F 4     "
	    "2", 80);
	ur_card("1234", 0);
	ur_card("5678", 0);
	ur_card(":READ  TWO      DATA", 80);
	ur_card("a", 80);
	ur_card(":READ  TRE      DATA     A1 CMS191 11/20/26 09:05:59 V 4     "
	    "1", 80);
	ur_card("b", 0);
	assert_int_equal(fake_run("READCARD * *", ""), 0);
	fake_is("ONE DATA A", 'F', 4, "1234\n5678\n");
	fake_is("TRE DATA A", 'V', 1, "b\n");
	assert_true(fake_has("TWO DATA A"));
	ur_told_cp(TAKEN);
}

/* A header says what is not so: that file is V, the others are as they were,
 * and each is named once. */
static void
test_other_lengths(void **state)
{
	static const char cards[] =
	    ":READ  ONE      DATA     A1 CMS191 11/20/26 09:05:59 F 4     1\n"
	    ":READ  TWO      DATA     A1 CMS191 11/20/26 09:05:59 F 4     2\n"
	    ":READ  TRE      DATA     A1 CMS191 11/20/26 09:05:59 F 4     1\n"
	    ":READ  FOUR     DATA     A1 CMS191 11/20/26 09:05:59 F 4     1\n";
	char line[81];
	const char *at = cards;

	(void)state;
	for (int i = 0; i < 4; i++, at = strchr(at, '\n') + 1) {
		snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"),
		    at);
		ur_card(line, 0);
		ur_card(i == 3 ? "123" : "1234", 0);
		if (i == 1)
			ur_card("56", 0);
	}
	fake_says("READCARD *", 0, cards);
	fake_is("ONE DATA A", 'F', 4, "1234\n");
	fake_is("TWO DATA A", 'V', 4, "1234\n56\n");
	fake_is("TRE DATA A", 'F', 4, "1234\n");
	fake_is("FOUR DATA A", 'V', 3, "123\n");
	ur_told_cp(TAKEN);
}

/* Without a header: F where all are alike. */
static void
test_unnamed(void **state)
{
	(void)state;
	ur_card("x", 80);
	ur_card("y", 80);
	fake_says("READCARD *", 0, "DMSRDC702I READ CONTROL CARD IS MISSING. "
	    "FOLLOWING ASSUMED: READCARD CMSUT1 A1\n");
	assert_true(fake_has("READCARD CMSUT1 A"));
	fake_says("READCARD X DATA", 0, "");
	ur->in_len = 0;
	ur_card("12", 0);
	ur_card("34", 0);
	fake_says("READCARD X DATA", 0, "DMSRDC738I RECORD LENGTH IS '2' "
	    "BYTES\n");
	fake_is("X DATA A", 'F', 2, "12\n34\n");
	ur->in_len = 0;
	ur_card("1", 0);
	ur_card("2", 0);
	fake_says("READCARD X DATA", 0, "");
	fake_is("X DATA A", 'V', 1, "1\n2\n");
	ur->in_len = 0;
	ur_card("12", 0);
	ur_card("", 0);
	ur_card("34567", 0);
	fake_says("READCARD X DATA A2", 0, "");
	fake_is("X DATA A", 'V', 5, "12\n \n34567\n");
	/* As many bytes as if all were alike. */
	ur->in_len = 0;
	ur_card("12", 0);
	ur_card("345", 0);
	ur_card("6", 0);
	fake_says("READCARD X DATA", 0, "DMSRDC738I RECORD LENGTH IS '2' "
	    "BYTES\n");
	fake_is("X DATA A", 'V', 3, "12\n345\n6\n");
}

static void
test_printed(void **state)
{
	(void)state;
	ur->in_device = SPOOL_ON_CON;
	ur_card("\x8B", 0);
	ur_card("\x09:READ  ONE      MEMO", 0);
	ur_card("\x09", 0);
	ur_card("\x0B", 0);
	ur_card("\x11last", 0);
	fake_says("READCARD LOG TEXT", 0, "");
	fake_is("LOG TEXT A", 'V', 20, ":READ  ONE      MEMO\n \n \nlast\n");
	ur_told_cp(TAKEN);
}

static void
test_refused(void **state)
{
	(void)state;
	fake_says("READCARD", 24, "DMSRDC042E NO FILEID SPECIFIED\n");
	fake_says("READCARD A", 24,
	    "DMSRDC054E INCOMPLETE FILEID SPECIFIED\n");
	fake_says("READCARD * X A", 24,
	    "DMSRDC054E INCOMPLETE FILEID SPECIFIED\n");
	fake_says("READCARD A B C D", 24, "DMSRDC070E INVALID PARAMETER 'D'\n");
	fake_says("READCARD A B *", 24, "DMSRDC048E INVALID MODE '*'\n");
	fake_says("READCARD * (F", 24, "DMSRDC003E INVALID OPTION 'F'\n");
	ur_told_cp("");
	ur->in_none = 1;
	fake_says("READCARD *", 8, "DMSRDC205W READER EMPTY OR NOT READY\n");
}

/* Whatever goes wrong: the old file and the cards are there. */
static void
test_nothing_lost(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "old\n");
	ur_card(header, 80);
	ur_card("abc", 0);
	assert_int_equal(fake_run("READCARD *", ""), 100);
	assert_non_null(strstr(fake_output, "DMSRDC124S ERROR READING CARD "
	    "FILE: 1 CARDS OF 'ONE MEMO A1' ARE MISSING\n"));
	ur_told_cp(BACK);
	ur_card("def", 0);
	fake->room = 3;
	assert_int_equal(fake_run("READCARD *", ""), 100);
	assert_non_null(strstr(fake_output,
	    "DMSRDC107S DISK 'A' IS FULL\n"));
	ur_told_cp(BACK);
	fake->room = 1000;
	ur->in_bad = ur->in_len;
	ur_card("ghi", 0);
	ur->in_bad -= 5;
	assert_int_equal(fake_run("READCARD ONE MEMO", ""), 100);
	assert_string_equal(fake_output,
	    "DMSRDC124S ERROR 5 READING CARD FILE\n");
	ur_told_cp(BACK);
	fake_is("ONE MEMO A", 'V', 3, "old\n");
}

/* #CP CLOSE READER ends the file in the middle: what comes is of another. */
static void
test_closed(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "old\n");
	for (int i = 0; i < 9; i++)
		ur_card("abc", 0);
	ur->in_closed = ur->in_len / 2;
	assert_int_equal(fake_run("READCARD ONE MEMO", ""), 100);
	assert_non_null(strstr(fake_output, "DMSRDC124S ERROR READING CARD "
	    "FILE: IT HAS BEEN CLOSED\n"));
	ur_told_cp("CLOSE READER HOLD\nCHANGE READER 9 NOHOLD\n");
	fake_is("ONE MEMO A", 'V', 3, "old\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UR_TEST(test_header),
		UR_TEST(test_fixed),
		UR_TEST(test_other_lengths),
		UR_TEST(test_unnamed),
		UR_TEST(test_printed),
		UR_TEST(test_refused),
		UR_TEST(test_nothing_lost),
		UR_TEST(test_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
