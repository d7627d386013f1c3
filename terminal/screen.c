/* SPDX-License-Identifier: MIT
 *
 * screen.c - the CP screen, and the differences to what is shown.
 */
#include "screen.h"

#include <stdio.h>
#include <string.h>

#include "ebcdic.h"
#include "text.h"

#define CELL_NULL 0x00
#define CELL_BLANK 0x40
#define CELL_ATTR 0x100
#define CELL_UNKNOWN 0xFFFF

#define ATTR_OUTPUT DS_PROTECTED
#define ATTR_BRIGHT (DS_PROTECTED | DS_BRIGHT)
/* The modified bit is always on: so the field always comes with ENTER, also
 * what was typed before its attribute was written again. */
#define ATTR_INPUT DS_MDT
#define ATTR_HIDDEN (DS_MDT | DS_NONDISPLAY)

#define TAB_STOP 8

void
screen_init(struct screen *sc)
{
	memset(sc, 0, sizeof *sc);
	screen_lost(sc);
	sc->restore = true;
}

/* --- the model --- */

/* The last row's column 80 is the input field's attribute. */
static unsigned
screen_row_width(unsigned row)
{
	return row == SCREEN_OUT_ROWS - 1 ? DS_COLS - 1 : DS_COLS;
}

static void
screen_scroll(struct screen *sc)
{
	sc->used--;
	if (sc->fresh > sc->used)
		sc->fresh = sc->used;
	memmove(&sc->row[0], &sc->row[1], sc->used * sizeof sc->row[0]);
	memset(&sc->row[sc->used], 0, sizeof sc->row[0]);
}

/* A row that can take `width` columns.  NULL: none is left. */
static struct screen_row *
screen_new_row(struct screen *sc, unsigned width, unsigned flags)
{
	unsigned most = width == DS_COLS ? SCREEN_OUT_ROWS - 1 :
	    SCREEN_OUT_ROWS;

	while (sc->used >= most) {
		if (sc->fresh == sc->used && (flags & SCREEN_SEEN) == 0)
			return NULL;
		screen_scroll(sc);
	}
	sc->used++;
	if ((flags & SCREEN_SEEN) == 0)
		sc->fresh++;
	return &sc->row[sc->used - 1];
}

/* The characters of one row, decoded. */
struct screen_piece {
	uint8_t cell[DS_COLS];
	unsigned len;
	size_t bytes;
};

static void
screen_piece_tab(struct screen_piece *p, unsigned column, unsigned width)
{
	do
		p->cell[p->len++] = CELL_BLANK;
	while ((column + p->len) % TAB_STOP != 0 && p->len < width);
}

/* Take from text what fits into width columns, the first being `column`. */
static void
screen_take(struct screen_piece *p, const char *text, size_t n,
    unsigned column, unsigned width)
{
	const char *s = text, *end = text + n;

	p->len = 0;
	while (s < end && p->len < width) {
		if (text_plain(*s)) {
			p->cell[p->len++] = latin1_to_ebcdic[(uint8_t)*s++];
			continue;
		}
		if (*s == '\n') {
			p->bytes = (size_t)(s + 1 - text);
			return;
		}
		if (*s == '\t') {
			s++;
			screen_piece_tab(p, column, width);
			continue;
		}
		uint32_t c = text_next(&s, end);

		if (text_width(c) > 0)
			p->cell[p->len++] = ds3270_ebcdic(c);
	}
	/* Marks that belong to the last character, and the line's end. */
	while (s < end && *s != '\t' && *s != '\n') {
		const char *next = s;

		if (text_width(text_next(&next, end)) > 0)
			break;
		s = next;
	}
	if (s < end && *s == '\n')
		s++;
	p->bytes = (size_t)(s - text);
}

static void
screen_row_add(struct screen_row *row, const struct screen_piece *p)
{
	memcpy(row->cell + row->len, p->cell, p->len);
	row->len = (uint8_t)(row->len + p->len);
}

/* Go on in the open row. */
static void
screen_append(struct screen *sc, const char *text, size_t n, size_t *done)
{
	struct screen_row *row = &sc->row[sc->used - 1];
	struct screen_piece p;

	screen_take(&p, text + *done, n - *done, row->len,
	    screen_row_width(sc->used - 1) - row->len);
	screen_row_add(row, &p);
	*done += p.bytes;
}

