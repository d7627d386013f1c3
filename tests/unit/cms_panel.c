/* SPDX-License-Identifier: MIT
 *
 * Tests of panels: the bytes that fields become, and what keys send, at sizes
 * of 12 and 14 bits; records that make no sense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "panel.h"

static uint8_t stream[4096];
static uint8_t written[4096];
static size_t written_len;
static struct panel_key key;
static struct {
	const void *record;
	size_t len;
} pressed;

int
cms_screen_write(int command, const void *data, size_t len)
{
	assert_int_equal(command, CMS_SCREEN_ERASE_ALTERNATE);
	memcpy(written, data, len);
	written_len = len;
	return 0;
}

long
cms_screen_read(int command, void *record, size_t size)
{
	assert_int_equal(command, CMS_SCREEN_READ_MODIFIED);
	memcpy(record, pressed.record, pressed.len < size ? pressed.len :
	    size);
	return (long)pressed.len;
}

static void
begin(struct panel *p, unsigned rows, unsigned cols, int color)
{
	struct cms_screen screen = { .rows = (uint16_t)rows,
		.cols = (uint16_t)cols, .color = color != 0,
		.highlight = color != 0 };

	panel_begin(p, &screen, stream, sizeof stream);
}

/* The stream is these bytes. */
#define SHOWS(p, ...) do {                                           \
	static const uint8_t want[] = { __VA_ARGS__ };               \
	assert_int_equal(panel_show(p), 0);                          \
	assert_int_equal(written_len, sizeof want);                  \
	assert_memory_equal(written, want, sizeof want);             \
} while (0)

#define PRESS(...) do {                                              \
	static const uint8_t bytes[] = { __VA_ARGS__ };              \
	pressed.record = bytes;                                      \
	pressed.len = sizeof bytes;                                  \
} while (0)

static void
test_fields(void **state)
{
	struct panel p;

	(void)state;
	begin(&p, 24, 80, 0);
	panel_field(&p, 0, 0, PANEL_PROTECT | PANEL_BRIGHT | PANEL_RED, 2,
	    "ABC", 3);
	panel_field(&p, 1, 0, PANEL_INPUT, 3, "\xC3\xA4", 2);
	panel_cursor(&p, 1, 1);
	p.alarm = 1;
	SHOWS(&p, 0xC7, 0x11, 0x40, 0x40, 0x1D, 0xF8, 0xC1, 0xC2,
	    0x11, 0xC1, 0x50, 0x1D, 0x40, 0x43, 0x11, 0xC1, 0xD4, 0x1D, 0xF0,
	    0x11, 0xC1, 0xD1, 0x13);
}

static void
test_colors(void **state)
{
	struct panel p;

	(void)state;
	begin(&p, 62, 160, 1);
	panel_field(&p, 61, 100, PANEL_PROTECT | PANEL_TURQUOISE |
	    PANEL_REVERSE, 1, "x", 1);
	panel_field(&p, 0, 5, PANEL_NUMERIC | PANEL_HIDDEN | PANEL_MODIFIED |
	    PANEL_UNDERSCORE, 1, "", 0);
	SHOWS(&p, 0xC3, 0x11, 0x26, 0x84, 0x29, 3, 0xC0, 0xF0, 0x42, 0xF5,
	    0x41, 0xF2, 0xA7, 0x11, 0x00, 0x05, 0x29, 2, 0xC0, 0x5D, 0x41,
	    0xF4, 0x11, 0x00, 0x07, 0x1D, 0xF0, 0x11, 0, 0, 0x13);
}

/* Nothing goes beyond the screen's end, or the stream's. */
static void
test_edges(void **state)
{
	struct panel p;
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof text);
	begin(&p, 24, 80, 0);
	panel_field(&p, 23, 78, PANEL_INPUT, 80, text, 80);
	panel_field(&p, 24, 0, PANEL_INPUT, 80, text, 80);
	panel_field(&p, 0, 80, PANEL_INPUT, 80, text, 80);
	panel_cursor(&p, 99, 0);
	SHOWS(&p, 0xC3, 0x11, 0x5D, 0x7E, 0x1D, 0x40, 0xA7);
	panel_begin(&p, &p.screen, stream, 10);
	panel_field(&p, 0, 0, PANEL_PROTECT, 80, text, 80);
	assert_int_equal(panel_show(&p), -1);
	assert_int_equal(errno, EMSGSIZE);
	panel_begin(&p, &p.screen, stream, 0);
	assert_int_equal(panel_show(&p), -1);
}

