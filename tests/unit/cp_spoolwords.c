/* SPDX-License-Identifier: MIT
 *
 * cp_spoolwords.c - commands about spool files, of words in any order, by
 * users of any class, while there is no vmspool: each is answered once, and a
 * line that is wrong asks vmspool nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command.h"

#define LINES 100000
#define WORDS_MAX 12

static const char *const verbs[] = { "CHANGE", "CH", "ORDER", "PURGE",
	"TRANSFER", "TAG", "QUERY READER", "Q RDR", "Q P", "Q PU", "Q PCH",
	"Q FILES", "Q TAG" };

static const char *const others[] = { "RDR", "R", "PRT", "PUN", "ALL", "SYSTEM",
	"*", "ANN", "BOB", "GANDALF", "NINECHARS", "1", "0007", "9999", "0",
	"10000", "CLASS", "CL", "A", "B", "**", "FORM", "BLUE", "HOLD", "NOHOLD",
	"KEEP", "NOKEEP", "SYS", "COPY", "3", "300", "DIST", "BIN7", "NAME",
	"PROFILE", "EXEC", "TO", "FROM", "EXPANDED", "DEV", "FILE", "QUERY",
	"009", "\xC3\x84", "A.LONG.DATA.SET.NAME", "NSS" };

struct answer {
	unsigned lines, done;
	int rc;
	char first[400];
};

static void
answer_line(void *arg, const char *text, size_t len, unsigned flags)
{
	struct answer *a = arg;

	(void)flags;
	if (a->lines++ == 0)
		snprintf(a->first, sizeof a->first, "%.*s", (int)len, text);
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
	struct answer *a = arg;

	(void)rq;
	a->done++;
	a->rc = rc;
}

static const struct reply_ops answer_ops = { answer_line, answer_room,
	answer_done };
static struct cp the_cp;

static struct answer
ask(const char *line, unsigned classes)
{
	struct answer a = { .rc = -99 };
	struct request *rq = request_new(&the_cp, line, strlen(line),
	    &answer_ops, &a);

	assert_non_null(rq);
	rq->classes = classes;
	memcpy(rq->user.c, "ANN", 3);
	command_run(rq);
	return a;
}

static void
random_line(char *line, size_t size)
{
	size_t n = (size_t)snprintf(line, size, "%s",
	    verbs[(size_t)rand() % (sizeof verbs / sizeof verbs[0])]);

	for (int words = rand() % WORDS_MAX; words > 0; words--)
		n += (size_t)snprintf(line + n, size - n, " %s",
		    others[(size_t)rand() %
		    (sizeof others / sizeof others[0])]);
}

static void
test_any_words(void **state)
{
	static const unsigned classes[] = { CLASS('G'), CLASS('D'), CLASS('E'),
		CLASS('D') | CLASS('E') | CLASS('G') };
	unsigned asked = 0;
	char line[400];

	(void)state;
	srand(370);
	for (unsigned i = 0; i < LINES; i++) {
		struct answer a;

		random_line(line, sizeof line);
		a = ask(line, classes[i % 4]);
		if (a.done != 1 || a.lines != 1 || a.rc <= 0 ||
		    message_find(a.rc) == NULL)
			fail_msg("%s: done %u, lines %u, rc %d, %s", line,
			    a.done, a.lines, a.rc, a.first);
		asked += a.rc == 183;
	}
	assert_true(asked > LINES / 100); /* some are right */
}

static void
test_right_words(void **state)
{
	static const char *const right[] = {
		"Q RDR", "Q RDR ALL", "Q R CLASS A FORM X 3 HOLD EXP",
		"Q RDR ANN 3", "Q PRT SYS ALL", "Q FILES BOB",
		"CHANGE RDR 1 2 3 CLASS B HOLD KEEP COPY * 2 DIST X NAME A B",
		"CHANGE BOB PRT ALL SYS NOHOLD", "CH R FORM A FORM B",
		"ORDER RDR 3 CLASS A HOLD", "PURGE ALL", "PURGE ALL CLASS A",
		"PURGE SYSTEM PUN ALL", "PURGE * RDR 1",
		"TRANSFER 3 BOB", "TRAN RDR ALL TO BOB PRT",
		"TRANSFER BOB PRT CLASS A TO ANN", "TRANSFER 7 FROM BOB",
		"TRANSFER ALL FROM ALL", "TAG FILE 7 text", "TAG FI 7",
		"TAG QUERY FILE 7", "Q TAG FILE 7",
	};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		struct answer a = ask(right[i], CLASS('D') | CLASS('G'));

		if (a.rc != 183)
			fail_msg("%s: %s", right[i], a.first);
	}
}

int
main(void)
{
	static const char users[] = "USER ANN NOLOG 1M 1M G\n"
				    "USER BOB NOLOG 1M 1M G\n";
	static struct config config = { .node = { "HOME" } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_words),
		cmocka_unit_test(test_right_words),
	};
	struct dir_error err;
	struct dirref ref = { .refs = 1 };
	int rc;

	ref.dir = directory_parse(users, sizeof users - 1, &err);
	if (ref.dir == NULL)
		return 1;
	the_cp.dir = &ref;
	the_cp.config = &config;
	LIST_INIT(&the_cp.requests);
	TAILQ_INIT(&the_cp.vms);
	TAILQ_INIT(&the_cp.nss);
	the_cp.home = "/nonexistent";
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	directory_free(ref.dir);
	return rc;
}
