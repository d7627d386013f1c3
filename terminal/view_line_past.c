/* SPDX-License-Identifier: MIT
 *
 * view_line_past.c - earlier pages of the console, in between, and a copy of
 * the last one for the printer.
 *
 * A page that is asked for is written like any other output, between two
 * lines that say what it is; what is typed stays.  The first one is what is
 * above the window: what is in it can be seen.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "view_line_internal.h"

#define VIEW_LINE_PAGE_FRAME 3 /* rows of a page that are none of it */

static unsigned
view_line_page(const struct view_line *v)
{
	return v->rows > VIEW_LINE_PAGE_FRAME + 1 ?
	    v->rows - VIEW_LINE_PAGE_FRAME : 1;
}

void
view_line_past_forget(struct view_line *v)
{
	v->asked = VIEW_LINE_PAST_NONE;
	v->nexts = 0;
	v->past_first = v->past_last = 0;
	itemlist_clear(&v->past);
}

/* A key that is held comes faster than pages do. */
static void
view_line_past_later(struct view_line *v, enum view_line_past what)
{
	if (v->nexts == VIEW_LINE_NEXT_MAX)
		view_line_bell(v);
	else
		v->next[v->nexts++] = what;
}

/* The next of these keys that asks for something. */
static void
view_line_past_next(struct view_line *v)
{
	while (v->asked == VIEW_LINE_PAST_NONE && v->nexts > 0) {
		enum view_line_past what = v->next[0];

		memmove(&v->next[0], &v->next[1],
		    --v->nexts * sizeof v->next[0]);
		view_line_past_ask(v, what);
	}
}

void
view_line_past_ask(struct view_line *v, enum view_line_past what)
{
	unsigned count = v->rows < TERM_PAST_MAX ? v->rows : TERM_PAST_MAX;
	uint64_t before = 0;

	if (v->asked != VIEW_LINE_PAST_NONE) {
		view_line_past_later(v, what);
		return;
	}
	if (v->status == CONS_LOGGED_OFF ||
	    (what == VIEW_LINE_PAST_FORWARD && v->past_last == 0)) {
		VIEW_LINE_SAY(v, "DMKCNS189I THERE ARE NO MORE LINES THAT WAY");
		return;
	}
	if (what == VIEW_LINE_PAST_BACK && v->past_first != 0)
		before = v->past_first;
	else if (what == VIEW_LINE_PAST_BACK)
		count = count < TERM_PAST_MAX / 2 ? 2 * count : TERM_PAST_MAX;
	else if (what == VIEW_LINE_PAST_FORWARD &&
	    v->past_last + 1 + count < v->past_next)
		before = v->past_last + 1 + count;
	v->asked = what;
	v->port.past(v->port.arg, before, count);
}

void
view_line_past_item(struct view_line *v, const struct view_item *item)
{
	if (v->asked == VIEW_LINE_PAST_NONE || item->seq == 0 ||
	    v->past.count == TERM_PAST_MAX)
		return;
	if (v->asked != VIEW_LINE_PAST_FORWARD || item->seq > v->past_last)
		itemlist_add(&v->past, item);
}

static unsigned
view_line_item_rows(const struct view_line *v, const struct view_item *item)
{
	size_t bytes;

	return view_line_rows(v, item->text, item->len, v->rows, &bytes);
}

/* How many items from the end of n, counted backwards, fill `rows` rows. */
static unsigned
view_line_last(const struct view_line *v, unsigned n, unsigned rows)
{
	const struct itemlist_entry *e;
	unsigned *need = malloc((n + 1) * sizeof *need);
	unsigned i = 0, taken = 0, filled = 0;

	if (need == NULL)
		return 0;
	for (e = v->past.head; e != NULL && i < n; e = e->next)
		need[i++] = view_line_item_rows(v, &e->item);
	while (taken < i && filled + need[i - taken - 1] <= rows)
		filled += need[i - ++taken];
	if (taken == 0 && i > 0 && rows > 0)
		taken = 1; /* longer than a page */
	free(need);
	return taken;
}

