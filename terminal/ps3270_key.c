/* SPDX-License-Identifier: MIT
 *
 * ps3270_key.c - the keyboard of a presentation space: where a key may write,
 * where the cursor goes, and which keys send.
 *
 * A field is what lies between two attributes; it may go on from the last
 * position to the first.  A screen without fields is one field that does not.
 */
#include <string.h>

#include "ps3270_internal.h"

/* Is `at` the last position of its field? */
static bool
key_is_last(const struct ps3270 *ps, unsigned at)
{
	if (!ps->formatted)
		return at + 1 == ps3270_cells(ps);
	return ps3270_is_attr(ps, ps3270_on(ps, at));
}

static bool
key_is_first(const struct ps3270 *ps, unsigned at)
{
	if (!ps->formatted)
		return at == 0;
	return ps3270_is_attr(ps, ps3270_back(ps, at));
}

static bool
key_is_protected(const struct ps3270 *ps, unsigned at)
{
	return ps->formatted && (ps3270_is_attr(ps, at) ||
	    (ps3270_field(ps, at) & DS_PROTECTED) != 0);
}

static void
key_modified(struct ps3270 *ps, unsigned at)
{
	if (ps->formatted)
		ps->cell[ps->field[at]].c |= DS_MDT;
}

static void
key_put(struct ps3270 *ps, unsigned at, uint8_t c)
{
	ps->cell[at] = (struct ps_cell){ .c = c };
}

/* --- typing --- */

/* From the cursor on, one position further: the first null makes room. */
static bool
key_make_room(struct ps3270 *ps)
{
	unsigned at = ps->cursor;

	while (ps->cell[at].c != 0) {
		if (key_is_last(ps, at))
			return false;
		at = ps3270_on(ps, at);
	}
	for (unsigned before; at != ps->cursor; at = before) {
		before = ps3270_back(ps, at);
		ps->cell[at] = ps->cell[before];
	}
	return true;
}

/* The cursor steps over attributes, and over the field behind one that says
 * so. */
static void
key_advance(struct ps3270 *ps)
{
	unsigned at = ps3270_on(ps, ps->cursor);

	for (unsigned n = ps3270_cells(ps);
	     n > 0 && ps3270_is_attr(ps, at); n--) {
		if ((ps->cell[at].c & DS_AUTOSKIP) == DS_AUTOSKIP) {
			at = ps3270_tab(ps, at);
			break;
		}
		at = ps3270_on(ps, at);
	}
	ps->cursor = at;
}

static bool
key_numeric(uint8_t c)
{
	return (c >= 0xF0 && c <= 0xF9) || c == 0x60 || c == 0x4B ||
	    c == DS_DUP;
}

static bool
key_enter(struct ps3270 *ps, uint8_t c)
{
	int attr = ps3270_field(ps, ps->cursor);

	if (ps->locked || key_is_protected(ps, ps->cursor) ||
	    (attr >= 0 && (attr & DS_NUMERIC) != 0 && !key_numeric(c)))
		return false;
	if (ps->insert && !key_make_room(ps))
		return false;
	key_put(ps, ps->cursor, c);
	key_modified(ps, ps->cursor);
	return true;
}

bool
ps3270_type(struct ps3270 *ps, uint8_t ebcdic)
{
	if (ebcdic < 0x40 || ebcdic == 0xFF || !key_enter(ps, ebcdic))
		return false;
	key_advance(ps);
	return true;
}

static bool
key_field_mark(struct ps3270 *ps)
{
	if (!key_enter(ps, DS_FIELD_MARK))
		return false;
	key_advance(ps);
	return true;
}

static bool
key_tab(struct ps3270 *ps)
{
	ps->cursor = ps3270_tab(ps, ps->cursor);
	return true;
}

static bool
key_dup(struct ps3270 *ps)
{
	return key_enter(ps, DS_DUP) && key_tab(ps);
}

/* --- erasing --- */

/* What is behind closes up: of the field, or of the row where there is
 * none. */
static bool
key_delete(struct ps3270 *ps)
{
	unsigned at = ps->cursor;

	if (key_is_protected(ps, at))
		return false;
	for (; ps->formatted ? !key_is_last(ps, at) : (at + 1) % ps->cols != 0;
	     at = ps3270_on(ps, at))
		ps->cell[at] = ps->cell[ps3270_on(ps, at)];
	key_put(ps, at, 0);
	key_modified(ps, ps->cursor);
	return true;
}

static bool
key_backspace(struct ps3270 *ps)
{
	if (key_is_protected(ps, ps->cursor) || key_is_first(ps, ps->cursor))
		return false;
	ps->cursor = ps3270_back(ps, ps->cursor);
	return key_delete(ps);
}

static bool
key_blank(const struct ps3270 *ps, unsigned at)
{
	return ps->cell[at].c == 0 || ps->cell[at].c == 0x40;
}

/* To the left: blanks, and the word before them. */
static bool
key_delete_word(struct ps3270 *ps)
{
	bool word = false;

	if (key_is_protected(ps, ps->cursor) || key_is_first(ps, ps->cursor))
		return false;
	while (!key_is_first(ps, ps->cursor)) {
		bool blank = key_blank(ps, ps3270_back(ps, ps->cursor));

		if (word && blank)
			break;
		word = word || !blank;
		key_backspace(ps);
	}
	return true;
}

static bool
key_erase_eof(struct ps3270 *ps)
{
	unsigned at = ps->cursor;

	if (key_is_protected(ps, at))
		return false;
	while (key_put(ps, at, 0), !key_is_last(ps, at))
		at = ps3270_on(ps, at);
	key_modified(ps, ps->cursor);
	return true;
}

