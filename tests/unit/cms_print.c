/* SPDX-License-Identifier: MIT
 *
 * cms_print.c - PRINT: pages, carriage control, what is too wide.
 */
#include "cms_fake_ur.h"
#include "line.h"

static void
test_line(void **state)
{
	static const struct {
		unsigned char c;
		unsigned before, after;
	} rows[] = {
		{ ' ', 0x09, 0 }, { '0', 0x11, 0 }, { '-', 0x19, 0 },
		{ '+', 0x01, 0 }, { '1', 0x89, 0 }, { '9', 0xC9, 0 },
		{ 'A', 0xD1, 0 }, { 'C', 0xE1, 0 }, { 'D', 0x09, 0 },
		{ 0x00, 0x09, 0 }, { 0x02, 0x09, 0 }, { 0x01, 0, 0x01 },
		{ 0x03, 0, 0x03 }, { 0x09, 0, 0x09 }, { 0x1B, 0, 0x1B },
		{ 0x21, 0x09, 0 }, { 0x89, 0, 0x89 }, { 0x8B, 0, 0x8B },
		{ 0xE3, 0, 0xE3 }, { 0xE9, 0x09, 0 }, { 0xFF, 0x09, 0 },
		{ 0x81, 0x09, 0 }, { 0x8D, 0x09, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct line_control c = line_control(rows[i].c);

		assert_int_equal(c.before, rows[i].before);
		assert_int_equal(c.after, rows[i].after);
	}
	assert_int_equal(line_cut((const unsigned char *)"abc", 3, 2), 2);
	assert_int_equal(line_cut((const unsigned char *)"abc", 3, 3), 3);
	assert_int_equal(line_cut((const unsigned char *)"\xC3\xA4\xC3\xB6",
	    4, 1), 2);
	assert_int_equal(line_cut((const unsigned char *)"", 0, 0), 0);
}

#define HEADING(n) "8B \n11 FILE: ONE      MEMO     A1   CONVERSATIONAL " \
	"MONITOR SYSTEM   PAGE 0000" n "\n"

static void
test_pages(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "a\nb\nc\n");
	fake_says("PRINT ONE MEMO", 0, "");
	ur_wrote(1, HEADING("1") "09 a\n09 b\n09 c\n");
	ur_told_cp("CLOSE PRINTER NAME ONE MEMO\n");
	fake_says("PRINT ONE MEMO A (LINECOUN 2 UPCASE", 0, "");
	ur_wrote(1, HEADING("1") "09 A\n09 B\n" HEADING("2") "09 C\n");
	fake_says("PRINT ONE MEMO A (LI 0)", 0, "");
	ur_wrote(1, HEADING("1") "09 a\n09 b\n09 c\n");
	fake_says("PRINT ONE MEMO A (HEX LI 5", 0, "");
	ur_wrote(1, HEADING("1") "09 RECORD          1 LENGTH     1\n09 61\n"
	    "09 RECORD          2 LENGTH     1\n09 62\n"
	    "09 RECORD          3 LENGTH     1\n" HEADING("2") "09 63\n");
}

static void
test_control(void **state)
{
	(void)state;
	fake_make("ASA LISTING A", 0,
	    "1top\n a\n0b\n-c\n+over\n1next\n");
	fake_says("PRINT ASA LISTING", 0, "");
	ur_wrote(1, "8B \n8B \n09 top\n11 a\n19 b\n01 c\n89 over\n09 next\n");
	fake_says("PRINT ASA LISTING A (NOCC", 0, "");
	assert_int_equal(ur->out[2], 0x8B);
	ur->out_len = 0;
	fake_make("MIX TEXT A", 0, " a\n\x11two\n\x8B\n\x89last\n");
	fake_says("PRINT MIX TEXT A (CC UP", 0, "");
	ur_wrote(1, "8B \n09 A\n11 TWO\n8B \n89 LAST\n");
}

static void
test_wide(void **state)
{
	char line[300], name[140];

	(void)state;
	memset(line, 'x', 133);
	strcpy(line + 133, "\nshort\n");
	fake_make("WIDE MEMO A", 0, line);
	fake_says("PRINT WIDE MEMO", 32,
	    "DMSPRT044E RECORD LENGTH EXCEEDS ALLOWABLE MAXIMUM\n");
	ur_wrote(1, "");
	ur_told_cp("");
	fake_says("PRINT WIDE MEMO A (CC OV", 0, "");
	fake_says("PRINT WIDE MEMO A (CC", 0, "");
	ur->out_len = 0;
	fake_says("PRINT WIDE MEMO A (OVERSIZE", 0, "");
	memset(name, 'x', 132);
	name[132] = '\0';
	assert_memory_equal(ur->out + ur->out_len - 8 - 132, name, 132);
	/* Bytes are not columns. */
	for (int i = 0; i < 132; i++)
		memcpy(line + 2 * i, "\xC3\xA4", 2);
	strcpy(line + 264, "\n");
	fake_make("UMLAUT MEMO A", 0, line);
	fake_says("PRINT UMLAUT MEMO", 0, "");
}

static void
test_refused(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "1\n2\n");
	fake_says("PRINT ONE", 24, "DMSPRT054E INCOMPLETE FILEID SPECIFIED\n");
	fake_says("PRINT NO MEMO", 28, "DMSPRT002E FILE 'NO MEMO' NOT FOUND\n");
	fake_says("PRINT ONE MEMO A B", 24,
	    "DMSPRT070E INVALID PARAMETER 'B'\n");
	fake_says("PRINT ONE MEMO (LOUD", 24,
	    "DMSPRT003E INVALID OPTION 'LOUD'\n");
	fake_says("PRINT ONE MEMO (LI", 24,
	    "DMSPRT005E NO 'LINECOUN' SPECIFIED\n");
	fake_says("PRINT ONE MEMO (LI 100", 24, "DMSPRT029E INVALID "
	    "PARAMETER '100' IN THE OPTION 'LINECOUN' FIELD\n");
	fake_says("PRINT ONE MEMO (CC HEX", 24, "DMSPRT066E 'CC' AND 'HEX' "
	    "ARE CONFLICTING OPTIONS\n");
	fake->bad = 2;
	fake_says("PRINT ONE MEMO", 100, "DMSPRT104S ERROR 5 READING FILE "
	    "'ONE MEMO' FROM DISK\n");
	ur_told_cp("CLOSE PRINTER PURGE\n");
	fake->bad = 0;
	ur->out_error = EIO;
	fake_says("PRINT ONE MEMO", 100,
	    "DMSPRT123S ERROR 5 PRINTING FILE\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UR_TEST(test_line),
		UR_TEST(test_pages),
		UR_TEST(test_control),
		UR_TEST(test_wide),
		UR_TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
