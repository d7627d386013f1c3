/* SPDX-License-Identifier: MIT
 *
 * help.c - HELP: what commands there are, from their own rows; about each
 * there is a file on the system disk.
 */
#include "commands.h"
#include "console.h"
#include "diag.h"
#include "heap.h"
#include "hyper.h"
#include "load.h"
#include "print.h"
#include "str.h"

#define RC_NOT_FOUND 28
#define CP_REPLY 4096

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

/* NAME HELPCMS of the system disk: 0, or -1 when there is none. */
static int
help_file(const char *word, size_t len)
{
	struct fileid id = { .type = "HELPCMS ", .mode = 'S' };
	struct load l;

	if (fileid_name(id.name, word, len) == -1 || load_file(&l, &id) != 0)
		return -1;
	console_text(l.text, strlen(l.text));
	load_free(&l);
	return 0;
}

/* What word n names, in full or shortened. */
static int
help_cms(const struct command_line *line, int n)
{
	const char *word = line->word[n].at;
	size_t len = line->word[n].len;
	const struct command *c = command_find(word, len);

	if (help_file(word, len) == 0)
		return 0;
	return c != NULL ? help_file(c->name, strlen(c->name)) : -1;
}

/* CP's answer is shown if it has one. */
static int
help_cp(const char *rest)
{
	char text[DIAG_COMMAND_MAX + 1];
	struct hyper_command c = { .text = text, .size = CP_REPLY,
		.reply = heap_take(CP_REPLY) };
	int rc = -1;

	c.len = print_into(text, sizeof text, "HELP %s", rest);
	if (c.reply != NULL && hyper_command(&c) == 0)
		rc = c.rc;
	if (rc == 0)
		console_text(c.reply, c.total < c.size ? c.total : c.size);
	heap_give(c.reply, CP_REPLY);
	return rc;
}

/* HELP QUERY is about CMS's, HELP QUERY TIME about CP's, unless it has none. */
static int
help_run(const struct command_line *line)
{
	int cp = line->words > 2 && command_word_is(line, 1, "CP", 2);
	int cms = line->words > 2 && command_word_is(line, 1, "CMS", 3);
	int n = cp || cms ? 2 : 1, one = line->words == n + 1;

	if (line->words < 2)
		return help_all();
	if (!cp && one && help_cms(line, n) == 0)
		return 0;
	if (!cms && help_cp(command_rest(line, n)) == 0)
		return 0;
	if (!cp && !one && help_cms(line, n) == 0)
		return 0;
	return command_message(line, 254, 'E', RC_NOT_FOUND, "NO HELP FOR "
	    "'%.*s' - HELP LISTS COMMANDS", (int)line->word[n].len,
	    line->word[n].at);
}

const struct command command_help = {
	.name = "HELP",
	.abbrev = 1,
	.code = "HLP",
	.run = help_run,
};
