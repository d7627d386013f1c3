/* SPDX-License-Identifier: MIT
 *
 * spoolclient.c - vmspool: started, started again when it dies, asked.
 *
 * Two channels go to it: the one that it was started with, for SPOOL_
 * messages, and one that is minted as any client's is, for vmcp's own UR_
 * messages.  It is back when the second one is there.
 */
#include "spoolclient.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include "conspool.h"
#include "guest.h"
#include "log.h"
#include "loop.h"
#include "spawn.h"
#include "spoolfile.h"
#include "spoolnews.h"
#include "unit.h"

#define SPOOL_BACKOFF_MAX 60  /* seconds between two starts */
#define SPOOL_ANSWER_SECONDS 2 /* LOGON does not wait longer */
#define SPOOL_STEADY 5 /* seconds served, after which a death is a first one */

/* Something asked and not yet answered: a count, or else UR_ messages. */
struct spoolclient_wait {
	LIST_ENTRY(spoolclient_wait) entry;
	uint32_t tag;
	spoolclient_fn *count; /* NULL: a question by UR_ */
	struct vm_user whose;  /* files are counted */
	spoolclient_row *row;
	spoolclient_done *done;
	void *arg;
	struct event *timer;
};

LIST_HEAD(spoolclient_waits, spoolclient_wait);

struct spoolclient {
	struct cp *cp;
	struct loopchan lc; /* SPOOL_ */
	struct loopchan ur; /* UR_ */
	pid_t pid;
	bool ready;	    /* both are there */
	bool was_ready;	    /* since this vmcp started */
	unsigned backoff;   /* seconds */
	time_t since;	    /* when it became ready */
	uint32_t tag;
	struct event *restart;
	struct spoolclient_waits waits;
};

/* --- what waits for an answer --- */

static void
spoolclient_wait_free(struct spoolclient_wait *w)
{
	LIST_REMOVE(w, entry);
	event_free(w->timer);
	free(w);
}

static void
spoolclient_answer(struct spoolclient_wait *w, const void *payload)
{
	struct spoolclient_wait was = *w;

	spoolclient_wait_free(w);
	if (was.count != NULL)
		was.count(payload, was.arg);
	else
		was.done(payload, was.arg);
}

static void
spoolclient_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	spoolclient_answer(arg, NULL);
}

/* It waits until it is answered, but `seconds` at most; 0: not at all, and is
 * answered from the loop; negative: as long as it takes.  NULL: no memory. */
static struct spoolclient_wait *
spoolclient_wait(struct spoolclient *sc, int seconds, void *arg)
{
	struct timeval tv = { .tv_sec = seconds };
	struct spoolclient_wait *w = NULL;

	if (sc != NULL) /* not any more when the system ends */
		w = calloc(1, sizeof *w);
	if (w == NULL)
		return NULL;
	w->timer = evtimer_new(sc->cp->base, spoolclient_late, w);
	if (w->timer == NULL) {
		free(w);
		return NULL;
	}
	if (++sc->tag == 0)
		sc->tag = 1;
	w->tag = sc->tag;
	w->arg = arg;
	LIST_INSERT_HEAD(&sc->waits, w, entry);
	if (seconds >= 0)
		evtimer_add(w->timer, &tv);
	return w;
}

static struct spoolclient_wait *
spoolclient_find(struct spoolclient *sc, uint32_t tag, bool count)
{
	struct spoolclient_wait *w;

	LIST_FOREACH(w, &sc->waits, entry)
		if (w->tag == tag && (w->count != NULL) == count)
			return w;
	return NULL;
}

/* Nobody will answer these: from the loop, where nothing else is half done.
 * A count is asked again. */
static void
spoolclient_unanswered(struct spoolclient *sc)
{
	struct timeval now = { 0 };
	struct spoolclient_wait *w;

	LIST_FOREACH(w, &sc->waits, entry)
		if (w->count == NULL)
			evtimer_add(w->timer, &now);
}

static void
spoolclient_send_count(struct spoolclient *sc, const struct spoolclient_wait *w)
{
	struct ipc_spool_who who = { .tag = w->tag, .user = w->whose };

	loopchan_send(&sc->lc, IPC_SPOOL_COUNT, &who, sizeof who, -1);
}

/* Those that waited for vmspool. */
static void
spoolclient_send_counts(struct spoolclient *sc)
{
	const struct spoolclient_wait *w;

	LIST_FOREACH(w, &sc->waits, entry)
		if (w->count != NULL)
			spoolclient_send_count(sc, w);
}

/* --- it is gone --- */

