/* SPDX-License-Identifier: MIT
 *
 * ps3270.c - the presentation space: what a host's stream does to it.  What is
 * read out of it is in ps3270_read.c, the keyboard in ps3270_key.c.
 *
 * A stream is looked at twice: first whether all of it keeps the rules, which
 * changes nothing, then it is done, which cannot fail.
 */
#include "ps3270_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static unsigned
ps3270_alt_cells(const struct ps3270 *ps)
{
	return ps->alt_rows * ps->alt_cols;
}

int
ps3270_open(struct ps3270 *ps, unsigned alt_rows, unsigned alt_cols,
    bool color, bool highlight)
{
	size_t cells;

	*ps = (struct ps3270){ .rows = DS_ROWS, .cols = DS_COLS,
		.alt_rows = alt_rows, .alt_cols = alt_cols,
		.color = color, .highlight = highlight, .aid = DS_AID_NONE };
	if (alt_rows < DS_ROWS || alt_rows > PS_CELLS_MAX ||
	    alt_cols < DS_COLS || alt_cols > PS_CELLS_MAX ||
	    alt_rows * alt_cols > PS_CELLS_MAX) {
		errno = EINVAL;
		return -1;
	}
	cells = alt_rows * alt_cols;
	ps->cell = calloc(cells, sizeof *ps->cell + sizeof *ps->field);
	if (ps->cell == NULL)
		return -1;
	ps->field = (uint16_t *)(ps->cell + cells);
	for (size_t i = 0; i < cells; i++)
		ps->field[i] = PS_NO_FIELD;
	return 0;
}

void
ps3270_close(struct ps3270 *ps)
{
	if (ps->cell != NULL)
		explicit_bzero(ps->cell, ps3270_alt_cells(ps) *
		    (sizeof *ps->cell + sizeof *ps->field));
	free(ps->cell);
	*ps = (struct ps3270){ 0 };
}

/* --- fields --- */

/* The attributes have changed: whose is each position?  What comes before
 * the first attribute belongs to the last. */
static void
ps3270_find_fields(struct ps3270 *ps)
{
	unsigned cells = ps3270_cells(ps);
	uint16_t last = PS_NO_FIELD;

	for (unsigned i = cells; i-- > 0 && last == PS_NO_FIELD;)
		if (ps3270_is_attr(ps, i))
			last = (uint16_t)i;
	ps->formatted = last != PS_NO_FIELD;
	for (unsigned i = 0; i < cells; i++) {
		if (ps3270_is_attr(ps, i))
			last = (uint16_t)i;
		ps->field[i] = last;
	}
}

int
ps3270_field(const struct ps3270 *ps, unsigned address)
{
	unsigned at = ps->field[address];

	return at == PS_NO_FIELD ? -1 : ps->cell[at].c;
}

/* Does an unprotected field with at least one character begin here?
 * Attributes are looked at as they are now. */
static bool
ps3270_begins(const struct ps3270 *ps, unsigned at)
{
	if (!ps3270_is_attr(ps, at) || (ps->cell[at].c & DS_PROTECTED) != 0)
		return false;
	return !ps3270_is_attr(ps, ps3270_on(ps, at));
}

/* The first character of the next unprotected field, up to the end of the
 * screen; 0: there is none, or it begins there. */
static unsigned
ps3270_forward(const struct ps3270 *ps, unsigned at)
{
	unsigned cells = ps3270_cells(ps);

	while (at < cells && !ps3270_begins(ps, at))
		at++;
	return at + 1 < cells ? at + 1 : 0;
}

/* The field that goes on from the last position to the first comes first. */
unsigned
ps3270_home(const struct ps3270 *ps)
{
	return ps3270_begins(ps, ps3270_cells(ps) - 1) ? 0 :
	    ps3270_forward(ps, 0);
}

unsigned
ps3270_tab(const struct ps3270 *ps, unsigned at)
{
	at = ps3270_forward(ps, at);
	return at != 0 ? at : ps3270_home(ps);
}

