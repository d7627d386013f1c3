/* SPDX-License-Identifier: MIT
 *
 * logon.c - from the logo to a user's console: LOGON, its password, RECONNECT.
 *
 * A wrong userid and a wrong password are one answer, take the same time, and
 * take longer each time.  Passwords are checked by a worker.
 */
#include "logon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command.h"
#include "limit.h"
#include "log.h"
#include "name.h"
#include "session.h"
#include "spoolclient.h"
#include "term.h"
#include "times.h"
#include "vmblok.h"

#define LOGON_FAILURES_MAX 4
#define LOGON_DELAY_SECONDS 1 /* for the first failure, more each time */
#define LOGON_WAIT_MS 50       /* between looks whether he is gone */
#define LOGON_WAITS_MAX 100

enum logon_step {
	LOGON_LOGO,	/* a command is awaited */
	LOGON_PASSWORD,	/* its password is */
	LOGON_CHECK,	/* a worker has it */
	LOGON_FAIL,	/* it was wrong: the answer waits */
	LOGON_WELCOME,	/* the user is on; his files are being counted */
};

struct logon {
	struct session *session;
	enum logon_step step;
	struct vm_name user;
	bool here, noipl;
	unsigned job;
	unsigned waits; /* for his last LOGOFF to be over */
	struct event *timer;
};

static void logon_timer(evutil_socket_t fd, short what, void *arg);

int
logon_begin(struct session *s)
{
	struct logon *lg = calloc(1, sizeof *lg);

	if (lg == NULL)
		return -1;
	lg->session = s;
	lg->timer = evtimer_new(s->cp->base, logon_timer, lg);
	if (lg->timer == NULL) {
		free(lg);
		return -1;
	}
	logon_free(s->logon);
	s->logon = lg;
	return 0;
}

void
logon_free(struct logon *lg)
{
	if (lg == NULL)
		return;
	if (lg->job != 0)
		worker_cancel(lg->session->cp->workers, lg->job);
	if (lg->step == LOGON_WELCOME)
		spoolclient_cancel(lg->session->cp->spool, lg->session);
	event_free(lg->timer);
	free(lg);
}

static void
logon_end(struct session *s)
{
	logon_free(s->logon);
	s->logon = NULL;
}

bool
logon_ready(const struct session *s)
{
	return s->logon == NULL || s->logon->step == LOGON_LOGO ||
	    s->logon->step == LOGON_PASSWORD;
}

bool
logon_hidden(const struct session *s)
{
	return s->logon != NULL && (s->logon->step == LOGON_PASSWORD ||
	    s->logon->step == LOGON_CHECK);
}

void
logon_attention(struct session *s)
{
	if (s->logon == NULL || s->logon->step != LOGON_PASSWORD)
		return;
	s->logon->step = LOGON_LOGO;
	session_print(s, ITEM_LINE, "LOGON CANCELLED");
	session_state(s);
}

/* --- a user comes to his console --- */

static void
logon_logmsg(struct session *s)
{
	const struct config *config = s->cp->config;
	const char *p = config->logmsg;

	if (p == NULL || *p == '\0')
		return;
	session_print(s, 0, "LOGMSG - %s",
	    times_stamp(config, s->cp->logmsg_set).s);
	while (*p != '\0') {
		size_t n = strcspn(p, "\n");

		session_print(s, 0, "%s%.*s", *p == '*' ? "" : "* ", (int)n, p);
		p += n + (p[n] == '\n');
	}
}

static const char *
logon_files(uint32_t n, char buf[12])
{
	if (n == 0)
		return "NO ";
	snprintf(buf, 12, "%03u", n);
	return buf;
}

void
logon_print_files(const struct ipc_spool_counts *c, char *line, size_t size)
{
	char rdr[12], prt[12], pun[12];

	snprintf(line, size, "FILES: %s RDR, %s PRT, %s PUN",
	    logon_files(c->reader, rdr), logon_files(c->printer, prt),
	    logon_files(c->punch, pun));
}

