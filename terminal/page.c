/* SPDX-License-Identifier: MIT
 *
 * page.c - fold lines into rows, in a ring that scrolls without moving any.
 */
#include "page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define CELL_BLANK 0x40
#define TAB_STOP 8

int
page_open(struct page *p, unsigned rows, unsigned cols,
    const struct codepage *codepage)
{
	*p = (struct page){ .codepage = codepage, .rows = rows,
		.cols = cols };
	p->row = calloc(rows, sizeof *p->row);
	p->cell = calloc((size_t)(rows + 1) * cols, sizeof *p->cell);
	if (p->row == NULL || p->cell == NULL) {
		page_close(p);
		errno = ENOMEM;
		return -1;
	}
	return 0;
}

void
page_close(struct page *p)
{
	free(p->row);
	free(p->cell);
	*p = (struct page){ 0 };
}

static unsigned
page_width(const struct page *p, unsigned row)
{
	return row == p->rows - 1 ? p->cols - 1 : p->cols;
}

static struct page_row *
page_at_row(struct page *p, unsigned row)
{
	return &p->row[(p->first + row) % p->rows];
}

static void
page_scroll(struct page *p)
{
	p->first = (p->first + 1) % p->rows;
	p->used--;
	if (p->fresh > p->used)
		p->fresh = p->used;
}

/* A row for `width` columns.  NULL: none is left. */
static struct page_row *
page_new_row(struct page *p, unsigned width, unsigned flags)
{
	unsigned most = width == p->cols ? p->rows - 1 : p->rows;
	struct page_row *row;

	if (p->stop.seq != 0 && !page_before(p->at, p->stop))
		return NULL;
	if (p->used > 0 && page_before(page_row(p, p->used - 1)->at, p->begin))
		page_clear(p);
	while (p->used >= most) {
		if (p->fresh == p->used && (flags & PAGE_SEEN) == 0)
			return NULL;
		page_scroll(p);
	}
	row = page_at_row(p, p->used++);
	if ((flags & PAGE_SEEN) == 0)
		p->fresh++;
	*row = (struct page_row){ .at = p->at };
	p->at.row++;
	return row;
}

/* The characters of one row, decoded. */
struct page_piece {
	const struct codepage *codepage;
	uint16_t *cell;
	unsigned len;
	size_t bytes;
};

static void
page_piece_tab(struct page_piece *piece, unsigned column, unsigned width,
    enum page_look look)
{
	do
		piece->cell[piece->len++] = PAGE_CELL(CELL_BLANK, look);
	while ((column + piece->len) % TAB_STOP != 0 && piece->len < width);
}

/* Marks that belong to the last character, and the line's end. */
static const char *
page_take_end(const char *s, const char *end)
{
	while (s < end && *s != '\t' && *s != '\n') {
		const char *next = s;

		if (text_plain(*s) || text_width(text_next(&next, end)) > 0)
			return s;
		s = next;
	}
	return s < end && *s == '\n' ? s + 1 : s;
}

/* Plain characters, as many as there are now. */
static const char *
page_take_plain(struct page_piece *piece, const char *s, const char *end,
    unsigned width, enum page_look look)
{
	const uint8_t *to = piece->codepage->to;
	uint16_t *cell = piece->cell + piece->len;

	if ((size_t)(end - s) > width - piece->len)
		end = s + (width - piece->len);
	while (s < end && text_plain(*s))
		*cell++ = PAGE_CELL(to[(uint8_t)*s++], look);
	piece->len = (unsigned)(cell - piece->cell);
	return s;
}

/* Take from text what fits into width columns, the first being `column`. */
static void
page_take(struct page_piece *piece, const char *text, size_t n,
    unsigned column, unsigned width, enum page_look look)
{
	const char *s = text, *end = text + n;

	piece->len = 0;
	while ((s = page_take_plain(piece, s, end, width, look)) < end &&
	    piece->len < width && *s != '\n') {
		uint32_t c;

		if (*s == '\t') {
			s++;
			page_piece_tab(piece, column, width, look);
			continue;
		}
		c = text_next(&s, end);
		if (text_width(c) > 0)
			piece->cell[piece->len++] =
			    PAGE_CELL(codepage_near(piece->codepage, c),
				look);
	}
	piece->bytes = (size_t)(page_take_end(s, end) - text);
}

