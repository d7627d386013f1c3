/* SPDX-License-Identifier: MIT
 *
 * cms_display.h - the console's screen of the host's own, for programs that
 * use the whole screen.  It obeys SBA, SF, SFE and IC of writes that erase, and
 * fails the test at anything else.  Before each key it is shown on standard
 * output, without blanks at the ends of rows, and lines "==" around it.
 *
 * Keys, separated by blanks:  ENTER CLEAR PA1 PF1 ...; 'text' is typed into
 * the first field that can be, with _ for blanks, before the next one;
 * 43x80: the terminal has another size; LINES: it shows no screens any more.
 */
#ifndef CMS_DISPLAY_H
#define CMS_DISPLAY_H

#include "cms_fake.h"

#include "ebcdic.h"
#include "panel.h"

#define DISPLAY_CELLS 16384

static struct {
	const char *keys;
	struct cms_screen screen;
	int lines; /* it is no display */
	int gone;  /* what was shown */
	int alarm;
	unsigned cursor;
	uint8_t cell[DISPLAY_CELLS];
	short field[DISPLAY_CELLS]; /* its attribute byte, or -1 */
} display = { .screen = { .rows = 24, .cols = 80 } };

static void
display_fail(const char *why)
{
	printf("DISPLAY: %s\n", why);
	fflush(stdout);
	_exit(99);
}

static unsigned
display_cells(void)
{
	return (unsigned)display.screen.rows * display.screen.cols;
}

static unsigned
display_address(const uint8_t *at)
{
	unsigned address = (at[0] & 0xC0) == 0 ?
	    (unsigned)at[0] << 8 | at[1] :
	    (at[0] & 0x3Fu) << 6 | (at[1] & 0x3Fu);

	if (address >= display_cells())
		display_fail("address");
	if (display_cells() <= 4096 && (at[0] & 0xC0) == 0)
		display_fail("14 bits");
	return address;
}

/* A field's attribute; its colours must be those that the display has. */
static size_t
display_field(const uint8_t *at, unsigned *to)
{
	size_t n = 2;

	display.cell[*to] = 0x40;
	if (at[0] == 0x1D) {
		display.field[*to] = at[1];
	} else {
		for (unsigned i = 0; i < at[1]; i++, n += 2) {
			if (at[n] == 0xC0)
				display.field[*to] = at[n + 1];
			else if (at[n] != (display.screen.color ? 0x42 : 0x41))
				display_fail("attribute");
		}
	}
	*to = (*to + 1) % display_cells();
	return n;
}

int
cms_screen_write(int command, const void *data, size_t len)
{
	const uint8_t *at = data;
	unsigned to = 0;

	if (display.lines)
		return fake_error(ENOTTY);
	if (command != CMS_SCREEN_ERASE_ALTERNATE || len < 1)
		display_fail("command");
	display.gone = 0;
	display.alarm = (at[0] & 0x04) != 0;
	display.cursor = 0;
	memset(display.cell, 0, sizeof display.cell);
	for (unsigned i = 0; i < DISPLAY_CELLS; i++)
		display.field[i] = -1;
	for (size_t i = 1; i < len;) {
		if (at[i] == 0x11) {
			to = display_address(at + i + 1);
			i += 3;
		} else if (at[i] == 0x1D || at[i] == 0x29) {
			i += display_field(at + i, &to);
		} else if (at[i] == 0x13) {
			display.cursor = to;
			i++;
		} else if (at[i] >= 0x40 && at[i] < 0xFF) {
			display.cell[to] = at[i++];
			to = (to + 1) % display_cells();
		} else {
			display_fail("order");
		}
	}
	return 0;
}

int
cms_screen(struct cms_screen *screen)
{
	*screen = display.screen;
	return display.lines ? fake_error(ENOTTY) : 0;
}

static void
display_show(void)
{
	printf("==%s\n", display.alarm ? " alarm" : "");
	for (unsigned y = 0; y < display.screen.rows; y++) {
		char text[512] = "";
		size_t n;

		n = panel_utf8(display.cell + y * display.screen.cols,
		    display.screen.cols, text, sizeof text);
		while (n > 0 && text[n - 1] == ' ')
			n--;
		printf("%.*s\n", (int)n, text);
	}
	printf("==\n");
}

