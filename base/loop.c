/* SPDX-License-Identifier: MIT
 *
 * loop.c - a channel on libevent's loop.
 */
#include "loop.h"

#include <errno.h>
#include <stdlib.h>

struct event_base *
loop_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config == NULL)
		return NULL;
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

/* The channel whose handler runs, until the handler closes it; then what it
 * received is kept until the handler is done with its message. */
static struct loopchan *loopchan_running;
static char *loopchan_held;

/*
 * One packet a turn, then the others get theirs.  A handler may close its
 * channel and free it: nothing here touches a channel that is no longer the
 * running one.
 */
static void
loopchan_readable(evutil_socket_t fd, short what, void *arg)
{
	struct loopchan *lc = arg;
	struct ipcchan_message msg;
	int got;

	(void)fd;
	(void)what;
	loopchan_running = lc;
	do {
		got = ipcchan_recv(&lc->ch, &msg);
		if (got > 0)
			lc->fn(lc, &msg, lc->arg);
	} while (got > 0 && loopchan_running == lc && ipcchan_more(&lc->ch));
	loopchan_running = NULL;
	free(loopchan_held);
	loopchan_held = NULL;
	if (got < 0) {
		event_del(lc->read);
		event_del(lc->write);
		lc->fn(lc, NULL, lc->arg);
	}
}

/* Runs at the end of the turn in which something was sent, so that all of it
 * costs one system call and wakes the peer once; and when a slow peer has
 * room again. */
static void
loopchan_writable(evutil_socket_t fd, short what, void *arg)
{
	struct loopchan *lc = arg;

	(void)fd;
	(void)what;
	if (ipcchan_flush(&lc->ch) < 0)
		event_active(lc->read, EV_READ, 0); /* reports the death */
	else if (lc->ch.head != NULL)
		event_add(lc->write, NULL);
}

int
loopchan_open(struct loopchan *lc, struct event_base *base, int fd,
    enum ipc_party self, enum ipc_party peer, loopchan_fn *fn, void *arg)
{
	*lc = (struct loopchan){ .base = base, .fn = fn, .arg = arg };
	lc->read = event_new(base, fd, EV_READ | EV_PERSIST, loopchan_readable,
	    lc);
	lc->write = event_new(base, fd, EV_WRITE, loopchan_writable, lc);
	if (lc->read == NULL || lc->write == NULL ||
	    event_add(lc->read, NULL) < 0) {
		if (lc->read != NULL)
			event_free(lc->read);
		if (lc->write != NULL)
			event_free(lc->write);
		*lc = (struct loopchan){ 0 };
		errno = ENOMEM;
		return -1;
	}
	ipcchan_init(&lc->ch, fd, self, peer);
	return 0;
}

void
loopchan_close(struct loopchan *lc)
{
	if (lc->read == NULL)
		return;
	if (loopchan_running == lc) {
		loopchan_running = NULL;
		loopchan_held = lc->ch.in;
		lc->ch.in = NULL;
	}
	event_free(lc->read);
	event_free(lc->write);
	lc->read = lc->write = NULL;
	if (!lc->ch.dead)
		ipcchan_flush(&lc->ch); /* last words, as far as they go */
	ipcchan_close(&lc->ch);
}

static void
loopchan_sent(struct loopchan *lc, int rc)
{
	if (rc < 0)
		event_active(lc->read, EV_READ, 0); /* reports the death */
	else if (!event_pending(lc->write, EV_WRITE, NULL))
		event_active(lc->write, EV_WRITE, 0);
}

void
loopchan_send(struct loopchan *lc, enum ipc_type type, const void *payload,
    size_t len, int fd)
{
	if (lc->read != NULL && !lc->ch.dead)
		loopchan_sent(lc, ipcchan_queue(&lc->ch, type, payload, len,
		    fd));
}

void
loopchan_send_text(struct loopchan *lc, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n, int fd)
{
	if (lc->read != NULL && !lc->ch.dead)
		loopchan_sent(lc, ipcchan_queue_text(&lc->ch, type, fixed,
		    fixed_len, text, n, fd));
}
