/* SPDX-License-Identifier: MIT
 *
 * screen.c - the CP screen, and the differences to what is shown.
 */
#include "screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define CELL_NULL 0x00
#define CELL_BLANK 0x40
#define CELL_ATTR 0x100

#define ATTR_OUTPUT DS_PROTECTED
#define ATTR_BRIGHT (DS_PROTECTED | DS_BRIGHT)
/* The modified bit is always on: so the field always comes with ENTER, also
 * what was typed before its attribute was written again. */
#define ATTR_INPUT DS_MDT
#define ATTR_HIDDEN (DS_MDT | DS_NONDISPLAY)

/* Where there are colours.  What has none has its field's: COLOR_OUTPUT. */
#define COLOR_OUTPUT DS_COLOR_GREEN
#define COLOR_INPUT DS_COLOR_TURQUOISE

static const uint8_t screen_colors[PAGE_LOOKS] = {
	[PAGE_OUTPUT] = 0,
	[PAGE_ECHO] = DS_COLOR_TURQUOISE,
	[PAGE_MESSAGE] = DS_COLOR_WHITE,
	[PAGE_WARNING] = DS_COLOR_YELLOW,
	[PAGE_ERROR] = DS_COLOR_RED,
	[PAGE_NOTICE] = DS_COLOR_YELLOW,
};

int
screen_open(struct screen *sc, unsigned rows, unsigned cols, bool color,
    const struct codepage *codepage)
{
	unsigned cells = rows * cols;

	*sc = (struct screen){
		.codepage = codepage,
		.rows = rows,
		.cols = cols,
		.cells = cells,
		.out_rows = rows - SCREEN_INPUT_ROWS,
		.input_attr = cells - SCREEN_INPUT_ROWS * cols - 1,
		.input = cells - SCREEN_INPUT_ROWS * cols,
		.status_attr = cells - SCREEN_CORNER,
		.input_len = SCREEN_INPUT_ROWS * cols - SCREEN_CORNER,
		.color = color,
		.restore = true,
	};
	sc->shown = calloc(cells, sizeof *sc->shown);
	sc->want = calloc(cells, sizeof *sc->want);
	sc->typed = calloc(sc->input_len, 1);
	if (sc->shown == NULL || sc->want == NULL || sc->typed == NULL) {
		screen_close(sc);
		errno = ENOMEM;
		return -1;
	}
	screen_lost(sc);
	return 0;
}

void
screen_close(struct screen *sc)
{
	free(sc->shown);
	free(sc->want);
	if (sc->typed != NULL)
		explicit_bzero(sc->typed, sc->input_len);
	free(sc->typed);
	*sc = (struct screen){ 0 };
}

void
screen_status(struct screen *sc, const char *word, const char *system,
    bool notice)
{
	snprintf(sc->status, sizeof sc->status, "%-*.12s%s%.8s",
	    SCREEN_STATUS_WORD, word,
	    strlen(word) < SCREEN_STATUS_WORD ? "" : " ", system);
	sc->notice = notice;
}

void
screen_input(struct screen *sc, const char *text, size_t n)
{
	const char *end = n > 0 ? text + n : text; /* may be NULL */

	sc->put = SCREEN_INPUT_SET;
	sc->typed_len = 0;
	while (text < end && sc->typed_len < sc->input_len)
		sc->typed[sc->typed_len++] = codepage_near(sc->codepage,
		    text_next(&text, end));
}

void
screen_lost(struct screen *sc)
{
	sc->erase = true;
	if (sc->put == SCREEN_INPUT_KEEP)
		screen_input(sc, "", 0);
}

/* --- the picture --- */

static bool
screen_cell_free(const struct page *page, unsigned row)
{
	const struct page_row *r = page_row(page, row);

	return r->len < page->cols ||
	    (page_cells(page, row)[page->cols - 1] & 0xFF) == CELL_BLANK;
}

/*
 * Without colours a message is bright: it stands between two attributes, in
 * the last columns of the row before it and of its own, where these are free.
 */
static void
screen_compose_bright(struct screen *sc, const struct page *page,
    unsigned row)
{
	unsigned before = (row * sc->cols + sc->cells - 1) % sc->cells;

	if (page_row(page, row)->look != PAGE_MESSAGE ||
	    !screen_cell_free(page, row) ||
	    (row > 0 && !screen_cell_free(page, row - 1)))
		return;
	sc->want[before] = CELL_ATTR | ATTR_BRIGHT;
	if (row < sc->out_rows - 1)
		sc->want[row * sc->cols + sc->cols - 1] =
		    CELL_ATTR | ATTR_OUTPUT;
}

