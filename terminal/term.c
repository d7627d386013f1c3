/* SPDX-License-Identifier: MIT
 *
 * term.c - carry bytes between a client, its view and CP, with bounds.
 *
 * What comes in: 512 bytes a turn, and none while the client does not take
 * what we have for it or CP does not take what we have for it.  What goes
 * out: a view is asked for more (and gives CP credit) only when little waits.
 * So neither side can make this process grow.
 */
#include "term.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>

#include "ds3270.h"
#include "ipc.h"
#include "log.h"
#include "loop.h"
#include "soft.h"
#include "telnet.h"
#include "view.h"
#include "view_3270.h"
#include "view_line.h"

#define TERM_READ 512
#define TERM_OUT_LOW 8192	   /* more output only when less waits */
#define TERM_OUT_PAUSE (128u << 10) /* no input while more waits */
#define TERM_OUT_MAX (256u << 10)  /* more than this cannot be meant */
#define TERM_CHANNEL_MAX 16384	   /* no input while more waits for CP */

#define TERM_PROXY_MS 5000    /* to send the header */
#define TERM_HELLO_MS 300     /* for a client that begins with TLS to do so */
#define TERM_QUERY_MS 2000    /* to say what kind of display it is */
#define TERM_LINGER_MS 3000   /* to take the last words, and */
#define TERM_CLOSE_MS 1000    /* to close after them */
#define TERM_RETRY_MS 50      /* look again whether CP takes its messages */
#ifndef TERM_MARK_MS	      /* tests have less patience */
#define TERM_MARK_MS 30000    /* of silence, before a timing mark */
#define TERM_STUCK_MS 180000  /* a client that takes nothing so long is dead */
#endif
#define TERM_MARKS_LOST 4     /* then a client that used to answer is dead */

#define TERM_COLS_MIN 20
#define TERM_COLS_MAX 500
#define TERM_ROWS_MIN 4
#define TERM_ROWS_MAX 500

#define TERM_TLS_HANDSHAKE 0x16 /* what TLS begins with; telnet does not */

_Static_assert(TN3270_RECORD_MAX <= IPC_FULL_MAX, "a record fits a message");
_Static_assert(TERM_READ <= IPC_EARLY_MAX, "what was read fits a message");

/* The PROXY header; TLS or telnet; telnet; the last words. */
enum term_phase { TERM_HEADER, TERM_HELLO, TERM_TALK, TERM_CLOSING };

struct term_timer {
	struct event *ev;
	unsigned id;
};

struct term {
	struct event_base *base;
	struct loopchan cp;
	int fd;
	int plain, tls;	/* the two ends that TLS puts between, or -1 */
	bool starttls;
	enum term_phase phase;
	const char *token;
	struct evbuffer *out;
	struct event *read, *write;
	struct event *settle;	/* after the messages that are there now */
	struct event *clock;	/* PROXY header, negotiation, lingering */
	struct event *retry, *mark;
	struct event *stuck;	/* while output waits: nothing was taken */
	struct term_timer timer[VIEW_TIMERS];
	bool paused;
	bool failed;		/* said so, and ends with this turn */
	unsigned marks_sent;	/* timing marks not answered */
	bool secure;		/* the client's connection is encrypted */
	bool silent;		/* nothing came since the last mark timer */
	bool asked;		/* what display it is; its answer is awaited */
	bool owes;		/* the same, and may come later than that */
	struct ds_display display;
	struct telnet telnet;
	const struct view_ops *ops; /* NULL: nothing is agreed */
	void *view;		/* the one of these that is shown */
	struct view_line line;
	struct view_3270 screen;
	bool toggle;		/* to the other, when this turn ends */
	struct soft *soft;	/* a character terminal as a 3270, or NULL */
	bool over;		/* a guest's screen is over the lines, which */
	bool lines;		/* come back when this turn ends */
	struct event *key;	/* a key of soft's that is not complete */
	struct ipc_cons_state state;	 /* what CP said last */
	struct ipc_cons_options options;
	bool optioned;
	struct pfkeys pf;
	struct ipc_logo *logo;
	unsigned credit;	/* items that CP may still send */
	unsigned carry;		/* of these, a view's that is closed */
	struct peer proxy;
};