bool
screen_put(struct screen *sc, const char *text, size_t n, size_t *done,
    unsigned flags)
{
	bool first = *done == 0;

	if (sc->logo) {
		screen_clear(sc);
		sc->logo = false;
	}
	if (sc->open && first && (flags & SCREEN_APPEND) != 0 && sc->used > 0) {
		screen_append(sc, text, n, done);
		first = false;
	}
	sc->open = false;
	while (first || *done < n) {
		struct screen_piece p;
		struct screen_row *row;

		screen_take(&p, text + *done, n - *done, 0, DS_COLS);
		row = screen_new_row(sc, p.len, flags);
		if (row == NULL)
			return false;
		row->bright = (flags & SCREEN_BRIGHT) != 0;
		screen_row_add(row, &p);
		*done += p.bytes;
		first = false;
	}
	sc->open = (flags & SCREEN_OPEN) != 0;
	return true;
}

void
screen_end_line(struct screen *sc)
{
	sc->open = false;
}

void
screen_clear(struct screen *sc)
{
	memset(sc->row, 0, sizeof sc->row);
	sc->used = sc->fresh = 0;
	sc->open = false;
}

void
screen_seen(struct screen *sc)
{
	sc->fresh = 0;
}

static void
screen_logo_line(struct screen *sc, const char *text, size_t n)
{
	struct screen_piece p;

	screen_take(&p, text, n, 0, DS_COLS - 1);
	screen_row_add(&sc->row[sc->used++], &p);
}

void
screen_logo(struct screen *sc, const char *text, size_t n)
{
	struct screen_row last[SCREEN_OUT_ROWS];
	unsigned nlast = sc->logo ? 0 : sc->fresh, skip = 0, room;

	memcpy(last, &sc->row[sc->used - nlast], nlast * sizeof last[0]);
	screen_clear(sc);
	while (n > 0 && sc->used < SCREEN_OUT_ROWS) {
		const char *nl = memchr(text, '\n', n);
		size_t len = nl != NULL ? (size_t)(nl - text) : n;

		screen_logo_line(sc, text, len);
		len += nl != NULL;
		text += len;
		n -= len;
	}
	room = SCREEN_OUT_ROWS - sc->used;
	if (nlast > room) {
		skip = nlast - room;
		nlast = room;
	}
	/* The last words of the session that ended, at the bottom. */
	if (nlast > 0) {
		unsigned from = SCREEN_OUT_ROWS - nlast;

		memcpy(&sc->row[from], last + skip, nlast * sizeof last[0]);
		sc->used = SCREEN_OUT_ROWS;
	}
	sc->logo = true;
}

void
screen_status(struct screen *sc, const char *word, const char *system)
{
	snprintf(sc->status, sizeof sc->status, "%-*.12s%s%.8s",
	    SCREEN_STATUS_WORD, word,
	    strlen(word) < SCREEN_STATUS_WORD ? "" : " ", system);
}

void
screen_input(struct screen *sc, const char *text, size_t n)
{
	const char *end = text + n;

	sc->input = SCREEN_INPUT_SET;
	sc->typed_len = 0;
	while (text < end && sc->typed_len < SCREEN_INPUT_LEN)
		sc->typed[sc->typed_len++] =
		    ds3270_ebcdic(text_next(&text, end));
}

void
screen_lost(struct screen *sc)
{
	sc->erase = true;
	screen_input(sc, "", 0);
}

/* --- the picture --- */

static bool
screen_cell_free(const struct screen *sc, unsigned row)
{
	const struct screen_row *r = &sc->row[row];

	return r->len < DS_COLS || r->cell[DS_COLS - 1] == CELL_BLANK;
}

/*
 * A bright row stands between two attributes, in the columns 80 of the row
 * before it and of its own; it is bright only where these are free.
 */
static void
screen_compose_bright(const struct screen *sc, uint16_t want[DS_CELLS],
    unsigned row)
{
	unsigned before = (row * DS_COLS + DS_CELLS - 1) % DS_CELLS;

	if (!sc->row[row].bright || !screen_cell_free(sc, row) ||
	    (row > 0 && !screen_cell_free(sc, row - 1)))
		return;
	want[before] = CELL_ATTR | ATTR_BRIGHT;
	if (row < SCREEN_OUT_ROWS - 1)
		want[row * DS_COLS + DS_COLS - 1] = CELL_ATTR | ATTR_OUTPUT;
}

static void
screen_compose(const struct screen *sc, uint16_t want[DS_CELLS])
{
	memset(want, 0, DS_CELLS * sizeof want[0]);
	for (unsigned r = 0; r < SCREEN_OUT_ROWS; r++)
		for (unsigned c = 0; c < sc->row[r].len; c++)
			want[r * DS_COLS + c] = sc->row[r].cell[c];
	for (unsigned r = 0; r < SCREEN_OUT_ROWS; r++)
		screen_compose_bright(sc, want, r);
	want[SCREEN_INPUT_ATTR] = CELL_ATTR |
	    (sc->hidden ? ATTR_HIDDEN : ATTR_INPUT);
	want[SCREEN_STATUS_ATTR] = CELL_ATTR | ATTR_OUTPUT;
	for (unsigned i = 0; i < SCREEN_STATUS_LEN && sc->status[i] != '\0';
	     i++)
		want[SCREEN_STATUS + i] =
		    ds3270_ebcdic((unsigned char)sc->status[i]);
}

