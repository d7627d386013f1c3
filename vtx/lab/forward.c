/* SPDX-License-Identifier: MIT
 *
 * forward.c - carry connections into the lab, saying first who they are from.
 *
 * Bytes pass unread.  A side that does not take its bytes stops the other;
 * an end of file is passed on.  Knows no telnet.
 */
#include "forward.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>

#include "log.h"
#include "proxy.h"
#include "proxy2.h"

#define FORWARD_HIGH (64u << 10) /* bytes on their way, each direction */

/*
 * QEMU listens with a backlog of 1, so it holds two connections that it has
 * not accepted; a third one's SYN is lost, and tried again after 1, 3, 7, ...
 * seconds.  vmcp says PROXY_TAKEN of each terminal as it accepts it, whatever
 * the client does.  A card reader, of which nobody does, takes one at a time
 * all the same.  To it the token goes once more behind all that its sender has
 * sent.
 */
#define FORWARD_KNOCKING_MAX 2
#define FORWARD_KNOCK_S 20 /* then it gives way to who waits behind it */

/* Decks that wait for a reader here; more wait in its socket's backlog, and
 * take no descriptors from terminals. */
#define FORWARD_SILENT_MAX 64

enum forward_stage { FORWARD_WAITS, FORWARD_KNOCKS, FORWARD_IN };

enum { FORWARD_PEER, FORWARD_LAB };

struct forward_pair {
	struct forward *f;
	struct forward_pair *next;
	struct bufferevent *side[2];
	int ended[2]; /* it has sent all it had */
	enum forward_stage stage;
	struct sockaddr_storage from;
};

static void forward_admit(struct forward *f);

static void
forward_heed(struct forward *f)
{
	if (!f->silent || f->listener == NULL)
		return;
	if (f->n < FORWARD_SILENT_MAX)
		evconnlistener_enable(f->listener);
	else
		evconnlistener_disable(f->listener);
}

static void
forward_free(struct forward_pair *p)
{
	struct forward_pair **q = &p->f->first;
	struct forward *f = p->f;

	while (*q != p)
		q = &(*q)->next;
	*q = p->next;
	p->f->n--;
	for (int i = 0; i < 2; i++)
		if (p->side[i] != NULL)
			bufferevent_free(p->side[i]);
	if (p->stage == FORWARD_KNOCKS)
		f->knocking--;
	free(p);
	forward_heed(f);
	forward_admit(f);
}

static int
forward_side(const struct forward_pair *p, const struct bufferevent *bev)
{
	return bev == p->side[FORWARD_PEER] ? FORWARD_PEER : FORWARD_LAB;
}

/* A word, or an end: either way it no longer waits to be accepted. */
static void
forward_answered(struct forward_pair *p)
{
	if (p->stage != FORWARD_KNOCKS || p->f->silent)
		return;
	p->stage = FORWARD_IN;
	bufferevent_set_timeouts(p->side[FORWARD_LAB], NULL, NULL);
	p->f->knocking--;
	forward_admit(p->f);
}

/* What the lab says first is for us.  False: it is not what vmcp says. */
static bool
forward_taken(struct forward_pair *p)
{
	struct evbuffer *in = bufferevent_get_input(p->side[FORWARD_LAB]);
	uint8_t taken;

	if (p->stage != FORWARD_KNOCKS || p->f->silent)
		return true;
	if (evbuffer_remove(in, &taken, 1) != 1 || taken != PROXY_TAKEN)
		return false;
	forward_answered(p);
	return true;
}

static void
forward_on_read(struct bufferevent *bev, void *arg)
{
	struct forward_pair *p = arg;
	struct bufferevent *to = p->side[!forward_side(p, bev)];

	if (bev == p->side[FORWARD_LAB] && !forward_taken(p)) {
		forward_free(p);
		return;
	}
	bufferevent_write_buffer(to, bufferevent_get_input(bev));
	if (evbuffer_get_length(bufferevent_get_output(to)) > FORWARD_HIGH)
		bufferevent_disable(bev, EV_READ);
}

/* One side has sent all and the other has been given all of it. */
static void
forward_pass_end(struct forward_pair *p, int from)
{
	struct bufferevent *to = p->side[!from];

	if (p->ended[from] &&
	    evbuffer_get_length(bufferevent_get_output(to)) == 0)
		shutdown(bufferevent_getfd(to), SHUT_WR);
}

/* All that was on its way to this side has been sent. */
static void
forward_on_room(struct bufferevent *bev, void *arg)
{
	struct forward_pair *p = arg;
	int from = !forward_side(p, bev);

	forward_pass_end(p, from);
	if (p->ended[FORWARD_PEER] && p->ended[FORWARD_LAB])
		forward_free(p);
	else if (!p->ended[from])
		bufferevent_enable(p->side[from], EV_READ);
}

