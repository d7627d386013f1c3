/* SPDX-License-Identifier: MIT
 *
 * term_view.c - how the console is shown: by lines, by a screen, or by a
 * guest's screen over the lines; and what its views ask for.
 *
 * Whatever takes another's place, what the user has typed goes along.
 */
#include <string.h>

#include "term_internal.h"

#define TERM_COLS_MIN 20
#define TERM_COLS_MAX 500
#define TERM_ROWS_MIN 4
#define TERM_ROWS_MAX 500

/* --- a view's port --- */

static void
term_view_write(void *arg, const void *bytes, size_t n)
{
	telnet_write(&((struct term *)arg)->telnet, bytes, n);
}

static void
term_view_record(void *arg, const uint8_t *bytes, size_t n)
{
	struct term *t = arg;

	if (t->soft == NULL) {
		telnet_record(&t->telnet, bytes, n);
		return;
	}
	soft_host(t->soft, bytes, n);
	term_settle_soon(t);
}

static void
term_view_line(void *arg, const char *text, size_t n)
{
	struct term *t = arg;
	struct ipc_text fixed = { 0 };

	loopchan_send_text(&t->cp, IPC_TERM_LINE, &fixed, sizeof fixed, text,
	    n, -1);
}

static void
term_view_key(void *arg, enum ipc_term_key key)
{
	struct ipc_value value = { .value = key };

	loopchan_send(&((struct term *)arg)->cp, IPC_TERM_KEY, &value,
	    sizeof value, -1);
}

/* What a closed view had asked for comes to the one that is there now. */
static void
term_view_credit(void *arg, unsigned n)
{
	struct term *t = arg;
	unsigned carried = n < t->carry ? n : t->carry;
	struct ipc_value value = { .value = n - carried };

	t->carry -= carried;
	t->credit += value.value;
	if (value.value > 0)
		loopchan_send(&t->cp, IPC_TERM_CREDIT, &value, sizeof value,
		    -1);
}

static void
term_view_past(void *arg, uint64_t before, unsigned count)
{
	struct ipc_term_past past = { .before = before,
		.count = count < TERM_PAST_MAX ? count : TERM_PAST_MAX };

	loopchan_send(&((struct term *)arg)->cp, IPC_TERM_PAST, &past,
	    sizeof past, -1);
}

static void
term_view_screen(void *arg, const char *text, size_t n)
{
	struct ipc_text fixed = { 0 };

	loopchan_send_text(&((struct term *)arg)->cp, IPC_TERM_SCREEN, &fixed,
	    sizeof fixed, text, n, -1);
}

void
term_view_full(void *arg, struct ipc_full *full, const void *text, size_t n)
{
	loopchan_send_text(&((struct term *)arg)->cp, IPC_TERM_FULL, full,
	    sizeof *full, text, n, -1);
}

static void
term_view_toggle(void *arg)
{
	struct term *t = arg;

	t->toggle = true;
	term_settle_soon(t);
}

static void
term_view_timer(void *arg, unsigned id, unsigned ms)
{
	struct term *t = arg;

	if (ms == 0)
		event_del(t->timer[id].ev);
	else
		term_after(t->timer[id].ev, ms);
}

/* A 3270 shows CP's screen then, of itself. */
static void
term_view_lines(void *arg)
{
	struct term *t = arg;

	t->lines = t->over;
	if (t->lines)
		term_settle_soon(t);
}

void
term_view_expired(evutil_socket_t fd, short what, void *arg)
{
	struct term_timer *timer = arg;
	struct term *t = timer->term;

	(void)fd;
	(void)what;
	if (t->ops != NULL)
		t->ops->timer(t->view, timer->id);
}
/* --- what the client shows --- */

static uint16_t
term_clamp(uint16_t value, uint16_t least, uint16_t most, uint16_t unknown)
{
	if (value == 0)
		return unknown;
	return value < least ? least : value > most ? most : value;
}