#define RUN_MIN 5 /* so many equal characters are worth an RA */
#define GAP_MAX 3 /* so few unchanged ones are not worth an SBA */

static bool
screen_differs(const struct screen *sc, const uint16_t *want, unsigned at)
{
	if (at >= SCREEN_INPUT && at < SCREEN_STATUS_ATTR)
		return false;
	return want[at] != sc->shown[at];
}

static bool
screen_same(const struct screen *sc, const uint16_t *want, unsigned at,
    unsigned n)
{
	return memcmp(want + at, sc->shown + at, n * sizeof want[0]) == 0;
}

/* The first changed cell from `at` on, or DS_CELLS.  Most rows are as they
 * were, and often all that follow: they are looked at whole. */
static unsigned
screen_next(const struct screen *sc, const uint16_t *want, unsigned at)
{
	while (at < DS_CELLS && !screen_differs(sc, want, at)) {
		if (at % DS_COLS != 0)
			at++;
		else if (screen_same(sc, want, at, DS_CELLS - at))
			at = DS_CELLS;
		else
			at += screen_same(sc, want, at, DS_COLS) ? DS_COLS : 1;
	}
	return at;
}

/* One past the changed stretch that begins at `at`. */
static unsigned
screen_stretch(const struct screen *sc, const uint16_t *want, unsigned at)
{
	unsigned end = at + 1;

	for (unsigned i = at + 1; i < DS_CELLS && i <= end + GAP_MAX; i++) {
		if (i == SCREEN_INPUT)
			break;
		if (screen_differs(sc, want, i))
			end = i + 1;
	}
	return end;
}

static unsigned
screen_run(const uint16_t *want, unsigned at, unsigned end)
{
	unsigned i = at + 1;

	while (i < end && want[i] == want[at])
		i++;
	return i - at;
}

static void
screen_write_stretch(struct ds_out *o, const uint16_t *want, unsigned at,
    unsigned end)
{
	ds3270_sba(o, at);
	while (at < end) {
		unsigned n = screen_run(want, at, end);

		if ((want[at] & CELL_ATTR) != 0) {
			ds3270_sf(o, want[at] & 0x3F);
			at++;
		} else if (n >= RUN_MIN) {
			ds3270_ra(o, at + n, (uint8_t)want[at]);
			at += n;
		} else
			ds3270_byte(o, (uint8_t)want[at++]);
	}
}

static void
screen_write_input(struct screen *sc, struct ds_out *o)
{
	ds3270_sba(o, SCREEN_INPUT);
	for (unsigned i = 0; i < sc->typed_len; i++)
		ds3270_byte(o, sc->typed[i]);
	if (sc->typed_len < SCREEN_INPUT_LEN) {
		ds3270_ic(o);
		ds3270_ra(o, SCREEN_STATUS_ATTR, CELL_NULL);
	}
}

size_t
screen_write(struct screen *sc, uint8_t record[SCREEN_RECORD_MAX])
{
	struct ds_out o = { .buf = record, .cap = SCREEN_RECORD_MAX,
		.cells = DS_CELLS };
	uint16_t want[DS_CELLS];
	size_t bare;

	if (sc->erase)
		memset(sc->shown, 0, sizeof sc->shown);
	screen_compose(sc, want);
	ds3270_begin(&o, sc->erase ? DS_ERASE_WRITE : DS_WRITE,
	    (sc->restore ? DS_WCC_RESTORE : 0u) |
	    (sc->alarm ? DS_WCC_ALARM : 0u));
	bare = o.len;
	for (unsigned at = screen_next(sc, want, 0), end; at < DS_CELLS;
	     at = screen_next(sc, want, end)) {
		end = screen_stretch(sc, want, at);
		screen_write_stretch(&o, want, at, end);
	}
	if (sc->input == SCREEN_INPUT_SET)
		screen_write_input(sc, &o);
	if (o.overflow) { /* cannot be: see SCREEN_RECORD_MAX */
		screen_lost(sc);
		return 0;
	}
	if (o.len == bare && !sc->erase && !sc->restore && !sc->alarm)
		return 0;
	memcpy(sc->shown, want, sizeof want);
	explicit_bzero(sc->typed, sizeof sc->typed);
	sc->erase = sc->restore = sc->alarm = false;
	sc->input = SCREEN_INPUT_KEEP;
	return o.len;
}