static void
test_characters(void **state)
{
	static const struct {
		const char *text;
		size_t len, bytes;
		uint8_t c;
	} rows[] = {
		{ "A", 1, 1, 0xC1 }, { "\xC3\xA4", 2, 2, 0x43 },
		{ "\xC3", 1, 1, 0x6F }, { "\xC3" "A", 2, 1, 0x6F },
		{ "\x80", 1, 1, 0x6F }, { "\xFF", 1, 1, 0x6F },
		{ "\n", 1, 1, 0x40 }, { "\0", 1, 1, 0x40 },
		{ "\xC2\x85", 2, 2, 0x40 }, { "\xC2\xA0", 2, 2, 0x40 },
		{ "\xE2\x80\x9C", 3, 3, 0x7F }, { "\xE2\x82\xAC", 3, 3, 0x6F },
		{ "\xE2\x82\xAC", 2, 1, 0x6F }, { "[", 1, 1, 0xAD },
		{ "\xF0\x9F\x98\x80", 4, 4, 0x6F },
	};
	char text[8];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t c;

		assert_int_equal(panel_character(rows[i].text, rows[i].len,
		    &c), rows[i].bytes);
		assert_int_equal(c, rows[i].c);
	}
	assert_int_equal(panel_utf8((const uint8_t *)"\xC1\x43\x00\x1E\xBD", 5,
	    text, sizeof text), 6);
	assert_string_equal(text, "A\xC3\xA4  ]");
	assert_int_equal(panel_utf8((const uint8_t *)"\x43\x43\x43\x43", 4,
	    text, 6), 4);
	assert_string_equal(text, "\xC3\xA4\xC3\xA4");
	assert_int_equal(panel_utf8((const uint8_t *)"\xC1\xC1\xC1\xC1", 4,
	    text, 4), 3);
	assert_string_equal(text, "AAA");
	assert_int_equal(panel_utf8((const uint8_t *)"\xC1", 1, text, 1), 0);
}

static void
test_keys(void **state)
{
	struct panel p;
	char text[80];

	(void)state;
	begin(&p, 24, 80, 0);
	PRESS(0x7D, 0xC1, 0xD3, 0x11, 0xC1, 0x50, 0xC1, 0x11, 0xC1, 0xD1,
	    0xC1, 0x00, 0x28, 0x42, 0xF2, 0xC2, 0x08, 0xC5, 0x40, 0x11, 0xC2,
	    0x60, 0x11, 0xC2, 0x6A);
	assert_int_equal(panel_wait(&p, &key), 0);
	assert_int_equal(key.aid, PANEL_ENTER);
	assert_int_equal(key.row, 1);
	assert_int_equal(key.col, 3);
	assert_int_equal(panel_typed(&p, &key, 1, 0, text, sizeof text), 3);
	assert_string_equal(text, "AB ");
	assert_int_equal(panel_typed(&p, &key, 1, 78, text, sizeof text), -1);
	assert_int_equal(panel_typed(&p, &key, 2, 9, text, sizeof text), 0);
	assert_int_equal(panel_typed(&p, &key, 3, 0, text, sizeof text), -1);
	PRESS(PANEL_CLEAR);
	assert_int_equal(panel_wait(&p, &key), 0);
	assert_int_equal(key.aid, PANEL_CLEAR);
	assert_int_equal(panel_typed(&p, &key, 1, 0, text, sizeof text), -1);
}

static void
test_wide_keys(void **state)
{
	struct panel p;
	char text[80];

	(void)state;
	begin(&p, 62, 160, 1);
	PRESS(0xF3, 0x26, 0x11, 0x11, 0x11, 0x11, 0xC1, 0x11, 0x00, 0x11,
	    0xC2);
	assert_int_equal(panel_wait(&p, &key), 0);
	assert_int_equal(panel_pf(key.aid), 3);
	assert_int_equal(key.row, 60);
	assert_int_equal(key.col, 145);
	assert_int_equal(panel_typed(&p, &key, 27, 48, text, sizeof text), 1);
	assert_string_equal(text, "A");
	assert_int_equal(panel_typed(&p, &key, 0, 16, text, sizeof text), 1);
	assert_string_equal(text, "B");
}

static void
test_bad_keys(void **state)
{
	struct panel p;

	(void)state;
	begin(&p, 24, 80, 0);
	pressed.len = 0;
	assert_int_equal(panel_wait(&p, &key), -1);
	assert_int_equal(errno, EAGAIN);
	PRESS(0x7D, 0x40);
	assert_int_equal(panel_wait(&p, &key), -1);
	PRESS(0x7D, 0x5D, 0xFF);
	assert_int_equal(panel_wait(&p, &key), 0);
	assert_int_equal(key.row, 23);
	assert_int_equal(key.col, 79);
	PRESS(0x7D, 0x5E, 0x40);
	assert_int_equal(panel_wait(&p, &key), -1);
	PRESS(0x7D, 0x40, 0x40, 0x11, 0x40);
	assert_int_equal(panel_wait(&p, &key), 0);
	assert_int_equal(panel_typed(&p, &key, 0, 0, (char[4]){ 0 }, 4), -1);
	for (unsigned pf = 0, aid = 0; aid < 256; aid++)
		if (panel_pf((uint8_t)aid) != 0 && ++pf > 24)
			fail();
	assert_int_equal(panel_pf(0x7C), 12);
	assert_int_equal(panel_pf(0xC1), 13);
	assert_int_equal(panel_pf(0x4C), 24);
	assert_int_equal(panel_pf(0x7D), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_wide_keys),
		cmocka_unit_test(test_bad_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
