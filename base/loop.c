/* SPDX-License-Identifier: MIT
 *
 * loop.c - a channel on libevent's loop.
 */
#include "loop.h"

#include <errno.h>

/*
 * One message a turn: the others get theirs, and the handler may close and
 * free the channel, so nothing here touches it afterwards.
 */
static void
loopchan_readable(evutil_socket_t fd, short what, void *arg)
{
	struct loopchan *lc = arg;
	struct ipcchan_message msg;
	int got = ipcchan_recv(&lc->ch, &msg);

	(void)fd;
	(void)what;
	if (got == 0)
		return;
	if (got < 0) {
		event_del(lc->read);
		event_del(lc->write);
	}
	lc->fn(lc, got < 0 ? NULL : &msg, lc->arg);
}

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
	event_free(lc->read);
	event_free(lc->write);
	lc->read = lc->write = NULL;
	ipcchan_close(&lc->ch);
}

static void
loopchan_after(struct loopchan *lc, int rc)
{
	if (rc < 0)
		event_active(lc->read, EV_READ, 0);
	else if (lc->ch.head != NULL)
		event_add(lc->write, NULL);
}

void
loopchan_send(struct loopchan *lc, enum ipc_type type, const void *payload,
    size_t len, int fd)
{
	if (lc->read != NULL && !lc->ch.dead)
		loopchan_after(lc, ipcchan_send(&lc->ch, type, payload, len, fd));
}

void
loopchan_send_text(struct loopchan *lc, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n, int fd)
{
	if (lc->read != NULL && !lc->ch.dead)
		loopchan_after(lc, ipcchan_send_text(&lc->ch, type, fixed,
		    fixed_len, text, n, fd));
}
