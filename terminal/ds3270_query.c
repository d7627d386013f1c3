/* SPDX-License-Identifier: MIT
 *
 * ds3270_query.c - what are you?  The question, and the replies, both ways.
 * Holds no state.
 */
#include "ds3270_internal.h"

#include <errno.h>
#include <string.h>

#define WHOLE_DISPLAY 0xFF /* partition number of a query */

enum { QUERY = 0x02, QUERY_LIST = 0x03 };
enum { LIST_THESE = 0x00, LIST_THESE_TOO = 0x40, LIST_ALL = 0x80 };

/* --- asking --- */

void
ds3270_query(struct ds_out *o)
{
	ds3270_command(o, DS_WRITE_STRUCTURED);
	ds3270_field_end(o, ds3270_partition_begin(o, DS_SF_READ_PARTITION,
	    WHOLE_DISPLAY, QUERY));
}

void
ds3270_query_list(struct ds_out *o, const uint8_t *code, unsigned n)
{
	size_t mark;

	ds3270_command(o, DS_WRITE_STRUCTURED);
	mark = ds3270_partition_begin(o, DS_SF_READ_PARTITION, WHOLE_DISPLAY,
	    QUERY_LIST);
	ds3270_byte(o, LIST_THESE);
	ds3270_bytes(o, code, n);
	ds3270_field_end(o, mark);
}

/* --- what a display is --- */

static bool
ds3270_size_good(unsigned rows, unsigned cols)
{
	return rows > 0 && cols > 0 && rows * cols <= DS_CELLS_MAX;
}

static int
ds3270_got_usable(struct ds_display *d, const uint8_t *p, size_t n)
{
	if (n < 6)
		return -EINVAL;
	d->cols = ds3270_get(p + 2);
	d->rows = ds3270_get(p + 4);
	return ds3270_size_good(d->rows, d->cols) ? 0 : -EINVAL;
}

/* Parameters that each begin with their length; 1 is the implicit size. */
static int
ds3270_got_implicit(struct ds_display *d, const uint8_t *p, size_t n)
{
	for (size_t at = 2; at < n; at += p[at]) {
		if (p[at] < 2 || p[at] > n - at)
			return -EINVAL;
		if (p[at + 1] != 1)
			continue;
		if (p[at] < 11)
			return -EINVAL;
		d->def_cols = ds3270_get(p + at + 3);
		d->def_rows = ds3270_get(p + at + 5);
		d->alt_cols = ds3270_get(p + at + 7);
		d->alt_rows = ds3270_get(p + at + 9);
		if (!ds3270_size_good(d->def_rows, d->def_cols) ||
		    !ds3270_size_good(d->alt_rows, d->alt_cols))
			return -EINVAL;
	}
	return 0;
}

/* Displays without colour answer with colours that do nothing. */
static int
ds3270_got_color(struct ds_display *d, const uint8_t *p, size_t n)
{
	if (n < 2 || p[1] > (n - 2) / 2)
		return -EINVAL;
	for (size_t i = 0; i < p[1]; i++) {
		const uint8_t *pair = p + 2 + 2 * i;

		if (pair[0] > 0xF0 && pair[1] != 0)
			d->color = true;
	}
	return 0;
}

static int
ds3270_got_highlight(struct ds_display *d, const uint8_t *p, size_t n)
{
	if (n < 1 || p[0] > (n - 1) / 2)
		return -EINVAL;
	for (size_t i = 0; i < p[0]; i++) {
		const uint8_t *pair = p + 1 + 2 * i;

		if (pair[0] > 0xF0 && pair[1] > 0xF0)
			d->highlight = true;
	}
	return 0;
}

static int
ds3270_got_modes(struct ds_display *d, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] <= DS_REPLY_CHARACTER)
			d->reply_modes |= (uint8_t)(1 << p[i]);
	return 0;
}

#define CHARSETS_GE 0x80
#define CHARSETS_CGCSGID 0x02
#define CHARSETS_FIXED 9 /* bytes before the descriptors */

