/* SPDX-License-Identifier: MIT
 *
 * base_log.c - a line of the log is one line, whatever is in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

static char text[16384];

/* What fn writes to standard error, in text. */
static size_t
capture(void (*fn)(void))
{
	FILE *f = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t n;

	assert_non_null(f);
	dup2(fileno(f), STDERR_FILENO);
	fn();
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(f);
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	return n;
}

static void
say_plain(void)
{
	log_init("tester ONE");
	log_info("%d users", 5);
}

static void
plain(void **state)
{
	int y, mo, d, h, mi, pid;
	double s;

	(void)state;
	capture(say_plain);
	assert_int_equal(sscanf(text, "%d-%d-%dT%d:%d:%lfZ tester ONE[%d] "
	    "info: 5 users\n", &y, &mo, &d, &h, &mi, &s, &pid), 7);
	assert_int_equal(pid, getpid());
	assert_non_null(strstr(text, " info: 5 users\n"));
}

static void
say_forged(void)
{
	log_warnx("user %s", "X\n2026-01-01T00:00:00.000Z vmcp[1] info: OK\r"
	    "\x1B[2J\x7F\t");
}

static void
forged_lines(void **state)
{
	size_t n;

	(void)state;
	n = capture(say_forged);
	assert_ptr_equal(strchr(text, '\n'), text + n - 1);
	for (size_t i = 0; i < n - 1; i++)
		assert_true((unsigned char)text[i] >= ' ' && text[i] != 0x7F);
	assert_non_null(strstr(text, "user X?2026"));
}

static void
say_long(void)
{
	char big[4 * LOG_LINE_MAX];

	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	log_warnx("%s", big);
	errno = ENOSPC;
	log_warn("%s", big);
}

static void
long_lines(void **state)
{
	size_t n;

	(void)state;
	n = capture(say_long);
	assert_int_equal(n, 2 * LOG_LINE_MAX);
	assert_int_equal(text[LOG_LINE_MAX - 1], '\n');
	assert_int_equal(text[n - 1], '\n');
}

static void
say_errno(void)
{
	errno = ENOSPC;
	log_warn("volume %s", "VMSYS");
	assert_int_equal(errno, ENOSPC);
}

static void
errno_is_told_and_kept(void **state)
{
	(void)state;
	capture(say_errno);
	assert_non_null(strstr(text, "warning: volume VMSYS: "));
	assert_non_null(strstr(text, strerror(ENOSPC)));
}

static void
say_fatal(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		fatalx("no more");
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void
fatal_exits(void **state)
{
	(void)state;
	capture(say_fatal);
	assert_non_null(strstr(text, "fatal: no more\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(forged_lines),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(errno_is_told_and_kept),
		cmocka_unit_test(fatal_exits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
