/* SPDX-License-Identifier: MIT
 *
 * The 3270 data stream, one test for each command, order, key, structured
 * field and for each way to be cut short, at four sizes of screen.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ds3270.h"

static const unsigned sizes[] = { 24 * 80, 27 * 132, 62 * 160, 127 * 129 };

#define EACH_SIZE(cells) \
	for (size_t each_ = 0; each_ < 4; each_++) \
		for (unsigned cells = sizes[each_]; cells != 0; cells = 0)

static uint8_t buf[70000];

static struct ds_out
out(unsigned cells)
{
	return (struct ds_out){ buf, 0, sizeof buf, cells, false };
}

/* The only item that is in what was written. */
static struct ds_item
only(const struct ds_out *o)
{
	struct ds_stream s = { o->buf, o->len, o->cells };
	struct ds_item item, none;

	assert_false(o->overflow);
	assert_int_equal(ds3270_next(&s, &item), 1);
	assert_int_equal(ds3270_next(&s, &none), 0);
	return item;
}

static int
rc_of(const void *bytes, size_t n, unsigned cells)
{
	struct ds_stream s = { bytes, n, cells };
	struct ds_item item;
	int rc;

	while ((rc = ds3270_next(&s, &item)) > 0)
		continue;
	return rc;
}

/* Every way to cut the record short is told, but none that ends at an item. */
static void
cut(const struct ds_out *o)
{
	for (size_t n = 1; n < o->len; n++)
		assert_int_equal(rc_of(o->buf, n, o->cells), -EINVAL);
}

#define BAD(s, cells) \
	assert_int_equal(rc_of((s), sizeof(s) - 1, (cells)), -EINVAL)
#define GOOD(s, cells) \
	assert_int_equal(rc_of((s), sizeof(s) - 1, (cells)), 0)

/* --- addresses --- */

static void
address_12_bits(void **state)
{
	struct ds_out o = out(1920);

	(void)state;
	ds3270_sba(&o, 1919);
	assert_memory_equal(buf, "\x11\x5d\x7f", 3);
}

static void
address_14_bits(void **state)
{
	struct ds_out o = out(9920);

	(void)state;
	ds3270_sba(&o, 9919);
	assert_memory_equal(buf, "\x11\x26\xbf", 3);
}

static void
address_of_4096_cells_is_12_bits(void **state)
{
	struct ds_out o = out(4096);

	(void)state;
	ds3270_sba(&o, 4095);
	assert_memory_equal(buf, "\x11\x7f\x7f", 3);
	o = out(4097);
	ds3270_sba(&o, 4096);
	assert_memory_equal(buf, "\x11\x10\x00", 3);
}

static void
address_every_one(void **state)
{
	(void)state;
	EACH_SIZE(cells)
		for (unsigned a = 0; a < cells; a++) {
			struct ds_out o = out(cells);
			struct ds_item item;

			ds3270_sba(&o, a);
			item = only(&o);
			assert_int_equal(item.order, DS_SBA);
			assert_int_equal(item.address, a);
		}
}

static void
address_outside(void **state)
{
	(void)state;
	EACH_SIZE(cells) {
		uint8_t at[] = { DS_SBA, (uint8_t)(cells >> 8),
			(uint8_t)cells, 0x40 };

		assert_int_equal(rc_of(at, 3, cells), -EINVAL);
		assert_int_equal(rc_of(at, 3, cells + 1), 0);
		at[0] = DS_EUA;
		assert_int_equal(rc_of(at, 3, cells), -EINVAL);
		at[0] = DS_RA;
		assert_int_equal(rc_of(at, 4, cells), -EINVAL);
	}
	BAD("\x11\x3f\xff", DS_CELLS_MAX);
	BAD("\x11\x5e\x40", 1920);
	BAD("\x11\x80\x40", 1920); /* neither 12 nor 14 bits */
	BAD("\x11\xbf\xff", DS_CELLS_MAX);
}

/* --- commands --- */

static void
command(enum ds_command code, bool wcc)
{
	struct ds_out o = out(1920);

	if (wcc) {
		ds3270_begin(&o, code, DS_WCC_RESTORE | DS_WCC_ALARM);
		assert_int_equal(o.len, 2);
		assert_int_equal(buf[1], 0xC6);
	} else {
		ds3270_command(&o, code);
		assert_int_equal(o.len, 1);
	}
	assert_int_equal(buf[0], code);
}

#define COMMAND(name, code, wcc) \
	static void \
	command_##name(void **state) \
	{ \
		(void)state; \
		command(code, wcc); \
	}

