/* SPDX-License-Identifier: MIT
 *
 * draw.c - cells, by ncurses, into a memfd.
 *
 * The client's terminal is described by TERMINFO=hex:..., one of the entries
 * that terminfo.sh made; ncurses then opens no file.  Its picture of what the
 * terminal shows is kept when the terminal is given back, for the next time.
 */
#include "draw.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include <curses.h>

#define DRAW_OUT 4096 /* given out at once */

static const struct draw_entry {
	const char *name, *hex;
} draw_entry[] = {
#include "terminfo.inc"
};

/* What a type that begins so is drawn on as; the first row counts. */
static const struct draw_like {
	const char *begins, *name; /* of an entry; NULL: on nothing */
	unsigned flags;
} draw_like[] = {
	{ "xterm-256", "xterm-256color", DRAW_COLOR },
	{ "xterm-direct", "xterm-256color", DRAW_COLOR },
	{ "xterm-mono", "vt220", 0 },
	{ "xterm", "xterm", DRAW_COLOR },
	{ "screen-256", "screen-256color", DRAW_COLOR },
	{ "screen.xterm-256", "screen-256color", DRAW_COLOR },
	{ "screen", "screen", DRAW_COLOR },
	{ "tmux-256", "tmux-256color", DRAW_COLOR },
	{ "tmux", "tmux", DRAW_COLOR },
	{ "linux", "linux", DRAW_COLOR },
	{ "rxvt", "rxvt", DRAW_COLOR },
	{ "Eterm", "rxvt", DRAW_COLOR },
	{ "putty-256", "xterm-256color", DRAW_COLOR },
	{ "putty", "xterm", DRAW_COLOR },
	{ "alacritty", "xterm-256color", DRAW_COLOR },
	{ "foot", "xterm-256color", DRAW_COLOR },
	{ "gnome", "xterm-256color", DRAW_COLOR },
	{ "iterm", "xterm-256color", DRAW_COLOR },
	{ "kitty", "xterm-256color", DRAW_COLOR },
	{ "konsole", "xterm-256color", DRAW_COLOR },
	{ "nsterm", "xterm-256color", DRAW_COLOR },
	{ "st-256", "xterm-256color", DRAW_COLOR },
	{ "vte", "xterm-256color", DRAW_COLOR },
	{ "wezterm", "xterm-256color", DRAW_COLOR },
	{ "ansi", "ansi", DRAW_COLOR },
	{ "pcansi", "ansi", DRAW_COLOR },
	{ "cygwin", "linux", DRAW_COLOR },
	{ "vt1", "vt100", 0 },
	{ "dec-vt1", "vt100", 0 },
	{ "vt2", "vt220", 0 },
	{ "vt3", "vt220", 0 },
	{ "vt4", "vt220", 0 },
	{ "vt51", "vt220", 0 },
	{ "dec-vt2", "vt220", 0 },
	{ "dec-vt3", "vt220", 0 },
	{ "dec-vt4", "vt220", 0 },
};

/* Lines and corners that a terminal without UTF-8 has another way. */
static const struct draw_line {
	uint32_t c;
	char vt100;
} draw_line[] = {
	{ 0x2500, 'q' }, { 0x2502, 'x' }, { 0x250C, 'l' }, { 0x2510, 'k' },
	{ 0x2514, 'm' }, { 0x2518, 'j' }, { 0x251C, 't' }, { 0x2524, 'u' },
	{ 0x252C, 'w' }, { 0x2534, 'v' }, { 0x253C, 'n' },
};

/* One process is one terminal, as it is for ncurses. */
static struct draw {
	int fd;
	FILE *file;
	SCREEN *screen;
	const char *name; /* of its entry */
	bool wide; /* characters of more than one byte can be drawn */
	bool open, utf8, again;
	cchar_t *row;
	unsigned rows, cols;
} draw_only = { .fd = -1 };

