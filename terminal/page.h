/* SPDX-License-Identifier: MIT
 *
 * page.h - lines of a console folded into the rows of a page.
 *
 * Pure.  Knows no display.  The last row is one column narrower than the
 * others: there a 3270 has the input field's attribute.
 *
 * Lines that the user has had a chance to read (he has typed something since)
 * scroll off; a line that would push out an unread one does not fit.
 */
#ifndef VM370_TERMINAL_PAGE_H
#define VM370_TERMINAL_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codepage.h"

/* What kind of text a character is: where there are colours, it has one. */
enum page_look {
	PAGE_OUTPUT,
	PAGE_ECHO,    /* what the user typed */
	PAGE_MESSAGE, /* from other users, and CP's that stand out */
	PAGE_WARNING,
	PAGE_ERROR,
	PAGE_NOTICE,  /* the status, when it wants something of the user */
	PAGE_LOOKS
};

/* A cell is an EBCDIC character, its look above it. */
#define PAGE_LOOK_SHIFT 9
#define PAGE_CELL(c, look) \
	((uint16_t)((uint8_t)(c) | (unsigned)(look) << PAGE_LOOK_SHIFT))

/* A row of a console: of the line that begins with item seq, the row'th.
 * seq 0: it is of no item. */
struct page_at {
	uint64_t seq;
	unsigned row;
};

struct page_row {
	struct page_at at;
	unsigned len;
	enum page_look look; /* of its beginning */
};

struct page {
	const struct codepage *codepage;
	unsigned rows, cols;
	unsigned used;	/* rows that hold something, from the top */
	unsigned fresh; /* of them, at the end: not seen by the user yet */
	bool open;	/* the last row goes on: a prompt */
	bool heading;	/* page_heading()'s lines are there */
	unsigned first; /* where the top row is in the ring of rows */
	struct page_at at;    /* what the next row of the line at hand is */
	struct page_at begin; /* rows before this one go as others come */
	struct page_at stop;  /* this row does not fit; seq 0: none such */
	struct page_row *row;
	uint16_t *cell; /* rows * cols, and a row to decode into */
};

/* -1 with errno: no memory. */
int page_open(struct page *p, unsigned rows, unsigned cols,
    const struct codepage *codepage);
void page_close(struct page *p);

/* How a line is put. */
#define PAGE_APPEND 0x01 /* go on in the open row, if there is one */
#define PAGE_OPEN 0x02	 /* leave the row open */
#define PAGE_SEEN 0x04	 /* seen before: scroll, whatever is there */

/*
 * Put an item's text (UTF-8, a line; a new line in it begins a row) from *done
 * on, folding it at the edge.  True: all of it is on the page.  False: the
 * page is full of unseen lines and *done says how far it got; call again with
 * the same flags.
 */
bool page_put(struct page *p, uint64_t seq, const char *text, size_t n,
    size_t *done, unsigned flags, enum page_look look);

/* Show lines at the top, each in a row and cut at the edge, until something
 * else is put; unseen rows go to the bottom as far as there is room. */
void page_heading(struct page *p, const char *text, size_t n);

/* The next line begins a row. */
void page_end_line(struct page *p);
void page_clear(struct page *p);
/* What is there now has been seen. */
void page_seen(struct page *p);

static inline const struct page_row *
page_row(const struct page *p, unsigned row)
{
	return &p->row[(p->first + row) % p->rows];
}

static inline const uint16_t *
page_cells(const struct page *p, unsigned row)
{
	return p->cell + (size_t)((p->first + row) % p->rows) * p->cols;
}

static inline bool
page_before(struct page_at a, struct page_at b)
{
	return a.seq < b.seq || (a.seq == b.seq && a.row < b.row);
}

#endif
