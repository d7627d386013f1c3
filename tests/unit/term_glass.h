/* SPDX-License-Identifier: MIT
 *
 * term_glass.h - a character terminal: what bytes make it show.  As much of
 * ECMA-48, VT100 and xterm as ncurses uses for the types that there are; a
 * sequence that it does not know fails the test.
 */
#ifndef VM370_TESTS_TERM_GLASS_H
#define VM370_TESTS_TERM_GLASS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "text.h"

#define GLASS_ROWS 64
#define GLASS_COLS 200

#define GLASS_BOLD 0x01
#define GLASS_UNDER 0x02
#define GLASS_BLINK 0x04
#define GLASS_REVERSE 0x08
#define GLASS_LINES 0x10 /* the other character set */

struct glass_cell {
	uint32_t c;
	uint8_t attr, fg, bg; /* colours: 0 to 15, 99: the terminal's */
};

static struct {
	unsigned rows, cols, row, col, bells, top, bottom;
	bool wrap; /* the next character begins a new row */
	bool eager; /* that is so at once: type ansi */
	bool other; /* the screen for programs is shown */
	struct glass_cell cell[GLASS_ROWS][GLASS_COLS], pen;
	char part[40]; /* a sequence or character that is not complete */
	size_t part_len;
	size_t bytes;
} glass;

static void
glass_erase(unsigned row, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to && i < glass.cols; i++)
		glass.cell[row][i] = (struct glass_cell){ ' ', 0, 99,
			glass.pen.bg };
}

static void
glass_open(unsigned rows, unsigned cols)
{
	memset(&glass, 0, sizeof glass);
	glass.rows = rows;
	glass.cols = cols;
	glass.bottom = rows - 1;
	glass.pen = (struct glass_cell){ ' ', 0, 99, 99 };
	for (unsigned r = 0; r < rows; r++)
		glass_erase(r, 0, cols);
}

static void
glass_scroll(unsigned top, unsigned bottom, int by)
{
	for (; by > 0; by--) {
		memmove(glass.cell[top], glass.cell[top + 1],
		    (bottom - top) * sizeof glass.cell[0]);
		glass_erase(bottom, 0, glass.cols);
	}
	for (; by < 0; by++) {
		memmove(glass.cell[top + 1], glass.cell[top],
		    (bottom - top) * sizeof glass.cell[0]);
		glass_erase(top, 0, glass.cols);
	}
}

static void
glass_down(void)
{
	if (glass.row == glass.bottom)
		glass_scroll(glass.top, glass.bottom, 1);
	else if (glass.row + 1 < glass.rows)
		glass.row++;
}

static void
glass_put(uint32_t c)
{
	if (glass.wrap) {
		glass.col = 0;
		glass_down();
	}
	glass.wrap = glass.col + 1 == glass.cols && !glass.eager;
	glass.cell[glass.row][glass.col] = glass.pen;
	glass.cell[glass.row][glass.col].c = c;
	if (glass.wrap)
		return;
	if (++glass.col == glass.cols) {
		glass.col = 0;
		glass_down();
	}
}

static void
glass_sgr(unsigned n)
{
	static const uint8_t set[10] = { [1] = GLASS_BOLD, [4] = GLASS_UNDER,
		[5] = GLASS_BLINK, [7] = GLASS_REVERSE };

	if (n == 0)
		glass.pen = (struct glass_cell){ ' ',
			glass.pen.attr & GLASS_LINES, 99, 99 };
	else if (n < 10 && set[n] != 0)
		glass.pen.attr |= set[n];
	else if (n == 10 || n == 11)
		glass.pen.attr = (uint8_t)((glass.pen.attr & ~GLASS_LINES) |
		    (n == 11 ? GLASS_LINES : 0));
	else if (n >= 22 && n <= 28 && n != 23)
		glass.pen.attr &= (uint8_t)~(n == 22 ? GLASS_BOLD :
		    set[n - 20]);
	else if ((n >= 30 && n <= 37) || n == 39)
		glass.pen.fg = n == 39 ? 99 : (uint8_t)(n - 30);
	else if ((n >= 40 && n <= 47) || n == 49)
		glass.pen.bg = n == 49 ? 99 : (uint8_t)(n - 40);
	else if (n >= 90 && n <= 97)
		glass.pen.fg = (uint8_t)(n - 90 + 8);
	else
		fail_msg("SGR %u", n);
}

static unsigned
glass_limit(unsigned n, unsigned limit)
{
	return n < limit ? n : limit - 1;
}

static void
glass_line_erase(unsigned how)
{
	glass_erase(glass.row, how == 0 ? glass.col : 0,
	    how == 1 ? glass.col + 1 : glass.cols);
}

static void
glass_screen_erase(unsigned how)
{
	glass_line_erase(how);
	for (unsigned r = 0; r < glass.rows; r++)
		if (how == 2 || (how == 0 && r > glass.row) ||
		    (how == 1 && r < glass.row))
			glass_erase(r, 0, glass.cols);
}

