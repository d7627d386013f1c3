/* SPDX-License-Identifier: MIT
 *
 * relay.h - clients' encrypted connections, and the plain ends that vmterms
 * have of them.  Knows no telnet, no files and no channel.
 *
 * Each way at most one piece of RELAY_PIECE bytes is held; a side that does
 * not take its bytes stops the other.  An end is passed on.
 */
#ifndef VM370_TLS_RELAY_H
#define VM370_TLS_RELAY_H

#include <stdint.h>

#include <event2/event.h>
#include <openssl/ssl.h>

#include "ipc.h"

#define RELAY_PIECE 16384	/* a TLS record's most */
#define RELAY_HANDSHAKE_S 10	/* a connection is agreed by then, */
#define RELAY_LINGER_S 5	/* and takes its last words in so many */

struct relay;

/* What became of a connection; text is printable. */
typedef void relay_fn(void *arg, uint32_t id, enum ipc_tls_what what,
    const char *text);

/* At most `max` connections.  The context stays the caller's.  NULL: no
 * memory. */
struct relay *relay_new(struct event_base *base, SSL_CTX *ctx, unsigned max,
    relay_fn *fn, void *arg);

/* Ends all connections without a word. */
void relay_free(struct relay *r);

/* The plain end of connection id, whose client follows.  fd is taken. */
void relay_plain(struct relay *r, uint32_t id, int fd);

/* Its client, and what was read of it.  fd is taken. */
void relay_client(struct relay *r, uint32_t id, int fd, const void *early,
    size_t n);

unsigned relay_count(const struct relay *r);

#endif
