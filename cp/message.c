/* SPDX-License-Identifier: MIT
 *
 * message.c - the table of messages as lines.
 */
#include "message.h"

#include <stdio.h>

static const struct message message_table[] = {
#define M(number_, module_, severity_, text_)               \
	{ .number = (number_), .module = (module_), \
	    .severity = (severity_), .text = (text_) },
#include "messages.def"
#undef M
};

#define MESSAGES (sizeof message_table / sizeof message_table[0])

const struct message *
message_at(size_t i)
{
	return i < MESSAGES ? &message_table[i] : NULL;
}

const struct message *
message_find(int number)
{
	for (size_t i = 0; i < MESSAGES; i++)
		if (message_table[i].number == number)
			return &message_table[i];
	return NULL;
}

static size_t
message_code(char *buf, size_t size, const struct message *m)
{
	return (size_t)snprintf(buf, size, "DMK%s%03d%c", m->module, m->number,
	    m->severity);
}

size_t
message_format(char *buf, size_t size, enum message_form form, int number,
    va_list ap)
{
	const struct message *m = message_find(number);
	size_t n = 0;

	buf[0] = '\0';
	if (m == NULL || form == EMSG_OFF)
		return 0;
	if (form != EMSG_TEXT)
		n = message_code(buf, size, m);
	if (form == EMSG_CODE)
		return n;
	if (n > 0)
		n += (size_t)snprintf(buf + n, size - n, " ");
	n += (size_t)vsnprintf(buf + n, size - n, m->text, ap);
	return n < size ? n : size - 1;
}

void
message_print(char *buf, size_t size, int number, ...)
{
	va_list ap;

	va_start(ap, number);
	message_format(buf, size, EMSG_ON, number, ap);
	va_end(ap);
}
