/* SPDX-License-Identifier: MIT
 *
 * Tests of BROWSE: what is on the screen after which key, at which size.
 */
#include "cms_display.h"

static void
thirty_lines(void)
{
	char text[30 * 40] = "";

	for (int i = 1; i <= 30; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text),
		    "%s %d of thirty\n", i == 17 ? "Needle" : "Line", i);
	fake_make("THIRTY MEMO A", 0, text);
}

static void
test_first_screen(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "Hello, w\xC3\xB6rld\nA\tB\x01" "C\n"
	    "\xE2\x82\xAC\xE2\x80\x93\xFF|\n");
	assert_int_equal(display_run("BROWSE one memo", "PF3"), 0);
	assert_memory_equal(fake_output,
	    "==\n"
	    " ONE      MEMO     A1  V 13     LINE 1 OF 3  COLUMN 1\n"
	    "       ----+----1----+----2----+----3----+----4----+----5----+"
	    "----6----+----7---\n"
	    "     1 Hello, w\xC3\xB6rld\n"
	    "     2 A B C\n"
	    "     3 ?-?|\n"
	    " * * * END OF FILE * * *\n", 209);
	display_has(0, "\n ====>\n PF 1 Help 3 Quit");
}

static void
test_pages(void **state)
{
	(void)state;
	thirty_lines();
	assert_int_equal(display_run("BROWSE THIRTY MEMO A",
	    "PF8 PF8 PF7 PF7 PF5 PF4 PF15"), 0);
	display_has(0, "LINE 1 OF 30");
	display_has(0, "    1 Line 1 of thirty");
	display_has(0, "   20 Line 20 of thirty\n ====>");
	display_has(1, "LINE 21 OF 30");
	display_has(1, "   30 Line 30 of thirty\n * * * END OF FILE * * *");
	display_has(2, "\n END OF FILE\n    21 Line 21");
	display_has(3, "    1 Line 1 of thirty");
	display_has(4, "\n TOP OF FILE\n");
	display_has(5, "   12 Line 12 of");
	display_has(5, "   30 Line 30 of thirty\n * * * END OF FILE * * *\n "
	    "====>");
	display_has(6, "LINE 1 OF 30");
}

static void
test_commands(void **state)
{
	(void)state;
	thirty_lines();
	assert_int_equal(display_run("BROWSE THIRTY MEMO A",
	    "'down_4' ENTER 'u' ENTER ':30' ENTER 'top' ENTER '=' ENTER "
	    "'FO' ENTER 'ba' ENTER '12' ENTER 'Bottom' ENTER 'q' ENTER"), 0);
	display_has(1, "LINE 5 OF 30");
	display_has(2, "LINE 4 OF 30");
	display_has(3, "LINE 30 OF 30");
	display_has(4, "LINE 1 OF 30");
	display_has(5, "LINE 1 OF 30");
	display_has(6, "LINE 21 OF 30");
	display_has(7, "LINE 1 OF 30");
	display_has(8, "LINE 12 OF 30");
	display_has(9, "LINE 12 OF 30");
}

static void
test_locate(void **state)
{
	(void)state;
	thirty_lines();
	assert_int_equal(display_run("BROWSE THIRTY MEMO A",
	    "PF6 '/needle' ENTER PF6 '-/line_2_of/' ENTER 'l_,17_OF,' ENTER "
	    "'/'/' ENTER '//' ENTER '/line' ENTER PF6 '/Line' ENTER '-/of' "
	    "ENTER PF3"), 0);
	display_has(1, "DMSBRW545E MISSING OPERAND");
	display_has(2, "LINE 17 OF 30");
	display_has(3, "== alarm\n");
	display_has(3, "DMSBRW546E TARGET NOT FOUND: needle");
	display_has(3, "LINE 17 OF 30");
	display_has(4, "LINE 2 OF 30");
	display_has(5, "LINE 17 OF 30");
	display_has(6, "DMSBRW546E TARGET NOT FOUND: '");
	display_has(7, "DMSBRW520E INVALID OPERAND: //");
	/* A text that was not sought before may be where it is already. */
	display_has(8, "LINE 18 OF 30");
	display_has(9, "LINE 19 OF 30");
	display_has(10, "LINE 19 OF 30");
	display_has(11, "LINE 19 OF 30");
}

