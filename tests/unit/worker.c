/* SPDX-License-Identifier: MIT
 *
 * worker.c - jobs, their order and their number; workers that die.  This
 * program is its own worker, as vmcp is.
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "directory.h"
#include "textfile.h"
#include "worker.h"

static char self[4096], folder[64], path[128];
static struct event_base *base;
static struct worker_pool *pool;

struct answer {
	int calls, rc;
	char text[512];
};

static void
on_answer(int rc, const char *text, void *arg)
{
	struct answer *a = arg;

	a->calls++;
	a->rc = rc;
	snprintf(a->text, sizeof a->text, "%s", text);
}

/* SIGCHLD as vmcp handles it. */
static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	int *strangers = arg, status;
	pid_t pid;

	(void)fd;
	(void)what;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!worker_reaped(pool, pid, status))
			++*strangers;
}

/* Turn the loop until all of n answers came, or for ten seconds. */
static void
run_until(struct answer *answers, int n)
{
	struct timeval tick = { .tv_usec = 20000 };

	for (int i = 0; i < 500; i++) {
		int done = 0;

		for (int k = 0; k < n; k++)
			done += answers[k].calls;
		if (done >= n)
			return;
		event_base_loopexit(base, &tick);
		event_base_dispatch(base);
	}
	fail_msg("no answer");
}

static int
set_up(void **state)
{
	(void)state;
	base = event_base_new();
	pool = worker_pool_new(base, self);
	snprintf(folder, sizeof folder, "/tmp/unit_worker.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/user.direct", folder);
	return base != NULL && pool != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	worker_pool_free(pool);
	event_base_free(base);
	while (waitpid(-1, NULL, 0) > 0)
		;
	unlink(path);
	return rmdir(folder);
}

static void
directory_and_passwords(void **state)
{
	static const char text[] = "USER A PWA\nUSER B PWB\n";
	struct answer a[4] = { 0 };
	struct directory *dir;
	struct dir_error err;
	int strangers = 0;
	struct event *child = evsignal_new(base, SIGCHLD, on_child, &strangers);

	(void)state;
	event_add(child, NULL);
	assert_int_equal(textfile_replace(path, text, sizeof text - 1, 0600),
	    0);
	assert_int_not_equal(worker_direct(pool, path, on_answer, &a[0]), 0);
	run_until(a, 1);
	assert_int_equal(a[0].rc, 0);
	assert_string_equal(a[0].text, "2 PASSWORDS HASHED");
	dir = directory_load(path, &err);
	assert_non_null(dir);
	memset(a, 0, sizeof a);
	worker_verify(pool, "PWA", directory_at(dir, 0)->hash, on_answer,
	    &a[0]);
	worker_verify(pool, "pwa", directory_at(dir, 0)->hash, on_answer,
	    &a[1]);
	worker_verify(pool, "PWB", directory_at(dir, 0)->hash, on_answer,
	    &a[2]);
	worker_verify(pool, "PWA", "", on_answer, &a[3]);
	run_until(a, 4);
	assert_int_equal(a[0].rc, 0);
	assert_int_equal(a[1].rc, 0);
	assert_int_equal(a[2].rc, 1);
	assert_int_equal(a[3].rc, 1);
	assert_int_equal(strangers, 0);
	event_free(child);
	directory_free(dir);
}

static void
folder_on_disk(void **state)
{
	struct answer a[2] = { 0 };

	(void)state;
	worker_sync(pool, folder, on_answer, &a[0]);
	worker_sync(pool, path, on_answer, &a[1]); /* not there */
	run_until(a, 2);
	assert_int_equal(a[0].rc, 0);
	assert_int_equal(a[1].rc, -ENOENT);
}

