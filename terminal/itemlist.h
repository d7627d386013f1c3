/* SPDX-License-Identifier: MIT
 *
 * itemlist.h - console items kept by a view, oldest first.  Pure.
 */
#ifndef VM370_TERMINAL_ITEMLIST_H
#define VM370_TERMINAL_ITEMLIST_H

#include "view.h"

struct itemlist_entry {
	struct itemlist_entry *next;
	struct view_item item; /* text points behind this structure */
};

struct itemlist {
	struct itemlist_entry *head, *last;
	unsigned count;
	size_t bytes; /* of text, and of what holds it */
};

/* A copy at the end; false: no memory. */
bool itemlist_add(struct itemlist *l, const struct view_item *item);
/* The first n bytes of the first one are done with. */
void itemlist_trim_first(struct itemlist *l, size_t n);
void itemlist_drop_first(struct itemlist *l);
void itemlist_clear(struct itemlist *l);

#endif