/* One process is one connection. */
static struct term term_only;

static void
term_end(struct term *t)
{
	event_base_loopbreak(t->base);
}

static void
term_after(struct event *ev, unsigned ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000 };

	event_add(ev, &tv);
}

static bool
term_is_3270(const struct term *t)
{
	return t->telnet.mode == TELNET_3270;
}

/* --- output --- */

/* The client has our last words; it closes, or the clock does. */
static void
term_hang_up(struct term *t)
{
	shutdown(t->fd, SHUT_WR);
	term_after(t->clock, TERM_CLOSE_MS);
}

/*
 * Nothing more will be said; what waits may still go out, for a while.  What
 * the client still sends is read and thrown away: were it left unread, the end
 * of this process would reset the connection, and the last words with it.
 */
static void
term_linger(struct term *t)
{
	t->phase = TERM_CLOSING;
	t->paused = false;
	event_add(t->read, NULL);
	term_after(t->clock, TERM_LINGER_MS);
	if (evbuffer_get_length(t->out) == 0)
		term_hang_up(t);
}

static void
term_fail(void *arg, const char *why)
{
	struct term *t = arg;

	if (!t->failed)
		log_info("%s: connection closed: %s", t->proxy.peer, why);
	t->failed = true;
	term_end(t);
}

static void
term_pause(struct term *t)
{
	t->paused = true;
	event_del(t->read);
}

static void
term_resume(struct term *t)
{
	if (!t->paused || t->phase == TERM_CLOSING)
		return;
	if (t->cp.ch.queued > TERM_CHANNEL_MAX) {
		term_after(t->retry, TERM_RETRY_MS);
		return;
	}
	if (evbuffer_get_length(t->out) > TERM_OUT_LOW)
		return;
	t->paused = false;
	event_add(t->read, NULL);
}

static void
term_settle_soon(void *arg)
{
	struct term *t = arg;

	event_active(t->settle, EV_TIMEOUT, 0);
}

static void term_other(struct term *t);
static void term_under(struct term *t);
static void term_readable(evutil_socket_t fd, short what, void *arg);

/* The messages that were there have been handled: draw, write, give credit. */
static void
term_settled(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;

	(void)fd;
	(void)what;
	if (t->toggle)
		term_other(t);
	if (t->lines)
		term_under(t);
	if (t->ops != NULL && evbuffer_get_length(t->out) <= t->ops->low)
		t->ops->ready(t->view);
	if (t->soft != NULL && evbuffer_get_length(t->out) == 0)
		soft_ready(t->soft);
	if (evbuffer_get_length(t->out) == 0 && t->phase == TERM_CLOSING)
		term_hang_up(t);
}

/* What one turn of the loop has to say is written at its end, by one call;
 * only a client that does not take it is waited for. */
static void
term_out(void *arg, const void *bytes, size_t n)
{
	struct term *t = arg;

	if (evbuffer_get_length(t->out) + n > TERM_OUT_MAX ||
	    evbuffer_add(t->out, bytes, n) < 0) {
		term_fail(t, "too much output waits");
		return;
	}
	if (evbuffer_get_length(t->out) > TERM_OUT_PAUSE)
		term_pause(t);
	if (!event_pending(t->write, EV_WRITE, NULL))
		event_active(t->write, EV_WRITE, 0);
}

/* A queue that does not move is a client that will not read any more. */
static void
term_moved(struct term *t, size_t before)
{
	size_t now = evbuffer_get_length(t->out);

	if (now == 0)
		event_del(t->stuck);
	else if (now < before || !event_pending(t->stuck, EV_TIMEOUT, NULL))
		term_after(t->stuck, TERM_STUCK_MS);
}

static void
term_stuck(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	term_fail(arg, "the client takes no output");
}

static void
term_writable(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;
	size_t before = evbuffer_get_length(t->out);

	(void)what;
	if (before > 0 && evbuffer_write(t->out, fd) < 0 &&
	    errno != EAGAIN && errno != EINTR) {
		term_end(t);
		return;
	}
	term_moved(t, before);
	if (evbuffer_get_length(t->out) <= TERM_OUT_LOW) {
		term_resume(t);
		term_settle_soon(t);
	}
	if (evbuffer_get_length(t->out) > 0)
		event_add(t->write, NULL);
}

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

