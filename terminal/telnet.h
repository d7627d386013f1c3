/* SPDX-License-Identifier: MIT
 *
 * telnet.h - agree with a client on what it is, then carry its data.
 *
 * On top of libtelnet, behind filter.c.  TN3270E (RFC 2355) where the client
 * has it, else classic TN3270 (RFC 1576) if its terminal type is a 3270; a
 * network virtual terminal in character mode for other telnet clients; bytes
 * as they are for a client that knows no telnet.  Knows no clock, and nothing
 * of TLS but the option that asks for it: telnet_timeout() is called by the
 * clock, port.tls() when the client wants to begin.
 */
#ifndef VM370_TERMINAL_TELNET_H
#define VM370_TERMINAL_TELNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "filter.h"
#include "tn3270.h"
#include "tn3270e.h"

#define TELNET_FIRST_MS 1500  /* a client that says nothing is no telnet */
#define TELNET_AGREE_MS 10000 /* one that speaks gets so long to agree */
#define TELNET_TYPE_MAX 40
#define TELNET_EARLY_MAX 2048 /* data kept until something is agreed */
#define TELNET_TYPES_MAX 16   /* terminal types asked for */

/* What the client is. */
enum telnet_mode {
	TELNET_ASKING = 0, /* not known yet */
	TELNET_RAW,	   /* knows no telnet */
	TELNET_CHARACTER,
	TELNET_3270,
};

/* What it is being asked. */
enum telnet_stage {
	TELNET_SECURING = 0, /* DO STARTTLS was sent */
	TELNET_EXTENDING,    /* DO TN3270E */
	TELNET_TYPING,	     /* DO TTYPE */
	TELNET_JOINING,	     /* a 3270: EOR and BINARY were offered */
	TELNET_SIZING,	     /* a character terminal: DO NAWS was sent */
	TELNET_DONE,
};

struct telnet_port {
	void *arg;
	void (*out)(void *arg, const void *bytes, size_t n);
	/* The mode is another: RAW, CHARACTER or 3270. */
	void (*agreed)(void *arg);
	/* What a character terminal sent. */
	void (*data)(void *arg, const uint8_t *bytes, size_t n);
	/* What a 3270 sent, a record. */
	void (*record)(void *arg, const uint8_t *record, size_t n);
	/* Break, Interrupt Process, Abort; a 3270's ATTN. */
	void (*attention)(void *arg);
	/* A 3270's SYSREQ: Abort Output. */
	void (*sysreq)(void *arg);
	/* Are You There: show that we are. */
	void (*there)(void *arg);
	/* Its window, or what it is called, has changed. */
	void (*size)(void *arg);
	/* Whether we or the client shows what is typed has changed. */
	void (*echo)(void *arg);
	/* The client begins TLS, with these bytes if there are any; this
	 * struct telnet may be closed in the call. */
	void (*tls)(void *arg, const uint8_t *bytes, size_t n);
	/* This connection must end. */
	void (*fail)(void *arg, const char *why);
};

struct telnet_t;

struct telnet {
	struct telnet_t *lib;
	struct telnet_port port;
	struct filter filter;
	enum telnet_mode mode;
	enum telnet_stage stage;
	bool heard;	/* the client has spoken telnet */
	bool waited;	/* the longer time has begun */
	bool failed;
	bool follows;	/* TLS: we have agreed to it */
	bool echo;	/* we show what is typed */
	bool types_known; /* WILL TTYPE */
	bool is_3270;	/* its type is one; see display */
	bool extended;	/* by TN3270E */
	uint8_t joined; /* of the four options of TN3270 */
	unsigned types; /* terminal types heard */
	char type[TELNET_TYPE_MAX], first[TELNET_TYPE_MAX];
	char lu[TN3270_LU_MAX + 1]; /* proposed; agreed: e.lu */
	struct tn3270_type display;
	struct tn3270e e;
	uint16_t rows, cols; /* of the window; 0: not known */
	uint8_t *early;
	size_t early_len;
	struct tn3270 tn;
};

/* starttls: offer it.  lu: the terminal's name, if the client wants none.  -1
 * when there is no memory. */
int telnet_open(struct telnet *t, const struct telnet_port *port,
    bool starttls, const char *lu);
void telnet_close(struct telnet *t);

/* What the client sent. */
void telnet_feed(struct telnet *t, const uint8_t *bytes, size_t n);

/* TELNET_FIRST_MS after telnet_open; returns after how many more ms to call
 * again, 0: never. */
unsigned telnet_timeout(struct telnet *t);

/* Has anything been agreed? */
bool telnet_settled(const struct telnet *t);

/* To a character terminal. */
void telnet_write(struct telnet *t, const void *bytes, size_t n);

/* To a 3270: a whole record. */
void telnet_record(struct telnet *t, const void *bytes, size_t n);

/* Ask for a sign of life; t->filter.timing_marks counts the answers. */
void telnet_timing_mark(struct telnet *t);

#endif
