/* SPDX-License-Identifier: MIT
 *
 * term_lineedit.c - keys.  What is checked: the cursor never leaves the row
 * that the editor believes it has, and lines keep to their bound.
 */
#include <stdlib.h>
#include <string.h>

#include "lineedit.h"
#include "text.h"

#define COLS 40

static unsigned col;

static void
control(char c)
{
	if (c == '\b') {
		if (col-- == 0)
			abort();
	} else if (c == '\r')
		col = 0;
	else if (c != '\n' && c != '\a')
		abort();
}

static void
out(void *arg, const char *bytes, size_t n)
{
	const char *end = bytes + n;
	size_t used;

	(void)arg;
	for (; bytes < end; bytes += used) {
		uint32_t c = text_decode(bytes, (size_t)(end - bytes), &used);

		if (c < ' ')
			control((char)c);
		else if (c == text_safe(c))
			col += text_width(c);
		else
			abort();
	}
}

static void
line(void *arg, const char *text, size_t n)
{
	(void)arg;
	(void)text;
	if (n > LINEEDIT_MAX)
		abort();
}

static void
nothing(void *arg)
{
	(void)arg;
}

static bool
not_taken(void *arg, const struct keymap_key *key)
{
	(void)arg;
	(void)key;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct lineedit_port port = { NULL, out, line, nothing, nothing,
		nothing, not_taken };
	static struct lineedit le;

	col = 0;
	lineedit_init(&le, &port, COLS);
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == 0xF8) {
			lineedit_hide(&le);
			col = i % COLS; /* something was written */
			lineedit_show(&le, col, COLS);
		} else if (bytes[i] == 0xF9)
			lineedit_hidden(&le, !le.hidden);
		else if (bytes[i] == 0xFA)
			lineedit_timeout(&le);
		else
			lineedit_feed(&le, bytes + i, 1);
		if (le.cur > le.len || le.len > LINEEDIT_MAX ||
		    le.first > le.len || le.shown_cur > le.shown ||
		    le.shown + le.prefix > COLS)
			abort();
	}
	lineedit_free(&le);
	return 0;
}
