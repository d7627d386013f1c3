/* SPDX-License-Identifier: MIT
 *
 * view_line.c - console items as lines on a character terminal.
 *
 * What the user is typing is taken off the row before anything is written and
 * shown again after it, so nothing that comes in between disturbs it.  Of a
 * console's past only the last screenful is shown, but its pages can be asked
 * for.  Output stops at a full window (MORE...) only for who wants it to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "view_line_internal.h"

static const char view_line_more[] = "MORE...";

void
view_line_write(struct view_line *v, const char *s, size_t n)
{
	v->port.write(v->port.arg, s, n);
}

void
view_line_newline(struct view_line *v)
{
	view_line_write(v, "\r\n", 2);
	v->col = 0;
	v->filled++;
}

/*
 * At the logo what is typed next may be a password, and nothing says so yet:
 * it is looked at (and shown) only when CP has answered, or after a moment.
 */
void
view_line_wait(struct view_line *v)
{
	v->waiting = true;
	v->edit.stop = true;
	v->port.timer(v->port.arg, VIEW_LINE_TIMER_ANSWER,
	    VIEW_LINE_ANSWER_MS);
}

/* --- the line editor's port --- */

static void
view_line_edit_out(void *arg, const char *bytes, size_t n)
{
	view_line_write(arg, bytes, n);
}

void
view_line_end_prompt(struct view_line *v)
{
	v->open = false;
	v->prompt_len = 0;
	free(v->prompt);
	v->prompt = NULL;
}

static void
view_line_edit_line(void *arg, const char *text, size_t n)
{
	struct view_line *v = arg;

	v->col = 0;
	v->filled = 0;
	v->told = false;
	v->past_first = v->past_last = 0; /* back to the present */
	view_line_end_prompt(v);
	if (v->status == CONS_LOGGED_OFF && n > 0)
		view_line_wait(v);
	v->port.line(v->port.arg, text, n);
}

static void
view_line_edit_attention(void *arg)
{
	struct view_line *v = arg;

	v->col = 0;
	view_line_end_prompt(v);
	v->port.key(v->port.arg, KEY_ATTENTION);
}

static void
view_line_edit_refused(void *arg)
{
	static const char text[] = "DMKCNS184E LINE OVER 2048 BYTES NOT SENT",
			  more[] = "; UP ARROW RETRIEVES ITS BEGINNING";
	char said[sizeof text + sizeof more];
	struct view_line *v = arg;
	int n;

	_Static_assert(LINEEDIT_MAX == 2048, "say so in the message");
	n = snprintf(said, sizeof said, "%s%s", text,
	    v->edit.hidden ? "" : more);
	v->col = 0;
	view_line_say(v, said, (size_t)n);
}

static void
view_line_edit_bad(void *arg)
{
	struct view_line *v = arg;

	view_line_write(v, "\a", 1);
	if (v->told)
		return; /* of each line once */
	v->told = true;
	VIEW_LINE_SAY(v, "DMKCNS187E NOT UTF-8, NOT TAKEN; SET YOUR TERMINAL "
	    "TO UTF-8");
}

/* --- writing --- */

/* Cells gathered for one write; text goes through text_next(). */
struct view_line_run {
	char buf[512];
	size_t n;
};

static void
view_line_flush(struct view_line *v, struct view_line_run *run)
{
	if (run->n > 0)
		view_line_write(v, run->buf, run->n);
	run->n = 0;
}

static void
view_line_cell(struct view_line *v, struct view_line_run *run, uint32_t c)
{
	unsigned w = text_width(c);

	if (run->n + TEXT_UTF8_MAX > sizeof run->buf)
		view_line_flush(v, run);
	if (v->col + w > v->cols) {
		view_line_flush(v, run);
		view_line_newline(v);
	}
	run->n += text_encode(c, run->buf + run->n);
	v->col += w;
}

static void
view_line_tab(struct view_line *v, struct view_line_run *run)
{
	do
		view_line_cell(v, run, ' ');
	while (v->col % VIEW_LINE_TAB != 0 && v->col < v->cols);
}

void
view_line_text(struct view_line *v, const char *s, size_t n)
{
	struct view_line_run run = { .n = 0 };
	const char *end = s + n;

	while (s < end) {
		if (*s == '\n') {
			s++;
			view_line_flush(v, &run);
			view_line_newline(v);
		} else if (*s == '\t') {
			s++;
			view_line_tab(v, &run);
		} else
			view_line_cell(v, &run, text_next(&s, end));
	}
	view_line_flush(v, &run);
}

/* The editor may have taken a new row for the line. */
void
view_line_hide(struct view_line *v)
{
	if (!v->edit.suspended) {
		lineedit_hide(&v->edit);
		v->col = v->edit.origin;
	}
	if (v->more)
		view_line_write(v, "\r       \r", 9);
	v->more = false;
}

