/* SPDX-License-Identifier: MIT
 *
 * telnet.c - the first connection to a system that has just come up.
 *
 * Knows of telnet only how to refuse: WILL is answered DONT, DO is answered
 * WONT, a subnegotiation is skipped.  Any printable byte is the answer.
 */
#include "telnet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#define TELNET_RETRY_US 100000
#define TELNET_TRIES_MAX 200

enum { TELNET_SE = 240, TELNET_SB = 250, TELNET_WILL = 251, TELNET_WONT = 252,
	TELNET_DO = 253, TELNET_DONT = 254, TELNET_IAC = 255 };

enum telnet_state { TELNET_TEXT, TELNET_COMMAND, TELNET_OPTION, TELNET_SKIP,
	TELNET_SKIP_IAC };

struct telnet_probe {
	struct event_base *base;
	struct bufferevent *bev;
	struct event *retry;
	struct sockaddr_storage to;
	int to_len;
	unsigned tries;
	enum telnet_state state;
	uint8_t command;
	telnet_probe_fn *fn;
	void *arg;
};

static void
telnet_drop(struct telnet_probe *p)
{
	if (p->bev != NULL)
		bufferevent_free(p->bev);
	p->bev = NULL;
}

void
telnet_probe_free(struct telnet_probe *p)
{
	telnet_drop(p);
	event_free(p->retry);
	free(p);
}

static void
telnet_done(struct telnet_probe *p, const char *why)
{
	telnet_probe_fn *fn = p->fn;
	void *arg = p->arg;

	telnet_probe_free(p);
	fn(arg, why);
}

static void
telnet_refuse(struct telnet_probe *p, uint8_t option)
{
	uint8_t answer[3] = { TELNET_IAC, TELNET_WONT, option };

	if (p->command == TELNET_WILL)
		answer[1] = TELNET_DONT;
	if (p->command == TELNET_WILL || p->command == TELNET_DO)
		bufferevent_write(p->bev, answer, sizeof answer);
}

/* 1: that was text. */
static int
telnet_byte(struct telnet_probe *p, uint8_t c)
{
	switch (p->state) {
	case TELNET_TEXT:
		if (c == TELNET_IAC)
			p->state = TELNET_COMMAND;
		return c > ' ' && c < 0x7F;
	case TELNET_COMMAND:
		p->command = c;
		p->state = c == TELNET_SB ? TELNET_SKIP :
		    c >= TELNET_WILL && c <= TELNET_DONT ? TELNET_OPTION :
		    TELNET_TEXT;
		return 0;
	case TELNET_OPTION:
		telnet_refuse(p, c);
		p->state = TELNET_TEXT;
		return 0;
	case TELNET_SKIP:
		if (c == TELNET_IAC)
			p->state = TELNET_SKIP_IAC;
		return 0;
	case TELNET_SKIP_IAC:
		p->state = c == TELNET_SE ? TELNET_TEXT : TELNET_SKIP;
		return 0;
	}
	return 0;
}

static void
telnet_on_read(struct bufferevent *bev, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct telnet_probe *p = arg;
	uint8_t c;

	while (evbuffer_remove(in, &c, 1) == 1)
		if (telnet_byte(p, c)) {
			telnet_done(p, NULL);
			return;
		}
}

static void
telnet_on_event(struct bufferevent *bev, short what, void *arg)
{
	struct timeval wait = { .tv_usec = TELNET_RETRY_US };
	struct telnet_probe *p = arg;

	(void)bev;
	if (what & BEV_EVENT_CONNECTED)
		return;
	telnet_drop(p);
	if (++p->tries == TELNET_TRIES_MAX)
		telnet_done(p, "terminals are not answered");
	else
		event_add(p->retry, &wait);
}

static void
telnet_connect(evutil_socket_t fd, short what, void *arg)
{
	struct telnet_probe *p = arg;

	(void)fd;
	(void)what;
	p->state = TELNET_TEXT;
	p->bev = bufferevent_socket_new(p->base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(p->bev, telnet_on_read, NULL, telnet_on_event, p);
	bufferevent_enable(p->bev, EV_READ | EV_WRITE);
	bufferevent_socket_connect(p->bev, (struct sockaddr *)&p->to,
	    p->to_len);
}

/* "Any address" is listened on, but connected to as the loopback. */
static void
telnet_address(struct telnet_probe *p, const char *address, uint16_t port)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)&p->to;
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&p->to;

	if (inet_pton(AF_INET6, address, &sin6->sin6_addr) == 1) {
		if (IN6_IS_ADDR_UNSPECIFIED(&sin6->sin6_addr))
			sin6->sin6_addr = in6addr_loopback;
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = htons(port);
		p->to_len = sizeof *sin6;
		return;
	}
	if (inet_pton(AF_INET, address, &sin->sin_addr) != 1 ||
	    sin->sin_addr.s_addr == htonl(INADDR_ANY))
		sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sin->sin_family = AF_INET;
	sin->sin_port = htons(port);
	p->to_len = sizeof *sin;
}

struct telnet_probe *
telnet_probe(struct event_base *base, const char *address, uint16_t port,
    telnet_probe_fn *fn, void *arg)
{
	struct timeval now = { .tv_sec = 0 };
	struct telnet_probe *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->base = base;
	p->fn = fn;
	p->arg = arg;
	p->retry = evtimer_new(base, telnet_connect, p);
	telnet_address(p, address, port);
	event_add(p->retry, &now);
	return p;
}
