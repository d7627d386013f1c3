/* SPDX-License-Identifier: MIT
 *
 * screen.h - the CP screen on a 24 by 80 display.
 *
 * Pure: a model of what should be shown, and the 3270 writes that make the
 * terminal show it.  Rows 1 to 22 are output; the input field begins after
 * its attribute at (22,80); the status is at (24,61).
 *
 * Lines that the user has had a chance to read (he has typed something since)
 * scroll off; a line that would push out an unread one does not fit: that is
 * MORE.  A write never touches what stands in the input field unless the
 * model was told so (screen_input_*), and never moves the cursor otherwise.
 */
#ifndef VM370_TERMINAL_SCREEN_H
#define VM370_TERMINAL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ds3270.h"

#define SCREEN_OUT_ROWS 22
#define SCREEN_INPUT_ATTR (SCREEN_OUT_ROWS * DS_COLS - 1) /* (22,80) */
#define SCREEN_INPUT (SCREEN_INPUT_ATTR + 1)		  /* (23,1) */
#define SCREEN_STATUS_ATTR (23 * DS_COLS + 59)		  /* (24,60) */
#define SCREEN_STATUS (SCREEN_STATUS_ATTR + 1)		  /* (24,61) */
#define SCREEN_INPUT_LEN (SCREEN_STATUS_ATTR - SCREEN_INPUT)
#define SCREEN_STATUS_WORD 10 /* columns before the system's name */
#define SCREEN_STATUS_LEN 18  /* (24,80) may be an attribute */
#define SCREEN_RECORD_MAX 6144 /* no write is longer */

struct screen_row {
	uint8_t cell[DS_COLS]; /* EBCDIC */
	uint8_t len;
	bool bright;
};

struct screen {
	struct screen_row row[SCREEN_OUT_ROWS];
	unsigned used;	 /* rows that hold something, from the top */
	unsigned fresh;	 /* of them, at the end: not seen by the user yet */
	bool open;	 /* the last row goes on: a prompt */
	bool logo;	 /* the logo is shown: the next line replaces it */
	char status[12 + 1 + 8 + 1]; /* the word, a blank, the system */
	bool hidden;	 /* the input field does not display */

	/* what the next write must do */
	bool erase;	 /* the terminal's screen is not ours: Erase/Write */
	bool restore;	 /* unlock the keyboard */
	bool alarm;
	enum { SCREEN_INPUT_KEEP, SCREEN_INPUT_SET } input;
	uint8_t typed[SCREEN_INPUT_LEN]; /* EBCDIC to put into the field */
	uint8_t typed_len;

	/* what the terminal shows: a character, or CELL_ATTR and attribute */
	uint16_t shown[DS_CELLS];
};

/* How a line is put. */
#define SCREEN_BRIGHT 0x01
#define SCREEN_APPEND 0x02 /* go on in the open row, if there is one */
#define SCREEN_OPEN 0x04   /* leave the row open */
#define SCREEN_SEEN 0x08   /* seen before: scroll, whatever is there */

void screen_init(struct screen *sc);

/*
 * Put text (UTF-8, a line; a new line in it begins a row) from *done on,
 * folding it at the edge.  True: all of it is on the screen.  False: the
 * screen is full of unseen lines and *done says how far it got; call again
 * with the same flags.
 */
bool screen_put(struct screen *sc, const char *text, size_t n, size_t *done,
    unsigned flags);

/* The next line begins a row. */
void screen_end_line(struct screen *sc);

/* Empty the output area. */
void screen_clear(struct screen *sc);

/* What is there now has been seen. */
void screen_seen(struct screen *sc);

/* Show the logo's lines; unseen lines stay below it as far as there is room. */
void screen_logo(struct screen *sc, const char *text, size_t n);

/* The status and the system's name, cut at SCREEN_STATUS_LEN columns. */
void screen_status(struct screen *sc, const char *word, const char *system);

/* Put text into the input field (UTF-8; n 0 empties it), the cursor after. */
void screen_input(struct screen *sc, const char *text, size_t n);

/* The terminal erased itself, or shows something that is not ours. */
void screen_lost(struct screen *sc);

/*
 * Write what has changed since the last call.  The record's length, 0 when
 * there is nothing to write.
 */
size_t screen_write(struct screen *sc, uint8_t record[SCREEN_RECORD_MAX]);

#endif
