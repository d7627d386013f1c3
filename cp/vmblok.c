/* SPDX-License-Identifier: MIT
 *
 * vmblok.c - the users that are logged on, and the state of their machines.
 */
#include "vmblok.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conspool.h"
#include "given.h"
#include "guest.h"
#include "log.h"
#include "logon.h"
#include "name.h"
#include "request.h"
#include "session.h"
#include "spoolclient.h"
#include "term.h"
#include "times.h"
#include "urclose.h"

/* What his devices write is closed by then, or waits.  A machine that does not
 * answer is given less, so that there is time for what vmspool has of it. */
#define END_MS 8000
#define END_MACHINE_MS 5000
#define END_TICK_MS 50 /* how often it is looked at */

static uint64_t
vmblok_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* --- the end of a user --- */

static void vmblok_finish(struct vmblok *vm);

void
vmblok_ended(struct vmblok *vm)
{
	struct timeval now = { 0 };

	evtimer_add(vm->end_event, &now);
}

static void
vmblok_end_wait(struct vmblok *vm)
{
	struct timeval tv = { .tv_usec = END_TICK_MS * 1000 };

	evtimer_add(vm->end_event, &tv);
}

static bool
vmblok_end_late(const struct vmblok *vm)
{
	return vmblok_ms() >= vm->end_began_ms +
	    (vm->guest != NULL ? END_MACHINE_MS : END_MS);
}

static void
vmblok_end_line(void *arg, const char *text, size_t len, unsigned flags)
{
	struct vmblok *vm = arg;

	session_item(vm->session, ITEM_OUTPUT, flags | ITEM_LINE,
	    (struct vm_name){ 0 }, text, len, false);
}

static void
vmblok_end_closed(void *arg, struct request *rq, int rc)
{
	struct vmblok *vm = arg;

	(void)rq;
	vm->end_request = NULL;
	/* vmspool died over it: once more, when it is back. */
	if (rc != 431 || spoolclient_ready(vm->cp->spool))
		vm->end_step++;
	vmblok_ended(vm);
}

/* What his devices write goes to where it was to go.  false: it is under
 * way, or waits for vmspool. */
static bool
vmblok_end_close(struct vmblok *vm)
{
	static const struct reply_ops ops = { .line = vmblok_end_line,
		.room = request_always, .done = vmblok_end_closed };
	bool late = vmblok_end_late(vm);

	if (vm->end_request == NULL && !late &&
	    spoolclient_ready(vm->cp->spool)) {
		vm->end_request = request_new(vm->cp, "LOGOFF", 6, &ops, vm);
		if (vm->end_request == NULL)
			return true;
		request_for_vm(vm->end_request, vm);
		vmblok_end_wait(vm);
		urclose_all(vm->end_request, vm, vm->guest != NULL,
		    request_end);
		return false;
	}
	if (!late && (vm->end_request != NULL || !vm->cp->stopping)) {
		vmblok_end_wait(vm);
		return false;
	}
	if (vm->end_request != NULL)
		request_orphan(vm->end_request);
	vm->end_request = NULL;
	if (vm->guest == NULL)
		cp_operator(vm->cp, "SPOOL: FILES OF %s NOT CLOSED",
		    name_text(vm->name).s);
	return true;
}

/* All that the machine has punched and printed goes to vmspool. */
static bool
vmblok_end_flush(struct vmblok *vm)
{
	if (vm->guest == NULL || guest_pid(vm->guest) < 0)
		return true; /* none, or it has not begun */
	if (vm->running)
		guest_stop(vm);
	return vmblok_end_close(vm);
}

/* What the process had is free when the user is. */
static bool
vmblok_end_process(struct vmblok *vm)
{
	guest_kill(vm);
	conspool_stop(vm);
	return !given_dying(vm);
}

/*
 * One after another, each until it says that it is done.  Closing comes
 * twice: while the machine can still send what it has, and when it is gone,
 * for what came late, and for the console.
 */
static bool (*const vmblok_end_steps[])(struct vmblok *vm) = {
	vmblok_end_flush,
	vmblok_end_process,
	vmblok_end_close,
};

static void
vmblok_end(evutil_socket_t fd, short what, void *arg)
{
	struct vmblok *vm = arg;

	(void)fd;
	(void)what;
	while (vm->end_step < sizeof vmblok_end_steps /
	    sizeof vmblok_end_steps[0]) {
		if (!vmblok_end_steps[vm->end_step](vm))
			return;
		vm->end_step++;
	}
	vmblok_finish(vm);
}

static struct vmblok *
vmblok_make(struct cp *cp, const struct dir_user *user, struct session *s)
{
	struct vmblok *vm = calloc(1, sizeof *vm);

	if (vm == NULL)
		return NULL;
	vm->end_event = evtimer_new(cp->base, vmblok_end, vm);
	if (vm->end_event == NULL) {
		free(vm);
		return NULL;
	}
	vm->cp = cp;
	vm->name = user->name;
	vm->dir = cp_directory_take(cp);
	vm->user = user;
	vm->classes = user->classes;
	vm->storage = user->storage;
	vm->session = s;
	vm->set = (struct settings){ .msg = true, .wng = true, .imsg = true,
		.linedit = true, .emsg = EMSG_ON };
	termopt_init(&vm->opt);
	pfkey_init(&vm->pf);
	vm->logon = time(NULL);
	vm->logon_ms = vmblok_ms();
	TAILQ_INIT(&vm->devices);
	return vm;
}

