/* SPDX-License-Identifier: MIT
 *
 * spoolcmd.c - vm370 spool: the commands, their operands and options, and who
 * carries them out: this vm370, or the one in the lab where the system runs.
 */
#include "spoolcmd.h"

#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"
#include "name.h"

/* What the first words are. */
enum spoolcmd_about { ABOUT_NOTHING, ABOUT_ANY_USER, ABOUT_USER, ABOUT_FILE };

static const struct spoolcmd_row {
	const char *name;
	int (*run)(struct spoolcmd *c);
	const char *options; /* which are taken, by the letters below */
	enum spoolcmd_about about;
	int least, most; /* words behind that */
	enum inside_host host; /* the first of these names a file */
	int (*before)(struct spoolcmd *c); /* where the host's file is */
	const char *syntax;
	const char *help;
} spoolcmd_rows[] = {
	{ "list", spoolqueue_list, "q", ABOUT_ANY_USER, 0, 0, HOST_NONE, NULL,
	    "[USER] [--queue rdr|pun|prt]",
	    "the files of USER, or everybody's" },
	{ "read", spoolread_read, "w", ABOUT_FILE, 0, 1, HOST_STREAM, NULL,
	    "USER SPOOLID [FILE|-] [--raw]",
	    "a file to FILE or standard output, a line for each card or "
	    "printed line;\n      --raw: the records as they are, one behind "
	    "the other" },
	{ "print", spoolread_print, "", ABOUT_FILE, 0, 1, HOST_STREAM, NULL,
	    "USER SPOOLID [FILE|-]",
	    "a listing as it would come out on paper, page by page" },
	{ "put", spoolput_put, "bntc", ABOUT_USER, 1, 1, HOST_IN,
	    spoolput_call,
	    "USER FILE|- [--name FN] [--type FT] [--class C] [--binary]",
	    "FILE or standard input to USER's reader, a card for each line;\n"
	    "      --binary: cut into cards of 80 bytes" },
	{ "purge", spoolqueue_purge, "q", ABOUT_FILE, 0, 0, HOST_NONE, NULL,
	    "USER SPOOLID|all [--queue rdr|pun|prt]",
	    "files are gone; those being read or printed stay" },
	{ "backup", spoolqueue_backup, "", ABOUT_NOTHING, 1, 1, HOST_OUT, NULL,
	    "FILE|-", "a copy of the whole spool, also while users work" },
	{ "check", spoolqueue_check, "", ABOUT_NOTHING, 0, 0, HOST_NONE, NULL,
	    "", "look whether all of it can be read (exit 1: it cannot)" },
};

#define SPOOLCMD_ROWS (sizeof spoolcmd_rows / sizeof spoolcmd_rows[0])

static int
spoolcmd_help(void)
{
	printf("usage: vm370 spool COMMAND ...\n\n");
	for (size_t i = 0; i < SPOOLCMD_ROWS; i++)
		printf("  %s %s\n      %s\n", spoolcmd_rows[i].name,
		    spoolcmd_rows[i].syntax, spoolcmd_rows[i].help);
	return 0;
}

/* --- operands --- */

static bool
spoolcmd_queue(struct spoolcmd *c, const char *word)
{
	static const char *const names[] = { [SPOOL_RDR] = "rdr",
		[SPOOL_PUN] = "pun", [SPOOL_PRT] = "prt" };

	for (uint8_t i = SPOOL_RDR; i <= SPOOL_PRT; i++)
		if (strcasecmp(word, names[i]) == 0) {
			c->queue = i;
			return true;
		}
	front_fail("%s is no queue: rdr, pun or prt", word);
	return false;
}

static bool
spoolcmd_class(struct spoolcmd *c, const char *word)
{
	c->class = (char)toupper((unsigned char)word[0]);
	if (isalnum((unsigned char)word[0]) && word[1] == '\0')
		return true;
	front_fail("%s is no class: A to Z or 0 to 9", word);
	return false;
}

bool
spoolcmd_name(char *to, size_t max, const char *word)
{
	size_t n = strlen(word);

	if (n < 1 || n > max)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (word[i] <= ' ' || word[i] > '~')
			return false;
		to[i] = (char)toupper((unsigned char)word[i]);
	}
	to[n] = '\0';
	return true;
}

static bool
spoolcmd_called(char *to, size_t max, const char *word)
{
	if (spoolcmd_name(to, max, word))
		return true;
	front_fail("\"%s\" is no name: 1 to %zu characters without blanks",
	    word, max);
	return false;
}

static bool
spoolcmd_option(struct spoolcmd *c, int letter, const char *word)
{
	switch (letter) {
	case 'r': c->relay = true; return true;
	case 'b': c->binary = true; return true;
	case 'w': c->raw = true; return true;
	case 'q': return spoolcmd_queue(c, word);
	case 'c': return spoolcmd_class(c, word);
	case 'n': return spoolcmd_called(c->name, SPOOL_NAME_MAX, word);
	case 't': return spoolcmd_called(c->type, SPOOL_TYPE_MAX, word);
	}
	return false;
}

