/* SPDX-License-Identifier: MIT
 *
 * deck.h - what a stranger sends to a card reader's port, as cards.
 *
 * Pure.  A card is a line, ended by LF or CR LF, of any other bytes; the first
 * says whose deck it is:
 *
 *   {ID|USERID} userid [CLASS c] [NAME fn [ft]] [TAG text]
 *
 * A line is one record however long it is, up to SPOOL_RECORD_MAX; an empty
 * one is a blank card.  Refuses another first card, and longer lines.
 */
#ifndef VM370_UNIT_DECK_H
#define VM370_UNIT_DECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool.h"

enum deck_state {
	DECK_FIRST,	/* the first card is awaited */
	DECK_ASKS,	/* it is there: deck_go, or it is refused */
	DECK_CARDS,
	DECK_NO_ID,	/* refused: no such first card */
	DECK_TOO_LONG,	/* refused: a line over SPOOL_RECORD_MAX */
};

typedef void deck_card(void *arg, const char *card, size_t len);

struct deck {
	enum deck_state state;
	deck_card *card;
	void *arg;
	struct vm_name user;
	struct spool_attr attr; /* class, name, type, tag: of the first card */
	uint64_t cards;		/* without it */
	size_t len;
	char line[SPOOL_RECORD_MAX + 1]; /* with a CR */
};

/* cls: the class of a deck whose first card gives none. */
void deck_begin(struct deck *d, char cls, deck_card *card, void *arg);

/* Take bytes; how many of them.  Fewer than n when it asks or is refused. */
size_t deck_feed(struct deck *d, const char *in, size_t n);

/* The user exists: the cards may come. */
void deck_go(struct deck *d);

/* No more bytes come: a last line may have no end. */
void deck_end(struct deck *d);

#endif
