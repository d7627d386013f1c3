/* SPDX-License-Identifier: MIT
 *
 * proxy.c - write a PROXY protocol v2 header.  Reads none: vmterm does.
 *
 *   12 bytes signature, 21 (version 2, PROXY), family and protocol, length of
 *   the rest (network order); source and destination address, source and
 *   destination port; then TLVs: type, 16-bit length, value.
 */
#include "proxy.h"

#include <netinet/in.h>
#include <string.h>

#include "proxy2.h"

static const uint8_t proxy_signature[12] = PROXY_SIGNATURE;

static uint8_t *
proxy_put(uint8_t *p, const void *data, size_t n)
{
	memcpy(p, data, n);
	return p + n;
}

static uint8_t *
proxy_put4(uint8_t *p, const struct sockaddr *peer,
    const struct sockaddr *local)
{
	struct sockaddr_in from, to;

	memcpy(&from, peer, sizeof from);
	memcpy(&to, local, sizeof to);
	p = proxy_put(p, &from.sin_addr, 4);
	p = proxy_put(p, &to.sin_addr, 4);
	p = proxy_put(p, &from.sin_port, 2);
	return proxy_put(p, &to.sin_port, 2);
}

static uint8_t *
proxy_put6(uint8_t *p, const struct sockaddr *peer,
    const struct sockaddr *local)
{
	struct sockaddr_in6 from, to;

	memcpy(&from, peer, sizeof from);
	memcpy(&to, local, sizeof to);
	p = proxy_put(p, &from.sin6_addr, 16);
	p = proxy_put(p, &to.sin6_addr, 16);
	p = proxy_put(p, &from.sin6_port, 2);
	return proxy_put(p, &to.sin6_port, 2);
}

size_t
proxy_header(uint8_t *buf, const struct sockaddr *peer,
    const struct sockaddr *local, const char *token)
{
	size_t n = strlen(token), rest;
	uint8_t *p = proxy_put(buf, proxy_signature, sizeof proxy_signature);
	uint8_t *family;

	if (n > PROXY_HEADER_MAX - PROXY_FIXED - 36 - PROXY_TLV_HEAD)
		return 0;
	*p++ = PROXY_V2_PROXY;
	family = p++;
	p += 2; /* the length, when it is known */
	*family = PROXY_UNKNOWN;
	if (peer->sa_family == AF_INET && local->sa_family == AF_INET) {
		*family = PROXY_TCP4;
		p = proxy_put4(p, peer, local);
	} else if (peer->sa_family == AF_INET6 &&
	    local->sa_family == AF_INET6) {
		*family = PROXY_TCP6;
		p = proxy_put6(p, peer, local);
	}
	*p++ = PROXY_TLV_TOKEN;
	*p++ = (uint8_t)(n >> 8);
	*p++ = (uint8_t)n;
	p = proxy_put(p, token, n);
	rest = (size_t)(p - buf) - PROXY_FIXED;
	family[1] = (uint8_t)(rest >> 8);
	family[2] = (uint8_t)rest;
	return (size_t)(p - buf);
}
