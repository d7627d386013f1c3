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
#include <stdlib.h>
#include <string.h>

#define PAST_EXTRA 8	     /* items beyond the rows of a page */
#define PAST_ITEMS_MAX 4000u /* for one page: pieces of very few characters */

struct past_item {
	struct past_item *next;
	struct view_item item; /* text points behind this structure */
};

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
past_drop(struct past_item **head, struct past_item **tail)
{
	struct past_item *it;

	while ((it = *head) != NULL) {
		*head = it->next;
		free(it);
	}
	*tail = NULL;
}

static void
past_drop_all(struct past *p)
{
	past_drop(&p->head, &p->tail);
	past_drop(&p->new_head, &p->new_tail);
	p->count = 0;
}

void
past_close(struct past *p)
{
	bool asking = p->asking;

	past_drop_all(p);
	page_close(&p->page);
	*p = (struct past){ .asking = asking, .stale = asking };
}

void
past_item(struct past *p, const struct view_item *item)
{
	struct past_item *it;

	if (!p->asking || p->stale ||
	    p->count >= PAST_ITEMS_MAX + TERM_PAST_MAX)
		return;
	it = malloc(sizeof *it + item->len);
	if (it == NULL)
		return;
	*it = (struct past_item){ .item = *item };
	memcpy(it + 1, item->text, item->len);
	it->item.text = (const char *)(it + 1);
	if (p->new_tail != NULL)
		p->new_tail->next = it;
	else
		p->new_head = it;
	p->new_tail = it;
	p->count++;
}

/* What came belongs before, or behind, what is there. */
static void
past_join(struct past *p)
{
	if (p->new_head == NULL)
		return;
	if (p->head == NULL) {
		p->head = p->new_head;
		p->tail = p->new_tail;
	} else if (p->way == PAST_BACK) {
		p->new_tail->next = p->head;
		p->head = p->new_head;
	} else {
		p->tail->next = p->new_head;
		p->tail = p->new_tail;
	}
	p->new_head = p->new_tail = NULL;
}

/* --- a page --- */

static unsigned
past_count(const struct past *p)
{
	unsigned n = p->page.rows + PAST_EXTRA;

	return n < TERM_PAST_MAX ? n : TERM_PAST_MAX;
}

bool
past_begin(struct past *p, enum past_way way, struct page_at from,
    const struct page *like, struct past_ask *ask)
{
	if (p->asking || from.seq == 0)
		return false;
	if (p->page.row == NULL && page_open(&p->page, like->rows, like->cols,
	    like->codepage) < 0)
		return false;
	past_drop_all(p);
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
		page_end_line(&p->page); /* a password's echo */
		return true;
	}
	return page_put(&p->page, item->seq, item->text, item->len, &done,
	    past_flags(item) | (p->way == PAST_BACK ? PAGE_SEEN : 0u),
	    past_look(item));
}

/* The first item that certainly begins a line. */
static const struct past_item *
past_line(const struct past *p)
{
	const struct past_item *it = p->head;

	if (it == NULL || it->item.seq <= p->first)
		return it;
	while (it->next != NULL && it->item.kind == ITEM_PROMPT &&
	    (past_flags(&it->next->item) & PAGE_APPEND) != 0)
		it = it->next;
	return it->next;
}

static void
past_back(struct past *p)
{
	const struct past_item *it = past_line(p);

	p->page.stop = p->from;
	while (it != NULL && past_put(p, &it->item))
		it = it->next;
	p->begin = p->page.used > 0 ? page_row(&p->page, 0)->at : p->from;
	p->end = p->from;
}

static void
past_forward(struct past *p)
{
	const struct past_item *it = p->head;

	p->page.begin = p->from;
	while (it != NULL && it->item.seq < p->from.seq)
		it = it->next;
	for (; it != NULL && past_put(p, &it->item); it = it->next)
		p->end = (struct page_at){ .seq = it->item.seq + 1 };
	if (it != NULL)
		p->end = p->page.at;
	p->begin = p->page.used > 0 ? page_row(&p->page, 0)->at : p->from;
}

/* Does the page want items that the console has? */
static bool
past_more(const struct past *p, struct past_ask *ask)
{
	if (p->page.used >= p->page.rows - 1 || p->head == NULL ||
	    p->count >= PAST_ITEMS_MAX)
		return false;
	ask->count = TERM_PAST_MAX;
	if (p->way == PAST_BACK) {
		ask->before = p->head->item.seq;
		return ask->before > p->first;
	}
	if (p->tail->item.seq + 1 >= p->next)
		return false;
	if (ask->count > p->next - p->tail->item.seq - 1)
		ask->count = (unsigned)(p->next - p->tail->item.seq - 1);
	ask->before = p->tail->item.seq + 1 + ask->count;
	return true;
}

enum past_result
past_done(struct past *p, const struct ipc_cons_past *told,
    struct past_ask *ask)
{
	bool came = p->new_head != NULL;

	if (!p->asking)
		return PAST_STALE;
	if (p->stale) {
		p->asking = p->stale = false;
		return PAST_STALE;
	}
	p->first = told->first;
	p->next = told->next;
	past_join(p);
	page_clear(&p->page);
	p->page.begin = p->page.stop = (struct page_at){ 0 };
	if (p->way == PAST_BACK)
		past_back(p);
	else
		past_forward(p);
	if (came && past_more(p, ask))
		return PAST_ASK;
	p->asking = false;
	past_drop_all(p);
	return p->page.used > 0 ? PAST_PAGE : PAST_NONE;
}