/* The first position that can be typed in. */
static unsigned
display_input(void)
{
	for (unsigned i = 0; i < display_cells(); i++)
		if (display.field[i] != -1 &&
		    (display.field[i] & 0x20) == 0)
			return i + 1;
	display_fail("no field");
	return 0;
}

static size_t
display_put_address(uint8_t *to, unsigned address)
{
	if (display_cells() > 4096) {
		to[0] = (uint8_t)(address >> 8);
		to[1] = (uint8_t)address;
	} else {
		to[0] = (uint8_t)(0xC0 | address >> 6);
		to[1] = (uint8_t)(0xC0 | (address & 0x3F));
	}
	return 2;
}

static size_t
display_type(uint8_t *to, const char *text, size_t len)
{
	unsigned at = display_input();
	size_t n = 1;

	to[0] = 0x11;
	n += display_put_address(to + 1, at);
	for (size_t i = 0; i < len; i++)
		to[n++] = latin1_to_ebcdic[text[i] == '_' ? ' ' :
		    (uint8_t)text[i]];
	return n;
}

static uint8_t
display_aid(const char *name)
{
	static const char pf[] = "\xF1\xF2\xF3\xF4\xF5\xF6\xF7\xF8\xF9\x7A\x7B"
	    "\x7C\xC1\xC2\xC3\xC4\xC5\xC6\xC7\xC8\xC9\x4A\x4B\x4C";

	if (strncmp(name, "PF", 2) == 0)
		return (uint8_t)pf[atoi(name + 2) - 1];
	if (strncmp(name, "ENTER", 5) == 0)
		return PANEL_ENTER;
	if (strncmp(name, "CLEAR", 5) == 0)
		return PANEL_CLEAR;
	if (strncmp(name, "PA1", 3) == 0)
		return PANEL_PA1;
	display_fail("key");
	return 0;
}

/* The next word of the keys; what is left is behind it. */
static const char *
display_next(size_t *len)
{
	const char *word;

	display.keys += strspn(display.keys, " ");
	word = display.keys;
	*len = strcspn(word, " ");
	display.keys += *len;
	if (*len == 0)
		display_fail("no key is left");
	return word;
}

long
cms_screen_read(int command, void *record, size_t size)
{
	uint8_t *to = record;
	size_t len, n = 1;
	const char *word;
	unsigned rows, cols;

	if (command != CMS_SCREEN_READ_MODIFIED || size < 400)
		display_fail("read");
	display_show();
	word = display_next(&len);
	if (sscanf(word, "%ux%u", &rows, &cols) == 2) {
		display.screen.rows = (uint16_t)rows;
		display.screen.cols = (uint16_t)cols;
		return fake_error(EAGAIN);
	}
	if (strncmp(word, "LINES", 5) == 0) {
		display.lines = 1;
		return fake_error(EAGAIN);
	}
	if (word[0] == '\'') {
		n = 3 + display_type(to + 3, word + 1, len - 2);
		word = display_next(&len);
	}
	to[0] = display_aid(word);
	if (to[0] == PANEL_CLEAR || to[0] == PANEL_PA1)
		return 1;
	display_put_address(to + 1, display.cursor);
	return (long)(n < 3 ? 3 : n);
}

/* Run the program with these keys: its return code.  fake_output has the
 * screens. */
static inline int
display_run(const char *line, const char *keys)
{
	display.keys = keys;
	return fake_run(line, "");
}

/* The screen before key n, from 0; the program's last words are behind all. */
static inline const char *
display_screen(int n, char text[FAKE_OUTPUT])
{
	const char *at = fake_output, *end;

	for (; n > 0 && at != NULL; n--)
		at = strstr(at, "\n==\n") != NULL ?
		    strstr(at, "\n==\n") + 4 : NULL;
	assert_non_null(at);
	end = strstr(at, "\n==\n");
	snprintf(text, FAKE_OUTPUT, "%.*s", end != NULL ?
	    (int)(end - at + 1) : (int)strlen(at), at);
	return text;
}

static inline void
display_has(int n, const char *text)
{
	static char screen[FAKE_OUTPUT];

	if (strstr(display_screen(n, screen), text) == NULL)
		fail_msg("screen %d has no \"%s\":\n%s", n, text, screen);
}

static inline void
display_lacks(int n, const char *text)
{
	static char screen[FAKE_OUTPUT];

	if (strstr(display_screen(n, screen), text) != NULL)
		fail_msg("screen %d has \"%s\":\n%s", n, text, screen);
}

#endif