static void
test_columns(void **state)
{
	(void)state;
	fake_make("WIDE MEMO A", 0, "\xC3\xA4"
	    "123456789b123456789c123456789d123456789e123456789f123456789g"
	    "123456789h123456789i123456789j123456789\n");
	assert_int_equal(display_run("BROWSE WIDE MEMO A",
	    "PF11 PF10 'right_99' ENTER 'r_1' ENTER 'left_40' ENTER PF3"), 0);
	display_has(0, "    1 \xC3\xA4" "123456789b1");
	display_has(0, "g12345678");
	display_has(1, "COLUMN 37");
	display_has(1, "    1 6789e123456789f");
	display_has(2, "COLUMN 1\n");
	display_has(3, "COLUMN 100\n");
	display_has(3, "    1 9\n");
	display_has(4, "COLUMN 101\n");
	display_has(5, "COLUMN 61\n");
}

/* What is found is in sight. */
static void
test_locate_right(void **state)
{
	(void)state;
	fake_make("WIDE MEMO A", 0, "short\n"
	    "\xC3\xA4 23456789b123456789c123456789d123456789e123456789f1234567"
	    "89g123456789h123456789 target\n");
	assert_int_equal(display_run("BROWSE WIDE MEMO A",
	    "'/target' ENTER PF3"), 0);
	display_has(1, "LINE 2 OF 2  COLUMN 82\n");
	display_has(1, "    2 target\n");
}

static void
test_hex(void **state)
{
	(void)state;
	fake_make("ONE MEMO A", 0, "A\xC3\xA4z\nB\n");
	assert_int_equal(display_run("BROWSE ONE MEMO A",
	    "PF9 'hex_off' ENTER 'hex_maybe' ENTER PF3"), 0);
	display_has(1, "COLUMN 1  HEX\n");
	display_has(1, "     1 A  z\n       4CA7\n       134A\n"
	    "     2 B\n       4\n       2\n");
	display_has(2, "     1 A\xC3\xA4z\n     2 B\n");
	display_has(3, "DMSBRW520E INVALID OPERAND: maybe");
	display_has(3, "====>\n");
}

static void
test_sizes(void **state)
{
	(void)state;
	thirty_lines();
	assert_int_equal(display_run("BROWSE THIRTY MEMO A",
	    "'down_3' ENTER 32x80 43x80 27x132 62x160 PF3"), 0);
	display_has(1, "   23 Line 23 of");
	display_has(2, "LINE 4 OF 30");
	display_has(2, "   30 Line 30 of");
	display_lacks(2, "   3 Line 3 of");
	display_has(3, "* * * END OF FILE * * *\n\n\n");
	display_has(4, "   26 Line 26 of thirty\n ====>");
	display_has(4, "2----+");
	display_has(5, "5---\n");
	assert_int_equal(display_run("BROWSE THIRTY MEMO A",
	    "62x160 5x20 PF8 '/17' ENTER PF3"), 0);
	display_has(2, "    1 Line 1 of thi");
	display_has(3, "    2 Line 2 of thi");
}

