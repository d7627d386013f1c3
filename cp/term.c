/* SPDX-License-Identifier: MIT
 *
 * term.c - connections: their messages, checked, to the session they show.
 *
 * Knows no commands and no users; what a view may see is the session's affair.
 */
#include "term.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "dial.h"
#include "fullscreen.h"
#include "log.h"
#include "logon.h"
#include "message.h"
#include "name.h"
#include "screencopy.h"
#include "session.h"
#include "times.h"
#include "tls.h"
#include "vmblok.h"

#define TERM_OPEN_SECONDS 30  /* to say TERM_OPEN */
#define TERM_LOGO_SECONDS 3   /* a 3270's last lines stay as long */
#define TERM_CLOSE_SECONDS 5  /* to take CONS_CLOSE */
#define TERM_FLAGS \
	(TERM_COLOR | TERM_HIGHLIGHT | TERM_FULL_SCREEN | TERM_SECURE)
#define TERM_TOO_MANY 60      /* message: TOO MANY CONNECTIONS */
#define TERM_LOCAL_ADDR 0x009 /* where VM/370's operator sits */

void
term_free(struct term *t)
{
	struct session *s = t->session;

	if (t->view.kind == 0)
		t->cp->unopened--;
	t->cp->nterms--;
	limit_close(t->cp->limits, &t->from);
	LIST_REMOVE(t, entry);
	dial_leave(t);
	t->session = NULL;
	if (s != NULL) {
		log_info("%s %s gone", term_where(t).s, t->peer);
		session_detach(s);
		if (s->vm == NULL)
			session_free(s);
		else
			cp_operator(t->cp, "%s DISCONNECT %-8s USERS = %03u",
			    term_where(t).s, name_text(s->vm->name).s,
			    t->cp->users);
	}
	loopchan_close(&t->lc);
	if (t->timer != NULL)
		event_free(t->timer);
	free(t);
}

static bool
term_addr_used(struct cp *cp, uint16_t addr)
{
	struct term *t;

	LIST_FOREACH(t, &cp->terms, entry)
		if (t->addr == addr)
			return true;
	return false;
}

/* The lowest free address: real ones begin with 2C0, the local console's
 * with the operator's own 009. */
static uint16_t
term_addr(struct cp *cp, bool local)
{
	uint16_t addr = local ? TERM_LOCAL_ADDR : TERM_FIRST_ADDR;

	while (term_addr_used(cp, addr))
		addr++;
	return addr;
}

struct term_where
term_where(const struct term *t)
{
	const char *kind = t->local ? "CONS" :
	    t->view.kind == TERM_3270 ? "GRAF" :
					"LINE";
	struct term_where where;

	snprintf(where.s, sizeof where.s, "%s %03X", kind, t->addr);
	return where;
}

