/* SPDX-License-Identifier: MIT
 *
 * compare.c - COMPARE: are two files the same, record by record?
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cms.h"
#include "files.h"
#include "say.h"
#include "words.h"

#define RECORD_MAX 65535

const char say_code[] = "CMP";

struct side {
	struct fileid id;
	char text[FILES_TEXT];
	struct cms_stat stat;
	int fd;
	long len;
	unsigned char record[RECORD_MAX];
};

static struct words words;
static struct side side[2];
static unsigned long from = 1, to = RECORD_MAX;

static int
compare_options(void)
{
	for (int i = 0; i < words.options; i++) {
		if (!words_is(words.option[i], "COL", 3))
			return say_option(words.option[i]);
		if (++i == words.options)
			return say(5, 'E', 24, "NO 'COL' SPECIFIED");
		if (words_columns(words.option[i], RECORD_MAX, &from, &to) ==
		    -1)
			return say_parameter(words.option[i], "COL");
	}
	return 0;
}

static int
compare_arguments(void)
{
	int rc;

	if (words.operands < 6)
		return say(54, 'E', 24, "INCOMPLETE FILEID SPECIFIED");
	if (words.operands > 6)
		return say_operand(words.operand[6]);
	rc = files_id(&side[0].id, words.operand, 3, NULL);
	if (rc == 0)
		rc = files_id(&side[1].id, words.operand + 3, 3, &side[0].id);
	if (rc == 0)
		rc = compare_options();
	if (rc == 0 && memcmp(&side[0].id, &side[1].id,
	    sizeof side[0].id) == 0)
		rc = say(19, 'E', 24, "IDENTICAL FILEIDS");
	return rc;
}

static int
compare_open(struct side *s)
{
	fileid_print(&s->id, s->text);
	s->fd = cms_open(s->text, CMS_READ, &s->stat);
	if (s->fd == -1)
		return say_errno(s->text, 'r');
	if (from > s->stat.lrecl && from > 1)
		return say(9, 'E', 24, "COLUMN '%lu' EXCEEDS RECORD LENGTH",
		    from);
	return 0;
}

static int
compare_formats(void)
{
	const struct cms_stat *a = &side[0].stat, *b = &side[1].stat;

	if (a->recfm != b->recfm || (a->recfm == 'F' && a->lrecl != b->lrecl))
		return say(11, 'E', 32, "CONFLICTING FILE FORMATS");
	return 0;
}

/* The columns that count of a side's record. */
static size_t
compare_part(const struct side *s, const unsigned char **at)
{
	size_t len = (size_t)s->len < to ? (size_t)s->len : to;

	*at = s->record + from - 1;
	return len >= from ? len - from + 1 : 0;
}

static int
compare_same(void)
{
	const unsigned char *a, *b;
	size_t n = compare_part(&side[0], &a);

	return n == compare_part(&side[1], &b) && memcmp(a, b, n) == 0;
}

static int
compare_read(struct side *s, unsigned long n)
{
	s->len = cms_read(s->fd, (uint32_t)n, s->record, sizeof s->record);
	return s->len == -1 ? say_errno(s->text, 'r') : 0;
}

static int
compare_short(void)
{
	return say(10, 'E', 40, "PREMATURE EOF ON FILE '%s'",
	    side[side[0].stat.records < side[1].stat.records ? 0 : 1].text);
}

static int
compare_files(void)
{
	unsigned long n0 = side[0].stat.records, n1 = side[1].stat.records;
	unsigned long records = n0 < n1 ? n0 : n1;
	int rc, differ = 0;

	for (unsigned long n = 1; n <= records; n++) {
		rc = compare_read(&side[0], n);
		if (rc == 0)
			rc = compare_read(&side[1], n);
		if (rc != 0)
			return rc;
		if (compare_same())
			continue;
		say_record(side[0].record, (size_t)side[0].len);
		say_record(side[1].record, (size_t)side[1].len);
		differ = 1;
	}
	if (n0 != n1)
		return compare_short();
	return differ ? say(209, 'W', 4, "FILES DO NOT COMPARE") : 0;
}

/* The next piece of a file of bytes, as much as the other side has. */
static int
compare_piece(struct side *s, unsigned long left)
{
	size_t most = left < RECORD_MAX ? left : RECORD_MAX;

	s->len = read(s->fd, s->record, most);
	return s->len == (long)most ? 0 : say_errno(s->text, 'r');
}

/* Files of bytes (F 1) are compared by the piece, and what differs is not
 * shown: it would be lines of one character. */
static int
compare_bytes(void)
{
	unsigned long n0 = side[0].stat.records, n1 = side[1].stat.records;
	unsigned long left = n0 < n1 ? n0 : n1, done = 0;

	while (left > 0) {
		int rc = compare_piece(&side[0], left);
		long i = 0;

		if (rc == 0)
			rc = compare_piece(&side[1], left);
		if (rc != 0)
			return rc;
		while (i < side[0].len && side[0].record[i] ==
		    side[1].record[i])
			i++;
		if (i < side[0].len)
			return say(209, 'W', 4, "FILES DO NOT COMPARE FROM "
			    "BYTE %lu ON", done + (unsigned long)i + 1);
		done += (unsigned long)i;
		left -= (unsigned long)i;
	}
	return n0 == n1 ? 0 : compare_short();
}

static int
compare_are_bytes(void)
{
	return side[0].stat.recfm == 'F' && side[0].stat.lrecl == 1;
}

int
main(int argc, char **argv)
{
	int rc;

	words_split(&words, argc, argv);
	rc = compare_arguments();
	for (int i = 0; i < 2 && rc == 0; i++)
		rc = compare_open(&side[i]);
	if (rc == 0)
		rc = compare_formats();
	if (rc != 0)
		return rc;
	say(179, 'I', 0, "COMPARING '%s' WITH '%s'", side[0].text,
	    side[1].text);
	return compare_are_bytes() ? compare_bytes() : compare_files();
}