/* A descriptor of each set; its last four bytes are the CGCSGID.  Set 0 is
 * what ordinary characters are from. */
static int
ds3270_got_charsets(struct ds_display *d, const uint8_t *p, size_t n)
{
	size_t each;

	if (n < 1)
		return -EINVAL;
	d->graphic = (p[0] & CHARSETS_GE) != 0;
	if ((p[0] & CHARSETS_CGCSGID) == 0)
		return 0;
	if (n < CHARSETS_FIXED || p[8] < 7)
		return -EINVAL;
	each = p[8];
	for (size_t at = CHARSETS_FIXED; each <= n - at; at += each) {
		if (p[at] != 0)
			continue;
		d->charset = (uint16_t)ds3270_get(p + at + each - 4);
		d->codepage = (uint16_t)ds3270_get(p + at + each - 2);
		return 0;
	}
	return 0;
}

static void
ds3270_put_usable(struct ds_out *o, const struct ds_display *d)
{
	static const uint8_t units[] = {
		0x01,			/* millimetres, */
		0x00, 0x0A, 0x02, 0xE5, /* 10/741 of them a point across */
		0x00, 0x02, 0x00, 0x6F, /* and 2/111 down; */
		0x09, 0x0C,		/* 9 by 12 points a character */
	};

	ds3270_pair_of(o, 0x01, 0); /* 12- and 14-bit addresses */
	ds3270_half(o, d->cols);
	ds3270_half(o, d->rows);
	ds3270_bytes(o, units, sizeof units);
	ds3270_half(o, d->rows * d->cols);
}

static void
ds3270_put_implicit(struct ds_out *o, const struct ds_display *d)
{
	ds3270_half(o, 0);
	ds3270_pair_of(o, 11, 1);
	ds3270_byte(o, 0);
	ds3270_half(o, d->def_cols);
	ds3270_half(o, d->def_rows);
	ds3270_half(o, d->alt_cols);
	ds3270_half(o, d->alt_rows);
}

static void
ds3270_put_color(struct ds_out *o, const struct ds_display *d)
{
	ds3270_pair_of(o, 0, 8);
	ds3270_pair_of(o, 0, DS_COLOR_GREEN);
	for (unsigned c = DS_COLOR_BLUE; c <= DS_COLOR_WHITE; c++)
		ds3270_pair_of(o, c, d->color ? c : 0);
}

static void
ds3270_put_highlight(struct ds_out *o, const struct ds_display *d)
{
	static const uint8_t pairs[] = { 0x00, 0xF0, 0xF1, 0xF1, 0xF2, 0xF2,
		0xF4, 0xF4, 0xF8, 0xF8 };

	ds3270_byte(o, d->highlight ? 5 : 1);
	ds3270_bytes(o, pairs, d->highlight ? sizeof pairs : 2);
}

static void
ds3270_put_modes(struct ds_out *o, const struct ds_display *d)
{
	for (uint8_t mode = 0; mode <= DS_REPLY_CHARACTER; mode++)
		if ((d->reply_modes & 1 << mode) != 0)
			ds3270_byte(o, mode);
}

static void
ds3270_put_charsets(struct ds_out *o, const struct ds_display *d)
{
	static const uint8_t graphic[] = { 0x01, 0x00, DS_CHARSET_GRAPHIC,
		0x03, 0xC3, 0x01, 0x36 }; /* 963, code page 310 */

	ds3270_pair_of(o, CHARSETS_CGCSGID | (d->graphic ? CHARSETS_GE : 0),
	    0);
	ds3270_pair_of(o, 0x09, 0x0C);
	ds3270_half(o, 0);
	ds3270_half(o, 0);
	ds3270_byte(o, 7);
	ds3270_pair_of(o, 0, 0);
	ds3270_byte(o, 0);
	ds3270_half(o, d->charset);
	ds3270_half(o, d->codepage);
	if (d->graphic)
		ds3270_bytes(o, graphic, sizeof graphic);
}

static void ds3270_put_summary(struct ds_out *o, const struct ds_display *d);