/* What its name says, until it has said more. */
static struct view_shape
term_shape_3270(const struct term *t)
{
	const struct tn3270_type *type = &t->telnet.display;
	const struct ds_display *d = &t->display;
	struct view_shape shape = { .rows = type->rows, .cols = type->cols,
		.flags = TERM_FULL_SCREEN, .codepage = d->codepage };

	if (type->colour || d->color)
		shape.flags |= TERM_COLOR;
	if (type->colour || d->highlight)
		shape.flags |= TERM_HIGHLIGHT;
	if (d->alt_rows >= DS_ROWS && d->alt_cols >= DS_COLS) {
		shape.rows = d->alt_rows;
		shape.cols = d->alt_cols;
	} else if (d->rows >= DS_ROWS && d->cols >= DS_COLS) {
		shape.rows = d->rows;
		shape.cols = d->cols;
	}
	return shape;
}

static unsigned
term_window_rows(const struct term *t)
{
	return term_clamp(t->telnet.rows, TERM_ROWS_MIN, TERM_ROWS_MAX, 24);
}

static unsigned
term_window_cols(const struct term *t)
{
	return term_clamp(t->telnet.cols, TERM_COLS_MIN, TERM_COLS_MAX, 80);
}

/* A window; the screen in it, when there is one now. */
static struct view_shape
term_shape_window(const struct term *t)
{
	unsigned rows = term_window_rows(t), cols = term_window_cols(t);
	struct view_shape shape = { .rows = rows, .cols = cols,
		.echo = t->telnet.echo };

	if (t->telnet.mode == TELNET_CHARACTER && soft_screen(&rows, &cols))
		shape.flags = soft_flags(t->telnet.type);
	if (t->soft != NULL) {
		shape.rows = rows;
		shape.cols = cols;
	}
	return shape;
}

static struct view_shape
term_shape(const struct term *t)
{
	struct view_shape shape = term_is_3270(t) ? term_shape_3270(t) :
	    term_shape_window(t);

	if (t->secure)
		shape.flags |= TERM_SECURE;
	return shape;
}

struct ipc_term_view
term_view(const struct term *t)
{
	struct view_shape shape = term_shape(t);

	/* CP is told of the screen, also while there are lines. */
	if (!term_is_3270(t) && t->soft == NULL &&
	    (shape.flags & TERM_FULL_SCREEN) != 0)
		soft_screen(&shape.rows, &shape.cols);
	return (struct ipc_term_view){
		.kind = t->over || t->ops == NULL ? TERM_LINE_MODE :
		    t->ops->kind,
		.flags = shape.flags,
		.rows = (uint16_t)shape.rows,
		.cols = (uint16_t)shape.cols,
	};
}
/* --- a 3270 on a character terminal --- */

static void
term_soft_out(void *arg, const void *bytes, size_t n)
{
	telnet_write(&((struct term *)arg)->telnet, bytes, n);
}

static void
term_soft_record(void *arg, const uint8_t *bytes, size_t n)
{
	struct term *t = arg;

	t->ops->record(t->view, bytes, n);
}

static void
term_soft_attention(void *arg)
{
	struct term *t = arg;

	t->ops->attention(t->view);
}

/* It has not erased its screen, as others do then. */
static void
term_soft_sysreq(void *arg)
{
	term_view_key(arg, KEY_SYSREQ);
}

/* Under a guest's screen there are lines already: they come when it ends. */
static void
term_soft_toggle(void *arg)
{
	struct term *t = arg;

	if (t->over)
		telnet_write(&t->telnet, "\a", 1);
	else
		term_view_toggle(t);
}

static void
term_soft_timer(void *arg, unsigned ms)
{
	struct term *t = arg;

	if (ms == 0)
		event_del(t->key);
	else
		term_after(t->key, ms);
}

void
term_key_expired(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;

	(void)fd;
	(void)what;
	if (t->soft == NULL)
		return;
	soft_timer(t->soft);
	term_settle_soon(t);
}

