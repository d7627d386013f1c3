/* SPDX-License-Identifier: MIT
 *
 * view_3270.c - console items on the CP screen, and whose the glass is.
 *
 * A line typed is taken at once, whatever the screen's state: ENTER with text
 * at MORE... or HOLDING sends it and goes on.  What waits for room waits here,
 * no more than the credit given.  The glass is a guest's when it has written a
 * screen and nothing of CP's is left to be seen: view_3270_free().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "view_3270_internal.h"

_Static_assert(VIEW_3270_TIMERS <= VIEW_TIMERS, "timers");

void
view_3270_touch(struct view_3270 *v)
{
	v->stale = true;
	v->port.again(v->port.arg);
}

void
view_3270_timed(struct view_3270 *v, enum view_3270_timer id, unsigned ms)
{
	v->port.timer(v->port.arg, id, ms);
}

/* --- the keyboard --- */

/*
 * After ENTER the keyboard stays locked until CP has answered, for a moment
 * at most: what is typed next may be a password, and the field must not show
 * it.  What comes meanwhile is drawn at once.
 */
void
view_3270_lock(struct view_3270 *v, bool empty)
{
	bool logon = v->status == CONS_LOGGED_OFF && !empty;

	v->locked = v->empty = true;
	view_3270_timed(v, VIEW_3270_TIMER_ANSWER,
	    logon ? VIEW_3270_LOGON_MS : VIEW_3270_ANSWER_MS);
}

static void
view_3270_answer_over(struct view_3270 *v)
{
	if (v->locked)
		view_3270_timed(v, VIEW_3270_TIMER_ANSWER, 0);
	v->locked = false;
}

void
view_3270_unlock(struct view_3270 *v)
{
	view_3270_answer_over(v);
	v->screen.restore = true;
	view_3270_touch(v);
}

static void
view_3270_answered(struct view_3270 *v)
{
	v->answered = false;
	if (v->locked)
		view_3270_timed(v, VIEW_3270_TIMER_ANSWER,
		    VIEW_3270_QUIET_MS);
}

/* --- the status --- */

static const char *
view_3270_word(const struct view_3270 *v, char past[16])
{
	static const char *const words[] = {
		[CONS_LOGGED_OFF] = "",
		[CONS_CP_READ] = "CP READ",
		[CONS_VM_READ] = "VM READ",
		[CONS_RUNNING] = "RUNNING",
	};

	if (v->notice)
		return "NOT ACCEPTED";
	if (v->over == VIEW_3270_PAST) {
		snprintf(past, 16, "PAST %u",
		    (unsigned)(v->past.next - v->past.begin.seq));
		return past;
	}
	if (v->over == VIEW_3270_HELP)
		return "HELP";
	if (v->hold == VIEW_3270_HELD)
		return "HOLDING";
	if (v->hold != VIEW_3270_FLOW)
		return "MORE...";
	return words[v->status];
}

void
view_3270_status(struct view_3270 *v)
{
	char past[16];

	screen_status(&v->screen, view_3270_word(v, past), v->system,
	    v->notice || v->over != VIEW_3270_LIVE ||
	    v->hold != VIEW_3270_FLOW);
	view_3270_touch(v);
}

void
view_3270_not_accepted(struct view_3270 *v)
{
	v->notice = true;
	view_3270_timed(v, VIEW_3270_TIMER_NOTICE, VIEW_3270_NOTICE_MS);
	view_3270_status(v);
}

/* --- MORE... --- */

/* The interval at hand; without a first one, or after it, the second. */
static void
view_3270_more_clock(struct view_3270 *v)
{
	unsigned seconds = 0;

	if (v->hold == VIEW_3270_FILLED || v->hold == VIEW_3270_COVERED) {
		if (v->options.more == 0)
			v->alarmed = true;
		seconds = v->alarmed ? v->options.clear : v->options.more;
	}
	view_3270_timed(v, VIEW_3270_TIMER_MORE, seconds * 1000);
}

void
view_3270_hold(struct view_3270 *v, enum view_3270_hold hold)
{
	v->hold = hold;
	v->alarmed = false;
	view_3270_more_clock(v);
	view_3270_status(v);
}

/* The user has had a chance to read what is there. */
void
view_3270_seen(struct view_3270 *v)
{
	page_seen(&v->live);
	v->unread = false;
}

/* The page was read: on with what waits. */
void
view_3270_continue(struct view_3270 *v)
{
	if (v->hold != VIEW_3270_COVERED)
		page_clear(&v->live);
	view_3270_seen(v);
	view_3270_hold(v, VIEW_3270_FLOW);
}

