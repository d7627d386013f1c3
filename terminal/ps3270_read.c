/* SPDX-License-Identifier: MIT
 *
 * ps3270_read.c - what is read out of a presentation space: answers to a host,
 * what a key sends, the records that paint it somewhere else, how it looks.
 * Changes nothing.
 */
#include <string.h>

#include "ps3270_internal.h"

/* --- reading out of it --- */

static unsigned
ps3270_pairs(const struct ps_cell *cell, struct ds_pair pair[4])
{
	unsigned n = 0;

	pair[n++] = (struct ds_pair){ DS_ATTR_FIELD, cell->c };
	if (cell->color != 0)
		pair[n++] = (struct ds_pair){ DS_ATTR_COLOR, cell->color };
	if (cell->highlight != 0)
		pair[n++] = (struct ds_pair){ DS_ATTR_HIGHLIGHT,
			cell->highlight };
	if ((cell->what & PS_GRAPHIC) != 0)
		pair[n++] = (struct ds_pair){ DS_ATTR_CHARSET,
			DS_CHARSET_GRAPHIC };
	return n;
}

/* Attributes of a character, where they are not the last one's. */
static void
ps3270_put_sa(struct ds_out *o, struct ps_cell *last,
    const struct ps_cell *cell, bool color, bool highlight)
{
	if (color && cell->color != last->color)
		ds3270_sa(o, DS_ATTR_COLOR, cell->color);
	if (highlight && cell->highlight != last->highlight)
		ds3270_sa(o, DS_ATTR_HIGHLIGHT, cell->highlight);
	*last = *cell;
}

static void
ps3270_put_character(struct ds_out *o, const struct ps_cell *cell)
{
	if ((cell->what & PS_GRAPHIC) != 0)
		ds3270_ge(o, cell->c);
	else
		ds3270_byte(o, cell->c);
}

static void
ps3270_put_attr(struct ds_out *o, const struct ps_cell *cell, bool extended)
{
	struct ds_pair pair[4];
	unsigned n = ps3270_pairs(cell, pair);

	if (extended)
		ds3270_sfe(o, pair, n);
	else
		ds3270_sf(o, cell->c);
}

/* What is read, as the host wants to have it. */
struct ps_read {
	struct ds_out out;
	struct ps_cell last;
	bool color, highlight; /* of characters */
};

static bool
ps3270_wanted(const struct ps3270 *ps, uint8_t type)
{
	return ps->reply_mode == DS_REPLY_CHARACTER &&
	    memchr(ps->reply_attr, type, ps->reply_attrs) != NULL;
}

static void
ps3270_read_begin(const struct ps3270 *ps, struct ps_read *r)
{
	r->last = (struct ps_cell){ 0 };
	r->color = ps3270_wanted(ps, DS_ATTR_COLOR);
	r->highlight = ps3270_wanted(ps, DS_ATTR_HIGHLIGHT);
	ds3270_reply(&r->out, ps->aid, ps->cursor);
}

static void
ps3270_read_cell(struct ps_read *r, const struct ps_cell *cell)
{
	ps3270_put_sa(&r->out, &r->last, cell, r->color, r->highlight);
	ps3270_put_character(&r->out, cell);
}

static void
ps3270_read_buffer(const struct ps3270 *ps, struct ps_read *r)
{
	ps3270_read_begin(ps, r);
	for (unsigned i = 0; i < ps3270_cells(ps); i++)
		if (ps3270_is_attr(ps, i))
			ps3270_put_attr(&r->out, &ps->cell[i],
			    ps->reply_mode != DS_REPLY_FIELD);
		else
			ps3270_read_cell(r, &ps->cell[i]);
}

/* The characters from `at` up to the next attribute; nulls are not sent. */
static void
ps3270_read_field(const struct ps3270 *ps, struct ps_read *r, unsigned at)
{
	unsigned first = at;

	do {
		if (ps->cell[at].c != 0)
			ps3270_read_cell(r, &ps->cell[at]);
		at = ps3270_on(ps, at);
	} while (at != first && !ps3270_is_attr(ps, at));
}

