/* SPDX-License-Identifier: MIT
 *
 * tn3270e.h - TN3270E (RFC 2355), the server's half.
 *
 * Pure: what a client's subnegotiations and records mean, and what answers
 * them; whoever calls sends that.  Displays only: a printer's type, and
 * ASSOCIATE, are rejected.  It knows nothing of what stands in a record.
 *
 *   DEVICE --REQUEST type--> FUNCTIONS --IS, or REQUEST of what we have--> DATA
 *     \--another type, 8 times at most--/    \--a list that is none: REFUSED
 */
#ifndef VM370_TERMINAL_TN3270E_H
#define VM370_TERMINAL_TN3270E_H

#include "tn3270.h"

#define TN3270E_HEADER 5
#define TN3270E_ANSWER_MAX 64 /* a subnegotiation of ours */
#define TN3270E_BIND_MAX 64
#define TN3270E_TRIES 8	      /* requests of one kind */
#define TN3270E_TYPE_MAX 40

enum tn3270e_state {
	TN3270E_DEVICE = 0, /* SEND DEVICE-TYPE was said */
	TN3270E_FUNCTIONS,
	TN3270E_DATA,
	TN3270E_REFUSED,    /* go on without TN3270E */
};

/* Bits of functions. */
#define TN3270E_BIND_IMAGE 0x01
#define TN3270E_RESPONSES 0x04
#define TN3270E_SYSREQ 0x10

struct tn3270e {
	enum tn3270e_state state;
	unsigned functions;  /* agreed, or as last asked for */
	unsigned tries;
	uint16_t sequence;   /* of the next record that we send */
	char type[TN3270E_TYPE_MAX];
	char lu[TN3270_LU_MAX + 1];
	size_t answer_len;   /* 0: nothing is to be said */
	uint8_t answer[TN3270E_ANSWER_MAX];
};

/* lu: the terminal's name if the client asks for none.  The answer is the
 * first thing to say. */
void tn3270e_open(struct tn3270e *e, const char *lu);

/* A subnegotiation, from behind the option's number; e->answer is what it is
 * answered by. */
void tn3270e_negotiate(struct tn3270e *e, const uint8_t *p, size_t n);

/* The record that tells the client that it is bound, as `system`, header and
 * all; 0: it has not asked to be told. */
size_t tn3270e_bind(struct tn3270e *e, const char *system,
    uint8_t record[TN3270E_BIND_MAX]);

/* The header of the next 3270 record. */
void tn3270e_header(struct tn3270e *e, uint8_t header[TN3270E_HEADER]);

enum tn3270e_what {
	TN3270E_NOTHING = 0, /* nothing for anybody */
	TN3270E_3270,	     /* a 3270's record */
	TN3270E_SSCP,	     /* text of a screen without fields */
};

/* A record as it came: what it is, and its data behind the header.  If
 * e->answer_len is not 0, e->answer is a record that responds to it. */
enum tn3270e_what tn3270e_record(struct tn3270e *e, const uint8_t *record,
    size_t n, const uint8_t **data, size_t *len);

#endif