/* The user wants CP: what it had to say before goes by, until it is quiet
 * after CP READ. */
void
view_3270_hurry(struct view_3270 *v)
{
	v->hurried = true;
	view_3270_timed(v, VIEW_3270_TIMER_HURRY,
	    v->status == CONS_CP_READ ? VIEW_3270_ARRIVED_MS :
	    VIEW_3270_HURRY_MS);
}

/* --- items --- */

static unsigned
view_3270_flags(const struct view_3270 *v, const struct view_item *item)
{
	bool seen = (item->flags & ITEM_REPLAY) != 0 || v->closing ||
	    v->hurried;

	return past_flags(item) | (seen ? PAGE_SEEN : 0u);
}

/* Its first piece. */
static void
view_3270_begin(struct view_3270 *v, const struct view_item *item)
{
	if ((item->flags & ITEM_RESET) != 0)
		page_clear(&v->live);
	if ((item->flags & (ITEM_ALARM | ITEM_REPLAY)) == ITEM_ALARM)
		v->screen.alarm = true;
	if (item->kind == ITEM_OUTPUT && (item->flags & ITEM_REPLAY) == 0 &&
	    !v->hurried && (v->status != CONS_LOGGED_OFF || v->full.shown))
		v->unread = true;
}

/* True: the item is dealt with. */
static bool
view_3270_place(struct view_3270 *v, const struct view_item *item)
{
	bool all;

	if (v->done == 0)
		view_3270_begin(v, item);
	/* A password's echo: nothing to show, but its line ends. */
	if (item->kind == ITEM_INPUT && item->len == 0) {
		page_end_line(&v->live);
		all = true;
	} else
		all = page_put(&v->live, item->seq, item->text, item->len,
		    &v->done, view_3270_flags(v, item), past_look(item));
	if (all || v->done > 0)
		v->last = item->seq;
	return all;
}

static void
view_3270_drop(struct view_3270 *v)
{
	itemlist_drop_first(&v->waiting);
	v->done = 0;
	v->owed++;
}

/* Put on the screen what there is room for. */
static void
view_3270_drain(struct view_3270 *v)
{
	while (v->waiting.head != NULL && !v->refill && !v->refilling &&
	    (v->closing || (v->over == VIEW_3270_LIVE &&
	    (v->hold == VIEW_3270_FLOW || v->hold == VIEW_3270_COVERED)))) {
		if (view_3270_place(v, &v->waiting.head->item))
			view_3270_drop(v);
		else
			view_3270_hold(v, VIEW_3270_FILLED);
	}
}

static void
view_3270_item(void *view, const struct view_item *item)
{
	struct view_3270 *v = view;

	if ((item->flags & ITEM_PAST) != 0) {
		past_item(&v->past, item);
		return;
	}
	v->replaying = (item->flags & ITEM_REPLAY) != 0;
	v->greeted = true;
	v->answered = true;
	if (v->hurried && v->status == CONS_CP_READ)
		view_3270_hurry(v);
	if ((item->flags & ITEM_RESET) != 0)
		view_3270_back_to_live(v);
	if (!itemlist_add(&v->waiting, item))
		v->owed++; /* no memory: the line is lost, the console lives */
	view_3270_drain(v);
	view_3270_touch(v);
}

/* --- CP --- */

/* A display that says nothing sensible has the size that all have. */
static struct view_shape
view_3270_shape(const struct view_shape *shape)
{
	struct view_shape sane = *shape;

	if (sane.rows < DS_ROWS || sane.rows > DS_CELLS_MAX ||
	    sane.cols < DS_COLS || sane.cols > DS_CELLS_MAX ||
	    sane.rows * sane.cols > DS_CELLS_MAX) {
		sane.rows = DS_ROWS;
		sane.cols = DS_COLS;
	}
	return sane;
}

static void
view_3270_size(struct view_3270 *v)
{
	if (!codepage_load_number(&v->codepage, v->shape.codepage))
		codepage_load(&v->codepage, "bracket");
	if (screen_open(&v->screen, v->shape.rows, v->shape.cols,
	    (v->shape.flags & TERM_COLOR) != 0, &v->codepage) < 0 ||
	    page_open(&v->live, v->screen.out_rows, v->shape.cols,
	    &v->codepage) < 0)
		fatal("a screen of %u by %u", v->shape.rows, v->shape.cols);
}