void
view_line_show(struct view_line *v)
{
	if (v->background)
		return;
	if (!v->paused) {
		lineedit_show(&v->edit, v->col, v->cols);
		return;
	}
	view_line_write(v, view_line_more, sizeof view_line_more - 1);
	v->more = true;
}

void
view_line_fresh(struct view_line *v)
{
	if (v->col > 0)
		view_line_newline(v);
}

void
view_line_whole(struct view_line *v, const char *s, size_t n)
{
	view_line_text(v, s, n);
	if (n == 0 || s[n - 1] != '\n')
		view_line_newline(v);
}

void
view_line_prompt_again(struct view_line *v)
{
	if (v->open && v->prompt_len > 0)
		view_line_text(v, v->prompt, v->prompt_len);
}

/* --- the client --- */

static void
view_line_open(void *view, const struct view_port *port,
    const struct view_shape *shape)
{
	struct view_line *v = view;
	struct lineedit_port edit = { v, view_line_edit_out,
		view_line_edit_line, view_line_edit_attention,
		view_line_edit_refused, view_line_edit_bad, view_line_key };

	memset(v, 0, sizeof *v);
	v->port = *port;
	v->cols = shape->cols;
	v->rows = shape->rows;
	v->flags = shape->flags;
	v->status = CONS_LOGGED_OFF;
	pfkeys_reset(&v->pf);
	lineedit_init(&v->edit, &edit, v->cols);
	v->edit.echo = shape->echo;
	port->credit(port->arg, VIEW_LINE_WINDOW);
}

static void
view_line_close(void *view)
{
	struct view_line *v = view;

	itemlist_clear(&v->replay);
	itemlist_clear(&v->held);
	itemlist_clear(&v->past);
	pfkeys_reset(&v->pf);
	if (v->ahead != NULL)
		explicit_bzero(v->ahead, VIEW_LINE_AHEAD_MAX);
	free(v->ahead);
	v->ahead = NULL;
	lineedit_free(&v->edit);
	view_line_end_prompt(v);
}

/* Keep what cannot be taken yet.  False: it is too much. */
static bool
view_line_ahead(struct view_line *v, const uint8_t *bytes, size_t n)
{
	if (n > VIEW_LINE_AHEAD_MAX - v->ahead_len)
		return false;
	if (v->ahead == NULL &&
	    (v->ahead = malloc(VIEW_LINE_AHEAD_MAX)) == NULL)
		return false;
	memcpy(v->ahead + v->ahead_len, bytes, n);
	v->ahead_len += n;
	return true;
}

static void
view_line_stop_waiting(struct view_line *v)
{
	if (v->waiting)
		v->port.timer(v->port.arg, VIEW_LINE_TIMER_ANSWER, 0);
	v->waiting = false;
}

void
view_line_go_on(struct view_line *v)
{
	size_t used;

	if (!v->waiting)
		return;
	view_line_stop_waiting(v);
	used = lineedit_feed(&v->edit, v->ahead, v->ahead_len);
	v->ahead_len -= used;
	if (v->ahead_len > 0) {
		memmove(v->ahead, v->ahead + used, v->ahead_len);
		return;
	}
	if (v->ahead != NULL)
		explicit_bzero(v->ahead, VIEW_LINE_AHEAD_MAX);
	free(v->ahead);
	v->ahead = NULL;
}

static void
view_line_data(void *view, const uint8_t *bytes, size_t n)
{
	struct view_line *v = view;

	while (n > 0) {
		size_t used;

		if (v->waiting && view_line_ahead(v, bytes, n))
			return;
		while (v->waiting) /* too much to wait with */
			view_line_go_on(v);
		used = lineedit_feed(&v->edit, bytes, n);
		bytes += used;
		n -= used;
	}
	v->port.timer(v->port.arg, VIEW_LINE_TIMER_KEY,
	    keymap_pending(&v->edit.keymap) ? KEYMAP_ESCAPE_MS : 0);
}

static void
view_line_attention(void *view)
{
	struct view_line *v = view;
	static const uint8_t key = 0x03;

	view_line_data(v, &key, 1);
}

static void
view_line_reshape(void *view, const struct view_shape *shape)
{
	struct view_line *v = view;

	if (shape->cols != v->cols || shape->rows != v->rows ||
	    shape->echo != v->edit.echo) {
		view_line_hide(v);
		v->cols = shape->cols;
		v->rows = shape->rows;
		v->edit.echo = shape->echo;
		view_line_show(v);
	}
	v->flags = shape->flags;
}

