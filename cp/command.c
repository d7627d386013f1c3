/* SPDX-License-Identifier: MIT
 *
 * command.c - find a command's row, check its class, run it.
 *
 * A command of a class that the user lacks is answered as an unknown one.
 */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "vmblok.h"

#define COMMAND_ROWS_MAX 128

#define SECTION(table)                                     \
	extern const struct command *const __start_##table[]; \
	extern const struct command *const __stop_##table[]

SECTION(cp_commands);
SECTION(cp_queries);
SECTION(cp_sets);

struct command_rows {
	const struct command *row[COMMAND_ROWS_MAX];
	size_t n;
};

static struct command_rows command_tables[TABLES];

static int
command_order(const void *a, const void *b)
{
	const struct command *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static void
command_collect(struct command_rows *rows, const struct command *const *start,
    const struct command *const *stop)
{
	for (; start < stop && rows->n < COMMAND_ROWS_MAX; start++)
		rows->row[rows->n++] = *start;
	qsort(rows->row, rows->n, sizeof(rows->row[0]), command_order);
}

static const struct command_rows *
command_rows(enum command_table table)
{
	if (command_tables[TABLE_COMMANDS].n == 0) {
		command_collect(&command_tables[TABLE_COMMANDS],
		    __start_cp_commands, __stop_cp_commands);
		command_collect(&command_tables[TABLE_QUERIES],
		    __start_cp_queries, __stop_cp_queries);
		command_collect(&command_tables[TABLE_SETS], __start_cp_sets,
		    __stop_cp_sets);
	}
	return &command_tables[table];
}

const struct command *
command_at(enum command_table table, size_t i)
{
	const struct command_rows *rows = command_rows(table);

	return i < rows->n ? rows->row[i] : NULL;
}

bool
command_visible(const struct command *row, unsigned classes,
    enum request_place place)
{
	unsigned places = row->place != 0 ? row->place : AT_USER;

	if ((places & place) == 0)
		return false;
	return row->class == CLASS_ANY || (row->class & classes) != 0;
}

const struct command *
command_find(enum command_table table, const char *word, unsigned classes,
    enum request_place place)
{
	const struct command_rows *rows = command_rows(table);
	size_t n = strlen(word);

	if (n == 0)
		return NULL;
	for (size_t i = 0; i < rows->n; i++) {
		const struct command *row = rows->row[i];

		if (*word == *row->name && n >= row->abbrev &&
		    strncmp(word, row->name, n) == 0 &&
		    command_visible(row, classes, place))
			return row;
	}
	return NULL;
}

static int
command_unknown(struct request *rq)
{
	char word[32];

	if (rq->implied)
		return 1;
	strncpy(word, request_word(rq, 0), sizeof word - 1);
	word[sizeof word - 1] = '\0';
	return reply_error(rq, 1, word);
}

/* The row is what word i means.  One whose syntax is a single word takes no
 * operands. */
static int
command_call(struct request *rq, const struct command *row, unsigned i)
{
	if (row->machine && rq->vm == NULL)
		return reply_error(rq, 182, row->name);
	if (strchr(row->syntax, ' ') == NULL && rq->words > i + 1)
		return reply_error(rq, 2, request_word(rq, i + 1));
	return row->run(rq);
}

/* Leading "CP" words mean nothing: they say who is to execute the rest. */
static void
command_strip_cp(struct request *rq)
{
	while (rq->words > 1 && strcmp(request_word(rq, 0), "CP") == 0) {
		rq->words--;
		memmove(rq->word, rq->word + 1,
		    rq->words * sizeof(rq->word[0]));
	}
}

static int
command_execute(struct request *rq)
{
	const struct command *row;

	if (rq->rc != 0)
		return reply_error(rq, rq->rc, "240");
	command_strip_cp(rq);
	if (rq->words == 0 || strcmp(request_word(rq, 0), "*") == 0)
		return 0; /* nothing, or a comment */
	row = command_find(TABLE_COMMANDS, request_word(rq, 0), rq->classes,
	    rq->place);
	return row != NULL ? command_call(rq, row, 0) : command_unknown(rq);
}

void
command_run(struct request *rq)
{
	int rc = command_execute(rq);

	if (rc != CMD_PENDING)
		request_end(rq, rc);
}

int
command_operand(struct request *rq, enum command_table table, unsigned i)
{
	const struct command *row = command_find(table, request_word(rq, i),
	    rq->classes, rq->place);

	return row != NULL ? command_call(rq, row, i) : COMMAND_NO_ROW;
}