static void
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

static void
term_view_timer_expired(evutil_socket_t fd, short what, void *arg)
{
	struct term_timer *timer = arg;

	(void)fd;
	(void)what;
	if (term_only.ops != NULL)
		term_only.ops->timer(term_only.view, timer->id);
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

static struct ipc_term_view
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

static void
term_soft_sysreq(void *arg)
{
	struct term *t = arg;

	if (t->ops->sysreq != NULL)
		t->ops->sysreq(t->view);
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

static void
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
static void
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
static void
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
static bool
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
	return true;
}

/* What is typed on the screen, and not in a guest's. */
static size_t
term_soft_typed(const struct term *t, uint8_t *typed, size_t room)
{
	return soft_typed(t->soft, !t->screen.full.shown, typed, room);
}

/* The lines again: what came meanwhile, and what was typed and not sent. */
static void
term_under(struct term *t)
{
	uint8_t typed[LINEEDIT_MAX];
	size_t n = term_soft_typed(t, typed, sizeof typed);

	t->lines = t->over = false;
	term_view_close(t);
	term_soft_close(t);
	t->ops = &view_line_ops;
	t->view = &t->line;
	view_line_background(&t->line, false);
	t->ops->data(t->view, typed, n);
	explicit_bzero(typed, sizeof typed);
}

static void
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

/*
 * From lines to the screen or back, on a terminal that can show both.  What is
 * being typed, and was before, goes along; what a guest's screen has in it
 * does not.
 */
static void
term_other(struct term *t)
{
	bool lines = t->ops == &view_line_ops;
	uint8_t typed[LINEEDIT_MAX];
	struct history history;
	size_t n;

	t->toggle = false;
	if (term_is_3270(t) || t->over || (lines && !term_soft_open(t)))
		return;
	n = lines ? view_line_typed(&t->line, typed, sizeof typed) :
	    term_soft_typed(t, typed, sizeof typed);
	history = *term_history(t);
	*term_history(t) = (struct history){ 0 };
	term_show(t, lines ? &view_3270_ops : &view_line_ops);
	term_brief(t);
	*term_history(t) = history;
	term_tell_view(t);
	t->ops->ready(t->view);
	if (lines)
		soft_input(t->soft, typed, n);
	else
		t->ops->data(t->view, typed, n);
	explicit_bzero(typed, sizeof typed);
}

/* --- telnet's port --- */

static void
term_printable(char *to, size_t size, const char *from)
{
	size_t i;

	for (i = 0; i < size - 1 && from[i] != '\0'; i++)
		to[i] = from[i] > ' ' && from[i] < 0x7F ? from[i] : '?';
	to[i] = '\0';
}

static void
term_begin(struct term *t)
{
	struct ipc_term_open open = { .view = term_view(t) };

	if (term_is_3270(t))
		open.view.kind = TERM_3270;
	term_printable(open.peer, sizeof open.peer, t->proxy.peer);
	term_printable(open.type, sizeof open.type, t->telnet.type);
	if (t->telnet.extended)
		term_printable(open.lu, sizeof open.lu, t->telnet.e.lu);
	loopchan_send(&t->cp, IPC_TERM_OPEN, &open, sizeof open, -1);
}

/* What the client is, is known: show the console on it. */
static void
term_known(struct term *t)
{
	bool begun = t->ops != NULL;

	t->asked = false;
	event_del(t->clock);
	if (!begun) /* CP hears what we are before it hears of the view */
		term_begin(t);
	term_show(t, term_is_3270(t) ? &view_3270_ops : &view_line_ops);
	if (begun) {
		term_brief(t);
		term_tell_view(t);
	}
	if (t->telnet.mode != TELNET_RAW)
		term_after(t->mark, TERM_MARK_MS);
}

/* Ask the display for its size, colours and code page. */
static void
term_ask(struct term *t)
{
	uint8_t record[64];
	struct ds_out o = { .buf = record, .cap = sizeof record };

	ds3270_query(&o);
	t->asked = t->owes = true;
	term_after(t->clock, TERM_QUERY_MS);
	telnet_record(&t->telnet, record, o.len);
}

static void
term_agreed(void *arg)
{
	struct term *t = arg;

	t->display = (struct ds_display){ 0 };
	t->owes = false;
	if (term_is_3270(t) && t->telnet.display.query)
		term_ask(t);
	else
		term_known(t);
}

static void term_size(void *arg);

/* A key pressed before anything was shown means nothing; an answer that comes
 * after we have gone on by its name is another size. */
static void
term_answered(struct term *t, const uint8_t *record, size_t n)
{
	struct ds_display display = { 0 };

	if (n == 0 || record[0] != DS_AID_SF)
		return;
	t->owes = false;
	if (ds3270_query_reply(record, n, &display) == 0)
		t->display = display;
	if (t->asked)
		term_known(t);
	else
		term_size(t);
}

static void
term_data(void *arg, const uint8_t *bytes, size_t n)
{
	struct term *t = arg;

	while (n > 0 && t->soft != NULL) {
		size_t used = soft_input(t->soft, bytes, n);

		bytes += used;
		n -= used;
		if (t->toggle)
			term_other(t);
		term_settle_soon(t);
	}
	if (n > 0)
		t->ops->data(t->view, bytes, n);
}

static void
term_record(void *arg, const uint8_t *record, size_t n)
{
	struct term *t = arg;

	if (t->asked ||
	    (t->owes && n > 0 && record[0] == DS_AID_SF))
		term_answered(t, record, n);
	else
		t->ops->record(t->view, record, n);
}

static void
term_attention(void *arg)
{
	struct term *t = arg;

	if (!t->asked)
		t->ops->attention(t->view);
}

static void
term_sysreq(void *arg)
{
	struct term *t = arg;

	if (t->asked)
		return;
	if (t->ops->sysreq != NULL)
		t->ops->sysreq(t->view);
	else
		t->ops->attention(t->view);
}

static void
term_there(void *arg)
{
	struct term *t = arg;

	if (t->ops->there != NULL)
		t->ops->there(t->view);
}

static void
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
term_size(void *arg)
{
	struct term *t = arg;
	uint8_t typed[LINEEDIT_MAX];
	size_t n = t->soft != NULL ?
	    term_soft_typed(t, typed, sizeof typed) : 0;
	bool fits = t->soft == NULL || soft_resize(t->soft,
	    term_window_rows(t), term_window_cols(t)) == 0;

	if (!fits && t->over)
		term_under(t);
	else if (!fits) {
		term_show(t, &view_line_ops);
		term_brief(t);
		t->ops->data(t->view, typed, n);
	}
	term_reshape(t);
	term_tell_view(t);
	if (!fits)
		view_line_no_screen(&t->line);
	if (fits && n > 0) {
		t->ops->ready(t->view); /* there is a field again */
		soft_input(t->soft, typed, n);
	}
	explicit_bzero(typed, sizeof typed);
	term_settle_soon(t);
}

static void
term_echo(void *arg)
{
	struct term *t = arg;

	term_reshape(t);
	term_after(t->mark, TERM_MARK_MS);
}

static void term_tls(void *arg, const uint8_t *bytes, size_t n);

/* A name for a terminal that wants none: its port says which it is. */
static void
term_name(const struct term *t, char lu[TN3270_LU_MAX + 1])
{
	const char *port = strrchr(t->proxy.peer, ':');

	snprintf(lu, TN3270_LU_MAX + 1, "LU%05u",
	    port != NULL ? (unsigned)strtoul(port + 1, NULL, 10) % 100000 : 0);
}

static void
term_telnet(struct term *t)
{
	const struct telnet_port port = { t, term_out, term_agreed, term_data,
		term_record, term_attention, term_sysreq, term_there,
		term_size, term_echo, term_tls, term_fail };
	char lu[TN3270_LU_MAX + 1];

	t->phase = TERM_TALK;
	term_after(t->clock, TELNET_FIRST_MS);
	term_name(t, lu);
	if (telnet_open(&t->telnet, &port, t->tls >= 0 && t->starttls, lu) < 0)
		term_fail(t, "no memory");
}

/* --- TLS --- */

/* Read and write here from now on. */
static void
term_socket(struct term *t, int fd)
{
	event_del(t->read);
	event_del(t->write);
	t->fd = fd;
	event_assign(t->read, t->base, fd, EV_READ | EV_PERSIST,
	    term_readable, t);
	event_assign(t->write, t->base, fd, EV_WRITE, term_writable, t);
	event_add(t->read, NULL);
}

/*
 * The client begins TLS: its socket, what was read of it already and the far
 * end of the pair go to the process that has the key.  From now on this end of
 * the pair is the client, of which nothing is known yet.
 */
static void
term_tls(void *arg, const uint8_t *bytes, size_t n)
{
	struct ipc_none none = { 0 };
	struct ipc_text early = { 0 };
	struct term *t = arg;
	int client = t->fd;

	if (evbuffer_get_length(t->out) > 0)
		evbuffer_write(t->out, t->fd); /* our half of STARTTLS */
	if (evbuffer_get_length(t->out) > 0) {
		term_fail(t, "the client does not take our STARTTLS");
		return;
	}
	telnet_close(&t->telnet);
	term_socket(t, t->plain);
	loopchan_send(&t->cp, IPC_TERM_TLS_PLAIN, &none, sizeof none, t->tls);
	loopchan_send_text(&t->cp, IPC_TERM_TLS_CLIENT, &early, sizeof early,
	    bytes, n, client);
	t->plain = t->tls = -1; /* the channel closes what it has sent */
	t->secure = true;
	term_telnet(t);
}

/* --- the client's socket --- */

/* The first bytes: TLS, or something else. */
static void
term_hello(struct term *t, const uint8_t *bytes, size_t n)
{
	if (bytes[0] == TERM_TLS_HANDSHAKE) {
		term_tls(t, bytes, n);
		return;
	}
	term_telnet(t);
	telnet_feed(&t->telnet, bytes, n);
}

/* Where there is no TLS, a client that begins it cannot even be told so. */
static void
term_no_tls(struct term *t)
{
	log_info("%s: connection closed: the client begins TLS, which this "
	    "system does not have", t->proxy.peer);
	term_linger(t);
}

static void
term_talk(struct term *t, const uint8_t *bytes, size_t n)
{
	bool first = t->telnet.filter.bytes == 0 && !t->secure;

	if (t->phase == TERM_HELLO)
		term_hello(t, bytes, n);
	else if (first && bytes[0] == TERM_TLS_HANDSHAKE)
		term_no_tls(t);
	else
		telnet_feed(&t->telnet, bytes, n);
}

/* Wait for the client to begin with TLS: a word of telnet would spoil it. */
static void
term_listen(struct term *t)
{
	if (t->plain < 0) {
		term_telnet(t);
		return;
	}
	t->phase = TERM_HELLO;
	term_after(t->clock, TERM_HELLO_MS);
}

/* Take the PROXY header off; what is left of n. */
static size_t
term_header(struct term *t, const uint8_t **bytes, size_t n)
{
	size_t used;
	enum peer_verdict verdict = peer_feed(&t->proxy, t->token, *bytes, n,
	    &used);

	*bytes += used;
	if (verdict == PEER_BAD)
		term_fail(t, "not a PROXY header with our token");
	if (verdict != PEER_DONE)
		return 0;
	term_listen(t);
	return n - used;
}

static void
term_readable(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;
	uint8_t buf[TERM_READ];
	const uint8_t *bytes = buf;
	ssize_t got = read(fd, buf, sizeof buf);
	size_t n;

	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		term_end(t);
		return;
	}
	if (t->phase == TERM_CLOSING)
		return; /* read, or the client would lose what we said last */
	n = (size_t)got;
	t->silent = false;
	t->marks_sent = 0;
	if (t->phase == TERM_HEADER)
		n = term_header(t, &bytes, n);
	if (n > 0)
		term_talk(t, bytes, n);
	explicit_bzero(buf, sizeof buf);
	if (t->cp.ch.queued > TERM_CHANNEL_MAX) {
		term_pause(t);
		term_after(t->retry, TERM_RETRY_MS);
	}
}

