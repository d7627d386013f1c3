/* SPDX-License-Identifier: MIT
 *
 * soft.c - a 3270 made of a presentation space, a keymap and ncurses.
 *
 * Unlike a real one it forgets no key: what is typed while the keyboard is
 * locked waits until it is not.  What cannot be typed rings the bell and says
 * why; the keyboard does not lock for it.
 */
#include "soft.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codepage.h"
#include "draw.h"
#include "ds3270.h"
#include "keymap.h"
#include "ps3270.h"
#include "text.h"

#define SOFT_AHEAD_MAX 32768 /* keys while the keyboard is locked: a paste */
#define SOFT_COLS_MAX 500

struct soft {
	struct soft_port port;
	struct ps3270 ps;
	struct codepage page;
	struct keymap keymap;
	unsigned rows, cols;	  /* of the window */
	bool prefixed;		  /* Ctrl-A was the last key */
	bool help;		  /* the map of the keys is shown */
	bool stop;		  /* lines are wanted: take no more */
	bool changed, bell;
	struct ps_cell *drawn;	  /* what each row was drawn from: the field */
				  /* of its first position, then all of them */
	unsigned drawn_rows, drawn_cols; /* 0: nothing was */
	const char *refused;	  /* why the last key was */
	struct keymap_3270 *ahead; /* a ring; NULL: never needed */
	unsigned ahead_first, ahead_len;
	bool ahead_over;	  /* keys are missing behind what there is */
	bool holes;		  /* characters are, and nobody has looked */
	uint8_t answer[IPC_FULL_MAX];
	struct draw_cell row[SOFT_COLS_MAX];
};

static const char *const soft_keys[] = {
	"                         THE KEYS OF THIS 3270",
	"",
	" F1 to F12            PF1 to PF12         Esc 1 ... 9 0 - =    the same",
	" Shift-F1 to F12      PF13 to PF24        Esc ! ... ( ) _ +    the same",
	"                                          Esc Esc 1 ... - =    the same",
	" Enter                ENTER               Ctrl-J, Esc n        new line",
	" Ctrl-A 1, Esc ,      PA1, to CP          Ctrl-C, Esc c        CLEAR",
	" Ctrl-A 2, Esc .      PA2                 Ctrl-A a, Esc a      ATTN",
	" Ctrl-A 3, Esc /      PA3                 Ctrl-A y, Esc y      SYS REQ",
	"",
	" Tab                  next field          arrows               cursor",
	" Shift-Tab, Esc Tab   field before        Home, End            first; last",
	" Page Up, Page Down   PF7, PF8            Insert, Ctrl-T       insert mode",
	" Backspace, Delete    delete              Ctrl-E, Esc e        erase EOF",
	" Ctrl-W               delete the word     Ctrl-U, Esc u        erase input",
	" Ctrl-D, Esc d        DUP                 Ctrl-F, Esc f        FIELD MARK",
	"",
	" Ctrl-R, Esc r        RESET               Ctrl-L, Esc l        draw again",
	" Esc s                lines / screen      Esc h, Esc ?         this",
	"",
	" Esc is a key before another one, not together with it.",
	"                         Any key shows the screen again.",
};

#define SOFT_KEYS (sizeof soft_keys / sizeof soft_keys[0])

/* --- beginning and end --- */

int
soft_prepare(void)
{
	return draw_prepare();
}

uint32_t
soft_flags(const char *type)
{
	unsigned known = draw_type(type);

	if ((known & DRAW_KNOWN) == 0)
		return 0;
	return TERM_FULL_SCREEN | TERM_HIGHLIGHT |
	    ((known & DRAW_COLOR) != 0 ? TERM_COLOR : 0);
}

/* A window higher than 24 rows has one of them for the state of the 3270. */
bool
soft_screen(unsigned *rows, unsigned *cols)
{
	if (*rows < SOFT_ROWS_MIN || *cols < SOFT_COLS_MIN)
		return false;
	*rows -= *rows > SOFT_ROWS_MIN;
	if (*cols > SOFT_COLS_MAX)
		*cols = SOFT_COLS_MAX;
	if (*rows > PS_CELLS_MAX / *cols)
		*rows = PS_CELLS_MAX / *cols;
	return true;
}

/* What is typed before the first screen waits for it. */
static int
soft_screen_open(struct ps3270 *ps, unsigned rows, unsigned cols,
    uint32_t flags)
{
	if (!soft_screen(&rows, &cols)) {
		errno = EINVAL;
		return -1;
	}
	if (ps3270_open(ps, rows, cols, (flags & TERM_COLOR) != 0, true) < 0)
		return -1;
	ps->locked = true;
	return 0;
}