struct vmblok *
vmblok_new(struct cp *cp, struct vm_name name, struct session *session)
{
	const struct dir_user *user = directory_find(cp->dir->dir, name);
	struct vmblok *vm;

	if (user == NULL || user->nolog || cp->stopping)
		errno = ENOENT;
	else if (vmblok_find(cp, name) != NULL)
		errno = EEXIST;
	else if ((vm = vmblok_make(cp, user, session)) != NULL) {
		TAILQ_INSERT_TAIL(&cp->vms, vm, entry);
		cp->users++;
		session->vm = vm;
		device_logon(vm);
		return vm;
	} else
		errno = ENOMEM;
	return NULL;
}

struct vmblok *
vmblok_find(struct cp *cp, struct vm_name name)
{
	struct vmblok *vm;

	TAILQ_FOREACH(vm, &cp->vms, entry)
		if (name_equal(vm->name, name))
			return vm;
	return NULL;
}

struct vmblok *
vmblok_named(struct request *rq, const char *word)
{
	struct vm_name name;

	if (strcmp(word, "*") == 0)
		return rq->vm;
	if (strcmp(word, "OP") == 0)
		return cp_operator_find(rq->cp);
	if (name_parse(word, &name) < 0)
		return NULL;
	return vmblok_find(rq->cp, name);
}

enum ipc_cons_status
vmblok_status(const struct vmblok *vm)
{
	if (vm->guest == NULL || !vm->running || vm->cp_read ||
	    vm->session->asking != NULL)
		return CONS_CP_READ;
	return vm->reading == CONS_READ_NONE ? CONS_RUNNING : CONS_VM_READ;
}

void
vmblok_changed(struct vmblok *vm)
{
	session_pump(vm->session);
}

static void
vmblok_hold(struct vmblok *vm)
{
	vm->cp_read = true;
	if (vm->guest == NULL || !vm->running || vm->set.run)
		return; /* SET RUN ON: it runs on meanwhile */
	guest_stop(vm);
	vm->held = true;
}

void
vmblok_let_go(struct vmblok *vm)
{
	if (vm->held)
		guest_begin(vm, NULL);
}

void
vmblok_attention(struct vmblok *vm)
{
	vmblok_hold(vm);
	guest_interrupt(vm);
	session_print(vm->session, 0, "CP");
	vmblok_changed(vm);
}

void
vmblok_message(struct vmblok *vm, int number, ...)
{
	char line[MESSAGE_MAX];
	va_list ap;
	size_t n;

	va_start(ap, number);
	n = message_format(line, sizeof line, vm->set.emsg, number, ap);
	va_end(ap);
	if (n > 0)
		session_print(vm->session, ITEM_HIGH, "%s", line);
}

struct vmblok_where
vmblok_where(const struct vmblok *vm)
{
	struct vmblok_where where;

	snprintf(where.s, sizeof where.s, "%s", vm->session->term != NULL ?
	    term_where(vm->session->term).s : "DSC");
	return where;
}

unsigned long
vmblok_connected(const struct vmblok *vm)
{
	return (unsigned long)((vmblok_ms() - vm->logon_ms) / 1000);
}

void
vmblok_end_later(struct vmblok *vm, enum vmblok_end end)
{
	if (vm->ending)
		return;
	vm->ending = true;
	vm->end = end;
	vm->end_began_ms = vmblok_ms();
	vmblok_ended(vm);
}

static void
vmblok_farewell(struct vmblok *vm)
{
	static const char *const by[] = { "", " BY SYSTEM", " BY SYSTEM" };
	struct session *s = vm->session;

	session_print(s, 0, "%s", times_connect(vm).s);
	session_print(s, 0, "LOGOFF AT %s%s",
	    times_stamp(vm->cp->config, time(NULL)).s, by[vm->end]);
	if (vm->cp->users > 1 || !vm->cp->stopping)
		cp_operator(vm->cp, "%s LOGOFF AS %-8s USERS = %03u%s",
		    vmblok_where(vm).s, name_text(vm->name).s,
		    vm->cp->users - 1, vm->end == END_FORCED ? "  FORCED" : "");
}

static void
vmblok_finish(struct vmblok *vm)
{
	struct session *s = vm->session;
	struct cp *cp = vm->cp;
	unsigned long lines = conspool_free(vm);

	if (lines > 0)
		cp_operator(cp, "SPOOL: %lu LINES OF %s'S CONSOLE LOST", lines,
		    name_text(vm->name).s);
	vmblok_farewell(vm);
	device_logoff(vm);
	urclose_forget(vm);
	request_orphan_vm(cp, vm);
	session_leave(s);
	TAILQ_REMOVE(&cp->vms, vm, entry);
	cp->users--;
	s->vm = NULL;
	event_free(vm->end_event);
	pfkey_free(&vm->pf);
	cp_directory_give(vm->dir);
	free(vm);
	if (s->term == NULL) {
		session_free(s);
	} else if (logon_begin(s) < 0) {
		term_close(s->term, "NO STORAGE FOR A SESSION");
	} else if (!cp->stopping) {
		term_logo_later(s->term);
		session_pump(s);
	}
}