size_t
view_line_typed(const struct view_line *v, uint8_t *bytes, size_t room)
{
	size_t n = v->edit.hidden || v->edit.secret ? 0 : v->edit.len;
	size_t ahead = v->ahead_len;

	if (n > room)
		n = room;
	if (ahead > room - n)
		ahead = room - n;
	memcpy(bytes, v->edit.text, n);
	if (ahead > 0)
		memcpy(bytes + n, v->ahead, ahead);
	return n + ahead;
}

/* --- CP --- */

/* Something stands on a line of its own; the prompt comes again after it. */
static void
view_line_message(struct view_line *v, const struct view_item *item)
{
	view_line_fresh(v);
	view_line_whole(v, item->text, item->len);
	view_line_prompt_again(v);
}

static void
view_line_prompt(struct view_line *v, const struct view_item *item)
{
	size_t room = IPC_LINE_MAX - v->prompt_len;
	size_t n = item->len < room ? item->len : room;
	char *p = realloc(v->prompt, v->prompt_len + n + 1);

	view_line_text(v, item->text, item->len);
	v->open = true;
	if (p == NULL)
		return; /* then it is not shown again */
	memcpy(p + v->prompt_len, item->text, n);
	v->prompt = p;
	v->prompt_len += n;
}

/*
 * What the user typed was shown as he typed it.  But when a prompt came
 * after it, the prompt takes it now: show what it took.
 */
static void
view_line_input(struct view_line *v, const struct view_item *item)
{
	bool replay = (item->flags & ITEM_REPLAY) != 0;

	if (!replay && !v->open)
		return;
	if (item->len == 0 && v->col == 0)
		return;
	view_line_text(v, item->text, item->len);
	view_line_newline(v);
	view_line_end_prompt(v);
}

void
view_line_show_item(struct view_line *v, const struct view_item *item)
{
	if ((item->flags & ITEM_RESET) != 0 ||
	    ((item->flags & ITEM_LINE) != 0 && !item->message)) {
		view_line_fresh(v);
		view_line_end_prompt(v);
	}
	if ((item->flags & (ITEM_ALARM | ITEM_REPLAY)) == ITEM_ALARM)
		view_line_write(v, "\a", 1);
	switch (item->kind) {
	case ITEM_PROMPT:
		view_line_prompt(v, item);
		return;
	case ITEM_INPUT:
		view_line_input(v, item);
		return;
	case ITEM_OUTPUT:
		break;
	}
	if (item->message) {
		view_line_message(v, item);
		return;
	}
	view_line_whole(v, item->text, item->len);
	view_line_end_prompt(v);
}

/* --- a replay --- */

static void
view_line_replay(struct view_line *v, const struct view_item *item)
{
	v->replaying = true;
	if ((item->flags & ITEM_RESET) != 0)
		itemlist_clear(&v->replay);
	itemlist_add(&v->replay, item);
	while (v->replay.count > v->rows ||
	    v->replay.bytes > VIEW_LINE_KEPT_BYTES)
		itemlist_drop_first(&v->replay);
	v->port.timer(v->port.arg, VIEW_LINE_TIMER_REPLAY,
	    VIEW_LINE_REPLAY_MS);
}

void
view_line_replayed(struct view_line *v)
{
	if (!v->replaying)
		return;
	v->replaying = false;
	v->port.timer(v->port.arg, VIEW_LINE_TIMER_REPLAY, 0);
	view_line_hide(v);
	view_line_fresh(v);
	while (v->replay.head != NULL) {
		view_line_show_item(v, &v->replay.head->item);
		itemlist_drop_first(&v->replay);
	}
	v->filled = 0;
	view_line_show(v);
}

static void
view_line_timer(void *view, unsigned id)
{
	struct view_line *v = view;

	switch ((enum view_line_timer)id) {
	case VIEW_LINE_TIMER_REPLAY:
		view_line_replayed(v);
		break;
	case VIEW_LINE_TIMER_ANSWER:
		view_line_go_on(v);
		break;
	case VIEW_LINE_TIMER_KEY:
		lineedit_timeout(&v->edit);
		break;
	case VIEW_LINE_TIMER_MORE:
		view_line_more_expired(v);
		break;
	}
}

/* Lines typed in one session, LOGON with its password too, are not retrieved
 * in another: the next user may be another. */
static void
view_line_session(struct view_line *v, uint32_t status)
{
	if ((v->status == CONS_LOGGED_OFF) != (status == CONS_LOGGED_OFF))
		lineedit_forget(&v->edit);
	v->status = status;
}