static struct page_piece
page_piece(struct page *p)
{
	return (struct page_piece){ .codepage = p->codepage,
		.cell = p->cell + (size_t)p->rows * p->cols };
}

static void
page_row_add(struct page *p, struct page_row *row,
    const struct page_piece *piece)
{
	uint16_t *to = p->cell + (size_t)(row - p->row) * p->cols + row->len;

	memcpy(to, piece->cell, piece->len * sizeof *to);
	row->len += piece->len;
}

/* Go on in the open row. */
static void
page_append(struct page *p, const char *text, size_t n, size_t *done,
    enum page_look look)
{
	struct page_row *row = page_at_row(p, p->used - 1);
	struct page_piece piece = page_piece(p);

	page_take(&piece, text + *done, n - *done, row->len,
	    page_width(p, p->used - 1) - row->len, look);
	page_row_add(p, row, &piece);
	*done += piece.bytes;
}

bool
page_put(struct page *p, uint64_t seq, const char *text, size_t n,
    size_t *done, unsigned flags, enum page_look look)
{
	bool first = *done == 0;

	if (p->heading)
		page_clear(p);
	if (p->open && first && (flags & PAGE_APPEND) != 0 && p->used > 0) {
		page_append(p, text, n, done, look);
		first = false;
	} else if (first)
		p->at = (struct page_at){ .seq = seq };
	p->open = false;
	while (first || *done < n) {
		struct page_piece piece = page_piece(p);
		struct page_row *row;

		page_take(&piece, text + *done, n - *done, 0, p->cols, look);
		row = page_new_row(p, piece.len, flags);
		if (row == NULL)
			return false;
		row->look = look;
		page_row_add(p, row, &piece);
		*done += piece.bytes;
		first = false;
	}
	p->open = (flags & PAGE_OPEN) != 0;
	return true;
}

static size_t
page_line_len(const char *text, size_t n)
{
	const char *nl = memchr(text, '\n', n);

	return nl != NULL ? (size_t)(nl - text) + 1 : n;
}

static unsigned
page_count_lines(const struct page *p, const char *text, size_t n)
{
	unsigned lines = 0;

	for (size_t len; n > 0 && lines < p->rows; lines++) {
		len = page_line_len(text, n);
		text += len;
		n -= len;
	}
	return lines;
}

/* The last `keep` rows only, at the bottom. */
static void
page_sink(struct page *p, unsigned keep)
{
	while (p->used > keep)
		page_scroll(p);
	while (p->used < p->rows) {
		p->first = (p->first + p->rows - 1) % p->rows;
		p->row[p->first] = (struct page_row){ 0 };
		p->used++;
	}
}

void
page_heading(struct page *p, const char *text, size_t n)
{
	unsigned lines = page_count_lines(p, text, n), room = p->rows - lines;
	unsigned keep = p->heading ? 0 : p->fresh < room ? p->fresh : room;

	page_sink(p, keep);
	for (unsigned i = 0; i < lines; i++) {
		struct page_row *row = page_at_row(p, i);
		struct page_piece piece = page_piece(p);
		size_t len = page_line_len(text, n);

		page_take(&piece, text, len, 0, p->cols - 1, PAGE_OUTPUT);
		*row = (struct page_row){ 0 };
		page_row_add(p, row, &piece);
		text += len;
		n -= len;
	}
	if (keep == 0)
		p->used = lines;
	p->fresh = 0;
	p->open = false;
	p->heading = true;
}

void
page_end_line(struct page *p)
{
	p->open = false;
}

void
page_clear(struct page *p)
{
	p->used = p->fresh = p->first = 0;
	p->open = p->heading = false;
}

void
page_seen(struct page *p)
{
	p->fresh = 0;
}
