/* SPDX-License-Identifier: MIT
 *
 * paint.c - BROWSE's screen, of any size: what the file is, a scale or a
 * message, lines, the command line, what the keys do.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "browse.h"
#include "print.h"
#include "say.h"

#define ARROW "====>"
#define ARROW_WIDTH 6 /* with a blank */
#define HEX_ROWS 3    /* text, upper and lower digits */
#define DIGITS_LEAST 5

static const char legend[] = "PF 1 Help 3 Quit 4 Top 5 Bot 6 Again 7 Back "
    "8 Forw 9 Hex 10 Left 11 Right 12 ?";

static unsigned
browse_rows(const struct browse *b)
{
	unsigned other = BROWSE_HEAD + 1 + BROWSE_LEGEND;

	return b->screen.rows > other ? b->screen.rows - other : 0;
}

unsigned
browse_page(const struct browse *b)
{
	unsigned page = browse_rows(b) / (b->hex ? HEX_ROWS : 1);

	return page > 0 ? page : 1;
}

unsigned
browse_digits(const struct browse *b)
{
	unsigned digits = DIGITS_LEAST;

	for (unsigned long n = b->lines; n > 99999; n /= 10)
		digits++;
	return digits;
}

/* An attribute, the number, an attribute. */
unsigned
browse_width(const struct browse *b)
{
	unsigned other = browse_digits(b) + 2;

	return b->screen.cols > other ? b->screen.cols - other : 1;
}

void
browse_error(struct browse *b, int number, const char *format, ...)
{
	va_list ap;
	size_t n = print_into(b->message, sizeof b->message, "DMS%s%03dE ",
	    say_code, number);

	va_start(ap, format);
	print_va(b->message + n, sizeof b->message - n, format, ap);
	va_end(ap);
	b->alarm = 1;
}

static void
browse_row(struct panel *p, unsigned row, unsigned look, const char *text)
{
	panel_field(p, row, 0, PANEL_PROTECT | look, p->screen.cols - 1u,
	    text, strlen(text));
}

static void
browse_header(const struct browse *b, struct panel *p)
{
	char text[160];

	print_into(text, sizeof text, "%-8s %-8s %-2s  %c %-5u  LINE %lu OF "
	    "%lu  COLUMN %lu%s", b->st.name, b->st.type, b->st.mode,
	    b->st.recfm, b->st.lrecl, b->top < b->lines ? b->top : b->lines,
	    b->lines, b->left + 1, b->hex ? "  HEX" : "");
	browse_row(p, 0, PANEL_BRIGHT | PANEL_WHITE, text);
}

/* ----+----1----+----2, from the first column shown. */
static void
browse_scale(const struct browse *b, struct panel *p)
{
	char text[1024];
	unsigned width = browse_width(b);

	if (width > sizeof text)
		width = sizeof text;
	for (unsigned i = 0; i < width; i++) {
		unsigned long column = b->left + i + 1;

		text[i] = '-';
		if (column % 10 == 0)
			text[i] = (char)('0' + column / 10 % 10);
		else if (column % 5 == 0)
			text[i] = '+';
	}
	panel_field(p, 1, browse_digits(b) + 1, PANEL_PROTECT | PANEL_BLUE,
	    width, text, width);
}

/* The bytes of the columns that are shown. */
static size_t
browse_cut(const struct browse *b, const unsigned char *text, size_t len)
{
	size_t i = 0;
	uint8_t c;

	if (b->hex)
		return b->left < len ? b->left : len;
	for (unsigned long n = 0; n < b->left && i < len; n++)
		i += panel_character((const char *)text + i, len - i, &c);
	return i;
}

static void
browse_digit_row(const struct browse *b, struct panel *p, unsigned row,
    const unsigned char *text, size_t len, int shift)
{
	char digits[1024];
	unsigned width = browse_width(b);

	if (len > width)
		len = width;
	if (len > sizeof digits)
		len = sizeof digits;
	for (size_t i = 0; i < len; i++)
		digits[i] = "0123456789ABCDEF"[text[i] >> shift & 15];
	panel_field(p, row, browse_digits(b) + 1,
	    PANEL_PROTECT | PANEL_TURQUOISE, width, digits, len);
}