/* --- writing into it --- */

static void
ps3270_restore(struct ps3270 *ps)
{
	ps->locked = false;
	ps->aid = DS_AID_NONE;
}

void
ps3270_clear(struct ps3270 *ps)
{
	memset(ps->cell, 0, ps3270_cells(ps) * sizeof *ps->cell);
	ps->cursor = 0;
	ps3270_find_fields(ps);
}

static void
ps3270_erase(struct ps3270 *ps, bool alternate)
{
	ps->rows = alternate ? ps->alt_rows : DS_ROWS;
	ps->cols = alternate ? ps->alt_cols : DS_COLS;
	ps->written = true;
	ps3270_clear(ps);
}

static void
ps3270_reset_mode(struct ps3270 *ps)
{
	ps->reply_mode = DS_REPLY_FIELD;
	ps->reply_attrs = 0;
}

/* Unprotected positions from `at` up to `stop` become nulls. */
static void
ps3270_erase_unprotected(struct ps3270 *ps, unsigned at, unsigned stop)
{
	unsigned cells = ps3270_cells(ps), left = at;
	uint8_t attr;

	/* The field that it begins in, which this stream may have written. */
	for (unsigned n = 0; n < cells && !ps3270_is_attr(ps, left); n++)
		left = ps3270_back(ps, left);
	attr = ps3270_is_attr(ps, left) ? ps->cell[left].c : 0;
	do {
		if (ps3270_is_attr(ps, at))
			attr = ps->cell[at].c;
		else if ((attr & DS_PROTECTED) == 0)
			ps->cell[at] = (struct ps_cell){ 0 };
		at = ps3270_on(ps, at);
	} while (at != stop);
}

static void
ps3270_reset_mdt(struct ps3270 *ps, unsigned protect)
{
	for (unsigned i = 0; i < ps3270_cells(ps); i++)
		if (ps3270_is_attr(ps, i) && (ps->cell[i].c & protect) == 0)
			ps->cell[i].c &= (uint8_t)~DS_MDT;
}

static void
ps3270_erase_all_unprotected(struct ps3270 *ps)
{
	ps3270_erase_unprotected(ps, 0, 0);
	ps3270_reset_mdt(ps, DS_PROTECTED);
	ps3270_restore(ps);
	ps->cursor = ps3270_home(ps);
}

/* A write under way. */
struct ps_write {
	unsigned at;
	struct ps_cell cell; /* attributes of the characters to come */
	int cursor;	     /* insert cursor, -1: none yet */
	bool text;	     /* the last thing was characters */
	bool filled;	     /* a tab filled up to the end of the screen */
};

/* A colour that the display does not have is the nearest that it has. */
static uint8_t
ps3270_color(const struct ps3270 *ps, uint8_t value)
{
	static const uint8_t as[16] = {
		DS_COLOR_WHITE, DS_COLOR_BLUE, DS_COLOR_RED, DS_COLOR_PINK,
		DS_COLOR_GREEN, DS_COLOR_TURQUOISE, DS_COLOR_YELLOW,
		DS_COLOR_WHITE,
		/* black, deep blue, orange, purple, pale green, pale
		 * turquoise, grey, white */
		DS_COLOR_WHITE, DS_COLOR_BLUE, DS_COLOR_RED, DS_COLOR_PINK,
		DS_COLOR_GREEN, DS_COLOR_TURQUOISE, DS_COLOR_WHITE,
		DS_COLOR_WHITE,
	};

	return ps->color && value != 0 ? as[value & 0x0F] : 0;
}

static void
ps3270_set(const struct ps3270 *ps, struct ps_cell *cell, struct ds_pair pair)
{
	switch (pair.type) {
	case DS_ATTR_FIELD:
		cell->c = pair.value;
		break;
	case DS_ATTR_COLOR:
		cell->color = ps3270_color(ps, pair.value);
		break;
	case DS_ATTR_HIGHLIGHT:
		cell->highlight = ps->highlight ? pair.value : 0;
		break;
	case DS_ATTR_CHARSET:
		cell->what &= (uint8_t)~PS_GRAPHIC;
		if (pair.value == DS_CHARSET_GRAPHIC)
			cell->what |= PS_GRAPHIC;
		break;
	case DS_ATTR_ALL:
		*cell = (struct ps_cell){ 0 };
		break;
	default: /* this display has no such attribute */
		break;
	}
}