static bool
key_erase_input(struct ps3270 *ps)
{
	for (unsigned i = 0; i < ps3270_cells(ps); i++)
		if (ps3270_is_attr(ps, i)) {
			if ((ps->cell[i].c & DS_PROTECTED) == 0)
				ps->cell[i].c &= (uint8_t)~DS_MDT;
		} else if (!key_is_protected(ps, i))
			key_put(ps, i, 0);
	ps->cursor = ps3270_home(ps);
	return true;
}

/* --- moving --- */

static bool
key_left(struct ps3270 *ps)
{
	ps->cursor = ps3270_back(ps, ps->cursor);
	return true;
}

static bool
key_right(struct ps3270 *ps)
{
	ps->cursor = ps3270_on(ps, ps->cursor);
	return true;
}

static bool
key_up(struct ps3270 *ps)
{
	if (ps->cursor < ps->cols)
		ps->cursor += ps3270_cells(ps);
	ps->cursor -= ps->cols;
	return true;
}

static bool
key_down(struct ps3270 *ps)
{
	ps->cursor = (ps->cursor + ps->cols) % ps3270_cells(ps);
	return true;
}

/* Does an unprotected field begin here? */
static bool
key_begins(const struct ps3270 *ps, unsigned at)
{
	return !ps3270_is_attr(ps, at) &&
	    ps3270_is_attr(ps, ps3270_back(ps, at)) &&
	    !key_is_protected(ps, at);
}

static bool
key_backtab(struct ps3270 *ps)
{
	unsigned at = ps->cursor;

	for (unsigned n = 0; n < ps3270_cells(ps); n++) {
		at = ps3270_back(ps, at);
		if (key_begins(ps, at)) {
			ps->cursor = at;
			return true;
		}
	}
	ps->cursor = 0;
	return true;
}

/* The first unprotected position from the next line on. */
static bool
key_newline(struct ps3270 *ps)
{
	unsigned at = (ps->cursor / ps->cols + 1) % ps->rows * ps->cols;

	for (unsigned n = 0; n < ps3270_cells(ps); n++) {
		if (!key_is_protected(ps, at)) {
			ps->cursor = at;
			return true;
		}
		at = ps3270_on(ps, at);
	}
	ps->cursor = 0;
	return true;
}

static bool
key_home(struct ps3270 *ps)
{
	ps->cursor = ps3270_home(ps);
	return true;
}

/* Behind the last character of the field. */
static bool
key_end(struct ps3270 *ps)
{
	unsigned at = ps->cursor, end;

	if (key_is_protected(ps, at))
		return false;
	while (!key_is_first(ps, at))
		at = ps3270_back(ps, at);
	for (end = at; ; at = ps3270_on(ps, at)) {
		bool last = key_is_last(ps, at);

		if (!key_blank(ps, at))
			end = last ? at : ps3270_on(ps, at);
		if (last)
			break;
	}
	ps->cursor = end;
	return true;
}

static bool
key_insert(struct ps3270 *ps)
{
	ps->insert = !ps->insert;
	return true;
}

/* Frees a locked keyboard, too, as a display at a local controller does. */
static bool
key_reset(struct ps3270 *ps)
{
	ps->insert = ps->locked = false;
	ps->aid = DS_AID_NONE;
	return true;
}

bool
ps3270_key(struct ps3270 *ps, enum ps_key key)
{
	static bool (*const keys[])(struct ps3270 *ps) = {
		[PS_KEY_LEFT] = key_left,
		[PS_KEY_RIGHT] = key_right,
		[PS_KEY_UP] = key_up,
		[PS_KEY_DOWN] = key_down,
		[PS_KEY_TAB] = key_tab,
		[PS_KEY_BACKTAB] = key_backtab,
		[PS_KEY_NEWLINE] = key_newline,
		[PS_KEY_HOME] = key_home,
		[PS_KEY_END] = key_end,
		[PS_KEY_BACKSPACE] = key_backspace,
		[PS_KEY_DELETE] = key_delete,
		[PS_KEY_ERASE_EOF] = key_erase_eof,
		[PS_KEY_ERASE_INPUT] = key_erase_input,
		[PS_KEY_DELETE_WORD] = key_delete_word,
		[PS_KEY_INSERT] = key_insert,
		[PS_KEY_RESET] = key_reset,
		[PS_KEY_DUP] = key_dup,
		[PS_KEY_FIELD_MARK] = key_field_mark,
	};

	if (key >= sizeof keys / sizeof keys[0] ||
	    (ps->locked && key != PS_KEY_RESET))
		return false;
	return keys[key](ps);
}

/* --- keys that send --- */

static bool
key_sends(uint8_t aid)
{
	return ds3270_pf(aid) != 0 || ds3270_aid_short(aid) ||
	    aid == DS_AID_ENTER || aid == DS_AID_SYSREQ;
}

size_t
ps3270_aid(struct ps3270 *ps, uint8_t aid, uint8_t *record, size_t room)
{
	size_t n;

	if (ps->locked || !key_sends(aid))
		return 0;
	ps->aid = aid;
	n = ps3270_send(ps, record, room);
	if (n == 0) {
		ps->aid = DS_AID_NONE;
		return 0;
	}
	if (aid == DS_AID_CLEAR)
		ps3270_clear(ps);
	ps->locked = true;
	ps->insert = false;
	return n;
}
