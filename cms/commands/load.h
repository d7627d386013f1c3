/* SPDX-License-Identifier: MIT
 *
 * load.h - a whole file of text in storage: an EXEC, a HELP file, synonyms.
 */
#ifndef CMS_LOAD_H
#define CMS_LOAD_H

#include <stddef.h>

#include "fileid.h"

struct load {
	char *text; /* lines, ended by newlines, and a NUL */
	size_t size;
	size_t next; /* of the line that load_line() gives */
};

/* 0, or an error of EDF's or of access.h. */
int load_file(struct load *l, const struct fileid *id);
void load_free(struct load *l);

/* The next line, terminated and without blanks at its ends: NULL at the end.
 */
char *load_line(struct load *l);

#endif
