/* SPDX-License-Identifier: MIT
 *
 * term_draw.c - what ncurses is asked to draw is what the terminal shows, on
 * each type; only what changes is sent; the terminal is given back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "draw.h"
#include "term_glass.h"

/* ncurses loses a description that has wide numbers when it is given up for
 * another; a vmterm has one in its life. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:_nc_read_termtype";
}

static const char *const types[] = { "xterm", "xterm-256color", "screen",
	"screen-256color", "tmux", "tmux-256color", "linux", "vt100", "vt220",
	"rxvt", "ansi" };

#define TYPES (sizeof types / sizeof types[0])

static struct draw_cell shown[GLASS_ROWS][GLASS_COLS];

static void
draw_all(unsigned rows, unsigned cols)
{
	for (unsigned r = 0; r < rows; r++)
		draw_row(r, shown[r], cols);
	draw_flush(glass_out, NULL);
}

/* Two types cannot underline what has a colour. */
static bool
underlines(const char *type)
{
	return strcmp(type, "linux") != 0 && strcmp(type, "ansi") != 0;
}

static uint8_t
attributes(const struct draw_cell *cell, bool color, bool many)
{
	bool bold = cell->bright ||
	    (color && !many && cell->color == DRAW_BLUE);

	return (uint8_t)((bold ? GLASS_BOLD : 0) |
	    (cell->blink ? GLASS_BLINK : 0) |
	    (cell->reverse ? GLASS_REVERSE : 0) |
	    (cell->underscore ? GLASS_UNDER : 0));
}

static void
compare_cell(const char *type, unsigned r, unsigned c)
{
	static const uint8_t fg[] = { [DRAW_BLUE] = 4, [DRAW_RED] = 1,
		[DRAW_PINK] = 5, [DRAW_GREEN] = 2, [DRAW_TURQUOISE] = 6,
		[DRAW_YELLOW] = 3, [DRAW_WHITE] = 7 };
	const struct draw_cell *want = &shown[r][c];
	const struct glass_cell *is = &glass.cell[r][c];
	bool color = (draw_type(type) & DRAW_COLOR) != 0;
	bool many = strstr(type, "256") != NULL;
	bool plain = want->c == ' ' && !want->reverse && !want->underscore;
	unsigned wanted = fg[want->color] +
	    (many && want->color == DRAW_BLUE ? 8u : 0u);

	if (is->c != want->c || (!plain && is->attr !=
	    attributes(want, color, many)) ||
	    (!plain && color && is->fg != wanted))
		fail_msg("%s %u,%u: %x %x %u for %x %x %u", type, r, c, is->c,
		    is->attr, is->fg, want->c, attributes(want, color, many),
		    wanted);
	assert_true(!color || is->bg == 0);
}

static void
compare(const char *type, unsigned rows, unsigned cols)
{
	for (unsigned r = 0; r < rows; r++)
		for (unsigned c = 0; c < cols; c++)
			compare_cell(type, r, c);
}

static struct draw_cell
random_cell(const char *type)
{
	static const uint32_t some[] = { ' ', 'a', 'Z', '0', '#', 0xE4, 0xE9,
		0x20AC, 0x2500, 0x253C };
	int attr = rand() % 12;

	return (struct draw_cell){ .c = some[rand() % 10],
		.color = (uint8_t)(DRAW_BLUE + rand() % 7),
		.bright = attr == 1 || attr == 5, .blink = attr == 2,
		.reverse = attr == 3 || attr == 6,
		.underscore = attr >= 4 && attr <= 5 && underlines(type) };
}

static void
test_random(void **state)
{
	(void)state;
	for (size_t t = 0; t < TYPES; t++) {
		srand((unsigned)t);
		glass_open(24, 80);
		glass.eager = strcmp(types[t], "ansi") == 0;
		memset(shown, 0, sizeof shown);
		assert_int_equal(draw_open(types[t], 24, 80, true), 0);
		for (unsigned r = 0; r < 24; r++)
			for (unsigned c = 0; c < 80; c++)
				shown[r][c] = random_cell(types[t]);
		for (unsigned i = 0; i < 40; i++) {
			draw_all(24, 80);
			compare(types[t], 24, 80);
			for (unsigned k = 0; k < 30; k++)
				shown[rand() % 24][rand() % 80] =
				    random_cell(types[t]);
			if (i % 10 == 9)
				memmove(shown[3], shown[5],
				    10 * sizeof shown[0]);
		}
		draw_close();
		draw_flush(glass_out, NULL);
		assert_false(glass.other);
		assert_int_equal(glass.pen.attr, 0);
	}
}

