/* SPDX-License-Identifier: MIT
 *
 * cp.c - CP: give a command to the control program, not to CMS.
 */
#include "commands.h"

static int
cp_run(const struct command_line *line)
{
	if (line->words < 2)
		return command_missing();
	return command_cp(command_rest(line, 1), 0);
}

const struct command command_cp_row = {
	.name = "CP",
	.abbrev = 2,
	.syntax = "CP command",
	.help = "Gives a command to CP.  CMS does not look at it first, so CP\n"
		"QUERY SET asks CP even where CMS has a QUERY SET of its own.\n"
		"The return code is the number of CP's message, 0 for none.",
	.run = cp_run,
};
