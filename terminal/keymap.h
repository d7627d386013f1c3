/* SPDX-License-Identifier: MIT
 *
 * keymap.h - from the bytes of a character terminal to its keys, and from
 * those to the keys of a 3270.
 *
 * Pure.  Knows the sequences of every terminal that there is a screen for at
 * once: they do not contradict each other.  A character is complete, or bad;
 * a sequence that means nothing is swallowed whole, never taken for text.
 */
#ifndef VM370_TERMINAL_KEYMAP_H
#define VM370_TERMINAL_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Esc, and nothing after it for so long, is no key. */
#define KEYMAP_ESCAPE_MS 2000

enum keymap_what {
	KEYMAP_CHARACTER,    /* c: what was typed, no control character */
	KEYMAP_CONTROL,	     /* c: below X'20', or X'7F' */
	KEYMAP_ESCAPED,	     /* c: what followed an Esc */
	KEYMAP_ESCAPED_TWICE,
	KEYMAP_FUNCTION,     /* c: 1 to 24 */
	KEYMAP_UP,
	KEYMAP_DOWN,
	KEYMAP_LEFT,
	KEYMAP_RIGHT,
	KEYMAP_HOME,
	KEYMAP_END,
	KEYMAP_INSERT,
	KEYMAP_DELETE,
	KEYMAP_PAGE_UP,
	KEYMAP_PAGE_DOWN,
	KEYMAP_BACKTAB,
	KEYMAP_BAD,	     /* bytes that are no UTF-8 */
	KEYMAP_UNKNOWN,	     /* a key that we do not know */
};

#define CTRL(letter) ((letter) & 0x1F)

struct keymap_key {
	enum keymap_what what;
	uint32_t c;
};

enum keymap_state {
	KEYMAP_GROUND,
	KEYMAP_ESC,
	KEYMAP_ESC_ESC,
	KEYMAP_CSI,
	KEYMAP_SS3,
	KEYMAP_LINUX, /* Esc [ [ and a letter */
};

struct keymap {
	enum keymap_state state;
	unsigned value, modifier; /* numbers of a sequence */
	unsigned numbers, len;
	bool private;		  /* a terminal's report, no key */
	bool after_cr;
	uint8_t part[4];	  /* a character that is not complete */
	uint8_t part_len, part_want;
};

typedef void (*keymap_fn)(void *arg, const struct keymap_key *key);

/* A byte from the client: none, one or two keys. */
void keymap_byte(struct keymap *k, uint8_t byte, keymap_fn fn, void *arg);

/* Is a key begun and not complete?  Then after KEYMAP_ESCAPE_MS: */
bool keymap_pending(const struct keymap *k);
void keymap_timeout(struct keymap *k, keymap_fn fn, void *arg);

/* --- a 3270's keyboard --- */

enum keymap_do {
	KEYMAP_DO_NOTHING,   /* no such key */
	KEYMAP_DO_TYPE,	     /* arg: the character */
	KEYMAP_DO_SEND,	     /* arg: enum ds_aid */
	KEYMAP_DO_KEY,	     /* arg: enum ps_key */
	KEYMAP_DO_ATTENTION,
	KEYMAP_DO_SYSREQ,
	KEYMAP_DO_HELP,
	KEYMAP_DO_REDRAW,
	KEYMAP_DO_TOGGLE,    /* lines instead of the screen */
	KEYMAP_DO_PREFIX,    /* Ctrl-A: the next key means something else */
};

struct keymap_3270 {
	enum keymap_do what;
	uint32_t arg;
};

/* prefixed: the key before this one was KEYMAP_DO_PREFIX. */
struct keymap_3270 keymap_3270(const struct keymap_key *key, bool prefixed);

/* The bytes that do the same to a line of text, and how many; 0: none do. */
#define KEYMAP_LINE_MAX 4
size_t keymap_line(const struct keymap_3270 *key, char bytes[KEYMAP_LINE_MAX]);

/* The PF key that this one is on any terminal, line mode too; 0: none. */
unsigned keymap_pf(const struct keymap_key *key);

#endif
