/* SPDX-License-Identifier: MIT
 *
 * session.c - typed lines in, console items out.  No commands here, and no
 * knowledge of how a terminal draws.
 */
#include "session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "conspool.h"
#include "fullscreen.h"
#include "guest.h"
#include "linkrule.h"
#include "log.h"
#include "logon.h"
#include "name.h"
#include "term.h"
#include "vmblok.h"

/* CP takes no further typed command while so much of the last ones' output
 * is not shown. */
#define SESSION_BACKLOG 200

#define SESSION_ASK_MS (5 * 60 * 1000) /* a question is answered by then */

/* Commands by #CP that may wait at once: for a timer, for the machine. */
#define SESSION_COMMANDS_MAX 16

#define SESSION_CP_LEN (sizeof "#CP" - 1)

struct session_line {
	STAILQ_ENTRY(session_line) entry;
	bool edited; /* it is one logical line, without editing characters */
	size_t len;
	char text[];
};

static void session_console_line(void *arg, const char *text, size_t len,
    unsigned flags);
static bool session_console_room(void *arg);
static void session_console_done(void *arg, struct request *rq, int rc);

static const struct reply_ops session_reply = {
	.line = session_console_line,
	.room = session_console_room,
	.done = session_console_done,
};

static void
session_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	session_pump(arg);
}

struct session *
session_new(struct cp *cp)
{
	struct session *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->cp = cp;
	STAILQ_INIT(&s->input);
	s->sent = s->live = 1;
	s->console = console_new();
	s->retry = evtimer_new(cp->base, session_retry, s);
	if (s->console == NULL || s->retry == NULL) {
		session_free(s);
		return NULL;
	}
	return s;
}

static void
session_drop_line(struct session *s)
{
	struct session_line *line = STAILQ_FIRST(&s->input);

	STAILQ_REMOVE_HEAD(&s->input, entry);
	s->input_lines--;
	s->input_bytes -= line->len;
	explicit_bzero(line->text, line->len); /* perhaps a password */
	free(line);
}

void
session_leave(struct session *s)
{
	struct request *rq;

	LIST_FOREACH(rq, &s->cp->requests, entry) {
		if (rq->session == s)
			rq->session = NULL;
		if (rq->ops == &session_reply && rq->arg == s)
			request_orphan(rq);
	}
	s->active = s->asking = NULL;
	if (s->console != NULL)
		s->own = console_next(s->console);
}

void
session_free(struct session *s)
{
	if (s == NULL)
		return;
	session_leave(s);
	while (!STAILQ_EMPTY(&s->input))
		session_drop_line(s);
	logon_free(s->logon);
	console_free(s->console);
	if (s->retry != NULL)
		event_free(s->retry);
	free(s);
}

uint64_t
session_backlog(const struct session *s)
{
	return s->term == NULL ? 0 : console_next(s->console) - s->sent;
}

/* Lines that have been shown, or that nobody waits to see, give the guest
 * its credit back. */
static void
session_settle(struct session *s, uint64_t from, uint64_t to)
{
	unsigned n = console_settle(s->console, from, to);

	if (n > 0 && s->vm != NULL)
		guest_credit(s->vm, n);
}

void
session_push(struct session *s)
{
	struct term *t = s->term;
	uint64_t from;

	if (t == NULL) {
		session_settle(s, 0, console_next(s->console));
		return;
	}
	if (s->sent < console_first(s->console))
		s->sent = console_first(s->console);
	from = s->sent;
	while (t->credit > 0) {
		const struct console_item *item = console_get(s->console,
		    s->sent);
		unsigned flags = s->reset ? ITEM_RESET : 0;

		if (item == NULL)
			break;
		if (item->seq < s->live)
			flags |= ITEM_REPLAY;
		s->reset = false;
		s->sent++;
		term_item(t, item, flags);
	}
	session_settle(s, from, s->sent);
	fullscreen_push(s);
}

/* The oldest item that is of who sits here. */
static uint64_t
session_first(const struct session *s)
{
	uint64_t first = console_first(s->console);

	return first < s->own ? s->own : first;
}

