/* SPDX-License-Identifier: MIT
 *
 * paper.h - a file in the folder of a punch or printer: it appears whole, and
 * on disk, under its name, or not at all.
 */
#ifndef VM370_UNIT_PAPER_H
#define VM370_UNIT_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/buffer.h>

#define PAPER_NAME_MAX 128

struct paper {
	int dir, fd; /* fd -1: no file */
	char temp[16]; /* its name until it is whole */
	struct evbuffer *out; /* not yet in the file */
};

/* dir is the paper's now. */
void paper_init(struct paper *p, int dir, unsigned raddr);

/* To be written; kept until it is. */
void paper_put(struct paper *p, const char *text, size_t len);

/* Write what there is.  -1 with errno: no room, perhaps; to be tried again. */
int paper_write(struct paper *p);

/* All is written: give it its name.  -1 with errno: it must be begun anew. */
int paper_done(struct paper *p, const char *name);

/* Throw away what there is. */
void paper_drop(struct paper *p);

#endif
