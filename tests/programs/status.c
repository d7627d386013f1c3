/* SPDX-License-Identifier: MIT
 *
 * status.c - returns the number it is given: 42 without one; `abort` aborts,
 * `command TEXT` returns what a CMS command returns, `punch` and `print` leave
 * a card or line behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cms.h"

static int
run(int argc, char **argv)
{
	char line[256] = "";
	int rc = 0;

	for (int i = 2; i < argc; i++) {
		strncat(line, argv[i], sizeof line - strlen(line) - 2);
		strcat(line, " ");
	}
	if (cms_command(line, &rc) == -1) {
		perror("command");
		return 77;
	}
	return rc;
}

int
main(int argc, char **argv)
{
	static const char record[] = { 3, 0, CMS_PRINT_1, 'o', 'n' };

	if (argc > 2 && strcmp(argv[1], "command") == 0)
		return run(argc, argv);
	if (argc > 1 && strcmp(argv[1], "abort") == 0)
		abort();
	if (argc > 1 && strcmp(argv[1], "punch") == 0)
		return cms_punch(CMS_PUNCH, record, sizeof record, NULL);
	if (argc > 1 && strcmp(argv[1], "print") == 0)
		return cms_print(CMS_PRINTER, record, sizeof record, NULL);
	return argc > 1 ? atoi(argv[1]) : 42;
}
