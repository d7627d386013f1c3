/* SPDX-License-Identifier: MIT
 *
 * text.h - words, names and patterns of what a user types.
 */
#ifndef CMS_TEXT_H
#define CMS_TEXT_H

#include <stddef.h>

#define TEXT_NAME 8 /* a file name or type: upper case, blank padded */

int text_upper(int c);
int text_blank(int c);

/* Make a name of text: 0, or -1 when it is empty or longer than 8. */
int text_name(char name[TEXT_NAME], const char *text, size_t len);

/* A name's characters without its blanks. */
size_t text_len(const char name[TEXT_NAME]);

/* The first word of a line: where it begins, and its length (0: none). */
size_t text_word(const char *line, const char **word);

/* Is word an abbreviation of name (upper case), at least `least` long? */
int text_abbrev(const char *word, size_t len, const char *name, size_t least);

/* A decimal number of at most max: 0, or -1. */
int text_number(const char *word, size_t len, unsigned long max,
    unsigned long *value);

/* The same, hexadecimal. */
int text_hex(const char *word, size_t len, unsigned long max,
    unsigned long *value);

#endif
