/* SPDX-License-Identifier: MIT
 *
 * nssmake.c - make saved systems when CP starts.  Knows nothing of what is in
 * them: a machine tells whether it can start one, and saves one if it cannot.
 *
 * A system that does not come holds the start up for some seconds and is told
 * to the operator; everything else goes on without it.
 */
#include "nssmake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "log.h"
#include "logon.h"
#include "name.h"
#include "vmblok.h"

#define NSSMAKE_TICK_MS 10
#define NSSMAKE_TICKS_MAX 1000 /* for each system */

enum nssmake_step {
	NSSMAKE_CHECK, /* its machine starts it, and stops before it runs */
	NSSMAKE_SAVE,  /* its machine does what the directory's IPL says */
	NSSMAKE_LEAVE, /* its user is being logged off */
};

struct nssmake {
	struct cp *cp;
	void (*fn)(void *arg);
	void *arg;
	size_t at; /* in the configuration's list */
	enum nssmake_step step;
	struct request *rq; /* the IPL that runs */
	struct event *timer;
	unsigned ticks;
};

static const struct config_saved *
nssmake_row(const struct nssmake *m)
{
	return &m->cp->config->saved[m->at];
}

static struct vmblok *
nssmake_vm(const struct nssmake *m)
{
	return vmblok_find(m->cp, nssmake_row(m)->by);
}

static void
nssmake_wait(struct nssmake *m)
{
	struct timeval tv = { .tv_usec = NSSMAKE_TICK_MS * 1000 };

	evtimer_add(m->timer, &tv);
}

/* This one is done with, well or not. */
static void
nssmake_leave(struct nssmake *m)
{
	struct vmblok *vm = nssmake_vm(m);

	m->step = NSSMAKE_LEAVE;
	m->ticks = 0;
	if (vm != NULL)
		vmblok_end_later(vm, END_FORCED);
}

static void
nssmake_failed(struct nssmake *m, const char *why)
{
	const struct config_saved *row = nssmake_row(m);

	cp_operator(m->cp, "SYSTEM %s NOT SAVED BY %s; %s",
	    name_text(row->system).s, name_text(row->by).s, why);
	nssmake_leave(m);
}

/* --- the machine's IPL, which nobody reads --- */

static void
nssmake_line(void *arg, const char *text, size_t len, unsigned flags)
{
	const struct nssmake *m = arg;

	(void)flags;
	log_info("%s: %.*s", name_text(nssmake_row(m)->by).s, (int)len, text);
}

static void nssmake_ended(void *arg, struct request *rq, int rc);

static const struct reply_ops nssmake_reply = {
	.line = nssmake_line,
	.room = request_always,
	.done = nssmake_ended,
};

static void
nssmake_command(struct nssmake *m, struct vmblok *vm, const char *text)
{
	m->rq = request_new(m->cp, text, strlen(text), &nssmake_reply, m);
	if (m->rq == NULL) {
		nssmake_failed(m, "NO STORAGE");
		return;
	}
	request_for_vm(m->rq, vm);
	command_run(m->rq);
}

static void
nssmake_save(struct nssmake *m, struct vmblok *vm)
{
	char line[CP_COMMAND_MAX + 1];

	m->step = NSSMAKE_SAVE;
	if (logon_print_ipl(vm->user, line, sizeof line) == 0)
		nssmake_failed(m, "NO IPL IN THE CP DIRECTORY");
	else
		nssmake_command(m, vm, line);
}

/* Started from the file itself, and not from the disk in its place? */
static void
nssmake_ended(void *arg, struct request *rq, int rc)
{
	struct nssmake *m = arg;
	struct vmblok *vm = nssmake_vm(m);

	(void)rq;
	m->rq = NULL;
	if (m->step == NSSMAKE_LEAVE || vm == NULL)
		return;
	if (m->step == NSSMAKE_CHECK && rc == 0 && vm->nss != NULL)
		nssmake_leave(m);
	else if (m->step == NSSMAKE_CHECK)
		nssmake_save(m, vm);
	else if (rc != 0)
		nssmake_failed(m, "ITS IPL FAILED");
}

