/* SPDX-License-Identifier: MIT
 *
 * peer.c - parse a PROXY version 2 header.  Opens nothing.
 *
 * The header is haproxy's doc/proxy-protocol.txt, section 2.2.
 */
#include "peer.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proxy2.h"

static const uint8_t peer_signature[12] = PROXY_SIGNATURE;

static size_t
peer_u16(const uint8_t *p)
{
	return (size_t)p[0] << 8 | p[1];
}

void
peer_text(char peer[PEER_TEXT_MAX], int family, const void *address,
    unsigned port)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(family, address, text, sizeof text) == NULL)
		strcpy(text, "?");
	snprintf(peer, PEER_TEXT_MAX, family == AF_INET6 ? "[%s]:%u" : "%s:%u",
	    text, port);
}

/* Whatever differs, the same time: the token is a secret. */
static bool
peer_same(const uint8_t *a, const char *b, size_t n)
{
	uint8_t diff = 0;

	for (size_t i = 0; i < n; i++)
		diff |= a[i] ^ (uint8_t)b[i];
	return diff == 0;
}

static bool
peer_token(const uint8_t *tlv, size_t n, const char *token)
{
	size_t want = strlen(token);

	while (n >= PROXY_TLV_HEAD) {
		size_t len = peer_u16(tlv + 1);

		if (len > n - PROXY_TLV_HEAD)
			return false;
		if (tlv[0] == PROXY_TLV_TOKEN)
			return len == want &&
			    peer_same(tlv + PROXY_TLV_HEAD, token, want);
		tlv += PROXY_TLV_HEAD + len;
		n -= PROXY_TLV_HEAD + len;
	}
	return false;
}

static enum peer_verdict
peer_parse(struct peer *p, const char *token)
{
	bool v6 = p->bytes[13] == PROXY_TCP6;
	size_t address = v6 ? 16 : 4, tlvs = PROXY_FIXED + 2 * address + 4;

	if (p->len < tlvs ||
	    !peer_token(p->bytes + tlvs, p->len - tlvs, token))
		return PEER_BAD;
	peer_text(p->peer, v6 ? AF_INET6 : AF_INET, p->bytes + PROXY_FIXED,
	    (unsigned)peer_u16(p->bytes + PROXY_FIXED + 2 * address));
	return PEER_DONE;
}

/* Bad as early as can be told: nobody waits for a header that cannot come. */
static bool
peer_possible(const struct peer *p)
{
	size_t n = p->len < sizeof peer_signature ? p->len :
	    sizeof peer_signature;

	if (memcmp(p->bytes, peer_signature, n) != 0)
		return false;
	if (p->len > 12 && p->bytes[12] != PROXY_V2_PROXY)
		return false;
	if (p->len > 13 && p->bytes[13] != PROXY_TCP4 &&
	    p->bytes[13] != PROXY_TCP6)
		return false;
	return p->len < PROXY_FIXED ||
	    peer_u16(p->bytes + 14) <= PEER_HEADER_MAX - PROXY_FIXED;
}

static bool
peer_complete(const struct peer *p)
{
	return p->len >= PROXY_FIXED &&
	    p->len == PROXY_FIXED + peer_u16(p->bytes + 14);
}

enum peer_verdict
peer_feed(struct peer *p, const char *token, const uint8_t *in, size_t n,
    size_t *used)
{
	size_t i = 0;

	while (i < n && p->verdict == PEER_MORE) {
		p->bytes[p->len++] = in[i++];
		if (!peer_possible(p))
			p->verdict = PEER_BAD;
		else if (peer_complete(p))
			p->verdict = peer_parse(p, token);
	}
	*used = i;
	return p->verdict;
}