void
session_replay(struct session *s)
{
	s->sent = session_first(s);
	s->live = console_next(s->console);
	s->reset = s->sent < s->live && s->vm != NULL; /* the logo stays */
	session_push(s);
}

void
session_options(struct session *s)
{
	if (s->term != NULL)
		term_options(s->term, &s->vm->opt);
}

void
session_pf(struct session *s, unsigned number)
{
	if (s->term != NULL)
		term_pf(s->term, number, &s->vm->pf.key[number - 1]);
}

/* What was typed ahead may log somebody on before the logo comes: the terminal
 * has the keys of who was there before him. */
static bool
session_has_pf(const struct session *s, unsigned number)
{
	return s->term != NULL && (s->term->pf >> number & 1) != 0;
}

void
session_settings(struct session *s)
{
	session_options(s);
	for (unsigned number = 1; number <= PFKEYS; number++)
		if (pfkey_differs(&s->vm->pf, number) ||
		    session_has_pf(s, number))
			session_pf(s, number);
}

void
session_attach(struct session *s, struct term *t)
{
	const struct vdev *d = s->vm != NULL ? device_console(s->vm) : NULL;

	s->term = t;
	t->session = s;
	s->sent = session_first(s);
	s->live = console_next(s->console);
	s->reset = s->sent < s->live;
	if (s->vm != NULL)
		session_settings(s);
	if (d != NULL)
		fullscreen_here(s->vm, d);
}

/* What the view has not been sent yet is no past: it comes by itself. */
void
session_past(struct session *s, uint64_t before, uint32_t count)
{
	uint64_t first = session_first(s), seq;
	uint64_t next = s->sent > first ? s->sent : first;

	if (before == 0 || before > next)
		before = next;
	seq = before > first + count ? before - count : first;
	for (; seq < before; seq++)
		term_item(s->term, console_get(s->console, seq), ITEM_PAST);
	term_past(s->term, first, next);
}

void
session_detach(struct session *s)
{
	struct vdev *d = s->vm != NULL ? device_console(s->vm) : NULL;

	if (d != NULL)
		fullscreen_gone(s->vm, d);
	if (s->term != NULL)
		s->term->session = NULL;
	s->term = NULL;
	session_push(s);
}

/* How much of a line LINESIZE lets be one: whole characters. */
static size_t
session_fold(const struct session *s, enum ipc_item_kind kind,
    const char *text, size_t len)
{
	unsigned columns = 0;

	if (s->vm == NULL || s->vm->opt.linesize == 0 || kind != ITEM_OUTPUT)
		return len;
	for (size_t i = 0; i < len; i++) {
		columns += ((unsigned char)text[i] & 0xC0) != 0x80;
		if (columns > s->vm->opt.linesize)
			return i;
	}
	return len;
}

void
session_item(struct session *s, enum ipc_item_kind kind, unsigned flags,
    struct vm_name from, const char *text, size_t len, bool owed)
{
	if (s->vm != NULL) {
		conspool_item(s->vm, kind, flags, text, len);
		if (owed && conspool_hides(s->vm)) {
			guest_credit(s->vm, 1);
			return;
		}
	}
	for (size_t n; (n = session_fold(s, kind, text, len)) < len;) {
		console_add(s->console, kind, flags, from, text, n, false);
		text += n;
		len -= n;
		flags = (flags & ~(unsigned)ITEM_ALARM) | ITEM_LINE;
	}
	console_add(s->console, kind, flags, from, text, len, owed);
	session_push(s);
}

void
session_print(struct session *s, unsigned flags, const char *fmt, ...)
{
	char line[IPC_LINE_MAX + 1];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n > IPC_LINE_MAX)
		n = IPC_LINE_MAX;
	if (n >= 0)
		session_item(s, ITEM_OUTPUT, flags | ITEM_LINE,
		    (struct vm_name){ 0 }, line, (size_t)n, false);
}

/* --- commands typed here --- */

