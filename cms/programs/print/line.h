/* SPDX-License-Identifier: MIT
 *
 * line.h - what PRINT makes of a record: columns, carriage control.  Pure.
 */
#ifndef CMS_PRINT_LINE_H
#define CMS_PRINT_LINE_H

#include <stddef.h>

#define LINE_COLUMNS 132

/* Bytes of the text's first `columns` characters of UTF-8. */
size_t line_cut(const unsigned char *text, size_t len, unsigned columns);

/*
 * Carriage control in a record's first character: ASA's (blank 0 - + 1 to 9 A
 * B C), which says what the paper does before the line, or a command of the
 * printer, which says what it does after it.  What is neither is as a blank.
 */
struct line_control {
	unsigned before; /* as the command of the line before it would have it */
	unsigned after;	 /* 0: the next line's `before` says */
};

struct line_control line_control(unsigned char c);

#endif
