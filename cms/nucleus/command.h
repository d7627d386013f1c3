/* SPDX-License-Identifier: MIT
 *
 * command.h - what a command is, and how one is found: an EXEC, a command of
 * the nucleus, a MODULE, by its name, a synonym or an abbreviation, and then
 * a CP command.  A command is one file in cms/commands with one row.
 */
#ifndef CMS_COMMAND_H
#define CMS_COMMAND_H

#include <stddef.h>

#include "channel.h"
#include "text.h"

#define COMMAND_MAX CON_LINE_MAX
#define COMMAND_WORDS 12

/*
 * A command line; word 0 is the command's name.  Words end at blanks, and
 * parentheses are words of their own: options follow "(".
 */
struct command_line {
	const char *text; /* the whole line */
	const struct command *command;
	int words;    /* at most COMMAND_WORDS are counted */
	int operands; /* the words before "(", with the name */
	struct {
		const char *at;
		size_t len;
	} word[COMMAND_WORDS];
};

/* Its operands stand in NAME HELPCMS on the system disk. */
struct command {
	const char *name;   /* upper case */
	unsigned abbrev;    /* its shortest abbreviation */
	const char *code;   /* of its messages: "LST" for DMSLST002E */
	int (*run)(const struct command_line *line);
	const char *module; /* without run: the MODULE that is run */
};

/* commands/table.c; the last is NULL. */
extern const struct command *const command_table[];

/* What SET changes. */
struct command_settings {
	int imp_cp;    /* unknown commands go to CP */
	int imp_ex;    /* a name may be an EXEC's */
	int abbrev;    /* abbreviations are understood */
	int ready_long; /* Ready; with times */
};

extern struct command_settings command_settings;

/* Run a line of an EXEC or a program, and one that was typed: its return
 * code. */
int command_run(const char *text);
int command_typed(const char *text);

/* An unknown command's. */
#define COMMAND_UNKNOWN -3
#define COMMAND_UNKNOWN_TYPED -1

/* A row that a word names, whole or shortened, or NULL. */
const struct command *command_find(const char *word, size_t len);

/* Is word n an abbreviation of name, at least `least` characters of it? */
int command_word_is(const struct command_line *line, int n, const char *name,
    size_t least);

/* The line from word n on, "" when there is none. */
const char *command_rest(const struct command_line *line, int n);

/* Give CP a line; it answers on the console.  Its return code. */
int command_cp(const char *text, int implied);

/*
 * A message of the line's command, "DMSLST002E ..." for number 2 and severity
 * 'E', in capitals; returns rc.
 */
int command_message(const struct command_line *line, int number, int severity,
    int rc, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The message that word n is what it must not be: "INVALID MODE 'X'" for
 * INVALID MODE; and that it is one too many, or wrong, 070E with rc 24. */
int command_wrong(const struct command_line *line, int n, int number, int rc,
    const char *what);
int command_invalid(const struct command_line *line, int n);

#endif
