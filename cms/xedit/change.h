/* SPDX-License-Identifier: MIT
 *
 * change.h - one text for another in a line.  Pure.
 */
#ifndef XEDIT_CHANGE_H
#define XEDIT_CHANGE_H

#include "span.h"

#define CHANGE_ALL ((size_t)-1)

struct change {
	struct span from, to;
	size_t most;	    /* so many in a line, or CHANGE_ALL */
	size_t first;	    /* the first of them that is changed, from 1 */
	size_t left, right; /* columns, from 1; from must be between them */
	bool fold;	    /* A is a */
};

/*
 * Take /from/to/ off the front of s: 0, or -1 when there is no delimiter.
 * The last delimiter may be left out at the end of the line.
 */
int change_parse(struct change *c, struct span *s);

/*
 * The line as it is afterwards: how many were changed, or -1 when it does not
 * fit in size bytes.
 */
long change_line(const struct change *c, struct span line, char *out,
    size_t size, size_t *len);

#endif