static struct ps_cell
ps3270_character(const struct ps_write *w, uint8_t c, bool graphic)
{
	struct ps_cell cell = w->cell;

	cell.c = c;
	if (graphic)
		cell.what = PS_GRAPHIC;
	if (c < PS_GRAPHIC_MIN)
		cell.what = 0;
	return cell;
}

static void
ps3270_do_text(struct ps3270 *ps, struct ps_write *w,
    const struct ds_item *item)
{
	for (size_t i = 0; i < item->len; i++) {
		ps->cell[w->at] = ps3270_character(w, item->data[i], false);
		w->at = ps3270_on(ps, w->at);
	}
}

static void
ps3270_do_field(struct ps3270 *ps, struct ps_write *w,
    const struct ds_item *item)
{
	struct ps_cell *cell = &ps->cell[w->at];

	*cell = (struct ps_cell){ .c = item->c, .what = PS_ATTR };
	for (size_t i = 0; i < item->len; i++)
		ps3270_set(ps, cell, ds3270_pair(item, i));
	w->at = ps3270_on(ps, w->at);
}

/* Where there is no attribute, nothing is modified. */
static void
ps3270_do_modify(struct ps3270 *ps, struct ps_write *w,
    const struct ds_item *item)
{
	if (!ps3270_is_attr(ps, w->at))
		return;
	for (size_t i = 0; i < item->len; i++)
		ps3270_set(ps, &ps->cell[w->at], ds3270_pair(item, i));
	w->at = ps3270_on(ps, w->at);
}

static void
ps3270_do_repeat(struct ps3270 *ps, struct ps_write *w,
    const struct ds_item *item)
{
	struct ps_cell cell = ps3270_character(w, item->c, item->graphic);

	do {
		ps->cell[w->at] = cell;
		w->at = ps3270_on(ps, w->at);
	} while (w->at != item->address);
}

/*
 * On to the next unprotected field, or to the beginning of the screen where
 * there is none behind.  After characters what is left of the field that they
 * are in becomes nulls; a tab that got to the end lets the next one go on so.
 */
static void
ps3270_do_tab(struct ps3270 *ps, struct ps_write *w)
{
	unsigned next;

	if (ps3270_is_attr(ps, w->at) &&
	    (ps->cell[w->at].c & DS_PROTECTED) == 0) {
		w->at = ps3270_on(ps, w->at);
		w->filled = false;
		return;
	}
	next = ps3270_forward(ps, w->at);
	if (w->text || w->filled) {
		while (w->at != next && !ps3270_is_attr(ps, w->at)) {
			ps->cell[w->at] = (struct ps_cell){ 0 };
			w->at = ps3270_on(ps, w->at);
		}
		w->filled = next == 0;
	}
	w->at = next;
}

/* Do characters come last?  Format controls are orders to a tab; nulls are
 * not. */
static bool
ps3270_is_text(const struct ds_item *item)
{
	uint8_t last;

	if (item->order != DS_TEXT)
		return item->order == DS_GE;
	last = item->data[item->len - 1];
	return last == 0 || (last >= 0x40 && last != 0xFF);
}

