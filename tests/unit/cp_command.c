/* SPDX-License-Identifier: MIT
 *
 * cp_command.c - the tables of commands and operands, and requests' words.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "command.h"

#define CLASSES 8
#define PLACES 3 /* AT_LOGO, AT_USER */

/* No word may mean two rows to somebody who sees both. */
static void
check_pair(const struct command *a, const struct command *b, unsigned classes,
    enum request_place place)
{
	char word[16];

	if (!command_visible(a, classes, place) ||
	    !command_visible(b, classes, place))
		return;
	for (size_t n = a->abbrev; n <= strlen(a->name); n++) {
		snprintf(word, sizeof word, "%.*s", (int)n, a->name);
		if (n >= b->abbrev && n <= strlen(b->name) &&
		    strncmp(word, b->name, n) == 0)
			fail_msg("%s is %s and %s", word, a->name, b->name);
	}
}

static void
test_ambiguous(void **state)
{
	(void)state;
	for (int table = 0; table < TABLES; table++)
		for (size_t i = 0; command_at(table, i) != NULL; i++)
			for (size_t j = 0; command_at(table, j) != NULL; j++)
				for (unsigned place = AT_LOGO; place < PLACES;
				     place++)
					if (i != j)
						check_pair(command_at(table, i),
						    command_at(table, j),
						    0xFF, place);
}

/* The capitals of a row's syntax are its least abbreviation. */
static void
check_syntax(const struct command *row)
{
	size_t caps = 0;

	assert_non_null(row->run);
	assert_non_null(row->help);
	assert_true(row->abbrev >= 1 && row->abbrev <= strlen(row->name));
	assert_int_equal(strncasecmp(row->syntax, row->name,
	    strlen(row->name)), 0);
	while (isupper((unsigned char)row->syntax[caps]))
		caps++;
	if (caps != row->abbrev)
		fail_msg("%s: abbrev %u, but \"%s\"", row->name, row->abbrev,
		    row->syntax);
}

static void
test_rows(void **state)
{
	(void)state;
	for (int table = 0; table < TABLES; table++) {
		const struct command *row, *before = NULL;

		assert_non_null(command_at(table, 0));
		for (size_t i = 0; (row = command_at(table, i)) != NULL; i++) {
			check_syntax(row);
			assert_true(before == NULL ||
			    strcmp(before->name, row->name) <= 0);
			before = row;
		}
	}
}

static const char *
found(const char *word, unsigned classes, enum request_place place)
{
	const struct command *row = command_find(TABLE_COMMANDS, word, classes,
	    place);

	return row != NULL ? row->name : "none";
}

static void
test_find(void **state)
{
	(void)state;
	assert_string_equal(found("M", 0, AT_USER), "MESSAGE");
	assert_string_equal(found("MSG", 0, AT_USER), "MSG");
	assert_string_equal(found("D", 0, AT_USER), "DISPLAY");
	assert_string_equal(found("DISC", 0, AT_USER), "DISCONN");
	assert_string_equal(found("LOG", 0, AT_USER), "LOGOFF");
	assert_string_equal(found("LOG", 0, AT_LOGO), "LOGON");
	assert_string_equal(found("L", 0, AT_USER), "none");
	assert_string_equal(found("SHUTDOW", CLASS('A'), AT_USER), "none");
	assert_string_equal(found("SHUTDOWN", CLASS('A'), AT_USER),
	    "SHUTDOWN");
	assert_string_equal(found("SHUTDOWN", CLASS('G'), AT_USER), "none");
	assert_string_equal(found("SHUTDOWNS", CLASS('A'), AT_USER), "none");
	assert_string_equal(found("", 0xFF, AT_USER), "none");
}

/* --- requests --- */

struct answer {
	char text[512];
	int rc;
};

static void
answer_line(void *arg, const char *text, size_t len, unsigned flags)
{
	struct answer *a = arg;
	size_t n = strlen(a->text);

	(void)flags;
	snprintf(a->text + n, sizeof a->text - n, "%.*s\n", (int)len, text);
}

static bool
answer_room(void *arg)
{
	(void)arg;
	return true;
}

static void
answer_done(void *arg, struct request *rq, int rc)
{
	(void)rq;
	((struct answer *)arg)->rc = rc;
}

static const struct reply_ops answer_ops = { answer_line, answer_room,
	answer_done };

static struct cp the_cp;

static struct answer
ask(const char *line, bool implied)
{
	struct answer a = { .rc = -99 };
	struct request *rq = request_new(&the_cp, line, strlen(line),
	    &answer_ops, &a);

	rq->classes = CLASS('G');
	rq->implied = implied;
	command_run(rq);
	return a;
}

static void
test_run(void **state)
{
	char line[300];

	(void)state;
	assert_string_equal(ask("nonsense here", false).text,
	    "DMKCFC001E ?CP: NONSENSE\n");
	assert_int_equal(ask("nonsense", false).rc, 1);
	assert_string_equal(ask("nonsense", true).text, "");
	assert_int_equal(ask("nonsense", true).rc, 1);
	assert_int_equal(ask("", false).rc, 0);
	assert_int_equal(ask("   ", false).rc, 0);
	assert_int_equal(ask("* a comment", false).rc, 0);
	assert_int_equal(ask("cp cp nonsense", false).rc, 1);
	assert_int_equal(ask("query", false).rc, 26);
	assert_int_equal(ask("begin", false).rc, 182);
	memset(line, 'Q', sizeof line);
	line[sizeof line - 1] = '\0';
	assert_int_equal(ask(line, false).rc, 180);
}

static void
test_words(void **state)
{
	static const char text[] = "  msg \tCmsUser  Hello,\x01 World  ";
	struct answer a;
	struct request *rq = request_new(&the_cp, text, sizeof text - 1,
	    &answer_ops, &a);

	(void)state;
	assert_int_equal(rq->words, 4);
	assert_string_equal(request_word(rq, 0), "MSG");
	assert_string_equal(request_word(rq, 1), "CMSUSER");
	assert_string_equal(request_rest(rq, 2), "Hello,  World");
	assert_string_equal(request_word(rq, 4), "");
	assert_string_equal(request_rest(rq, 9), "");
	assert_true(request_is(rq, 1, "CMSUSERS", 3));
	assert_false(request_is(rq, 1, "CMS", 1));
	assert_false(request_is(rq, 9, "X", 1));
	request_end(rq, 0);
}

/* More words than are kept: the rest of the line is still whole. */
static void
test_many_words(void **state)
{
	char text[CP_COMMAND_MAX + 1];
	struct answer a;
	struct request *rq;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 2 == 0 ? 'x' : ' ';
	rq = request_new(&the_cp, text, CP_COMMAND_MAX, &answer_ops, &a);
	assert_int_equal(rq->words, REQUEST_WORDS_MAX);
	assert_int_equal(strlen(request_rest(rq, 0)), CP_COMMAND_MAX - 1);
	request_end(rq, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_many_words),
	};

	LIST_INIT(&the_cp.requests);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
