/* SPDX-License-Identifier: MIT
 *
 * command.h - the table of commands, and of QUERY's and SET's operands.
 *
 * A command is one file in cp/cmd with one row.  The rows are collected by
 * the linker and sorted by name; HELP prints from them.
 */
#ifndef VM370_CP_COMMAND_H
#define VM370_CP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "request.h"

#define CLASS_ANY 0u /* no class needed */

struct command {
	const char *name;
	unsigned abbrev;  /* least letters of its name that mean it */
	unsigned class;	  /* CLASS() bits, any of which suffices; CLASS_ANY */
	unsigned place;	  /* enum request_place bits; 0: AT_USER */
	bool machine;	  /* needs a virtual machine: not for the host alone */
	/* 0, a message's number, or CMD_PENDING */
	int (*run)(struct request *rq);
	const char *syntax, *help;
};

#define COMMAND_ROW(table, ident, ...)                                     \
	static const struct command ident##_row = { __VA_ARGS__ };         \
	static const struct command *const ident##_ref                     \
	    __attribute__((used, section(#table))) = &ident##_row

#define CP_COMMAND(ident, ...) \
	COMMAND_ROW(cp_commands, cmd_##ident, __VA_ARGS__)
#define CP_QUERY(ident, ...) \
	COMMAND_ROW(cp_queries, query_##ident, __VA_ARGS__)
#define CP_SET(ident, ...) COMMAND_ROW(cp_sets, set_##ident, __VA_ARGS__)

enum command_table { TABLE_COMMANDS, TABLE_QUERIES, TABLE_SETS, TABLES };

/* Row i of a table in order of name, NULL past the end. */
const struct command *command_at(enum command_table table, size_t i);

/* The row that a word means to somebody with these classes at this place. */
const struct command *command_find(enum command_table table, const char *word,
    unsigned classes, enum request_place place);

/* May these classes use the row at this place? */
bool command_visible(const struct command *row, unsigned classes,
    enum request_place place);

/* Run a request to its end, or until its handler takes over. */
void command_run(struct request *rq);

/* Run the row that word `i` means in QUERY's or SET's table; NULL row: -2. */
#define COMMAND_NO_ROW (-2)
int command_operand(struct request *rq, enum command_table table, unsigned i);

#endif
