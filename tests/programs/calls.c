/* SPDX-License-Identifier: MIT
 *
 * calls.c - libcms against a CP that knows ECHO, BIG and RCIS, and floating
 * point modes across a program in the program.  Returns the number of the
 * first check that fails.
 */
#include <errno.h>
#include <fenv.h>
#include <stdio.h>
#include <string.h>

#include "cms.h"

#define CHECK(what)                                                \
	do {                                                       \
		checks++;                                          \
		if (!(what)) {                                     \
			printf("check %d: %s\n", checks, #what);   \
			return checks;                             \
		}                                                  \
	} while (0)

static int checks;
static char reply[9000];

static int
check_cp(void)
{
	char longest[300];
	int rc = -1;

	CHECK(cms_cp("ECHO hello", reply, sizeof reply, &rc) == 6);
	CHECK(rc == 0 && strcmp(reply, "hello\n") == 0);
	CHECK(cms_cp("RCIS 45", reply, sizeof reply, &rc) == 0);
	CHECK(rc == 45);
	CHECK(cms_cp("BIG 5000", reply, 100, &rc) == 5000);
	CHECK(strlen(reply) == 99);
	CHECK(cms_cp("BIG 8000", reply, sizeof reply, &rc) == 8000);
	CHECK(strlen(reply) == 8000 && reply[7999] == 'x');
	CHECK(cms_cp("RCIS 9", NULL, 0, &rc) == 0);
	CHECK(rc == 9);
	CHECK(cms_cp("ECHO x", reply, 0, &rc) == -1 && errno == EINVAL);
	CHECK(cms_cp("", reply, 10, &rc) == -1 && errno == EINVAL);
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	CHECK(cms_cp(longest, reply, 10, &rc) == -1 && errno == EINVAL);
	return 0;
}

static int
check_stack(void)
{
	char line[32];
	int rc = -1;

	CHECK(cms_queued() == 0);
	CHECK(cms_queue("two") == 0 && cms_queue("three") == 0);
	CHECK(cms_push("one") == 0);
	CHECK(cms_queued() == 3);
	CHECK(cms_command("MAKEBUF", &rc) == 0 && rc == 1);
	CHECK(cms_push("zero") == 0);
	CHECK(cms_command("SENTRIES", &rc) == 0 && rc == 4);
	CHECK(fgets(line, sizeof line, stdin) && strcmp(line, "zero\n") == 0);
	CHECK(fgets(line, sizeof line, stdin) && strcmp(line, "one\n") == 0);
	CHECK(cms_command("DROPBUF", &rc) == 0 && rc == 0);
	CHECK(fgets(line, sizeof line, stdin) && strcmp(line, "two\n") == 0);
	CHECK(cms_command("DESBUF", &rc) == 0 && rc == 0);
	CHECK(cms_queued() == 0);
	return 0;
}

static int
check_float(void)
{
	volatile double one = 1.0, three = 3.0, up, down;
	int rc = -1;

	CHECK(fesetround(FE_UPWARD) == 0);
	up = one / three;
	CHECK(cms_command("FLOAT", &rc) == 0 && rc == 0);
	CHECK(fegetround() == FE_UPWARD);
	CHECK(one / three == up);
	fesetround(FE_TONEAREST);
	down = one / three;
	CHECK(down < up);
	return 0;
}

/* What is stacked is read by the program that is run next. */
static int
check_program(void)
{
	int rc = -1;

	CHECK(cms_queue("Grace") == 0);
	CHECK(cms_command("GREET", &rc) == 0 && rc == 0);
	CHECK(cms_command("STATUS 7", &rc) == 0 && rc == 7);
	return 0;
}

/* Many lines: the stack is full at some time, and says so. */
static int
check_full(void)
{
	char line[1000];
	int n = 0, rc;

	memset(line, 'y', sizeof line);
	line[sizeof line - 1] = '\0';
	while (n < 100000 && cms_queue(line) == 0)
		n++;
	CHECK(errno == ENOSPC && n > 10 && n < 1000);
	CHECK(cms_queued() == n);
	CHECK(cms_command("DESBUF", &rc) == 0 && rc == 0);
	return 0;
}

int
main(void)
{
	int rc = 0;

	setvbuf(stdin, NULL, _IONBF, 0);
	rc = rc != 0 ? rc : check_cp();
	rc = rc != 0 ? rc : check_stack();
	rc = rc != 0 ? rc : check_float();
	rc = rc != 0 ? rc : check_program();
	rc = rc != 0 ? rc : check_full();
	if (rc == 0)
		printf("%d checks\n", checks);
	return rc;
}
