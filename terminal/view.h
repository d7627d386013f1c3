/* SPDX-License-Identifier: MIT
 *
 * view.h - what a view of a console is to the connection, and the other way.
 *
 * A view turns console items into something for one kind of terminal, and
 * what the user does into lines and keys.  It knows no socket, no channel and
 * no clock: all that is behind struct view_port.
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
	const char *text;
	size_t len;
};

/* What a view asks of its connection. */
struct view_port {
	void *arg;
	/* Bytes for the client; IAC is doubled on the way. */
	void (*write)(void *arg, const void *bytes, size_t n);
	/* The end of a 3270 record. */
	void (*record_end)(void *arg);
	/* The user typed a line. */
	void (*line)(void *arg, const char *text, size_t n);
	void (*key)(void *arg, enum ipc_term_key key);
	/* The view can take n more items. */
	void (*credit)(void *arg, unsigned n);
	/* Call the view's ready() soon. */
	void (*again)(void *arg);
	/* Call the view's timer(id) once, in ms; 0 cancels. */
	void (*timer)(void *arg, unsigned id, unsigned ms);
};

#define VIEW_TIMERS 4

#endif