static void
ps3270_do(struct ps3270 *ps, struct ps_write *w, const struct ds_item *item)
{
	struct ds_item one = *item;

	switch (item->order) {
	case DS_TEXT:
		ps3270_do_text(ps, w, item);
		break;
	case DS_GE:
		one.graphic = true;
		one.address = ps3270_on(ps, w->at);
		ps3270_do_repeat(ps, w, &one);
		break;
	case DS_SBA:
		w->at = item->address;
		break;
	case DS_SF:
	case DS_SFE:
		ps3270_do_field(ps, w, item);
		break;
	case DS_MF:
		ps3270_do_modify(ps, w, item);
		break;
	case DS_SA:
		ps3270_set(ps, &w->cell, item->pair);
		break;
	case DS_IC:
		w->cursor = (int)w->at;
		break;
	case DS_PT:
		ps3270_do_tab(ps, w);
		break;
	case DS_RA:
		ps3270_do_repeat(ps, w, item);
		break;
	case DS_EUA:
		ps3270_erase_unprotected(ps, w->at, item->address);
		w->at = item->address;
		break;
	}
	w->text = ps3270_is_text(item);
	if (item->order != DS_PT)
		w->filled = false;
}

/* A WCC and orders, which were checked. */
static void
ps3270_write(struct ps3270 *ps, const uint8_t *data, size_t len)
{
	struct ds_stream stream = { data + 1, len - 1, ps3270_cells(ps) };
	struct ps_write w = { .at = ps->cursor, .cursor = -1 };
	struct ds_item item;

	if ((data[0] & DS_WCC_RESET_MDT) != 0)
		ps3270_reset_mdt(ps, 0);
	while (ds3270_next(&stream, &item) > 0)
		ps3270_do(ps, &w, &item);
	ps3270_find_fields(ps);
	if (w.cursor >= 0)
		ps->cursor = (unsigned)w.cursor;
	if ((data[0] & DS_WCC_RESTORE) != 0)
		ps3270_restore(ps);
	if ((data[0] & DS_WCC_ALARM) != 0)
		ps->alarm = true;
}

/* --- checking --- */

static bool
ps3270_is_write(uint8_t command)
{
	return command == DS_WRITE || command == DS_ERASE_WRITE ||
	    command == DS_ERASE_WRITE_ALTERNATE;
}

static bool
ps3270_is_read(uint8_t command)
{
	return command == DS_READ_BUFFER || command == DS_READ_MODIFIED ||
	    command == DS_READ_MODIFIED_ALL;
}

/*
 * What a record was found to be, so far.  Orders of few bytes may go over all
 * of the display: a record whose orders together go over more than WORK_MAX
 * positions is none that paints anything, and is refused like one that breaks
 * the rules.  It is thousands of times the largest display, and less than a
 * tenth of a second.
 */
#define WORK_MAX (1u << 26)

struct ps_check {
	unsigned cells; /* the size as it is when a command's turn has come */
	uint32_t work;	/* positions gone over */
	unsigned at;	/* the address, where it is known without doing */
	bool known;
};

static int
ps3270_check_work(struct ps_check *c, unsigned cells)
{
	c->work += cells;
	return c->work > WORK_MAX ? -EINVAL : 0;
}

static int
ps3270_check_order(struct ps_check *c, const struct ds_item *item)
{
	unsigned over = c->cells;

	switch (item->order) {
	case DS_TEXT:
		c->at = (unsigned)((c->at + item->len) % c->cells);
		return 0;
	case DS_GE:
	case DS_SF:
	case DS_SFE:
		c->at = (c->at + 1) % c->cells;
		return 0;
	case DS_SBA:
		c->at = item->address;
		c->known = true;
		return 0;
	case DS_RA:
	case DS_EUA:
		if (c->known && item->address != c->at)
			over = (item->address + c->cells - c->at) % c->cells;
		c->at = item->address;
		c->known = true;
		return ps3270_check_work(c, over);
	case DS_PT:
		c->known = false;
		return ps3270_check_work(c, over);
	case DS_MF:
		c->known = false;
		return 0;
	default:
		return 0;
	}
}

static int
ps3270_check_write(const struct ps3270 *ps, const uint8_t *record, size_t len,
    struct ps_check *c)
{
	struct ds_stream stream;
	struct ds_item item;
	int rc;

