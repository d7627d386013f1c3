/* SPDX-License-Identifier: MIT
 *
 * view.h - what a view of a console is to the connection, and the other way.
 *
 * A view turns console items into something for one kind of terminal, and
 * what the user does into lines and keys.  It knows no socket, no channel and
 * no clock: all that is behind struct view_port.  The connection knows no
 * view but by its struct view_ops, and may replace one by another.
 */
#ifndef VM370_TERMINAL_VIEW_H
#define VM370_TERMINAL_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc.h"

/* An item as it came over the channel; text is not terminated. */
struct view_item {
	enum ipc_item_kind kind;
	uint32_t flags; /* ITEM_* */
	bool message;	/* does not belong to what a guest writes: it stands
			 * on a line of its own, and the prompt goes on */
	uint64_t seq;
	const char *text;
	size_t len;
};

/* What a view is shown on. */
struct view_shape {
	unsigned rows, cols; /* of the window; a 3270: of its largest screen */
	uint32_t flags;	     /* TERM_* */
	unsigned codepage;   /* a 3270's, as it says: 37, 1047 ..; 0: unknown */
	bool echo;	     /* we show what is typed, else the client does */
};

/* What a view asks of its connection. */
struct view_port {
	void *arg;
	/* Bytes for a character terminal; IAC is doubled on the way. */
	void (*write)(void *arg, const void *bytes, size_t n);
	/* A 3270 record, whole. */
	void (*record)(void *arg, const uint8_t *bytes, size_t n);
	/* The user typed a line. */
	void (*line)(void *arg, const char *text, size_t n);
	void (*key)(void *arg, enum ipc_term_key key);
	/* The view can take n more items. */
	void (*credit)(void *arg, unsigned n);
	/* Call the view's ready() soon. */
	void (*again)(void *arg);
	/* Call the view's timer(id) once, in ms; 0 cancels. */
	void (*timer)(void *arg, unsigned id, unsigned ms);
	/* TERM_PAST, TERM_SCREEN (UTF-8 lines) and TERM_FULL. */
	void (*past)(void *arg, uint64_t before, unsigned count);
	void (*screen)(void *arg, const char *text, size_t n);
	void (*full)(void *arg, struct ipc_full *full, const void *text,
	    size_t n);
	/* The user wants the other kind of view; nothing happens where there
	 * is none.  This view is closed when the call has returned to the
	 * loop. */
	void (*toggle)(void *arg);
	/* A guest's screen has ended, and nothing of CP's that covered it
	 * waits to be seen: a terminal that shows lines goes back to them. */
	void (*lines)(void *arg);
};

#define VIEW_TIMERS 6

/*
 * A kind of view.  Each gets the view's own structure.  NULL: this kind has
 * nothing to do there; open, close, item, logo, state, farewell, ready and
 * timer are never NULL.
 */
struct view_ops {
	enum ipc_term_kind kind;
	/* ready() is called when no more than this waits for the client. */
	size_t low;

	void (*open)(void *view, const struct view_port *port,
	    const struct view_shape *shape);
	void (*close)(void *view);

	/* From the client: bytes of a character terminal, or a 3270's record
	 * without its end. */
	void (*data)(void *view, const uint8_t *bytes, size_t n);
	void (*record)(void *view, const uint8_t *record, size_t n);
	void (*attention)(void *view);
	void (*sysreq)(void *view);
	void (*reshape)(void *view, const struct view_shape *shape);
	/* Are You There? */
	void (*there)(void *view);

	/* From CP: a CONS_ message each.  Text is checked against its length
	 * and has no end of its own. */
	void (*logo)(void *view, const struct ipc_logo *logo);
	void (*item)(void *view, const struct view_item *item);
	void (*state)(void *view, const struct ipc_cons_state *state);
	void (*past)(void *view, const struct ipc_cons_past *past);
	void (*options)(void *view, const struct ipc_cons_options *options);
	void (*pf)(void *view, const struct ipc_cons_pf *pf);
	void (*full)(void *view, const struct ipc_full *full);

	/* A line of our own, after which nothing else comes. */
	void (*farewell)(void *view, const char *text, size_t n);

	/* The client takes its output: draw, give credit back. */
	void (*ready)(void *view);
	void (*timer)(void *view, unsigned id);
};

#endif
