/* SPDX-License-Identifier: MIT
 *
 * lineedit.h - edit one line on a character terminal.
 *
 * Pure: bytes go in, bytes to show and finished lines come out by the port's
 * functions.  Works with any terminal: the line is shown in one row that
 * scrolls sideways, drawn with backspaces and blanks only.  A line longer
 * than LINEEDIT_MAX bytes is refused as a whole and kept in the history.
 *
 *   backspace DEL   delete to the left     ^D Delete   delete to the right
 *   ^U  delete all  ^K delete to the end   ^W          delete a word
 *   ^A Home         ^E End                 ^B ^F arrows  left, right
 *   ^P ^N arrows    earlier, later lines   ^L          show the line again
 *   ^R              search the earlier lines: characters, ^R again for the one
 *                   before, ^G gives up, other keys take the line that is found
 *   ^C              attention; the line goes to the history
 *
 * Bytes that are no UTF-8 are not put into the line.
 */
#ifndef VM370_TERMINAL_LINEEDIT_H
#define VM370_TERMINAL_LINEEDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "history.h"
#include "keymap.h"

#define LINEEDIT_MAX CON_LINE_MAX
#define LINEEDIT_SOUGHT_MAX 32

struct lineedit_port {
	void *arg;
	/* Show these bytes on the terminal. */
	void (*out)(void *arg, const char *bytes, size_t n);
	/* A line was finished; the cursor is at the beginning of a new row. */
	void (*line)(void *arg, const char *text, size_t n);
	/* ^C; the cursor is at the beginning of a new row. */
	void (*attention)(void *arg);
	/* A line over LINEEDIT_MAX bytes was refused at its end. */
	void (*refused)(void *arg);
	/* Something typed was no UTF-8 and is not in the line. */
	void (*bad)(void *arg);
	/* Every key, first: true when it is not for the editor. */
	bool (*key)(void *arg, const struct keymap_key *key);
};

struct lineedit {
	struct lineedit_port port;
	char text[LINEEDIT_MAX];
	size_t len, cur;  /* bytes; cur is between characters */
	bool echo;	  /* false: the client shows what is typed itself */
	bool hidden;	  /* show nothing, remember nothing */
	bool secret;	  /* the line was begun hidden: never to be shown */
	bool over;	  /* more came than there is room for */
	bool stop;	  /* take no more of what is being fed */
	bool suspended;	  /* between lineedit_hide and lineedit_show */

	struct keymap keymap;

	/* what is shown, in columns from origin */
	unsigned cols, origin;
	size_t first;	  /* byte of text that stands at origin */
	unsigned shown, shown_cur;
	unsigned prefix;  /* columns of what stands before it: a search */

	struct history history;
	size_t back;	  /* how far in the history; 0: the line itself */
	char *draft;	  /* the line itself, meanwhile */
	size_t draft_len;
	bool draft_over;
	bool searching;
	char sought[LINEEDIT_SOUGHT_MAX];
	size_t sought_len;
};

void lineedit_init(struct lineedit *le, const struct lineedit_port *port,
    unsigned cols);
void lineedit_free(struct lineedit *le);

/* What the client sent.  Returns how much of it was taken: all, unless one of
 * the port's functions set le->stop. */
size_t lineedit_feed(struct lineedit *le, const uint8_t *bytes, size_t n);

/* KEYMAP_ESCAPE_MS after keymap_pending(). */
void lineedit_timeout(struct lineedit *le);

/* As if it had been typed; the line before this one, as by an arrow. */
void lineedit_type(struct lineedit *le, const char *text, size_t n);
void lineedit_retrieve(struct lineedit *le);

/* Take the line off the terminal, the cursor to the origin; then something
 * else may be written; then show it again at the column the cursor is at. */
void lineedit_hide(struct lineedit *le);
void lineedit_show(struct lineedit *le, unsigned origin, unsigned cols);

/* The earlier lines go, not what is being typed. */
void lineedit_forget(struct lineedit *le);

/* Passwords; takes what is shown off the terminal.  What nobody asks for any
 * more before its line is finished is forgotten, not shown. */
void lineedit_hidden(struct lineedit *le, bool hidden);

#endif
