/* SPDX-License-Identifier: MIT
 *
 * termopt.h - what TERMINAL has said of a user's console: how typed lines are
 * edited, how pages follow one another.  Knows no terminal.
 */
#ifndef VM370_CP_TERMOPT_H
#define VM370_CP_TERMOPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERMOPT_MORE_MAX 255 /* seconds */
#define TERMOPT_LINESIZE_MAX 255

struct termopt {
	uint16_t more, clear; /* seconds */
	uint16_t linesize;    /* 0: as wide as the terminal is */
	bool hold, paging;
	char linend, linedel, chardel, escape; /* '\0': OFF */
};

void termopt_init(struct termopt *o);

/*
 * The first logical line of what was typed: how long it is, as typed, and in
 * *next where the one after it begins; len: there is none.  "#CP" there keeps
 * its line end character, which makes it CP's.
 */
size_t termopt_line(const struct termopt *o, const char *text, size_t len,
    size_t *next);

/* Where LINEND and "CP" first stand behind the beginning; len: nowhere. */
size_t termopt_for_cp(const struct termopt *o, const char *text, size_t len);

/* Is this the line end character and "CP"? */
bool termopt_is_cp(const struct termopt *o, const char *text, size_t len);

/* Apply the editing characters in place; what is left. */
size_t termopt_edit(const struct termopt *o, char *text, size_t len);

#endif