/* The query replies: each is read by one function and written by another. */
static const struct ds3270_reply {
	uint8_t code; /* enum ds_reply */
	int (*got)(struct ds_display *d, const uint8_t *p, size_t n);
	void (*put)(struct ds_out *o, const struct ds_display *d);
} ds3270_replies[] = {
	{ DS_REPLY_SUMMARY, NULL, ds3270_put_summary },
	{ DS_REPLY_USABLE_AREA, ds3270_got_usable, ds3270_put_usable },
	{ DS_REPLY_CHARSETS, ds3270_got_charsets, ds3270_put_charsets },
	{ DS_REPLY_COLOR, ds3270_got_color, ds3270_put_color },
	{ DS_REPLY_HIGHLIGHT, ds3270_got_highlight, ds3270_put_highlight },
	{ DS_REPLY_MODES, ds3270_got_modes, ds3270_put_modes },
	{ DS_REPLY_IMPLICIT, ds3270_got_implicit, ds3270_put_implicit },
};

#define REPLIES (sizeof ds3270_replies / sizeof ds3270_replies[0])

static void
ds3270_put_summary(struct ds_out *o, const struct ds_display *d)
{
	(void)d;
	for (size_t i = 0; i < REPLIES; i++)
		ds3270_byte(o, ds3270_replies[i].code);
}

static int
ds3270_got(struct ds_display *d, const struct ds_sfield *field)
{
	if (field->id != DS_SF_QUERY_REPLY)
		return 0;
	if (field->len < 1)
		return -EINVAL;
	for (size_t i = 0; i < REPLIES; i++)
		if (ds3270_replies[i].code == field->data[0] &&
		    ds3270_replies[i].got != NULL)
			return ds3270_replies[i].got(d, field->data + 1,
			    field->len - 1);
	return 0;
}

int
ds3270_query_reply(const uint8_t *record, size_t n, struct ds_display *display)
{
	struct ds_fields fields;
	struct ds_sfield field;
	int rc;

	*display = (struct ds_display){ 0 };
	if (n == 0 || record[0] != DS_AID_SF)
		return -EINVAL;
	fields = (struct ds_fields){ record + 1, n - 1 };
	while ((rc = ds3270_field(&fields, &field)) > 0)
		if (ds3270_got(display, &field) < 0)
			return -EINVAL;
	return rc;
}

void
ds3270_answer(struct ds_out *o, const struct ds_display *display,
    const uint8_t *code, unsigned n)
{
	size_t mark;

	o->len = 0;
	o->overflow = false;
	ds3270_byte(o, DS_AID_SF);
	for (size_t i = 0; i < REPLIES; i++) {
		const struct ds3270_reply *r = &ds3270_replies[i];

		if (n > 0 && memchr(code, r->code, n) == NULL)
			continue;
		mark = ds3270_field_begin(o, DS_SF_QUERY_REPLY);
		ds3270_byte(o, r->code);
		r->put(o, display);
		ds3270_field_end(o, mark);
	}
	if (o->len > 1)
		return;
	mark = ds3270_field_begin(o, DS_SF_QUERY_REPLY);
	ds3270_byte(o, DS_REPLY_NULL);
	ds3270_field_end(o, mark);
}

int
ds3270_asked(const struct ds_sfield *field, const uint8_t **code, unsigned *n)
{
	static const uint8_t none[] = { 0 };

	*code = none;
	*n = 0;
	if (field->len < 2 || field->data[0] != WHOLE_DISPLAY)
		return -EINVAL;
	if (field->data[1] == QUERY)
		return field->len == 2 ? 0 : -EINVAL;
	if (field->data[1] != QUERY_LIST || field->len < 3)
		return -EINVAL;
	switch (field->data[2]) {
	case LIST_ALL:
	case LIST_THESE_TOO: /* and what is like them: all of ours */
		return 0;
	case LIST_THESE:
		*n = (unsigned)(field->len - 3);
		*code = field->data + 3;
		if (*n == 0) { /* none at all: the null reply */
			*code = none;
			*n = sizeof none;
		}
		return 0;
	default:
		return -EINVAL;
	}
}
