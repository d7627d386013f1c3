/* SPDX-License-Identifier: MIT
 *
 * help.c - HELP: what commands there are, from their own rows.
 */
#include "commands.h"
#include "console.h"
#include "diag.h"
#include "print.h"

/* The part of a name that must be typed is in capitals. */
static void
help_name(char *to, const struct command *c)
{
	unsigned i;

	for (i = 0; c->name[i] != '\0'; i++)
		to[i] = (char)(i < c->abbrev ? c->name[i] :
		    c->name[i] - 'A' + 'a');
	to[i] = '\0';
}

static int
help_all(void)
{
	char text[80], name[16];
	size_t n = 0;

	console_line("CMS commands (what is in capitals must be typed):");
	for (const struct command *const *c = command_table; *c != NULL; c++) {
		help_name(name, *c);
		n += print_into(text + n, sizeof text - n, "  %-10s", name);
		if (n + 12 >= sizeof text || c[1] == NULL) {
			console_line("%s", text);
			n = 0;
		}
	}
	console_line("HELP command tells about one.  LISTFILE * MODULE lists "
	    "programs: type a name");
	console_line("to run it, HX to halt it.  Other commands go to CP; CP "
	    "HELP lists those.");
	return 0;
}

static void
help_lines(const char *text)
{
	while (*text != '\0') {
		size_t n = 0;

		while (text[n] != '\0' && text[n] != '\n')
			n++;
		console_line("  %.*s", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static int
help_run(const struct command_line *line)
{
	const struct command *c;
	char cp[DIAG_COMMAND_MAX + 1];

	if (line->words < 2)
		return help_all();
	if (line->words > 2) {
		print_into(cp, sizeof cp, "HELP %s", command_rest(line,
		    command_word_is(line, 1, "CP", 2) ? 2 : 1));
		return command_cp(cp, 0);
	}
	c = command_find(line->word[1].at, line->word[1].len);
	if (c != NULL) {
		console_line("%s", c->syntax);
		help_lines(c->help);
		return 0;
	}
	print_into(cp, sizeof cp, "HELP %.*s", (int)line->word[1].len,
	    line->word[1].at);
	return command_cp(cp, 0);
}

const struct command command_help = {
	.name = "HELP",
	.abbrev = 1,
	.code = "HLP",
	.syntax = "HELP [[CP] command [operand]]",
	.help = "Lists the commands of CMS, or tells about one.  What CMS\n"
		"does not know is asked of CP: HELP CP QUERY, HELP QUERY TIME.",
	.run = help_run,
};