COMMAND(w, 0xF1, true)
COMMAND(ew, 0xF5, true)
COMMAND(ewa, 0x7E, true)
COMMAND(eau, 0x6F, false)
COMMAND(wsf, 0xF3, false)
COMMAND(rb, 0xF2, false)
COMMAND(rm, 0xF6, false)
COMMAND(rma, 0x6E, false)

/* --- orders --- */

static void
order_sf(void **state)
{
	(void)state;
	EACH_SIZE(cells)
		for (unsigned a = 0; a < 0x40; a++) {
			struct ds_out o = out(cells);
			struct ds_item item;

			ds3270_sf(&o, a);
			item = only(&o);
			assert_int_equal(item.order, DS_SF);
			assert_int_equal(item.c, a & DS_ATTRIBUTE_BITS);
			cut(&o);
		}
}

static const struct ds_pair pairs[] = {
	{ DS_ATTR_FIELD, DS_PROTECTED | DS_BRIGHT },
	{ DS_ATTR_COLOR, DS_COLOR_PINK },
	{ DS_ATTR_HIGHLIGHT, DS_HIGH_REVERSE },
	{ DS_ATTR_CHARSET, DS_CHARSET_GRAPHIC },
	{ DS_ATTR_BACKGROUND, DS_COLOR_BLUE },
	{ DS_ATTR_TRANSPARENT, 0xF0 },
	{ DS_ATTR_VALIDATION, 0x04 },
	{ DS_ATTR_OUTLINE, 0x0F },
};

static void
with_pairs(void (*put)(struct ds_out *, const struct ds_pair *, unsigned),
    enum ds_order order)
{
	EACH_SIZE(cells)
		for (unsigned n = 0; n <= 8; n++) {
			struct ds_out o = out(cells);
			struct ds_item item;

			put(&o, pairs, n);
			item = only(&o);
			assert_int_equal(item.order, order);
			assert_int_equal(item.len, n);
			for (unsigned i = 0; i < n; i++) {
				struct ds_pair p = ds3270_pair(&item, i);

				assert_int_equal(p.type, pairs[i].type);
				assert_int_equal(p.value, pairs[i].value);
			}
			cut(&o);
		}
}

static void
order_sfe(void **state)
{
	(void)state;
	with_pairs(ds3270_sfe, DS_SFE);
}

static void
order_mf(void **state)
{
	(void)state;
	with_pairs(ds3270_mf, DS_MF);
}

static void
order_sa(void **state)
{
	(void)state;
	EACH_SIZE(cells) {
		struct ds_out o = out(cells);
		struct ds_item item;

		ds3270_sa(&o, DS_ATTR_COLOR, DS_COLOR_RED);
		item = only(&o);
		assert_int_equal(item.order, DS_SA);
		assert_int_equal(item.pair.type, DS_ATTR_COLOR);
		assert_int_equal(item.pair.value, DS_COLOR_RED);
		cut(&o);
	}
	GOOD("\x28\x00\x00", 1920);
}

static void
order_ic(void **state)
{
	struct ds_out o = out(1920);

	(void)state;
	ds3270_ic(&o);
	assert_int_equal(only(&o).order, DS_IC);
}

static void
order_pt(void **state)
{
	struct ds_out o = out(1920);

	(void)state;
	ds3270_pt(&o);
	assert_int_equal(only(&o).order, DS_PT);
}

static void
order_ra(void **state)
{
	(void)state;
	EACH_SIZE(cells) {
		struct ds_out o = out(cells);
		struct ds_item item;

		ds3270_ra(&o, cells, 0x5C); /* up to the end */
		item = only(&o);
		assert_int_equal(item.order, DS_RA);
		assert_int_equal(item.address, 0);
		assert_int_equal(item.c, 0x5C);
		assert_false(item.graphic);
		cut(&o);
	}
}

static void
order_ra_ge(void **state)
{
	(void)state;
	EACH_SIZE(cells) {
		struct ds_out o = out(cells);
		struct ds_item item;

		ds3270_ra_ge(&o, 7, 0xA2);
		item = only(&o);
		assert_int_equal(item.order, DS_RA);
		assert_int_equal(item.address, 7);
		assert_int_equal(item.c, 0xA2);
		assert_true(item.graphic);
		cut(&o);
	}
	BAD("\x3c\x40\x40\x08\x00", 1920);
	BAD("\x3c\x40\x40\x11", 1920); /* an order repeated */
	GOOD("\x3c\x40\x40\x1c", 1920);
}

static void
order_eua(void **state)
{
	(void)state;
	EACH_SIZE(cells) {
		struct ds_out o = out(cells);
		struct ds_item item;

		ds3270_eua(&o, cells - 1);
		item = only(&o);
		assert_int_equal(item.order, DS_EUA);
		assert_int_equal(item.address, cells - 1);
		cut(&o);
	}
}

