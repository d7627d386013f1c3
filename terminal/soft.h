/* SPDX-License-Identifier: MIT
 *
 * soft.h - a 3270 on a character terminal: a presentation space, drawn with
 * ncurses, and a keyboard of function keys and escapes.
 *
 * Whoever writes 3270 records to a real display writes the same ones here, and
 * gets the same ones back: nobody else knows the difference.  ncurses writes
 * into a memfd that was there before the sandbox was; only what has changed
 * is sent, when soft_ready() is called.
 */
#ifndef VM370_TERMINAL_SOFT_H
#define VM370_TERMINAL_SOFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc.h"

#define SOFT_ROWS_MIN 24
#define SOFT_COLS_MIN 80

struct soft_port {
	void *arg;
	/* To the client, not yet escaped for telnet. */
	void (*out)(void *arg, const void *bytes, size_t n);
	/* A record, as a 3270 would have sent it. */
	void (*record)(void *arg, const uint8_t *bytes, size_t n);
	/* PA1's neighbours that are no record: attention, system request. */
	void (*attention)(void *arg);
	void (*sysreq)(void *arg);
	/* The user wants lines again. */
	void (*toggle)(void *arg);
	/* Call soft_timer() after ms; 0: not any more. */
	void (*timer)(void *arg, unsigned ms);
};

/* Before the sandbox: what ncurses needs to find.  -1 with errno. */
int soft_prepare(void);

/* What a terminal of this type can be: TERM_FULL_SCREEN and so on, or 0: it
 * cannot be drawn on.  Names that we do not know are drawn on as what they
 * begin like (xterm-..., vt..., screen..., linux...); others cannot. */
uint32_t soft_flags(const char *type);

/* From the size of a window to that of the largest screen in it; false: it is
 * smaller than any 3270. */
bool soft_screen(unsigned *rows, unsigned *cols);

struct soft;

/* NULL with errno.  utf8: the client shows UTF-8. */
struct soft *soft_open(const char *type, unsigned rows, unsigned cols,
    bool utf8, const struct soft_port *port);

/* Gives the terminal back as it was: cursor, colours, scrolling. */
void soft_close(struct soft *s);

/* A record from whoever shows something: as ps3270_host(); an answer comes by
 * port.record at once. */
int soft_host(struct soft *s, const uint8_t *record, size_t n);

/* What the client typed; how much of it was taken: all, unless the user wants
 * lines.  What comes while the keyboard is locked is kept, up to a bound. */
size_t soft_input(struct soft *s, const uint8_t *bytes, size_t n);

/* What was typed and not sent, as it would be typed again in lines: if
 * `field`, what is in the field of the cursor and can be seen; what waits. */
size_t soft_typed(const struct soft *s, bool field, uint8_t *bytes,
    size_t room);

/* The client's window: an empty screen of another size, or the same screen if
 * that is as large in it.  The keys that wait go on waiting; if `field`, behind
 * what is in the field of the cursor and would be lost, seen or not.  0, or -1:
 * it is too small now, or there is no memory; nothing has changed. */
int soft_resize(struct soft *s, unsigned rows, unsigned cols, bool field);

/* On with what was typed, while the keyboard is unlocked. */
void soft_play(struct soft *s);

/* The client has taken what it was sent: use what was typed ahead, draw what
 * has changed. */
void soft_ready(struct soft *s);
void soft_timer(struct soft *s);

#endif
