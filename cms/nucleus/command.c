/* SPDX-License-Identifier: MIT
 *
 * command.c - find a command and run it.  What commands do is in
 * cms/commands.
 */
#include "command.h"
#include "console.h"
#include "exec.h"
#include "hyper.h"
#include "ipl.h"
#include "print.h"
#include "program.h"
#include "str.h"
#include "synonym.h"
#include "text.h"

#define RC_SYNTAX 24
#define CP_UNKNOWN 1 /* DMKCFC001E */

struct command_settings command_settings = {
	.imp_cp = 1,
	.imp_ex = 1,
	.abbrev = 1,
	.ready_long = 1,
};

static int
command_is_parenthesis(int c)
{
	return c == '(' || c == ')';
}

/* The first word of text, but no more than a parenthesis or what is before
 * one. */
static size_t
command_word(const char *text, const char **word)
{
	size_t n = text_word(text, word);

	for (size_t i = 0; i < n; i++)
		if (command_is_parenthesis((*word)[i]))
			return i > 0 ? i : 1;
	return n;
}

static void
command_split(struct command_line *line, const char *text)
{
	const char *at = text;
	size_t n;

	*line = (struct command_line){ .text = text, .operands = -1 };
	while (line->words < COMMAND_WORDS &&
	    (n = command_word(at, &at)) > 0) {
		if (*at == '(' && line->operands == -1)
			line->operands = line->words;
		line->word[line->words].at = at;
		line->word[line->words].len = n;
		line->words++;
		at += n;
	}
	if (line->operands == -1)
		line->operands = line->words;
}

const struct command *
command_find(const char *word, size_t len)
{
	for (const struct command *const *c = command_table; *c != NULL; c++)
		if (text_abbrev(word, len, (*c)->name, (*c)->abbrev))
			return *c;
	return NULL;
}

int
command_word_is(const struct command_line *line, int n, const char *name,
    size_t least)
{
	return n < line->words && text_abbrev(line->word[n].at,
	    line->word[n].len, name, least);
}

const char *
command_rest(const struct command_line *line, int n)
{
	return n < line->words ? line->word[n].at : "";
}

int
command_message(const struct command_line *line, int number, int severity,
    int rc, const char *format, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, format);
	print_va(text, sizeof text, format, ap);
	va_end(ap);
	for (char *c = text; *c != '\0'; c++)
		*c = (char)text_upper((unsigned char)*c);
	console_line("DMS%s%03d%c %s", line->command->code, number, severity,
	    text);
	return rc;
}

int
command_wrong(const struct command_line *line, int n, int number, int rc,
    const char *what)
{
	return command_message(line, number, 'E', rc, "%s '%.*s'", what,
	    (int)line->word[n].len, line->word[n].at);
}

int
command_invalid(const struct command_line *line, int n)
{
	return command_wrong(line, n, 70, RC_SYNTAX, "INVALID PARAMETER");
}

int
command_cp(const char *text, int implied)
{
	struct hyper_command c = {
		.text = text,
		.len = strlen(text),
		.implied = implied,
	};

	if (c.len > DIAG_COMMAND_MAX) {
		console_line("DMSCPF104E CP COMMAND IS LONGER THAN %d "
		    "CHARACTERS", DIAG_COMMAND_MAX);
		return RC_SYNTAX;
	}
	console_show();
	if (hyper_command(&c) == -1) {
		console_line("DMSCPF105E CP DOES NOT ANSWER");
		return RC_SYNTAX;
	}
	return ipl_resumed(c.rc);
}

/* The row whose whole name it is, or NULL. */
static const struct command *
command_named(const char name[TEXT_NAME])
{
	size_t len = text_len(name);

	for (const struct command *const *c = command_table; *c != NULL; c++)
		if (text_abbrev(name, len, (*c)->name, strlen((*c)->name)))
			return *c;
	return NULL;
}

static int
command_module(struct command_line *line, const char name[TEXT_NAME], int *rc)
{
	struct fileid id = { .type = "MODULE  " };
	struct edf_stat st;
	struct access *a;

	memcpy(id.name, name, sizeof id.name);
	if (access_search(&id, &a, &st) != 0)
		return 0;
	*rc = program_run(a, &st, line->word[0].at);
	return 1;
}

/* Run what has this whole name: 1, or 0 when nothing has. */
static int
command_try(struct command_line *line, const char name[TEXT_NAME], int *rc)
{
	char module[TEXT_NAME];

	if (command_settings.imp_ex && exec_try(line, name, 1, rc))
		return 1;
	line->command = command_named(name);
	if (line->command == NULL)
		return command_module(line, name, rc);
	if (line->command->run != NULL) {
		*rc = line->command->run(line);
		return 1;
	}
	text_name(module, line->command->module,
	    strlen(line->command->module));
	return command_module(line, module, rc);
}

static int
command_unknown(const struct command_line *line, int rc)
{
	int len = line->word[0].len < 32 ? (int)line->word[0].len : 32;

	console_line("UNKNOWN CP/CMS COMMAND: %.*s - HELP LISTS WHAT THERE IS",
	    len, line->word[0].at);
	return rc;
}

/* Unknown is an unknown command's return code. */
static int
command_do(const char *text, int unknown)
{
	struct command_line line;
	char name[TEXT_NAME];
	const char *word;
	size_t len;
	int rc;

	command_split(&line, text);
	if (line.words == 0)
		return 0;
	word = line.word[0].at;
	len = line.word[0].len;
	if (fileid_name(name, word, len) == 0 && command_try(&line, name, &rc))
		return rc;
	if (synonym_find(word, len, name) == 0 &&
	    command_try(&line, name, &rc))
		return rc;
	if (!command_settings.imp_cp)
		return command_unknown(&line, unknown);
	rc = command_cp(word, 1);
	return rc == CP_UNKNOWN ? command_unknown(&line, unknown) : rc;
}

int
command_run(const char *text)
{
	return command_do(text, COMMAND_UNKNOWN);
}

int
command_typed(const char *text)
{
	return command_do(text, COMMAND_UNKNOWN_TYPED);
}