/* --- clocks --- */

static void
term_clock(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;
	unsigned again;

	(void)fd;
	(void)what;
	switch (t->phase) {
	case TERM_HEADER:
		term_fail(t, "no PROXY header came");
		break;
	case TERM_HELLO:
		term_telnet(t);
		break;
	case TERM_TALK:
		if (t->asked) {
			term_known(t);
			break;
		}
		again = telnet_timeout(&t->telnet);
		if (again != 0)
			term_after(t->clock, again);
		break;
	case TERM_CLOSING:
		term_end(t);
		break;
	}
}

static void
term_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	term_resume(arg);
}

/*
 * Ask a silent client for a sign of life.  One that takes no output is not
 * asked: TCP finds out about it.  One that never answered cannot be told from
 * a dead one this way, so it is left to TCP too.
 */
static void
term_mark(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;

	(void)fd;
	(void)what;
	term_after(t->mark, TERM_MARK_MS);
	if (t->telnet.filter.timing_marks > 0 &&
	    t->marks_sent >= TERM_MARKS_LOST) {
		term_fail(t, "the client does not answer any more");
		return;
	}
	if (t->silent && evbuffer_get_length(t->out) == 0) {
		telnet_timing_mark(&t->telnet);
		t->marks_sent++;
	}
	t->silent = true;
}

