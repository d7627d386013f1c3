/* SPDX-License-Identifier: MIT
 *
 * view_3270.c - console items on the CP screen, 3270 keys as lines and keys.
 *
 * A line typed is taken at once, whatever the screen's state: ENTER with text
 * at MORE... or HOLDING sends it and goes on.  What waits for room waits here,
 * no more than the credit given.
 */
#include "view_3270.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

_Static_assert(VIEW_3270_TIMERS <= VIEW_TIMERS, "timers");

static void
view_3270_touch(struct view_3270 *v)
{
	v->stale = true;
	v->port.again(v->port.arg);
}

/* --- the keyboard --- */

/*
 * After ENTER the keyboard stays locked until CP has answered, for a moment
 * at most: what is typed next may be a password, and the field must not show
 * it.  What comes meanwhile is drawn at once.
 */
static void
view_3270_lock(struct view_3270 *v, bool empty)
{
	bool logon = v->status == CONS_LOGGED_OFF && !empty;

	v->locked = true;
	v->port.timer(v->port.arg, VIEW_3270_TIMER_ANSWER,
	    logon ? VIEW_3270_LOGON_MS : VIEW_3270_ANSWER_MS);
}

static void
view_3270_unlock(struct view_3270 *v)
{
	if (v->locked)
		v->port.timer(v->port.arg, VIEW_3270_TIMER_ANSWER, 0);
	v->locked = false;
	v->screen.restore = true;
	view_3270_touch(v);
}

static void
view_3270_answered(struct view_3270 *v)
{
	v->answered = false;
	if (v->locked)
		v->port.timer(v->port.arg, VIEW_3270_TIMER_ANSWER,
		    VIEW_3270_QUIET_MS);
}

/* --- the status --- */

static const char *
view_3270_word(const struct view_3270 *v)
{
	static const char *const words[] = {
		[CONS_LOGGED_OFF] = "",
		[CONS_CP_READ] = "CP READ",
		[CONS_VM_READ] = "VM READ",
		[CONS_RUNNING] = "RUNNING",
	};

	if (v->notice)
		return "NOT ACCEPTED";
	if (v->hold == VIEW_3270_MORE)
		return "MORE...";
	if (v->hold == VIEW_3270_HOLDING)
		return "HOLDING";
	return words[v->status];
}

static void
view_3270_status(struct view_3270 *v)
{
	screen_status(&v->screen, view_3270_word(v), v->system);
	view_3270_touch(v);
}

static void
view_3270_not_accepted(struct view_3270 *v)
{
	v->notice = true;
	v->port.timer(v->port.arg, VIEW_3270_TIMER_NOTICE,
	    VIEW_3270_NOTICE_MS);
	view_3270_status(v);
}

/* --- MORE... --- */

static void
view_3270_hold(struct view_3270 *v, int hold)
{
	v->hold = hold;
	v->alarmed = false;
	v->port.timer(v->port.arg, VIEW_3270_TIMER_MORE,
	    hold == VIEW_3270_MORE ? VIEW_3270_ALARM_MS : 0);
	view_3270_status(v);
}

/* The page was read: on with what waits. */
static void
view_3270_continue(struct view_3270 *v)
{
	screen_clear(&v->screen);
	view_3270_hold(v, VIEW_3270_FLOW);
}

/* --- items --- */

static unsigned
view_3270_flags(const struct view_3270 *v, const struct view_item *item)
{
	unsigned flags = 0;

	if ((item->flags & ITEM_HIGH) != 0)
		flags |= SCREEN_BRIGHT;
	if (!item->message && (item->flags & ITEM_LINE) == 0)
		flags |= SCREEN_APPEND;
	if (item->kind == ITEM_PROMPT)
		flags |= SCREEN_OPEN;
	if ((item->flags & ITEM_REPLAY) != 0 || v->closing)
		flags |= SCREEN_SEEN;
	return flags;
}

/* True: the item is dealt with. */
static bool
view_3270_place(struct view_3270 *v, struct view_3270_item *wait)
{
	const struct view_item *item = &wait->item;

	if (wait->done == 0) {
		if ((item->flags & ITEM_RESET) != 0) {
			screen_clear(&v->screen);
			v->screen.logo = false;
		}
		if ((item->flags & (ITEM_ALARM | ITEM_REPLAY)) == ITEM_ALARM)
			v->screen.alarm = true;
		/* A password's echo: nothing to show, but its line ends. */
		if (item->kind == ITEM_INPUT && item->len == 0) {
			screen_end_line(&v->screen);
			return true;
		}
	}
	return screen_put(&v->screen, item->text, item->len, &wait->done,
	    view_3270_flags(v, item));
}

