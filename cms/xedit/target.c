/* SPDX-License-Identifier: MIT
 *
 * target.c - read a target and find it.  The buffer is only looked at.
 */
#include "target.h"

#define TARGET_NUMBER_MAX 2147483647u

static bool
target_is_not(struct span s, size_t *len)
{
	static const struct span sign = { "\xC2\xAC", 2 }; /* U+00AC */

	*len = 1;
	if (s.len > 0 && (s.at[0] == '~' || s.at[0] == '^'))
		return true;
	*len = sign.len;
	return s.len >= sign.len &&
	    span_equal((struct span){ s.at, sign.len }, sign, false);
}

bool
target_begins(struct span s)
{
	size_t n;

	if (s.len == 0)
		return false;
	switch (s.at[0]) {
	case '/':
	case '+':
	case '-':
	case '*':
	case ':':
	case '.':
		return true;
	default:
		return (s.at[0] >= '0' && s.at[0] <= '9') ||
		    target_is_not(s, &n);
	}
}

/* The word that a number or name is: letters, digits, whatever else a name
 * may have, up to a blank or what can follow a target. */
static struct span
target_token(struct span *s)
{
	struct span word = { s->at, 0 };

	while (word.len < s->len && !span_blank(s->at[word.len]))
		word.len++;
	span_drop(s, word.len);
	return word;
}

/* Digits, as many as there are: "3/a/" is a number and what comes then. */
static int
target_digits(struct span *s, size_t *value)
{
	struct span word = { s->at, 0 };

	while (word.len < s->len && s->at[word.len] >= '0' &&
	    s->at[word.len] <= '9')
		word.len++;
	if (span_number(word, TARGET_NUMBER_MAX, value) == -1)
		return -1;
	span_drop(s, word.len);
	return 0;
}

/* A string is begun by a character that means nothing else here. */
static bool
target_delimits(char c, bool any)
{
	return c == '/' || (any && span_special(c) &&
	    span_find(span_of("+-*:.~^&|"), (struct span){ &c, 1 }, false) ==
	    SPAN_NONE);
}

/* [~]/text/: without its last delimiter it goes to the end of the line. */
static int
target_parse_term(struct target *t, struct span *s, bool any, bool both)
{
	struct target_term *term = &t->term[t->terms];
	size_t n;
	char delimiter;

	if (t->terms == TARGET_TERMS)
		return -1;
	term->no = target_is_not(*s, &n);
	if (term->no)
		span_drop(s, n);
	if (s->len == 0 || !target_delimits(s->at[0], any))
		return -1;
	delimiter = s->at[0];
	span_drop(s, 1);
	term->both = both;
	term->text = (struct span){ s->at, 0 };
	while (term->text.len < s->len &&
	    s->at[term->text.len] != delimiter)
		term->text.len++;
	span_drop(s, term->text.len + 1);
	t->terms++;
	return 0;
}

static int
target_parse_strings(struct target *t, struct span *s, bool any)
{
	bool both = false;

	t->kind = TARGET_STRING;
	for (;;) {
		struct span next;

		if (target_parse_term(t, s, any, both) == -1)
			return -1;
		next = *s;
		span_skip_blanks(&next);
		if (next.len == 0 || (next.at[0] != '&' && next.at[0] != '|'))
			return 0;
		both = next.at[0] == '&';
		span_drop(&next, 1);
		span_skip_blanks(&next);
		*s = next;
	}
}

static int
target_parse_word(struct target *t, struct span *s)
{
	char c = s->at[0];

	switch (c) {
	case '*':
		t->kind = TARGET_END;
		span_drop(s, 1);
		return 0;
	case ':':
		t->kind = TARGET_LINE;
		span_drop(s, 1);
		return target_digits(s, &t->count);
	case '.':
		t->kind = TARGET_NAME;
		span_drop(s, 1);
		t->name = target_token(s);
		return t->name.len > 0 && t->name.len <= BUFFER_POINT_NAME ?
		    0 : -1;
	default:
		t->kind = TARGET_COUNT;
		return target_digits(s, &t->count);
	}
}