size_t
logon_print_ipl(const struct dir_user *user, char *line, size_t size)
{
	int n;

	if (user->ipl[0] == '\0')
		return 0;
	n = snprintf(line, size, "IPL %s%s%s", user->ipl,
	    user->ipl_parm[0] != '\0' ? " PARM " : "", user->ipl_parm);
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

/* IPL as the directory says. */
static void
logon_ipl(struct vmblok *vm)
{
	char line[CP_COMMAND_MAX];
	size_t n = logon_print_ipl(vm->user, line, sizeof line);

	if (n > 0)
		session_command(vm->session, line, n);
}

/* The spool has answered, or does not: the rest of the greeting. */
static void
logon_counted(const struct ipc_spool_counts *counts, void *arg)
{
	struct session *s = arg;
	struct vmblok *vm = s->vm;
	bool noipl = s->logon->noipl;
	char line[80];

	s->logon->step = LOGON_LOGO; /* nothing is to be cancelled */
	logon_end(s);
	if (counts != NULL) {
		logon_print_files(counts, line, sizeof line);
		session_print(s, 0, "%s", line);
	}
	session_print(s, 0, "LOGON AT %s",
	    times_stamp(s->cp->config, vm->logon).s);
	if (!noipl)
		logon_ipl(vm);
	session_pump(s);
}

/* The session is a new user's from here on. */
static void
logon_welcome(struct session *s)
{
	s->logon->step = LOGON_WELCOME;
	session_settings(s);
	logon_logmsg(s);
	spoolclient_count(s->cp->spool, s->vm->name, logon_counted, s);
	session_state(s);
}

static int
logon_new(struct session *s, struct vm_name user)
{
	struct vmblok *vm = vmblok_new(s->cp, user, s);

	if (vm == NULL)
		return -1;
	if (s->term != NULL)
		cp_operator(s->cp, "%s LOGON  AS %-8s USERS = %03u",
		    vmblok_where(vm).s, name_text(user).s, s->cp->users);
	else
		cp_operator(s->cp, "AUTO LOGON  ***      %-8s USERS = %03u",
		    name_text(user).s, s->cp->users);
	logon_welcome(s);
	return 0;
}

static void
logon_reconnect(struct vmblok *vm, struct term *t)
{
	struct session *s = vm->session, *old = t->session;

	if (old != NULL) {
		session_detach(old);
		session_move_input(old, s);
		session_free(old);
	}
	session_attach(s, t);
	session_print(s, 0, "RECONNECTED AT %s",
	    times_stamp(s->cp->config, time(NULL)).s);
	cp_operator(s->cp, "%s RECONNECT %-8s USERS = %03u", term_where(t).s,
	    name_text(vm->name).s, s->cp->users);
	session_push(s);
	session_pump(s);
}

void
logon_disconnect(struct vmblok *vm, const char *by)
{
	struct session *s = vm->session;
	struct term *t = s->term;

	session_print(s, 0, "DISCONNECT AT %s%s",
	    times_stamp(vm->cp->config, time(NULL)).s, by);
	if (t == NULL)
		return;
	cp_operator(vm->cp, "%s DISCONNECT %-8s USERS = %03u", term_where(t).s,
	    name_text(vm->name).s, vm->cp->users);
	session_detach(s);
	term_logo_later(t);
	if (t->session != NULL) {
		session_move_input(s, t->session);
		session_pump(t->session);
	}
}

/* --- passwords --- */

static void
logon_message(struct session *s, int number, const char *arg)
{
	const struct message *m = message_find(number);
	char text[MESSAGE_MAX];

	snprintf(text, sizeof text, m->text, arg);
	session_print(s, ITEM_HIGH, "DMK%s%03d%c %s", m->module, number,
	    m->severity, text);
}

static void
logon_again(struct session *s)
{
	s->logon->step = LOGON_LOGO;
	session_pump(s);
}

static void
logon_failed(struct logon *lg)
{
	struct session *s = lg->session;
	struct term *t = s->term;

	logon_message(s, 50, "");
	if (t != NULL && t->failures >= LOGON_FAILURES_MAX) {
		cp_operator(s->cp, "%s CLOSED AFTER %u FAILED LOGONS; LAST %s",
		    term_where(t).s, t->failures, name_text(lg->user).s);
		term_close(t, "DMKLOG051E TOO MANY FAILED LOGONS; LINE CLOSED");
		return;
	}
	logon_again(s);
}

static void
logon_wrong(struct session *s)
{
	struct logon *lg = s->logon;
	struct timeval tv = { .tv_sec = LOGON_DELAY_SECONDS };

	lg->step = LOGON_FAIL;
	if (s->term != NULL) {
		limit_failed(s->cp->limits, &s->term->from, times_ms());
		tv.tv_sec += s->term->failures++;
		log_warnx("%s %s: failed logon to %s", term_where(s->term).s,
		    s->term->peer, name_text(lg->user).s);
	}
	session_state(s);
	evtimer_add(lg->timer, &tv);
}

/* He is still being logged off: that takes as long as his process takes to
 * end. */
static void
logon_wait(struct session *s)
{
	struct timeval tv = { .tv_usec = LOGON_WAIT_MS * 1000 };

	if (++s->logon->waits > LOGON_WAITS_MAX || s->cp->stopping) {
		logon_message(s, 52, "");
		logon_again(s);
	} else {
		evtimer_add(s->logon->timer, &tv);
	}
}

static void
logon_right(struct session *s)
{
	struct logon *lg = s->logon;
	struct vmblok *vm = vmblok_find(s->cp, lg->user);

	if (s->term != NULL)
		s->term->failures = 0;
	if (vm != NULL && vm->ending) {
		logon_wait(s);
	} else if (vm != NULL && vm->session->term != NULL && !lg->here) {
		logon_message(s, 54, vmblok_where(vm).s);
		logon_again(s);
	} else if (vm != NULL) {
		if (vm->session->term != NULL)
			logon_disconnect(vm, " BY LOGON HERE");
		logon_reconnect(vm, s->term);
	} else if (logon_new(s, lg->user) < 0) {
		logon_message(s, 52, "");
		logon_again(s);
	}
}

static void
logon_timer(evutil_socket_t fd, short what, void *arg)
{
	struct logon *lg = arg;

	(void)fd;
	(void)what;
	if (lg->step == LOGON_FAIL)
		logon_failed(lg);
	else
		logon_right(lg->session);
}

static void
logon_verified(int rc, const char *text, void *arg)
{
	struct session *s = arg;

	s->logon->job = 0;
	if (s->cp->stopping || (rc != 0 && rc != 1)) {
		if (rc != 0 && rc != 1)
			log_warnx("a password could not be checked: %s", text);
		logon_message(s, 52, "");
		logon_again(s);
	} else if (rc == 1) {
		logon_wrong(s);
	} else {
		logon_right(s);
	}
}

static void
logon_check(struct session *s, const char *password)
{
	struct logon *lg = s->logon;
	const struct dir_user *user = directory_find(s->cp->dir->dir, lg->user);

	lg->step = LOGON_CHECK;
	lg->waits = 0;
	lg->job = worker_verify(s->cp->workers, password,
	    user != NULL && !user->nolog ? user->hash : "", logon_verified, s);
}

void
logon_ask(struct session *s, struct vm_name user, bool here, bool noipl,
    const char *password)
{
	static const char prompt[] = "ENTER PASSWORD:";
	struct logon *lg = s->logon;

	if (s->term != NULL && limit_blocked(s->cp->limits, &s->term->from,
	    times_ms())) {
		logon_message(s, 58, "");
		return;
	}
	if (s->term != NULL && term_exposed(s->term))
		logon_message(s, 59, "");
	lg->user = user;
	lg->here = here;
	lg->noipl = noipl;
	if (password[0] != '\0') {
		logon_check(s, password);
		return;
	}
	lg->step = LOGON_PASSWORD;
	session_item(s, ITEM_PROMPT, 0, (struct vm_name){ 0 }, prompt,
	    sizeof prompt - 1, false);
}

/* Where the word at or after text[n] ends; *start is where it begins. */
static size_t
logon_word(const char *text, size_t len, size_t n, size_t *start)
{
	while (n < len && text[n] == ' ')
		n++;
	*start = n;
	while (n < len && text[n] != ' ')
		n++;
	return n;
}

/* A password on LOGON's own line is not for the screen, nor for the ring. */
static size_t
logon_echo_len(const char *text, size_t len)
{
	size_t start, n = logon_word(text, len, 0, &start);

	while (n - start == 2 && strncasecmp(text + start, "CP", 2) == 0)
		n = logon_word(text, len, n, &start);
	if (n == start || (text[start] | 0x20) != 'l')
		return len;
	return logon_word(text, len, n, &start);
}

void
logon_line(struct session *s, const char *text, size_t len)
{
	char password[WORK_PASSWORD_MAX];
	size_t shown;

	if (s->logon->step == LOGON_PASSWORD) {
		session_item(s, ITEM_INPUT, 0, (struct vm_name){ 0 }, "", 0,
		    false);
		snprintf(password, sizeof password, "%.*s", (int)len, text);
		logon_check(s, password);
		explicit_bzero(password, sizeof password);
		session_state(s);
		return;
	}
	while (len > 0 && text[len - 1] == ' ')
		len--;
	if (len == 0)
		return;
	shown = logon_echo_len(text, len);
	session_item(s, ITEM_INPUT, 0, (struct vm_name){ 0 }, text, shown,
	    false);
	session_command(s, text, len);
	session_state(s);
}

/* --- without a password --- */

static struct session *
logon_session(struct cp *cp)
{
	struct session *s = session_new(cp);

	if (s != NULL && logon_begin(s) < 0) {
		session_free(s);
		s = NULL;
	}
	if (s == NULL)
		errno = ENOMEM;
	return s;
}

void
logon_operator(struct term *t)
{
	struct cp *cp = t->cp;
	struct vmblok *vm = vmblok_find(cp, cp->config->operator_user);
	struct session *s;

	term_greet(t);
	if (vm != NULL && vm->ending) {
		term_close(t, "THE OPERATOR IS BEING LOGGED OFF; TRY AGAIN");
		return;
	}
	if (vm != NULL) {
		if (vm->session->term != NULL)
			logon_disconnect(vm, " BY THE SYSTEM'S CONSOLE");
		logon_reconnect(vm, t);
		return;
	}
	s = logon_session(cp);
	if (s == NULL) {
		term_close(t, "NO STORAGE FOR A SESSION");
		return;
	}
	session_attach(s, t);
	s->logon->noipl = true;
	if (logon_new(s, cp->config->operator_user) < 0) {
		session_detach(s);
		session_free(s);
		term_close(t, "THE OPERATOR IS NOT IN THE CP DIRECTORY");
	}
}

int
logon_auto(struct cp *cp, struct vm_name user, bool noipl)
{
	struct session *s = logon_session(cp);
	int error;

	if (s == NULL)
		return -1;
	s->logon->noipl = noipl;
	if (logon_new(s, user) == 0)
		return 0;
	error = errno;
	session_free(s);
	errno = error;
	return -1;
}