	if (record[0] == DS_ERASE_ALL_UNPROTECTED)
		return len == 1 ? ps3270_check_work(c, c->cells) : -EINVAL;
	if (!ps3270_is_write(record[0]) || len < 2)
		return -EINVAL;
	if (record[0] == DS_ERASE_WRITE)
		c->cells = DS_CELLS;
	if (record[0] == DS_ERASE_WRITE_ALTERNATE)
		c->cells = ps3270_alt_cells(ps);
	c->known = false;
	stream = (struct ds_stream){ record + 2, len - 2, c->cells };
	rc = ps3270_check_work(c, c->cells);
	while (rc == 0 && (rc = ds3270_next(&stream, &item)) > 0)
		rc = ps3270_check_order(c, &item);
	return rc;
}

static int
ps3270_check_reply_mode(const struct ds_sfield *field)
{
	if (field->len < 2 || field->data[0] != 0 ||
	    field->data[1] > DS_REPLY_CHARACTER ||
	    field->len - 2 > sizeof ((struct ps3270 *)0)->reply_attr)
		return -EINVAL;
	return 0;
}

static int
ps3270_check_partition(const struct ds_sfield *field)
{
	const uint8_t *code;
	unsigned n;

	if (ds3270_asked(field, &code, &n) == 0)
		return 0;
	return field->len == 2 && field->data[0] == 0 &&
	    ps3270_is_read(field->data[1]) ? 0 : -EINVAL;
}

static int
ps3270_check_field(const struct ps3270 *ps, const struct ds_sfield *field,
    struct ps_check *c)
{
	switch (field->id) {
	case DS_SF_OUTBOUND:
		if (field->len < 2 || field->data[0] != 0)
			return -EINVAL;
		return ps3270_check_write(ps, field->data + 1, field->len - 1,
		    c);
	case DS_SF_ERASE_RESET:
		if (field->len != 1 || (field->data[0] & 0x7F) != 0)
			return -EINVAL;
		c->cells = field->data[0] != 0 ? ps3270_alt_cells(ps) :
		    DS_CELLS;
		return ps3270_check_work(c, c->cells);
	case DS_SF_REPLY_MODE:
		return ps3270_check_reply_mode(field);
	case DS_SF_READ_PARTITION:
		return ps3270_check_partition(field);
	default:
		return -EINVAL;
	}
}

/* At least one field, and nothing behind what is to be answered. */
static int
ps3270_check_fields(const struct ps3270 *ps, struct ds_fields fields)
{
	struct ps_check c = { .cells = ps3270_cells(ps) };
	struct ds_sfield field = { 0 };
	int rc;

	if (fields.left == 0)
		return -EINVAL;
	while ((rc = ds3270_field(&fields, &field)) > 0) {
		rc = ps3270_check_field(ps, &field, &c);
		if (rc == 0 && field.id == DS_SF_READ_PARTITION &&
		    fields.left > 0)
			rc = -EINVAL;
		if (rc < 0)
			break;
	}
	return rc;
}

/* --- doing --- */

static void
ps3270_do_command(struct ps3270 *ps, const uint8_t *record, size_t len)
{
	if (record[0] == DS_ERASE_ALL_UNPROTECTED) {
		ps3270_erase_all_unprotected(ps);
		return;
	}
	if (record[0] != DS_WRITE) {
		ps3270_erase(ps, record[0] == DS_ERASE_WRITE_ALTERNATE);
		if ((record[1] & DS_WCC_RESET) != 0)
			ps3270_reset_mode(ps);
	}
	ps3270_write(ps, record + 1, len - 1);
}

static void
ps3270_do_sfield(struct ps3270 *ps, const struct ds_sfield *field,
    struct ds_out *o)
{
	switch (field->id) {
	case DS_SF_OUTBOUND:
		ps3270_do_command(ps, field->data + 1, field->len - 1);
		break;
	case DS_SF_ERASE_RESET:
		ps3270_erase(ps, field->data[0] != 0);
		ps3270_reset_mode(ps);
		break;
	case DS_SF_REPLY_MODE:
		ps->reply_mode = field->data[1];
		ps->reply_attrs = (uint8_t)(field->len - 2);
		memcpy(ps->reply_attr, field->data + 2, field->len - 2);
		break;
	case DS_SF_READ_PARTITION:
		o->cells = ps3270_cells(ps);
		ps3270_partition(ps, field, o);
		break;
	}
}

