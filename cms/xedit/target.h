/* SPDX-License-Identifier: MIT
 *
 * target.h - where a command is to go: n +n -n * -* :n .name /string/, and
 * strings with + - ~ before them and & | between them.  Pure.
 */
#ifndef XEDIT_TARGET_H
#define XEDIT_TARGET_H

#include "buffer.h"

#define TARGET_TERMS 16

enum target_kind {
	TARGET_COUNT,  /* so many lines from the current one */
	TARGET_END,    /* the end of the file, or its top */
	TARGET_LINE,   /* a line's number */
	TARGET_NAME,   /* a line's name */
	TARGET_STRING, /* the next line with a text in it */
};

struct target_term {
	struct span text;
	bool no;  /* a line without it */
	bool both; /* & with what stands before, otherwise | */
};

struct target {
	enum target_kind kind;
	bool back;
	size_t count; /* or number */
	struct span name;
	struct target_term term[TARGET_TERMS];
	unsigned terms;
};

/* How text is looked for. */
struct target_look {
	size_t left, right; /* columns, from 1 */
	bool fold;	    /* A is a */
	bool wrap;
};

/* Can text be a target, by its first character? */
bool target_begins(struct span s);

/*
 * Take a target off the front of s; it points into the text.  0, or -1: it is
 * none.  Strings are in '/', or with any_delimiter in whatever character
 * stands there.
 */
int target_parse(struct target *t, struct span *s, bool any_delimiter);

enum target_found {
	TARGET_FOUND,
	TARGET_WRAPPED, /* found, beyond the file's end */
	TARGET_EDGE,	/* the file ends before */
	TARGET_MISSING,
};

/* From the current line: *line is 0 to lines + 1. */
enum target_found target_find(const struct target *t, const struct buffer *b,
    const struct target_look *look, size_t *line);

/* Does a line match a string target? */
bool target_match(const struct target *t, struct span text,
    const struct target_look *look);

#endif
