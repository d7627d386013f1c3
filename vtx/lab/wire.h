/* SPDX-License-Identifier: MIT
 *
 * wire.h - how a host command and the lab's agent talk over a TCP stream.
 *
 * The host sends WIRE_TOKEN first; until it is right nothing else is read.
 * Then ARG (once for each argument), ENV, FILE and DATA, and RUN.  From then
 * on input goes in, output comes out, and EXIT or FAIL ends it.  Neither side
 * trusts a length: a frame longer than WIRE_MAX ends the connection.
 */
#ifndef VM370_LAB_WIRE_H
#define VM370_LAB_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_MAX (64u << 10)   /* payload of one frame, bytes */
#define WIRE_ARGS_MAX 512      /* arguments of a command, and variables */
#define WIRE_TOKEN_LEN 64      /* hexadecimal digits */
#define WIRE_HIGH (256u << 10) /* bytes in flight before a side stops reading */

struct evbuffer;

enum wire_type {
	/* host to agent */
	WIRE_TOKEN = 1, /* WIRE_TOKEN_LEN bytes */
	WIRE_ARG,	/* one argument */
	WIRE_ENV,	/* NAME=VALUE */
	WIRE_FILE,	/* struct wire_file, then the path in the lab */
	WIRE_DATA,	/* the file's content; empty: the file is complete */
	WIRE_RUN,	/* struct wire_run */
	WIRE_IN,	/* standard input; empty: its end */
	WIRE_SIGNAL,	/* u32: a signal's number */
	WIRE_WINDOW,	/* struct wire_window */
	/* agent to host */
	WIRE_OUT,  /* standard output */
	WIRE_ERR,  /* standard error */
	WIRE_EXIT, /* u32: exit status as a shell has it */
	WIRE_FAIL, /* text: why there is no exit status */
};

#define WIRE_RUN_PTY 0x01   /* on a terminal of its own */
#define WIRE_RUN_OWNER 0x02 /* as the owner of the home directory */
#define WIRE_RUN_QUIET 0x04 /* send output only when the command has ended */

struct wire_window {
	uint16_t rows, cols;
};

struct wire_run {
	uint32_t flags;
	struct wire_window window;
};

#define WIRE_FILE_KEEP 0x01 /* leave a file that is already there */

struct wire_file {
	uint32_t mode; /* permission bits */
	uint32_t flags;
};

struct wire_frame {
	uint32_t type;
	uint32_t len;
	uint8_t data[WIRE_MAX + 1]; /* NUL terminated beyond len */
};

/* Append a frame (len at most WIRE_MAX) to what will be sent. */
void wire_put(struct evbuffer *out, enum wire_type type, const void *data,
    size_t len);

/* The same for data of any length, cut into frames; none when len is 0. */
void wire_put_all(struct evbuffer *out, enum wire_type type, const void *data,
    size_t len);

/* Take one frame off what has arrived.  1: *frame is set.  0: incomplete.
 * -1: not our protocol. */
int wire_get(struct evbuffer *in, struct wire_frame *frame);

#endif
