/* SPDX-License-Identifier: MIT
 *
 * list.c - the lists for SPECS and TRANS.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "list.h"
#include "say.h"
#include "words.h"

#define COLUMN_MAX 65535ul
#define MORE "++"

void
list_init(struct list *l)
{
	l->specs = 0;
	for (int i = 0; i < 256; i++)
		l->translate[i] = (unsigned char)i;
}

void
list_upper(struct list *l)
{
	for (int i = 'a'; i <= 'z'; i++)
		l->translate[i] = (unsigned char)(i - 'a' + 'A');
}

void
list_lower(struct list *l)
{
	for (int i = 'A'; i <= 'Z'; i++)
		l->translate[i] = (unsigned char)(i - 'A' + 'a');
}

/* What the card punches before EBCDIC had in these places. */
void
list_bcd(struct list *l)
{
	static const char from[] = "#@%&<", to[] = "=':(+)";

	for (int i = 0; from[i] != '\0'; i++)
		l->translate[(unsigned char)from[i]] = (unsigned char)to[i];
}

static int
list_bad(const char *what, const char *at)
{
	return say(64, 'E', 24, "INVALID %sSPECIFICATION AT OR NEAR '%.16s'",
	    what, at);
}

static char *
list_blanks(char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* 1 to COLUMN_MAX, and where it ends: NULL when it is none. */
static char *
list_number(char *at, unsigned long *value)
{
	*value = 0;
	while (isdigit((unsigned char)*at) && *value <= COLUMN_MAX)
		*value = *value * 10 + (unsigned long)(*at++ - '0');
	return *value >= 1 && *value <= COLUMN_MAX ? at : NULL;
}

/* Two hexadecimal digits: a character, or -1. */
static int
list_hex(const char *at)
{
	int high = words_digit((unsigned char)at[0]);
	int low = high != -1 ? words_digit((unsigned char)at[1]) : -1;

	return low != -1 ? high << 4 | low : -1;
}

/* Pairs of digits become the characters they stand for, in their place. */
static char *
list_hex_text(struct spec *s, char *at)
{
	char *to = at;

	s->text = at;
	for (int c; (c = list_hex(at)) != -1; at += 2)
		*to++ = (char)c;
	s->len = (size_t)(to - s->text);
	return s->len > 0 ? at : NULL;
}

static char *
list_columns(struct spec *s, char *at)
{
	at = list_number(at, &s->first);
	if (at == NULL || *at != '-')
		return NULL;
	at = list_number(at + 1, &s->last);
	return at != NULL && s->last >= s->first ? at : NULL;
}

static char *
list_string(struct spec *s, char *at)
{
	char *end = strchr(at + 1, *at);

	if (end == NULL || end == at + 1)
		return NULL;
	s->text = at + 1;
	s->len = (size_t)(end - s->text);
	return end + 1;
}

static char *
list_source(struct spec *s, char *at)
{
	if (isdigit((unsigned char)*at))
		return list_columns(s, at);
	if (toupper((unsigned char)*at) == 'H')
		return list_hex_text(s, at + 1);
	return isalnum((unsigned char)*at) ? NULL : list_string(s, at);
}

int
list_specs(struct list *l, char *text)
{
	char *at = list_blanks(text);

	for (l->specs = 0; *at != '\0'; l->specs++) {
		struct spec *s = &l->spec[l->specs];
		char *begin = at;

		if (l->specs == LIST_SPECS)
			return say(103, 'S', 88, "NUMBER OF SPECS EXCEEDS MAX "
			    "%d", LIST_SPECS);
		memset(s, 0, sizeof *s);
		at = list_source(s, at);
		if (at == NULL || (*at != ' ' && *at != '\t'))
			return list_bad("", begin);
		at = list_number(list_blanks(at), &s->to);
		if (at == NULL || (*at != '\0' && *at != ' ' && *at != '\t'))
			return list_bad("", begin);
		at = list_blanks(at);
	}
	return l->specs > 0 ? 0 :
	    say(63, 'E', 40, "NO SPECIFICATION LIST ENTERED");
}

int
list_value(const char *at, size_t len, unsigned char *c)
{
	int hex = len == 2 ? list_hex(at) : -1;

	if (len != 1 && hex == -1)
		return -1;
	*c = (unsigned char)(len == 1 ? *at : hex);
	return 0;
}

/* A character or its two hexadecimal digits: the word's length, or 0. */
static size_t
list_character(const char *at, unsigned char *c)
{
	size_t n = strcspn(at, " \t");

	return list_value(at, n, c) == 0 ? n : 0;
}

int
list_trans(struct list *l, const char *text)
{
	const char *at = text + strspn(text, " \t");

	if (*at == '\0')
		return say(63, 'E', 40, "NO TRANSLATION LIST ENTERED");
	while (*at != '\0') {
		const char *begin = at;
		unsigned char from = 0, to = 0;
		size_t n = list_character(at, &from);

		at += n;
		at += strspn(at, " \t");
		if (n > 0)
			n = list_character(at, &to);
		if (n == 0)
			return list_bad("TRANSLATE ", begin);
		l->translate[from] = to;
		at += n;
		at += strspn(at, " \t");
	}
	return 0;
}

/* Lines to l->text, with a blank for each "++". */
static int
list_read(struct list *l)
{
	size_t used = 0;

	for (;;) {
		char *line = l->text + used;
		size_t n;

		if (sizeof l->text - used < 2)
			return say(101, 'S', 88, "'SPECS' TEMP STRING STORAGE "
			    "EXHAUSTED AT '%.16s'", line - 16);
		if (fgets(line, (int)(sizeof l->text - used), stdin) == NULL)
			*line = '\0';
		n = strcspn(line, "\n");
		line[n] = '\0';
		used += n;
		if (n < strlen(MORE) || strcmp(line + n - strlen(MORE),
		    MORE) != 0)
			return 0;
		used -= strlen(MORE) - 1;
		l->text[used - 1] = ' ';
	}
}

int
list_read_specs(struct list *l, int prompt)
{
	int rc;

	if (prompt)
		say(601, 'R', 0, "ENTER SPECIFICATION LIST:");
	fflush(stdout);
	rc = list_read(l);
	return rc != 0 ? rc : list_specs(l, l->text);
}

int
list_read_trans(struct list *l, int prompt)
{
	int rc;

	if (prompt)
		say(602, 'R', 0, "ENTER TRANSLATION LIST:");
	fflush(stdout);
	rc = list_read(l);
	return rc != 0 ? rc : list_trans(l, l->text);
}
