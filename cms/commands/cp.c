/* SPDX-License-Identifier: MIT
 *
 * cp.c - CP: give a command to the control program, not to CMS.  The word
 * alone is one: CP stops the machine and reads commands, until BEGIN.
 */
#include "commands.h"

static int
cp_run(const struct command_line *line)
{
	return command_cp(line->words > 1 ? command_rest(line, 1) : "CP", 0);
}

const struct command command_cp_row = {
	.name = "CP",
	.abbrev = 2,
	.code = "CPF",
	.syntax = "CP [command]",
	.help = "Gives a command to CP.  CMS does not look at it first, so CP\n"
		"QUERY SET asks CP even where CMS has a QUERY SET of its own.\n"
		"The return code is the number of CP's message, 0 for none.\n"
		"Alone it stops the machine: CP reads commands until BEGIN.",
	.run = cp_run,
};
