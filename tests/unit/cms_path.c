/* SPDX-License-Identifier: MIT
 *
 * cms_path.c - paths: files, disks, the root; from where one stands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "path.h"

struct row {
	const char *text;
	char from;
	enum path_kind kind;
	const char *print; /* fileid_print's; of a disk its letter */
};

static const struct row good[] = {
	{ "fn.ft", PATH_START, PATH_FILE, "FN FT" },
	{ "./fn.ft", PATH_START, PATH_FILE, "FN FT" },
	{ ".//./fn.ft", PATH_START, PATH_FILE, "FN FT" },
	{ "/fn.ft", 'B', PATH_FILE, "FN FT" },
	{ "fn.ft", 'B', PATH_FILE, "FN FT B" },
	{ "FN FT", 'B', PATH_FILE, "FN FT B" },
	{ "fn.ft.c2", 'B', PATH_FILE, "FN FT C2" },
	{ "FN FT A1", PATH_START, PATH_FILE, "FN FT A1" },
	{ "/b/fn.ft", PATH_START, PATH_FILE, "FN FT B" },
	{ "b/fn.ft", PATH_START, PATH_FILE, "FN FT B" },
	{ "../b/fn.ft", 'C', PATH_FILE, "FN FT B" },
	{ "/b/c", PATH_START, PATH_FILE, "C FILE B" },
	{ "fn", PATH_START, PATH_FILE, "FN FILE" },
	{ "/", 'B', PATH_ROOT, "/" },
	{ "..", 'B', PATH_ROOT, "/" },
	{ ".", PATH_AT_ROOT, PATH_ROOT, "/" },
	{ ".", PATH_START, PATH_DISK, "A" },
	{ "./", 'B', PATH_DISK, "B" },
	{ "a", PATH_START, PATH_DISK, "A" },
	{ "/z/", 'B', PATH_DISK, "Z" },
	{ "//a//", 'B', PATH_DISK, "A" },
};

static void
names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		const struct row *r = &good[i];
		struct path path;
		char print[32];

		assert_int_equal(path_parse(&path, r->text, strlen(r->text),
		    r->from), 0);
		assert_int_equal(path.kind, r->kind);
		if (r->kind != PATH_FILE) {
			assert_int_equal(path.id.mode, r->print[0]);
			continue;
		}
		fileid_print(&path.id, print);
		/* Parts are padded; what is told apart here are words. */
		for (const char *p = print, *q = r->print; *p != '\0' ||
		    *q != '\0';) {
			while (*p == ' ')
				p++;
			while (*q == ' ')
				q++;
			assert_int_equal(*p, *q);
			p += *p != '\0';
			q += *q != '\0';
		}
	}
}

static void
no_names(void **state)
{
	static const char *const bad[] = { "", "/etc/passwd", "a/b/c.d",
		"toolongname.x", "x*.y", "fn.ft/", "fn.ft.a.b", ".hidden",
		"/a/b/", "fn..ft" };
	struct path path;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(path_parse(&path, bad[i], strlen(bad[i]),
		    PATH_START), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(no_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
