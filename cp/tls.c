/* SPDX-License-Identifier: MIT
 *
 * tls.c - one vmtls serves; a second one is there only while it reads another
 * certificate, and takes the first one's place when it has.  The one before
 * keeps the connections that it has, takes no more and ends with the last.
 */
#include "tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "loop.h"
#include "message.h"
#include "name.h"
#include "spawn.h"
#include "term.h"
#include "times.h"

#define TLS_UNAVAILABLE 440 /* message: NOT AVAILABLE */
#define TLS_BACKOFF_MAX 60  /* seconds between two starts */
#define TLS_STEADY_MS 60000 /* after so long a death is a first one */
#define TLS_TEXT_MAX 192

/* A vmtls. */
struct tls_program {
	struct tls *tls;
	struct loopchan lc;
	bool refused;		 /* it has said why it ends */
	char text[TLS_TEXT_MAX]; /* its certificate's fingerprint, or why */
};

struct tls {
	struct cp *cp;
	struct tls_program *serves, *comes; /* NULL: none */
	char why[TLS_TEXT_MAX];	/* nobody serves */
	uint32_t ids;		/* given to connections */
	struct event *restart;
	unsigned backoff;
	uint64_t since;		/* times_ms() of the last start */
	void (*opened)(void *arg);
	void *opened_arg;
	tls_fn *asked;
	void *asked_arg;
};

static void tls_start(struct tls *tls);

/* --- words --- */

