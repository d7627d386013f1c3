/* SPDX-License-Identifier: MIT
 *
 * cms_commands.c - the rows of CMS's commands: no word names two of them, and
 * each says what HELP needs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "command.h"
#include "console.h"
#include "hyper.h"
#include "text.h"

#define HELP_WIDTH 77

/* What the handlers call.  No handler is run here. */
struct command_settings command_settings;

const struct command *
command_find(const char *word, size_t len)
{
	(void)word;
	(void)len;
	return NULL;
}

int
command_word_is(const struct command_line *line, int n, const char *name,
    size_t least)
{
	(void)line;
	(void)n;
	(void)name;
	(void)least;
	return 0;
}

const char *
command_rest(const struct command_line *line, int n)
{
	(void)line;
	(void)n;
	return "";
}

int
command_cp(const char *text, int implied)
{
	(void)text;
	return implied;
}

int
command_message(const struct command_line *line, int number, int severity,
    int rc, const char *format, ...)
{
	(void)line;
	(void)number;
	(void)severity;
	(void)format;
	return rc;
}

int
command_missing(const struct command_line *line)
{
	(void)line;
	return 0;
}

int
command_invalid(const struct command_line *line, int n)
{
	(void)line;
	return n;
}

int
command_too_many(const struct command_line *line, int n)
{
	(void)line;
	return n;
}

void
console_line(const char *format, ...)
{
	(void)format;
}

struct stack *
console_stack(void)
{
	return NULL;
}

void
console_clear_typed(void)
{
}

void
clock_read(struct diag_time *now)
{
	(void)now;
}

const char *
clock_weekday(const struct diag_time *now)
{
	(void)now;
	return "";
}

int
hyper_id(struct diag_id *id)
{
	(void)id;
	return -1;
}

static void
test_names(void **state)
{
	(void)state;
	for (int i = 0; command_table[i] != NULL; i++) {
		const struct command *c = command_table[i];

		assert_in_range(strlen(c->name), 2, TEXT_NAME);
		assert_in_range(c->abbrev, 1, strlen(c->name));
		for (const char *p = c->name; *p != '\0'; p++)
			assert_in_range(*p, 'A', 'Z');
		if (i > 0)
			assert_true(strcmp(command_table[i - 1]->name,
			    c->name) < 0);
	}
}

/* Every abbreviation of every command. */
static void
test_one_meaning(void **state)
{
	(void)state;
	for (int i = 0; command_table[i] != NULL; i++) {
		const struct command *c = command_table[i];

		for (size_t n = c->abbrev; n <= strlen(c->name); n++)
			for (int j = 0; command_table[j] != NULL; j++)
				assert_true(j == i || !text_abbrev(c->name, n,
				    command_table[j]->name,
				    command_table[j]->abbrev));
	}
}

static void
test_help(void **state)
{
	(void)state;
	for (int i = 0; command_table[i] != NULL; i++) {
		const struct command *c = command_table[i];
		const char *line = c->help;

		assert_non_null(c->run);
		assert_in_range(strlen(c->syntax), 2, HELP_WIDTH);
		assert_memory_equal(c->syntax, c->name, strlen(c->name));
		while (*line != '\0') {
			size_t n = strcspn(line, "\n");

			assert_in_range(n, 1, HELP_WIDTH);
			line += n + (line[n] == '\n');
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_one_meaning),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
