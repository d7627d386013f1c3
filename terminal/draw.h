/* SPDX-License-Identifier: MIT
 *
 * draw.h - cells on a character terminal, by ncurses: the only part of the
 * program that knows it.
 *
 * ncurses keeps its state in globals, so there is one terminal, which is no
 * argument.  It writes into a memfd; draw_flush() says what.  It reads no
 * file: descriptions of terminals are compiled in, and it gets no keys.
 */
#ifndef VM370_TERMINAL_DRAW_H
#define VM370_TERMINAL_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a terminal's type is known for. */
#define DRAW_KNOWN 0x01
#define DRAW_COLOR 0x02

unsigned draw_type(const char *type);

/* The memfd and the locale; before the sandbox.  -1 with errno. */
int draw_prepare(void);

/* Takes the terminal: from now on what draw_flush() says is all that may be
 * sent there.  utf8: the client shows UTF-8.  -1 with errno. */
int draw_open(const char *type, unsigned rows, unsigned cols, bool utf8);

/* Gives it back as it was, after one more draw_flush(). */
void draw_close(void);

int draw_resize(unsigned rows, unsigned cols);

enum draw_color {
	DRAW_BLUE = 1,
	DRAW_RED,
	DRAW_PINK,
	DRAW_GREEN,
	DRAW_TURQUOISE,
	DRAW_YELLOW,
	DRAW_WHITE,
	DRAW_COLORS,
};

struct draw_cell {
	uint32_t c;    /* a safe character of one column */
	uint8_t color; /* enum draw_color */
	bool bright, blink, reverse, underscore;
};

/* A row from its first column; blanks follow.  What is outside the window is
 * not drawn. */
void draw_row(unsigned row, const struct draw_cell *cell, unsigned n);

/* insert: a cursor that stands out. */
void draw_cursor(unsigned row, unsigned col, bool insert);
void draw_bell(void);

/* The next draw_flush() says everything, not what has changed. */
void draw_again(void);

/* What brings the terminal from what it shows to what was drawn. */
void draw_flush(void (*out)(void *arg, const void *bytes, size_t n),
    void *arg);

#endif