static void
session_console_line(void *arg, const char *text, size_t len, unsigned flags)
{
	session_item(arg, ITEM_OUTPUT, flags | ITEM_LINE,
	    (struct vm_name){ 0 }, text, len, false);
}

static bool
session_console_room(void *arg)
{
	return session_backlog(arg) < SESSION_BACKLOG;
}

static void
session_console_done(void *arg, struct request *rq, int rc)
{
	struct session *s = arg;

	(void)rc;
	if (s->active != rq)
		return;
	s->active = NULL;
	session_state(s);
	if (!STAILQ_EMPTY(&s->input)) {
		struct timeval now = { 0 };

		evtimer_add(s->retry, &now); /* no recursion from in here */
	}
}

/* May one more command run beside those of this console that wait? */
static bool
session_may_run(const struct session *s)
{
	const struct request *rq;
	unsigned n = 0;

	LIST_FOREACH(rq, &s->cp->requests, entry)
		n += rq->session == s;
	return n < SESSION_COMMANDS_MAX;
}

static void
session_run(struct session *s, const char *text, size_t len, bool typed)
{
	struct request *rq = NULL;

	if (session_may_run(s))
		rq = request_new(s->cp, text, len, &session_reply, s);
	if (rq == NULL) {
		session_print(s, ITEM_HIGH,
		    "DMKCFC183E COMMAND NOT POSSIBLE NOW; TOO MUCH AT ONCE");
		return;
	}
	rq->session = s;
	rq->may_ask = true;
	if (s->vm != NULL)
		request_for_vm(rq, s->vm);
	else
		rq->place = AT_LOGO;
	if (typed)
		s->active = rq;
	command_run(rq);
}

void
session_command(struct session *s, const char *text, size_t len)
{
	session_run(s, text, len, false);
}

/* --- typed lines --- */

/* What was typed, but for a password that LINK was given. */
static void
session_echo(struct session *s, const char *text, size_t len)
{
	session_item(s, ITEM_INPUT, 0, (struct vm_name){ 0 }, text,
	    linkrule_shown(text, len), false);
}

/* --- a command asks --- */

static void
session_unanswered(struct request *rq)
{
	struct session *s = rq->vm != NULL ? rq->vm->session : NULL;

	if (s != NULL && s->asking == rq) {
		s->asking = NULL;
		vmblok_changed(rq->vm);
	}
	rq->answer(rq, NULL);
}

bool
session_ask(struct request *rq, const char *prompt, request_answer *fn)
{
	struct session *s = rq->vm != NULL ? rq->vm->session : NULL;

	if (s == NULL || !rq->may_ask || s->term == NULL || s->asking != NULL)
		return false;
	s->asking = rq;
	rq->answer = fn;
	session_item(s, ITEM_PROMPT, ITEM_LINE, (struct vm_name){ 0 }, prompt,
	    strlen(prompt), false);
	session_state(s);
	request_after(rq, SESSION_ASK_MS, session_unanswered);
	return true;
}

/* The line that was asked for; it is shown nowhere. */
static void
session_answered(struct session *s, const char *text)
{
	struct request *rq = s->asking;

	s->asking = NULL;
	evtimer_del(rq->timer);
	session_echo(s, "", 0);
	rq->answer(rq, text);
	session_state(s);
}

/* --- who takes a line --- */

/* The editing characters in force, or NULL. */
static const struct termopt *
session_edits(const struct session *s)
{
	return s->vm == NULL || s->vm->ending || !s->vm->set.linedit ? NULL :
	    &s->vm->opt;
}

/* "#CP ..." is CP's wherever it is typed. */
static bool
session_for_cp(const struct session *s, const char *text, size_t len)
{
	const struct termopt *o = session_edits(s);

	return o != NULL && termopt_is_cp(o, text, len);
}

static bool
session_blank(const char *text, size_t len)
{
	while (len > 0 && text[len - 1] == ' ')
		len--;
	return len == 0;
}