/* A row of the page, or an empty one. */
static void
screen_compose_row(struct screen *sc, const struct page *page, unsigned row)
{
	unsigned len = row < page->used ? page_row(page, row)->len : 0;
	const uint16_t *from = page_cells(page, row);
	uint16_t *to = sc->want + row * sc->cols;

	memcpy(to, from, len * sizeof *to);
	memset(to + len, 0, (sc->cols - len) * sizeof *to);
	for (unsigned i = 0; i < len && !sc->color; i++)
		to[i] &= 0xFF;
}

static void
screen_compose_status(struct screen *sc)
{
	enum page_look look = sc->color && sc->notice ? PAGE_NOTICE :
	    PAGE_OUTPUT;
	unsigned word = 0;

	while (sc->status[word] != '\0' &&
	    (word < SCREEN_STATUS_WORD || sc->status[word] != ' '))
		word++;
	for (unsigned i = 0; i < SCREEN_STATUS_LEN && sc->status[i] != '\0';
	     i++)
		sc->want[sc->status_attr + 1 + i] = PAGE_CELL(
		    codepage_near(sc->codepage, (unsigned char)sc->status[i]),
		    i < SCREEN_STATUS_WORD ? look : PAGE_OUTPUT);
}

static void
screen_compose(struct screen *sc, const struct page *page)
{
	/* Rows below were empty, and are. */
	sc->filled = page->used > sc->used ? page->used : sc->used;
	sc->used = page->used;
	for (unsigned r = 0; r < sc->filled; r++)
		screen_compose_row(sc, page, r);
	memset(sc->want + sc->input, 0,
	    (sc->cells - sc->input) * sizeof sc->want[0]);
	for (unsigned r = 0; r < page->used && !sc->color; r++)
		screen_compose_bright(sc, page, r);
	sc->want[sc->input_attr] = CELL_ATTR |
	    (sc->hidden ? ATTR_HIDDEN : ATTR_INPUT);
	sc->want[sc->status_attr] = CELL_ATTR | ATTR_OUTPUT;
	screen_compose_status(sc);
}

/* --- the differences --- */

#define RUN_MIN 5 /* so many equal characters are worth an RA */
#define GAP_MAX 3 /* so few unchanged ones are not worth an SBA */

static bool
screen_differs(const struct screen *sc, unsigned at)
{
	if (at >= sc->input && at < sc->status_attr)
		return false;
	return sc->want[at] != sc->shown[at];
}

/* The first changed cell from `at` on, or `cells`.  Most rows are as they
 * were: what is left of each is looked at whole. */
static unsigned
screen_next(const struct screen *sc, unsigned at)
{
	while (at < sc->cells) {
		unsigned end;

		if (at >= sc->filled * sc->cols && at < sc->input_attr)
			at = sc->input_attr;
		end = at - at % sc->cols + sc->cols;
		if (memcmp(sc->want + at, sc->shown + at,
		    (end - at) * sizeof sc->want[0]) == 0)
			at = end;
		while (at < end && !screen_differs(sc, at))
			at++;
		if (at < end)
			break;
	}
	return at;
}

