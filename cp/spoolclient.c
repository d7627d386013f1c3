/* SPDX-License-Identifier: MIT
 *
 * spoolclient.c - vmspool: started, started again when it dies, asked.
 */
#include "spoolclient.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include "log.h"
#include "loop.h"
#include "spawn.h"

#define SPOOL_BACKOFF_MAX 60  /* seconds between two starts */
#define SPOOL_ANSWER_SECONDS 2 /* LOGON does not wait longer */
#define SPOOL_STEADY 60	      /* seconds after which a death is a first one */

struct spoolclient_ask {
	LIST_ENTRY(spoolclient_ask) entry;
	struct spoolclient *sc;
	uint32_t tag;
	spoolclient_fn *fn;
	void *arg;
	struct event *timer;
};

struct spoolclient {
	struct cp *cp;
	struct loopchan lc;
	pid_t pid;
	bool ready;
	unsigned backoff; /* seconds */
	time_t since;
	uint32_t tag;
	struct event *restart;
	LIST_HEAD(, spoolclient_ask) asks;
};

static void
spoolclient_ask_free(struct spoolclient_ask *ask)
{
	LIST_REMOVE(ask, entry);
	event_free(ask->timer);
	free(ask);
}

static void
spoolclient_answer(struct spoolclient_ask *ask,
    const struct ipc_spool_counts *counts)
{
	spoolclient_fn *fn = ask->fn;
	void *arg = ask->arg;

	spoolclient_ask_free(ask);
	fn(counts, arg);
}

static void
spoolclient_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	spoolclient_answer(arg, NULL);
}

/* It is gone, or never came: try again, later each time. */
static void
spoolclient_down(struct spoolclient *sc)
{
	struct timeval tv;

	loopchan_close(&sc->lc);
	sc->ready = false;
	if (sc->cp->stopping || evtimer_pending(sc->restart, NULL))
		return;
	if (time(NULL) - sc->since > SPOOL_STEADY)
		sc->backoff = 0;
	sc->backoff = sc->backoff == 0 ? 1 : sc->backoff * 2;
	if (sc->backoff > SPOOL_BACKOFF_MAX)
		sc->backoff = SPOOL_BACKOFF_MAX;
	tv = (struct timeval){ .tv_sec = sc->backoff };
	evtimer_add(sc->restart, &tv);
}

static void
spoolclient_counted(struct spoolclient *sc, const struct ipc_spool_counts *c)
{
	struct spoolclient_ask *ask;

	LIST_FOREACH(ask, &sc->asks, entry)
		if (ask->tag == c->tag) {
			spoolclient_answer(ask, c);
			return;
		}
}

static void
spoolclient_message(struct loopchan *lc, const struct ipcchan_message *msg,
    void *arg)
{
	struct spoolclient *sc = arg;

	(void)lc;
	if (msg == NULL) {
		log_warnx("vmspool: its channel closed");
		spoolclient_down(sc);
	} else if (msg->type == IPC_SPOOL_READY) {
		sc->ready = true;
	} else if (msg->type == IPC_SPOOL_COUNTS) {
		spoolclient_counted(sc, msg->payload);
	}
}

static int
spoolclient_spawn(struct spoolclient *sc, int channel)
{
	char path[PATH_MAX + 16], dir[PATH_MAX], name[] = "vmspool";
	char *argv[] = { name, dir, NULL };

	snprintf(path, sizeof path, "%s/vmspool", sc->cp->libexec);
	if (cp_path(sc->cp, "spool", dir, sizeof dir) < 0)
		return -1;
	sc->pid = spawn(path, argv, &channel, 1);
	return sc->pid < 0 ? -1 : 0;
}

static void
spoolclient_start(evutil_socket_t unused, short what, void *arg)
{
	struct spoolclient *sc = arg;
	int fd[2], rc;

	(void)unused;
	(void)what;
	sc->since = time(NULL);
	if (ipcchan_pair(fd) < 0) {
		log_warn("vmspool");
		spoolclient_down(sc);
		return;
	}
	rc = spoolclient_spawn(sc, fd[1]);
	close(fd[1]);
	if (rc < 0 || loopchan_open(&sc->lc, sc->cp->base, fd[0], IPC_CP,
	    IPC_SPOOL, spoolclient_message, sc) < 0) {
		log_warn("vmspool cannot be started");
		close(fd[0]);
		spoolclient_down(sc);
	}
}

struct spoolclient *
spoolclient_new(struct cp *cp)
{
	struct spoolclient *sc = calloc(1, sizeof *sc);

	if (sc == NULL)
		return NULL;
	sc->cp = cp;
	LIST_INIT(&sc->asks);
	sc->restart = evtimer_new(cp->base, spoolclient_start, sc);
	if (sc->restart == NULL) {
		free(sc);
		return NULL;
	}
	spoolclient_start(-1, 0, sc);
	return sc;
}

void
spoolclient_free(struct spoolclient *sc)
{
	struct spoolclient_ask *ask;

	if (sc == NULL)
		return;
	while ((ask = LIST_FIRST(&sc->asks)) != NULL)
		spoolclient_ask_free(ask);
	loopchan_close(&sc->lc);
	event_free(sc->restart);
	free(sc);
}

void
spoolclient_count(struct spoolclient *sc, struct vm_name user,
    spoolclient_fn *fn, void *arg)
{
	struct spoolclient_ask *ask = NULL;
	struct timeval tv = { 0 };
	struct ipc_spool_who who;

	if (sc != NULL) /* not any more when the system ends */
		ask = calloc(1, sizeof *ask);
	if (ask != NULL)
		ask->timer = evtimer_new(sc->cp->base, spoolclient_late, ask);
	if (ask == NULL || ask->timer == NULL) {
		free(ask);
		fn(NULL, arg);
		return;
	}
	ask->sc = sc;
	ask->fn = fn;
	ask->arg = arg;
	ask->tag = ++sc->tag;
	who = (struct ipc_spool_who){ .tag = ask->tag,
		.user = { user, sc->cp->config->node } };
	tv.tv_sec = sc->ready ? SPOOL_ANSWER_SECONDS : 0;
	LIST_INSERT_HEAD(&sc->asks, ask, entry);
	evtimer_add(ask->timer, &tv);
	if (sc->ready)
		loopchan_send(&sc->lc, IPC_SPOOL_COUNT, &who, sizeof who, -1);
}

void
spoolclient_cancel(struct spoolclient *sc, void *arg)
{
	struct spoolclient_ask *ask;

	if (sc == NULL)
		return;
	LIST_FOREACH(ask, &sc->asks, entry)
		if (ask->arg == arg) {
			spoolclient_ask_free(ask);
			return;
		}
}

bool
spoolclient_exited(struct spoolclient *sc, pid_t pid, int status)
{
	if (sc == NULL || pid != sc->pid)
		return false;
	log_warnx("vmspool ended, status %04x", (unsigned)status);
	sc->pid = 0;
	spoolclient_down(sc);
	return true;
}