/* --- CP's channel --- */

static void
term_say(struct term *t, const char *text, size_t n)
{
	if (t->ops == NULL || t->asked) {
		term_end(t);
		return;
	}
	if (t->over)
		term_under(t);
	else if (t->soft != NULL)
		term_show(t, &view_line_ops);
	t->ops->farewell(t->view, text, n);
	t->ops->ready(t->view);
	term_linger(t);
}

static void
term_item(struct term *t, const struct ipc_item *ipc)
{
	struct view_item item = {
		.kind = (enum ipc_item_kind)ipc->kind,
		.flags = ipc->flags,
		.message = ipc->from.c[0] != '\0' ||
		    (ipc->flags & ITEM_HIGH) != 0,
		.seq = ipc->seq,
		.text = ipc->text,
		.len = ipc->text_len,
	};

	if (t->credit > 0 && (ipc->flags & ITEM_PAST) == 0)
		t->credit--;
	t->ops->item(t->view, &item);
	if (t->over && (ipc->flags & ITEM_PAST) == 0)
		view_line_ops.item(&t->line, &item);
}

/* This view has nowhere to show a guest's screen. */
static void
term_no_full(struct term *t, const struct ipc_full *asked)
{
	struct ipc_full answer = { .tag = asked->tag, .rc = -ENODEV,
		.op = asked->op == FULL_READ ? FULL_RECORD : FULL_DONE,
		.vdev = asked->vdev };

	if (asked->op == FULL_WRITE || asked->op == FULL_READ)
		term_view_full(t, &answer, NULL, 0);
}

