/* SPDX-License-Identifier: MIT
 *
 * list.h - the lists that COPYFILE asks for: SPECS, which says what of a
 * record goes where, and TRANS, which says what becomes of a character.
 */
#ifndef COPYFILE_LIST_H
#define COPYFILE_LIST_H

#include <stddef.h>

#define LIST_SPECS 20
#define LIST_TEXT 4096

/* Columns first to last of the input, or text, go to column `to`; all are
 * counted from 1. */
struct spec {
	unsigned long first, last, to;
	const char *text; /* NULL: columns */
	size_t len;
};

struct list {
	struct spec spec[LIST_SPECS];
	int specs;
	unsigned char translate[256];
	char text[LIST_TEXT]; /* the last list; what the specs' text is in */
};

void list_init(struct list *l);

/*
 * Read a list from the standard input, lines that end in "++" go on in the
 * next, and take it in: TRANS before SPECS, whose text is kept.  0, or the
 * return code of the message given.
 */
int list_read_specs(struct list *l, int prompt);
int list_read_trans(struct list *l, int prompt);

/* The same of a text, which is changed and kept.  Pure but for messages. */
int list_specs(struct list *l, char *text);
int list_trans(struct list *l, const char *text);

/* One character, or the two hexadecimal digits of one: 0, or -1. */
int list_value(const char *at, size_t len, unsigned char *c);

/* What UPCASE, LOWCASE and EBCDIC do to characters. */
void list_upper(struct list *l);
void list_lower(struct list *l);
void list_bcd(struct list *l);

#endif
