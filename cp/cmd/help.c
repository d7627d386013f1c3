/* SPDX-License-Identifier: MIT
 *
 * cmd/help.c - HELP and COMMANDS: what the caller may use, from the rows.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"

#define HELP_WIDTH 78 /* of a line */
#define HELP_COLUMN 9

static const char *
help_class(const struct command *row, char buf[16])
{
	size_t n = 0;

	for (unsigned bit = 0; bit < 8; bit++)
		if (row->class & 1u << bit)
			buf[n++] = (char)('A' + bit);
	buf[n] = '\0';
	return n > 0 ? buf : "Any";
}

/* A line of columns without the last one's blanks. */
static void
help_columns(struct request *rq, const char *line, size_t n)
{
	while (n > 0 && line[n - 1] == ' ')
		n--;
	if (n > 0)
		reply_line(rq, "%.*s", (int)n, line);
}

/* Words of a text in lines; what is before the first, and before each of the
 * others. */
static void
help_fold(struct request *rq, const char *first, const char *next,
    const char *text)
{
	for (const char *before = first; *text != '\0'; before = next) {
		size_t n = strlen(text), room = HELP_WIDTH - strlen(before);

		if (n > room) {
			n = room;
			while (n > 0 && text[n] != ' ')
				n--;
			if (n == 0)
				n = room;
		}
		reply_line(rq, "%s%.*s", before, (int)n, text);
		text += n;
		while (*text == ' ')
			text++;
	}
}

static void
help_row(struct request *rq, const char *before, const struct command *row)
{
	char class[16];

	help_fold(rq, before, "    ", row->syntax);
	help_fold(rq, "  ", "  ", row->help);
	reply_line(rq, "  Class: %s", help_class(row, class));
}

static void
help_names(struct request *rq, enum command_table table)
{
	const struct command *row;
	char line[HELP_WIDTH + 16];
	size_t n = 0;

	for (size_t i = 0; (row = command_at(table, i)) != NULL; i++) {
		if (!command_visible(row, rq->classes, rq->place))
			continue;
		n += (size_t)snprintf(line + n, sizeof line - n, "  %-*s",
		    HELP_COLUMN, row->name);
		if (n + HELP_COLUMN + 4 > HELP_WIDTH) {
			help_columns(rq, line, n);
			n = 0;
		}
	}
	help_columns(rq, line, n);
}

static int
help_list(struct request *rq)
{
	const struct command *row;

	if (rq->place == AT_LOGO)
		reply_line(rq, "Before LOGON:");
	else
		reply_line(rq, "CP commands you may use (capitals suffice):");
	for (size_t i = 0; (row = command_at(TABLE_COMMANDS, i)) != NULL; i++)
		if (command_visible(row, rq->classes, rq->place))
			help_fold(rq, "  ", "    ", row->syntax);
	reply_line(rq, "HELP command tells more; HELP QUERY and HELP SET list "
	    "their operands.");
	return 0;
}

/* HELP QUERY TIME */
static int
help_operand(struct request *rq, enum command_table table, const char *before)
{
	const struct command *row = command_find(table, request_word(rq, 2),
	    rq->classes, rq->place);

	if (row == NULL)
		return reply_error(rq, 2, request_word(rq, 2));
	help_row(rq, before, row);
	return 0;
}

static int
cmd_help(struct request *rq)
{
	const struct command *row;
	bool query, set;

	if (rq->words < 2)
		return help_list(rq);
	row = command_find(TABLE_COMMANDS, request_word(rq, 1), rq->classes,
	    rq->place);
	if (row == NULL)
		return reply_error(rq, 1, request_word(rq, 1));
	query = strcmp(row->name, "QUERY") == 0;
	set = strcmp(row->name, "SET") == 0;
	if ((query || set) && rq->words > 2)
		return help_operand(rq, query ? TABLE_QUERIES : TABLE_SETS,
		    query ? "Query " : "SET ");
	help_row(rq, "", row);
	if (query || set)
		help_names(rq, query ? TABLE_QUERIES : TABLE_SETS);
	return 0;
}

static int
cmd_commands(struct request *rq)
{
	help_names(rq, TABLE_COMMANDS);
	return 0;
}

CP_COMMAND(help,
	.name = "HELP",
	.abbrev = 1,
	.place = AT_LOGO | AT_USER,
	.run = cmd_help,
	.syntax = "Help [command [operand]]",
	.help = "List the commands you may use, or tell about one.");

CP_COMMAND(commands,
	.name = "COMMANDS",
	.abbrev = 3,
	.run = cmd_commands,
	.syntax = "COMmands",
	.help = "List the names of the commands you may use.");
