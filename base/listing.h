/* SPDX-License-Identifier: MIT
 *
 * listing.h - records of a spool file (spool.h) to UTF-8 text, as they come:
 * of a file never more than a line is kept.  Opens and writes nothing itself.
 *
 * Printed lines are put on paper as channel.h says.  A line feed is a line of
 * paper; a form feed is where a skip goes on to the next page, so that the
 * text printed on forms of PRT_PAGE lines is the listing again.  Lines printed
 * over each other are made one; where two differ in a column the second follows
 * the first and a carriage return, and nothing is lost.  A skip to the line
 * that is reached already, and blank as yet, moves nothing.
 *
 * Whatever bytes records hold, only text comes out: what is no printable
 * character, or not UTF-8, is a blank, as on a 1403.  Blanks that end a line
 * are cut.
 */
#ifndef VM370_BASE_LISTING_H
#define VM370_BASE_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool.h"

enum listing_kind {
	LISTING_PRINTED, /* printed lines, a console's too */
	LISTING_SPACED,	 /* printed lines one below the other, whatever they
			    ask for: SPACE */
	LISTING_CARDS,	 /* a card is a line */
};

/* Takes text; -1 ends what was asked for, which returns it. */
typedef int listing_fn(void *arg, const char *text, size_t len);

struct listing {
	enum listing_kind kind;
	listing_fn *out;
	void *arg;
	uint64_t page;	/* from 1 */
	unsigned line;	/* on it, from 1: where the next is printed */
	bool blank;	/* nothing is printed on this line */
	size_t len;	/* of what is */
	char text[SPOOL_RECORD_MAX];
};

void listing_begin(struct listing *l, enum listing_kind kind, listing_fn *out,
    void *arg);

/* One record, len at most SPOOL_RECORD_MAX. */
int listing_record(struct listing *l, const void *record, size_t len);

/* The last line, if no record moved the paper behind it. */
int listing_end(struct listing *l);

/*
 * The next record of a block: its bytes, and where the one behind it begins.
 * 1; 0 at the end of the block; -1 (EPROTO): it is not whole records.
 */
int listing_next(const char *block, size_t size, size_t *at,
    const char **record, size_t *len);

/* All records of a block.  -1: as out said, or EPROTO. */
int listing_block(struct listing *l, const char *block, size_t size);

#endif