static void
session_immediate(struct session *s, const char *text, size_t len)
{
	char line[IPC_LINE_MAX + 1], *rest = line + SESSION_CP_LEN;
	size_t n = len - SESSION_CP_LEN;

	memcpy(line, text, len);
	n = termopt_edit(&s->vm->opt, rest, n);
	session_item(s, ITEM_INPUT, 0, (struct vm_name){ 0 }, line,
	    SESSION_CP_LEN + linkrule_shown(rest, n), false);
	if (session_blank(rest, n))
		vmblok_attention(s->vm);
	else
		session_run(s, rest, n, false);
	explicit_bzero(line, sizeof line); /* perhaps a password */
}

/* Is what is typed next not to be shown?  A guest's hidden read counts only
 * while it is the guest who reads. */
static bool
session_hidden(const struct session *s)
{
	if (s->vm == NULL)
		return logon_hidden(s);
	if (s->asking != NULL)
		return true;
	return s->vm->reading == CONS_READ_HIDDEN &&
	    vmblok_status(s->vm) == CONS_VM_READ;
}

static void
session_full(struct session *s, const char *text, size_t len)
{
	char start[24];

	snprintf(start, sizeof start, "%.*s", session_hidden(s) ? 0 :
	    (int)linkrule_shown(text, len), text);
	if (s->vm != NULL)
		vmblok_message(s->vm, 181, start);
	else
		session_print(s, ITEM_HIGH,
		    "DMKQCN181E INPUT QUEUE FULL; NOT TAKEN - %s", start);
}

static struct session_line *
session_line(const char *text, size_t len)
{
	struct session_line *line = malloc(sizeof *line + len + 1);

	if (line == NULL)
		return NULL;
	line->edited = false;
	line->len = len;
	memcpy(line->text, text, len);
	line->text[len] = '\0';
	return line;
}

static void
session_enqueue(struct session *s, const char *text, size_t len)
{
	struct session_line *line;

	if (s->input_lines >= SESSION_INPUT_LINES ||
	    s->input_bytes + len > SESSION_INPUT_BYTES ||
	    (line = session_line(text, len)) == NULL) {
		session_full(s, text, len);
		return;
	}
	STAILQ_INSERT_TAIL(&s->input, line, entry);
	s->input_lines++;
	s->input_bytes += len;
	session_pump(s);
}

/* A line that was taken out of the queue, first again. */
static void
session_put_back(struct session *s, struct session_line *line)
{
	STAILQ_INSERT_HEAD(&s->input, line, entry);
	s->input_lines++;
	s->input_bytes += line->len;
}

/*
 * What is CP's goes there at once, wherever LINEND puts it; the rest waits in
 * its order.
 */
static void
session_divide(struct session *s, const char *text, size_t len)
{
	const struct termopt *o;
	size_t n, next;

	for (;; text += next, len -= next) {
		o = session_edits(s);
		n = next = len;
		if (session_for_cp(s, text, len)) {
			n = termopt_line(o, text, len, &next);
			session_immediate(s, text, n);
		} else {
			if (o != NULL && !session_hidden(s))
				n = next = termopt_for_cp(o, text, len);
			session_enqueue(s, text, n);
		}
		if (next >= len)
			return;
	}
}

void
session_typed(struct session *s, const char *typed, size_t len)
{
	char text[IPC_LINE_MAX + 1];

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)typed[i];

		text[i] = c < ' ' || c == 0x7F ? ' ' : (char)c;
	}
	text[len] = '\0';
	session_divide(s, text, len);
	explicit_bzero(text, len); /* perhaps a password */
}

/* ENTER at a display that has nothing of the guest's on it. */
static void
session_to_display(struct session *s, const struct vdev *d, const char *text,
    size_t len)
{
	fullscreen_attention(s->vm, d);
	if (len > 0)
		vmblok_message(s->vm, 190, text);
}

static bool
session_to_guest(struct session *s, const char *text, size_t len)
{
	bool hidden = s->vm->reading == CONS_READ_HIDDEN;
	const struct vdev *d = device_console(s->vm);

	if (d != NULL && d->graf) {
		session_to_display(s, d, text, len);
		return true;
	}
	if (!guest_input(s->vm, text, len))
		return false; /* its next read comes back here */
	session_echo(s, text, hidden ? 0 : len);
	return true;
}

