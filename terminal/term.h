/* SPDX-License-Identifier: MIT
 *
 * term.h - one connection: a client's socket, its view, the channel to CP.
 */
#ifndef VM370_TERMINAL_TERM_H
#define VM370_TERMINAL_TERM_H

#include <stdbool.h>

#include <event2/event.h>

#include "peer.h"

struct term_options {
	int client;	   /* the client's socket, */
	int channel;	   /* the channel to CP: both are taken */
	int plain, tls;	   /* a connected pair of stream sockets for a client
			    * that wants TLS; or -1: there is none */
	bool starttls;	   /* offer it to who does not begin with it */
	const char *token; /* of the PROXY header, or NULL: there is none */
	const char *peer;  /* who is at the client's end */
};

/*
 * Prepare a connection.  Everything that needs a descriptor or a file is done
 * here, so that a filter can be loaded before anything is read.  -1 with
 * errno.
 */
int term_open(struct event_base *base, const struct term_options *options);

#endif