static void
order_ge(void **state)
{
	struct ds_out o = out(1920);

	(void)state;
	ds3270_ge(&o, 0xC5);
	assert_int_equal(only(&o).order, DS_GE);
	assert_int_equal(only(&o).c, 0xC5);
	cut(&o);
	BAD("\x08\x11", 1920);
	BAD("\x08\x3f", 1920);
}

static void
text_up_to_an_order(void **state)
{
	struct ds_out o = out(1920);
	struct ds_stream s;
	struct ds_item item;

	(void)state;
	ds3270_bytes(&o, (const uint8_t *)"\xC1\x00\xFF\x1C\x1E", 5);
	ds3270_ic(&o);
	s = (struct ds_stream){ buf, o.len, 1920 };
	assert_int_equal(ds3270_next(&s, &item), 1);
	assert_int_equal(item.order, DS_TEXT);
	assert_int_equal(item.len, 5);
	assert_int_equal(ds3270_next(&s, &item), 1);
	assert_int_equal(item.order, DS_IC);
}

/* Below X'40' are ten orders and eleven codes that a display keeps. */
static void
codes_that_are_nothing(void **state)
{
	unsigned good = 0;

	(void)state;
	for (unsigned c = 0; c < 0x40; c++) {
		uint8_t record[] = { (uint8_t)c, 0x40, 0x40, 0x40, 0x40 };

		if (rc_of(record, sizeof record, 1920) == 0)
			good++;
	}
	/* SFE and MF of X'40' pairs, SA of type X'40' are cut or none */
	assert_int_equal(good, 10 + 11 - 3);
	BAD("\xC1\x01", 1920);
	BAD("\x3f\x02", 1920);
}

static void
attributes_that_are_none(void **state)
{
	(void)state;
	BAD("\x29\x01\x44\x00", 1920);
	BAD("\x29\x01\x00\x00", 1920);
	BAD("\x2c\x01\x42\x01", 1920);
	BAD("\x28\xc0\x40", 1920); /* of a field, not of a character */
	BAD("\x28\x41\xf3", 1920);
	BAD("\x28\x42\x20", 1920);
	GOOD("\x28\x42\xff", 1920);
}

static void
sfe_pairs_cut(void **state)
{
	(void)state;
	BAD("\x29", 1920);
	BAD("\x29\x01", 1920);
	BAD("\x29\x01\xc0", 1920);
	BAD("\x29\x02\xc0\x40", 1920);
	BAD("\x29\xff\xc0\x40\xc0\x40", 1920);
	GOOD("\x29\x00", 1920);
}

/* --- writing into too little --- */

static void
overflow(void **state)
{
	uint8_t small[6];

	(void)state;
	for (size_t cap = 0; cap < sizeof small; cap++) {
		struct ds_out o = { small, 0, cap, 1920, false };

		memset(small, 0x77, sizeof small);
		ds3270_begin(&o, DS_WRITE, 0);
		ds3270_sba(&o, 0);
		ds3270_bytes(&o, (const uint8_t *)"\xC1\xC2", 2);
		assert_true(o.overflow);
		assert_int_equal(o.len, cap);
		assert_int_equal(small[cap], 0x77);
	}
}

static void
overflow_of_a_field(void **state)
{
	struct ds_out o = { buf, 0, sizeof buf, 1920, false };
	size_t mark;

	(void)state;
	ds3270_command(&o, DS_WRITE_STRUCTURED);
	mark = ds3270_outbound(&o, DS_WRITE, 0);
	for (unsigned i = 0; i < UINT16_MAX; i++)
		ds3270_byte(&o, 0x40);
	assert_false(o.overflow);
	ds3270_field_end(&o, mark);
	assert_true(o.overflow);
}

/* --- structured fields --- */

static struct ds_sfield
field_of(const struct ds_out *o)
{
	struct ds_fields f = { o->buf + 1, o->len - 1 };
	struct ds_sfield field, none;

	assert_false(o->overflow);
	assert_int_equal(ds3270_field(&f, &field), 1);
	assert_int_equal(ds3270_field(&f, &none), 0);
	return field;
}

static void
sf_read_partition_query(void **state)
{
	struct ds_out o = out(1920);
	struct ds_sfield field;
	const uint8_t *code;
	unsigned n;

	(void)state;
	ds3270_query(&o);
	assert_int_equal(o.len, 6);
	assert_memory_equal(buf, "\xf3\x00\x05\x01\xff\x02", 6);
	field = field_of(&o);
	assert_int_equal(ds3270_asked(&field, &code, &n), 0);
	assert_int_equal(n, 0);
}