static const struct draw_like *
draw_find(const char *type)
{
	for (size_t i = 0; i < sizeof draw_like / sizeof draw_like[0]; i++)
		if (strncasecmp(type, draw_like[i].begins,
		    strlen(draw_like[i].begins)) == 0)
			return &draw_like[i];
	return NULL;
}

unsigned
draw_type(const char *type)
{
	const struct draw_like *like = draw_find(type);

	return like != NULL ? DRAW_KNOWN | like->flags : 0;
}

int
draw_prepare(void)
{
	struct draw *d = &draw_only;

	if (d->file != NULL)
		return 0;
	d->fd = memfd_create("screen", MFD_CLOEXEC);
	if (d->fd < 0)
		return -1;
	d->file = fdopen(d->fd, "r+");
	if (d->file == NULL)
		return -1;
	/* For characters of more than one byte.  It is a file of glibc's, read
	 * now, before files are out of reach; where there is none, they are
	 * drawn as on a terminal without UTF-8. */
	d->wide = setlocale(LC_CTYPE, "C.UTF-8") != NULL;
	return 0;
}

/* --- opening --- */

static int
draw_setenv(const char *name, unsigned n)
{
	char text[12];

	snprintf(text, sizeof text, "%u", n);
	return setenv(name, text, 1);
}

/* ncurses looks there again whenever the terminal is taken. */
static int
draw_tell_size(unsigned rows, unsigned cols)
{
	return draw_setenv("LINES", rows) < 0 ||
	    draw_setenv("COLUMNS", cols) < 0 ? -1 : 0;
}

static int
draw_describe(const char *name)
{
	for (size_t i = 0; i < sizeof draw_entry / sizeof draw_entry[0]; i++)
		if (strcmp(name, draw_entry[i].name) == 0)
			return setenv("TERMINFO", draw_entry[i].hex, 1);
	errno = ENOENT;
	return -1;
}

/* Blue is hard to read on black where there is no lighter one. */
static void
draw_pairs(void)
{
	static const short color[DRAW_COLORS] = {
		[DRAW_BLUE] = COLOR_BLUE, [DRAW_RED] = COLOR_RED,
		[DRAW_PINK] = COLOR_MAGENTA, [DRAW_GREEN] = COLOR_GREEN,
		[DRAW_TURQUOISE] = COLOR_CYAN, [DRAW_YELLOW] = COLOR_YELLOW,
		[DRAW_WHITE] = COLOR_WHITE,
	};

	if (!has_colors() || start_color() == ERR)
		return;
	for (short i = DRAW_BLUE; i < DRAW_COLORS; i++)
		init_pair(i, color[i] + (COLORS >= 16 && i == DRAW_BLUE ? 8 : 0),
		    COLOR_BLACK);
}

static int
draw_new_screen(struct draw *d, const char *name, unsigned rows, unsigned cols)
{
	if (d->screen != NULL)
		delscreen(d->screen);
	d->screen = NULL;
	if (draw_tell_size(rows, cols) < 0 || draw_describe(name) < 0)
		return -1;
	d->screen = newterm(name, d->file, d->file);
	unsetenv("TERMINFO");
	if (d->screen == NULL) {
		errno = ENOMEM;
		return -1;
	}
	d->name = name;
	typeahead(-1); /* a screen is drawn whole, whatever comes in */
	draw_pairs();
	return 0;
}

static int
draw_size(struct draw *d, unsigned rows, unsigned cols)
{
	cchar_t *row = realloc(d->row, cols * sizeof *row);

	if (row == NULL)
		return -1;
	d->row = row;
	if (draw_tell_size(rows, cols) < 0)
		return -1;
	d->rows = rows;
	d->cols = cols;
	if ((unsigned)LINES == rows && (unsigned)COLS == cols)
		return 0;
	if (resizeterm((int)rows, (int)cols) == OK)
		return 0;
	errno = ENOMEM;
	return -1;
}