static unsigned
view_line_first(const struct view_line *v, unsigned rows)
{
	const struct itemlist_entry *e;
	unsigned taken = 0, filled = 0;

	for (e = v->past.head; e != NULL; e = e->next, taken++) {
		filled += view_line_item_rows(v, &e->item);
		if (filled > rows && taken > 0)
			break;
	}
	return taken;
}

/* Only `n` items from `skip` on are left. */
static void
view_line_past_cut(struct view_line *v, unsigned skip, unsigned n)
{
	struct itemlist rest = { 0 };

	for (; skip > 0 && v->past.head != NULL; skip--)
		itemlist_drop_first(&v->past);
	for (; n > 0 && v->past.head != NULL; n--) {
		itemlist_add(&rest, &v->past.head->item);
		itemlist_drop_first(&v->past);
	}
	itemlist_clear(&v->past);
	v->past = rest;
}

/* What of the items that came is the page. */
static void
view_line_past_choose(struct view_line *v, enum view_line_past what)
{
	unsigned n = v->past.count, taken;

	if (what == VIEW_LINE_PAST_FORWARD) {
		view_line_past_cut(v, 0, view_line_first(v,
		    view_line_page(v)));
		return;
	}
	if (v->past_first == 0)
		n -= view_line_last(v, n, v->rows - 1);
	taken = view_line_last(v, n, view_line_page(v));
	view_line_past_cut(v, n - taken, taken);
}

static void
view_line_past_line(struct view_line *v, const char *text)
{
	view_line_whole(v, text, strlen(text));
}

static void
view_line_past_show(struct view_line *v, uint64_t next)
{
	const struct itemlist_entry *e;
	char text[100];

	v->past_first = v->past.head->item.seq;
	v->past_last = v->past.last->item.seq;
	snprintf(text, sizeof text, "--- EARLIER: %" PRIu64 " TO %" PRIu64
	    " OF %" PRIu64, v->past_first, v->past_last, next - 1);
	view_line_hide(v);
	view_line_fresh(v);
	view_line_past_line(v, text);
	for (e = v->past.head; e != NULL; e = e->next)
		if (e->item.kind == ITEM_PROMPT)
			view_line_text(v, e->item.text, e->item.len);
		else
			view_line_whole(v, e->item.text, e->item.len);
	view_line_fresh(v);
	view_line_past_line(v, "--- PAGE UP OR PF7: BEFORE; PAGE DOWN OR PF8: "
	    "AFTER");
	view_line_prompt_again(v);
	v->filled = 0;
	view_line_show(v);
}

/* --- a copy --- */

static size_t
view_line_copy_text(char *to, size_t room, const struct view_item *item)
{
	const char *s = item->text, *end = s + item->len;
	size_t n = 0;

	while (s < end && room - n > TEXT_UTF8_MAX) {
		uint32_t c = text_next(&s, end);

		n += text_encode(c, to + n);
	}
	if (item->kind != ITEM_PROMPT && n < room)
		to[n++] = '\n';
	return n;
}

static void
view_line_copy(struct view_line *v)
{
	const struct itemlist_entry *e;
	char *text = malloc(IPC_SCREEN_MAX);
	size_t n = 0;

	if (text == NULL)
		return;
	view_line_past_cut(v, v->past.count -
	    view_line_last(v, v->past.count, v->rows), v->past.count);
	for (e = v->past.head; e != NULL; e = e->next)
		n += view_line_copy_text(text + n, IPC_SCREEN_MAX - n,
		    &e->item);
	v->port.screen(v->port.arg, text, n);
	free(text);
}

void
view_line_past_done(void *view, const struct ipc_cons_past *past)
{
	struct view_line *v = view;
	enum view_line_past what = v->asked;

	v->asked = VIEW_LINE_PAST_NONE;
	v->past_next = past->next;
	if (what == VIEW_LINE_PAST_COPY)
		view_line_copy(v);
	else if (what != VIEW_LINE_PAST_NONE) {
		view_line_past_choose(v, what);
		if (v->past.count > 0)
			view_line_past_show(v, past->next);
		else
			VIEW_LINE_SAY(v, "DMKCNS189I THERE ARE NO MORE LINES "
			    "THAT WAY");
	}
	itemlist_clear(&v->past);
	view_line_past_next(v);
}