static void
view_3270_drop(struct view_3270 *v)
{
	struct view_3270_item *wait = v->head;

	v->head = wait->next;
	if (v->head == NULL)
		v->tail = &v->head;
	free(wait);
	v->owed++;
}

/* Put on the screen what there is room for. */
static void
view_3270_drain(struct view_3270 *v)
{
	while (v->head != NULL &&
	    (v->hold == VIEW_3270_FLOW || v->closing)) {
		if (view_3270_place(v, v->head))
			view_3270_drop(v);
		else
			view_3270_hold(v, VIEW_3270_MORE);
	}
}

/* Behind those that wait already. */
static void
view_3270_wait(struct view_3270 *v, const struct view_item *item)
{
	struct view_3270_item *wait = malloc(sizeof *wait + item->len);
	char *text;

	if (wait == NULL) {
		v->owed++; /* no memory: the line is lost, the console lives */
		return;
	}
	text = (char *)(wait + 1);
	memcpy(text, item->text, item->len);
	*wait = (struct view_3270_item){ .item = *item };
	wait->item.text = text;
	*v->tail = wait;
	v->tail = &wait->next;
}

static void
view_3270_item(void *view, const struct view_item *item)
{
	struct view_3270 *v = view;

	v->replaying = (item->flags & ITEM_REPLAY) != 0;
	v->greeted = true;
	v->answered = true;
	view_3270_wait(v, item);
	view_3270_drain(v);
	view_3270_touch(v);
}

/* --- CP --- */

static void
view_3270_open(void *view, const struct view_port *port,
    const struct view_shape *shape)
{
	struct view_3270 *v = view;

	(void)shape;
	memset(v, 0, sizeof *v);
	v->port = *port;
	v->tail = &v->head;
	v->status = CONS_LOGGED_OFF;
	screen_init(&v->screen);
	port->credit(port->arg, VIEW_3270_WINDOW);
}

static void
view_3270_close(void *view)
{
	struct view_3270 *v = view;

	while (v->head != NULL)
		view_3270_drop(v);
	history_clear(&v->history);
}

/* What waits for MORE of a session that has ended is scrolled through. */
static void
view_3270_hurry(struct view_3270 *v)
{
	bool closing = v->closing;

	v->closing = true;
	view_3270_drain(v);
	v->closing = closing;
	if (v->hold != VIEW_3270_FLOW)
		view_3270_hold(v, VIEW_3270_FLOW);
}

/* Lines typed in one session, LOGON with its password too, are not retrieved
 * in another: the next user may be another. */
static void
view_3270_session(struct view_3270 *v, uint32_t status)
{
	if ((v->status == CONS_LOGGED_OFF) != (status == CONS_LOGGED_OFF)) {
		history_clear(&v->history);
		v->back = 0;
	}
	v->status = status;
}

static void
view_3270_logo(void *view, const struct ipc_logo *logo)
{
	struct view_3270 *v = view;

	view_3270_hurry(v);
	v->greeted = true;
	memcpy(v->system, logo->system.c, sizeof logo->system.c);
	screen_logo(&v->screen, logo->text, logo->text_len);
	view_3270_session(v, CONS_LOGGED_OFF);
	view_3270_status(v);
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
}

static void
view_3270_state(void *view, const struct ipc_cons_state *state)
{
	struct view_3270 *v = view;

	if (state->status < CONS_LOGGED_OFF || state->status > CONS_RUNNING)
		return;
	/* CP has taken over: what it says does not go on in a prompt. */
	if (state->status == CONS_CP_READ && v->status != CONS_CP_READ &&
	    v->head == NULL)
		screen_end_line(&v->screen);
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

	view_3270_hurry(v);
	v->closing = true;
	v->screen.alarm = true;
	view_3270_item(v, &item);
}

static void
view_3270_draw(struct view_3270 *v)
{
	uint8_t record[SCREEN_RECORD_MAX];
	size_t n = screen_write(&v->screen, record);

	v->stale = false;
	if (n == 0)
		return;
	v->port.record(v->port.arg, record, n);
}

static void
view_3270_ready(void *view)
{
	struct view_3270 *v = view;

	if (v->answered)
		view_3270_answered(v);
	view_3270_drain(v);
	if (v->replaying)
		v->port.timer(v->port.arg, VIEW_3270_TIMER_REPLAY,
		    VIEW_3270_REPLAY_MS);
	else if (v->stale && v->greeted)
		view_3270_draw(v);
	/* Not line by line: CP would be woken by each; nor before somebody who
	 * waits has seen his answer. */
	if (v->owed >= VIEW_3270_WINDOW / (v->locked ? 1 : 2)) {
		v->port.credit(v->port.arg, v->owed);
		v->owed = 0;
	}
}