static void
sf_read_partition_query_list(void **state)
{
	const uint8_t codes[] = { DS_REPLY_COLOR, DS_REPLY_IMPLICIT };
	struct ds_out o = out(1920);
	struct ds_sfield field;
	const uint8_t *code;
	unsigned n;

	(void)state;
	ds3270_query_list(&o, codes, 2);
	field = field_of(&o);
	assert_int_equal(ds3270_asked(&field, &code, &n), 0);
	assert_int_equal(n, 2);
	assert_memory_equal(code, codes, 2);
	buf[6] = 0x80; /* all of them */
	assert_int_equal(ds3270_asked(&field, &code, &n), 0);
	assert_int_equal(n, 0);
	buf[6] = 0x20;
	assert_int_equal(ds3270_asked(&field, &code, &n), -EINVAL);
}

static void
sf_read_partition_read(void **state)
{
	struct ds_out o = out(1920);
	struct ds_sfield field;
	const uint8_t *code;
	unsigned n;

	(void)state;
	ds3270_command(&o, DS_WRITE_STRUCTURED);
	ds3270_read_partition(&o, DS_READ_BUFFER);
	assert_int_equal(o.len, 6);
	assert_memory_equal(buf, "\xf3\x00\x05\x01\x00\xf2", 6);
	field = field_of(&o);
	assert_int_equal(ds3270_asked(&field, &code, &n), -EINVAL);
}

static void
sf_erase_reset(void **state)
{
	struct ds_out o = out(1920);

	(void)state;
	ds3270_command(&o, DS_WRITE_STRUCTURED);
	ds3270_erase_reset(&o, true);
	assert_int_equal(o.len, 5);
	assert_memory_equal(buf, "\xf3\x00\x04\x03\x80", 5);
}

static void
sf_set_reply_mode(void **state)
{
	struct ds_out o = out(1920);

	(void)state;
	ds3270_command(&o, DS_WRITE_STRUCTURED);
	ds3270_reply_mode(&o, DS_REPLY_CHARACTER, (const uint8_t *)"\x41\x42",
	    2);
	assert_int_equal(o.len, 8);
	assert_memory_equal(buf, "\xf3\x00\x07\x09\x00\x02\x41\x42", 8);
}

static void
sf_outbound_3270ds(void **state)
{
	struct ds_out o = out(1920);
	struct ds_sfield field;
	size_t mark;

	(void)state;
	ds3270_command(&o, DS_WRITE_STRUCTURED);
	mark = ds3270_outbound(&o, DS_ERASE_WRITE, DS_WCC_RESTORE);
	ds3270_byte(&o, 0xC1);
	ds3270_field_end(&o, mark);
	field = field_of(&o);
	assert_int_equal(field.id, DS_SF_OUTBOUND);
	assert_int_equal(field.len, 4);
	assert_memory_equal(field.data, "\x00\xf5\xc2\xc1", 4);
	o.len = 1;
	ds3270_field_end(&o, ds3270_outbound(&o, DS_ERASE_ALL_UNPROTECTED, 0));
	assert_int_equal(field_of(&o).len, 2);
}

static void
sf_inbound_3270ds(void **state)
{
	struct ds_out o = out(1920);
	struct ds_sfield field;
	size_t mark;

	(void)state;
	mark = ds3270_inbound_begin(&o);
	ds3270_reply(&o, DS_AID_ENTER, 80);
	ds3270_field_end(&o, mark);
	assert_int_equal(buf[0], DS_AID_SF);
	field = field_of(&o);
	assert_int_equal(field.id, DS_SF_INBOUND);
	assert_memory_equal(field.data, "\x00\x7d\xc1\x50", 4);
}

static void
sf_length(void **state)
{
	struct ds_sfield field;
	struct ds_fields f;

#define FIELD(s) (f = (struct ds_fields){ (const uint8_t *)(s), \
	sizeof(s) - 1 }, ds3270_field(&f, &field))
	(void)state;
	assert_int_equal(FIELD("\x00\x01\x40"), -EINVAL);
	assert_int_equal(FIELD("\x00\x02\x40"), -EINVAL);
	assert_int_equal(FIELD("\x00\x04\x40"), -EINVAL);
	assert_int_equal(FIELD("\xff\xff\x40"), -EINVAL);
	assert_int_equal(FIELD("\x00\x03"), -EINVAL);
	assert_int_equal(FIELD("\x00"), -EINVAL);
	assert_int_equal(FIELD(""), 0);
	assert_int_equal(FIELD("\x00\x03\x40"), 1);
	assert_int_equal(field.len, 0);
	/* 0: all that is left */
	assert_int_equal(FIELD("\x00\x00\x40\x01\x02\x03"), 1);
	assert_int_equal(field.len, 3);
	assert_int_equal(f.left, 0);
}