static void
term_full(struct term *t, const struct ipc_full *full)
{
	if (t->ops == &view_line_ops && full->op == FULL_WRITE &&
	    !term_over(t)) {
		term_no_full(t, full);
		return;
	}
	if (t->ops->full != NULL)
		t->ops->full(t->view, full);
	else
		term_no_full(t, full);
}

/* What a view has to be told again that comes later, or is not seen now. */
static void
term_remember(struct term *t, const struct ipcchan_message *msg)
{
	const struct ipc_logo *logo = msg->payload;

	switch (msg->type) {
	case IPC_CONS_LOGO:
		if (t->over)
			term_under(t);
		free(t->logo);
		t->logo = malloc(sizeof *logo + logo->text_len);
		if (t->logo != NULL)
			memcpy(t->logo, logo, sizeof *logo + logo->text_len);
		t->state = (struct ipc_cons_state){
			.status = CONS_LOGGED_OFF };
		t->optioned = false;
		pfkeys_reset(&t->pf);
		break;
	case IPC_CONS_STATE:
		t->state = *(const struct ipc_cons_state *)msg->payload;
		if (t->over)
			view_line_ops.state(&t->line, msg->payload);
		break;
	case IPC_CONS_OPTIONS:
		t->options = *(const struct ipc_cons_options *)msg->payload;
		t->optioned = true;
		if (t->over)
			view_line_ops.options(&t->line, msg->payload);
		break;
	case IPC_CONS_PF:
		pfkeys_set(&t->pf, msg->payload);
		if (t->over)
			view_line_ops.pf(&t->line, msg->payload);
		break;
	default:
		break;
	}
}