static int
ps3270_fields(struct ps3270 *ps, struct ds_fields fields, struct ds_out *o)
{
	struct ds_sfield field;
	int rc = ps3270_check_fields(ps, fields);

	if (rc < 0)
		return rc;
	while (ds3270_field(&fields, &field) > 0)
		ps3270_do_sfield(ps, &field, o);
	return 0;
}

static int
ps3270_command(struct ps3270 *ps, const uint8_t *record, size_t len,
    struct ds_out *o)
{
	struct ps_check c = { .cells = ps3270_cells(ps) };
	int rc;

	if (len == 0)
		return -EINVAL;
	if (record[0] == DS_WRITE_STRUCTURED)
		return ps3270_fields(ps,
		    (struct ds_fields){ record + 1, len - 1 }, o);
	if (ps3270_is_read(record[0])) {
		if (len != 1)
			return -EINVAL;
		ps3270_read(ps, record[0], o);
		return 0;
	}
	rc = ps3270_check_write(ps, record, len, &c);
	if (rc == 0)
		ps3270_do_command(ps, record, len);
	return rc;
}

int
ps3270_host(struct ps3270 *ps, const uint8_t *record, size_t len,
    uint8_t *answer, size_t room, size_t *n)
{
	struct ds_out o = { answer, 0, room, ps3270_cells(ps), false };
	int rc = ps3270_command(ps, record, len, &o);

	*n = 0;
	if (rc < 0)
		return rc;
	if (o.overflow)
		return -EMSGSIZE;
	*n = o.len;
	return 0;
}

/* --- what a terminal has, put over it --- */

/* One item of an answer to READ BUFFER; check: only whether it stands where we
 * have the same kind of thing. */
static int
ps3270_typed_item(struct ps3270 *ps, struct ps_write *w,
    const struct ds_item *item, bool check)
{
	size_t n = item->order == DS_TEXT ? item->len : 1;
	bool attr = item->order == DS_SF || item->order == DS_SFE;

	if (item->order == DS_SA) {
		ps3270_set(ps, &w->cell, item->pair);
		return 0;
	}
	if (item->order == DS_SBA || n > ps3270_cells(ps) - w->at)
		return -EINVAL;
	for (size_t i = 0; i < n; i++, w->at++) {
		struct ps_cell *cell = &ps->cell[w->at];

		if (ps3270_is_attr(ps, w->at) != attr)
			return -EINVAL;
		if (check)
			continue;
		if (!attr) {
			cell->c = item->order == DS_TEXT ? item->data[i] :
			    item->c;
			cell->what = ps3270_character(w, cell->c,
			    item->order == DS_GE).what;
		} else if (item->order == DS_SF)
			cell->c = item->c;
		else
			for (size_t k = 0; k < item->len; k++)
				ps3270_set(ps, cell, ds3270_pair(item, k));
	}
	return 0;
}

static int
ps3270_typed_all(struct ps3270 *ps, struct ds_stream stream, bool check)
{
	struct ps_write w = { 0 };
	struct ds_item item;

	while (ds3270_next(&stream, &item) > 0)
		if (ps3270_typed_item(ps, &w, &item, check) < 0)
			return -EINVAL;
	return w.at == ps3270_cells(ps) ? 0 : -EINVAL;
}

int
ps3270_typed(struct ps3270 *ps, const uint8_t *record, size_t len)
{
	struct ds_in in;

	if (ds3270_read(record, len, ps3270_cells(ps), &in) < 0 ||
	    in.short_read || in.aid == DS_AID_SF ||
	    ps3270_typed_all(ps, in.rest, true) < 0)
		return -EINVAL;
	ps->cursor = in.cursor;
	return ps3270_typed_all(ps, in.rest, false);
}
