/* SPDX-License-Identifier: MIT
 *
 * peer.h - the PROXY protocol's version 2 header, as our forwarder sends it.
 *
 * Pure.  Refuses everything else: version 1, LOCAL, other families, a header
 * without our token, one over PEER_HEADER_MAX bytes.
 */
#ifndef VM370_BASE_PEER_H
#define VM370_BASE_PEER_H

#include <stddef.h>
#include <stdint.h>

#define PEER_HEADER_MAX 512 /* bytes of a header */
#define PEER_TEXT_MAX 60    /* "[address]:port" and its NUL */

enum peer_verdict { PEER_MORE, PEER_DONE, PEER_BAD };

struct peer {
	enum peer_verdict verdict;
	size_t len;
	uint8_t bytes[PEER_HEADER_MAX];
	char peer[PEER_TEXT_MAX];
};

/*
 * Take header bytes from in; *used says how many (what follows the header is
 * the connection's).  On PEER_DONE p->peer is the real peer, NUL terminated.
 */
enum peer_verdict peer_feed(struct peer *p, const char *token,
    const uint8_t *in, size_t n, size_t *used);

/* Address (4 or 16 bytes, network order) and port as "a.b.c.d:p" or
 * "[a::b]:p". */
void peer_text(char peer[PEER_TEXT_MAX], int family, const void *address,
    unsigned port);

#endif
