/* SPDX-License-Identifier: MIT
 *
 * directory.c - finding users, passwords and their hashes in the file, a file
 * that is not there.  What statements mean is directory_golden.c's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "directory.h"
#include "name.h"
#include "textfile.h"

static char folder[64], path[128];

static struct vm_name
named(const char *text)
{
	struct vm_name name;

	assert_int_equal(name_parse(text, &name), 0);
	return name;
}

static void
write_file(const char *text)
{
	assert_int_equal(textfile_replace(path, text, strlen(text), 0640), 0);
}

static char *
read_file(void)
{
	size_t len;
	char *text = textfile_read(path, &len);

	assert_non_null(text);
	assert_int_equal(strlen(text), len);
	return text;
}

static int
set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/unit_directory.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/user.direct", folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder); /* no file was left beside it */
}

static void
finds(void **state)
{
	static const char text[] = "USER B B\nUSER A A\n MDISK 191 FB-512 0 8 V\n"
	    "USER C C\n";
	struct directory *dir;
	struct dir_error err;

	(void)state;
	dir = directory_parse(text, sizeof text - 1, &err);
	assert_non_null(dir);
	assert_int_equal(directory_count(dir), 3);
	assert_string_equal(name_text(directory_at(dir, 0)->name).s, "B");
	assert_null(directory_at(dir, 3));
	assert_int_equal(directory_find(dir, named("A"))->line, 2);
	assert_null(directory_find(dir, named("D")));
	assert_int_equal(directory_mdisk(dir, named("A"), 0x191)->blocks, 8);
	assert_null(directory_mdisk(dir, named("A"), 0x192));
	assert_null(directory_mdisk(dir, named("D"), 0x191));
	directory_free(dir);
	directory_free(NULL);
}

/* No byte outside the text is read: an exact copy on the heap, for ASan. */
static void
text_without_end(void **state)
{
	static const char text[] = "USER A A\n IPL CMS PARM X";
	struct dir_error err;

	(void)state;
	for (size_t n = 1; n < sizeof text; n++) {
		char *copy = malloc(n);

		memcpy(copy, text, n);
		directory_free(directory_parse(copy, n, &err));
		free(copy);
	}
	assert_null(directory_parse("", 0, &err));
}

static void
many_users(void **state)
{
	struct directory *dir;
	struct dir_error err;
	size_t size;
	char *text, name[16];
	FILE *f = open_memstream(&text, &size);

	(void)state;
	for (unsigned i = 0; i < 5000; i++)
		fprintf(f, "USER U%u PW%u 16M\n MDISK 191 FB-512 %u 100 VOL1\n"
		    " LINK U%u 191 291 RR\n", i, i, i * 100, 4999 - i);
	fclose(f);
	dir = directory_parse(text, size, &err);
	assert_non_null(dir);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(name, sizeof name, "U%u", i);
		assert_int_equal(directory_find(dir, named(name))->line,
		    3 * i + 1);
	}
	directory_free(dir);
	free(text);
}

static const char clear_text[] =
    "* Comments stay, also PASSWORD in them.\n"
    "USER   ONE   secret   16M 64M ABC                                       00000010\r\n"
    "\tMDISK 191 FB-512 0 10 VOL MR ALL write ALL\n"
    "USER NOBODY NOLOG\n"
    "\n"
    "user two TWO"; /* no end of line */

static void
hashes_clear_passwords(void **state)
{
	const struct dir_user *one, *two;
	struct directory *dir;
	struct dir_error err;
	struct stat st;
	unsigned changed;
	char *text;

	(void)state;
	write_file(clear_text);
	assert_int_equal(directory_hash_passwords(path, &changed, &err), 0);
	assert_int_equal(changed, 3);
	text = read_file();
	assert_null(strstr(text, "secret"));
	assert_null(strstr(text, "write"));
	assert_non_null(strstr(text, "* Comments stay, also PASSWORD in them.\n"
	    "USER   ONE   $y$"));
	assert_non_null(strstr(text, "         16M 64M ABC     "));
	assert_non_null(strstr(text, "00000010\r\n\tMDISK 191 FB-512 0 10 VOL "
	    "MR ALL $y$"));
	assert_non_null(strstr(text, " ALL\nUSER NOBODY NOLOG\n\n"
	    "user two $y$"));
	assert_int_not_equal(text[strlen(text) - 1], '\n');
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);

	dir = directory_load(path, &err);
	assert_non_null(dir);
	one = directory_find(dir, named("ONE"));
	two = directory_find(dir, named("TWO"));
	assert_false(one->clear);
	assert_string_equal(one->mdisks[0].rpw, "ALL");
	assert_true(directory_password_ok("write", one->mdisks[0].wpw));
	assert_true(directory_password_ok("secret", one->hash));
	assert_false(directory_password_ok("SECRET", one->hash));
	assert_true(directory_password_ok("TWO", two->hash));
	assert_true(directory_password_ok("two", two->hash));
	assert_true(directory_password_ok("tWo", two->hash));
	assert_false(directory_password_ok("TWO ", two->hash));
	assert_false(directory_password_ok("", two->hash));
	assert_false(directory_password_ok("TWO", ""));
	assert_false(directory_password_ok("", ""));
	directory_free(dir);

	/* The second time nothing is clear and nothing is written. */
	assert_int_equal(directory_hash_passwords(path, &changed, &err), 0);
	assert_int_equal(changed, 0);
	dir = directory_load(path, &err);
	assert_non_null(dir);
	directory_free(dir);
	free(text);
}

