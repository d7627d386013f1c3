/* SPDX-License-Identifier: MIT
 *
 * words.h - the words of a command line as CMS sees them: operands, and after
 * a "(" options, to the end or to a ")".  Parentheses need no blanks.
 */
#ifndef CMS_WORDS_H
#define CMS_WORDS_H

#define WORDS_MAX 128
#define WORDS_TEXT 4096

struct words {
	int operands, options;
	const char *operand[WORDS_MAX], *option[WORDS_MAX];
	int many; /* there were more than WORDS_MAX of either */
	char text[WORDS_TEXT];
};

void words_split(struct words *w, int argc, char *const argv[]);

/* Is word, in any case, name or an abbreviation of it, at least `least` long?
 */
int words_is(const char *word, const char *name, unsigned least);

/* A decimal number, 1 to max: 0, or -1. */
int words_number(const char *word, unsigned long max, unsigned long *value);

/* A hexadecimal number, 0 to max: 0, or -1; and the value of one digit, or -1.
 */
int words_hex(const char *word, unsigned long max, unsigned long *value);
int words_digit(int c);

/* "x-y", "x-" or "x": columns from x to y, or to max.  0, or -1. */
int words_columns(const char *word, unsigned long max, unsigned long *from,
    unsigned long *to);

#endif