static void
forward_on_event(struct bufferevent *bev, short what, void *arg)
{
	struct forward_pair *p = arg;
	int side = forward_side(p, bev);
	struct bufferevent *to = p->side[!side];

	if (what & BEV_EVENT_CONNECTED)
		return;
	if (what & (BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) {
		forward_free(p);
		return;
	}
	if (side == FORWARD_LAB)
		forward_answered(p);
	p->ended[side] = 1;
	/* QEMU makes an end of file of a line that broke.  A card reader must
	 * tell them apart: this is an end. */
	if (p->f->silent && side == FORWARD_PEER)
		bufferevent_write(to, p->f->token, strlen(p->f->token));
	/* One that has said what became of a deck reads no more: the next one
	 * does not wait for a sender who stays. */
	if (p->f->silent && side == FORWARD_LAB)
		p->ended[FORWARD_PEER] = 1;
	bufferevent_disable(bev, EV_READ);
	if (p->ended[!side] && evbuffer_get_length(
	    bufferevent_get_output(to)) == 0)
		forward_free(p);
	else
		forward_pass_end(p, side);
}

static int
forward_announce(struct forward_pair *p)
{
	int fd = bufferevent_getfd(p->side[FORWARD_PEER]);
	uint8_t header[PROXY_HEADER_MAX];
	struct sockaddr_storage local = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof local;
	size_t n;

	if (getsockname(fd, (struct sockaddr *)&local, &len) < 0)
		return -1;
	n = proxy_header(header, (struct sockaddr *)&p->from,
	    (struct sockaddr *)&local, p->f->token);
	return bufferevent_write(p->side[FORWARD_LAB], header, n);
}

static int
forward_connect(struct forward_pair *p)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(p->f->to),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1;

	if (bufferevent_socket_connect(p->side[FORWARD_LAB],
	    (struct sockaddr *)&sin, sizeof sin) < 0)
		return -1;
	return setsockopt(bufferevent_getfd(p->side[FORWARD_LAB]), IPPROTO_TCP,
	    TCP_NODELAY, &on, sizeof on);
}

static int
forward_knock(struct forward_pair *p)
{
	struct timeval patience = { .tv_sec = FORWARD_KNOCK_S };

	p->stage = FORWARD_KNOCKS;
	p->f->knocking++;
	if (!p->f->silent)
		bufferevent_set_timeouts(p->side[FORWARD_LAB], &patience,
		    NULL);
	if (forward_connect(p) < 0 || forward_announce(p) < 0)
		return -1;
	for (int i = 0; i < 2; i++)
		bufferevent_enable(p->side[i], EV_READ | EV_WRITE);
	return 0;
}

/* Who has waited longest; new ones come first in the list. */
static struct forward_pair *
forward_waiting(struct forward *f)
{
	struct forward_pair *oldest = NULL;

	for (struct forward_pair *p = f->first; p != NULL; p = p->next)
		if (p->stage == FORWARD_WAITS)
			oldest = p;
	return oldest;
}

static void
forward_admit(struct forward *f)
{
	struct forward_pair *p;

	if (f->to == 0 ||
	    f->knocking >= (f->silent ? 1 : FORWARD_KNOCKING_MAX))
		return;
	p = forward_waiting(f);
	if (p != NULL && forward_knock(p) < 0)
		forward_free(p); /* which admits the next */
}

/* A telnet client sends its Synch as urgent data: it stays in line. */
static void
forward_peer_options(int fd)
{
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static struct forward_pair *
forward_new(struct forward *f, int fd)
{
	struct forward_pair *p = calloc(1, sizeof *p);

	if (p == NULL) {
		close(fd);
		return NULL;
	}
	p->f = f;
	p->next = f->first;
	f->first = p;
	f->n++;
	p->side[FORWARD_PEER] = bufferevent_socket_new(f->base, fd,
	    BEV_OPT_CLOSE_ON_FREE);
	p->side[FORWARD_LAB] = bufferevent_socket_new(f->base, -1,
	    BEV_OPT_CLOSE_ON_FREE);
	for (int i = 0; i < 2; i++)
		bufferevent_setcb(p->side[i], forward_on_read,
		    forward_on_room, forward_on_event, p);
	return p;
}

static void
forward_on_accept(struct evconnlistener *l, evutil_socket_t fd,
    struct sockaddr *peer, int len, void *arg)
{
	struct forward *f = arg;
	struct forward_pair *p;

	(void)l;
	if (f->to == 0 || f->n >= FORWARD_MAX) {
		close(fd);
		return;
	}
	forward_peer_options(fd);
	p = forward_new(f, fd);
	if (p == NULL)
		return;
	memcpy(&p->from, peer, (size_t)len < sizeof p->from ? (size_t)len :
	    sizeof p->from);
	forward_heed(f);
	forward_admit(f);
}

/* Out of descriptors, most likely: the listener tries again by itself. */
static void
forward_on_error(struct evconnlistener *l, void *arg)
{
	(void)l;
	(void)arg;
	log_warn("a connection cannot be accepted");
}

int
forward_open(struct forward *f, struct event_base *base, const char *address,
    uint16_t port, const char *token)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	struct sockaddr_in *sin = (struct sockaddr_in *)&ss;
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&ss;
	socklen_t len = sizeof ss;

	*f = (struct forward){ .base = base, .token = token };
	if (inet_pton(AF_INET, address, &sin->sin_addr) == 1) {
		ss.ss_family = AF_INET;
		sin->sin_port = htons(port);
		len = sizeof *sin;
	} else if (inet_pton(AF_INET6, address, &sin6->sin6_addr) == 1) {
		ss.ss_family = AF_INET6;
		sin6->sin6_port = htons(port);
		len = sizeof *sin6;
	} else {
		errno = EINVAL;
		return -1;
	}
	f->listener = evconnlistener_new_bind(base, forward_on_accept, f,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
	    LEV_OPT_REUSEABLE, 512, (struct sockaddr *)&ss, (int)len);
	if (f->listener == NULL)
		return -1;
	evconnlistener_set_error_cb(f->listener, forward_on_error);
	len = sizeof ss;
	getsockname(evconnlistener_get_fd(f->listener),
	    (struct sockaddr *)&ss, &len);
	f->port = ntohs(ss.ss_family == AF_INET ? sin->sin_port :
	    sin6->sin6_port);
	return 0;
}

void
forward_drop(struct forward *f)
{
	f->to = 0;
	while (f->first != NULL)
		forward_free(f->first);
}

void
forward_close(struct forward *f)
{
	forward_drop(f);
	if (f->listener != NULL)
		evconnlistener_free(f->listener);
	f->listener = NULL;
}
