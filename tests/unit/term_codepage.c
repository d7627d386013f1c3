/* SPDX-License-Identifier: MIT
 *
 * Every code page against the C library's, and what no page can show.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <iconv.h>
#include <stdio.h>
#include <string.h>

#include "codepage.h"

static const char *const names[] = { "bracket", "037", "1047", "500", "273",
	"277", "278", "280", "284", "285", "297", "871", "1140", "1141",
	"1142", "1143", "1144", "1145", "1146", "1147", "1148", "1149" };

#define NAMES (sizeof names / sizeof names[0])

static uint32_t
c_library(iconv_t cd, uint8_t e)
{
	char in[1] = { (char)e }, *from = in, *to;
	uint32_t c = 0;
	size_t n = 1, room = sizeof c;

	to = (char *)&c;
	assert_int_equal(iconv(cd, &from, &n, &to, &room), 0);
	return c;
}

/* glibc has an overline for the macron of 285, the two thorns of 871 are the
 * other way round in it (not in its 1149), and "bracket" is nobody's. */
static uint32_t
expected(const char *name, iconv_t cd, uint8_t e)
{
	uint32_t c = c_library(cd, e);

	if (strcmp(name, "285") == 0 && c == 0x203E)
		return 0xAF;
	if (strcmp(name, "871") == 0 && (c == 0xDE || c == 0xFE))
		return c ^ 0xDE ^ 0xFE;
	if (strcmp(name, "bracket") == 0)
		return e == 0xAD ? '[' : e == 0xBD ? ']' : e == 0xBA ? 0xDD :
		    e == 0xBB ? 0xA8 : c;
	return c;
}

static void
as_in_the_c_library(void **state)
{
	struct codepage cp;
	char name[16];

	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		iconv_t cd;

		snprintf(name, sizeof name, "IBM%s",
		    strcmp(names[i], "bracket") == 0 ? "037" : names[i]);
		cd = iconv_open("UTF-32LE", name);
		assert_true(cd != (iconv_t)-1);
		assert_true(codepage_load(&cp, names[i]));
		assert_string_equal(cp.name, names[i]);
		for (unsigned e = 0x40; e < 0xFF; e++)
			assert_int_equal(codepage_character(&cp, (uint8_t)e),
			    expected(names[i], cd, (uint8_t)e));
		iconv_close(cd);
	}
}

static void
there_and_back(void **state)
{
	struct codepage cp;

	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		unsigned shown = 0;

		assert_true(codepage_load(&cp, names[i]));
		for (unsigned e = 0x40; e < 0xFF; e++)
			assert_int_equal(codepage_ebcdic(&cp,
			    codepage_character(&cp, (uint8_t)e)), e);
		for (uint32_t c = 0; c < 0x3000; c++)
			if (codepage_ebcdic(&cp, c) >= 0)
				shown++;
		assert_int_equal(shown, 191);
	}
}

static void
controls_are_blanks(void **state)
{
	struct codepage cp;

	(void)state;
	assert_true(codepage_load(&cp, "bracket"));
	for (unsigned e = 0; e < 256; e++)
		assert_true(codepage_character(&cp, (uint8_t)e) >= ' ');
	for (uint32_t c = 0; c < ' '; c++)
		assert_int_equal(codepage_ebcdic(&cp, c), -1);
	for (uint32_t c = 0x7F; c < 0xA0; c++)
		assert_int_equal(codepage_ebcdic(&cp, c), -1);
}

static void
what_cannot_be_shown(void **state)
{
	struct codepage cp;

	(void)state;
	assert_true(codepage_load(&cp, "037"));
	assert_int_equal(codepage_ebcdic(&cp, 0x20AC), -1);
	assert_int_equal(codepage_ebcdic(&cp, 0x100), -1);
	assert_int_equal(codepage_ebcdic(&cp, 0x10FFFF), -1);
	assert_int_equal(codepage_ebcdic(&cp, UINT32_MAX), -1);
	assert_int_equal(codepage_near(&cp, 0x20AC), 0x6F); /* ? */
	assert_int_equal(codepage_near(&cp, 0x2019), 0x7D);
	assert_int_equal(codepage_near(&cp, 0x2500), 0x60);
	assert_int_equal(codepage_near(&cp, 0x253C), 0x4E);
}

static void
the_euro(void **state)
{
	struct codepage cp;

	(void)state;
	assert_true(codepage_load(&cp, "1141"));
	assert_int_equal(codepage_ebcdic(&cp, 0x20AC), 0x9F);
	assert_int_equal(codepage_character(&cp, 0x9F), 0x20AC);
	assert_int_equal(codepage_ebcdic(&cp, 0xA4), -1);
}

/* The nears are in every page where that page has them. */
static void
never_an_order(void **state)
{
	struct codepage cp;

	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		assert_true(codepage_load(&cp, names[i]));
		for (uint32_t c = 0; c < 0x3000; c++) {
			uint8_t e = codepage_near(&cp, c);

			assert_true(e >= 0x40 && e < 0xFF);
		}
	}
	assert_true(codepage_load(&cp, "273"));
	assert_int_equal(codepage_near(&cp, 0x2502), 0xBB); /* its bar */
}

static void
by_number(void **state)
{
	struct codepage cp;

	(void)state;
	assert_true(codepage_load_number(&cp, 37));
	assert_string_equal(cp.name, "bracket");
	assert_int_equal(codepage_ebcdic(&cp, '['), 0xAD);
	assert_true(codepage_load_number(&cp, 1047));
	assert_string_equal(cp.name, "1047");
	assert_true(codepage_load_number(&cp, 1143));
	assert_true(cp.euro);
	assert_true(codepage_load_number(&cp, 1148));
	assert_string_equal(cp.name, "1148");
	assert_false(codepage_load_number(&cp, 0));
	assert_false(codepage_load_number(&cp, 930));
	assert_string_equal(cp.name, "1148");
}

static void
no_such_page(void **state)
{
	struct codepage cp = { .name = "as it was" };

	(void)state;
	assert_false(codepage_load(&cp, ""));
	assert_false(codepage_load(&cp, "37"));
	assert_false(codepage_load(&cp, "1150"));
	assert_string_equal(cp.name, "as it was");
}

static void
graphic_escape(void **state)
{
	(void)state;
	assert_int_equal(codepage_graphic(0xC5), 0x250C);
	assert_int_equal(codepage_graphic(0xD5), 0x2510);
	assert_int_equal(codepage_graphic(0xC4), 0x2514);
	assert_int_equal(codepage_graphic(0xD4), 0x2518);
	assert_int_equal(codepage_graphic(0xA2), 0x2500);
	assert_int_equal(codepage_graphic(0x85), 0x2502);
	assert_int_equal(codepage_graphic(0xD3), 0x253C);
	assert_int_equal(codepage_graphic(0x69), 'Z');
	assert_int_equal(codepage_graphic(0xE7), 0x20AC);
	for (unsigned c = 0; c < 256; c++)
		assert_true(codepage_graphic((uint8_t)c) >= ' ');
	for (unsigned c = 0; c < 0x40; c++)
		assert_int_equal(codepage_graphic((uint8_t)c), ' ');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_in_the_c_library),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(controls_are_blanks),
		cmocka_unit_test(what_cannot_be_shown),
		cmocka_unit_test(the_euro),
		cmocka_unit_test(never_an_order),
		cmocka_unit_test(by_number),
		cmocka_unit_test(no_such_page),
		cmocka_unit_test(graphic_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
