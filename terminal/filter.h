/* SPDX-License-Identifier: MIT
 *
 * filter.h - a byte filter between the client's socket and libtelnet.
 *
 * Pure.  It lets a telnet stream through but for what libtelnet 0.21 must not
 * see: a subnegotiation of an option that nobody here uses is taken out
 * (libtelnet would parse it, asked for or not); one that switches compression
 * on, one that is too long and one that is malformed end the connection.
 * What follows the one that says that TLS follows is no telnet any more.
 * Answers to DO TIMING-MARK are counted and taken out: libtelnet knows options
 * as states, and a timing mark is an event.
 *
 * Refusals (WONT, DONT) go through and are told as well: libtelnet says
 * nothing when what it asked for is refused.
 */
#ifndef VM370_TERMINAL_FILTER_H
#define VM370_TERMINAL_FILTER_H

#include <stddef.h>
#include <stdint.h>

#define FILTER_SB_MAX 512  /* bytes of a subnegotiation, its option too */
#define FILTER_FEED_MAX 512 /* bytes that may go to libtelnet at once */

enum filter_verdict {
	FILTER_PASS = 0,
	FILTER_COMPRESSION, /* asked for MCCP */
	FILTER_OVERSIZE,    /* a subnegotiation over FILTER_SB_MAX */
	FILTER_MALFORMED,   /* IAC and no SE or IAC in a subnegotiation */
};

enum filter_state {
	FILTER_DATA = 0,
	FILTER_IAC,
	FILTER_OPTION,	/* after WILL, WONT, DO, DONT */
	FILTER_SB,	/* the option's number comes */
	FILTER_SB_DATA,
	FILTER_SB_IAC,
};

struct filter {
	enum filter_state state;
	enum filter_verdict verdict; /* once not PASS, for ever */
	uint8_t command;	     /* the WILL ... DONT that waits */
	uint8_t refusal;	     /* WONT or DONT when the last feed ended */
	uint8_t refused;	     /* in one, and its option; else 0 */
	int keep;		     /* this subnegotiation goes through */
	uint8_t sb_option;
	uint8_t sb_first;	     /* its first byte */
	int follows;		     /* TLS; the last feed ended there */
	size_t sb_len;
	uint64_t bytes, commands;	   /* seen */
	uint64_t timing_marks;		   /* answers seen */
};

/*
 * Filter n bytes.  out (of at least FILTER_FEED_MAX bytes) receives what goes
 * on; the return is how many.  At most FILTER_FEED_MAX bytes are put there:
 * *used says how much of the input that was.  A refusal and STARTTLS FOLLOWS end
 * a feed.  Nothing more is taken once f->verdict is not FILTER_PASS.
 */
size_t filter_feed(struct filter *f, const uint8_t *in, size_t n, size_t *used,
    uint8_t *out);

const char *filter_reason(enum filter_verdict verdict);

#endif
