/* SPDX-License-Identifier: MIT
 *
 * command.c - find a command and run it.  What commands do is in
 * cms/commands.
 */
#include "command.h"
#include "console.h"
#include "hyper.h"
#include "program.h"
#include "str.h"
#include "text.h"

#define RC_SYNTAX 24
#define CP_UNKNOWN 1 /* DMKCFC001E */

struct command_settings command_settings = {
	.imp_cp = 1,
	.ready_long = 1,
};

static void
command_split(struct command_line *line, const char *text)
{
	const char *at = text;

	*line = (struct command_line){ .text = text };
	while (line->words < COMMAND_WORDS) {
		const char *word;
		size_t n = text_word(at, &word);

		if (n == 0)
			return;
		line->word[line->words].at = word;
		line->word[line->words].len = n;
		line->words++;
		at = word + n;
	}
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
command_missing(void)
{
	console_line("DMSCMD026E OPERAND MISSING OR INVALID");
	return RC_SYNTAX;
}

int
command_invalid(const struct command_line *line, int n)
{
	console_line("DMSCMD070E INVALID PARAMETER '%.*s'",
	    (int)line->word[n].len, line->word[n].at);
	return RC_SYNTAX;
}

int
command_too_many(const struct command_line *line, int n)
{
	return n < line->words ? command_invalid(line, n) : 0;
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
	return c.rc;
}

static int
command_find_module(const struct command_line *line, struct fs_file *file)
{
	static const char type[8] = "MODULE  ";
	char name[TEXT_NAME];

	return text_name(name, line->word[0].at, line->word[0].len) == 0 &&
	    fs_find(name, type, file);
}

static int
command_unknown(const struct command_line *line)
{
	size_t len = line->word[0].len < 32 ? line->word[0].len : 32;

	console_line("UNKNOWN CP/CMS COMMAND: %.*s - HELP LISTS WHAT THERE IS",
	    (int)len, line->word[0].at);
	return COMMAND_UNKNOWN;
}

int
command_run(const char *text)
{
	const struct command *c;
	struct command_line line;
	struct fs_file file;
	int rc;

	command_split(&line, text);
	if (line.words == 0)
		return 0;
	c = command_find(line.word[0].at, line.word[0].len);
	if (c != NULL)
		return c->run(&line);
	if (command_find_module(&line, &file))
		return program_run(&file, line.word[0].at);
	if (!command_settings.imp_cp)
		return command_unknown(&line);
	rc = command_cp(line.word[0].at, 1);
	return rc == CP_UNKNOWN ? command_unknown(&line) : rc;
}