/* One past the changed stretch that begins at `at`. */
static unsigned
screen_stretch(const struct screen *sc, unsigned at)
{
	unsigned end = at + 1;

	for (unsigned i = at + 1; i < sc->cells && i <= end + GAP_MAX; i++) {
		if (i == sc->input)
			break;
		if (screen_differs(sc, i))
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

/* A blank has no colour: it goes with whatever is at hand. */
static void
screen_write_look(struct ds_out *o, uint16_t cell, enum page_look *look)
{
	enum page_look wanted = (enum page_look)(cell >> PAGE_LOOK_SHIFT);

	if (wanted == *look || (cell & 0xFF) == CELL_NULL ||
	    (cell & 0xFF) == CELL_BLANK)
		return;
	if (screen_colors[wanted] != screen_colors[*look])
		ds3270_sa(o, DS_ATTR_COLOR, screen_colors[wanted]);
	*look = wanted;
}

static void
screen_write_attr(const struct screen *sc, struct ds_out *o, unsigned at)
{
	unsigned attr = sc->want[at] & 0x3F;
	const struct ds_pair pair[] = {
		{ DS_ATTR_FIELD, ds3270_attribute(attr) },
		{ DS_ATTR_COLOR, at == sc->input_attr ? COLOR_INPUT :
		    COLOR_OUTPUT },
	};

	if (sc->color)
		ds3270_sfe(o, pair, 2);
	else
		ds3270_sf(o, attr);
}

static void
screen_write_stretch(const struct screen *sc, struct ds_out *o, unsigned at,
    unsigned end, enum page_look *look)
{
	ds3270_sba(o, at);
	while (at < end) {
		unsigned n = screen_run(sc->want, at, end);

		if ((sc->want[at] & CELL_ATTR) != 0) {
			screen_write_attr(sc, o, at++);
			continue;
		}
		screen_write_look(o, sc->want[at], look);
		if (n >= RUN_MIN) {
			ds3270_ra(o, (at + n) % sc->cells,
			    (uint8_t)sc->want[at]);
			at += n;
		} else
			ds3270_byte(o, (uint8_t)sc->want[at++]);
	}
}

static void
screen_write_input(struct screen *sc, struct ds_out *o)
{
	ds3270_sba(o, sc->input);
	ds3270_bytes(o, sc->typed, sc->typed_len);
	if (sc->typed_len < sc->input_len) {
		ds3270_ic(o);
		ds3270_ra(o, sc->status_attr, CELL_NULL);
	}
}

/* Only ERASE/WRITE ALTERNATE gives the larger sizes. */
static enum ds_command
screen_command(const struct screen *sc)
{
	if (!sc->erase)
		return DS_WRITE;
	return sc->cells == DS_CELLS && sc->cols == DS_COLS ? DS_ERASE_WRITE :
	    DS_ERASE_WRITE_ALTERNATE;
}

static void
screen_record(struct screen *sc, struct ds_out *o)
{
	enum page_look look = PAGE_OUTPUT;

	for (unsigned at = screen_next(sc, 0), end; at < sc->cells;
	     at = screen_next(sc, end)) {
		end = screen_stretch(sc, at);
		screen_write_stretch(sc, o, at, end, &look);
	}
	if (sc->put != SCREEN_INPUT_SET)
		return;
	/* What is typed has its field's colour. */
	if (screen_colors[look] != 0)
		ds3270_sa(o, DS_ATTR_COLOR, 0);
	screen_write_input(sc, o);
}

/* The most that one cell can take: its place, its colour, itself. */
#define CELL_BYTES (3 + 3 + 6)
#define RECORD_BYTES 64 /* and what is not of a cell */

void
screen_write(struct screen *sc, const struct page *page,
    void (*out)(void *arg, const uint8_t *record, size_t n), void *arg)
{
	struct ds_out o = { .cap = (size_t)sc->cells * CELL_BYTES +
		RECORD_BYTES, .cells = sc->cells };
	size_t bare;

	o.buf = malloc(o.cap);
	if (o.buf == NULL)
		return;
	if (sc->erase)
		memset(sc->shown, 0, sc->cells * sizeof sc->shown[0]);
	screen_compose(sc, page);
	if (sc->typed_len > 0) /* ERASE INPUT has reset its MDT, perhaps */
		sc->shown[sc->input_attr] = 0;
	ds3270_begin(&o, screen_command(sc),
	    (sc->restore ? DS_WCC_RESTORE : 0u) |
	    (sc->alarm ? DS_WCC_ALARM : 0u));
	bare = o.len;
	screen_record(sc, &o);
	if (o.len > bare || sc->erase || sc->restore || sc->alarm)
		out(arg, o.buf, o.len);
	explicit_bzero(o.buf, o.len);
	free(o.buf);
	memcpy(sc->shown, sc->want, sc->cells * sizeof sc->shown[0]);
	explicit_bzero(sc->typed, sc->input_len);
	sc->typed_len = 0;
	sc->erase = sc->restore = sc->alarm = false;
	sc->put = SCREEN_INPUT_KEEP;
}

/* --- a copy --- */

static uint32_t
screen_character(const struct screen *sc, const uint8_t *typed, size_t ntyped,
    unsigned at)
{
	uint16_t cell = sc->shown[at];

	if (at >= sc->input && at < sc->status_attr)
		cell = !sc->hidden && at - sc->input < ntyped ?
		    typed[at - sc->input] : CELL_NULL;
	if ((cell & CELL_ATTR) != 0 || (cell & 0xFF) == CELL_NULL)
		return ' ';
	return codepage_character(sc->codepage, (uint8_t)cell);
}

char *
screen_text(const struct screen *sc, const uint8_t *typed, size_t ntyped,
    size_t *n)
{
	char *text = malloc((size_t)sc->cells * TEXT_UTF8_MAX + sc->rows);
	size_t len = 0;

	for (unsigned r = 0; text != NULL && r < sc->rows; r++) {
		size_t last = len;

		for (unsigned c = 0; c < sc->cols; c++) {
			uint32_t ch = screen_character(sc, typed, ntyped,
			    r * sc->cols + c);

			len += text_encode(ch, text + len);
			if (ch != ' ')
				last = len;
		}
		len = last;
		text[len++] = '\n';
	}
	*n = len;
	return text;
}
