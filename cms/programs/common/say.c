/* SPDX-License-Identifier: MIT
 *
 * say.c - messages and return codes that the commands on files share.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "print.h"
#include "say.h"

static const struct {
	int error;
	short number;
	char severity;
	int rc;
	char of; /* %s is the 'f'ile's id, the 'd'isk's letter, or not there */
	const char *text;
} say_rows[] = {
	{ ENOENT, 2, 'E', 28, 'f', "FILE '%s' NOT FOUND" },
	{ EEXIST, 24, 'E', 28, 'f', "FILE '%s' ALREADY EXISTS" },
	{ EBUSY, 30, 'E', 28, 'f', "FILE '%s' ALREADY ACTIVE" },
	{ EROFS, 37, 'E', 36, 'd', "DISK '%s' IS READ/ONLY" },
	{ ENXIO, 69, 'E', 36, 'd', "DISK '%s' NOT ACCESSED" },
	{ EINVAL, 62, 'E', 20, 'f', "INVALID FILEID '%s'" },
	{ ENOSPC, 107, 'S', 100, 'd', "DISK '%s' IS FULL" },
	{ ENOMEM, 109, 'S', 104, ' ', "VIRTUAL STORAGE CAPACITY EXCEEDED" },
	{ ESTALE, 115, 'S', 100, 'd', "DISK '%s' HAS BEEN CHANGED BY "
	    "ANOTHER USER; ACCESS IT AGAIN" },
	{ EUCLEAN, 116, 'S', 100, 'f', "FILE '%s' IS DAMAGED ON ITS DISK" },
};

/* Without C's own formats, which are larger than many a command. */
void
say_text(const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	fwrite(text, 1, print_va(text, sizeof text, format, ap), stdout);
	va_end(ap);
}

/* In capitals, as what is typed becomes before CMS looks at it; what is much
 * too long for a line is cut. */
int
say(int number, int severity, int rc, const char *format, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, format);
	print_va(text, sizeof text, format, ap);
	va_end(ap);
	for (char *c = text; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	say_text("DMS%s%03d%c %s\n", say_code, number, severity, text);
	return rc;
}

/* The letter of "FN FT FM". */
static char
say_mode(const char *fileid)
{
	const char *mode = strrchr(fileid, ' ');

	return mode != NULL ? mode[1] : 'A';
}

int
say_errno(const char *fileid, int doing)
{
	char mode[2] = { say_mode(fileid) };
	int error = errno;

	for (size_t i = 0; i < sizeof say_rows / sizeof say_rows[0]; i++) {
		char line[160];

		if (say_rows[i].error != error)
			continue;
		print_into(line, sizeof line, say_rows[i].text,
		    say_rows[i].of == 'd' ? mode : fileid);
		return say(say_rows[i].number, say_rows[i].severity,
		    say_rows[i].rc, "%s", line);
	}
	if (doing == 'w')
		return say(105, 'S', 100, "ERROR %d WRITING FILE '%s' ON DISK",
		    error, fileid);
	return say(104, 'S', 100, "ERROR %d READING FILE '%s' FROM DISK",
	    error, fileid);
}

int
say_option(const char *option)
{
	return say(3, 'E', 24, "INVALID OPTION '%s'", option);
}

int
say_parameter(const char *word, const char *option)
{
	return say(29, 'E', 24, "INVALID PARAMETER '%s' IN THE OPTION '%s' "
	    "FIELD", word, option);
}

int
say_operand(const char *word)
{
	return say(70, 'E', 24, "INVALID PARAMETER '%s'", word);
}

void
say_piece(const unsigned char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		putchar((text[i] < ' ' && text[i] != '\t') ||
		    text[i] == 0x7F ? ' ' : text[i]);
}

void
say_record(const unsigned char *record, size_t len)
{
	say_piece(record, len);
	putchar('\n');
}
