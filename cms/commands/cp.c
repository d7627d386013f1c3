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
	.run = cp_run,
};
