/* SPDX-License-Identifier: MIT
 *
 * proxy.h - the PROXY protocol's header, version 2: who is really there.
 */
#ifndef VM370_LAB_PROXY_H
#define VM370_LAB_PROXY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define PROXY_HEADER_MAX 256

/*
 * The header of a TCP connection from peer to local (both IPv4 or both IPv6;
 * otherwise, or when unknown, it names no addresses), with the token as a TLV.
 * Its length, at most PROXY_HEADER_MAX; 0 when the token is too long.
 */
size_t proxy_header(uint8_t *buf, const struct sockaddr *peer,
    const struct sockaddr *local, const char *token);

#endif
