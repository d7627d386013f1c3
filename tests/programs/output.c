/* SPDX-License-Identifier: MIT
 *
 * output.c - output in awkward forms: no newline at the end, long lines,
 * tabs, empty lines, much of it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
long_line(size_t n)
{
	static char text[20001];

	for (size_t i = 0; i < n; i++)
		text[i] = (char)('a' + i % 26);
	text[n] = '\n';
	if (write(1, text, n + 1) != (ssize_t)n + 1)
		printf("short\n");
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "long") == 0) {
		long_line(100);
		long_line(5000);
		long_line(20000);
	} else if (argc > 1 && strcmp(argv[1], "many") == 0) {
		for (int i = 1; i <= 1000; i++)
			printf("line %d\n", i);
	} else if (argc > 1 && strcmp(argv[1], "forever") == 0) {
		for (;;)
			printf("again\n");
	} else {
		printf("a\tb\n\nthree\r\n");
		fprintf(stderr, "to stderr\n");
		printf("no newline");
	}
	return 0;
}