static void
ps3270_read_fields(const struct ps3270 *ps, struct ps_read *r)
{
	for (unsigned i = 0; i < ps3270_cells(ps); i++) {
		unsigned at = ps3270_on(ps, i);

		if (!ps3270_is_attr(ps, i) || (ps->cell[i].c & DS_MDT) == 0)
			continue;
		ds3270_sba(&r->out, at);
		if (!ps3270_is_attr(ps, at))
			ps3270_read_field(ps, r, at);
	}
}

/* all: also what the keys that send nothing would keep back. */
static void
ps3270_read_modified(const struct ps3270 *ps, struct ps_read *r, bool all)
{
	if (ds3270_aid_short(ps->aid) && !all) {
		ds3270_byte(&r->out, ps->aid);
		return;
	}
	ps3270_read_begin(ps, r);
	if (ps->formatted)
		ps3270_read_fields(ps, r);
	else /* from the first to the last; it wraps to where it began */
		ps3270_read_field(ps, r, 0);
}

void
ps3270_read(const struct ps3270 *ps, uint8_t command, struct ds_out *o)
{
	struct ps_read r = { .out = *o };

	if (command == DS_READ_BUFFER)
		ps3270_read_buffer(ps, &r);
	else
		ps3270_read_modified(ps, &r, command == DS_READ_MODIFIED_ALL);
	*o = r.out;
}

size_t
ps3270_send(const struct ps3270 *ps, uint8_t *record, size_t room)
{
	struct ps_read r = { .out = { record, 0, room, ps3270_cells(ps),
		false } };

	ps3270_read_modified(ps, &r, false);
	return r.out.overflow ? 0 : r.out.len;
}

/* --- what a host may ask --- */

static void
ps3270_display(const struct ps3270 *ps, struct ds_display *d)
{
	*d = (struct ds_display){ .rows = ps->alt_rows, .cols = ps->alt_cols,
		.def_rows = DS_ROWS, .def_cols = DS_COLS,
		.alt_rows = ps->alt_rows, .alt_cols = ps->alt_cols,
		.color = ps->color, .highlight = ps->highlight,
		.graphic = true,
		.reply_modes = 1 << DS_REPLY_FIELD | 1 << DS_REPLY_EXTENDED |
		    1 << DS_REPLY_CHARACTER,
		.charset = DS_CHARSET_LATIN, .codepage = DS_CODEPAGE_037 };
}

void
ps3270_partition(const struct ps3270 *ps, const struct ds_sfield *field,
    struct ds_out *o)
{
	struct ds_display display;
	const uint8_t *code;
	unsigned n;
	size_t mark;

	if (ds3270_asked(field, &code, &n) == 0) {
		ps3270_display(ps, &display);
		ds3270_answer(o, &display, code, n);
		return;
	}
	mark = ds3270_inbound_begin(o);
	ps3270_read(ps, field->data[1], o);
	ds3270_field_end(o, mark);
}

/* --- painting it somewhere else --- */

#define PAINT_MAX 24  /* the longest that one cell can be, and the cursor */
#define RUN_MIN 6     /* so many equal characters are worth an RA */
#define GAP_MIN 4     /* so many nulls are worth an SBA */

