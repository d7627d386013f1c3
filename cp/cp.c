/* SPDX-License-Identifier: MIT
 *
 * cp.c - what concerns the whole system: directories, the operator, the end.
 */
#include "cp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "control.h"
#include "ipc.h"
#include "listener.h"
#include "log.h"
#include "session.h"
#include "spoolclient.h"
#include "term.h"
#include "times.h"
#include "tls.h"
#include "unit.h"
#include "vmblok.h"

#define CP_STOP_TICK_MS 50
#define CP_STOP_USERS_TICKS 400 /* for files to be closed, machines gone */
#define CP_STOP_SAID_TICKS 30  /* then, for terminals to show the last lines */
#define CP_STOP_TICKS_MAX 80   /* and for everybody to end */

struct dirref *
cp_directory_take(struct cp *cp)
{
	cp->dir->refs++;
	return cp->dir;
}

void
cp_directory_give(struct dirref *ref)
{
	if (ref == NULL || --ref->refs > 0)
		return;
	directory_free(ref->dir);
	free(ref);
}

int
cp_directory_swap(struct cp *cp, struct directory *dir)
{
	struct dirref *ref = calloc(1, sizeof *ref);

	if (ref == NULL) {
		directory_free(dir);
		return -1;
	}
	ref->dir = dir;
	ref->refs = 1;
	cp_directory_give(cp->dir);
	cp->dir = ref;
	return 0;
}

int
cp_path(const struct cp *cp, const char *name, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s/%s", cp->home, name);

	if (n >= 0 && (size_t)n < size)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

struct vmblok *
cp_operator_find(struct cp *cp)
{
	return vmblok_find(cp, cp->config->operator_user);
}

void
cp_operator(struct cp *cp, const char *fmt, ...)
{
	struct vmblok *vm = cp_operator_find(cp);
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	log_info("%s", line);
	if (vm != NULL)
		session_print(vm->session, 0, "%s %s",
		    times_clock(time(NULL)).s, line);
}

/* --- the end --- */

static void
cp_close_terminals(struct cp *cp)
{
	struct term *t;

	LIST_FOREACH(t, &cp->terms, entry)
		if (!t->closing)
			term_close(t, "SYSTEM SHUTDOWN");
}

static bool
cp_children_gone(void)
{
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

/* First the users, then their terminals, then the other programs. */
static void
cp_stop_tick(evutil_socket_t fd, short what, void *arg)
{
	struct timeval tv = { .tv_usec = CP_STOP_TICK_MS * 1000 };
	struct cp *cp = arg;

	(void)fd;
	(void)what;
	cp->stop_ticks++;
	if (!cp->users_stopped) {
		if (!TAILQ_EMPTY(&cp->vms) &&
		    cp->stop_ticks <= CP_STOP_USERS_TICKS) {
			evtimer_add(cp->stop_timer, &tv);
			return;
		}
		cp->users_stopped = true;
		cp->stop_ticks = 0;
	}
	cp_close_terminals(cp);
	if (cp->nterms == 0 || cp->stop_ticks > CP_STOP_SAID_TICKS) {
		while (!LIST_EMPTY(&cp->terms))
			term_free(LIST_FIRST(&cp->terms));
		unit_close(cp);
		spoolclient_free(cp->spool);
		cp->spool = NULL;
		tls_close(cp);
		if (cp_children_gone() || cp->stop_ticks > CP_STOP_TICKS_MAX) {
			event_base_loopbreak(cp->base);
			return;
		}
	}
	evtimer_add(cp->stop_timer, &tv);
}

void
cp_shutdown(struct cp *cp, const char *why)
{
	struct timeval now = { 0 };
	struct vmblok *vm;

	if (cp->stopping)
		return;
	cp_operator(cp, "SYSTEM SHUTDOWN: %s", why);
	cp->stopping = true;
	listener_free(cp->listener);
	cp->listener = NULL;
	TAILQ_FOREACH(vm, &cp->vms, entry) {
		session_print(vm->session, ITEM_HIGH | ITEM_ALARM,
		    "%s SYSTEM SHUTDOWN", times_clock(time(NULL)).s);
		vmblok_end_later(vm, END_SHUTDOWN);
	}
	cp->stop_timer = evtimer_new(cp->base, cp_stop_tick, cp);
	if (cp->stop_timer == NULL || evtimer_add(cp->stop_timer, &now) < 0)
		event_base_loopbreak(cp->base);
}
