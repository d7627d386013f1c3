/* SPDX-License-Identifier: MIT
 *
 * type.c - TYPE: show a file's records.  It shows; it converts nothing.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cms.h"
#include "files.h"
#include "say.h"
#include "words.h"

#define RECORD_MAX 65535
#define RECORDS_MAX 0x7FFFFFFFul
#define PIECE 8192
#define HEX_LINE 32
#define HEX_GROUP 4

const char say_code[] = "TYP";

struct type {
	struct fileid id;
	char text[FILES_TEXT];
	struct cms_stat stat;
	unsigned long first, last; /* records */
	unsigned long from, to;	   /* columns */
	int columns, hex;
};

static struct words words;
static unsigned char record[RECORD_MAX];

static int
type_options(struct type *t)
{
	for (int i = 0; i < words.options; i++) {
		if (words_is(words.option[i], "HEX", 3)) {
			t->hex = 1;
			continue;
		}
		if (!words_is(words.option[i], "COL", 3))
			return say_option(words.option[i]);
		if (++i == words.options)
			return say(5, 'E', 24, "NO 'COL' SPECIFIED");
		if (words_columns(words.option[i], RECORD_MAX, &t->from,
		    &t->to) == -1)
			return say_parameter(words.option[i], "COL");
		t->columns = 1;
	}
	return 0;
}

static int
type_lines(struct type *t)
{
	if (words.operands > 5)
		return say_operand(words.operand[5]);
	if (words.operands > 3 && words_number(words.operand[3], RECORDS_MAX,
	    &t->first) == -1)
		return say(49, 'E', 24, "INVALID LINE NUMBER '%s'",
		    words.operand[3]);
	if (words.operands > 4 && strcmp(words.operand[4], "*") != 0 &&
	    (words_number(words.operand[4], RECORDS_MAX, &t->last) == -1 ||
	    t->last < t->first))
		return say(49, 'E', 24, "INVALID LINE NUMBER '%s'",
		    words.operand[4]);
	return 0;
}

static int
type_arguments(struct type *t)
{
	int rc = files_id(&t->id, words.operand,
	    words.operands < 3 ? words.operands : 3, NULL);

	if (rc == 0)
		rc = type_lines(t);
	if (rc == 0)
		rc = type_options(t);
	fileid_print(&t->id, t->text);
	return rc;
}

static void
type_hex_line(const unsigned char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		say_text("%s%02X", i > 0 && i % HEX_GROUP == 0 ? " " : "",
		    at[i]);
	say_text("\n");
}

static void
type_hex(const char *what, unsigned long number, const unsigned char *at,
    size_t len)
{
	say_text("%s %10lu LENGTH %5zu\n", what, number, len);
	for (size_t i = 0; i < len; i += HEX_LINE)
		type_hex_line(at + i, len - i < HEX_LINE ? len - i : HEX_LINE);
}

static void
type_record(const struct type *t, unsigned long number, size_t len)
{
	size_t from = t->from - 1, to = t->to < len ? t->to : len;

	if (from > to)
		from = to;
	if (t->hex)
		type_hex("RECORD", number, record + from, to - from);
	else
		say_record(record + from, to - from);
}

static int
type_records(const struct type *t, int fd, unsigned long last)
{
	for (unsigned long n = t->first; n <= last; n++) {
		long len = cms_read(fd, (uint32_t)n, record, sizeof record);

		if (len == -1)
			return say_errno(t->text, 'r');
		type_record(t, n, (size_t)len);
	}
	return 0;
}

/* The lines of a piece; the unfinished one goes on in the next. */
static void
type_lines_of(const unsigned char *at, size_t len)
{
	while (len > 0) {
		const unsigned char *end = memchr(at, '\n', len);
		size_t n = end != NULL ? (size_t)(end - at) : len;

		say_piece(at, n);
		if (end == NULL)
			return;
		say_text("\n");
		at += n + 1;
		len -= n + 1;
	}
}

/* A file of bytes (F 1): its lines, if it has any, not a line for each. */
static int
type_bytes(const struct type *t, int fd, unsigned long last)
{
	unsigned long at = t->first;

	if (lseek(fd, (off_t)at - 1, SEEK_SET) == -1)
		return say_errno(t->text, 'r');
	while (at <= last) {
		size_t most = last - at + 1 < PIECE ? last - at + 1 : PIECE;
		ssize_t n = read(fd, record, most);

		if (n <= 0)
			return say_errno(t->text, 'r');
		if (t->hex)
			type_hex("BYTE  ", at, record, (size_t)n);
		else
			type_lines_of(record, (size_t)n);
		at += (unsigned long)n;
	}
	if (!t->hex && last >= t->first)
		say_text("\n");
	return 0;
}

static int
type_file(const struct type *t, int fd)
{
	unsigned long last = t->last < t->stat.records ? t->last :
	    t->stat.records;

	return t->stat.recfm == 'F' && t->stat.lrecl == 1 ?
	    type_bytes(t, fd, last) : type_records(t, fd, last);
}

int
main(int argc, char **argv)
{
	struct type t = { .first = 1, .last = RECORDS_MAX, .from = 1,
		.to = RECORD_MAX };
	int fd, rc;

	words_split(&words, argc, argv);
	rc = type_arguments(&t);
	if (rc != 0)
		return rc;
	fd = cms_open(t.text, CMS_READ, &t.stat);
	if (fd == -1)
		return say_errno(t.text, 'r');
	if (t.from > t.stat.lrecl && t.columns)
		rc = say(9, 'E', 24, "COLUMN '%lu' EXCEEDS RECORD LENGTH",
		    t.from);
	else if (t.first > t.stat.records && t.first > 1)
		rc = say(49, 'E', 24, "INVALID LINE NUMBER '%lu'", t.first);
	else
		rc = type_file(&t, fd);
	cms_close(fd);
	return rc;
}
