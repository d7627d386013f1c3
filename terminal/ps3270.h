/* SPDX-License-Identifier: MIT
 *
 * ps3270.h - a 3270's presentation space: what a display does with a data
 * stream, and what it sends when a key is pressed.
 *
 * Pure: no sockets, no clock, no terminal.  It is the memory of a guest's
 * screen, and the 3270 itself where the client has none (soft.h).  Streams
 * come from guests and are checked: what breaks the rules is refused whole,
 * nothing of it is shown.  GA23-0059 is what the rules are from.
 */
#ifndef VM370_TERMINAL_PS3270_H
#define VM370_TERMINAL_PS3270_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ds3270.h"

#define PS_CELLS_MAX 16383

/* One position.  An attribute byte occupies one; it shows as a blank. */
struct ps_cell {
	uint8_t c;	   /* EBCDIC, or the field attribute */
	uint8_t what;	   /* PS_* */
	uint8_t color;	   /* 0: the field's, else F1 to F7 (X'42') */
	uint8_t highlight; /* 0: the field's, F0 none, F1 F2 F4 F8 (X'41') */
};

#define PS_ATTR 0x01	/* a field begins here */
#define PS_GRAPHIC 0x02 /* by graphic escape: APL/line drawing */

struct ps3270 {
	struct ps_cell *cell; /* rows * cols of them */
	uint16_t *field;      /* where the attribute of each is */
	unsigned rows, cols;  /* of the size in use */
	unsigned alt_rows, alt_cols;
	unsigned cursor;
	uint8_t aid;	      /* the key that was sent, until a restore */
	uint8_t reply_mode;   /* 0 field, 1 extended field, 2 character */
	uint8_t reply_attr[8], reply_attrs;
	bool color, highlight; /* what the display can do */
	bool locked;	      /* the keyboard, until a WCC restores it */
	bool alarm;	      /* was asked for; whoever rings it clears it */
	bool insert;	      /* insert mode of the keyboard */
	bool formatted;	      /* has a field */
	bool written;	      /* an erase has made it the writer's */
};

/* -1 with errno: no memory, smaller than 24x80 or more than PS_CELLS_MAX.
 * 24x80 is in use, blank, and the keyboard is free. */
int ps3270_open(struct ps3270 *ps, unsigned alt_rows, unsigned alt_cols,
    bool color, bool highlight);
void ps3270_close(struct ps3270 *ps);

/*
 * A record from the host: a command and its data, as FULL_WRITE and FULL_READ
 * have them.  0; or -EINVAL: it breaks the rules, or goes over the display
 * thousands of times; nothing has changed.  What
 * the display answers at once (READ BUFFER, READ MODIFIED, a query) is put
 * into answer, *n bytes of at most `room`; *n 0: nothing.  -EMSGSIZE: the
 * answer does not fit.
 */
int ps3270_host(struct ps3270 *ps, const uint8_t *record, size_t len,
    uint8_t *answer, size_t room, size_t *n);

/*
 * A key that sends: what a real display sends for it, and the keyboard is
 * locked.  Its length; 0 when the keyboard was locked, or it does not fit.
 */
size_t ps3270_aid(struct ps3270 *ps, uint8_t aid, uint8_t *record,
    size_t room);

/* Keys that change the screen.  false: not here (protected, no room, locked);
 * nothing has changed. */
bool ps3270_type(struct ps3270 *ps, uint8_t ebcdic);
enum ps_key {
	PS_KEY_LEFT, PS_KEY_RIGHT, PS_KEY_UP, PS_KEY_DOWN,
	PS_KEY_TAB, PS_KEY_BACKTAB, PS_KEY_NEWLINE, PS_KEY_HOME, PS_KEY_END,
	PS_KEY_BACKSPACE, PS_KEY_DELETE, PS_KEY_ERASE_EOF, PS_KEY_ERASE_INPUT,
	PS_KEY_DELETE_WORD, PS_KEY_INSERT, PS_KEY_RESET, PS_KEY_DUP,
	PS_KEY_FIELD_MARK,
};
bool ps3270_key(struct ps3270 *ps, enum ps_key key);

/* What a terminal answered to READ BUFFER, put over what is here: what was
 * typed there meanwhile.  -EINVAL as above. */
int ps3270_typed(struct ps3270 *ps, const uint8_t *record, size_t len);

/*
 * The records that make a blank display show this one, fields, colours,
 * typed text, cursor and keyboard: an erase and what belongs to it, each at
 * most `room` bytes.  *at is 0 at first and then where to go on; returns the
 * record's length, 0 when there is no more.
 */
size_t ps3270_paint(const struct ps3270 *ps, unsigned *at, uint8_t *record,
    size_t room);

/* How a cell looks: its character, and the field's and its own attributes
 * resolved.  hidden: show a blank. */
struct ps_look {
	uint8_t c;	   /* EBCDIC; 0x40 for attributes and nulls */
	uint8_t color;	   /* F1 blue F2 red F3 pink F4 green F5 turquoise
			    * F6 yellow F7 white; never 0 */
	bool graphic, hidden, bright, blink, reverse, underscore, protect;
};
struct ps_look ps3270_look(const struct ps3270 *ps, unsigned address);

/* The attribute of the field that `address` is in, or -1: unformatted. */
int ps3270_field(const struct ps3270 *ps, unsigned address);

/* What the keyboard needs: the first unprotected position, of the screen and
 * from `at` on (0 if there is none); a blank screen; what a key has to send. */
unsigned ps3270_home(const struct ps3270 *ps);
unsigned ps3270_tab(const struct ps3270 *ps, unsigned at);
void ps3270_clear(struct ps3270 *ps);
size_t ps3270_send(const struct ps3270 *ps, uint8_t *record, size_t room);

#endif
