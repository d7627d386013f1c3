/* SPDX-License-Identifier: MIT
 *
 * script.c - make a file of the lines that are given: script FILE LINE|LINE...
 */
#include <stdio.h>

int
main(int argc, char **argv)
{
	FILE *f = argc > 2 ? fopen(argv[1], "w") : NULL;

	if (f == NULL) {
		perror("script");
		return 1;
	}
	for (int i = 2; i < argc; i++) {
		for (const char *c = argv[i]; *c != '\0'; c++)
			fputc(*c == '|' ? '\n' : *c, f);
		fputc(i + 1 < argc ? ' ' : '\n', f);
	}
	return fclose(f) == 0 ? 0 : 1;
}