static void
view_line_logo(void *view, const struct ipc_logo *logo)
{
	struct view_line *v = view;
	const char *text = logo->text;
	size_t n = logo->text_len;

	view_line_replayed(v);
	view_line_flush_held(v);
	pfkeys_reset(&v->pf);
	v->options = (struct ipc_cons_options){ .flags = OPTION_HOLD };
	view_line_past_forget(v);
	view_line_hide(v);
	view_line_fresh(v);
	view_line_newline(v);
	view_line_end_prompt(v);
	while (n > 0) {
		const char *nl = memchr(text, '\n', n);
		size_t len = nl != NULL ? (size_t)(nl - text) : n;

		view_line_text(v, text, len);
		view_line_newline(v);
		len += nl != NULL;
		text += len;
		n -= len;
	}
	view_line_session(v, CONS_LOGGED_OFF);
	v->filled = 0;
	view_line_show(v);
}

static void
view_line_now(struct view_line *v, const struct view_item *item)
{
	view_line_hide(v);
	if (!view_line_hold(v, item)) {
		view_line_show_item(v, item);
		v->owed++;
		v->port.again(v->port.arg);
	}
	view_line_show(v);
}

static void
view_line_item(void *view, const struct view_item *item)
{
	struct view_line *v = view;

	if ((item->flags & ITEM_PAST) != 0) {
		view_line_past_item(v, item);
		return;
	}
	if (v->waiting)
		v->port.timer(v->port.arg, VIEW_LINE_TIMER_ANSWER,
		    VIEW_LINE_QUIET_MS);
	if (v->background) {
		view_line_background_item(v, item);
	} else if ((item->flags & ITEM_REPLAY) != 0) {
		v->owed++;
		v->port.again(v->port.arg);
		view_line_replay(v, item);
	} else {
		view_line_replayed(v);
		view_line_now(v, item);
	}
}

/* A client that shows what is typed cannot be kept from showing this. */
static void
view_line_warn(struct view_line *v)
{
	static const char text[] = "DMKCNS185W YOUR TERMINAL SHOWS WHAT YOU "
				   "TYPE, PASSWORDS TOO";

	if (v->warned)
		return;
	v->warned = true;
	view_line_say(v, text, sizeof text - 1);
}

static void
view_line_state(void *view, const struct ipc_cons_state *state)
{
	struct view_line *v = view;
	bool entered = state->status == CONS_CP_READ &&
	    (v->status == CONS_RUNNING || v->status == CONS_VM_READ);

	if (state->hidden != 0 && !v->edit.echo && !v->background)
		view_line_warn(v);
	lineedit_hidden(&v->edit, state->hidden != 0);
	view_line_session(v, state->status);
	if (entered && v->background)
		v->entered = true;
	else if (entered && !v->replaying)
		view_line_entered(v);
	/* The logo's own state is no answer. */
	if (state->status != CONS_LOGGED_OFF || state->hidden != 0)
		view_line_go_on(v);
}

static void
view_line_farewell(void *view, const char *text, size_t n)
{
	struct view_line *v = view;

	view_line_replayed(v);
	view_line_flush_held(v);
	view_line_hide(v);
	view_line_end_prompt(v);
	view_line_fresh(v);
	view_line_text(v, text, n);
	view_line_newline(v);
}

void
view_line_say(struct view_line *v, const char *text, size_t n)
{
	struct view_item item = { .kind = ITEM_OUTPUT, .message = true,
		.text = text, .len = n };

	view_line_replayed(v);
	view_line_hide(v);
	view_line_message(v, &item);
	view_line_show(v);
}

static void
view_line_ready(void *view)
{
	struct view_line *v = view;

	if (v->owed < VIEW_LINE_WINDOW / 2)
		return; /* not line by line: CP would be woken by each */
	v->port.credit(v->port.arg, v->owed);
	v->owed = 0;
}

static void
view_line_options(void *view, const struct ipc_cons_options *options)
{
	struct view_line *v = view;

	v->options = *options;
	if ((options->flags & OPTION_PAGING) == 0 && v->paused)
		view_line_resume(v);
}

static void
view_line_set_pf(void *view, const struct ipc_cons_pf *pf)
{
	struct view_line *v = view;

	pfkeys_set(&v->pf, pf);
}

static void
view_line_there(void *view)
{
	static const char text[] = "[VM/370 is here]";

	view_line_say(view, text, sizeof text - 1);
}

const struct view_ops view_line_ops = {
	.kind = TERM_LINE_MODE,
	.low = 8192,
	.open = view_line_open,
	.close = view_line_close,
	.data = view_line_data,
	.attention = view_line_attention,
	.sysreq = view_line_sysreq,
	.reshape = view_line_reshape,
	.there = view_line_there,
	.logo = view_line_logo,
	.item = view_line_item,
	.state = view_line_state,
	.past = view_line_past_done,
	.options = view_line_options,
	.pf = view_line_set_pf,
	.farewell = view_line_farewell,
	.ready = view_line_ready,
	.timer = view_line_timer,
};