/* One of its channels has ended, and so will the other; or it never came:
 * begin again, later each time that it has not served for a while. */
static void
spoolclient_down(struct spoolclient *sc)
{
	bool served = sc->ready && time(NULL) - sc->since >= SPOOL_STEADY;
	struct timeval tv;

	sc->ready = false;
	if (sc->cp->stopping || evtimer_pending(sc->restart, NULL))
		return;
	sc->backoff = served || sc->backoff == 0 ? 1 : sc->backoff * 2;
	if (sc->backoff > SPOOL_BACKOFF_MAX)
		sc->backoff = SPOOL_BACKOFF_MAX;
	tv = (struct timeval){ .tv_sec = sc->backoff };
	evtimer_add(sc->restart, &tv);
}

/* --- messages --- */

static void
spoolclient_rowed(struct spoolclient *sc, const struct ipc_ur_row *row)
{
	struct spoolclient_wait *w = spoolclient_find(sc, row->tag, false);
	struct ipc_ur_row clean = *row;

	spoolfile_clean(&clean.file);
	if (w != NULL && w->row != NULL)
		w->row(&clean, w->arg);
}

/* A deck's (screencopy.c) close says whether it is there. */
static void
spoolclient_wrote(struct cp *cp, const struct ipc_ur_wrote *wrote)
{
	if (wrote->vdev <= VDEV_MAX)
		conspool_wrote(cp, wrote);
}

static void
spoolclient_ur_message(struct loopchan *lc, const struct ipcchan_message *msg,
    void *arg)
{
	struct spoolclient *sc = arg;
	const struct ipc_ur_done *done;
	struct spoolclient_wait *w;

	if (msg == NULL) {
		loopchan_close(lc);
		spoolclient_unanswered(sc);
		spoolclient_down(sc);
	} else if (msg->type == IPC_UR_ROW) {
		spoolclient_rowed(sc, msg->payload);
	} else if (msg->type == IPC_UR_WROTE) {
		spoolclient_wrote(sc->cp, msg->payload);
	} else if (msg->type == IPC_UR_DONE) {
		done = msg->payload;
		w = spoolclient_find(sc, done->tag, false);
		if (w != NULL)
			spoolclient_answer(w, done);
	}
}

/* Its own channel, by which vmcp asks.  -1 with errno. */
static int
spoolclient_own(struct spoolclient *sc)
{
	struct vm_name nobody = { 0 };
	int fd = spoolclient_mint(sc, nobody, UR_SYSTEM);

	loopchan_close(&sc->ur);
	if (fd < 0)
		return -1;
	if (loopchan_open(&sc->ur, sc->cp->base, fd, IPC_UR, IPC_SPOOL,
	    spoolclient_ur_message, sc) == 0)
		return 0;
	close(fd);
	return -1;
}

static void
spoolclient_limit(struct spoolclient *sc)
{
	const struct config *config = sc->cp->config;
	struct ipc_spool_limit limit = { .bytes = config->spool_bytes,
		.files = config->spool_files };

	loopchan_send(&sc->lc, IPC_SPOOL_LIMIT, &limit, sizeof limit, -1);
}

/* Whoever has a channel, or blocks without an answer, begins again. */
static void (*const spoolclient_users[])(struct cp *cp) = {
	guest_spool,
	conspool_back,
	unit_spool_back,
};

static void
spoolclient_up(struct spoolclient *sc)
{
	sc->ready = sc->was_ready = true;
	sc->since = time(NULL);
	spoolclient_limit(sc);
	if (spoolclient_own(sc) < 0) {
		log_warn("vmspool: no channel");
		spoolclient_down(sc);
		return;
	}
	spoolclient_send_counts(sc);
	for (size_t i = 0; i < sizeof spoolclient_users /
	    sizeof spoolclient_users[0]; i++)
		spoolclient_users[i](sc->cp);
}

static void
spoolclient_message(struct loopchan *lc, const struct ipcchan_message *msg,
    void *arg)
{
	struct spoolclient *sc = arg;
	const struct ipc_spool_counts *counts;
	struct spoolclient_wait *w;

	if (msg == NULL) {
		log_warnx("vmspool: its channel closed");
		loopchan_close(lc);
		spoolclient_down(sc);
	} else if (msg->type == IPC_SPOOL_READY) {
		if (!sc->ready)
			spoolclient_up(sc);
	} else if (msg->type == IPC_SPOOL_COUNTS) {
		counts = msg->payload;
		w = spoolclient_find(sc, counts->tag, true);
		if (w != NULL)
			spoolclient_answer(w, counts);
	} else {
		spoolnews(sc->cp, msg);
	}
}

