/* SPDX-License-Identifier: MIT
 *
 * message.h - CP's numbered messages: DMKmmmnnnX text.
 */
#ifndef VM370_CP_MESSAGE_H
#define VM370_CP_MESSAGE_H

#include <stdarg.h>
#include <stddef.h>

struct message {
	int number;
	const char *module; /* three letters */
	char severity;	    /* I, W, E or A */
	const char *text;   /* only %s, each a const char * */
};

#define MESSAGE_MAX 400 /* bytes of a message with its text, NUL included */

/* SET EMSG */
enum message_form { EMSG_ON, EMSG_OFF, EMSG_CODE, EMSG_TEXT };

/* The table, in order of number. */
const struct message *message_at(size_t i); /* NULL past the end */
const struct message *message_find(int number);

/* The line to print; empty for EMSG_OFF.  Returns its length. */
size_t message_format(char *buf, size_t size, enum message_form form,
    int number, va_list ap);

/* The same as EMSG_ON, from arguments. */
void message_print(char *buf, size_t size, int number, ...);

#endif
