/* SPDX-License-Identifier: MIT
 *
 * greet.c - reads a line through the C library and answers.
 */
#include <stdio.h>
#include <string.h>

int
main(void)
{
	char name[80];

	printf("What is your name? ");
	if (fgets(name, sizeof name, stdin) == NULL)
		return 1;
	name[strcspn(name, "\n")] = '\0';
	if (name[0] == '\0')
		printf("Keep your secret, then.\n");
	else
		printf("Hello, %s: %zu letters.\n", name, strlen(name));
	return 0;
}