static bool
term_string_ok(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

/* What a view says of itself, with what a guest cannot use left out.  false:
 * it may not be; encrypted is only what vmtls was given. */
static bool
term_view_ok(struct term *t, const struct ipc_term_view *view)
{
	if ((view->kind != TERM_LINE_MODE && view->kind != TERM_3270) ||
	    (view->flags & ~(uint32_t)TERM_FLAGS) != 0 ||
	    ((view->flags & TERM_SECURE) != 0 && !t->tls_given))
		return false;
	t->view = *view;
	if (!fullscreen_fits(view))
		t->view.flags &= ~(uint32_t)TERM_FULL_SCREEN;
	return true;
}

/* In a lab it is known only now where a terminal is, and counted.  false: it
 * is one too many. */
static bool
term_counted(struct term *t)
{
	struct limit_address from = limit_address(t->peer);
	char text[MESSAGE_MAX];

	if (t->cp->proxy == NULL || t->local)
		return true;
	if (limit_open(t->cp->limits, &from, times_ms())) {
		t->from = from;
		return true;
	}
	message_print(text, sizeof text, TERM_TOO_MANY);
	term_close(t, text);
	return false;
}

bool
term_exposed(const struct term *t)
{
	return t->from.known && !t->from.loopback &&
	    (t->view.flags & TERM_SECURE) == 0;
}

static void
term_opened(struct term *t, const struct ipc_term_open *open)
{
	if (t->view.kind != 0 ||
	    !term_string_ok(open->peer, sizeof open->peer) ||
	    !term_string_ok(open->type, sizeof open->type) ||
	    !term_string_ok(open->lu, sizeof open->lu) ||
	    !term_view_ok(t, &open->view)) {
		log_warnx("terminal %03X: a bad TERM_OPEN", t->addr);
		term_free(t);
		return;
	}
	event_del(t->timer);
	t->cp->unopened--;
	if (t->peer[0] == '\0') /* a lab's vmterm knows better than we */
		memcpy(t->peer, open->peer, sizeof t->peer);
	memcpy(t->type, open->type, sizeof t->type);
	memcpy(t->lu, open->lu, sizeof t->lu);
	log_info("%s from %s, %s %ux%u", term_where(t).s, t->peer, t->type,
	    t->view.rows, t->view.cols);
	if (t->local) {
		logon_operator(t);
		return;
	}
	if (term_counted(t))
		term_logo(t);
}

static void
term_key(struct term *t, uint32_t key)
{
	if (key == KEY_LEAVE)
		term_free(t);
	else if (key == KEY_SYSREQ && t->display != NULL)
		dial_end(t);
	else if (t->display != NULL)
		dial_attention(t);
	else if (key == KEY_ATTENTION || key == KEY_SYSREQ)
		session_attention(t->session);
}

static void
term_credited(struct term *t, uint32_t n)
{
	if (n > TERM_CREDIT_MAX - t->credit)
		n = TERM_CREDIT_MAX - t->credit;
	t->credit += n;
	session_push(t->session);
	session_pump(t->session);
}

static void
term_typed(struct term *t, const struct ipcchan_message *msg)
{
	const struct ipc_text *text = msg->payload;

	if (t->display != NULL) { /* the guest has shown nothing yet */
		dial_attention(t);
		return;
	}
	if (t->session->vm == NULL && evtimer_pending(t->timer, NULL) &&
	    !t->closing) {
		term_logo_now(t);
		if (text->text_len == 0)
			return; /* ENTER only asks for the logo */
	}
	session_typed(t->session, text->text, text->text_len);
}

/* The client has another size, or shows the console another way. */
static bool
term_viewed(struct term *t, const struct ipc_term_view *view)
{
	struct ipc_term_view was = t->view;

	if (!term_view_ok(t, view))
		return false;
	if (was.kind != t->view.kind)
		session_replay(t->session);
	if (was.rows != t->view.rows || was.cols != t->view.cols ||
	    was.flags != t->view.flags)
		return fullscreen_viewed(t);
	return true;
}

static bool
term_asks_past(struct term *t, const struct ipc_term_past *past)
{
	if (past->count == 0 || past->count > TERM_PAST_MAX)
		return false;
	session_past(t->session, past->before, past->count);
	return true;
}

static void
term_copied(struct term *t, const struct ipc_text *text)
{
	struct vmblok *vm = t->session->vm;

	if (vm != NULL && !vm->ending)
		screencopy(vm, text->text, text->text_len);
}

/* What a view says that CP looks into.  false: it may not say that. */
static bool
term_said(struct term *t, const struct ipcchan_message *msg)
{
	switch (msg->type) {
	case IPC_TERM_VIEW:
		return term_viewed(t, msg->payload);
	case IPC_TERM_PAST:
		return term_asks_past(t, msg->payload);
	case IPC_TERM_FULL:
		return fullscreen_in(t, msg->payload);
	case IPC_TERM_SCREEN:
		term_copied(t, msg->payload);
		return true;
	default:
		return false;
	}
}

/* Did somebody do something there?  A window changes, and a guest's writing
 * is answered, of themselves. */
static bool
term_by_hand(const struct ipcchan_message *msg)
{
	const struct ipc_full *full = msg->payload;

	switch (msg->type) {
	case IPC_TERM_CREDIT:
	case IPC_TERM_VIEW:
		return false;
	case IPC_TERM_FULL:
		return full->op == FULL_RECORD && full->tag == 0;
	default:
		return true;
	}
}

/* One message of a connection; NULL is its end. */
static void
term_message(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	struct term *t = arg;

	(void)lc;
	if (msg == NULL) {
		term_free(t);
		return;
	}
	if (msg->type == IPC_TERM_TLS_PLAIN ||
	    msg->type == IPC_TERM_TLS_CLIENT) {
		if (!tls_message(t, msg))
			term_free(t);
		return;
	}
	if (term_by_hand(msg))
		t->used = times_ms();
	if (msg->type == IPC_TERM_OPEN) {
		term_opened(t, msg->payload);
		return;
	}
	if (t->session == NULL) {
		if (!t->closing)
			term_free(t); /* speaks before it says what it is */
		return;
	}
	switch (msg->type) {
	case IPC_TERM_LINE:
		term_typed(t, msg);
		break;
	case IPC_TERM_KEY:
		term_key(t, ((const struct ipc_value *)msg->payload)->value);
		break;
	case IPC_TERM_CREDIT:
		term_credited(t,
		    ((const struct ipc_value *)msg->payload)->value);
		break;
	default:
		if (!term_said(t, msg)) {
			log_warnx("%s: a bad %s", term_where(t).s,
			    ipcchan_name(msg->type));
			term_free(t);
		}
		break;
	}
}

static void
term_timer(struct term *t, unsigned seconds)
{
	struct timeval tv = { .tv_sec = seconds };

	evtimer_add(t->timer, &tv);
}

static void
term_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;

	(void)fd;
	(void)what;
	if (t->session == NULL || t->closing)
		term_free(t);
	else if (t->display != NULL)
		return; /* DIAL was typed ahead of the logo */
	else if (t->session->vm == NULL && session_backlog(t->session) > 0)
		term_timer(t, TERM_LOGO_SECONDS); /* not all is shown yet */
	else if (t->session->vm == NULL)
		term_logo_now(t);
}