/* Until they are hashed nobody gets in with them. */
static void
clear_passwords_open_nothing(void **state)
{
	const struct dir_user *one;
	struct directory *dir;
	struct dir_error err;

	(void)state;
	dir = directory_parse(clear_text, sizeof clear_text - 1, &err);
	assert_non_null(dir);
	one = directory_find(dir, named("ONE"));
	assert_true(one->clear);
	assert_string_equal(one->hash, "");
	assert_string_equal(one->mdisks[0].wpw, "");
	directory_free(dir);
}

static double
seconds(const char *password, const char *hash)
{
	struct timespec a, b;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	directory_password_ok(password, hash);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	return (double)(b.tv_sec - a.tv_sec) +
	    (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

/* Whether a user exists must not show in the time it takes: the two are of
 * one method and cost.  (A factor of two leaves room for a busy machine.) */
static void
unknown_user_costs_the_same(void **state)
{
	struct directory *dir;
	struct dir_error err;
	double known = 1e9, unknown = 1e9;
	unsigned changed;
	const char *hash;

	(void)state;
	write_file("USER A RIGHT\n");
	assert_int_equal(directory_hash_passwords(path, &changed, &err), 0);
	dir = directory_load(path, &err);
	assert_non_null(dir);
	hash = directory_at(dir, 0)->hash;
	for (int i = 0; i < 5; i++) {
		double k = seconds("wrong", hash), u = seconds("wrong", "");

		known = k < known ? k : known;
		unknown = u < unknown ? u : unknown;
	}
	directory_free(dir);
	if (known > 2 * unknown || unknown > 2 * known)
		fail_msg("known user %f s, unknown user %f s", known, unknown);
}

static void
sets_a_password(void **state)
{
	struct directory *dir;
	struct dir_error err;
	char *text;

	(void)state;
	write_file("* x\nUSER A OLD 1M\n MDISK 191 FB-512 0 1 V MR PW\n"
	    "USER B BPW\n");
	assert_int_equal(directory_set_password(path, named("A"), "Ne.w", &err),
	    0);
	text = read_file();
	assert_non_null(strstr(text, " 1M\n MDISK 191 FB-512 0 1 V MR PW\n"
	    "USER B BPW\n"));
	dir = directory_load(path, &err);
	assert_non_null(dir);
	assert_true(directory_password_ok("Ne.w", directory_at(dir, 0)->hash));
	directory_free(dir);
	free(text);

	assert_int_equal(directory_set_password(path, named("C"), "X", &err),
	    -1);
	assert_int_equal(err.number, DIR_NO_USER);
	assert_int_equal(directory_set_password(path, named("A"), "", &err),
	    -1);
	assert_int_equal(err.number, DIR_INVALID_OPERAND);
}

/* A bad file stays as it is. */
static void
bad_file_is_left_alone(void **state)
{
	static const char bad[] = "USER A CLEAR\n MDISK ZZZ\n";
	struct dir_error err;
	unsigned changed;
	char text[256], *now;

	(void)state;
	write_file(bad);
	assert_int_equal(directory_hash_passwords(path, &changed, &err), -1);
	assert_int_equal(changed, 0);
	assert_int_equal(err.line, 2);
	assert_int_equal(directory_set_password(path, named("A"), "X", &err),
	    -1);
	dir_error_print(&err, text, sizeof text);
	assert_non_null(strstr(text, "LINE 2 COLUMN "));
	now = read_file();
	assert_string_equal(now, bad);
	free(now);
}

static void
no_file(void **state)
{
	struct dir_error err;
	unsigned changed;
	char text[256];

	(void)state;
	unlink(path);
	assert_null(directory_load(path, &err));
	assert_int_equal(err.number, DIR_FILE);
	assert_int_equal(err.line, 0);
	dir_error_print(&err, text, sizeof text);
	assert_non_null(strstr(text, strerror(ENOENT)));
	assert_null(directory_load(folder, &err));
	assert_null(directory_load("/dev/zero", &err));
	assert_int_equal(directory_hash_passwords(path, &changed, &err), -1);
	assert_int_equal(err.number, DIR_FILE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(text_without_end),
		cmocka_unit_test(many_users),
		cmocka_unit_test_setup_teardown(hashes_clear_passwords, set_up,
		    tear_down),
		cmocka_unit_test(clear_passwords_open_nothing),
		cmocka_unit_test_setup_teardown(unknown_user_costs_the_same,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(sets_a_password, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(bad_file_is_left_alone, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(no_file, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
