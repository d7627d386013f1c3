/* SPDX-License-Identifier: MIT
 *
 * past.h - pages of what a console remembers: back, and forward again.
 *
 * Pure.  Holds no more of the past than one page needs; whoever uses it asks
 * the console for the items and hands them in.
 */
#ifndef VM370_TERMINAL_PAST_H
#define VM370_TERMINAL_PAST_H

#include "itemlist.h"
#include "page.h"
#include "view.h"

enum past_way { PAST_BACK, PAST_FORWARD };

struct past {
	struct page work;	/* the page that is being made */
	struct page page;	/* the one that is shown, and */
	struct page_at begin;	/* its first row, */
	struct page_at end;	/* the row after its last */
	uint64_t first, next;	/* what the console has, as it said last */

	bool asking;
	bool stale;		/* the answer under way is for nobody */
	enum past_way way;
	struct page_at from;	/* where the page that is asked for ends, or
				 * begins */
	struct itemlist items;	/* in their order, and those under way */
	struct itemlist new;
};

/* What is to be asked: `count` items before item `before`. */
struct past_ask {
	uint64_t before;
	unsigned count;
};

/* Begin: a page like that one, before row `from` or from there on.  True:
 * ask.  False: there is none, or no memory. */
bool past_begin(struct past *p, enum past_way way, struct page_at from,
    const struct page *like, struct past_ask *ask);

/* An item that was asked for. */
void past_item(struct past *p, const struct view_item *item);

enum past_result {
	PAST_ASK,  /* it takes more items */
	PAST_PAGE, /* the page is there */
	PAST_NONE, /* nothing is there before, or after */
	PAST_STALE /* that was not for us any more */
};

/* That was all of them. */
enum past_result past_done(struct past *p, const struct ipc_cons_past *told,
    struct past_ask *ask);

/* Forget all; an answer under way will be stale. */
void past_close(struct past *p);

/* How an item is put on a page, but for PAGE_SEEN. */
unsigned past_flags(const struct view_item *item);
enum page_look past_look(const struct view_item *item);

#endif
