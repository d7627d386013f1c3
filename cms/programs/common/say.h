/* SPDX-License-Identifier: MIT
 *
 * say.h - messages of CMS commands: "DMSTYP002E FILE A B C NOT FOUND".  Each
 * function returns the return code that goes with it.
 */
#ifndef CMS_SAY_H
#define CMS_SAY_H

#include <stddef.h>

/* The three letters of the command, which each program has. */
extern const char say_code[];

int say(int number, int severity, int rc, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A piece of a line, in print.h's format. */
void say_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What errno says about a file: in the doing of what ('r', 'w'). */
int say_errno(const char *fileid, int doing);

int say_option(const char *option);		       /* 003E */
int say_parameter(const char *word, const char *option); /* 029E */
int say_operand(const char *word);		       /* 070E */

/* A record, and a piece of one, without what a terminal would obey. */
void say_piece(const unsigned char *text, size_t len);
void say_record(const unsigned char *record, size_t len);

#endif
