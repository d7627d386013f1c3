/* SPDX-License-Identifier: MIT
 *
 * unit_paper.c - a listing is on the disk before it has its name, and its name
 * is before anybody is told; what fails on the way is begun anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "paper.h"

static char folder[] = "/tmp/unit_paper.XXXXXX";
static struct paper paper;
static char steps[8]; /* file, rename, directory */
static char fails;    /* the step that does */

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int from, const char *name, int to, const char *other);
int __wrap_renameat(int from, const char *name, int to, const char *other);

static int
step(char what)
{
	size_t n = strlen(steps);

	steps[n] = what;
	steps[n + 1] = '\0';
	errno = ENOSPC;
	return what == fails ? -1 : 0;
}

int
__wrap_fsync(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return step(S_ISDIR(st.st_mode) ? 'd' : 'f') < 0 ? -1 :
	    __real_fsync(fd);
}

int
__wrap_renameat(int from, const char *name, int to, const char *other)
{
	return step('r') < 0 ? -1 : __real_renameat(from, name, to, other);
}

static int
print(const char *text)
{
	steps[0] = '\0';
	paper_put(&paper, text, strlen(text));
	assert_int_equal(paper_write(&paper), 0);
	return paper_done(&paper, "LISTING.txt");
}

/* What lies there under its name; "": nothing. */
static void
there(const char *text)
{
	int fd = openat(paper.dir, "LISTING.txt", O_RDONLY);
	char got[64] = "";

	if (fd >= 0) {
		assert_true(read(fd, got, sizeof got - 1) >= 0);
		close(fd);
	}
	assert_string_equal(got, text);
}

static void
on_disk_before_it_is_done(void **state)
{
	(void)state;
	assert_int_equal(print("one\n"), 0);
	assert_string_equal(steps, "frd");
	there("one\n");
	assert_int_equal(print("other\n"), 0); /* the same file once more */
	there("other\n");
}

static void
each_step_that_fails(void **state)
{
	static const char order[] = "frd";

	(void)state;
	for (size_t i = 0; i < strlen(order); i++) {
		fails = order[i];
		assert_int_equal(print("new\n"), -1);
		assert_int_equal(errno, ENOSPC);
		assert_int_equal(strlen(steps), i + 1);
		there(order[i] == 'd' ? "new\n" : "");
		paper_drop(&paper);
		fails = 0;
		assert_int_equal(print("again\n"), 0);
		there("again\n");
		assert_int_equal(unlinkat(paper.dir, "LISTING.txt", 0), 0);
	}
}

static int
set_up(void **state)
{
	int dir;

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	paper_init(&paper, dir, 0x00E);
	return dir < 0 ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	paper_drop(&paper);
	unlinkat(paper.dir, "LISTING.txt", 0);
	close(paper.dir);
	evbuffer_free(paper.out);
	rmdir(folder);
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	return 0;
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(on_disk_before_it_is_done),
		TEST(each_step_that_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
