/* SPDX-License-Identifier: MIT
 *
 * forward.h - the system's listening sockets, on the host.
 */
#ifndef VM370_LAB_FORWARD_H
#define VM370_LAB_FORWARD_H

#include <stdint.h>

#include <event2/event.h>

#define FORWARD_MAX 4000 /* connections at once */

struct forward_pair;

struct forward {
	struct event_base *base;
	struct evconnlistener *listener;
	const char *token;  /* for the PROXY header */
	uint16_t to;	    /* port on 127.0.0.1; 0: nobody is there now */
	uint16_t port;	    /* where it listens */
	int silent;	    /* it is not spoken to first: one at a time */
	unsigned n;
	unsigned knocking;  /* pairs that the lab has not answered yet */
	struct forward_pair *first;
};

/* Listen on address:port (0: any free port).  -1 with errno; EADDRINUSE is a
 * port in use, EINVAL not an address. */
int forward_open(struct forward *f, struct event_base *base,
    const char *address, uint16_t port, const char *token);

/* Close the connections: the lab has gone. */
void forward_drop(struct forward *f);

/* And the listening socket. */
void forward_close(struct forward *f);

#endif
