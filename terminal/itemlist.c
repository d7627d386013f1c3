/* SPDX-License-Identifier: MIT
 *
 * itemlist.c - a list of items.
 */
#include "itemlist.h"

#include <stdlib.h>
#include <string.h>

bool
itemlist_add(struct itemlist *l, const struct view_item *item)
{
	struct itemlist_entry *e = malloc(sizeof *e + item->len);
	char *text;

	if (e == NULL)
		return false;
	text = (char *)(e + 1);
	memcpy(text, item->text, item->len);
	*e = (struct itemlist_entry){ .item = *item };
	e->item.text = text;
	if (l->head == NULL)
		l->head = e;
	else
		l->last->next = e;
	l->last = e;
	l->count++;
	l->bytes += sizeof *e + item->len;
	return true;
}

void
itemlist_trim_first(struct itemlist *l, size_t n)
{
	l->head->item.text += n;
	l->head->item.len -= n;
	l->bytes -= n;
}

void
itemlist_drop_first(struct itemlist *l)
{
	struct itemlist_entry *e = l->head;

	l->head = e->next;
	l->count--;
	l->bytes -= sizeof *e + e->item.len;
	free(e);
}

void
itemlist_clear(struct itemlist *l)
{
	while (l->head != NULL)
		itemlist_drop_first(l);
}
