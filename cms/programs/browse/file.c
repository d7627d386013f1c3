/* SPDX-License-Identifier: MIT
 *
 * file.c - BROWSE's file: by record, read when it is looked at.  A file of
 * bytes (F 1) has lines of BROWSE_PIECE.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "browse.h"

static unsigned char browse_record[BROWSE_RECORD];

static int
browse_is_bytes(const struct browse *b)
{
	return b->st.recfm == 'F' && b->st.lrecl == 1;
}

void
browse_begin(struct browse *b, int fd, const struct cms_stat *st)
{
	*b = (struct browse){ .fd = fd, .st = *st, .top = 1 };
	b->lines = st->records;
	if (browse_is_bytes(b))
		b->lines = (b->lines + BROWSE_PIECE - 1) / BROWSE_PIECE;
}

static long
browse_bytes(const struct browse *b, unsigned long line)
{
	off_t at = (off_t)(line - 1) * BROWSE_PIECE;

	if (lseek(b->fd, at, SEEK_SET) == -1)
		return -1;
	return read(b->fd, browse_record, BROWSE_PIECE);
}

long
browse_line(const struct browse *b, unsigned long line,
    const unsigned char **text)
{
	long n = browse_is_bytes(b) ? browse_bytes(b, line) :
	    cms_read(b->fd, (uint32_t)line, browse_record, BROWSE_RECORD);

	*text = browse_record;
	return n;
}

/* Capitals are as good as small letters. */
static int
browse_same(const unsigned char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (toupper(a[i]) != toupper((unsigned char)b[i]))
			return 0;
	return 1;
}

static long
browse_find(const unsigned char *text, size_t len, const char *sought,
    size_t n)
{
	for (size_t at = 0; at + n <= len; at++)
		if (browse_same(text + at, sought, n))
			return (long)at;
	return -1;
}

/* Bytes before the one at `at` as columns. */
static unsigned long
browse_column(const struct browse *b, const unsigned char *text, size_t at)
{
	unsigned long column = 0;
	uint8_t c;

	if (b->hex)
		return at;
	for (size_t i = 0; i < at; column++)
		i += panel_character((const char *)text + i, at - i, &c);
	return column;
}

int
browse_seek(const struct browse *b, int back, unsigned long *line,
    unsigned long *column)
{
	size_t n = strlen(b->sought);

	for (unsigned long i = *line; i >= 1 && i <= b->lines;
	    i += back ? -1ul : 1) {
		const unsigned char *text;
		long at, len = browse_line(b, i, &text);

		if (len == -1)
			return -1;
		at = browse_find(text, (size_t)len, b->sought, n);
		if (at == -1)
			continue;
		*line = i;
		*column = browse_column(b, text, (size_t)at);
		return 1;
	}
	return 0;
}
