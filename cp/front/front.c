/* SPDX-License-Identifier: MIT
 *
 * front.c - what every file of the front command uses: how it complains, and
 * where things are.
 */
#include "front.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

#include "directory.h"
#include "spawn.h"

int
front_fail(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("vm370: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return 1;
}

int
front_option(int argc, char *argv[], const char *letters,
    const struct option *options)
{
	static char program[] = "vm370";
	char *name = argv[0];
	int letter;

	argv[0] = program;
	letter = getopt_long(argc, argv, letters, options, NULL);
	argv[0] = name;
	return letter;
}

int
front_dir_error(const char *path, const struct dir_error *err)
{
	char why[256];

	dir_error_print(err, why, sizeof why);
	if (err->number == DIR_FILE)
		return front_fail("%s", why); /* names the file itself */
	return front_fail("%s: %s", path, why);
}

bool
front_path(const struct front *front, const char *name, char *buf, size_t size)
{
	if ((size_t)snprintf(buf, size, "%s/%s", front->home, name) < size)
		return true;
	front_fail("%s: name too long", front->home);
	return false;
}

bool
front_program(const char *name, char *buf, size_t size)
{
	char folder[PATH_MAX];

	if (spawn_libexec(folder, sizeof folder) < 0 ||
	    (size_t)snprintf(buf, size, "%s/%s", folder, name) >= size) {
		front_fail("cannot find where %s is", name);
		return false;
	}
	return true;
}

bool
front_share(const char *name, char *buf, size_t size)
{
	char folder[PATH_MAX];

	/* libexec/vm370 and share/vm370 stand side by side. */
	if (spawn_libexec(folder, sizeof folder) < 0 ||
	    (size_t)snprintf(buf, size, "%s/../../share/vm370/%s", folder,
	    name) >= size) {
		front_fail("cannot find where %s is", name);
		return false;
	}
	return true;
}