/* In hexadecimal a column is a byte, and shows what it is in ASCII. */
static void
browse_hex(const struct browse *b, struct panel *p, unsigned row,
    const unsigned char *text, size_t len)
{
	char plain[1024];
	unsigned width = browse_width(b);
	size_t n = len < sizeof plain ? len : sizeof plain;

	for (size_t i = 0; i < n; i++)
		plain[i] = text[i] > ' ' && text[i] < 0x7F ? (char)text[i] :
		    ' ';
	panel_field(p, row, browse_digits(b) + 1, PANEL_PROTECT | PANEL_GREEN,
	    width, plain, n);
	browse_digit_row(b, p, row + 1, text, len, 4);
	browse_digit_row(b, p, row + 2, text, len, 0);
}

static void
browse_show(const struct browse *b, struct panel *p, unsigned row,
    unsigned long line)
{
	char number[24];
	const unsigned char *text;
	unsigned digits = browse_digits(b);
	long len = browse_line(b, line, &text);
	size_t n, from;

	n = print_into(number, sizeof number, "%*lu", (int)digits, line);
	panel_field(p, row, 0, PANEL_PROTECT | PANEL_TURQUOISE, digits, number,
	    n);
	if (len == -1) {
		n = print_into(number, sizeof number, "READ ERROR %d", errno);
		panel_field(p, row, digits + 1, PANEL_PROTECT | PANEL_RED,
		    browse_width(b), number, n);
		return;
	}
	from = browse_cut(b, text, (size_t)len);
	if (b->hex)
		browse_hex(b, p, row, text + from, (size_t)len - from);
	else
		panel_field(p, row, digits + 1, PANEL_PROTECT | PANEL_GREEN,
		    browse_width(b), (const char *)text + from,
		    (size_t)len - from);
}

static void
browse_lines(const struct browse *b, struct panel *p)
{
	unsigned high = b->hex ? HEX_ROWS : 1;
	unsigned end = BROWSE_HEAD + browse_rows(b);
	unsigned row = BROWSE_HEAD;
	unsigned long line = b->top;

	for (; row + high <= end && line <= b->lines; row += high)
		browse_show(b, p, row, line++);
	if (row < end && line > b->lines)
		browse_row(p, row, PANEL_BLUE, "* * * END OF FILE * * *");
}

static unsigned
browse_command_row(const struct browse *b)
{
	return BROWSE_HEAD + browse_rows(b);
}

static unsigned
browse_command_width(const struct browse *b)
{
	unsigned width = b->screen.cols > ARROW_WIDTH + 2u ?
	    b->screen.cols - ARROW_WIDTH - 2u : 1;

	return width < BROWSE_COMMAND ? width : BROWSE_COMMAND;
}

void
browse_paint(const struct browse *b, struct panel *p)
{
	unsigned row = browse_command_row(b);

	p->alarm = b->alarm;
	browse_header(b, p);
	if (b->message[0] != '\0')
		browse_row(p, 1, PANEL_BRIGHT | PANEL_YELLOW, b->message);
	else
		browse_scale(b, p);
	browse_lines(b, p);
	browse_row(p, row, PANEL_WHITE, ARROW);
	panel_field(p, row, ARROW_WIDTH, PANEL_INPUT | PANEL_WHITE,
	    browse_command_width(b), b->command, strlen(b->command));
	browse_row(p, row + 1, PANEL_BLUE, legend);
	panel_cursor(p, row, ARROW_WIDTH + 1);
}

long
browse_typed(const struct browse *b, const struct panel *p,
    const struct panel_key *key, char *text, size_t size)
{
	return panel_typed(p, key, browse_command_row(b), ARROW_WIDTH, text,
	    size);
}
