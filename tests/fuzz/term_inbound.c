/* SPDX-License-Identifier: MIT
 *
 * term_inbound.c - what a 3270 sends: keys with fields, answers to READ BUFFER
 * and to a query.
 *
 * The first byte of the input says the size of the screen, the rest is a
 * record.  What is checked: fields lie in the record and on the screen and do
 * not overlap, an answer that is refused has changed nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "ps3270.h"

static const struct { unsigned rows, cols; } sizes[] = {
	{ 24, 80 }, { 27, 132 }, { 62, 160 }, { 127, 129 } };

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
fields(const uint8_t *record, size_t n, unsigned cells)
{
	const uint8_t *last = record;
	struct ds_field field;
	struct ds_in in;

	if (ds3270_read(record, n, cells, &in) < 0)
		return;
	check(ds3270_aid_known(in.aid) && in.cursor < cells);
	while (ds3270_read_field(&in, &field)) {
		struct ds_stream s = { field.data, field.len, cells };
		struct ds_item item;

		check(field.address < cells && field.data > last);
		check(field.data + field.len <= record + n);
		while (ds3270_next(&s, &item) > 0)
			check(item.order != DS_SBA);
		check(s.left == 0);
		last = field.data;
	}
}

/* A display with a few fields gets it as what was typed there. */
static void
typed(const uint8_t *record, size_t n, unsigned size)
{
	static const uint8_t form[] = { DS_ERASE_WRITE, 0xC3, DS_SF, 0x60,
		0xC1, DS_SF, 0x40, 0xC2, 0xC3, DS_SF, 0xF0 };
	static struct ps_cell before[DS_CELLS];
	struct ps3270 ps;
	size_t got;

	check(ps3270_open(&ps, sizes[size].rows, sizes[size].cols, true,
	    true) == 0);
	check(ps3270_host(&ps, form, sizeof form, NULL, 0, &got) == 0);
	memcpy(before, ps.cell, sizeof before);
	if (ps3270_typed(&ps, record, n) < 0)
		check(memcmp(before, ps.cell, sizeof before) == 0);
	check(ps.cursor < DS_CELLS);
	for (unsigned i = 0; i < DS_CELLS; i++)
		check((ps.cell[i].what & PS_ATTR) ==
		    (before[i].what & PS_ATTR));
	ps3270_close(&ps);
}

static void
query(const uint8_t *record, size_t n)
{
	struct ds_display d;

	if (ds3270_query_reply(record, n, &d) < 0)
		return;
	check(d.rows * d.cols <= DS_CELLS_MAX);
	check(d.def_rows * d.def_cols <= DS_CELLS_MAX);
	check(d.alt_rows * d.alt_cols <= DS_CELLS_MAX);
	check((d.rows == 0) == (d.cols == 0));
	check((d.alt_rows == 0) == (d.alt_cols == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	unsigned size;

	if (n == 0)
		return 0;
	size = bytes[0] % 4;
	fields(bytes + 1, n - 1, sizes[size].rows * sizes[size].cols);
	typed(bytes + 1, n - 1, size);
	query(bytes + 1, n - 1);
	return 0;
}