/* --- query replies --- */

static struct ds_display
display(unsigned rows, unsigned cols)
{
	return (struct ds_display){ .rows = rows, .cols = cols,
		.def_rows = 24, .def_cols = 80, .alt_rows = rows,
		.alt_cols = cols, .color = true, .highlight = true,
		.graphic = true, .reply_modes = 7, .charset = 697,
		.codepage = 273 };
}

static bool
same_display(const struct ds_display *a, const struct ds_display *b)
{
	return a->rows == b->rows && a->cols == b->cols &&
	    a->def_rows == b->def_rows && a->def_cols == b->def_cols &&
	    a->alt_rows == b->alt_rows && a->alt_cols == b->alt_cols &&
	    a->color == b->color && a->highlight == b->highlight &&
	    a->graphic == b->graphic && a->reply_modes == b->reply_modes &&
	    a->charset == b->charset && a->codepage == b->codepage;
}

static void
query_there_and_back(void **state)
{
	static const struct { unsigned rows, cols; } size[] = {
		{ 24, 80 }, { 27, 132 }, { 62, 160 }, { 127, 129 } };

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		struct ds_display d = display(size[i % 4].rows,
		    size[i % 4].cols), got;
		struct ds_out o = out(1920);

		d.color = (i & 1) != 0;
		d.highlight = (i & 2) != 0;
		d.graphic = (i & 4) != 0;
		d.reply_modes = (i & 8) != 0 ? 7 : 1;
		ds3270_answer(&o, &d, NULL, 0);
		assert_int_equal(ds3270_query_reply(buf, o.len, &got), 0);
		assert_true(same_display(&d, &got));
	}
}

/* Any of its fields cut short is refused, and nothing beyond it read. */
static void
query_replies_cut(void **state)
{
	struct ds_display d = display(62, 160), got;
	struct ds_out o = out(1920);
	struct ds_fields f;
	struct ds_sfield field;

	(void)state;
	ds3270_answer(&o, &d, NULL, 0);
	for (size_t n = 1; n < o.len; n++) {
		uint8_t *copy = malloc(n);

		memcpy(copy, buf, n);
		ds3270_query_reply(copy, n, &got);
		free(copy);
	}
	f = (struct ds_fields){ buf + 1, o.len - 1 };
	while (ds3270_field(&f, &field) > 0)
		for (size_t n = 0; n < field.len; n++) {
			uint8_t *copy = malloc(n + 4);

			copy[0] = DS_AID_SF;
			copy[1] = 0;
			copy[2] = (uint8_t)(n + 3);
			copy[3] = DS_SF_QUERY_REPLY;
			memcpy(copy + 4, field.data, n);
			ds3270_query_reply(copy, n + 4, &got);
			free(copy);
		}
}

static int
reply(const char *bytes, size_t n, struct ds_display *d)
{
	return ds3270_query_reply((const uint8_t *)bytes, n, d);
}

#define REPLY(s) reply((s), sizeof(s) - 1, &d)

static void
reply_summary(void **state)
{
	struct ds_display d = display(24, 80);
	struct ds_out o = out(1920);
	const uint8_t code = DS_REPLY_SUMMARY;

	(void)state;
	ds3270_answer(&o, &d, &code, 1);
	assert_int_equal(o.len, 12);
	assert_memory_equal(buf,
	    "\x88\x00\x0b\x81\x80\x80\x81\x85\x86\x87\x88\xa6", 12);
}

static void
reply_usable_area(void **state)
{
	struct ds_display d;

	(void)state;
	assert_int_equal(REPLY("\x88\x00\x17\x81\x81\x01\x00\x00\xa0\x00\x3e"
	    "\x01\x00\x0a\x02\xe5\x00\x02\x00\x6f\x09\x0c\x26\xc0"), 0);
	assert_int_equal(d.rows, 62);
	assert_int_equal(d.cols, 160);
	assert_int_equal(REPLY("\x88\x00\x0a\x81\x81\x01\x00\x00\x00\x00\x3e"),
	    -EINVAL);
	assert_int_equal(REPLY("\x88\x00\x0a\x81\x81\x01\x00\xff\xff\xff\xff"),
	    -EINVAL);
	assert_int_equal(REPLY("\x88\x00\x09\x81\x81\x01\x00\x00\xa0\x00"),
	    -EINVAL);
}