static bool
session_to_cp(struct session *s, const char *text, size_t len)
{
	if (s->active != NULL)
		return false; /* its end comes back here */
	if (session_backlog(s) > SESSION_BACKLOG)
		return false; /* the terminal's credit does */
	if (session_blank(text, len)) {
		session_print(s, ITEM_LINE, "CP"); /* it is CP who listens */
		return true;
	}
	session_echo(s, text, len);
	session_run(s, text, len, true);
	return true;
}

/* One logical line of what was typed; the others stay in the queue.  A
 * password is as it was typed. */
static void
session_edit(struct session *s, struct session_line *line)
{
	const struct termopt *o = session_edits(s);
	struct session_line *rest;
	size_t n, next;

	if (o == NULL || line->edited || session_hidden(s))
		return;
	n = termopt_line(o, line->text, line->len, &next);
	if (next < line->len) {
		rest = session_line(line->text + next, line->len - next);
		if (rest == NULL)
			return;
		session_put_back(s, rest);
	}
	line->text[n] = '\0';
	line->len = n;
	if (session_for_cp(s, line->text, n))
		return; /* session_immediate does it */
	line->len = termopt_edit(o, line->text, n);
	line->edited = true;
}

/* Give the first line to whom it is for.  false: nobody takes it now. */
static bool
session_take(struct session *s, struct session_line *line)
{
	if (!logon_ready(s) || (s->vm != NULL && s->vm->ending) ||
	    (s->term != NULL && s->term->display != NULL))
		return false;
	if (s->vm == NULL) {
		logon_line(s, line->text, line->len);
		return true;
	}
	session_edit(s, line);
	if (!line->edited && session_for_cp(s, line->text, line->len)) {
		/* typed ahead at the logo */
		session_immediate(s, line->text, line->len);
		return true;
	}
	if (s->asking != NULL) {
		session_answered(s, line->text);
		return true;
	}
	if (vmblok_status(s->vm) == CONS_CP_READ)
		return session_to_cp(s, line->text, line->len);
	return session_to_guest(s, line->text, line->len);
}

void
session_pump(struct session *s)
{
	struct session_line *line;

	if (s->pumping)
		return; /* a command that was typed started the machine */
	s->pumping = true;
	while ((line = STAILQ_FIRST(&s->input)) != NULL) {
		/* Out of the queue first: DISCONN takes the queue along. */
		STAILQ_REMOVE_HEAD(&s->input, entry);
		s->input_lines--;
		s->input_bytes -= line->len;
		if (!session_take(s, line)) {
			session_put_back(s, line);
			break;
		}
		explicit_bzero(line->text, line->len);
		free(line);
	}
	s->pumping = false;
	session_state(s);
}

void
session_move_input(struct session *from, struct session *to)
{
	STAILQ_CONCAT(&to->input, &from->input);
	to->input_lines += from->input_lines;
	to->input_bytes += from->input_bytes;
	from->input_lines = 0;
	from->input_bytes = 0;
}

/* The console is free for the next command at once, even when the machine
 * never answers this one's question. */
static void
session_cancel(struct session *s)
{
	struct request *rq;

	if (s->asking != NULL)
		request_cancel(s->asking);
	s->active = s->asking = NULL;
	LIST_FOREACH(rq, &s->cp->requests, entry)
		if (rq->session == s)
			request_orphan(rq);
}

void
session_attention(struct session *s)
{
	if (s->vm == NULL) {
		logon_attention(s);
		return;
	}
	session_cancel(s);
	vmblok_attention(s->vm);
}

void
session_state(struct session *s)
{
	if (s->term == NULL)
		return;
	if (s->term->display != NULL)
		term_state(s->term, CONS_RUNNING, false);
	else
		term_state(s->term, s->vm == NULL ? CONS_LOGGED_OFF :
		    vmblok_status(s->vm), session_hidden(s));
}
