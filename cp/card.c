/* SPDX-License-Identifier: MIT
 *
 * card.c - lines to words with columns.  Knows no statement and no file.
 */
#include "card.h"

#include <stdint.h>
#include <string.h>

#define CARD_SEQUENCE 73 /* columns 73 to 80 */
#define CARD_SEQUENCE_LEN 8

static bool
card_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Printable ASCII on cards, no control character anywhere; a comment may be
 * in any language. */
static bool
card_plain(const struct card_reader *r, const char *s, unsigned n,
    unsigned *bad)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < ' ' && c != '\t') || c == 0x7F ||
		    (r->columns != 0 && c > 0x7F)) {
			*bad = i + 1;
			return false;
		}
	}
	return true;
}

static bool
card_digits(const struct card_word *w)
{
	for (unsigned i = 0; i < w->len; i++)
		if (w->s[i] < '0' || w->s[i] > '9')
			return false;
	return true;
}

static bool
card_comment(const char *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!card_blank(s[i]))
			return s[i] == '*';
	return true; /* an empty line says as little */
}

static bool
card_hash(const struct card_word *w)
{
	return w->s[0] == '$';
}

/* Does this word keep to the columns, without those that hashes took?  1 yes,
 * 0 it is a sequence number, -1 no. */
static int
card_columns(const struct card_reader *r, struct card *card,
    const struct card_word *w, unsigned uncounted, const char **why)
{
	unsigned first = w->column - uncounted;
	unsigned last = card_hash(w) ? first : first + w->len - 1;

	if (r->columns == 0 || last <= r->columns)
		return 1;
	if (first == CARD_SEQUENCE && w->len <= CARD_SEQUENCE_LEN &&
	    card_digits(w) && card->nwords > 0)
		return 0;
	*why = "TEXT BEYOND COLUMN 71";
	return -1;
}

static int
card_split(const struct card_reader *r, struct card *card, const char *s,
    unsigned n, unsigned *column, const char **why)
{
	unsigned uncounted = 0;

	for (unsigned i = 0; i < n;) {
		struct card_word w = { .s = s + i, .column = i + 1 };
		int kept;

		if (card_blank(s[i])) {
			i++;
			continue;
		}
		while (i < n && !card_blank(s[i]))
			i++;
		w.len = i + 1 - w.column;
		*column = w.column;
		kept = card_columns(r, card, &w, uncounted, why);
		if (card_hash(&w))
			uncounted += w.len;
		if (kept < 0)
			return -1;
		if (kept == 0) {
			card->numbered = true;
			continue;
		}
		if (card->nwords == CARD_WORDS_MAX) {
			*why = "TOO MANY OPERANDS";
			return -1;
		}
		card->word[card->nwords++] = w;
		card->end = i + 1;
	}
	return card->nwords > 0;
}

/* The bytes of the next line without its end. */
static const char *
card_line(struct card_reader *r, size_t *len)
{
	const char *s = r->text + r->at;
	const char *nl = memchr(s, '\n', r->len - r->at);

	*len = nl != NULL ? (size_t)(nl - s) : r->len - r->at;
	r->at += *len + (nl != NULL);
	r->line++;
	if (*len > 0 && s[*len - 1] == '\r')
		--*len;
	return s;
}

int
card_next(struct card_reader *r, struct card *card, unsigned *column,
    const char **why)
{
	while (r->at < r->len) {
		size_t len;
		const char *s = card_line(r, &len);
		int got;

		*card = (struct card){ .line = r->line, .end = 1 };
		if (len > CARD_BYTES_MAX) {
			*column = CARD_BYTES_MAX + 1;
			*why = "LINE TOO LONG";
			return -1;
		}
		if (card_comment(s, (unsigned)len))
			continue;
		if (!card_plain(r, s, (unsigned)len, column)) {
			*why = "CHARACTER NOT PRINTABLE";
			return -1;
		}
		got = card_split(r, card, s, (unsigned)len, column, why);
		if (got != 0)
			return got;
	}
	return 0;
}

static char
card_fold(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool
card_is(const struct card *card, unsigned i, const char *name)
{
	size_t n = strlen(name);

	if (i >= card->nwords || card->word[i].len != n)
		return false;
	for (size_t k = 0; k < n; k++)
		if (card_fold(card->word[i].s[k]) != name[k])
			return false;
	return true;
}

bool
card_copy(const struct card *card, unsigned i, bool fold, char *buf,
    size_t size)
{
	const struct card_word *w;

	if (i >= card->nwords || card->word[i].len >= size)
		return false;
	w = &card->word[i];
	for (unsigned k = 0; k < w->len; k++)
		buf[k] = fold ? card_fold(w->s[k]) : w->s[k];
	buf[w->len] = '\0';
	return true;
}

struct card_word
card_rest(const struct card *card, unsigned i)
{
	struct card_word rest = { .s = "", .column = card->end };

	if (i < card->nwords) {
		rest = card->word[i];
		rest.len = card->end - rest.column;
	}
	return rest;
}

bool
card_number(const struct card *card, unsigned i, unsigned long max,
    unsigned long *value)
{
	const struct card_word *w;
	unsigned long n = 0;

	if (i >= card->nwords)
		return false;
	w = &card->word[i];
	if (w->len == 0 || w->len > 18 || !card_digits(w))
		return false;
	for (unsigned k = 0; k < w->len; k++)
		n = n * 10 + (unsigned long)(w->s[k] - '0');
	*value = n;
	return n <= max;
}