static void
reply_charsets(void **state)
{
	struct ds_display d;

	(void)state;
	/* without CGCSGID */
	assert_int_equal(REPLY("\x88\x00\x06\x81\x85\x80\x00"), 0);
	assert_true(d.graphic);
	assert_int_equal(d.codepage, 0);
	/* descriptors of 11 bytes, as with double-byte sets */
	assert_int_equal(REPLY("\x88\x00\x18\x81\x85\x8e\x00\x07\x0c\x00\x00"
	    "\x00\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x02\xb9\x04\x7a"), 0);
	assert_int_equal(d.charset, 697);
	assert_int_equal(d.codepage, 1146);
	assert_int_equal(REPLY("\x88\x00\x0e\x81\x85\x82\x00\x09\x0c\x00\x00"
	    "\x00\x00\x00"), -EINVAL);
}

static void
reply_color(void **state)
{
	struct ds_display d;

	(void)state;
	assert_int_equal(REPLY("\x88\x00\x0a\x81\x86\x00\x02\x00\xf4\xf1\xf1"),
	    0);
	assert_true(d.color);
	assert_int_equal(REPLY("\x88\x00\x0a\x81\x86\x00\x02\x00\xf4\xf1\x00"),
	    0);
	assert_false(d.color);
	assert_int_equal(REPLY("\x88\x00\x0a\x81\x86\x00\x03\x00\xf4\xf1\x00"),
	    -EINVAL);
}

static void
reply_highlighting(void **state)
{
	struct ds_display d;

	(void)state;
	assert_int_equal(REPLY("\x88\x00\x09\x81\x87\x02\x00\xf0\xf2\xf2"), 0);
	assert_true(d.highlight);
	assert_int_equal(REPLY("\x88\x00\x07\x81\x87\x01\x00\xf0"), 0);
	assert_false(d.highlight);
	assert_int_equal(REPLY("\x88\x00\x07\x81\x87\x02\x00\xf0"), -EINVAL);
	assert_int_equal(REPLY("\x88\x00\x04\x81\x87"), -EINVAL);
}

static void
reply_modes(void **state)
{
	struct ds_display d;

	(void)state;
	assert_int_equal(REPLY("\x88\x00\x07\x81\x88\x00\x01\x02"), 0);
	assert_int_equal(d.reply_modes, 7);
	assert_int_equal(REPLY("\x88\x00\x06\x81\x88\x00\xff"), 0);
	assert_int_equal(d.reply_modes, 1);
}

static void
reply_implicit_partition(void **state)
{
	struct ds_display d;

	(void)state;
	assert_int_equal(REPLY("\x88\x00\x11\x81\xa6\x00\x00\x0b\x01\x00"
	    "\x00\x50\x00\x18\x00\x84\x00\x1b"), 0);
	assert_int_equal(d.def_rows, 24);
	assert_int_equal(d.def_cols, 80);
	assert_int_equal(d.alt_rows, 27);
	assert_int_equal(d.alt_cols, 132);
	/* a parameter of no length, or longer than there is */
	assert_int_equal(REPLY("\x88\x00\x09\x81\xa6\x00\x00\x00\x01\x00"),
	    -EINVAL);
	assert_int_equal(REPLY("\x88\x00\x09\x81\xa6\x00\x00\x0b\x01\x00"),
	    -EINVAL);
	assert_int_equal(REPLY("\x88\x00\x08\x81\xa6\x00\x00\x02\x01"),
	    -EINVAL);
}

static void
reply_null(void **state)
{
	struct ds_display d = display(24, 80);
	struct ds_out o = out(1920);
	const uint8_t code = 0x8F;

	(void)state;
	ds3270_answer(&o, &d, &code, 1);
	assert_int_equal(o.len, 5);
	assert_memory_equal(buf, "\x88\x00\x04\x81\xff", 5);
	assert_int_equal(ds3270_query_reply(buf, o.len, &d), 0);
	assert_int_equal(d.rows, 0);
}

static void
replies_that_are_unknown(void **state)
{
	struct ds_display d;

	(void)state;
	assert_int_equal(REPLY("\x88\x00\x06\x81\x95\x00\x00\x00\x04\x99\x01"),
	    0);
	assert_int_equal(REPLY("\x88"), 0);
	assert_int_equal(REPLY("\x7d\x40\x40"), -EINVAL);
	assert_int_equal(REPLY(""), -EINVAL);
	assert_int_equal(REPLY("\x88\x00\x03\x81"), -EINVAL);
	assert_int_equal(REPLY("\x88\x00\x01\x81"), -EINVAL);
}

/* --- keys --- */