static void
fill(unsigned rows, unsigned cols, uint32_t c)
{
	for (unsigned r = 0; r < rows; r++)
		for (unsigned i = 0; i < cols; i++)
			shown[r][i] = (struct draw_cell){ .c = c,
				.color = DRAW_GREEN };
}

static void
test_only_changes(void **state)
{
	size_t whole;

	(void)state;
	glass_open(24, 80);
	assert_int_equal(draw_open("xterm", 24, 80, true), 0);
	fill(24, 80, 'x');
	draw_all(24, 80);
	whole = glass.bytes;
	assert_true(whole >= 24 * 80 / 8 && whole < 24 * 80 * 2);
	assert_true(glass.other);
	glass.bytes = 0;
	draw_all(24, 80);
	assert_int_equal(glass.bytes, 0);
	shown[12][40].c = 'y';
	draw_all(24, 80);
	assert_in_range(glass.bytes, 1, 60);
	glass.bytes = 0;
	draw_again();
	draw_all(24, 80);
	assert_true(glass.bytes > 24 * 80 / 8);
	draw_bell();
	draw_flush(glass_out, NULL);
	assert_int_equal(glass.bells, 1);
	draw_cursor(23, 79, false);
	draw_flush(glass_out, NULL);
	assert_int_equal(glass.row, 23);
	assert_int_equal(glass.col, 79);
	draw_close();
	draw_flush(glass_out, NULL);
}

/* The window changes, and the terminal is given back and taken again. */
static void
test_sizes(void **state)
{
	(void)state;
	for (size_t t = 0; t < TYPES; t++) {
		glass_open(24, 80);
		glass.eager = strcmp(types[t], "ansi") == 0;
		fill(GLASS_ROWS, GLASS_COLS, '.');
		assert_int_equal(draw_open(types[t], 24, 80, true), 0);
		draw_all(24, 80);
		compare(types[t], 24, 80);
		glass_open(62, 160);
		glass.eager = strcmp(types[t], "ansi") == 0;
		assert_int_equal(draw_resize(62, 160), 0);
		draw_all(62, 160);
		compare(types[t], 62, 160);
		draw_close();
		draw_flush(glass_out, NULL);
		glass_open(30, 100);
		glass.eager = strcmp(types[t], "ansi") == 0;
		assert_int_equal(draw_open(types[t], 30, 100, true), 0);
		draw_all(30, 100);
		compare(types[t], 30, 100);
		draw_close();
		draw_flush(glass_out, NULL);
	}
}

static void
test_without_utf8(void **state)
{
	(void)state;
	glass_open(24, 80);
	fill(24, 80, ' ');
	shown[0][0].c = 0x2500;
	shown[0][1].c = 0xE4;
	assert_int_equal(draw_open("vt100", 24, 80, false), 0);
	draw_all(24, 80);
	assert_int_equal(glass.cell[0][0].c, 'q');
	assert_int_equal(glass.cell[0][0].attr, GLASS_LINES);
	assert_int_equal(glass.cell[0][1].c, '?');
	draw_close();
	draw_flush(glass_out, NULL);
}

static void
test_types(void **state)
{
	static const char *const known[] = { "XTERM", "xterm-kitty", "VT320",
		"vt102", "screen.xterm-256color", "putty", "RXVT-UNICODE",
		"linux-m", "ANSI" },
		*const unknown[] = { "", "dumb", "UNKNOWN", "VT52", "vtnt",
		"IBM-3278-2", "network", "teletype" };

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		assert_true(draw_type(known[i]) & DRAW_KNOWN);
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		assert_int_equal(draw_type(unknown[i]), 0);
	assert_int_equal(draw_type("vt100") & DRAW_COLOR, 0);
	assert_int_equal(draw_open("dumb", 24, 80, true), -1);
	/* every name that there is leads to a description */
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		assert_int_equal(draw_open(known[i], 24, 80, true), 0);
		draw_close();
		draw_flush(glass_out, NULL);
	}
}

static int
prepare(void **state)
{
	(void)state;
	return draw_prepare();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_only_changes),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_without_utf8),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
