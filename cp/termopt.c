/* SPDX-License-Identifier: MIT
 *
 * termopt.c - the editing characters of a console.  Those but LINEND are OFF
 * at first: what people type today is full of them.
 */
#include "termopt.h"

#include <string.h>
#include <strings.h>

#define TERMOPT_MORE 50
#define TERMOPT_CLEAR 10

void
termopt_init(struct termopt *o)
{
	*o = (struct termopt){ .more = TERMOPT_MORE, .clear = TERMOPT_CLEAR,
		.hold = true, .linend = '#' };
}

static bool
termopt_is(char set, char c)
{
	return set != '\0' && c == set;
}

bool
termopt_is_cp(const struct termopt *o, const char *text, size_t len)
{
	if (len < 3 || !(text[0] == '#' || termopt_is(o->linend, text[0])) ||
	    strncasecmp(text + 1, "CP", 2) != 0)
		return false;
	return len == 3 || text[3] == ' ' || termopt_is(o->linend, text[3]);
}

size_t
termopt_line(const struct termopt *o, const char *text, size_t len,
    size_t *next)
{
	size_t i = termopt_is_cp(o, text, len) ? 3 : 0;

	*next = len;
	for (; i < len; i++) {
		if (termopt_is(o->escape, text[i])) {
			i++;
		} else if (termopt_is(o->linend, text[i])) {
			*next = i + !termopt_is_cp(o, text + i, len - i);
			return i;
		}
	}
	return len;
}

size_t
termopt_for_cp(const struct termopt *o, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (termopt_is(o->escape, text[i]))
			i++;
		else if (i > 0 && termopt_is(o->linend, text[i]) &&
		    termopt_is_cp(o, text + i, len - i))
			return i;
	}
	return len;
}

/* The last character of n bytes goes, all bytes of it. */
static size_t
termopt_back(const char *text, size_t n)
{
	while (n > 0 && ((unsigned char)text[n - 1] & 0xC0) == 0x80)
		n--;
	return n > 0 ? n - 1 : 0;
}

size_t
termopt_edit(const struct termopt *o, char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (termopt_is(o->escape, text[i]) && i + 1 < len)
			text[n++] = text[++i];
		else if (termopt_is(o->chardel, text[i]))
			n = termopt_back(text, n);
		else if (termopt_is(o->linedel, text[i]))
			n = 0;
		else
			text[n++] = text[i];
	}
	text[n] = '\0';
	return n;
}