static void
key(uint8_t code, unsigned pf, bool with_cursor)
{
	EACH_SIZE(cells) {
		struct ds_out o = out(cells);
		struct ds_field field;
		struct ds_in in;

		assert_true(ds3270_aid_known(code));
		assert_int_equal(ds3270_pf(code), pf);
		if (pf != 0)
			assert_int_equal(ds3270_pf_aid(pf), code);
		ds3270_reply(&o, code, cells - 1);
		ds3270_sba(&o, 1);
		ds3270_byte(&o, 0xC1);
		assert_int_equal(ds3270_read(buf, with_cursor ? o.len : 1,
		    cells, &in), 0);
		assert_int_equal(in.aid, code);
		assert_int_equal(in.short_read, !with_cursor);
		assert_int_equal(ds3270_read_field(&in, &field), with_cursor);
		if (!with_cursor)
			continue;
		assert_int_equal(in.cursor, cells - 1);
		assert_int_equal(field.address, 1);
		assert_int_equal(field.len, 1);
		assert_int_equal(ds3270_read(buf, 2, cells, &in), -1);
	}
}

#define KEYS(X) \
	X(none, 0x60, 0, true) X(enter, 0x7D, 0, true) \
	X(clear, 0x6D, 0, false) X(clear_partition, 0x6A, 0, false) \
	X(pa1, 0x6C, 0, false) X(pa2, 0x6E, 0, false) X(pa3, 0x6B, 0, false) \
	X(sysreq, 0xF0, 0, true) X(trigger, 0x7F, 0, true) \
	X(cursor_select, 0x7E, 0, true) X(operator_id, 0xE6, 0, true) \
	X(magnetic, 0xE7, 0, true) \
	X(pf1, 0xF1, 1, true) X(pf2, 0xF2, 2, true) X(pf3, 0xF3, 3, true) \
	X(pf4, 0xF4, 4, true) X(pf5, 0xF5, 5, true) X(pf6, 0xF6, 6, true) \
	X(pf7, 0xF7, 7, true) X(pf8, 0xF8, 8, true) X(pf9, 0xF9, 9, true) \
	X(pf10, 0x7A, 10, true) X(pf11, 0x7B, 11, true) \
	X(pf12, 0x7C, 12, true) X(pf13, 0xC1, 13, true) \
	X(pf14, 0xC2, 14, true) X(pf15, 0xC3, 15, true) \
	X(pf16, 0xC4, 16, true) X(pf17, 0xC5, 17, true) \
	X(pf18, 0xC6, 18, true) X(pf19, 0xC7, 19, true) \
	X(pf20, 0xC8, 20, true) X(pf21, 0xC9, 21, true) \
	X(pf22, 0x4A, 22, true) X(pf23, 0x4B, 23, true) \
	X(pf24, 0x4C, 24, true)

#define KEY_TEST(name, code, pf, with_cursor) \
	static void \
	aid_##name(void **state) \
	{ \
		(void)state; \
		key(code, pf, with_cursor); \
	}

KEYS(KEY_TEST)

static void
aid_structured_field(void **state)
{
	struct ds_in in;

	(void)state;
	assert_int_equal(ds3270_read((const uint8_t *)"\x88\x00\x00", 3, 1920,
	    &in), 0);
	assert_int_equal(in.aid, DS_AID_SF);
	assert_int_equal(in.rest.left, 2);
}

static void
aid_that_is_none(void **state)
{
	unsigned known = 0;

	(void)state;
	for (unsigned a = 0; a < 256; a++)
		known += ds3270_aid_known((uint8_t)a);
	assert_int_equal(known, 24 + 5 + 8);
	assert_int_equal(ds3270_pf_aid(0), DS_AID_NONE);
	assert_int_equal(ds3270_pf_aid(25), DS_AID_NONE);
}

/* --- fields that came with a key --- */

static int
in_of(const char *record, size_t n, struct ds_in *got)
{
	return ds3270_read((const uint8_t *)record, n, 1920, got);
}

#define IN(s) in_of((s), sizeof(s) - 1, &got)

static void
inbound_fields(void **state)
{
	struct ds_field f;
	struct ds_in got;

	(void)state;
	/* 14-bit addresses on a small screen */
	assert_int_equal(IN("\x7d\x06\xe0\x11\x06\xe0\xc1"), 0);
	assert_int_equal(got.cursor, 1760);
	/* two fields, one empty, and a graphic character in the other */
	assert_int_equal(IN("\xf1\x40\x40\x11\x40\x40\x11\x40\xc1\xc1\x08\x85"
	    "\x28\x42\xf2\xc2"), 0);
	assert_true(ds3270_read_field(&got, &f));
	assert_int_equal(f.len, 0);
	assert_true(ds3270_read_field(&got, &f));
	assert_int_equal(f.address, 1);
	assert_int_equal(f.len, 7);
	assert_false(ds3270_read_field(&got, &f));
	/* a screen without fields */
	assert_int_equal(IN("\x7d\x40\x40\xc1\xc2"), 0);
	assert_true(ds3270_read_field(&got, &f));
	assert_int_equal(f.address, 0);
	assert_int_equal(f.len, 2);
	/* short reads, whatever follows */
	assert_int_equal(IN("\x6c\xff"), 0);
	assert_false(ds3270_read_field(&got, &f));
}

