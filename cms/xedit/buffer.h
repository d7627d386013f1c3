/* SPDX-License-Identifier: MIT
 *
 * buffer.h - the lines of a file while it is edited.  Every change of the
 * text goes through here, so that what must know of changes has one place.
 *
 * Lines are counted from 1.  0 is the top of the file and lines + 1 its end:
 * the current line may be either.  Nothing is half done: what returns -1 has
 * found no storage and has changed nothing.
 */
#ifndef XEDIT_BUFFER_H
#define XEDIT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

#define BUFFER_POINTS 32 /* names of lines */
#define BUFFER_POINT_NAME 8

struct line {
	uint32_t len;
	uint32_t points; /* bit n: the line has name n */
	char text[];
};

struct buffer {
	struct line **slot; /* the lines, and a gap at the last change */
	size_t room, gap;
	size_t lines;
	size_t current;
	uint64_t changes; /* since the buffer was made */

	struct line **removed; /* for RECOVER; the last one removed is last */
	size_t removed_count, removed_room;

	char point[BUFFER_POINTS][BUFFER_POINT_NAME + 1];
};

void buffer_init(struct buffer *b);
void buffer_free(struct buffer *b);

/* Line n, 1 to lines. */
struct span buffer_text(const struct buffer *b, size_t n);

/* Put a line after line `after`; or all lines of another buffer, which is
 * empty then. */
int buffer_add(struct buffer *b, size_t after, struct span text);
int buffer_splice(struct buffer *b, size_t after, struct buffer *from);

int buffer_replace(struct buffer *b, size_t n, struct span text);

/* Copies of lines, inserted after line `after`. */
int buffer_copy(struct buffer *b, size_t first, size_t n, size_t after);

/* Take lines out; RECOVER can bring them back while storage lasts. */
void buffer_remove(struct buffer *b, size_t first, size_t n);

/* Bring back the n lines removed last, after line `after`: how many did come,
 * or -1. */
long buffer_recover(struct buffer *b, size_t n, size_t after);

/* Lines first to first + n - 1 go to behind line `after`, which is none of
 * them. */
void buffer_move(struct buffer *b, size_t first, size_t n, size_t after);

/* The line that has a name, or 0. */
size_t buffer_point(const struct buffer *b, struct span name);

/* Name a line; 0 takes the name away.  -1: there are too many names. */
int buffer_set_point(struct buffer *b, struct span name, size_t n);

#endif
