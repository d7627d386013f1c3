/* SPDX-License-Identifier: MIT
 *
 * telnet.h - agree with a client on what it is, then carry its data.
 *
 * On top of libtelnet, behind filter.c.  Classic TN3270 (RFC 1576) for a
 * client whose terminal type is a 3270; a network virtual terminal in
 * character mode for other telnet clients; bytes as they are for a client
 * that knows no telnet.  Knows no clock: telnet_timeout() is called by it.
 */
#ifndef VM370_TERMINAL_TELNET_H
#define VM370_TERMINAL_TELNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "filter.h"

#define TELNET_FIRST_MS 1500  /* a client that says nothing is no telnet */
#define TELNET_AGREE_MS 10000 /* one that speaks gets so long to agree */
#define TELNET_TYPE_MAX 40
#define TELNET_EARLY_MAX 2048 /* data kept until something is agreed */
#define TELNET_TYPES_MAX 16   /* terminal types asked for */

enum telnet_mode {
	TELNET_ASKING = 0, /* DO TTYPE was sent */
	TELNET_SIZING,	   /* a character terminal: DO NAWS was sent */
	TELNET_JOINING,	   /* a 3270: EOR and BINARY were offered */
	TELNET_RAW,	   /* knows no telnet */
	TELNET_CHARACTER,
	TELNET_3270,
};

struct telnet_port {
	void *arg;
	void (*out)(void *arg, const void *bytes, size_t n);
	/* The mode is RAW, CHARACTER or 3270 from now on; said once. */
	void (*agreed)(void *arg);
	void (*data)(void *arg, const uint8_t *bytes, size_t n);
	void (*record_end)(void *arg);
	/* Break, Interrupt Process, Abort. */
	void (*attention)(void *arg);
	/* Are You There: show that we are. */
	void (*there)(void *arg);
	void (*size)(void *arg);
	/* Whether we or the client shows what is typed has changed. */
	void (*echo)(void *arg);
	/* This connection must end. */
	void (*fail)(void *arg, const char *why);
};

struct telnet_t;

struct telnet {
	struct telnet_t *lib;
	struct telnet_port port;
	struct filter filter;
	enum telnet_mode mode;
	bool heard;	/* the client has spoken telnet */
	bool waited;	/* the longer time has begun */
	bool failed;
	bool colour;
	bool echo;	/* we show what is typed */
	uint8_t joined; /* of the four options of TN3270 */
	unsigned types; /* terminal types heard */
	char type[TELNET_TYPE_MAX], first[TELNET_TYPE_MAX];
	uint16_t rows, cols; /* 0: not known */
	uint8_t *early;
	size_t early_len;
};

/* -1 when there is no memory. */
int telnet_open(struct telnet *t, const struct telnet_port *port);
void telnet_close(struct telnet *t);

/* What the client sent. */
void telnet_feed(struct telnet *t, const uint8_t *bytes, size_t n);

/* TELNET_FIRST_MS after telnet_open; returns after how many more ms to call
 * again, 0: never. */
unsigned telnet_timeout(struct telnet *t);

/* Has anything been agreed? */
bool telnet_settled(const struct telnet *t);

void telnet_write(struct telnet *t, const void *bytes, size_t n);
void telnet_record_end(struct telnet *t);

/* Ask for a sign of life; t->filter.timing_marks counts the answers. */
void telnet_timing_mark(struct telnet *t);

#endif
