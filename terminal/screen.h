/* SPDX-License-Identifier: MIT
 *
 * screen.h - the CP screen on a 3270 display of any size.
 *
 * Pure: what should be shown, and the 3270 writes that make the display show
 * it.  The last two rows are the input field, which begins after its attribute
 * in the last column above them, and in the lower right corner the status; the
 * rows above show a page.
 *
 * A write never touches what stands in the input field unless told so
 * (screen_input), and never moves the cursor otherwise.
 */
#ifndef VM370_TERMINAL_SCREEN_H
#define VM370_TERMINAL_SCREEN_H

#include "ds3270.h"
#include "page.h"

#define SCREEN_STATUS_WORD 10 /* columns before the system's name */
#define SCREEN_STATUS_LEN 18  /* the last cell may be an attribute */
#define SCREEN_CORNER 21      /* the status and the attribute before it */
#define SCREEN_INPUT_ROWS 2

struct screen {
	const struct codepage *codepage;
	unsigned rows, cols, cells; /* the display's */
	unsigned out_rows;     /* a page's rows */
	unsigned input_attr;   /* addresses */
	unsigned input;
	unsigned status_attr;
	unsigned input_len;
	bool color;
	char status[12 + 1 + 8 + 1]; /* the word, a blank, the system */
	bool notice;	 /* the status wants something of the user */
	bool hidden;	 /* the input field does not display */

	/* what the next write must do */
	bool erase;	 /* what is on the display is not ours */
	bool restore;	 /* unlock the keyboard */
	bool alarm;
	enum { SCREEN_INPUT_KEEP, SCREEN_INPUT_SET } put;
	uint8_t *typed;	 /* EBCDIC to put into the field */
	unsigned typed_len;

	/* What the display shows, and should: a character with its look, or
	 * CELL_ATTR and an attribute. */
	uint16_t *shown, *want;
	unsigned used;	 /* rows of the page in `want`, from the top, */
	unsigned filled; /* and in one of the two */
};

/* A display of at least 24 by 80.  -1 with errno: no memory. */
int screen_open(struct screen *sc, unsigned rows, unsigned cols, bool color,
    const struct codepage *codepage);
void screen_close(struct screen *sc);

/* The status and the system's name, cut at SCREEN_STATUS_LEN columns. */
void screen_status(struct screen *sc, const char *word, const char *system,
    bool notice);

/* Put text into the input field (UTF-8; n 0 empties it), the cursor after. */
void screen_input(struct screen *sc, const char *text, size_t n);

/* The display erased itself, or shows something that is not ours. */
void screen_lost(struct screen *sc);

/*
 * Write what has changed since the last call, as one record given to `out`;
 * nothing when nothing has.  Without memory it stays to be written.
 */
void screen_write(struct screen *sc, const struct page *page,
    void (*out)(void *arg, const uint8_t *record, size_t n), void *arg);

/*
 * The display as lines of UTF-8, with `typed` (EBCDIC) in the input field,
 * each ended by a newline.  To be freed; NULL: no memory.
 */
char *screen_text(const struct screen *sc, const uint8_t *typed, size_t ntyped,
    size_t *n);

#endif