/* Bytes that rows of any of its sizes are remembered in. */
static size_t
soft_drawn_size(const struct ps3270 *ps)
{
	return (size_t)ps->alt_rows * (ps->alt_cols + 1) *
	    sizeof(struct ps_cell);
}

static void
soft_window(struct soft *s, unsigned rows, unsigned cols)
{
	s->rows = rows;
	s->cols = cols < SOFT_COLS_MAX ? cols : SOFT_COLS_MAX;
}

struct soft *
soft_open(const char *type, unsigned rows, unsigned cols, bool utf8,
    const struct soft_port *port)
{
	struct soft *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->port = *port;
	s->changed = true;
	soft_window(s, rows, cols);
	codepage_load(&s->page, "bracket"); /* CMS's, and every view's */
	if (soft_screen_open(&s->ps, rows, cols, soft_flags(type)) < 0) {
		free(s);
		return NULL;
	}
	if (draw_open(type, rows, cols, utf8) < 0) {
		ps3270_close(&s->ps);
		free(s);
		return NULL;
	}
	return s;
}

static void
soft_forget_ahead(struct soft *s)
{
	if (s->ahead != NULL)
		explicit_bzero(s->ahead, SOFT_AHEAD_MAX * sizeof *s->ahead);
	s->ahead_len = 0;
	s->ahead_over = false;
}

/* A password may be in it. */
static void
soft_forget_drawn(struct soft *s)
{
	if (s->drawn != NULL)
		explicit_bzero(s->drawn, soft_drawn_size(&s->ps));
	free(s->drawn);
	s->drawn = NULL;
	s->drawn_rows = 0;
}

void
soft_close(struct soft *s)
{
	s->port.timer(s->port.arg, 0);
	draw_close();
	draw_flush(s->port.out, s->port.arg);
	soft_forget_drawn(s);
	ps3270_close(&s->ps);
	soft_forget_ahead(s);
	free(s->ahead);
	explicit_bzero(s, sizeof *s);
	free(s);
}

/* --- keys --- */

static void
soft_refuse(struct soft *s, const char *why)
{
	s->refused = why;
	s->bell = true;
}

static void
soft_type(struct soft *s, uint32_t c)
{
	int e = codepage_ebcdic(&s->page, c);

	if (e >= 0 && ps3270_type(&s->ps, (uint8_t)e))
		return;
	soft_refuse(s, e < 0 ? "X NO SUCH CHARACTER" : "X NOT HERE");
	s->holes = true;
}

static void
soft_send(struct soft *s, uint8_t aid)
{
	size_t n = ps3270_aid(&s->ps, aid, s->answer, sizeof s->answer);

	if (n == 0) {
		soft_refuse(s, "X TOO MUCH TO SEND");
		return;
	}
	s->port.record(s->port.arg, s->answer, n);
	explicit_bzero(s->answer, n);
}

/* What is typed, or pasted, is sent whole: ENTER behind characters that were
 * refused is refused itself, once.  A real 3270 would have locked. */
static bool
soft_has_holes(struct soft *s, const struct keymap_3270 *key)
{
	bool holes = s->holes;

	s->holes = false;
	return holes && key->what == KEYMAP_DO_SEND &&
	    key->arg == DS_AID_ENTER;
}

static void
soft_do(struct soft *s, const struct keymap_3270 *key)
{
	if (key->what == KEYMAP_DO_TYPE)
		soft_type(s, key->arg);
	else if (soft_has_holes(s, key))
		soft_refuse(s, "X NOT ALL WAS TAKEN; ENTER AGAIN SENDS");
	else if (key->what == KEYMAP_DO_SEND)
		soft_send(s, (uint8_t)key->arg);
	else if (!ps3270_key(&s->ps, (enum ps_key)key->arg))
		soft_refuse(s, "X NOT HERE");
}

/* There is a ring from now on; false: no memory. */
static bool
soft_ahead(struct soft *s)
{
	if (s->ahead == NULL)
		s->ahead = calloc(SOFT_AHEAD_MAX, sizeof *s->ahead);
	return s->ahead != NULL;
}

/* After one that there was no room for come no others, until all before it
 * are done: a paste ends there, and has no holes. */
static void
soft_keep(struct soft *s, const struct keymap_3270 *key)
{
	if (!soft_ahead(s) || s->ahead_len == SOFT_AHEAD_MAX)
		s->ahead_over = true;
	if (s->ahead_over) {
		soft_refuse(s, "X TOO MUCH TYPED AHEAD");
		return;
	}
	s->ahead[(s->ahead_first + s->ahead_len++) % SOFT_AHEAD_MAX] = *key;
}

