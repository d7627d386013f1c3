/* SPDX-License-Identifier: MIT
 *
 * deck.c - lines to cards, and the first card's words.
 */
#include "deck.h"

#include <string.h>

#include "name.h"

#define DECK_ID_MAX 256 /* bytes of the first card */

void
deck_begin(struct deck *d, char cls, deck_card *card, void *arg)
{
	d->state = DECK_FIRST;
	d->card = card;
	d->arg = arg;
	d->user = (struct vm_name){ 0 };
	d->attr = (struct spool_attr){ .class = cls, .copies = 1 };
	d->cards = 0;
	d->len = 0;
}

/* --- the first card --- */

struct deck_words {
	const char *at, *end;
	const char *word;
	size_t len;
};

/* The next word, between blanks; false: there is none. */
static bool
deck_word(struct deck_words *w)
{
	while (w->at < w->end && *w->at == ' ')
		w->at++;
	w->word = w->at;
	while (w->at < w->end && *w->at != ' ')
		w->at++;
	w->len = (size_t)(w->at - w->word);
	return w->len > 0;
}

static char
deck_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool
deck_is(const struct deck_words *w, const char *name)
{
	if (strlen(name) != w->len)
		return false;
	for (size_t i = 0; i < w->len; i++)
		if (deck_upper(w->word[i]) != name[i])
			return false;
	return true;
}

/* The word in capitals, padded with NULs; false: it does not fit. */
static bool
deck_field(const struct deck_words *w, char *field, size_t size)
{
	if (w->len > size)
		return false;
	memset(field, 0, size);
	for (size_t i = 0; i < w->len; i++)
		field[i] = deck_upper(w->word[i]);
	return true;
}

static bool
deck_user(struct deck *d, struct deck_words *w)
{
	struct name_text text = { 0 };

	if (!deck_word(w) || (!deck_is(w, "ID") && !deck_is(w, "USERID")))
		return false;
	return deck_word(w) && deck_field(w, text.s, VM_NAME_MAX) &&
	    name_parse(text.s, &d->user) == 0;
}

static bool
deck_class(struct deck *d, struct deck_words *w)
{
	if (!deck_word(w) || w->len != 1)
		return false;
	d->attr.class = deck_upper(w->word[0]);
	return (d->attr.class >= 'A' && d->attr.class <= 'Z') ||
	    (d->attr.class >= '0' && d->attr.class <= '9');
}

/* fn ft, each of eight; or one word, which may be longer: a dsname. */
static bool
deck_name(struct deck *d, struct deck_words *w)
{
	struct deck_words next;

	if (!deck_word(w) || !deck_field(w, d->attr.name, SPOOL_NAME_MAX))
		return false;
	next = *w;
	if (!deck_word(&next) || deck_is(&next, "CLASS") ||
	    deck_is(&next, "TAG"))
		return true;
	*w = next;
	return d->attr.name[VM_NAME_MAX] == '\0' &&
	    deck_field(w, d->attr.type, SPOOL_TYPE_MAX);
}

/* The rest, as it is written. */
static bool
deck_tag(struct deck *d, struct deck_words *w)
{
	size_t len;

	while (w->at < w->end && *w->at == ' ')
		w->at++;
	len = (size_t)(w->end - w->at);
	if (len > SPOOL_TAG_MAX)
		return false;
	memcpy(d->attr.tag, w->at, len);
	w->at = w->end;
	return true;
}

static bool
deck_options(struct deck *d, struct deck_words *w)
{
	static const struct {
		const char *name;
		bool (*take)(struct deck *, struct deck_words *);
	} options[] = {
		{ "CLASS", deck_class },
		{ "NAME", deck_name },
		{ "TAG", deck_tag },
	};
	size_t i;

	while (deck_word(w)) {
		for (i = 0; i < sizeof options / sizeof options[0]; i++)
			if (deck_is(w, options[i].name))
				break;
		if (i == sizeof options / sizeof options[0] ||
		    !options[i].take(d, w))
			return false;
	}
	return true;
}

static bool
deck_id(struct deck *d, size_t len)
{
	struct deck_words w = { .at = d->line, .end = d->line + len };

	if (len > DECK_ID_MAX)
		return false;
	while (len > 0 && d->line[len - 1] == ' ')
		w.end = d->line + --len;
	for (size_t i = 0; i < len; i++)
		if (d->line[i] < ' ' || d->line[i] > '~')
			return false;
	return deck_user(d, &w) && deck_options(d, &w);
}

/* --- lines --- */

/* A line is whole; its end is not in it. */
static void
deck_line(struct deck *d)
{
	size_t len = d->len;

	d->len = 0;
	if (len > 0 && d->line[len - 1] == '\r')
		len--;
	if (len > SPOOL_RECORD_MAX) {
		d->state = DECK_TOO_LONG;
	} else if (d->state == DECK_FIRST) {
		d->state = deck_id(d, len) ? DECK_ASKS : DECK_NO_ID;
	} else {
		d->cards++;
		d->card(d->arg, len > 0 ? d->line : " ", len > 0 ? len : 1);
	}
}

/* Bytes of a line, of which the end may not be there yet. */
static void
deck_part(struct deck *d, const char *in, size_t n)
{
	if (n > sizeof d->line - d->len) {
		d->state = d->state == DECK_FIRST ? DECK_NO_ID : DECK_TOO_LONG;
		return;
	}
	memcpy(d->line + d->len, in, n);
	d->len += n;
}

size_t
deck_feed(struct deck *d, const char *in, size_t n)
{
	size_t at = 0;

	while (at < n && (d->state == DECK_FIRST || d->state == DECK_CARDS)) {
		const char *end = memchr(in + at, '\n', n - at);
		size_t part = end != NULL ? (size_t)(end - in) - at : n - at;

		deck_part(d, in + at, part);
		at += part;
		if (end == NULL || d->state == DECK_NO_ID ||
		    d->state == DECK_TOO_LONG)
			continue;
		at++;
		deck_line(d);
	}
	return at;
}

void
deck_go(struct deck *d)
{
	d->state = DECK_CARDS;
}

void
deck_end(struct deck *d)
{
	if (d->state == DECK_FIRST)
		deck_line(d);
	else if (d->state == DECK_CARDS && d->len > 0)
		deck_line(d);
}