int
target_parse(struct target *t, struct span *s, bool any_delimiter)
{
	bool sign;
	size_t n;

	*t = (struct target){ 0 };
	span_skip_blanks(s);
	if (s->len == 0)
		return -1;
	sign = s->at[0] == '+' || s->at[0] == '-';
	if (sign) {
		t->back = s->at[0] == '-';
		span_drop(s, 1);
		span_skip_blanks(s);
		if (s->len == 0 || s->at[0] == ':' || s->at[0] == '.')
			return -1;
	}
	if (target_is_not(*s, &n) || target_delimits(s->at[0], any_delimiter))
		return target_parse_strings(t, s, any_delimiter);
	return target_parse_word(t, s);
}

bool
target_match(const struct target *t, struct span text,
    const struct target_look *look)
{
	bool match = false;

	if (text.len > look->right)
		text.len = look->right;
	span_drop(&text, look->left - 1);
	for (unsigned i = 0; i < t->terms; i++) {
		const struct target_term *term = &t->term[i];
		bool hit = (span_find(text, term->text, look->fold) !=
		    SPAN_NONE) != term->no;

		match = term->both ? match && hit : match || hit;
	}
	return match;
}

/* The first match among lines from to to, in that direction, or 0. */
static size_t
target_scan(const struct target *t, const struct buffer *b,
    const struct target_look *look, size_t from, size_t to)
{
	if (t->back) {
		for (size_t n = from; n >= to && n > 0; n--)
			if (target_match(t, buffer_text(b, n), look))
				return n;
	} else {
		for (size_t n = from; n <= to; n++)
			if (target_match(t, buffer_text(b, n), look))
				return n;
	}
	return 0;
}

static enum target_found
target_find_string(const struct target *t, const struct buffer *b,
    const struct target_look *look, size_t *line)
{
	size_t here = b->current, n;

	n = t->back ? (here > 1 ? target_scan(t, b, look, here - 1, 1) : 0) :
	    target_scan(t, b, look, here + 1, b->lines);
	*line = n;
	if (n > 0)
		return TARGET_FOUND;
	if (!look->wrap)
		return TARGET_MISSING;
	if (here > b->lines)
		here = b->lines;
	n = t->back ? target_scan(t, b, look, b->lines, here) :
	    target_scan(t, b, look, 1, here);
	*line = n;
	return n > 0 ? TARGET_WRAPPED : TARGET_MISSING;
}

static enum target_found
target_find_count(const struct target *t, const struct buffer *b, size_t *line)
{
	size_t end = b->lines + 1;

	if (t->back) {
		*line = t->count < b->current ? b->current - t->count : 0;
		return t->count <= b->current ? TARGET_FOUND : TARGET_EDGE;
	}
	*line = t->count < end - b->current ? b->current + t->count : end;
	return t->count <= end - b->current ? TARGET_FOUND : TARGET_EDGE;
}

enum target_found
target_find(const struct target *t, const struct buffer *b,
    const struct target_look *look, size_t *line)
{
	switch (t->kind) {
	case TARGET_COUNT:
		return target_find_count(t, b, line);
	case TARGET_END:
		*line = t->back ? 0 : b->lines + 1;
		return TARGET_FOUND;
	case TARGET_LINE:
		*line = t->count <= b->lines ? t->count : b->lines + 1;
		return t->count <= b->lines + 1 ? TARGET_FOUND : TARGET_EDGE;
	case TARGET_NAME:
		*line = buffer_point(b, t->name);
		return *line > 0 ? TARGET_FOUND : TARGET_MISSING;
	case TARGET_STRING:
		return target_find_string(t, b, look, line);
	}
	return TARGET_MISSING;
}