/* Esc [ numbers final; what is private begins with '?' or '>'. */
static void
glass_csi(const char *s, char final)
{
	unsigned p[8] = { 0 }, n = 0, one;
	bool private = *s == '?' || *s == '>';

	for (s += private; *s != final; s++)
		if (*s == ';')
			n++;
		else
			p[n] = p[n] * 10 + (unsigned)(*s - '0');
	if (private) {
		if (p[0] == 1049 || p[0] == 47)
			glass.other = final == 'h';
		return;
	}
	one = p[0] == 0 ? 1 : p[0];
	if (final != 'm')
		glass.wrap = false;
	switch (final) {
	case 'm':
		for (unsigned i = 0; i <= n; i++)
			if (p[i] == 38 || p[i] == 48) {
				(p[i] == 38 ? &glass.pen.fg : &glass.pen.bg)[0] =
				    (uint8_t)p[i + 2];
				i += 2;
			} else
				glass_sgr(p[i]);
		break;
	case 'H':
		glass.row = glass_limit(one - 1, glass.rows);
		glass.col = glass_limit(p[1] > 0 ? p[1] - 1 : 0, glass.cols);
		break;
	case 'A':
		glass.row -= one < glass.row ? one : glass.row;
		break;
	case 'B':
		glass.row = glass_limit(glass.row + one, glass.rows);
		break;
	case 'C':
		glass.col = glass_limit(glass.col + one, glass.cols);
		break;
	case 'D':
		glass.col -= one < glass.col ? one : glass.col;
		break;
	case 'G':
		glass.col = glass_limit(one - 1, glass.cols);
		break;
	case 'd':
		glass.row = glass_limit(one - 1, glass.rows);
		break;
	case 'J':
		glass_screen_erase(p[0]);
		break;
	case 'K':
		glass_line_erase(p[0]);
		break;
	case 'X':
		glass_erase(glass.row, glass.col, glass.col + one);
		break;
	case 'b':
		for (uint32_t c = glass.cell[glass.row][glass.col - 1].c;
		     one > 0; one--)
			glass_put(c);
		break;
	case 'r':
		glass.top = one - 1;
		glass.bottom = p[1] > 0 ? p[1] - 1 : glass.rows - 1;
		glass.row = glass.col = 0;
		break;
	case 'S':
		glass_scroll(glass.top, glass.bottom, (int)one);
		break;
	case 'T':
		glass_scroll(glass.top, glass.bottom, -(int)one);
		break;
	case 'L':
		glass_scroll(glass.row, glass.bottom, -(int)one);
		break;
	case 'M':
		glass_scroll(glass.row, glass.bottom, (int)one);
		break;
	case '@':
	case 'P': {
		struct glass_cell *at = &glass.cell[glass.row][glass.col];
		unsigned rest = glass.cols - glass.col;

		if (final == 'P') {
			memmove(at, at + one, (rest - one) * sizeof *at);
			glass_erase(glass.row, glass.cols - one, glass.cols);
		} else {
			memmove(at + one, at, (rest - one) * sizeof *at);
			glass_erase(glass.row, glass.col, glass.col + one);
		}
		break;
	}
	case 'h':
	case 'l':
	case 't':
		break;
	default:
		fail_msg("CSI %c", final);
	}
}

/* True: the sequence is complete. */
static bool
glass_escape(const char *s, size_t n)
{
	char last = s[n - 1];

	if (n == 1)
		return false;
	if (s[1] == '[') {
		if (n == 2 || last < '@')
			return false;
		glass_csi(s + 2, last);
		return true;
	}
	if (s[1] == '(' || s[1] == ')') {
		if (n == 2)
			return false;
		if (s[1] == '(' && last == '0')
			glass.pen.attr |= GLASS_LINES;
		else if (s[1] == '(')
			glass.pen.attr &= (uint8_t)~GLASS_LINES;
		return true;
	}
	if (s[1] == ']')
		return (last == 'R' && n == 3) || last == '\a'; /* colours */
	if (s[1] == 'M' && glass.row == glass.top)
		glass_scroll(glass.top, glass.bottom, -1);
	else if (s[1] == 'M')
		glass.row--;
	else if (strchr("=>78c", s[1]) == NULL)
		fail_msg("Esc %c", s[1]);
	return true;
}

static void
glass_control(char c)
{
	glass.wrap = false;
	if (c == '\a')
		glass.bells++;
	else if (c == '\r')
		glass.col = 0;
	else if (c == '\n')
		glass_down();
	else if (c == '\b')
		glass.col -= glass.col > 0;
	else if (c == '\t')
		glass.col = glass_limit((glass.col / 8 + 1) * 8, glass.cols);
	else if (c == 0x0E)
		glass.pen.attr |= GLASS_LINES;
	else if (c == 0x0F)
		glass.pen.attr &= (uint8_t)~GLASS_LINES;
	else
		fail_msg("control character %d", c);
}

static void
glass_out(void *arg, const void *bytes, size_t n)
{
	const char *s = bytes;

	(void)arg;
	glass.bytes += n;
	for (; n > 0; n--, s++) {
		size_t used;
		uint32_t c;

		if (glass.part_len == 0 && (unsigned char)*s < ' ' &&
		    *s != 0x1B) {
			glass_control(*s);
			continue;
		}
		assert_true(glass.part_len < sizeof glass.part - 1);
		glass.part[glass.part_len++] = *s;
		glass.part[glass.part_len] = '\0';
		if (glass.part[0] == 0x1B) {
			if (glass_escape(glass.part, glass.part_len))
				glass.part_len = 0;
			continue;
		}
		c = text_decode(glass.part, glass.part_len, &used);
		if (c != TEXT_BAD) {
			glass_put(c);
			glass.part_len = 0;
		}
	}
}

/* A row as text, ASCII, without the blanks at its end. */
static inline const char *
glass_row(unsigned row)
{
	static char text[GLASS_COLS * TEXT_UTF8_MAX + 1];
	size_t n = 0;

	for (unsigned i = 0; i < glass.cols; i++)
		n += text_encode(glass.cell[row][i].c, text + n);
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	return text;
}

#endif
