/* SPDX-License-Identifier: MIT
 *
 * term_soft.c - a guest and a user at a 3270 on a character terminal.
 *
 * The first byte chooses the terminal, then comes a sequence of {length,
 * bytes}: records, or keys where the length is even; {0, number} is another
 * size of the window, or the same.  What is checked: the terminal, played by
 * term_glass.h, knows every sequence that it gets and shows characters only;
 * and what it shows after all the changes is what it shows when the whole
 * screen is drawn anew.
 */
#include <stdlib.h>

#define fail_msg(...) abort()
#define assert_true(good) check(good)

static void
check(int good)
{
	if (!good)
		abort();
}

#include "../unit/term_glass.h"
#include "soft.h"

static const struct { const char *type; unsigned rows, cols; } terminals[] = {
	{ "xterm", 25, 80 }, { "vt100", 24, 80 }, { "linux", 28, 132 },
	{ "screen", 44, 90 } };

static struct soft *soft;

static void
nothing_sent(void *arg, const uint8_t *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	check(n > 0);
}

static void
nothing(void *arg)
{
	(void)arg;
}

static void
no_timer(void *arg, unsigned ms)
{
	(void)arg;
	(void)ms;
}

static const struct soft_port port = { NULL, glass_out, nothing_sent, nothing,
	nothing, nothing, no_timer };

static void
typed(const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		size_t used = soft_input(soft, bytes, n);

		bytes += used;
		n -= used;
	}
}

/* What was typed is asked for, too, as far as there is room. */
static void
resized(unsigned number)
{
	unsigned rows = 24 + number % 4, cols = 80 + number / 4 % 4;
	bool field = (number & 0x80) != 0;
	uint8_t bytes[256];

	check(soft_typed(soft, field, bytes, number) <= number);
	check(soft_resize(soft, rows, cols, field) == 0);
	glass_open(rows, cols);
	soft_play(soft);
}

/* Of a blank, only what is behind it and below it is seen. */
static bool
looks_same(const struct glass_cell *a, const struct glass_cell *b)
{
	const unsigned seen = GLASS_UNDER | GLASS_REVERSE;

	if (a->c != b->c)
		return false;
	if (a->c == ' ' && ((a->attr | b->attr) & seen) == 0)
		return a->bg == b->bg;
	return a->fg == b->fg && a->bg == b->bg && a->attr == b->attr;
}

/* Help covers the screen, and it is drawn again behind it. */
static void
look(void)
{
	static struct glass_cell was[GLASS_ROWS][GLASS_COLS];
	unsigned rows = glass.rows > 24 ? glass.rows - 1 : 24;

	soft_timer(soft);
	typed((const uint8_t *)"\x12", 1); /* no prefix, no help */
	soft_ready(soft);
	memcpy(was, glass.cell, sizeof was);
	for (unsigned i = 0; i < 2; i++) {
		typed((const uint8_t *)"\033h", 2);
		soft_ready(soft);
		if (i == 0)
			check(strstr(glass_row(0), "THE KEYS") != NULL);
	}
	for (unsigned i = 0; i < rows * glass.cols; i++)
		check(looks_same(&was[i / glass.cols][i % glass.cols],
		    &glass.cell[i / glass.cols][i % glass.cols]));
}

const char *__lsan_default_suppressions(void);

/* ncurses keeps the description of each type that it has seen. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:_nc_read_termtype";
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	unsigned which = n > 0 ? bytes[0] % 4 : 0;
	unsigned rows = terminals[which].rows, cols = terminals[which].cols;

	check(soft_prepare() == 0);
	if (n == 0)
		return 0;
	glass_open(rows, cols);
	soft = soft_open(terminals[which].type, rows, cols,
	    (bytes[0] & 4) != 0, &port);
	check(soft != NULL);
	for (bytes++, n--; n >= 2;) {
		size_t len = bytes[0] < n - 1 ? bytes[0] : n - 1;

		if (bytes[0] == 0)
			resized(bytes[len = 1]);
		else if (bytes[0] % 2 == 0)
			typed(bytes + 1, len);
		else
			soft_host(soft, bytes + 1, len);
		soft_ready(soft);
		bytes += 1 + len;
		n -= 1 + len;
	}
	look();
	soft_close(soft);
	return 0;
}