static void
view_3270_open(void *view, const struct view_port *port,
    const struct view_shape *shape)
{
	struct view_3270 *v = view;

	memset(v, 0, sizeof *v);
	v->port = *port;
	v->shape = view_3270_shape(shape);
	v->status = CONS_LOGGED_OFF;
	v->options = (struct ipc_cons_options){ .flags = OPTION_HOLD,
		.more = VIEW_3270_MORE, .clear = VIEW_3270_CLEAR };
	pfkeys_reset(&v->pf);
	view_3270_size(v);
	view_full_open(&v->full, &v->port, &v->shape, VIEW_3270_TIMER_FULL);
	v->window = v->screen.out_rows < VIEW_3270_WINDOW_MAX ?
	    v->screen.out_rows : VIEW_3270_WINDOW_MAX;
	port->credit(port->arg, v->window);
}

void
view_3270_keep(struct view_3270 *v, const char *text, size_t n)
{
	if (v->kept != NULL)
		explicit_bzero(v->kept, v->kept_len);
	free(v->kept);
	v->kept = n > 0 ? malloc(n) : NULL;
	v->kept_len = v->kept != NULL ? n : 0;
	if (v->kept != NULL)
		memcpy(v->kept, text, n);
}

size_t
view_3270_kept(struct view_3270 *v, uint8_t *bytes, size_t room)
{
	size_t n = v->kept_len < room ? v->kept_len : room;

	if (n > 0)
		memcpy(bytes, v->kept, n);
	view_3270_keep(v, "", 0);
	return n;
}

static void
view_3270_logo_is(struct view_3270 *v, const char *text, size_t n)
{
	free(v->logo);
	v->logo = n > 0 ? malloc(n) : NULL;
	v->logo_len = v->logo != NULL ? n : 0;
	if (v->logo != NULL)
		memcpy(v->logo, text, n);
}

static void
view_3270_close(void *view)
{
	struct view_3270 *v = view;

	itemlist_clear(&v->waiting);
	view_full_lose(&v->full);
	view_3270_keep(v, "", 0);
	view_3270_logo_is(v, "", 0);
	past_close(&v->past);
	page_close(&v->help);
	page_close(&v->live);
	screen_close(&v->screen);
	pfkeys_reset(&v->pf);
	history_clear(&v->history);
}

static void
view_3270_reshape(void *view, const struct view_shape *shape)
{
	struct view_3270 *v = view;
	struct view_shape now = view_3270_shape(shape);
	bool hidden = v->hidden;

	if (now.rows == v->shape.rows && now.cols == v->shape.cols &&
	    now.flags == v->shape.flags && now.codepage == v->shape.codepage)
		return;
	v->shape = now;
	view_full_reshape(&v->full, &now);
	view_3270_back_to_live(v);
	past_close(&v->past);
	screen_close(&v->screen);
	page_close(&v->live);
	view_3270_size(v);
	v->screen.hidden = hidden;
	v->screen.restore = !v->locked;
	v->taking = v->pressed = v->taken = false;
	if (!v->guest)
		view_3270_keep(v, "", 0);
	v->refilling = false;
	v->refill = v->status != CONS_LOGGED_OFF;
	v->done = 0; /* all of the item at hand again */
	if (v->logo != NULL)
		page_heading(&v->live, v->logo, v->logo_len);
	view_3270_refill(v);
	view_3270_status(v);
}

/* What waits for MORE of a session that has ended is scrolled through. */
static void
view_3270_rush(struct view_3270 *v)
{
	bool closing = v->closing;

	view_3270_back_to_live(v);
	v->closing = true;
	view_3270_drain(v);
	v->closing = closing;
	if (v->hold != VIEW_3270_FLOW)
		view_3270_hold(v, VIEW_3270_FLOW);
	v->unread = false;
}

/* Lines typed in one session, LOGON with its password too, are not retrieved
 * in another: the next user may be another. */
static void
view_3270_session(struct view_3270 *v, uint32_t status)
{
	if ((v->status == CONS_LOGGED_OFF) != (status == CONS_LOGGED_OFF)) {
		history_clear(&v->history);
		v->back = 0;
		view_3270_logo_is(v, "", 0);
	}
	v->status = status;
	if (v->hurried)
		view_3270_hurry(v);
}

