/* SPDX-License-Identifier: MIT
 *
 * check.h - a program's checks, numbered: the first that fails is printed and
 * is its return code.
 */
#ifndef VM370_TESTS_PROGRAMS_CHECK_H
#define VM370_TESTS_PROGRAMS_CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int checks;

#define CHECK(what)                                                \
	do {                                                       \
		checks++;                                          \
		if (!(what)) {                                     \
			printf("check %d: %s, errno %d\n", checks,  \
			    #what, errno);                         \
			exit(checks);                              \
		}                                                  \
	} while (0)

#define FAILS(call, error)                                         \
	do {                                                       \
		errno = 0;                                         \
		CHECK((call) == -1 && errno == (error));           \
	} while (0)

#endif
