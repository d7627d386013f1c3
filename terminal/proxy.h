/* SPDX-License-Identifier: MIT
 *
 * proxy.h - the PROXY protocol's version 2 header, as our forwarder sends it.
 *
 * Pure.  Refuses everything else: version 1, LOCAL, other families, a header
 * without our token, one over PROXY_MAX bytes.
 */
#ifndef VM370_TERMINAL_PROXY_H
#define VM370_TERMINAL_PROXY_H

#include <stddef.h>
#include <stdint.h>

#define PROXY_MAX 512	     /* bytes of a header */
#define PROXY_PEER_MAX 60    /* "[address]:port" and its NUL */

enum proxy_verdict { PROXY_MORE, PROXY_DONE, PROXY_BAD };

struct proxy {
	enum proxy_verdict verdict;
	size_t len;
	uint8_t bytes[PROXY_MAX];
	char peer[PROXY_PEER_MAX];
};

/*
 * Take header bytes from in; *used says how many (what follows the header is
 * the connection's).  On PROXY_DONE p->peer is the real peer, NUL terminated.
 */
enum proxy_verdict proxy_feed(struct proxy *p, const char *token,
    const uint8_t *in, size_t n, size_t *used);

/* Address (4 or 16 bytes, network order) and port as "a.b.c.d:p" or
 * "[a::b]:p". */
void proxy_peer(char peer[PROXY_PEER_MAX], int family, const void *address,
    unsigned port);

#endif
