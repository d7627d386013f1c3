/* SPDX-License-Identifier: MIT
 *
 * card.h - the statements of USER DIRECT and SYSTEM CONFIG as words.
 *
 * A statement is one line: words between blanks, columns 1 to 71.  As on
 * cards, columns 73 to 80 may hold a sequence number.  Two things may be
 * longer: a comment (a line whose first word begins with an asterisk), and a
 * password's hash, a word that begins with a dollar sign and that is not
 * counted: what follows it is judged as if the hash took no columns.
 */
#ifndef VM370_CP_CARD_H
#define VM370_CP_CARD_H

#include <stdbool.h>
#include <stddef.h>

#define CARD_COLUMNS 71
#define CARD_BYTES_MAX 1024 /* the longest line, comments included */
#define CARD_WORDS_MAX 48

struct card_word {
	const char *s; /* in the text; not terminated */
	unsigned len;
	unsigned column; /* in the line, from 1 */
};

struct card {
	unsigned line;
	unsigned nwords;
	unsigned end; /* column behind the last word */
	bool numbered; /* there is a sequence number too */
	struct card_word word[CARD_WORDS_MAX];
};

/* Where reading stands.  text need not end in NUL. */
struct card_reader {
	const char *text;
	size_t len, at;
	unsigned line;
	unsigned columns; /* CARD_COLUMNS, or 0: no limit, any UTF-8 */
};

/*
 * The next statement; lines without one are passed over.  1: *card is set.
 * 0: the end.  -1: card->line and *column tell where, *why (static) what.
 */
int card_next(struct card_reader *reader, struct card *card, unsigned *column,
    const char **why);

/* Is word i there and the same as `name`, which is in capitals? */
bool card_is(const struct card *card, unsigned i, const char *name);

/* Word i as a string, in capitals when fold is set.  False when there is none
 * or it does not fit. */
bool card_copy(const struct card *card, unsigned i, bool fold, char *buf,
    size_t size);

/* From word i to the end of the statement, as written. */
struct card_word card_rest(const struct card *card, unsigned i);

/* Word i as a decimal number of at most `max`.  False when it is not. */
bool card_number(const struct card *card, unsigned i, unsigned long max,
    unsigned long *value);

#endif