static void
view_3270_timer_more(struct view_3270 *v)
{
	if (v->hold != VIEW_3270_MORE)
		return;
	if (v->alarmed && !v->stale) {
		view_3270_continue(v);
		return;
	}
	/* A page that the client has not taken yet cannot have been read. */
	v->alarmed = true;
	v->screen.alarm = true;
	v->port.timer(v->port.arg, VIEW_3270_TIMER_MORE, VIEW_3270_CLEAR_MS);
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
	}
}

/* --- keys --- */

/* The input field's text as UTF-8; -1 when it is longer than the field. */
static int
view_3270_typed(struct ds_in *in, char text[2 * SCREEN_INPUT_LEN],
    size_t *n)
{
	struct ds_field f;

	*n = 0;
	while (ds3270_read_field(in, &f)) {
		if (f.address != SCREEN_INPUT)
			continue;
		if (f.len > SCREEN_INPUT_LEN)
			return -1;
		*n = 0;
		for (size_t k = 0; k < f.len; k++)
			*n += text_encode(ds3270_character(f.data[k]),
			    text + *n);
	}
	return 0;
}

static void
view_3270_enter(struct view_3270 *v, struct ds_in *in)
{
	char text[2 * SCREEN_INPUT_LEN + TEXT_UTF8_MAX];
	size_t n;

	if (view_3270_typed(in, text, &n) < 0) {
		view_3270_not_accepted(v);
		return;
	}
	if (n == 0 && v->hold != VIEW_3270_FLOW) {
		view_3270_hold(v, VIEW_3270_HOLDING);
		return;
	}
	v->back = 0;
	v->secret = false;
	if (!v->hidden)
		history_add(&v->history, text, n);
	screen_input(&v->screen, "", 0);
	screen_seen(&v->screen);
	if (v->hold != VIEW_3270_FLOW)
		view_3270_continue(v);
	view_3270_lock(v, n == 0);
	v->port.line(v->port.arg, text, n);
	explicit_bzero(text, sizeof text);
}

/* An earlier line into the input field. */
static void
view_3270_retrieve(struct view_3270 *v)
{
	const struct history_line *l = history_get(&v->history, v->back + 1);

	if (l == NULL) {
		v->back = 0;
		l = history_get(&v->history, 1);
	}
	if (l == NULL || v->hidden) {
		view_3270_not_accepted(v);
		return;
	}
	v->back++;
	screen_input(&v->screen, l->text, l->len);
}

static void
view_3270_clear(struct view_3270 *v)
{
	if (v->hold != VIEW_3270_FLOW)
		view_3270_continue(v);
	else if (!v->screen.logo)
		screen_clear(&v->screen);
}

static void
view_3270_attention(void *view)
{
	struct view_3270 *v = view;

	/* The user wants CP, not the rest of a page he did not ask for. */
	if (v->hold != VIEW_3270_FLOW)
		view_3270_continue(v);
	screen_seen(&v->screen);
	view_3270_touch(v);
	v->port.key(v->port.arg, KEY_ATTENTION);
}

static void
view_3270_key(struct view_3270 *v, struct ds_in *in)
{
	switch (in->aid) {
	case DS_AID_ENTER:
		view_3270_enter(v, in);
		break;
	case DS_AID_CLEAR: /* the terminal has erased itself */
		screen_lost(&v->screen);
		view_3270_clear(v);
		break;
	case DS_AID_PA2:
		view_3270_clear(v);
		break;
	case DS_AID_PA1:
		view_3270_attention(v);
		break;
	case DS_AID_PF12:
	case DS_AID_PF24:
		view_3270_retrieve(v);
		break;
	default:
		view_3270_not_accepted(v);
		break;
	}
}

static void
view_3270_record(void *view, const uint8_t *record, size_t n)
{
	struct view_3270 *v = view;
	struct ds_in in;

	if (v->notice) {
		v->notice = false;
		view_3270_status(v);
	}
	if (ds3270_read(record, n, DS_CELLS, &in) == 0)
		view_3270_key(v, &in);
	else
		view_3270_not_accepted(v);
	if (!v->locked)
		view_3270_unlock(v);
}

const struct view_ops view_3270_ops = {
	.kind = TERM_3270,
	.low = 0,
	.open = view_3270_open,
	.close = view_3270_close,
	.record = view_3270_record,
	.attention = view_3270_attention,
	.logo = view_3270_logo,
	.item = view_3270_item,
	.state = view_3270_state,
	.farewell = view_3270_farewell,
	.ready = view_3270_ready,
	.timer = view_3270_timer,
};
