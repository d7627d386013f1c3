/* SPDX-License-Identifier: MIT
 *
 * term_outbound.c - streams from a guest to a display, and keys pressed in
 * between.
 *
 * The input is a size of the screen and then {length, record}, where a length
 * of 0 is followed by a key.  What is checked: a record is done whole or not
 * at all, answers fit where they are put, what is read can be read, and a
 * display painted from this one is the same.
 */
#include <stdlib.h>
#include <string.h>

#include "ps3270.h"

static const struct { unsigned rows, cols; } sizes[] = {
	{ 24, 80 }, { 27, 132 }, { 43, 80 }, { 62, 160 } };

#define CELLS_MAX (62 * 160)
#define ROOM 200000

static uint8_t answer[ROOM];

static void
check(bool good)
{
	if (!good)
		abort();
}

static unsigned
cells(const struct ps3270 *ps)
{
	return ps->rows * ps->cols;
}

static void
record(struct ps3270 *ps, const uint8_t *bytes, size_t n)
{
	static struct ps_cell before[CELLS_MAX];
	const struct ps3270 was = *ps;
	uint8_t *copy = malloc(n);
	struct ds_in in;
	size_t got;

	check(copy != NULL || n == 0);
	memcpy(before, ps->cell, cells(ps) * sizeof before[0]);
	if (n > 0)
		memcpy(copy, bytes, n); /* so that its end is an end */
	if (ps3270_host(ps, copy, n, answer, sizeof answer, &got) < 0) {
		check(memcmp(before, ps->cell, cells(&was) *
		    sizeof before[0]) == 0);
		check(memcmp(&was, ps, sizeof was) == 0 && got == 0);
	} else if (got > 0)
		check(ds3270_read(answer, got, cells(ps), &in) == 0);
	check(ps->cursor < cells(ps));
	free(copy);
}

static void
key(struct ps3270 *ps, uint8_t which)
{
	struct ds_in in;
	size_t n;

	switch (which % 3) {
	case 0:
		ps3270_key(ps, (enum ps_key)(which / 3 % 20));
		break;
	case 1:
		ps3270_type(ps, which);
		break;
	default:
		n = ps3270_aid(ps, which, answer, sizeof answer);
		check(n == 0 || ds3270_read(answer, n, cells(ps), &in) == 0);
		break;
	}
	check(ps->cursor < cells(ps));
}

static void
same(const struct ps3270 *ps)
{
	struct ps3270 there;
	unsigned at = 0;
	size_t n, none;

	check(ps3270_open(&there, ps->alt_rows, ps->alt_cols, true, true) ==
	    0);
	while ((n = ps3270_paint(ps, &at, answer, 300)) > 0)
		check(ps3270_host(&there, answer, n, NULL, 0, &none) == 0);
	check(cells(&there) == cells(ps) && there.cursor == ps->cursor);
	check(memcmp(there.cell, ps->cell, cells(ps) *
	    sizeof ps->cell[0]) == 0);
	check(memcmp(there.field, ps->field, cells(ps) *
	    sizeof ps->field[0]) == 0);
	for (unsigned i = 0; i < cells(ps); i++)
		check(ps3270_look(ps, i).c >= 0x40);
	ps3270_close(&there);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const uint8_t *end = bytes + n;
	struct ps3270 ps;
	unsigned size;

	if (n == 0)
		return 0;
	size = *bytes++ % 4;
	check(ps3270_open(&ps, sizes[size].rows, sizes[size].cols, true,
	    true) == 0);
	while (end - bytes >= 2) {
		size_t len = *bytes++;

		if (len == 0) {
			key(&ps, *bytes++);
			continue;
		}
		if (len > (size_t)(end - bytes))
			len = (size_t)(end - bytes);
		record(&ps, bytes, len);
		bytes += len;
	}
	same(&ps);
	ps3270_close(&ps);
	return 0;
}
