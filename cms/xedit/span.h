/* SPDX-License-Identifier: MIT
 *
 * span.h - a piece of text, and words, numbers and strings in it.  Pure.
 */
#ifndef XEDIT_SPAN_H
#define XEDIT_SPAN_H

#include <stdbool.h>
#include <stddef.h>

struct span {
	const char *at;
	size_t len;
};

#define SPAN_NONE ((size_t)-1)

struct span span_of(const char *text);

bool span_blank(char c);

/* A character that is neither letter, digit nor blank.  A byte of a longer
 * UTF-8 character is none: it would be found in others too. */
bool span_special(char c);

/* Take so many bytes (at most all there are) off the front. */
void span_drop(struct span *s, size_t n);
void span_skip_blanks(struct span *s);

/* Take the next word off: empty when there is none. */
struct span span_word(struct span *s);

/* Is a word name (upper case), cut to no less than `least` characters? */
bool span_is(struct span word, const char *name, size_t least);
bool span_equal(struct span a, struct span b, bool fold);

/* A decimal number of at most max: 0, or -1. */
int span_number(struct span word, size_t max, size_t *value);

/* Where needle begins in s, or SPAN_NONE.  fold: A is a. */
size_t span_find(struct span s, struct span needle, bool fold);

char span_upper(char c);
char span_lower(char c);

/* The longest beginning of s, of at most n bytes, that ends between UTF-8
 * characters. */
size_t span_cut(struct span s, size_t n);

#endif