int
draw_open(const char *type, unsigned rows, unsigned cols, bool utf8)
{
	const struct draw_like *like = draw_find(type);
	struct draw *d = &draw_only;

	if (like == NULL || d->file == NULL) {
		errno = EINVAL;
		return -1;
	}
	if ((d->screen == NULL || strcmp(d->name, like->name) != 0) &&
	    draw_new_screen(d, like->name, rows, cols) < 0)
		return -1;
	if (draw_size(d, rows, cols) < 0)
		return -1;
	d->utf8 = utf8 && d->wide;
	d->open = d->again = true;
	leaveok(stdscr, FALSE);
	erase();
	return 0;
}

int
draw_resize(unsigned rows, unsigned cols)
{
	struct draw *d = &draw_only;

	d->again = true;
	if (draw_size(d, rows, cols) < 0)
		return -1;
	erase();
	return 0;
}

void
draw_close(void)
{
	const char *other = tigetstr("smcup"); /* a screen of its own */
	struct draw *d = &draw_only;

	if (!d->open)
		return;
	if (other == NULL || other == (char *)-1) {
		erase();
		refresh();
	}
	endwin();
	d->open = false;
}

/* --- drawing --- */

static attr_t
draw_attributes(const struct draw_cell *cell)
{
	bool bright = cell->bright ||
	    (cell->color == DRAW_BLUE && has_colors() && COLORS < 16);

	return (bright ? A_BOLD : 0) | (cell->blink ? A_BLINK : 0) |
	    (cell->reverse ? A_REVERSE : 0) |
	    (cell->underscore ? A_UNDERLINE : 0);
}

/* What a terminal without UTF-8 shows for it. */
static uint32_t
draw_narrow(uint32_t c, attr_t *attributes)
{
	if (c < 0x80)
		return c;
	for (size_t i = 0; i < sizeof draw_line / sizeof draw_line[0]; i++)
		if (c == draw_line[i].c) {
			*attributes |= A_ALTCHARSET;
			return (uint32_t)draw_line[i].vt100;
		}
	return '?';
}

static void
draw_cell(const struct draw *d, const struct draw_cell *cell, cchar_t *to)
{
	attr_t attributes = draw_attributes(cell);
	uint32_t c = d->utf8 ? cell->c : draw_narrow(cell->c, &attributes);
	wchar_t text[2] = { (wchar_t)c, L'\0' };

	setcchar(to, text, attributes, has_colors() ? cell->color : 0, NULL);
}

void
draw_row(unsigned row, const struct draw_cell *cell, unsigned n)
{
	static const struct draw_cell blank = { .c = ' ', .color = DRAW_GREEN };
	struct draw *d = &draw_only;

	if (row >= d->rows)
		return;
	for (unsigned i = 0; i < d->cols; i++)
		draw_cell(d, i < n ? &cell[i] : &blank, &d->row[i]);
	mvadd_wchnstr((int)row, 0, d->row, (int)d->cols);
}

void
draw_cursor(unsigned row, unsigned col, bool insert)
{
	curs_set(insert ? 2 : 1);
	move((int)row, (int)col);
}

void
draw_bell(void)
{
	beep();
}

void
draw_again(void)
{
	draw_only.again = true;
}

/* The memfd is a pipe without an end: read from its beginning what was
 * written, and begin there again. */
static void
draw_drain(const struct draw *d, void (*out)(void *, const void *, size_t),
    void *arg)
{
	off_t end = lseek(d->fd, 0, SEEK_CUR), at = 0;
	char buf[DRAW_OUT];
	ssize_t n;

	while (at < end) {
		size_t want = (size_t)(end - at);

		n = pread(d->fd, buf, want < sizeof buf ? want : sizeof buf,
		    at);
		if (n <= 0)
			break;
		out(arg, buf, (size_t)n);
		at += n;
	}
	lseek(d->fd, 0, SEEK_SET);
}

void
draw_flush(void (*out)(void *arg, const void *bytes, size_t n), void *arg)
{
	struct draw *d = &draw_only;

	if (d->open) {
		if (d->again)
			clearok(curscr, TRUE);
		d->again = false;
		refresh();
	}
	draw_drain(d, out, arg);
}
