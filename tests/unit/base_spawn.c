/* SPDX-License-Identifier: MIT
 *
 * base_spawn.c - a child has what it was given and nothing else.  This program
 * is its own child: with an argument it reports on descriptor 3.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "spawn.h"

extern char **environ;

static char self[4096];

/* --- the child --- */

static int
child_main(void)
{
	char line[4096];
	struct stat st;
	sigset_t mask;
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			n += snprintf(line + n, sizeof line - (size_t)n,
			    "fd%d ", fd);
	if (fstat(0, &st) == 0 && S_ISCHR(st.st_mode))
		n += snprintf(line + n, sizeof line - (size_t)n, "null0 ");
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int sig = 1; sig < NSIG; sig++) {
		struct sigaction sa;

		if (sigismember(&mask, sig) == 1)
			n += snprintf(line + n, sizeof line - (size_t)n,
			    "blocked%d ", sig);
		if (sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
			n += snprintf(line + n, sizeof line - (size_t)n,
			    "ignored%d ", sig);
	}
	for (char **e = environ; *e != NULL; e++)
		n += snprintf(line + n, sizeof line - (size_t)n, "env:%s ", *e);
	return write(3, line, (size_t)n) == n ? 7 : 1;
}

/* --- the tests --- */

static char *
run_child(const int *fds, size_t nfds, int report)
{
	static char line[4096];
	char *argv[] = { self, (char[]){ "child" }, NULL };
	int status;
	ssize_t n;
	pid_t pid = spawn(self, argv, fds, nfds);

	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	n = read(report, line, sizeof line - 1);
	assert_true(n > 0);
	line[n] = '\0';
	return line;
}

static void
only_what_was_given(void **state)
{
	int report[2], leak[20], dup3;
	char *line;

	(void)state;
	assert_return_code(pipe(report), errno); /* not close-on-exec */
	for (int i = 0; i < 20; i++)
		leak[i] = open("/dev/zero", O_RDONLY); /* nor these */
	dup3 = fcntl(leak[0], F_DUPFD, 700);
	setenv("SECRET", "token", 1);
	setenv("TZ", "UTC", 1);
	line = run_child(&report[1], 1, report[0]);
	assert_non_null(strstr(line, "fd0 fd1 fd2 fd3 null0"));
	assert_null(strstr(line, "fd4"));
	assert_null(strstr(line, "fd700"));
	assert_null(strstr(line, "SECRET"));
	assert_non_null(strstr(line, "env:TZ=UTC"));
	for (int i = 0; i < 20; i++)
		close(leak[i]);
	close(dup3);
	close(report[0]);
	close(report[1]);
}

/* Descriptors are 3, 4, 5 in the order given, also when their numbers here are
 * these, in another order. */
static void
order_of_descriptors(void **state)
{
	int report[2], zero, full, fds[3];
	char *line;

	(void)state;
	assert_return_code(pipe(report), errno);
	zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	full = open("/dev/full", O_RDONLY | O_CLOEXEC);
	fds[0] = report[1];
	fds[1] = zero;
	fds[2] = full;
	line = run_child(fds, 3, report[0]);
	assert_non_null(strstr(line, "fd0 fd1 fd2 fd3 fd4 fd5 null0"));
	fds[1] = report[1]; /* the same one twice */
	line = run_child(fds, 2, report[0]);
	assert_non_null(strstr(line, "fd3 fd4 null0"));
	close(zero);
	close(full);
	close(report[0]);
	close(report[1]);
}

static void
signals_are_the_default(void **state)
{
	int report[2];
	sigset_t mask;
	char *line;

	(void)state;
	assert_return_code(pipe(report), errno);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	line = run_child(&report[1], 1, report[0]);
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_DFL);
	assert_null(strstr(line, "blocked"));
	assert_null(strstr(line, "ignored"));
	close(report[0]);
	close(report[1]);
}

static void
exec_that_fails(void **state)
{
	char *argv[] = { (char[]){ "none" }, NULL };
	int fds[9] = { 0 };

	(void)state;
	assert_int_equal(spawn("/nonexistent/program", argv, NULL, 0), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(spawn("/dev/null", argv, NULL, 0), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(spawn(self, argv, fds, 9), -1);
	assert_int_equal(errno, EINVAL);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void
where_programs_are(void **state)
{
	char path[4096], small[4];

	(void)state;
	assert_int_equal(spawn_libexec(path, sizeof path), 0);
	assert_int_equal(path[0], '/');
	assert_int_equal(spawn_libexec(small, sizeof small), -1);
	assert_int_equal(errno, ENAMETOOLONG);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_was_given),
		cmocka_unit_test(order_of_descriptors),
		cmocka_unit_test(signals_are_the_default),
		cmocka_unit_test(exec_that_fails),
		cmocka_unit_test(where_programs_are),
	};
	ssize_t n;

	(void)argv;
	if (argc > 1)
		return child_main();
	n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