/* --- one after the other --- */

static void
nssmake_next(struct nssmake *m)
{
	const struct config_saved *row = nssmake_row(m);
	char line[32];

	m->step = NSSMAKE_CHECK;
	m->ticks = 0;
	if (nssmake_vm(m) != NULL) {
		cp_operator(m->cp, "SYSTEM %s NOT LOOKED AT; %s IS LOGGED ON",
		    name_text(row->system).s, name_text(row->by).s);
		m->step = NSSMAKE_LEAVE;
		return;
	}
	if (logon_auto(m->cp, row->by, true) < 0) {
		nssmake_failed(m, errno == ENOENT ? "NOT IN CP DIRECTORY" :
						    strerror(errno));
		return;
	}
	snprintf(line, sizeof line, "IPL %s STOP", name_text(row->system).s);
	nssmake_command(m, nssmake_vm(m), line);
}

static void
nssmake_done(struct nssmake *m)
{
	void (*fn)(void *) = m->fn;
	void *arg = m->arg;

	nssmake_free(m->cp);
	fn(arg);
}

/* A machine that saves must run until it has, and ask nobody. */
static void
nssmake_look(struct nssmake *m)
{
	const struct vmblok *vm = nssmake_vm(m);

	if (vm == NULL)
		nssmake_failed(m, "LOGGED OFF");
	else if (m->step == NSSMAKE_SAVE && m->rq == NULL && !vm->running)
		nssmake_failed(m, "THE VIRTUAL MACHINE HAS STOPPED");
	else if (m->step == NSSMAKE_SAVE && vm->reading != CONS_READ_NONE)
		nssmake_failed(m, "IT READS ITS CONSOLE"); /* and nobody types */
	else if (m->ticks >= NSSMAKE_TICKS_MAX)
		nssmake_failed(m, "IT TAKES TOO LONG");
}

static void
nssmake_tick(evutil_socket_t fd, short what, void *arg)
{
	struct nssmake *m = arg;

	(void)fd;
	(void)what;
	if (m->cp->stopping)
		return;
	m->ticks++;
	if (m->step != NSSMAKE_LEAVE) {
		nssmake_look(m);
	} else if (nssmake_vm(m) == NULL || m->ticks >= NSSMAKE_TICKS_MAX) {
		if (++m->at == m->cp->config->nsaved) {
			nssmake_done(m);
			return;
		}
		nssmake_next(m);
	}
	nssmake_wait(m);
}

void
nssmake_saved(struct cp *cp, struct vm_name system, struct vm_name by, int rc)
{
	struct nssmake *m = cp->nssmake;

	if (m == NULL || m->step != NSSMAKE_SAVE ||
	    !name_equal(nssmake_row(m)->system, system) ||
	    !name_equal(nssmake_row(m)->by, by))
		return;
	if (rc == 0)
		nssmake_leave(m);
	else
		nssmake_failed(m, "ITS SAVESYS FAILED");
}

void
nssmake_start(struct cp *cp, void (*fn)(void *arg), void *arg)
{
	struct nssmake *m = cp->config->nsaved > 0 ? calloc(1, sizeof *m) :
						     NULL;

	if (m != NULL)
		m->timer = evtimer_new(cp->base, nssmake_tick, m);
	if (m == NULL || m->timer == NULL) {
		free(m);
		fn(arg);
		return;
	}
	m->cp = cp;
	m->fn = fn;
	m->arg = arg;
	cp->nssmake = m;
	nssmake_next(m);
	nssmake_wait(m);
}

void
nssmake_free(struct cp *cp)
{
	struct nssmake *m = cp->nssmake;

	cp->nssmake = NULL;
	if (m == NULL)
		return;
	if (m->rq != NULL)
		request_orphan(m->rq);
	event_free(m->timer);
	free(m);
}