static void
inbound_many_fields(void **state)
{
	(void)state;
	EACH_SIZE(cells) {
		struct ds_out o = out(cells);
		struct ds_field f;
		struct ds_in got;
		unsigned n = 0;

		ds3270_reply(&o, DS_AID_ENTER, 0);
		for (unsigned a = 1; a < cells; a += 2) {
			ds3270_sba(&o, a);
			ds3270_byte(&o, 0xF0);
		}
		assert_false(o.overflow);
		assert_int_equal(ds3270_read(buf, o.len, cells, &got), 0);
		for (; ds3270_read_field(&got, &f); n++)
			assert_int_equal(f.address, 2 * n + 1);
		assert_int_equal(n, cells / 2);
	}
}

static void
inbound_bad(void **state)
{
	struct ds_in got;

	(void)state;
	assert_int_equal(in_of("", 0, &got), -1);
	assert_int_equal(IN("\x00\x40\x40"), -1);	/* no key */
	assert_int_equal(IN("\x7d"), -1);		/* cut */
	assert_int_equal(IN("\x7d\x40"), -1);
	assert_int_equal(IN("\x7d\x40\x40\x11"), -1);
	assert_int_equal(IN("\x7d\x40\x40\x11\x40"), -1);
	assert_int_equal(IN("\x7d\x5e\x40"), -1);	/* 1920 */
	assert_int_equal(IN("\x7d\x7f\x7f"), -1);
	assert_int_equal(IN("\x7d\x3f\xff"), -1);
	assert_int_equal(IN("\x7d\x80\x40"), -1);	/* neither 12 nor 14 */
	assert_int_equal(IN("\x7d\x40\x40\x11\x7f\x7f\xc1"), -1);
	assert_int_equal(IN("\x7d\x40\x40\x29\x02\xc0\x40"), -1);
	assert_int_equal(IN("\x7d\x40\x40\x28\x42"), -1);
	assert_int_equal(IN("\x7d\x40\x40\x08"), -1);
}

/* What only a host says. */
static void
inbound_orders_of_a_host(void **state)
{
	struct ds_in got;

	(void)state;
	assert_int_equal(IN("\x7d\x40\x40\x13"), -1);
	assert_int_equal(IN("\x7d\x40\x40\x05"), -1);
	assert_int_equal(IN("\x7d\x40\x40\x3c\x40\x40\x40"), -1);
	assert_int_equal(IN("\x7d\x40\x40\x12\x40\x40"), -1);
	assert_int_equal(IN("\x7d\x40\x40\x2c\x00"), -1);
}

#define TEST(f) cmocka_unit_test(f)
#define KEY_ROW(name, code, pf, with_cursor) TEST(aid_##name),

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(address_12_bits), TEST(address_14_bits),
		TEST(address_of_4096_cells_is_12_bits),
		TEST(address_every_one), TEST(address_outside),
		TEST(command_w), TEST(command_ew), TEST(command_ewa),
		TEST(command_eau), TEST(command_wsf), TEST(command_rb),
		TEST(command_rm), TEST(command_rma),
		TEST(order_sf), TEST(order_sfe), TEST(order_mf),
		TEST(order_sa), TEST(order_ic), TEST(order_pt),
		TEST(order_ra), TEST(order_ra_ge), TEST(order_eua),
		TEST(order_ge), TEST(text_up_to_an_order),
		TEST(codes_that_are_nothing), TEST(attributes_that_are_none),
		TEST(sfe_pairs_cut), TEST(overflow), TEST(overflow_of_a_field),
		TEST(sf_read_partition_query),
		TEST(sf_read_partition_query_list),
		TEST(sf_read_partition_read), TEST(sf_erase_reset),
		TEST(sf_set_reply_mode), TEST(sf_outbound_3270ds),
		TEST(sf_inbound_3270ds), TEST(sf_length),
		TEST(query_there_and_back), TEST(query_replies_cut),
		TEST(reply_summary), TEST(reply_usable_area),
		TEST(reply_charsets), TEST(reply_color),
		TEST(reply_highlighting), TEST(reply_modes),
		TEST(reply_implicit_partition), TEST(reply_null),
		TEST(replies_that_are_unknown),
		KEYS(KEY_ROW)
		TEST(aid_structured_field), TEST(aid_that_is_none),
		TEST(inbound_fields), TEST(inbound_many_fields),
		TEST(inbound_bad), TEST(inbound_orders_of_a_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
