/* SPDX-License-Identifier: MIT
 *
 * misc.c - commands about the editor itself, and those that go elsewhere.
 */
#include <string.h>

#include "print.h"
#include "session.h"

/* The part of a name that must be typed is in capitals. */
static int
misc_name(char *to, const struct session_command *c)
{
	int i;

	for (i = 0; c->name[i] != '\0'; i++)
		to[i] = (unsigned)i < c->least ? c->name[i] :
		    span_lower(c->name[i]);
	to[i] = '\0';
	return i;
}

#define MISC_WIDTH 10
#define MISC_LINE 70

static void
misc_list(struct xedit *x)
{
	char text[MISC_LINE + MISC_WIDTH + 1], name[16];
	size_t n = 0;

	session_print(x, "Subcommands (what is in capitals must be typed):");
	for (unsigned t = 0; session_tables[t] != NULL; t++)
		for (unsigned i = 0; i < session_tables[t]->count; i++) {
			misc_name(name, &session_tables[t]->row[i]);
			n += print_into(text + n, sizeof text - n, "  %-*s",
			    MISC_WIDTH - 2, name);
			if (n >= MISC_LINE) {
				session_print(x, "%s", text);
				n = 0;
			}
		}
	if (n > 0)
		session_print(x, "%s", text);
	session_print(x, "  target   = [subcommand]   ?   &subcommand");
	session_print(x, "HELP name tells about one, HELP SET lists what can "
	    "be set.");
}

static void
misc_lines(struct xedit *x, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		session_print(x, "  %.*s", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static int
misc_help(struct xedit *x, struct span args)
{
	struct span word = span_word(&args);
	const struct session_command *c = session_find(word);

	if (word.len == 0) {
		misc_list(x);
		return 0;
	}
	if (c == NULL)
		return session_invalid(x, 542, word);
	session_print(x, "%s", c->syntax);
	misc_lines(x, c->help);
	if (c->run == set_command || c->run == set_query)
		set_list(x);
	return 0;
}

static int
misc_outside(struct xedit *x, struct span args, bool cp)
{
	char command[XEDIT_TYPED_MAX + 1];

	if (args.len == 0)
		return session_message(x, 545);
	memcpy(command, args.at, args.len);
	command[args.len] = '\0';
	return x->host.command(x->host.arg, command, cp);
}

static int
misc_cms(struct xedit *x, struct span args)
{
	return misc_outside(x, args, false);
}

static int
misc_cp(struct xedit *x, struct span args)
{
	return misc_outside(x, args, true);
}

static const struct session_command rows[] = {
	{ "CMS", 3, false, false, misc_cms, "CMS command",
	    "Gives CMS a command." },
	{ "CP", 2, false, false, misc_cp, "CP command",
	    "Gives CP a command." },
	{ "HELP", 4, false, false, misc_help, "HELP [subcommand]",
	    "Lists the subcommands, or tells about one." },
	{ "QUERY", 1, false, false, set_query, "Query setting",
	    "Tells how something is set:" },
	{ "SET", 3, false, false, set_command, "[SET] setting value",
	    "Sets how the editor works:" },
};

SESSION_ROWS(misc_rows, rows);