/* Not in soft_host(): whoever writes there does not expect a key before it is
 * done. */
void
soft_play(struct soft *s)
{
	while (s->ahead_len > 0 && !s->ps.locked) {
		struct keymap_3270 key = s->ahead[s->ahead_first];

		explicit_bzero(&s->ahead[s->ahead_first], sizeof key);
		s->ahead_first = (s->ahead_first + 1) % SOFT_AHEAD_MAX;
		s->ahead_len--;
		s->changed = true;
		soft_do(s, &key);
	}
	if (s->ahead_len > 0 || !s->ahead_over)
		return;
	s->ahead_over = false;
	s->holes = true;
}

/* RESET unlocks the keyboard, and what was typed ahead is not meant any more. */
static bool
soft_reset(struct soft *s, const struct keymap_3270 *key)
{
	if (key->what != KEYMAP_DO_KEY || key->arg != PS_KEY_RESET)
		return false;
	soft_forget_ahead(s);
	s->holes = false;
	ps3270_key(&s->ps, PS_KEY_RESET);
	return true;
}

/* Keys that do not wait. */
static bool
soft_at_once(struct soft *s, const struct keymap_3270 *key)
{
	switch (key->what) {
	case KEYMAP_DO_NOTHING:
		soft_refuse(s, "X NO SUCH KEY");
		return true;
	case KEYMAP_DO_ATTENTION:
		s->port.attention(s->port.arg);
		return true;
	case KEYMAP_DO_SYSREQ:
		s->port.sysreq(s->port.arg);
		return true;
	case KEYMAP_DO_HELP:
		s->help = true;
		return true;
	case KEYMAP_DO_REDRAW:
		draw_again();
		return true;
	case KEYMAP_DO_TOGGLE:
		s->stop = true;
		s->port.toggle(s->port.arg);
		return true;
	case KEYMAP_DO_PREFIX:
		s->prefixed = true;
		return true;
	default:
		return soft_reset(s, key);
	}
}

static void
soft_key(void *arg, const struct keymap_key *key)
{
	struct soft *s = arg;
	struct keymap_3270 is = keymap_3270(key, s->prefixed);

	s->changed = true;
	s->refused = NULL;
	s->prefixed = false;
	if (s->help) {
		s->help = false;
		return;
	}
	if (key->what == KEYMAP_BAD) {
		soft_refuse(s, "X NO SUCH CHARACTER");
		s->holes = true;
	} else if (!soft_at_once(s, &is)) {
		soft_keep(s, &is);
		soft_play(s);
	}
}

size_t
soft_input(struct soft *s, const uint8_t *bytes, size_t n)
{
	size_t i = 0;

	s->stop = false;
	while (i < n && !s->stop)
		keymap_byte(&s->keymap, bytes[i++], soft_key, s);
	s->port.timer(s->port.arg,
	    keymap_pending(&s->keymap) ? KEYMAP_ESCAPE_MS : 0);
	return i;
}

void
soft_timer(struct soft *s)
{
	keymap_timeout(&s->keymap, soft_key, s);
}

/* --- what was typed, elsewhere --- */

/* Can be typed in the field of the cursor?  In one that does not show it only
 * if `hidden`. */
static bool
soft_field(const struct soft *s, bool hidden)
{
	int attribute = ps3270_field(&s->ps, s->ps.cursor);

	return attribute >= 0 && (attribute & DS_PROTECTED) == 0 &&
	    (hidden || (attribute & DS_NONDISPLAY) != DS_NONDISPLAY);
}

/* Its character at position i, or the next one behind; 0: there is none. */
static uint32_t
soft_field_next(const struct soft *s, unsigned *i)
{
	const struct ps3270 *ps = &s->ps;
	unsigned cells = ps->rows * ps->cols;
	unsigned at = ps->field[ps->cursor] + 1u;

	while (*i < cells) {
		const struct ps_cell *cell = &ps->cell[(at + *i) % cells];

		if ((cell->what & PS_ATTR) != 0)
			break;
		++*i;
		if (cell->c != 0)
			return codepage_character(&s->page, cell->c);
	}
	return 0;
}

/* What stands in the field waits, before all that waits already; and so does
 * that something is missing in it. */