static bool
term_soft_open(struct term *t)
{
	const struct soft_port port = { t, term_soft_out, term_soft_record,
		term_soft_attention, term_soft_sysreq, term_soft_toggle,
		term_soft_timer };

	if (t->soft == NULL)
		t->soft = soft_open(t->telnet.type, term_window_rows(t),
		    term_window_cols(t), true, &port);
	return t->soft != NULL;
}

static void
term_soft_close(struct term *t)
{
	if (t->soft == NULL)
		return;
	soft_close(t->soft);
	t->soft = NULL;
	telnet_write(&t->telnet, "\r\n", 2);
}
/* --- the view --- */

static void
term_view_close(struct term *t)
{
	if (t->ops == NULL)
		return;
	t->ops->close(t->view);
	for (unsigned i = 0; i < VIEW_TIMERS; i++)
		event_del(t->timer[i].ev);
	t->carry = t->credit;
}

static void
term_view_open(struct term *t, const struct view_ops *ops)
{
	const struct view_port port = { t, term_view_write, term_view_record,
		term_view_line, term_view_key, term_view_credit,
		term_settle_soon, term_view_timer, term_view_past,
		term_view_screen, term_view_full, term_view_toggle,
		term_view_lines };
	struct view_shape shape = term_shape(t);

	t->ops = ops;
	t->view = ops == &view_3270_ops ? (void *)&t->screen : &t->line;
	ops->open(t->view, &port, &shape);
}

/* Show the console by a view of this kind from now on. */
void
term_show(struct term *t, const struct view_ops *ops)
{
	term_view_close(t);
	if (t->over)
		view_line_ops.close(&t->line);
	t->over = t->lines = false;
	if (ops == &view_line_ops || term_is_3270(t))
		term_soft_close(t);
	term_view_open(t, ops);
}

/* What the view that comes has to know, and was said before it came. */
void
term_brief(struct term *t)
{
	struct ipc_logo name = { 0 };

	if (t->logo == NULL)
		return; /* CP has said nothing yet */
	name.system = t->logo->system;
	if (t->state.status == CONS_LOGGED_OFF)
		t->ops->logo(t->view, t->logo);
	else if (t->ops->kind == TERM_3270)
		t->ops->logo(t->view, &name); /* for the corner */
	if (t->optioned)
		t->ops->options(t->view, &t->options);
	pfkeys_each(&t->pf, t->ops->pf, t->view);
	t->ops->state(t->view, &t->state);
}

/*
 * A guest's screen over the lines.  CP does not hear of it: to it this is the
 * line view, which goes on, unseen.
 */
bool
term_over(struct term *t)
{
	if ((term_shape(t).flags & TERM_FULL_SCREEN) == 0 ||
	    !term_soft_open(t))
		return false;
	view_line_background(&t->line, true);
	t->carry = t->credit;
	t->over = true;
	term_view_open(t, &view_3270_ops);
	term_brief(t);
	t->screen.history = t->line.edit.history;
	t->line.edit.history = (struct history){ 0 };
	return true;
}

/* Is CP's screen there, with what is typed in its field?  What CP has put there
 * is drawn for it; and what was entered is there no more, but to be seen. */
static bool
term_soft_field(struct term *t)
{
	t->ops->ready(t->view);
	return !t->screen.full.shown && !t->screen.empty;
}

/* Is what was entered there not answered yet?  What is typed behind it waits in
 * lines, too: it may be a password. */
static bool
term_locked(const struct term *t)
{
	return t->ops == &view_3270_ops && t->screen.locked;
}

/* What is typed on the screen, and not in a guest's, which may cover it. */
static size_t
term_soft_typed(struct term *t)
{
	const size_t room = sizeof t->typed;
	bool field = term_soft_field(t);
	size_t n = t->screen.full.shown ?
	    view_3270_kept(&t->screen, t->typed, room) : 0;

	return n + soft_typed(t->soft, field, t->typed + n, room - n);
}

