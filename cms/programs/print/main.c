/* SPDX-License-Identifier: MIT
 *
 * main.c - PRINT: a file's records as lines, on pages with headings or as its
 * own carriage control has them.
 */
#include <ctype.h>
#include <string.h>

#include "cms.h"
#include "files.h"
#include "line.h"
#include "print.h"
#include "say.h"
#include "unitout.h"
#include "words.h"

#define RECORD_MAX 65535
#define LINES_MAX 99
#define LINES 55
#define HEX_BYTES 32 /* in a line */
#define HEX_GROUP 4
#define IMMEDIATE 0x02u

const char say_code[] = "PRT";

struct print {
	char text[FILES_TEXT];
	struct cms_stat stat;
	int control; /* -1: as the type says */
	int upper, hex, oversize;
	unsigned long lines; /* on a page, 0: no end of it */

	unsigned long page, line;
	/* With carriage control a line is known to its end when the next
	 * one comes. */
	int waits;
	size_t len;
	unsigned char last[RECORD_MAX];
};

static struct words words;
static struct print print;
static unsigned char record[RECORD_MAX];

/* --- what is to be done --- */

static int
print_linecount(int *i)
{
	const char *w;

	if (++*i == words.options)
		return say(5, 'E', 24, "NO 'LINECOUN' SPECIFIED");
	w = words.option[*i];
	if (strcmp(w, "0") == 0 || strcmp(w, "00") == 0) {
		print.lines = 0;
		return 0;
	}
	return words_number(w, LINES_MAX, &print.lines) == -1 ?
	    say_parameter(w, "LINECOUN") : 0;
}

static int
print_options(void)
{
	for (int i = 0; i < words.options; i++) {
		const char *w = words.option[i];
		int rc = 0;

		if (words_is(w, "CC", 2))
			print.control = 1;
		else if (words_is(w, "NOCC", 4))
			print.control = 0;
		else if (words_is(w, "UPCASE", 2))
			print.upper = 1;
		else if (words_is(w, "HEX", 3))
			print.hex = 1;
		else if (words_is(w, "OVERSIZE", 2))
			print.oversize = 1;
		else if (words_is(w, "LINECOUN", 2) ||
		    words_is(w, "LINECOUNT", 2))
			rc = print_linecount(&i);
		else
			rc = say_option(w);
		if (rc != 0)
			return rc;
	}
	if (print.hex && print.control == 1)
		return say(66, 'E', 24, "'CC' AND 'HEX' ARE CONFLICTING "
		    "OPTIONS");
	return 0;
}

/* --- pages --- */

static int
print_page(void)
{
	char heading[LINE_COLUMNS + 1];
	int rc = unitout_line(CMS_PRINT_PAGE, "", 0);
	size_t n = print_into(heading, sizeof heading, "FILE: %-8s %-8s %-2s"
	    "   CONVERSATIONAL MONITOR SYSTEM   PAGE %05lu", print.stat.name,
	    print.stat.type, print.stat.mode, ++print.page);

	print.line = 0;
	return rc == 0 ? unitout_line(CMS_PRINT_2, heading, n) : rc;
}

static int
print_line(const void *text, size_t len)
{
	int rc = print.page == 0 || (print.lines > 0 &&
	    print.line == print.lines) ? print_page() : 0;

	print.line++;
	return rc == 0 ? unitout_line(CMS_PRINT_1, text, len) : rc;
}

static int
print_hex_line(const unsigned char *at, size_t len)
{
	char text[LINE_COLUMNS + 1];
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += print_into(text + n, sizeof text - n, "%s%02X",
		    i > 0 && i % HEX_GROUP == 0 ? " " : "", at[i]);
	return print_line(text, n);
}

