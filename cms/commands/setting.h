/* SPDX-License-Identifier: MIT
 *
 * setting.h - what SET sets and QUERY asks, and what both say about it.
 */
#ifndef CMS_SETTING_H
#define CMS_SETTING_H

#include "command.h"

struct setting {
	const char *name;
	unsigned char abbrev;
	const char *yes, *no;
	unsigned char yes_abbrev, no_abbrev;
	int *value;
};

/* The one that word 1 names, or NULL. */
const struct setting *setting_find(const struct command_line *line);

/* Messages: nothing is asked for; word 2 is nothing that a function knows. */
int setting_missing(const struct command_line *line);
int setting_invalid(const struct command_line *line, const char *function);

/* What CMS does not know CP may, unless SET IMPCP OFF. */
int setting_cp(const struct command_line *line);

#endif
