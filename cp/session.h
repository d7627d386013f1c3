/* SPDX-License-Identifier: MIT
 *
 * session.h - a console and who sits at it: the logo, or a user's.
 *
 * Typed lines wait here in order until somebody takes them; none is lost
 * without a word.
 */
#ifndef VM370_CP_SESSION_H
#define VM370_CP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "console.h"
#include "cp.h"
#include "ipc.h"
#include "request.h"

#define SESSION_INPUT_LINES 1000
#define SESSION_INPUT_BYTES (256u << 10)

struct logon;
struct session_line;

STAILQ_HEAD(session_lines, session_line);

struct session {
	struct cp *cp;
	struct console *console;
	struct term *term;	/* NULL: disconnected */
	struct vmblok *vm;	/* NULL: nobody is logged on */
	struct logon *logon;	/* the dialogue, while nobody is */
	uint64_t sent;		/* next item that the view gets */
	uint64_t live;		/* items before this one are a replay */
	uint64_t own;		/* items before this one were another user's */
	bool reset;		/* the view must become empty first */
	struct session_lines input;
	unsigned input_lines;
	size_t input_bytes;
	struct request *active;	/* a typed command that has not ended */
	struct request *asking;	/* a command that waits for a hidden line */
	struct event *retry;
	bool pumping;
};

struct session *session_new(struct cp *cp);
void session_free(struct session *s);

/* Who sat here is gone: answers still to come are nobody's. */
void session_leave(struct session *s);

/* What was typed ahead goes along to another console. */
void session_move_input(struct session *from, struct session *to);

/* A terminal shows this console, or no longer does. */
void session_attach(struct session *s, struct term *t);
void session_detach(struct session *s);

/* The terminal shows it another way: all of it again. */
void session_replay(struct session *s);

/* What TERMINAL and SET PFnn have said, to the terminal: all, or what has
 * changed. */
void session_settings(struct session *s);
void session_options(struct session *s);
void session_pf(struct session *s, unsigned number);

/* The terminal pages back: up to `count` items before `before`. */
void session_past(struct session *s, uint64_t before, uint32_t count);

/* From the terminal. */
void session_typed(struct session *s, const char *text, size_t len);
void session_attention(struct session *s);

/* Take typed lines as far as somebody wants them. */
void session_pump(struct session *s);

/* Send what the view has credit for. */
void session_push(struct session *s);

/* Lines for the console. */
void session_item(struct session *s, enum ipc_item_kind kind, unsigned flags,
    struct vm_name from, const char *text, size_t len, bool owed);
void session_print(struct session *s, unsigned flags, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The state that a view shows may have changed. */
void session_state(struct session *s);

/* Start a CP command as if typed: not echoed, not queued. */
void session_command(struct session *s, const char *text, size_t len);

/*
 * Ask who gave the command for a line that nobody else is to see.  false:
 * nobody can be asked now, and fn is not called.
 */
bool session_ask(struct request *rq, const char *prompt, request_answer *fn);

/* Items that the view has not been sent. */
uint64_t session_backlog(const struct session *s);

#endif
