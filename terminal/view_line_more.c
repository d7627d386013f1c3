/* SPDX-License-Identifier: MIT
 *
 * view_line_more.c - output that has to wait in line mode: at MORE..., and
 * while another view is shown on the same terminal.
 */
#include "text.h"
#include "view_line_internal.h"

/* The columns that a character takes behind `col` of them; a tab does not go
 * over the edge, but from it. */
static unsigned
view_line_columns(const struct view_line *v, unsigned col, uint32_t c)
{
	unsigned tab = VIEW_LINE_TAB - col % VIEW_LINE_TAB;

	if (c == '\n')
		return 0;
	if (c != '\t')
		return text_width(c);
	if (col < v->cols && tab > v->cols - col)
		return v->cols - col;
	return tab;
}

unsigned
view_line_rows(const struct view_line *v, const char *s, size_t n,
    unsigned most, size_t *bytes)
{
	const char *at = s, *end = s + n;
	unsigned rows = 1, col = 0;

	while (at < end) {
		const char *next = at;
		uint32_t c = *at == '\t' || *at == '\n' ?
		    (next++, (unsigned char)*at) : text_next(&next, end);

		if (col + view_line_columns(v, col, c) > v->cols ||
		    (c == '\n' && next < end)) {
			if (rows == most)
				break;
			rows++;
			col = 0;
		}
		col += view_line_columns(v, col, c);
		at = next;
	}
	*bytes = (size_t)(at - s);
	return rows;
}

static void
view_line_more_timer(struct view_line *v)
{
	unsigned s = v->options.more;

	v->alarmed = s == 0;
	if (s == 0)
		s = v->options.clear;
	v->port.timer(v->port.arg, VIEW_LINE_TIMER_MORE, s * 1000);
}

/* The window is full.  Shown by view_line_show(). */
static void
view_line_pause(struct view_line *v)
{
	v->paused = true;
	view_line_more_timer(v);
}

/* Is the next row the last one, where MORE... stands, and is it wanted? */
static bool
view_line_full(const struct view_line *v)
{
	return (v->options.flags & OPTION_PAGING) != 0 && v->col == 0 &&
	    v->filled >= v->rows - 1;
}

/*
 * How much of an item there is room for where the window is not full: all of
 * it, or nothing, and it waits for the next page; of one longer than a page,
 * as much as a page has.
 */
static size_t
view_line_fit(const struct view_line *v, const struct view_item *item)
{
	size_t fit;

	if ((v->options.flags & OPTION_PAGING) == 0 || v->col > 0)
		return item->len;
	view_line_rows(v, item->text, item->len, v->rows - 1 - v->filled,
	    &fit);
	if (fit == item->len || (v->filled == 0 && item->kind != ITEM_OUTPUT))
		return item->len;
	return v->filled == 0 ? fit : 0;
}

static void
view_line_held_shown(struct view_line *v)
{
	itemlist_drop_first(&v->held);
	if (v->paid > 0) {
		v->paid--;
		return;
	}
	v->owed++;
	v->port.again(v->port.arg);
}

/* Show what is held, as far as the window goes. */
static void
view_line_drain(struct view_line *v)
{
	while (v->held.head != NULL && !v->paused) {
		struct view_item item = v->held.head->item;
		size_t fit = view_line_full(v) ? 0 : view_line_fit(v, &item);

		if (!view_line_full(v) && fit == item.len) {
			view_line_show_item(v, &item);
			view_line_held_shown(v);
			continue;
		}
		item.len = fit;
		if (fit > 0) {
			view_line_show_item(v, &item);
			itemlist_trim_first(&v->held, fit);
		}
		view_line_pause(v);
	}
	if (v->held.head == NULL && v->entered) {
		v->entered = false;
		view_line_fresh(v);
		view_line_end_prompt(v);
	}
}

bool
view_line_hold(struct view_line *v, const struct view_item *item)
{
	if (v->held.head == NULL && !v->paused && !view_line_full(v) &&
	    view_line_fit(v, item) == item->len)
		return false;
	if (!itemlist_add(&v->held, item))
		return false;
	view_line_drain(v);
	return true;
}

/* The machine has stopped, CP listens: nobody reads at that prompt. */
void
view_line_entered(struct view_line *v)
{
	view_line_hide(v);
	v->entered = true;
	view_line_drain(v);
	view_line_show(v);
}

void
view_line_resume(struct view_line *v)
{
	v->port.timer(v->port.arg, VIEW_LINE_TIMER_MORE, 0);
	view_line_hide(v);
	v->paused = false;
	v->filled = 0;
	view_line_drain(v);
	view_line_show(v);
}

/* MORE... for so long: the alarm; and as long again as was said: go on. */
void
view_line_more_expired(struct view_line *v)
{
	if (!v->paused)
		return;
	if (v->alarmed) {
		view_line_resume(v);
		return;
	}
	v->alarmed = true;
	view_line_write(v, "\a", 1);
	v->port.timer(v->port.arg, VIEW_LINE_TIMER_MORE,
	    v->options.clear * 1000u);
}

void
view_line_flush_held(struct view_line *v)
{
	uint32_t flags = v->options.flags;

	if (v->held.head == NULL && !v->paused)
		return;
	v->options.flags = 0;
	view_line_resume(v);
	v->options.flags = flags;
}

void
view_line_background_item(struct view_line *v, const struct view_item *item)
{
	struct view_item held = *item;

	if (item->kind == ITEM_INPUT)
		held.flags |= ITEM_REPLAY; /* it was typed elsewhere */
	if (itemlist_add(&v->held, &held))
		v->paid++;
	while (v->held.bytes > VIEW_LINE_KEPT_BYTES) {
		itemlist_drop_first(&v->held);
		v->paid--;
	}
}

void
view_line_background(struct view_line *v, bool background)
{
	if (background) {
		view_line_replayed(v);
		view_line_past_forget(v);
		view_line_hide(v);
		for (unsigned i = 0; i < VIEW_TIMERS; i++)
			v->port.timer(v->port.arg, i, 0);
		v->paused = v->waiting = false;
		v->paid = v->held.count;
		v->owed = 0;
		v->background = true;
		return;
	}
	v->background = false;
	v->col = 0;
	v->filled = 0;
	view_line_write(v, "\r\n", 2);
	view_line_prompt_again(v);
	view_line_drain(v);
	view_line_show(v);
	v->port.credit(v->port.arg, VIEW_LINE_WINDOW);
	v->waiting = v->ahead_len > 0;
	view_line_go_on(v);
}
