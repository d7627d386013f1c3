/* SPDX-License-Identifier: MIT
 *
 * pages.c - blocks of records in the pages of a database of which not all can
 * be read.  Knows SQLite's file format as far as it takes: leaves of trees of
 * rows, overflow pages, records of integers and one blob.  Believes nothing
 * but a block's sum.
 */
#include "pages.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PAGES_MAX 65536	      /* bytes of a page */
#define PAGES_LEAF 0x0D	      /* its first byte */
#define PAGES_FIRST 100	      /* bytes before that on the first page */
#define PAGES_CELL_MAX 66000  /* a block with all that is around it */

struct pages {
	int fd;
	unsigned size;
	uint8_t page[PAGES_MAX];
	uint8_t more[PAGES_MAX];
	uint8_t cell[PAGES_CELL_MAX];
};

static uint32_t
pages_number(const uint8_t *p, unsigned n)
{
	uint32_t value = 0;

	while (n-- > 0)
		value = value << 8 | *p++;
	return value;
}

/* A number of one to nine bytes; *at moves on.  False: it does not end. */
static bool
pages_varint(const uint8_t *p, size_t len, size_t *at, uint64_t *value)
{
	*value = 0;
	for (int i = 0; i < 9 && *at < len; i++) {
		uint8_t byte = p[(*at)++];

		if (i == 8) {
			*value = *value << 8 | byte;
			return true;
		}
		*value = *value << 7 | (byte & 0x7F);
		if ((byte & 0x80) == 0)
			return true;
	}
	return false;
}

/* --- the row in a cell --- */

/* What a column of this type takes. */
static uint64_t
pages_length(uint64_t type)
{
	static const uint8_t fixed[12] = { 0, 1, 2, 3, 4, 6, 8, 8 };

	return type < 12 ? fixed[type] : (type - 12) / 2;
}

/* Types 1 to 6 are signed, 8 and 9 are what they say. */
static int64_t
pages_integer(uint64_t type, const uint8_t *p)
{
	uint64_t n = pages_length(type), value;

	if (type == 8 || type == 9)
		return (int64_t)type - 8;
	value = n > 0 && (p[0] & 0x80) != 0 ? ~UINT64_C(0) : 0;
	for (uint64_t i = 0; i < n; i++)
		value = value << 8 | p[i];
	return (int64_t)value;
}

/* NULL, first, records, sum, data: a row of the table block? */
static bool
pages_row(const uint8_t *cell, size_t len, struct block_row *row)
{
	uint64_t head, type[5];
	int64_t value[5] = { 0 };
	size_t at = 0, data;

	if (!pages_varint(cell, len, &at, &head) || head > len)
		return false;
	for (int i = 0; i < 5; i++)
		if (!pages_varint(cell, head, &at, &type[i]))
			return false;
	data = head;
	for (int i = 0; i < 5; i++) {
		if (pages_length(type[i]) > len - data)
			return false;
		value[i] = i < 4 ? pages_integer(type[i], cell + data) : 0;
		row->data = cell + data;
		data += pages_length(type[i]);
	}
	row->first = value[1];
	row->records = value[2];
	row->len = pages_length(type[4]);
	return at == head && data == len && type[0] == 0 && type[4] >= 12 &&
	    type[4] % 2 == 0 && block_good(row, value[3]);
}

/* --- cells --- */

/* What of a row of `all` bytes is on the page itself. */
static size_t
pages_local(unsigned size, size_t all)
{
	size_t least = (size - 12) * 32 / 255 - 23, here;

	if (all <= size - 35)
		return all;
	here = least + (all - least) % (size - 4);
	return here <= size - 35 ? here : least;
}

/* The rest of a row, from page `next` on. */
static bool
pages_rest(struct pages *p, uint32_t next, size_t have, size_t all)
{
	while (have < all) {
		size_t n = all - have < p->size - 4 ? all - have : p->size - 4;

		if (next == 0 || pread(p->fd, p->more, p->size,
		    (off_t)(next - 1) * p->size) != (ssize_t)p->size)
			return false;
		memcpy(p->cell + have, p->more + 4, n);
		next = pages_number(p->more, 4);
		have += n;
	}
	return true;
}

static bool
pages_cell(struct pages *p, size_t at, struct block_row *row)
{
	uint64_t all, id;
	size_t here;

	if (!pages_varint(p->page, p->size, &at, &all) ||
	    !pages_varint(p->page, p->size, &at, &id) ||
	    all > PAGES_CELL_MAX)
		return false;
	here = pages_local(p->size, all);
	if (here + (here < all ? 4 : 0) > p->size - at)
		return false;
	memcpy(p->cell, p->page + at, here);
	if (here < all && !pages_rest(p, pages_number(p->page + at + here, 4),
	    here, all))
		return false;
	row->id = (int64_t)id;
	return pages_row(p->cell, all, row);
}

static int
pages_leaf(struct pages *p, size_t head, int (*fn)(void *arg,
    const struct block_row *row), void *arg)
{
	unsigned n = pages_number(p->page + head + 3, 2);
	int rc = 0;

	if (p->page[head] != PAGES_LEAF || head + 8 + 2 * n > p->size)
		return 0;
	for (unsigned i = 0; i < n && rc == 0; i++) {
		struct block_row row;

		if (pages_cell(p, pages_number(p->page + head + 8 + 2 * i, 2),
		    &row))
			rc = fn(arg, &row);
	}
	return rc;
}

int
pages_blocks(int fd, unsigned page_size, int (*fn)(void *arg,
    const struct block_row *row), void *arg)
{
	static struct pages p;
	int rc = 0;

	p.fd = fd;
	p.size = page_size;
	if (page_size < 512 || page_size > PAGES_MAX)
		return -EINVAL;
	for (off_t at = 0; rc == 0 && pread(fd, p.page, page_size, at) ==
	    (ssize_t)page_size; at += page_size)
		rc = pages_leaf(&p, at == 0 ? PAGES_FIRST : 0, fn, arg);
	return rc;
}