/* What CP says of the console goes to the view, as its kind wants it. */
static void
term_for_view(struct term *t, const struct ipcchan_message *msg)
{
	const struct ipc_text *text = msg->payload;

	term_remember(t, msg);
	switch (msg->type) {
	case IPC_CONS_LOGO:
		t->ops->logo(t->view, msg->payload);
		break;
	case IPC_CONS_ITEM:
		term_item(t, msg->payload);
		break;
	case IPC_CONS_STATE:
		t->ops->state(t->view, msg->payload);
		break;
	case IPC_CONS_PAST:
		if (t->ops->past != NULL)
			t->ops->past(t->view, msg->payload);
		break;
	case IPC_CONS_OPTIONS:
		if (t->ops->options != NULL)
			t->ops->options(t->view, msg->payload);
		break;
	case IPC_CONS_PF:
		if (t->ops->pf != NULL)
			t->ops->pf(t->view, msg->payload);
		break;
	case IPC_CONS_FULL:
		term_full(t, msg->payload);
		break;
	case IPC_CONS_CLOSE:
		term_say(t, text->text, text->text_len);
		break;
	default: /* the table lets nothing else come this way */
		break;
	}
}

static void
term_message(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	static const char dead[] = "DMKCNS186I THE CONTROL PROGRAM HAS ENDED; "
				   "LINE CLOSED";
	struct term *t = arg;

	(void)lc;
	if (msg == NULL) {
		loopchan_close(&t->cp);
		if (t->phase != TERM_CLOSING)
			term_say(t, dead, sizeof dead - 1);
		return;
	}
	/* CP speaks when it has been spoken to. */
	if (t->phase == TERM_TALK && t->ops != NULL)
		term_for_view(t, msg);
}

/* --- beginning --- */

static int
term_events(struct term *t)
{
	t->out = evbuffer_new();
	t->read = event_new(t->base, t->fd, EV_READ | EV_PERSIST,
	    term_readable, t);
	t->write = event_new(t->base, t->fd, EV_WRITE, term_writable, t);
	t->settle = event_new(t->base, -1, 0, term_settled, t);
	t->clock = evtimer_new(t->base, term_clock, t);
	t->retry = evtimer_new(t->base, term_retry, t);
	t->mark = evtimer_new(t->base, term_mark, t);
	t->stuck = evtimer_new(t->base, term_stuck, t);
	t->key = evtimer_new(t->base, term_key_expired, t);
	if (t->out == NULL || t->read == NULL || t->write == NULL ||
	    t->settle == NULL || t->clock == NULL || t->retry == NULL ||
	    t->mark == NULL || t->stuck == NULL || t->key == NULL)
		return -1;
	for (unsigned i = 0; i < VIEW_TIMERS; i++) {
		t->timer[i].id = i;
		t->timer[i].ev = evtimer_new(t->base, term_view_timer_expired,
		    &t->timer[i]);
		if (t->timer[i].ev == NULL)
			return -1;
	}
	return event_add(t->read, NULL);
}

int
term_open(struct event_base *base, const struct term_options *options)
{
	struct term *t = &term_only;

	t->base = base;
	t->fd = options->client;
	t->plain = options->plain;
	t->tls = options->tls;
	t->starttls = options->starttls;
	t->token = options->token;
	t->silent = true;
	strncpy(t->proxy.peer, options->peer, sizeof t->proxy.peer - 1);
	if (term_events(t) < 0 ||
	    loopchan_open(&t->cp, base, options->channel, IPC_TERM, IPC_CP,
	    term_message, t) < 0) {
		errno = ENOMEM;
		return -1;
	}
	t->cp.ch.gives = true; /* a descriptor cannot be copied any more */
	if (t->token == NULL) {
		term_listen(t);
		return 0;
	}
	t->phase = TERM_HEADER;
	term_after(t->clock, TERM_PROXY_MS);
	return 0;
}
