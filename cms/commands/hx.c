/* SPDX-License-Identifier: MIT
 *
 * hx.c - HX where no program runs.  In a program it is console.c that obeys
 * it; the row is here so that HELP knows it.
 */
#include "commands.h"
#include "console.h"

static int
hx_run(const struct command_line *line)
{
	if (line->words > 1)
		return command_invalid(line, 1);
	console_line("NO PROGRAM IS RUNNING");
	return 0;
}

const struct command command_hx = {
	.name = "HX",
	.abbrev = 2,
	.code = "ITP",
	.run = hx_run,
};