/* --- start --- */

static int
spoolclient_spawn(struct spoolclient *sc, int channel)
{
	char path[PATH_MAX + 16], dir[PATH_MAX], name[] = "vmspool";
	char first[] = "start", again[] = "again";
	char *argv[] = { name, dir, sc->was_ready ? again : first, NULL };

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
	loopchan_close(&sc->ur);
	loopchan_close(&sc->lc);
	spoolclient_unanswered(sc);
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
	LIST_INIT(&sc->waits);
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
	struct spoolclient_wait *w;

	if (sc == NULL)
		return;
	while ((w = LIST_FIRST(&sc->waits)) != NULL)
		spoolclient_wait_free(w);
	loopchan_close(&sc->ur);
	loopchan_close(&sc->lc);
	event_free(sc->restart);
	free(sc);
}

/* --- asked --- */

bool
spoolclient_ready(const struct spoolclient *sc)
{
	return sc != NULL && sc->ready;
}

void
spoolclient_count(struct spoolclient *sc, struct vm_name user,
    spoolclient_fn *fn, void *arg)
{
	struct spoolclient_wait *w = spoolclient_wait(sc, SPOOL_ANSWER_SECONDS,
	    arg);

	if (w == NULL) {
		fn(NULL, arg);
		return;
	}
	w->count = fn;
	w->whose = (struct vm_user){ user, sc->cp->config->node };
	if (sc->ready)
		spoolclient_send_count(sc, w);
}

/* The tag of a question by UR_; 0: there is nobody to be asked. */
static uint32_t
spoolclient_question(struct spoolclient *sc, spoolclient_row *row,
    spoolclient_done *done, void *arg)
{
	struct spoolclient_wait *w = spoolclient_wait(sc, sc != NULL &&
	    sc->ready ? -1 : 0, arg);

	if (w == NULL) {
		done(NULL, arg);
		return 0;
	}
	w->row = row;
	w->done = done;
	return sc->ready ? w->tag : 0;
}

void
spoolclient_ask(struct spoolclient *sc, const struct ipc_ur_ask *ask,
    spoolclient_row *row, spoolclient_done *done, void *arg)
{
	struct ipc_ur_ask asked = *ask;

	asked.tag = spoolclient_question(sc, row, done, arg);
	if (asked.tag != 0)
		loopchan_send(&sc->ur, IPC_UR_ASK, &asked, sizeof asked, -1);
}

void
spoolclient_close(struct spoolclient *sc, const struct ipc_ur_close *order,
    spoolclient_row *row, spoolclient_done *done, void *arg)
{
	struct ipc_ur_close ordered = *order;

	ordered.tag = spoolclient_question(sc, row, done, arg);
	if (ordered.tag != 0)
		loopchan_send(&sc->ur, IPC_UR_CLOSE, &ordered, sizeof ordered,
		    -1);
}

int
spoolclient_mint(struct spoolclient *sc, struct vm_name user,
    enum ipc_ur_rights rights)
{
	struct ipc_spool_mint mint = { .rights = rights };
	int fd[2];

	if (!spoolclient_ready(sc)) {
		errno = EAGAIN;
		return -1;
	}
	mint.user = (struct vm_user){ user, sc->cp->config->node };
	if (ipcchan_pair(fd) < 0)
		return -1;
	loopchan_send(&sc->lc, IPC_SPOOL_MINT, &mint, sizeof mint, fd[1]);
	close(fd[1]);
	return fd[0];
}

bool
spoolclient_write(struct spoolclient *sc, struct ipc_ur_write *write,
    const char *block, size_t len)
{
	if (!spoolclient_ready(sc))
		return false;
	loopchan_send_text(&sc->ur, IPC_UR_WRITE, write, sizeof *write, block,
	    len, -1);
	return true;
}

void
spoolclient_cancel(struct spoolclient *sc, void *arg)
{
	struct spoolclient_wait *w;

	if (sc == NULL)
		return;
	LIST_FOREACH(w, &sc->waits, entry)
		if (w->arg == arg) {
			spoolclient_wait_free(w);
			return;
		}
}

/* What it said before it ended is still to be read: its channels say when
 * that is done. */
bool
spoolclient_exited(struct spoolclient *sc, pid_t pid, int status)
{
	if (sc == NULL || pid != sc->pid)
		return false;
	log_warnx("vmspool ended, status %04x", (unsigned)status);
	sc->pid = 0;
	return true;
}
