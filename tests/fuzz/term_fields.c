/* SPDX-License-Identifier: MIT
 *
 * term_fields.c - structured fields, of either direction.
 *
 * The input is read as a sequence of fields, and each of them as what it could
 * be.  What is checked: fields lie in the input one behind the other, what is
 * asked for is answered, and the answer says what the display is.
 */
#include <stdlib.h>
#include <string.h>

#include "ds3270.h"

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
asked(const struct ds_sfield *field)
{
	const struct ds_display display = { .rows = 62, .cols = 160,
		.def_rows = 24, .def_cols = 80, .alt_rows = 62,
		.alt_cols = 160, .color = true, .highlight = true,
		.graphic = true, .reply_modes = 7, .charset = 697,
		.codepage = 37 };
	static uint8_t buf[512];
	struct ds_out o = { buf, 0, sizeof buf, 9920, false };
	struct ds_display got;
	const uint8_t *code;
	unsigned n;

	if (ds3270_asked(field, &code, &n) < 0)
		return;
	ds3270_answer(&o, &display, code, n);
	check(!o.overflow && o.len > 4);
	check(ds3270_query_reply(buf, o.len, &got) == 0);
	check(got.rows == 0 || got.rows == display.rows);
	check(n > 0 || got.alt_cols == display.alt_cols);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct ds_fields f = { bytes, n };
	const uint8_t *last = bytes;
	struct ds_sfield field;

	while (ds3270_field(&f, &field) > 0) {
		check(field.data >= last + 3);
		check(field.data + field.len <= bytes + n);
		check(field.data + field.len == f.p);
		last = f.p;
		asked(&field);
	}
	return 0;
}