static void
bad_directory(void **state)
{
	struct answer a = { 0 };

	(void)state;
	assert_int_equal(textfile_replace(path, "USER A\n", 7, 0600), 0);
	worker_direct(pool, path, on_answer, &a);
	run_until(&a, 1);
	assert_int_equal(a.rc, DIR_OPERAND_MISSING);
	assert_non_null(strstr(a.text, "LINE 1 COLUMN 7: "));
	memset(&a, 0, sizeof a);
	worker_direct(pool, "/nonexistent", on_answer, &a);
	run_until(&a, 1);
	assert_int_equal(a.rc, DIR_FILE);
}

/* A password that is too long for the message is wrong, not cut to right. */
static void
long_password(void **state)
{
	struct answer a = { 0 };
	char password[3 * WORK_PASSWORD_MAX];

	(void)state;
	memset(password, 'x', sizeof password);
	password[sizeof password - 1] = '\0';
	worker_verify(pool, password, "$y$nonsense", on_answer, &a);
	run_until(&a, 1);
	assert_int_equal(a.rc, 1);
}

static void
cancelled(void **state)
{
	struct answer a[5] = { 0 };
	unsigned job[5];

	(void)state;
	for (int i = 0; i < 5; i++)
		job[i] = worker_verify(pool, "x", "", on_answer, &a[i]);
	worker_cancel(pool, job[0]);
	worker_cancel(pool, job[4]);
	worker_cancel(pool, 12345); /* nobody's */
	run_until(a + 1, 3);
	assert_int_equal(a[0].calls + a[4].calls, 0);
	assert_int_equal(a[1].calls + a[2].calls + a[3].calls, 3);
}

/* Each worker dies at once: every job is answered, none twice. */
static void
workers_that_die(void **state)
{
	struct worker_pool *dying = worker_pool_new(base, "/bin/true");
	struct answer a[6] = { 0 };

	(void)state;
	for (int i = 0; i < 6; i++)
		worker_verify(dying, "x", "", on_answer, &a[i]);
	run_until(a, 6);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(a[i].rc, -EIO);
		assert_int_equal(a[i].calls, 1);
	}
	worker_pool_free(dying);
}

static void
no_program(void **state)
{
	struct worker_pool *none = worker_pool_new(base, "/nonexistent");
	struct answer a = { 0 };

	(void)state;
	worker_verify(none, "x", "", on_answer, &a);
	run_until(&a, 1);
	assert_int_equal(a.rc, -ENOENT);
	worker_pool_free(none);
}

/* How many of our children there are now. */
static int
children(void)
{
	char name[64];
	int n = 0, pid;
	FILE *f;

	snprintf(name, sizeof name, "/proc/self/task/%d/children",
	    (int)getpid());
	f = fopen(name, "re");
	assert_non_null(f);
	while (fscanf(f, "%d", &pid) == 1)
		n++;
	fclose(f);
	return n;
}

static void
two_at_once(void **state)
{
	struct answer a[8] = { 0 };
	int strangers = 0, most = 0, done = 0;
	struct event *child = evsignal_new(base, SIGCHLD, on_child, &strangers);
	struct timeval tick = { .tv_usec = 1000 };

	(void)state;
	event_add(child, NULL);
	for (int i = 0; i < 8; i++)
		worker_verify(pool, "x", "", on_answer, &a[i]);
	for (int turn = 0; turn < 10000 && done < 8; turn++) {
		int now = children();

		/* One that answered may take a moment to be gone. */
		most = now > most ? now : most;
		event_base_loopexit(base, &tick);
		event_base_dispatch(base);
		done = 0;
		for (int i = 0; i < 8; i++)
			done += a[i].calls;
	}
	assert_int_equal(done, 8);
	assert_true(most >= 1 && most <= 2 * WORKER_MAX);
	event_free(child);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(directory_and_passwords,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(folder_on_disk, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(bad_directory, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(long_password, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(cancelled, set_up, tear_down),
		cmocka_unit_test_setup_teardown(workers_that_die, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(no_program, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_at_once, set_up, tear_down),
	};

	if (argc > 1 && strcmp(argv[1], "--worker") == 0)
		return worker_main();
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