static bool
ps3270_same(const struct ps_cell *a, const struct ps_cell *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static unsigned
ps3270_run(const struct ps3270 *ps, unsigned at)
{
	unsigned end = at + 1, cells = ps3270_cells(ps);

	while (end < cells && ps3270_same(&ps->cell[at], &ps->cell[end]))
		end++;
	return end - at;
}

/* The cells from `at` on that look alike, or one: where it goes on. */
static unsigned
ps3270_paint_some(const struct ps3270 *ps, struct ds_out *o,
    struct ps_cell *last, unsigned at)
{
	static const struct ps_cell null;
	const struct ps_cell *cell = &ps->cell[at];
	unsigned n;

	if (ps3270_is_attr(ps, at)) {
		struct ds_pair pair[4];

		ps3270_put_attr(o, cell, ps3270_pairs(cell, pair) > 1);
		return at + 1;
	}
	n = ps3270_run(ps, at);
	if (n >= GAP_MIN && ps3270_same(cell, &null)) {
		if (at + n < ps3270_cells(ps))
			ds3270_sba(o, at + n);
		return at + n;
	}
	ps3270_put_sa(o, last, cell, true, true);
	if (n < RUN_MIN) {
		ps3270_put_character(o, cell);
		return at + 1;
	}
	if ((cell->what & PS_GRAPHIC) != 0)
		ds3270_ra_ge(o, at + n, cell->c);
	else
		ds3270_ra(o, at + n, cell->c);
	return at + n;
}

static size_t
ps3270_paint_mode(const struct ps3270 *ps, struct ds_out *o)
{
	ds3270_command(o, DS_WRITE_STRUCTURED);
	ds3270_reply_mode(o, ps->reply_mode, ps->reply_attr, ps->reply_attrs);
	return o->overflow ? 0 : o->len;
}

size_t
ps3270_paint(const struct ps3270 *ps, unsigned *at, uint8_t *record,
    size_t room)
{
	struct ds_out o = { record, 0, room, ps3270_cells(ps), false };
	struct ps_cell last = { 0 };
	unsigned cells = ps3270_cells(ps);
	bool standard = ps->rows == DS_ROWS && ps->cols == DS_COLS;

	if (*at > cells || room < 2 * PAINT_MAX)
		return 0;
	if (*at == cells) {
		(*at)++;
		return ps->reply_mode == DS_REPLY_FIELD ? 0 :
		    ps3270_paint_mode(ps, &o);
	}
	if (*at == 0)
		ds3270_begin(&o, standard ? DS_ERASE_WRITE :
		    DS_ERASE_WRITE_ALTERNATE, 0);
	else {
		ds3270_begin(&o, DS_WRITE, 0);
		ds3270_sba(&o, *at);
	}
	while (*at < cells && room - o.len >= PAINT_MAX)
		*at = ps3270_paint_some(ps, &o, &last, *at);
	if (*at == cells) {
		ds3270_sba(&o, ps->cursor);
		ds3270_ic(&o);
		record[1] = ds3270_attribute(ps->locked ? 0 : DS_WCC_RESTORE);
	}
	return o.len;
}

/* --- how it looks --- */

static uint8_t
ps3270_shown(const struct ps_cell *cell)
{
	if ((cell->what & PS_ATTR) != 0)
		return 0x40;
	if (cell->c == DS_DUP)
		return 0x5C; /* an asterisk, and a semicolon */
	if (cell->c == DS_FIELD_MARK)
		return 0x5E;
	return cell->c >= 0x40 && cell->c != 0xFF ? cell->c : 0x40;
}

/* What a colour display makes of fields that name no colour. */
static uint8_t
ps3270_base_color(const struct ps3270 *ps, uint8_t attr)
{
	bool bright = (attr & DS_NONDISPLAY) == DS_BRIGHT;

	if (!ps->color)
		return bright ? DS_COLOR_WHITE : DS_COLOR_GREEN;
	if ((attr & DS_PROTECTED) != 0)
		return bright ? DS_COLOR_WHITE : DS_COLOR_BLUE;
	return bright ? DS_COLOR_RED : DS_COLOR_GREEN;
}

struct ps_look
ps3270_look(const struct ps3270 *ps, unsigned address)
{
	static const struct ps_cell unformatted = { .what = PS_ATTR };
	const struct ps_cell *cell = &ps->cell[address], *field = &unformatted;
	struct ps_look look = { .c = ps3270_shown(cell) };
	uint8_t high;

	if (ps->field[address] != PS_NO_FIELD)
		field = &ps->cell[ps->field[address]];
	look.protect = (field->c & DS_PROTECTED) != 0;
	look.hidden = (field->c & DS_NONDISPLAY) == DS_NONDISPLAY;
	look.graphic = look.c != 0x40 && cell->c >= PS_GRAPHIC_MIN &&
	    ((cell->what | field->what) & PS_GRAPHIC) != 0;
	look.color = cell->color != 0 ? cell->color : field->color != 0 ?
	    field->color : ps3270_base_color(ps, field->c);
	high = cell->highlight != 0 ? cell->highlight : field->highlight;
	look.bright = (field->c & DS_NONDISPLAY) == DS_BRIGHT ||
	    high == DS_HIGH_INTENSE;
	look.blink = high == DS_HIGH_BLINK;
	look.reverse = high == DS_HIGH_REVERSE;
	look.underscore = high == DS_HIGH_UNDERSCORE;
	return look;
}