static void
view_3270_logo(void *view, const struct ipc_logo *logo)
{
	struct view_3270 *v = view;

	view_3270_rush(v);
	v->ended = v->ended || view_full_wanted(&v->full);
	view_full_lose(&v->full);
	v->greeted = true;
	memcpy(v->system, logo->system.c, sizeof logo->system.c);
	page_heading(&v->live, logo->text, logo->text_len);
	view_3270_session(v, CONS_LOGGED_OFF);
	view_3270_logo_is(v, logo->text, logo->text_len);
	v->options = (struct ipc_cons_options){ .flags = OPTION_HOLD,
		.more = VIEW_3270_MORE, .clear = VIEW_3270_CLEAR };
	pfkeys_reset(&v->pf);
	view_3270_status(v);
}

static void
view_3270_options(void *view, const struct ipc_cons_options *options)
{
	struct view_3270 *v = view;

	v->options = *options;
	view_3270_more_clock(v);
}

static void
view_3270_pf(void *view, const struct ipc_cons_pf *pf)
{
	pfkeys_set(&((struct view_3270 *)view)->pf, pf);
}

/* What nobody asks for any more before it was entered is forgotten, not
 * shown. */
static void
view_3270_hide(struct view_3270 *v, bool hidden)
{
	if (v->hidden == hidden)
		return;
	if (v->secret)
		screen_input(&v->screen, "", 0);
	v->hidden = v->secret = v->screen.hidden = hidden;
	view_3270_back_to_live(v);
}

static void
view_3270_state(void *view, const struct ipc_cons_state *state)
{
	struct view_3270 *v = view;

	if (state->status < CONS_LOGGED_OFF || state->status > CONS_RUNNING)
		return;
	/* CP has taken over: what it says does not go on in a prompt. */
	if (state->status == CONS_CP_READ && v->status != CONS_CP_READ &&
	    v->waiting.head == NULL)
		page_end_line(&v->live);
	view_3270_session(v, state->status);
	view_3270_hide(v, state->hidden != 0);
	view_3270_status(v);
	/* The logo's own state is no answer. */
	if (v->locked && (v->hidden || v->status != CONS_LOGGED_OFF))
		view_3270_unlock(v);
}

static void
view_3270_farewell(void *view, const char *text, size_t n)
{
	struct view_3270 *v = view;
	struct view_item item = { .kind = ITEM_OUTPUT, .flags = ITEM_HIGH,
		.message = true, .text = text, .len = n };

	view_3270_rush(v);
	view_full_end(&v->full);
	v->closing = true;
	v->taking = false;
	v->screen.alarm = true;
	view_3270_item(v, &item);
}

/* --- whose the glass is --- */

/* Is nothing of CP's left to be seen? */
static bool
view_3270_free(const struct view_3270 *v)
{
	return v->hold == VIEW_3270_FLOW && v->over == VIEW_3270_LIVE &&
	    v->waiting.head == NULL && !v->unread && !v->locked &&
	    !v->replaying && !v->closing && v->status != CONS_CP_READ;
}

static void
view_3270_full(void *view, const struct ipc_full *full)
{
	struct view_3270 *v = view;

	if (full->op == FULL_END) {
		view_full_end(&v->full);
		v->ended = true;
		if (v->hold == VIEW_3270_COVERED)
			view_3270_hold(v, VIEW_3270_FLOW);
	} else {
		view_full_out(&v->full, full);
		/* It is what the guest answers to ENTER; the keyboard is its
		 * own affair, if its screen can be seen. */
		if (v->locked) {
			view_3270_answer_over(v);
			if (!view_full_wanted(&v->full) || !view_3270_free(v))
				view_3270_unlock(v);
		}
	}
	view_3270_touch(v);
}

/* Lines that a guest's screen waits for are a page to be read. */
static void
view_3270_hold_guest(struct view_3270 *v)
{
	if (v->unread && v->hold == VIEW_3270_FLOW &&
	    v->status != CONS_CP_READ)
		view_3270_hold(v, VIEW_3270_COVERED);
}

static void
view_3270_draw(struct view_3270 *v)
{
	const struct page *page = v->over == VIEW_3270_PAST ? &v->past.page :
	    v->over == VIEW_3270_HELP			    ? &v->help :
							      &v->live;

	v->stale = false;
	if (v->screen.restore)
		v->empty = false;
	screen_write(&v->screen, page, v->port.record, v->port.arg);
}

/* What the user has typed into CP's screen is asked for before the guest's
 * takes its place. */
static void
view_3270_take(struct view_3270 *v)
{
	static const uint8_t command = DS_READ_MODIFIED;

	view_3270_draw(v);
	v->taking = true;
	view_3270_timed(v, VIEW_3270_TIMER_FULL, VIEW_FULL_ASK_MS);
	v->port.record(v->port.arg, &command, 1); /* may answer at once */
}

