/* SPDX-License-Identifier: MIT
 *
 * term.h - one connection: a client's socket, its view, the channel to CP.
 */
#ifndef VM370_TERMINAL_TERM_H
#define VM370_TERMINAL_TERM_H

#include <event2/event.h>

#include "peer.h"

/*
 * Prepare a connection on socket `fd` and channel `channel` (both are taken).
 * token: what a PROXY header must hold, or NULL when there is no header.
 * peer: who is at the socket's other end.  Everything that needs a descriptor
 * or a file is done here, so that a filter can be loaded before anything is
 * read.  -1 with errno.
 */
int term_open(struct event_base *base, int fd, int channel, const char *token,
    const char *peer);

#endif
