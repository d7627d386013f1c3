/* SPDX-License-Identifier: MIT
 *
 * words.c - operands and options.  Pure.
 */
#include <ctype.h>
#include <string.h>

#include "words.h"

struct split {
	struct words *w;
	size_t used;
	enum { OPERANDS, OPTIONS, COMMENT } where;
};

static void
split_add(struct split *s, const char *at, size_t len)
{
	struct words *w = s->w;
	int *count = s->where == OPERANDS ? &w->operands : &w->options;
	const char **word = s->where == OPERANDS ? w->operand : w->option;

	if (*count == WORDS_MAX || s->used + len + 1 > sizeof w->text) {
		w->many = 1;
		return;
	}
	memcpy(w->text + s->used, at, len);
	w->text[s->used + len] = '\0';
	word[(*count)++] = w->text + s->used;
	s->used += len + 1;
}

/* One word between blanks, which parentheses may divide. */
static void
split_word(struct split *s, const char *at)
{
	while (*at != '\0' && s->where != COMMENT) {
		size_t n = strcspn(at, s->where == OPERANDS ? "(" : ")");

		if (n > 0)
			split_add(s, at, n);
		if (at[n] == '\0')
			return;
		s->where++;
		at += n + 1;
	}
}

void
words_split(struct words *w, int argc, char *const argv[])
{
	struct split s = { .w = w };

	memset(w, 0, sizeof *w);
	if (argc > 0 && strchr(argv[0], '(') != NULL)
		split_word(&s, strchr(argv[0], '('));
	for (int i = 1; i < argc; i++)
		split_word(&s, argv[i]);
}

int
words_is(const char *word, const char *name, unsigned least)
{
	size_t len = strlen(word);

	if (len < least || len > strlen(name))
		return 0;
	for (size_t i = 0; i < len; i++)
		if (toupper((unsigned char)word[i]) != name[i])
			return 0;
	return 1;
}

int
words_number(const char *word, unsigned long max, unsigned long *value)
{
	unsigned long v = 0;

	for (; isdigit((unsigned char)*word); word++) {
		v = v * 10 + (unsigned long)(*word - '0');
		if (v > max)
			return -1;
	}
	*value = v;
	return *word == '\0' && v > 0 ? 0 : -1;
}

int
words_digit(int c)
{
	if (isdigit(c))
		return c - '0';
	return isxdigit(c) ? toupper(c) - 'A' + 10 : -1;
}

int
words_hex(const char *word, unsigned long max, unsigned long *value)
{
	if (*word == '\0')
		return -1;
	for (*value = 0; *word != '\0'; word++) {
		int digit = words_digit((unsigned char)*word);

		if (digit == -1)
			return -1;
		*value = *value << 4 | (unsigned long)digit;
		if (*value > max)
			return -1;
	}
	return 0;
}

int
words_columns(const char *word, unsigned long max, unsigned long *from,
    unsigned long *to)
{
	char text[16];
	char *dash;

	if (strlen(word) >= sizeof text)
		return -1;
	strcpy(text, word);
	dash = strchr(text, '-');
	if (dash != NULL)
		*dash++ = '\0';
	*to = max;
	if (words_number(text, max, from) == -1)
		return -1;
	if (dash == NULL || *dash == '\0')
		return 0;
	return words_number(dash, max, to) == 0 && *to >= *from ? 0 : -1;
}