/* From a program that strangers speak to: text only. */
static void
tls_copy(char *to, size_t size, const char *text, size_t len)
{
	size_t n = 0;

	for (; n < len && n < size - 1; n++)
		to[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
	to[n] = '\0';
}

static void
tls_answer(struct tls *tls, int rc, const char *text)
{
	void (*opened)(void *) = tls->opened;
	tls_fn *asked = tls->asked;

	tls->opened = NULL;
	tls->asked = NULL;
	if (asked != NULL)
		asked(rc, text, tls->asked_arg);
	if (opened != NULL)
		opened(tls->opened_arg);
}

/* --- a vmtls comes and goes --- */

static void
tls_drop(struct tls_program *p)
{
	loopchan_close(&p->lc);
	free(p);
}

/* Its certificate is good: it serves from here on. */
static void
tls_serves(struct tls_program *p, const struct ipc_text *text)
{
	struct tls *tls = p->tls;

	if (p != tls->comes)
		return; /* said twice */
	tls_copy(p->text, sizeof p->text, text->text, text->text_len);
	if (tls->serves != NULL)
		tls_drop(tls->serves);
	tls->serves = p;
	tls->comes = NULL;
	log_info("TLS: certificate SHA-256 %s", p->text);
	tls_answer(tls, 0, p->text);
}

static void
tls_later(struct tls *tls)
{
	struct timeval tv;

	if (tls->cp->stopping)
		return;
	if (times_ms() - tls->since > TLS_STEADY_MS)
		tls->backoff = 0;
	tls->backoff = tls->backoff == 0 ? 1 : tls->backoff * 2;
	if (tls->backoff > TLS_BACKOFF_MAX)
		tls->backoff = TLS_BACKOFF_MAX;
	tv = (struct timeval){ .tv_sec = tls->backoff };
	evtimer_add(tls->restart, &tv);
}

/* There is none, or it has ended; what it refused for does not go away by
 * itself. */
static void
tls_down(struct tls_program *p)
{
	struct tls *tls = p->tls;
	bool served = p == tls->serves, refused = p->refused;
	char why[TLS_TEXT_MAX], text[MESSAGE_MAX];

	snprintf(why, sizeof why, "%s", refused ? p->text :
	    "the program vmtls has ended");
	if (served)
		tls->serves = NULL;
	else
		tls->comes = NULL;
	tls_drop(p);
	if (tls->serves == NULL) {
		memcpy(tls->why, why, sizeof why);
		message_print(text, sizeof text, TLS_UNAVAILABLE, why);
		cp_operator(tls->cp, "%s", text);
	}
	if (!served)
		tls_answer(tls, TLS_UNAVAILABLE, why);
	if (tls->serves == NULL && tls->comes == NULL && !refused)
		tls_later(tls);
}

/* --- what it says of connections --- */

static struct term *
tls_term(struct cp *cp, uint32_t id)
{
	struct term *t;

	LIST_FOREACH(t, &cp->terms, entry)
		if (t->tls == id)
			return t;
	return NULL;
}

static void
tls_state(struct tls_program *p, const struct ipc_tls_state *state)
{
	struct term *t;
	char text[TLS_TEXT_MAX];

	tls_copy(text, sizeof text, state->text, state->text_len);
	if (state->id == 0) {
		p->refused = true;
		memcpy(p->text, text, sizeof text);
		return;
	}
	t = tls_term(p->tls->cp, state->id);
	if (t != NULL && state->what == TLS_AGREED)
		log_info("terminal %03X: %s", t->addr, text);
	else if (state->what == TLS_REFUSED) /* it may have gone by now */
		log_info("a terminal that began TLS was refused: %s", text);
}

static void
tls_heard(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	struct tls_program *p = arg;

	(void)lc;
	if (msg == NULL)
		tls_down(p);
	else if (msg->type == IPC_TLS_READY)
		tls_serves(p, msg->payload);
	else
		tls_state(p, msg->payload);
}

/* --- its start --- */

/* A name of SYSTEM CONFIG, or the one that we make, below the home. */
static int
tls_path(const struct tls *tls, const char *name, const char *ours, char *path)
{
	return cp_path(tls->cp, name[0] != '\0' ? name : ours, path, PATH_MAX);
}

static int
tls_spawn(const struct tls *tls, int channel)
{
	const struct config *c = tls->cp->config;
	char program[PATH_MAX + 16], cert[PATH_MAX], key[PATH_MAX];
	char make[] = "--make";
	struct name_text name = name_text(c->system);
	bool ours = c->tls.cert[0] == '\0';
	char *argv[] = { program, make, name.s, cert, key, NULL };

	snprintf(program, sizeof program, "%s/vmtls", tls->cp->libexec);
	if (tls_path(tls, c->tls.cert, "tls/cert.pem", cert) < 0 ||
	    tls_path(tls, c->tls.key, "tls/key.pem", key) < 0)
		return -1;
	if (!ours) { /* nothing is made of what somebody named */
		argv[1] = cert;
		argv[2] = key;
		argv[3] = NULL;
	}
	return spawn(program, argv, &channel, 1) < 0 ? -1 : 0;
}

static void
tls_start(struct tls *tls)
{
	struct tls_program *p = calloc(1, sizeof *p);
	int fd[2] = { -1, -1 }, rc = -1;

	tls->since = times_ms();
	if (p != NULL && ipcchan_pair(fd) == 0) {
		p->tls = tls;
		rc = tls_spawn(tls, fd[1]);
		close(fd[1]);
		if (rc == 0 && loopchan_open(&p->lc, tls->cp->base, fd[0],
		    IPC_CP, IPC_TLS, tls_heard, p) == 0) {
			tls->comes = p;
			return;
		}
		close(fd[0]);
	}
	log_warn("vmtls cannot be started");
	free(p);
	if (tls->serves == NULL)
		strcpy(tls->why, "the program vmtls cannot be started");
	tls_answer(tls, TLS_UNAVAILABLE, "vmtls cannot be started");
	if (tls->serves == NULL)
		tls_later(tls);
}

static void
tls_restart(evutil_socket_t fd, short what, void *arg)
{
	struct tls *tls = arg;

	(void)fd;
	(void)what;
	if (tls->serves == NULL && tls->comes == NULL)
		tls_start(tls);
}

void
tls_open(struct cp *cp, void (*fn)(void *arg), void *arg)
{
	struct tls *tls = cp->config->tls.off ? NULL : calloc(1, sizeof *tls);

	if (tls != NULL) {
		tls->cp = cp;
		tls->restart = evtimer_new(cp->base, tls_restart, tls);
	}
	if (tls == NULL || tls->restart == NULL) {
		free(tls);
		fn(arg);
		return;
	}
	cp->tls = tls;
	tls->opened = fn;
	tls->opened_arg = arg;
	tls_start(tls);
}

void
tls_close(struct cp *cp)
{
	struct tls *tls = cp->tls;

	if (tls == NULL)
		return;
	cp->tls = NULL;
	if (tls->serves != NULL)
		tls_drop(tls->serves);
	if (tls->comes != NULL)
		tls_drop(tls->comes);
	event_free(tls->restart);
	free(tls);
}

/* --- asked --- */

bool
tls_ready(const struct cp *cp)
{
	return cp->tls != NULL && cp->tls->serves != NULL;
}

const char *
tls_text(const struct cp *cp)
{
	if (cp->tls == NULL)
		return "SYSTEM CONFIG says TLS OFF";
	return cp->tls->serves != NULL ? cp->tls->serves->text : cp->tls->why;
}

void
tls_reload(struct cp *cp, tls_fn *fn, void *arg)
{
	struct tls *tls = cp->tls;

	if (tls == NULL || cp->stopping) {
		fn(TLS_UNAVAILABLE, tls_text(cp), arg);
	} else if (tls->asked != NULL || tls->comes != NULL) {
		fn(TLS_UNAVAILABLE, "it is being read just now: try again",
		    arg);
	} else {
		tls->asked = fn;
		tls->asked_arg = arg;
		tls_start(tls);
	}
}

void
tls_cancel(struct cp *cp, void *arg)
{
	if (cp->tls != NULL && cp->tls->asked_arg == arg)
		cp->tls->asked = NULL;
}

/* --- connections --- */

/* A number that no terminal has. */
static uint32_t
tls_number(struct tls *tls)
{
	do
		tls->ids++;
	while (tls->ids == 0 || tls_term(tls->cp, tls->ids) != NULL);
	return tls->ids;
}

/* Without a vmtls that serves, both ends are closed: vmterm sees the end. */
static void
tls_plain(struct term *t, int fd)
{
	struct tls *tls = t->cp->tls;
	struct ipc_value value;

	t->tls = tls_number(tls);
	value.value = t->tls;
	if (tls->serves != NULL)
		loopchan_send(&tls->serves->lc, IPC_TLS_PLAIN, &value,
		    sizeof value, fd);
}

static void
tls_client(struct term *t, const struct ipc_text *early, int fd)
{
	struct ipc_tls_client client = { .id = t->tls };
	struct tls *tls = t->cp->tls;

	if (tls->serves != NULL)
		loopchan_send_text(&tls->serves->lc, IPC_TLS_CLIENT, &client,
		    sizeof client, early->text, early->text_len, fd);
}

/* Each once, the plain end first, and both before TERM_OPEN. */
bool
tls_message(struct term *t, const struct ipcchan_message *msg)
{
	bool plain = msg->type == IPC_TERM_TLS_PLAIN;
	bool may = t->cp->tls != NULL && !t->local && t->view.kind == 0 &&
	    (plain ? t->tls == 0 : t->tls != 0 && !t->tls_given);

	if (may && plain)
		tls_plain(t, msg->fd);
	else if (may)
		tls_client(t, msg->payload, msg->fd);
	t->tls_given = !plain;
	close(msg->fd);
	return may;
}
