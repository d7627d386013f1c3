/* SPDX-License-Identifier: MIT
 *
 * span.c - a piece of text.  It is never changed here, and need not end with
 * a zero byte.
 */
#include <string.h>

#include "span.h"

struct span
span_of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

bool
span_blank(char c)
{
	return c == ' ' || c == '\t';
}

char
span_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

char
span_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
span_special(char c)
{
	char upper = span_upper(c);

	return c > ' ' && c < 0x7F && !(c >= '0' && c <= '9') &&
	    !(upper >= 'A' && upper <= 'Z');
}

void
span_drop(struct span *s, size_t n)
{
	if (n > s->len)
		n = s->len;
	s->at += n;
	s->len -= n;
}

void
span_skip_blanks(struct span *s)
{
	while (s->len > 0 && span_blank(s->at[0]))
		span_drop(s, 1);
}

struct span
span_word(struct span *s)
{
	struct span word;

	span_skip_blanks(s);
	word = (struct span){ s->at, 0 };
	while (word.len < s->len && !span_blank(s->at[word.len]))
		word.len++;
	span_drop(s, word.len);
	return word;
}

static bool
span_same(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_upper(a[i]) != span_upper(b[i]))
			return false;
	return true;
}

bool
span_is(struct span word, const char *name, size_t least)
{
	return word.len >= least && word.len > 0 &&
	    word.len <= strlen(name) && span_same(word.at, name, word.len);
}

bool
span_equal(struct span a, struct span b, bool fold)
{
	if (a.len != b.len)
		return false;
	if (a.len == 0)
		return true;
	return fold ? span_same(a.at, b.at, a.len) :
	    memcmp(a.at, b.at, a.len) == 0;
}

int
span_number(struct span word, size_t max, size_t *value)
{
	size_t n = 0;

	if (word.len == 0)
		return -1;
	for (size_t i = 0; i < word.len; i++) {
		size_t digit = (size_t)(unsigned char)word.at[i] - '0';

		if (digit > 9 || digit > max || n > (max - digit) / 10)
			return -1;
		n = n * 10 + digit;
	}
	*value = n;
	return 0;
}

static size_t
span_find_exact(struct span s, struct span needle)
{
	const char *end = s.at + s.len - needle.len + 1;

	for (const char *at = s.at; at < end; at++) {
		at = memchr(at, needle.at[0], (size_t)(end - at));
		if (at == NULL)
			break;
		if (memcmp(at, needle.at, needle.len) == 0)
			return (size_t)(at - s.at);
	}
	return SPAN_NONE;
}

size_t
span_find(struct span s, struct span needle, bool fold)
{
	if (needle.len == 0)
		return 0;
	if (s.len < needle.len)
		return SPAN_NONE;
	if (!fold)
		return span_find_exact(s, needle);
	for (size_t i = 0; i <= s.len - needle.len; i++)
		if (span_same(s.at + i, needle.at, needle.len))
			return i;
	return SPAN_NONE;
}

size_t
span_cut(struct span s, size_t n)
{
	size_t cut = n;

	if (n >= s.len)
		return s.len;
	/* Back over continuation bytes, of which a character has three. */
	while (cut > 0 && n - cut < 3 && (s.at[cut] & 0xC0) == 0x80)
		cut--;
	return (s.at[cut] & 0xC0) == 0x80 ? n : cut;
}
