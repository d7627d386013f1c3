/* SPDX-License-Identifier: MIT
 *
 * cms_punch.c - PUNCH: its cards and the :READ card before them.
 */
#include "cms_fake_ur.h"
#include "header.h"

static void
test_header(void **state)
{
	struct cms_stat st = { .name = "A", .type = "DATA", .mode = "B2",
		.recfm = 'F', .lrecl = 40, .records = 1234567890,
		.year = 2026, .month = 11, .day = 20, .hour = 9, .minute = 5,
		.second = 59 };
	char card[HEADER_CARD + 1] = "";
	struct header h;

	(void)state;
	header_make(card, &st, "CMS191");
	assert_string_equal(card, ":READ  A        DATA     B2 CMS191 "
	    "11/20/26 09:05:59 F 40    1234567890         ");
	assert_int_equal(header_read(&h, card, HEADER_CARD), 1);
	assert_memory_equal(h.id.name, "A       ", 8);
	assert_memory_equal(h.id.type, "DATA    ", 8);
	assert_int_equal(h.id.mode, 'B');
	assert_int_equal(h.id.number, '2');
	assert_int_equal(h.recfm, 'F');
	assert_int_equal(h.lrecl, 40);
	assert_int_equal(h.records, 1234567890);
}

/* Those of other systems, and what is none. */
static void
test_header_others(void **state)
{
	static const char *const none[] = { "", ":READ", ":READ  ",
		":READ  A", ":READ  A               ", "READ   A        DATA",
		":READ  A B      DATA     A1", ":READ A        DATA     A1",
		":READ  A        DA*A     A1" };
	struct header h;
	char card[HEADER_CARD + 1];

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(header_read(&h, none[i], strlen(none[i])), 0);
	strcpy(card, ":READ  A        DATA");
	assert_int_equal(header_read(&h, card, strlen(card)), 1);
	assert_int_equal(h.recfm, '\0');
	assert_int_equal(h.id.number, '\0');
	strcpy(card, ":READ  a        data     A1 CMS191 11/20/26 09:05:59 F "
	    "0     7");
	assert_int_equal(header_read(&h, card, strlen(card)), 1);
	assert_int_equal(h.recfm, '\0');
	assert_memory_equal(h.id.name, "A       ", 8);
	card[53] = 'V';
	assert_int_equal(header_read(&h, card, strlen(card)), 1);
	assert_int_equal(h.recfm, 'V');
	assert_int_equal(h.records, 7);
}

static void
test_punch(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "first\nsecond line\n3\n");
	fake_says("PUNCH one memo", 0, "");
	ur_wrote(0, ":READ  ONE      MEMO     A1 CMS191 00/00/72 00:00:00 V 11 "
	    "   3                  \nfirst\nsecond line\n3\n");
	ur_told_cp("CLOSE PUNCH NAME ONE MEMO\n");
	fake_says("PUNCH ONE MEMO A (NOH)", 0, "");
	ur_wrote(0, "first\nsecond line\n3\n");
	ur_told_cp("CLOSE PUNCH NAME ONE MEMO\n");
	fake_make("FIX DATA B", 6, "abc\n123456\n");
	fake_says("PUNCH FIX DATA * (NOHEADER HEADER NOHEADER", 0, "");
	ur_wrote(0, "abc   \n123456\n");
}

static void
test_refused(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "1\n2\n");
	fake_make("LONG MEMO A", 81, "1\n");
	fake_says("PUNCH", 24, "DMSPUN054E INCOMPLETE FILEID SPECIFIED\n");
	fake_says("PUNCH NO MEMO", 28, "DMSPUN002E FILE 'NO MEMO' NOT FOUND\n");
	fake_says("PUNCH ONE MEMO A B", 24,
	    "DMSPUN070E INVALID PARAMETER 'B'\n");
	fake_says("PUNCH ONE MEMO (MEMBER", 24,
	    "DMSPUN003E INVALID OPTION 'MEMBER'\n");
	fake_says("PUNCH LONG MEMO", 32,
	    "DMSPUN044E RECORD EXCEEDS ALLOWABLE MAXIMUM\n");
	ur_wrote(0, "");
	ur_told_cp("");
	fake->bad = 2;
	fake_says("PUNCH ONE MEMO", 100, "DMSPUN104S ERROR 5 READING FILE "
	    "'ONE MEMO' FROM DISK\n");
	ur_told_cp("CLOSE PUNCH PURGE\n");
	fake->bad = 0;
	ur->out_error = EIO;
	fake_says("PUNCH ONE MEMO", 100,
	    "DMSPUN118S ERROR 5 PUNCHING FILE\n");
	ur->out_error = ENXIO;
	fake_says("PUNCH ONE MEMO", 36,
	    "DMSPUN008E DEVICE '00D' INVALID OR NONEXISTENT\n");
	ur->out_error = 0;
	ur->cp_rc = 427;
	fake_says("PUNCH ONE MEMO", 100, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UR_TEST(test_header),
		UR_TEST(test_header_others),
		UR_TEST(test_punch),
		UR_TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