static void
soft_field_ahead(struct soft *s)
{
	unsigned n = s->holes, i = 0, at;
	uint32_t c;

	while (soft_field_next(s, &i) != 0)
		n++;
	if (n == 0 || !soft_ahead(s))
		return;
	if (n > SOFT_AHEAD_MAX - s->ahead_len) {
		s->ahead_len = SOFT_AHEAD_MAX - n;
		s->ahead_over = true;
	}
	at = s->ahead_first = (s->ahead_first + SOFT_AHEAD_MAX - n) %
	    SOFT_AHEAD_MAX;
	s->ahead_len += n;
	for (i = 0; (c = soft_field_next(s, &i)) != 0;
	     at = (at + 1) % SOFT_AHEAD_MAX)
		s->ahead[at] = (struct keymap_3270){ KEYMAP_DO_TYPE, c };
	if (s->holes)
		s->ahead[at] = (struct keymap_3270){ KEYMAP_DO_TYPE,
			TEXT_BAD };
}

static size_t
soft_out_put(uint8_t *to, size_t room, const struct keymap_3270 *key)
{
	char bytes[KEYMAP_LINE_MAX];
	size_t n = keymap_line(key, bytes);

	if (n > room)
		return 0;
	memcpy(to, bytes, n);
	return n;
}

size_t
soft_typed(const struct soft *s, bool field, uint8_t *bytes, size_t room)
{
	struct keymap_3270 key = { KEYMAP_DO_TYPE, 0 };
	unsigned at = 0;
	size_t n = 0;

	if (field && soft_field(s, false))
		while ((key.arg = soft_field_next(s, &at)) != 0)
			n += soft_out_put(bytes + n, room - n, &key);
	for (unsigned i = 0; i < s->ahead_len; i++)
		n += soft_out_put(bytes + n, room - n,
		    &s->ahead[(s->ahead_first + i) % SOFT_AHEAD_MAX]);
	return n;
}

/* Another screen, which is empty. */
static void
soft_replace(struct soft *s, const struct ps3270 *ps, bool field)
{
	if (field && soft_field(s, true))
		soft_field_ahead(s);
	s->holes = false;
	ps3270_close(&s->ps);
	s->ps = *ps;
}

int
soft_resize(struct soft *s, unsigned rows, unsigned cols, bool field)
{
	uint32_t flags = s->ps.color ? TERM_COLOR : 0;
	struct ps3270 ps;

	if (soft_screen_open(&ps, rows, cols, flags) < 0)
		return -1;
	if (draw_resize(rows, cols) < 0) {
		ps3270_close(&ps);
		return -1;
	}
	soft_forget_drawn(s);
	if (ps.alt_rows == s->ps.alt_rows && ps.alt_cols == s->ps.alt_cols)
		ps3270_close(&ps);
	else
		soft_replace(s, &ps, field);
	soft_window(s, rows, cols);
	s->changed = true;
	return 0;
}

/* --- the host --- */

int
soft_host(struct soft *s, const uint8_t *record, size_t n)
{
	size_t answered = 0;
	int rc = ps3270_host(&s->ps, record, n, s->answer, sizeof s->answer,
	    &answered);

	s->changed = true;
	if (rc == 0 && (record[0] == DS_ERASE_WRITE ||
	    record[0] == DS_ERASE_WRITE_ALTERNATE))
		s->holes = false; /* what they were in is gone */
	if (s->ps.alarm)
		s->bell = true;
	s->ps.alarm = false;
	if (rc == 0 && answered > 0)
		s->port.record(s->port.arg, s->answer, answered);
	explicit_bzero(s->answer, answered);
	return rc;
}

/* --- drawing --- */

/* X'F1' to X'F7', as DRAW_BLUE to DRAW_WHITE. */
static uint8_t
soft_color(uint8_t color)
{
	return color >= 0xF1 && color <= 0xF7 ? color & 0x0F : DRAW_GREEN;
}

static struct draw_cell
soft_cell(const struct soft *s, unsigned address)
{
	struct ps_look look = ps3270_look(&s->ps, address);
	uint32_t c = look.hidden ? ' ' : look.graphic ?
	    codepage_graphic(look.c) : codepage_character(&s->page, look.c);

	/* A soft hyphen and the like have no width of their own. */
	return (struct draw_cell){
		.c = text_width(c) == 1 && text_safe(c) == c ? c : ' ',
		.color = soft_color(look.color),
		.bright = look.bright,
		.blink = look.blink,
		.reverse = look.reverse,
		.underscore = look.underscore,
	};
}

static unsigned
soft_put(struct draw_cell *row, unsigned cols, unsigned at, const char *text,
    enum draw_color color)
{
	for (; *text != '\0' && at < cols; text++, at++)
		row[at] = (struct draw_cell){ .c = (unsigned char)*text,
			.color = (uint8_t)color };
	return at;
}