struct term *
term_new(struct cp *cp, int fd, bool local)
{
	struct term *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->cp = cp;
	t->local = local;
	t->timer = evtimer_new(cp->base, term_timeout, t);
	if (t->timer == NULL || loopchan_open(&t->lc, cp->base, fd, IPC_CP,
	    IPC_TERM, term_message, t) < 0) {
		if (t->timer != NULL)
			event_free(t->timer);
		free(t);
		errno = ENOMEM;
		return NULL;
	}
	t->addr = term_addr(cp, local);
	LIST_INSERT_HEAD(&cp->terms, t, entry);
	cp->nterms++;
	cp->unopened++;
	term_timer(t, TERM_OPEN_SECONDS);
	return t;
}

static void
term_send_logo(struct term *t)
{
	struct ipc_logo logo = { .system = t->cp->config->system };
	const char *text = t->cp->config->logo;
	size_t n = strlen(text);

	if (n > IPC_TEXT_MAX)
		n = IPC_TEXT_MAX;
	loopchan_send_text(&t->lc, IPC_CONS_LOGO, &logo, sizeof logo, text, n,
	    -1);
	t->pf = 0;
	t->shown.status = 0;
	term_state(t, CONS_LOGGED_OFF, false);
}

/* A session for the logo, if the terminal shows none. */
static int
term_session(struct term *t)
{
	struct session *s;

	if (t->session != NULL)
		return 0;
	s = session_new(t->cp);
	if (s == NULL || logon_begin(s) < 0) {
		session_free(s);
		log_warnx("%s: no memory for a session", term_where(t).s);
		term_close(t, "NO STORAGE FOR A SESSION");
		return -1;
	}
	session_attach(s, t);
	return 0;
}

void
term_greet(struct term *t)
{
	term_send_logo(t);
}

void
term_logo(struct term *t)
{
	if (term_session(t) == 0)
		term_send_logo(t);
}

void
term_logo_later(struct term *t)
{
	if (term_session(t) < 0)
		return;
	if (t->view.kind != TERM_3270 && session_backlog(t->session) == 0) {
		term_logo_now(t);
		return;
	}
	term_state(t, CONS_LOGGED_OFF, false);
	term_timer(t, TERM_LOGO_SECONDS);
}

void
term_logo_now(struct term *t)
{
	event_del(t->timer);
	console_clear(t->session->console);
	term_send_logo(t);
}

void
term_item(struct term *t, const struct console_item *item, unsigned flags)
{
	struct ipc_item msg = { .kind = item->kind, .seq = item->seq,
		.utc_ns = item->utc_ns, .flags = item->flags | flags,
		.from = item->from };

	t->credit -= (flags & ITEM_PAST) == 0;
	loopchan_send_text(&t->lc, IPC_CONS_ITEM, &msg, sizeof msg, item->text,
	    item->len, -1);
}

void
term_options(struct term *t, const struct termopt *o)
{
	struct ipc_cons_options options = { .more = o->more,
		.clear = o->clear, .flags = (o->hold ? OPTION_HOLD : 0) |
		(o->paging ? OPTION_PAGING : 0) };

	loopchan_send(&t->lc, IPC_CONS_OPTIONS, &options, sizeof options, -1);
}

void
term_pf(struct term *t, unsigned number, const struct pfkey *key)
{
	struct ipc_cons_pf pf = { .key = (uint16_t)number, .what = key->what };
	const char *text = key->text != NULL ? key->text : "";

	t->pf |= UINT32_C(1) << number;
	loopchan_send_text(&t->lc, IPC_CONS_PF, &pf, sizeof pf, text,
	    strlen(text), -1);
}

void
term_past(struct term *t, uint64_t first, uint64_t next)
{
	struct ipc_cons_past past = { .first = first, .next = next };

	loopchan_send(&t->lc, IPC_CONS_PAST, &past, sizeof past, -1);
}

uint32_t
term_full_number(struct term *t)
{
	if (++t->full_number == 0)
		t->full_number = 1;
	return t->full_number;
}

void
term_full(struct term *t, struct ipc_full *full, const char *text, size_t len)
{
	loopchan_send_text(&t->lc, IPC_CONS_FULL, full, sizeof *full, text,
	    len, -1);
}

void
term_state(struct term *t, enum ipc_cons_status status, bool hidden)
{
	struct ipc_cons_state state = { .status = status, .hidden = hidden };

	if (memcmp(&state, &t->shown, sizeof state) == 0)
		return;
	t->shown = state;
	loopchan_send(&t->lc, IPC_CONS_STATE, &state, sizeof state, -1);
}

void
term_close(struct term *t, const char *why)
{
	struct ipc_text text;

	loopchan_send_text(&t->lc, IPC_CONS_CLOSE, &text, sizeof text, why,
	    strlen(why), -1);
	t->closing = true;
	term_timer(t, TERM_CLOSE_SECONDS);
}
