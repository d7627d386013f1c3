/* SPDX-License-Identifier: MIT
 *
 * help.c - HELP: what commands there are, from their own rows; about each
 * there is a file on the system disk.
 */
#include "commands.h"
#include "console.h"
#include "diag.h"
#include "load.h"
#include "print.h"
#include "str.h"

#define RC_NOT_FOUND 28
#define CP_UNKNOWN 1

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
	console_line("HELP command tells about one, HELP CMS where to begin.");
	console_line("Other commands are programs (LISTFILE * MODULE *), EXECs, "
	    "or CP's: CP HELP.");
	return 0;
}

/* NAME HELPCMS or HELPCP of the system disk: 0, or -1 when there is none. */
static int
help_file(const char *word, size_t len, const char type[TEXT_NAME])
{
	struct fileid id = { .mode = 'S' };
	struct load l;

	if (fileid_name(id.name, word, len) == -1)
		return -1;
	memcpy(id.type, type, TEXT_NAME);
	if (load_file(&l, &id) != 0)
		return -1;
	console_text(l.text, strlen(l.text));
	load_free(&l);
	return 0;
}

static int
help_ask_cp(const char *rest)
{
	char cp[DIAG_COMMAND_MAX + 1];

	print_into(cp, sizeof cp, "HELP %s", rest);
	return command_cp(cp, 0);
}

static int
help_cp(const struct command_line *line)
{
	if (line->words == 3 && help_file(line->word[2].at, line->word[2].len,
	    "HELPCP  ") == 0)
		return 0;
	return help_ask_cp(command_rest(line, 2));
}

static int
help_command(const struct command_line *line)
{
	const char *word = line->word[1].at;
	size_t len = line->word[1].len;
	const struct command *c = command_find(word, len);
	int rc;

	if (help_file(word, len, "HELPCMS ") == 0 || (c != NULL &&
	    help_file(c->name, strlen(c->name), "HELPCMS ") == 0))
		return 0;
	if (c == NULL) {
		if (help_file(word, len, "HELPCP  ") == 0)
			return 0;
		rc = help_ask_cp(word);
		if (rc != CP_UNKNOWN)
			return rc;
	}
	return command_message(line, 254, 'E', RC_NOT_FOUND, "NO HELP FOR "
	    "'%.*s' - HELP LISTS COMMANDS", (int)len, word);
}

static int
help_run(const struct command_line *line)
{
	if (line->words < 2)
		return help_all();
	if (line->words > 2 && command_word_is(line, 1, "CP", 2))
		return help_cp(line);
	return line->words > 2 ? help_ask_cp(command_rest(line, 1)) :
	    help_command(line);
}

const struct command command_help = {
	.name = "HELP",
	.abbrev = 1,
	.code = "HLP",
	.run = help_run,
};