static void
soft_blank(struct soft *s)
{
	for (unsigned i = 0; i < SOFT_COLS_MAX; i++)
		s->row[i] = (struct draw_cell){ .c = ' ', .color = DRAW_GREEN };
}

/* What a 3270 says below its screen: may be typed, insert mode, the cursor. */
static void
soft_draw_state(struct soft *s)
{
	const struct ps3270 *ps = &s->ps;
	char where[16];

	soft_blank(s);
	soft_put(s->row, s->cols, 0, "4A", DRAW_BLUE);
	if (s->refused != NULL)
		soft_put(s->row, s->cols, 8, s->refused, DRAW_RED);
	else if (ps->locked)
		soft_put(s->row, s->cols, 8, "X WAIT", DRAW_RED);
	else
		soft_put(s->row, s->cols, 8, "Esc h: keys", DRAW_BLUE);
	if (s->ahead_len > 0)
		soft_put(s->row, s->cols, 48, "T", DRAW_WHITE);
	if (ps->insert)
		soft_put(s->row, s->cols, 52, "^", DRAW_WHITE);
	snprintf(where, sizeof where, "%03u/%03u", ps->cursor / ps->cols + 1,
	    ps->cursor % ps->cols + 1);
	soft_put(s->row, s->cols, 72, where, DRAW_BLUE);
	draw_row(s->rows - 1, s->row, s->cols);
}

static void
soft_draw_keys(struct soft *s)
{
	for (unsigned r = 0; r < s->rows; r++) {
		soft_blank(s);
		if (r < SOFT_KEYS)
			soft_put(s->row, s->cols, 0, soft_keys[r],
			    DRAW_TURQUOISE);
		draw_row(r, s->row, s->cols);
	}
	s->drawn_rows = 0;
	draw_cursor(SOFT_KEYS, 0, false);
}

/* Has this row changed since it was drawn?  It is drawn now.  How it looks is
 * in its cells and in the attribute of the field that it begins in. */
static bool
soft_row_changed(struct soft *s, unsigned row)
{
	const struct ps3270 *ps = &s->ps;
	const struct ps_cell *now = ps->cell + (size_t)row * ps->cols;
	struct ps_cell *was = s->drawn + (size_t)row * (ps->cols + 1);
	struct ps_cell field = { 0 };
	size_t n = ps->cols * sizeof *now;

	if (ps->formatted)
		field = ps->cell[ps->field[row * ps->cols]];
	if (memcmp(was, &field, sizeof field) == 0 &&
	    memcmp(was + 1, now, n) == 0)
		return false;
	*was = field;
	memcpy(was + 1, now, n);
	return true;
}

static void
soft_draw_row(struct soft *s, unsigned row)
{
	unsigned n = row < s->ps.rows ? s->ps.cols : 0;

	for (unsigned c = 0; c < n; c++)
		s->row[c] = soft_cell(s, row * n + c);
	draw_row(row, s->row, n);
}

/* Nothing of this screen was drawn yet. */
static void
soft_draw_new(struct soft *s)
{
	const struct ps3270 *ps = &s->ps;

	if (s->drawn == NULL) /* none: all is drawn, always */
		s->drawn = calloc(1, soft_drawn_size(ps));
	for (unsigned r = 0; r < s->rows; r++) {
		soft_draw_row(s, r);
		if (s->drawn != NULL && r < ps->rows)
			soft_row_changed(s, r);
	}
	s->drawn_rows = s->drawn != NULL ? ps->rows : 0;
	s->drawn_cols = ps->cols;
}

static void
soft_draw_screen(struct soft *s)
{
	const struct ps3270 *ps = &s->ps;

	if (s->drawn_rows != ps->rows || s->drawn_cols != ps->cols)
		soft_draw_new(s);
	for (unsigned r = 0; r < s->drawn_rows; r++)
		if (soft_row_changed(s, r))
			soft_draw_row(s, r);
	if (s->rows > ps->rows)
		soft_draw_state(s);
	draw_cursor(ps->cursor / ps->cols, ps->cursor % ps->cols, ps->insert);
}

void
soft_ready(struct soft *s)
{
	soft_play(s);
	if (!s->changed)
		return;
	s->changed = false;
	if (s->bell)
		draw_bell();
	s->bell = false;
	if (s->help)
		soft_draw_keys(s);
	else
		soft_draw_screen(s);
	draw_flush(s->port.out, s->port.arg);
}