static int
print_hex(unsigned long number, const unsigned char *at, size_t len)
{
	char text[64];
	int rc = print_line(text, print_into(text, sizeof text,
	    "RECORD %10lu LENGTH %5zu", number, len));

	for (size_t i = 0; i < len && rc == 0; i += HEX_BYTES)
		rc = print_hex_line(at + i, len - i < HEX_BYTES ? len - i :
		    HEX_BYTES);
	return rc;
}

/* --- carriage control --- */

static int
print_waiting(unsigned command)
{
	int waits = print.waits;

	print.waits = 0;
	return waits ? unitout_line(command, print.last, print.len) : 0;
}

/* A first line moves nothing before it but to a channel: paper begins at the
 * head of a page. */
static int
print_before(unsigned before)
{
	if (print.waits)
		return print_waiting(before);
	return before == CMS_PRINT_OVER || before == CMS_PRINT_1 ? 0 :
	    unitout_line(before | IMMEDIATE, "", 0);
}

static int
print_controlled(const unsigned char *at, size_t len)
{
	struct line_control c = line_control(at[0]);
	int rc;

	if (c.after != 0) {
		rc = print_waiting(CMS_PRINT_1);
		if (rc != 0)
			return rc;
		if (c.after & IMMEDIATE)
			return unitout_line(c.after, "", 0);
		return unitout_line(c.after, at + 1, len - 1);
	}
	rc = print_before(c.before);
	print.waits = 1;
	print.len = len - 1;
	memcpy(print.last, at + 1, len - 1);
	return rc;
}

/* --- the file --- */

static size_t
print_columns(const unsigned char *at, size_t len)
{
	size_t head = (size_t)print.control < len ? (size_t)print.control :
	    len;

	return head + line_cut(at + head, len - head, LINE_COLUMNS);
}

static int
print_record(unsigned long number, size_t len)
{
	if (print.hex)
		return print_hex(number, record, len);
	if (print.upper)
		for (size_t i = (size_t)print.control; i < len; i++)
			record[i] = (unsigned char)toupper(record[i]);
	len = print_columns(record, len);
	return print.control ? print_controlled(record, len) :
	    print_line(record, len);
}

/* Each record, to be looked at or to be printed. */
static int
print_records(int fd, int look)
{
	int rc = 0;

	for (uint32_t n = 1; n <= print.stat.records && rc == 0; n++) {
		long len = cms_read(fd, n, record, sizeof record);

		if (len == -1)
			return say_errno(print.text, 'r');
		if (!look)
			rc = print_record(n, (size_t)len);
		else if (print_columns(record, (size_t)len) < (size_t)len)
			rc = say(44, 'E', 32, "RECORD LENGTH EXCEEDS "
			    "ALLOWABLE MAXIMUM");
	}
	return rc;
}

/* Nothing is printed of a file with records that are too wide.  Bytes are not
 * columns: if there are too many of those, each record is looked at. */
static int
print_fits(int fd)
{
	if (print.hex || print.oversize ||
	    print.stat.lrecl <= LINE_COLUMNS + (unsigned)print.control)
		return 0;
	return print_records(fd, 1);
}

static int
print_file(int fd)
{
	int rc;

	if (print.control == -1)
		print.control = strcmp(print.stat.type, "LISTING") == 0 &&
		    !print.hex;
	rc = print_fits(fd);
	if (rc != 0)
		return rc;
	unitout_print();
	if (print.control)
		rc = unitout_line(CMS_PRINT_PAGE, "", 0);
	if (rc == 0)
		rc = print_records(fd, 0);
	if (rc == 0)
		rc = print_waiting(CMS_PRINT_1);
	return rc == 0 ? unitout_close(print.stat.name, print.stat.type) : rc;
}

int
main(int argc, char **argv)
{
	int fd, rc;

	print.control = -1;
	print.lines = LINES;
	words_split(&words, argc, argv);
	rc = print_options();
	if (rc == 0)
		rc = files_open(words.operand, words.operands, print.text,
		    &fd, &print.stat);
	if (rc != 0)
		return rc;
	rc = print_file(fd);
	cms_close(fd);
	return rc;
}
