/* SPDX-License-Identifier: MIT
 *
 * exec.c - EXEC: the lines of a file as commands.
 *
 * A line that is empty or begins with "*" is a comment; quotes around a line
 * are taken off; &1 to &9 are the words behind the EXEC's name.  The control
 * statements of the EXEC language are not here, nor is REXX.
 */
#include "access.h"
#include "commands.h"
#include "console.h"
#include "exec.h"
#include "heap.h"
#include "load.h"
#include "operand.h"
#include "str.h"

#define EXEC_DEPTH 6
#define EXEC_ARGUMENTS 9
#define RC_NOT_FOUND 28
#define RC_REXX 40
#define RC_READ 100
#define RC_HALTED 142
#define RC_CONTROL 816 /* as the EXEC language has it */
#define RC_TOO_DEEP 804
#define RC_TOO_LONG 813

struct exec {
	const struct command_line *line; /* that called it */
	int argument; /* word of &1 */
	const char *name;
	struct load text;
	unsigned number; /* of the line */
	char command[COMMAND_MAX + 1];
};

static int exec_depth;

static int
exec_stop(struct exec *e, int rc, const char *why)
{
	console_line("DMSEXT072E ERROR IN EXEC FILE %.*s, LINE %u - %s",
	    (int)text_len(e->name), e->name, e->number, why);
	return rc;
}

/* &1 to &9 at a word's beginning: which, or 0. */
static int
exec_argument(const char *at, const char *begin)
{
	if (*at != '&' || at[1] < '1' || at[1] > '0' + EXEC_ARGUMENTS ||
	    (at > begin && !text_blank(at[-1])) ||
	    (at[2] != '\0' && !text_blank(at[2])))
		return 0;
	return at[1] - '0';
}

/* The command that a line is, with its arguments: -1 when it is too long. */
static int
exec_fill(struct exec *e, const char *text)
{
	size_t n = 0;

	for (const char *at = text; *at != '\0'; at++) {
		int argument = exec_argument(at, text);
		int word = e->argument + argument - 1;
		const char *from = at;
		size_t len = 1;

		if (argument > 0) {
			at++;
			len = word < e->line->words ?
			    e->line->word[word].len : 0;
			from = e->line->word[word].at;
		}
		if (n + len > COMMAND_MAX)
			return -1;
		if (len > 0)
			memcpy(e->command + n, from, len);
		n += len;
	}
	e->command[n] = '\0';
	return 0;
}

static char *
exec_unquote(char *text)
{
	size_t n = strlen(text);

	if (n < 2 || (*text != '\'' && *text != '"') || text[n - 1] != *text)
		return text;
	text[n - 1] = '\0';
	return text + 1;
}

static int
exec_is_control(const char *text)
{
	int c = text_upper((unsigned char)text[1]);

	return text[0] == '-' || (text[0] == '&' && c >= 'A' && c <= 'Z');
}

/* Returns 0 when there is an end to it; *rc is what the commands gave. */
static int
exec_line(struct exec *e, char *text, int *rc)
{
	e->number++;
	if (*text == '\0' || *text == '*')
		return 1;
	if (exec_is_control(text)) {
		*rc = exec_stop(e, RC_CONTROL, "THERE ARE NO CONTROL "
		    "WORDS HERE");
		return 0;
	}
	if (exec_fill(e, exec_unquote(text)) == -1) {
		*rc = exec_stop(e, RC_TOO_LONG, "COMMAND TOO LONG");
		return 0;
	}
	*rc = command_run(e->command);
	if (*rc != 0) {
		console_line("%.80s", e->command);
		console_line("+++ R(%05d) +++", *rc);
	}
	console_poll();
	if (!console_halted())
		return 1;
	*rc = RC_HALTED;
	return 0;
}

/* The last command's return code that was not 0 is the EXEC's. */
static int
exec_lines(struct exec *e)
{
	int last = 0, rc = 0, more = 1;
	char *text;

	while (more && (text = load_line(&e->text)) != NULL) {
		rc = 0;
		more = exec_line(e, text, &rc);
		if (rc != 0)
			last = rc;
	}
	return last;
}

static int
exec_is_rexx(const struct load *l)
{
	const char *at = l->text;

	while (text_blank(*at))
		at++;
	return at[0] == '/' && at[1] == '*';
}

static int
exec_run(struct exec *e)
{
	int rc;

	if (exec_is_rexx(&e->text)) {
		console_line("DMSEXC400E %.*s EXEC IS A REXX PROGRAM; THIS CMS "
		    "HAS NO REXX", (int)text_len(e->name), e->name);
		return RC_REXX;
	}
	if (exec_depth == EXEC_DEPTH) {
		console_line("DMSEXC110E TOO MANY EXECS INSIDE EACH OTHER");
		return RC_TOO_DEEP;
	}
	exec_depth++;
	console_program(1);
	rc = exec_lines(e);
	console_program(-1);
	exec_depth--;
	return rc;
}

static int
exec_load(const struct command_line *line, const struct fileid *id, int n,
    int *result)
{
	struct exec *e = heap_take(sizeof *e);
	int rc = EDF_NO_STORAGE;

	if (e != NULL) {
		e->line = line;
		e->argument = n;
		e->name = id->name;
		e->number = 0;
		rc = load_file(&e->text, id);
	}
	if (rc == 0) {
		*result = exec_run(e);
		load_free(&e->text);
	}
	heap_give(e, sizeof *e);
	return rc;
}

int
exec_try(const struct command_line *line, const char name[TEXT_NAME], int n,
    int *rc)
{
	struct fileid id = { .type = "EXEC    ", .mode = '*' };
	struct access *a;
	struct edf_stat st;
	int error;

	memcpy(id.name, name, TEXT_NAME);
	error = access_search(&id, &a, &st);
	if (error == EDF_NOT_FOUND)
		return 0;
	if (error == 0)
		error = exec_load(line, &id, n, rc);
	if (error != 0) {
		console_line("DMSEXC104S ERROR READING FILE %.*s EXEC: %s",
		    (int)text_len(name), name, access_error(error));
		*rc = RC_READ;
	}
	return 1;
}

static int
exec_command(const struct command_line *line)
{
	char name[TEXT_NAME];
	int rc;

	if (line->words < 2)
		return command_message(line, 1, 'E', 24,
		    "NO FILENAME SPECIFIED");
	if (fileid_name(name, line->word[1].at, line->word[1].len) == -1)
		return operand_bad(line, 1);
	if (exec_try(line, name, 2, &rc))
		return rc;
	return command_message(line, 2, 'E', RC_NOT_FOUND,
	    "FILE '%.*s EXEC *' NOT FOUND", (int)text_len(name), name);
}

const struct command command_exec = {
	.name = "EXEC",
	.abbrev = 2,
	.code = "EXC",
	.run = exec_command,
};