static void
test_wrong(void **state)
{
	(void)state;
	thirty_lines();
	assert_int_equal(display_run("BROWSE THIRTY MEMO A",
	    "PF2 PA1 'frob_it' ENTER ENTER ':31' ENTER 'up_x' ENTER PF12 "
	    "ENTER 'top_1' ENTER CLEAR PF3"), 0);
	display_has(1, "DMSBRW657E UNDEFINED PFKEY/PAKEY");
	display_has(2, "DMSBRW657E UNDEFINED PFKEY/PAKEY");
	display_has(3, "DMSBRW542E NO SUCH SUBCOMMAND: frob it");
	display_has(3, "====>\n");
	display_has(4, "----+----1");
	display_has(5, "DMSBRW520E INVALID OPERAND: 31");
	display_has(6, "DMSBRW520E INVALID OPERAND: x");
	display_has(7, "====> up x\n");
	display_has(8, "DMSBRW520E INVALID OPERAND: x");
	display_has(9, "DMSBRW520E INVALID OPERAND: 1");
	display_has(10, "----+----1");
}

static void
test_help(void **state)
{
	(void)state;
	thirty_lines();
	fake_make("BROWSE HELPCMS S2", 0, "BROWSE fn ft\n");
	assert_int_equal(display_run("BROWSE THIRTY MEMO A",
	    "'12' ENTER PF1 'help' ENTER PF3 PF3"), 0);
	display_has(2, "    1 BROWSE fn ft\n");
	display_has(3, "THIS IS HELP");
	display_has(4, "THIRTY   MEMO     A1  V 19     LINE 12 OF 30");
}

static void
test_no_help(void **state)
{
	(void)state;
	thirty_lines();
	assert_int_equal(display_run("BROWSE THIRTY MEMO A", "PF1 PF3"), 0);
	display_has(1, "DMSBRW254E NO HELP: ERROR 2 READING BROWSE HELPCMS S");
}

static void
test_read_error(void **state)
{
	(void)state;
	thirty_lines();
	fake->bad = 3;
	assert_int_equal(display_run("BROWSE THIRTY MEMO A",
	    "'/needle' ENTER PF3"), 0);
	display_has(0, "     3 READ ERROR 5\n     4 Line 4");
	display_has(1, "DMSBRW104E ERROR 5 READING THE FILE");
}

/* An empty file, and one that has nobody seen so far. */
static void
test_empty(void **state)
{
	(void)state;
	fake_make("NO MEMO A", 0, "");
	assert_int_equal(display_run("BROWSE NO MEMO A", "PF8 PF7 PF5 PF4 "
	    "'/a' ENTER ':1' ENTER PF11 PF3"), 0);
	display_has(0, "LINE 0 OF 0  COLUMN 1\n");
	display_has(0, "* * * END OF FILE * * *\n");
	display_has(6, "DMSBRW520E INVALID OPERAND: 1");
}

static void
test_refused(void **state)
{
	(void)state;
	thirty_lines();
	fake_says("BROWSE", 24, "DMSBRW054E INCOMPLETE FILEID SPECIFIED\n");
	fake_says("BROWSE NO MEMO", 28, "DMSBRW002E FILE 'NO MEMO' NOT "
	    "FOUND\n");
	fake_says("BROWSE THIRTY MEMO A (LOUD", 24,
	    "DMSBRW003E INVALID OPTION 'LOUD'\n");
	fake_says("BROWSE THIRTY MEMO A B", 24,
	    "DMSBRW070E INVALID PARAMETER 'B'\n");
	display.lines = 1;
	fake_says("BROWSE THIRTY MEMO A", 88, "DMSBRW529E BROWSE IS ONLY "
	    "VALID IN DISPLAY MODE: THIS TERMINAL IS NOT A DISPLAY\n");
	display.lines = 0;
	assert_int_equal(display_run("BROWSE THIRTY MEMO A", "PF8 LINES"),
	    88);
	display_has(2, "DMSBRW529E BROWSE IS ONLY VALID IN DISPLAY MODE");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, \
    fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_first_screen),
		TEST(test_pages),
		TEST(test_commands),
		TEST(test_locate),
		TEST(test_columns),
		TEST(test_locate_right),
		TEST(test_hex),
		TEST(test_sizes),
		TEST(test_wrong),
		TEST(test_help),
		TEST(test_no_help),
		TEST(test_read_error),
		TEST(test_empty),
		TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
