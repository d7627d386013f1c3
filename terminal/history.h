/* SPDX-License-Identifier: MIT
 *
 * history.h - lines typed before, newest first.  Pure; bounded in lines and
 * in bytes.  Never given a line that was typed hidden.
 */
#ifndef VM370_TERMINAL_HISTORY_H
#define VM370_TERMINAL_HISTORY_H

#include <stddef.h>

#define HISTORY_LINES 40
#define HISTORY_BYTES 16384u

struct history_line {
	size_t len;
	char text[];
};

struct history {
	struct history_line *line[HISTORY_LINES]; /* oldest first */
	size_t count, bytes;
};

/* Keep a line; an empty one and a repetition of the newest are not kept.
 * Without memory the line is not kept. */
void history_add(struct history *h, const char *text, size_t n);

/* The line `back` lines ago (1: the newest), NULL when there is none. */
const struct history_line *history_get(const struct history *h, size_t back);

void history_clear(struct history *h);

#endif