/* The lines again: what came meanwhile, and what was typed and not sent. */
static void
term_uncover(struct term *t, size_t typed)
{
	bool locked = term_locked(t);

	t->lines = t->over = false;
	t->line.edit.history = t->screen.history;
	t->screen.history = (struct history){ 0 };
	term_view_close(t);
	term_soft_close(t);
	t->ops = &view_line_ops;
	t->view = &t->line;
	view_line_background(&t->line, false);
	if (locked)
		view_line_wait(&t->line);
	t->ops->data(t->view, t->typed, typed);
	explicit_bzero(t->typed, typed);
}

void
term_under(struct term *t)
{
	term_uncover(t, term_soft_typed(t));
}

void
term_tell_view(struct term *t)
{
	struct ipc_term_view view = term_view(t);

	loopchan_send(&t->cp, IPC_TERM_VIEW, &view, sizeof view, -1);
}

static struct history *
term_history(struct term *t)
{
	return t->ops == &view_line_ops ? &t->line.edit.history :
	    &t->screen.history;
}

/* Another view of the same console: what was typed before goes along. */
static void
term_change(struct term *t, const struct view_ops *ops)
{
	bool locked = term_locked(t);
	struct history history = *term_history(t);

	*term_history(t) = (struct history){ 0 };
	term_show(t, ops);
	term_brief(t);
	*term_history(t) = history;
	if (locked)
		view_line_wait(&t->line);
}

static void
term_to_screen(struct term *t)
{
	uint8_t typed[LINEEDIT_MAX + VIEW_LINE_AHEAD_MAX];
	size_t n = view_line_typed(&t->line, typed, sizeof typed);

	term_change(t, &view_3270_ops);
	term_tell_view(t);
	t->ops->ready(t->view);
	term_data(t, typed, n); /* the lines again may be asked for in it */
	explicit_bzero(typed, n);
}

static void
term_to_lines(struct term *t)
{
	size_t n = term_soft_typed(t);

	term_change(t, &view_line_ops);
	term_tell_view(t);
	t->ops->ready(t->view);
	t->ops->data(t->view, t->typed, n);
	explicit_bzero(t->typed, n);
}

/*
 * From lines to the screen or back, on a terminal that can show both.  What is
 * being typed goes along; what a guest's screen has in it does not.
 */
void
term_other(struct term *t)
{
	t->toggle = false;
	if (term_is_3270(t) || t->over)
		return;
	if (t->ops != &view_line_ops)
		term_to_lines(t);
	else if (term_soft_open(t))
		term_to_screen(t);
}

void
term_reshape(struct term *t)
{
	struct view_shape shape = term_shape(t);

	if (t->ops->reshape != NULL)
		t->ops->reshape(t->view, &shape);
	if (!t->over)
		return;
	shape = term_shape_window(t);
	view_line_ops.reshape(&t->line, &shape);
}

/* A window that is too small for a screen, or no memory for one: lines. */
static void
term_too_small(struct term *t)
{
	size_t n = term_soft_typed(t);

	if (t->over) {
		term_uncover(t, n);
		return;
	}
	term_change(t, &view_line_ops);
	t->ops->data(t->view, t->typed, n);
	explicit_bzero(t->typed, n);
}

void
term_size(void *arg)
{
	struct term *t = arg;
	bool fits = t->soft == NULL || soft_resize(t->soft,
	    term_window_rows(t), term_window_cols(t), term_soft_field(t)) == 0;

	if (!fits)
		term_too_small(t);
	term_reshape(t);
	term_tell_view(t);
	if (!fits)
		view_line_no_screen(&t->line);
	if (t->soft != NULL) {
		t->ops->ready(t->view); /* there is a field again */
		soft_play(t->soft);
	}
	term_settle_soon(t);
}