static void
view_3270_give(struct view_3270 *v)
{
	if (!v->empty && !v->taken) {
		view_3270_take(v);
		return;
	}
	v->taken = false;
	v->guest = true;
	view_full_show(&v->full);
}

/* CP's screen is back. */
static void
view_3270_regain(struct view_3270 *v)
{
	v->guest = false;
	screen_input(&v->screen, v->kept, v->kept_len);
	view_3270_keep(v, "", 0);
	screen_lost(&v->screen);
	view_3270_unlock(v);
}

static void
view_3270_glass(struct view_3270 *v)
{
	if (v->guest && !v->full.shown)
		view_3270_regain(v);
	if (v->taken && !view_3270_free(v)) {
		/* CP's screen stays, and what is typed in it. */
		v->taken = false;
		view_3270_keep(v, "", 0);
	}
	if (!view_full_wanted(&v->full) || v->taking)
		return;
	view_3270_hold_guest(v);
	if (v->full.shown && !view_3270_free(v))
		view_full_cover(&v->full);
	else if (!v->full.shown && view_3270_free(v))
		view_3270_give(v);
	if (v->guest && !v->full.shown)
		view_3270_regain(v);
}

/* The guest's screen has ended, and what covered it was read. */
static void
view_3270_lines(struct view_3270 *v)
{
	if (!v->ended || view_full_wanted(&v->full) ||
	    v->waiting.head != NULL || v->hold != VIEW_3270_FLOW ||
	    v->over != VIEW_3270_LIVE)
		return;
	v->ended = false;
	v->port.lines(v->port.arg);
}

static void
view_3270_ready(void *view)
{
	struct view_3270 *v = view;

	if (v->answered)
		view_3270_answered(v);
	view_3270_drain(v);
	view_full_ready(&v->full);
	view_3270_glass(v);
	if (v->replaying)
		view_3270_timed(v, VIEW_3270_TIMER_REPLAY,
		    VIEW_3270_REPLAY_MS);
	else if (v->stale && v->greeted && !v->full.shown && !v->taking)
		view_3270_draw(v);
	/* Not line by line: CP would be woken by each; nor before somebody who
	 * waits has seen his answer. */
	if (v->owed >= v->window / (v->locked ? 1 : 2)) {
		v->port.credit(v->port.arg, v->owed);
		v->owed = 0;
	}
	view_3270_lines(v);
}

static void
view_3270_timer_more(struct view_3270 *v)
{
	if (v->hold != VIEW_3270_FILLED && v->hold != VIEW_3270_COVERED)
		return;
	if (v->over != VIEW_3270_LIVE || (v->alarmed && v->stale)) {
		/* A page that is not on the glass cannot have been read. */
		view_3270_more_clock(v);
		return;
	}
	if (v->alarmed) {
		view_3270_continue(v);
		return;
	}
	v->alarmed = true;
	v->screen.alarm = true;
	view_3270_more_clock(v);
	view_3270_touch(v);
}

static void
view_3270_timer(void *view, unsigned id)
{
	struct view_3270 *v = view;

	switch (id) {
	case VIEW_3270_TIMER_MORE:
		view_3270_timer_more(v);
		break;
	case VIEW_3270_TIMER_NOTICE:
		v->notice = false;
		view_3270_status(v);
		break;
	case VIEW_3270_TIMER_REPLAY:
		v->replaying = false;
		view_3270_touch(v);
		break;
	case VIEW_3270_TIMER_ANSWER:
		view_3270_unlock(v);
		break;
	case VIEW_3270_TIMER_HURRY:
		v->hurried = false;
		break;
	case VIEW_3270_TIMER_FULL:
		v->taken = v->taken || v->taking;
		v->taking = v->pressed = false;
		view_full_timer(&v->full);
		view_3270_touch(v);
		break;
	}
}

const struct view_ops view_3270_ops = {
	.kind = TERM_3270,
	.low = 0,
	.open = view_3270_open,
	.close = view_3270_close,
	.record = view_3270_record,
	.attention = view_3270_attention,
	.sysreq = view_3270_sysreq,
	.reshape = view_3270_reshape,
	.logo = view_3270_logo,
	.item = view_3270_item,
	.state = view_3270_state,
	.past = view_3270_past,
	.options = view_3270_options,
	.pf = view_3270_pf,
	.full = view_3270_full,
	.farewell = view_3270_farewell,
	.ready = view_3270_ready,
	.timer = view_3270_timer,
};
