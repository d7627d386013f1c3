/* SPDX-License-Identifier: MIT
 *
 * limit.h - what one address may ask of the terminals' port: connections at
 * once and in a second, and LOGONs that fail.
 *
 * Pure but for its memory, which has a bound: of an address that has nothing
 * open the oldest is forgotten first.  An IPv6 address counts with all of its
 * /64, which one host may have to itself.
 */
#ifndef VM370_CP_LIMIT_H
#define VM370_CP_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

#define LIMIT_ADDRESSES 4096

struct limit;

struct limit_address {
	uint8_t bytes[16]; /* IPv4 mapped into IPv6 */
	bool known;	   /* it is one */
	bool loopback;
};

/* "192.0.2.1:1234", "[2001:db8::1]:1234".  What is none is not known. */
struct limit_address limit_address(const char *peer);

/* The rules stay the caller's.  NULL: no memory. */
struct limit *limit_new(const struct config_limits *rules);
void limit_free(struct limit *lm);

/*
 * One more connection at ms (of a clock that is not set).  False: it is one
 * too many, and counts for nothing; else limit_close it.
 */
bool limit_open(struct limit *lm, const struct limit_address *from,
    uint64_t ms);
void limit_close(struct limit *lm, const struct limit_address *from);

/* A LOGON failed there. */
void limit_failed(struct limit *lm, const struct limit_address *from,
    uint64_t ms);

/* Have too many? */
bool limit_blocked(struct limit *lm, const struct limit_address *from,
    uint64_t ms);

#endif
