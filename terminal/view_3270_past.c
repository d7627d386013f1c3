/* SPDX-License-Identifier: MIT
 *
 * view_3270_past.c - what is shown over the newest lines for a while: pages of
 * the past, and what the keys do.  And the newest lines again, at another size.
 */
#include <stdlib.h>

#include "help_keys.h"
#include "view_3270_internal.h"

void
view_3270_back_to_live(struct view_3270 *v)
{
	if (v->over == VIEW_3270_PAST)
		past_close(&v->past);
	page_close(&v->help);
	v->over = VIEW_3270_LIVE;
	view_3270_status(v);
}

static void
view_3270_ask_past(struct view_3270 *v, const struct past_ask *ask)
{
	v->port.past(v->port.arg, ask->before, ask->count);
}

/* The first row that is on the screen now. */
static struct page_at
view_3270_top(const struct view_3270 *v)
{
	struct page_at next = { .seq = v->last + 1 };

	for (unsigned r = 0; r < v->live.used; r++)
		if (page_row(&v->live, r)->at.seq != 0)
			return page_row(&v->live, r)->at;
	return next;
}

void
view_3270_page_back(struct view_3270 *v)
{
	struct past_ask ask;

	if (past_begin(&v->past, PAST_BACK, v->over == VIEW_3270_PAST ?
	    v->past.begin : view_3270_top(v), &v->live, &ask))
		view_3270_ask_past(v, &ask);
	else
		view_3270_not_accepted(v);
}

void
view_3270_page_forward(struct view_3270 *v)
{
	struct past_ask ask;

	if (v->over != VIEW_3270_PAST)
		view_3270_not_accepted(v);
	else if (!page_before(v->past.end, view_3270_top(v)) ||
	    !past_begin(&v->past, PAST_FORWARD, v->past.end, &v->live, &ask))
		view_3270_back_to_live(v);
	else
		view_3270_ask_past(v, &ask);
}

/* The screen has another size: its lines, folded anew, come from the past. */
void
view_3270_refill(struct view_3270 *v)
{
	const struct page_at end = { .seq = v->last + 1 };
	struct past_ask ask;

	if (!v->refill || v->past.asking)
		return;
	v->refill = false;
	v->refilling = past_begin(&v->past, PAST_BACK, end, &v->live, &ask);
	if (v->refilling)
		view_3270_ask_past(v, &ask);
}

static void
view_3270_refilled(struct view_3270 *v)
{
	struct page live = v->past.page;

	v->refilling = false;
	v->past.page = v->live;
	past_close(&v->past);
	v->live = live;
	v->live.stop = (struct page_at){ 0 };
	page_seen(&v->live);
}

void
view_3270_past(void *view, const struct ipc_cons_past *told)
{
	struct view_3270 *v = view;
	struct past_ask ask;

	switch (past_done(&v->past, told, &ask)) {
	case PAST_ASK:
		view_3270_ask_past(v, &ask);
		return;
	case PAST_PAGE:
		if (v->refilling)
			view_3270_refilled(v);
		else
			v->over = VIEW_3270_PAST;
		break;
	case PAST_NONE:
		if (!v->refilling)
			view_3270_not_accepted(v);
		v->refilling = false;
		break;
	case PAST_STALE:
		break;
	}
	view_3270_refill(v);
	view_3270_status(v);
	if (!v->locked)
		view_3270_unlock(v);
}

void
view_3270_help(struct view_3270 *v)
{
	char *text = malloc(HELP_KEYS_MAX);

	view_3270_back_to_live(v);
	if (text == NULL ||
	    page_open(&v->help, v->live.rows, v->live.cols, &v->codepage) < 0) {
		view_3270_not_accepted(v);
	} else {
		page_heading(&v->help, text,
		    help_keys(&v->pf, v->live.cols, text));
		v->over = VIEW_3270_HELP;
		view_3270_status(v);
	}
	free(text);
}