/* Options anywhere; the words move to the end of argv. */
static int
spoolcmd_options(struct spoolcmd *c, const struct spoolcmd_row *row, int argc,
    char *argv[])
{
	static const struct option options[] = {
		{ "relay", no_argument, NULL, 'r' },
		{ "queue", required_argument, NULL, 'q' },
		{ "raw", no_argument, NULL, 'w' },
		{ "binary", no_argument, NULL, 'b' },
		{ "name", required_argument, NULL, 'n' },
		{ "type", required_argument, NULL, 't' },
		{ "class", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	optind = 0;
	while ((letter = front_option(argc, argv, "", options)) != -1) {
		if (letter == '?')
			return 2; /* it has been said why */
		if (letter != 'r' && strchr(row->options, letter) == NULL)
			return front_fail("spool %s takes no such option; it "
			    "is: vm370 spool %s %s", row->name, row->name,
			    row->syntax);
		if (!spoolcmd_option(c, letter, optarg))
			return 1;
	}
	return c->type[0] == '\0' || strlen(c->name) <= VM_NAME_MAX ? 0 :
	    front_fail("%s has more than %d characters, and a type", c->name,
	    VM_NAME_MAX);
}

static int
spoolcmd_usage(const struct spoolcmd_row *row)
{
	return front_fail("usage: vm370 spool %s %s", row->name, row->syntax);
}

static int
spoolcmd_id(struct spoolcmd *c, const struct spoolcmd_row *row,
    const char *word)
{
	size_t digits = strspn(word, "0123456789");
	long n = digits > 0 && digits <= 4 ? atol(word) : 0;

	if (row->run == spoolqueue_purge && strcasecmp(word, "all") == 0)
		return 0;
	if (word[digits] != '\0' || n < 1)
		return front_fail("%s is no spoolid: 1 to %d", word,
		    SPOOLID_MAX);
	c->id = (spoolid_t)n;
	return 0;
}

/* The user and the file, and as many words as the row says. */
static int
spoolcmd_words(struct spoolcmd *c, const struct spoolcmd_row *row, int argc,
    char *argv[])
{
	int n = row->about == ABOUT_FILE ? 2 : row->about == ABOUT_USER ||
	    (row->about == ABOUT_ANY_USER && argc > 0) ? 1 : 0;

	if (argc < n + row->least || argc > n + row->most)
		return spoolcmd_usage(row);
	if (n > 0 && name_parse(argv[0], &c->user) < 0)
		return front_fail("%s is no userid", argv[0]);
	c->words = argv + n;
	c->nwords = argc - n;
	return n == 2 ? spoolcmd_id(c, row, argv[1]) : 0;
}

/* --- */

/* What was found out here of a file that is here. */
static int
spoolcmd_inside(struct spoolcmd *c, const struct spoolcmd_row *row, int argc,
    char *argv[])
{
	char name[sizeof c->name + 8], type[sizeof c->type + 8];
	char *extra[] = { NULL, NULL, NULL };
	int n = 0;

	snprintf(name, sizeof name, "--name=%s", c->name);
	snprintf(type, sizeof type, "--type=%s", c->type);
	if (c->name[0] != '\0')
		extra[n++] = name;
	if (c->type[0] != '\0')
		extra[n++] = type;
	return inside_run(c->front, argc, argv, row->host,
	    c->nwords > 0 ? argc - c->nwords : 0, extra);
}

static int
spoolcmd_run(struct spoolcmd *c, const struct spoolcmd_row *row, int argc,
    char *argv[])
{
	int rc;

	/* argv[0] is the command's name: for getopt the program's. */
	if ((rc = spoolcmd_options(c, row, argc, argv)) != 0 ||
	    (rc = spoolcmd_words(c, row, argc - optind, argv + optind)) != 0 ||
	    (row->before != NULL && (rc = row->before(c)) != 0))
		return rc;
	switch (inside_place(c->front)) {
	case PLACE_HERE:
		return row->run(c);
	case PLACE_IN_LAB:
		return spoolcmd_inside(c, row, argc + 1, argv - 1);
	case PLACE_NOWHERE:
		break;
	}
	return 1;
}

int
spool_command(struct front *front, int argc, char *argv[])
{
	struct spoolcmd c = { .front = front, .class = 'A' };

	if (argc < 2 || strcmp(argv[1], "help") == 0)
		return spoolcmd_help();
	for (size_t i = 0; i < SPOOLCMD_ROWS; i++)
		if (strcmp(spoolcmd_rows[i].name, argv[1]) == 0)
			return spoolcmd_run(&c, &spoolcmd_rows[i], argc - 1,
			    argv + 1);
	front_fail("no command spool %s; vm370 spool help lists them",
	    argv[1]);
	return 2;
}
