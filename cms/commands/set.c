/* SPDX-License-Identifier: MIT
 *
 * set.c - SET: how CMS behaves.  What it does not know is set by CP.
 */
#include "commands.h"
#include "setting.h"

#define RC_SYNTAX 24

static const struct setting set_rows[] = {
	{ "ABBREV", 6, "ON", "OFF", 2, 3, &command_settings.abbrev },
	{ "IMPCP", 5, "ON", "OFF", 2, 3, &command_settings.imp_cp },
	{ "IMPEX", 5, "ON", "OFF", 2, 3, &command_settings.imp_ex },
	{ "RDYMSG", 6, "LMSG", "SMSG", 1, 1, &command_settings.ready_long },
};

const struct setting *
setting_find(const struct command_line *line)
{
	for (unsigned i = 0; i < sizeof set_rows / sizeof set_rows[0]; i++)
		if (command_word_is(line, 1, set_rows[i].name,
		    set_rows[i].abbrev))
			return &set_rows[i];
	return NULL;
}

int
setting_missing(const struct command_line *line)
{
	return command_message(line, 47, 'E', RC_SYNTAX,
	    "NO FUNCTION SPECIFIED");
}

int
setting_invalid(const struct command_line *line, const char *function)
{
	return command_message(line, 26, 'E', RC_SYNTAX, "INVALID PARAMETER "
	    "'%.*s' FOR '%s' FUNCTION", (int)line->word[2].len,
	    line->word[2].at, function);
}

int
setting_cp(const struct command_line *line)
{
	if (command_settings.imp_cp)
		return command_cp(line->text, 0);
	return command_wrong(line, 1, 14, RC_SYNTAX, "INVALID FUNCTION");
}

static int
set_run(const struct command_line *line)
{
	const struct setting *s = setting_find(line);

	if (line->words < 2)
		return setting_missing(line);
	if (s == NULL)
		return setting_cp(line);
	if (line->words < 3)
		return command_message(line, 50, 'E', RC_SYNTAX,
		    "PARAMETER MISSING AFTER '%s'", s->name);
	if (line->words > 3)
		return command_invalid(line, 3);
	if (command_word_is(line, 2, s->yes, s->yes_abbrev))
		*s->value = 1;
	else if (command_word_is(line, 2, s->no, s->no_abbrev))
		*s->value = 0;
	else
		return setting_invalid(line, s->name);
	return 0;
}

const struct command command_set = {
	.name = "SET",
	.abbrev = 3,
	.code = "SET",
	.run = set_run,
};
