/* SPDX-License-Identifier: MIT
 *
 * past.c - gather the items that fill a page, and fold them.
 *
 * Where a line begins is known only from what is before it: input goes on in
 * the row of a prompt.  So a little more is asked for than a page has rows,
 * and what may be the middle of a line is left out.
 */
#include "past.h"

#include <ctype.h>

#define PAST_EXTRA 8	     /* items beyond the rows of a page */
#define PAST_ITEMS_MAX 4000u /* for one page: pieces of very few characters */

/* --- how items look --- */

unsigned
past_flags(const struct view_item *item)
{
	unsigned flags = 0;

	if (!item->message && (item->flags & ITEM_LINE) == 0)
		flags |= PAGE_APPEND;
	if (item->kind == ITEM_PROMPT)
		flags |= PAGE_OPEN;
	return flags;
}

/* DMSxxx109S, DMKxxx020E: the letter; else 0. */
static char
past_severity(const char *text, size_t n)
{
	if (n < 10 || text[0] != 'D' || text[1] != 'M')
		return 0;
	for (unsigned i = 2; i < 9; i++) {
		int c = (unsigned char)text[i];

		if (i < 6 ? !isupper(c) && !isdigit(c) : !isdigit(c))
			return 0;
	}
	return text[9];
}

enum page_look
past_look(const struct view_item *item)
{
	if (item->kind == ITEM_INPUT)
		return PAGE_ECHO;
	if ((item->flags & ITEM_HIGH) != 0)
		return PAGE_MESSAGE;
	switch (past_severity(item->text, item->len)) {
	case 'W':
		return PAGE_WARNING;
	case 'E':
	case 'S':
	case 'T':
		return PAGE_ERROR;
	default:
		return PAGE_OUTPUT;
	}
}

/* --- the items --- */

static void
past_drop(struct past *p)
{
	itemlist_clear(&p->items);
	itemlist_clear(&p->new);
}

void
past_close(struct past *p)
{
	bool asking = p->asking;

	past_drop(p);
	page_close(&p->page);
	page_close(&p->work);
	*p = (struct past){ .asking = asking, .stale = asking };
}

void
past_item(struct past *p, const struct view_item *item)
{
	if (p->asking && !p->stale && p->new.count < TERM_PAST_MAX)
		itemlist_add(&p->new, item);
}

/* What came belongs before, or behind, what is there. */
static void
past_join(struct past *p)
{
	struct itemlist *head = p->way == PAST_BACK ? &p->new : &p->items;
	struct itemlist *tail = p->way == PAST_BACK ? &p->items : &p->new;
	struct itemlist both = { head->head, tail->last,
		head->count + tail->count, head->bytes + tail->bytes };

	if (head->head == NULL || tail->head == NULL)
		both = head->head != NULL ? *head : *tail;
	else
		head->last->next = tail->head;
	p->items = both;
	p->new = (struct itemlist){ 0 };
}

/* --- a page --- */

static unsigned
past_count(const struct past *p)
{
	unsigned n = p->work.rows + PAST_EXTRA;

	return n < TERM_PAST_MAX ? n : TERM_PAST_MAX;
}

bool
past_begin(struct past *p, enum past_way way, struct page_at from,
    const struct page *like, struct past_ask *ask)
{
	if (p->asking || from.seq == 0)
		return false;
	page_close(&p->work);
	if (page_open(&p->work, like->rows, like->cols, like->codepage) < 0)
		return false;
	past_drop(p);
	p->way = way;
	p->from = from;
	ask->count = past_count(p);
	/* A row in the middle of a line takes that line's other pieces. */
	ask->before = from.seq + (way == PAST_FORWARD ? ask->count :
	    from.row > 0 ? like->rows : 0);
	p->asking = ask->before > 1;
	return p->asking;
}

/* Put it on the page.  False: the page ends before it. */
static bool
past_put(struct past *p, const struct view_item *item)
{
	size_t done = 0;

	if (item->kind == ITEM_INPUT && item->len == 0) {
		page_end_line(&p->work); /* a password's echo */
		return true;
	}
	return page_put(&p->work, item->seq, item->text, item->len, &done,
	    past_flags(item) | (p->way == PAST_BACK ? PAGE_SEEN : 0u),
	    past_look(item));
}

/* The first item that certainly begins a line. */
static const struct itemlist_entry *
past_line(const struct past *p)
{
	const struct itemlist_entry *it = p->items.head;

	if (it == NULL || it->item.seq <= p->first)
		return it;
	while (it->next != NULL && it->item.kind == ITEM_PROMPT &&
	    (past_flags(&it->next->item) & PAGE_APPEND) != 0)
		it = it->next;
	return it->next;
}

static struct page_at
past_back(struct past *p)
{
	const struct itemlist_entry *it = past_line(p);

	p->work.stop = p->from;
	while (it != NULL && past_put(p, &it->item))
		it = it->next;
	return p->from;
}

static struct page_at
past_forward(struct past *p)
{
	const struct itemlist_entry *it = p->items.head;
	struct page_at end = p->from;

	p->work.begin = p->from;
	while (it != NULL && it->item.seq < p->from.seq)
		it = it->next;
	for (; it != NULL && past_put(p, &it->item); it = it->next)
		end = (struct page_at){ .seq = it->item.seq + 1 };
	return it != NULL ? p->work.at : end;
}

/* The page that was made is the one to show. */
static void
past_turn(struct past *p, struct page_at end)
{
	page_close(&p->page);
	p->page = p->work;
	p->work = (struct page){ 0 };
	p->begin = page_row(&p->page, 0)->at;
	p->end = end;
}

/* Does the page want items that the console has? */
static bool
past_more(const struct past *p, struct past_ask *ask)
{
	uint64_t next;

	if (p->work.used >= p->work.rows - 1 || p->items.head == NULL ||
	    p->items.count >= PAST_ITEMS_MAX)
		return false;
	ask->count = TERM_PAST_MAX;
	if (p->way == PAST_BACK) {
		ask->before = p->items.head->item.seq;
		return ask->before > p->first;
	}
	next = p->items.last->item.seq + 1;
	if (next >= p->next)
		return false;
	if (ask->count > p->next - next)
		ask->count = (unsigned)(p->next - next);
	ask->before = next + ask->count;
	return true;
}

enum past_result
past_done(struct past *p, const struct ipc_cons_past *told,
    struct past_ask *ask)
{
	bool came = p->new.head != NULL;
	struct page_at end;

	if (!p->asking)
		return PAST_STALE;
	if (p->stale) {
		p->asking = p->stale = false;
		return PAST_STALE;
	}
	p->first = told->first;
	p->next = told->next;
	past_join(p);
	page_clear(&p->work);
	p->work.begin = p->work.stop = (struct page_at){ 0 };
	end = p->way == PAST_BACK ? past_back(p) : past_forward(p);
	if (came && past_more(p, ask))
		return PAST_ASK;
	p->asking = false;
	past_drop(p);
	if (p->work.used == 0)
		return PAST_NONE;
	past_turn(p, end);
	return PAST_PAGE;
}
