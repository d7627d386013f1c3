/* SPDX-License-Identifier: MIT
 *
 * set.c - SET: how CMS behaves.  What it does not know is set by CP.
 */
#include "commands.h"

static const struct {
	const char *name;
	unsigned abbrev;
	const char *yes, *no;
	unsigned yes_abbrev, no_abbrev;
	int *setting;
} set_rows[] = {
	{ "ABBREV", 6, "ON", "OFF", 2, 3, &command_settings.abbrev },
	{ "IMPCP", 5, "ON", "OFF", 2, 3, &command_settings.imp_cp },
	{ "IMPEX", 5, "ON", "OFF", 2, 3, &command_settings.imp_ex },
	{ "RDYMSG", 6, "LMSG", "SMSG", 1, 1, &command_settings.ready_long },
};

static int
set_row(const struct command_line *line, unsigned i)
{
	if (line->words < 3)
		return command_missing(line);
	if (line->words > 3)
		return command_too_many(line, 3);
	if (command_word_is(line, 2, set_rows[i].yes, set_rows[i].yes_abbrev))
		*set_rows[i].setting = 1;
	else if (command_word_is(line, 2, set_rows[i].no,
	    set_rows[i].no_abbrev))
		*set_rows[i].setting = 0;
	else
		return command_invalid(line, 2);
	return 0;
}

static int
set_run(const struct command_line *line)
{
	if (line->words < 2)
		return command_missing(line);
	for (unsigned i = 0; i < sizeof set_rows / sizeof set_rows[0]; i++)
		if (command_word_is(line, 1, set_rows[i].name,
		    set_rows[i].abbrev))
			return set_row(line, i);
	return command_cp(line->text, 0);
}

const struct command command_set = {
	.name = "SET",
	.abbrev = 3,
	.code = "SET",
	.run = set_run,
};
