/* SPDX-License-Identifier: MIT
 *
 * lineedit.c - one line, its keys and its picture.  Knows no socket.
 */
#include "lineedit.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#define LINEEDIT_ROOM_MIN 10 /* fewer columns than this: take a new row */
#define ESC_LEN_MAX 16	     /* a longer key sequence is none */

static const char lineedit_blanks[] = "                                ";
static const char lineedit_backs[] = "\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b"
				     "\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b";

void
lineedit_init(struct lineedit *le, const struct lineedit_port *port,
    unsigned cols)
{
	*le = (struct lineedit){ .port = *port, .echo = true, .cols = cols };
}

void
lineedit_free(struct lineedit *le)
{
	lineedit_forget(le);
}

/* --- the text --- */

static void
lineedit_forget_draft(struct lineedit *le)
{
	free(le->draft);
	le->draft = NULL;
	le->draft_len = 0;
	le->back = 0;
}

static void
lineedit_empty(struct lineedit *le)
{
	explicit_bzero(le->text, le->len);
	le->len = le->cur = le->first = 0;
	le->shown = le->shown_cur = 0;
	le->over = le->secret = false;
	lineedit_forget_draft(le);
}

/* --- the picture --- */

static bool
lineedit_visible(const struct lineedit *le)
{
	return le->echo && !le->hidden && !le->suspended;
}

static void
lineedit_out(struct lineedit *le, const char *s)
{
	le->port.out(le->port.arg, s, strlen(s));
}

static void
lineedit_repeat(struct lineedit *le, const char *block, unsigned n)
{
	const unsigned most = sizeof lineedit_blanks - 1;

	for (; n > most; n -= most)
		le->port.out(le->port.arg, block, most);
	if (n > 0)
		le->port.out(le->port.arg, block, n);
}

/* A line may hold tabs; each stands as one blank. */
static uint32_t
lineedit_cell(const char **s, const char *end)
{
	if (**s == '\t') {
		(*s)++;
		return ' ';
	}
	return text_next(s, end);
}

static unsigned
lineedit_width(const struct lineedit *le, size_t from, size_t to)
{
	const char *s = le->text + from, *end = le->text + to;
	unsigned w = 0;

	while (s < end)
		w += text_width(lineedit_cell(&s, end));
	return w;
}

/* Show text[from, to) as far as room columns hold it; the columns used. */
static unsigned
lineedit_print(struct lineedit *le, size_t from, size_t to, unsigned room)
{
	const char *s = le->text + from, *end = le->text + to;
	unsigned w = 0;
	char buf[256];
	size_t n = 0;

	while (s < end) {
		uint32_t c = lineedit_cell(&s, end);

		if (w + text_width(c) > room)
			break;
		w += text_width(c);
		if (n + TEXT_UTF8_MAX > sizeof buf) {
			le->port.out(le->port.arg, buf, n);
			n = 0;
		}
		n += text_encode(c, buf + n);
	}
	if (n > 0)
		le->port.out(le->port.arg, buf, n);
	return w;
}

static size_t
lineedit_next(const struct lineedit *le, size_t at)
{
	size_t used;

	if (at >= le->len)
		return le->len;
	text_decode(le->text + at, le->len - at, &used);
	return at + used;
}

static size_t
lineedit_prev(const struct lineedit *le, size_t at)
{
	if (at == 0)
		return 0;
	at--;
	while (at > 0 && ((unsigned char)le->text[at] & 0xC0) == 0x80)
		at--;
	return at;
}

/* Columns for the line; the last one stays free, so that nothing wraps. */
static unsigned
lineedit_room(const struct lineedit *le)
{
	return le->cols > le->origin + 1 ? le->cols - le->origin - 1 : 1;
}

/* Choose what stands at the origin so that the cursor is in the row. */
static void
lineedit_scroll(struct lineedit *le)
{
	const char *end = le->text + le->len;
	unsigned room = lineedit_room(le), w;

	if (lineedit_width(le, 0, le->len) <= room) {
		le->first = 0;
		return;
	}
	if (le->cur < le->first)
		le->first = le->cur;
	if (le->first > le->len)
		le->first = 0;
	w = lineedit_width(le, le->first, le->cur);
	if (w <= room)
		return;
	/* Jump by a third of the row, not at every key. */
	while (w > room - room / 3) {
		const char *s = le->text + le->first;

		w -= text_width(lineedit_cell(&s, end));
		le->first = (size_t)(s - le->text);
	}
}

static void
lineedit_new_row(struct lineedit *le)
{
	if (le->origin > 0 && lineedit_room(le) < LINEEDIT_ROOM_MIN) {
		lineedit_out(le, "\r\n");
		le->origin = 0;
	}
}

static void
lineedit_draw(struct lineedit *le)
{
	unsigned old = le->shown, w;

	if (!lineedit_visible(le)) {
		le->first = 0; /* may be gone by the time it is shown */
		return;
	}
	if (le->shown == 0 && le->len > 0)
		lineedit_new_row(le);
	lineedit_scroll(le);
	lineedit_repeat(le, lineedit_backs, le->shown_cur);
	w = lineedit_print(le, le->first, le->len, lineedit_room(le));
	le->shown = w;
	if (old > w) {
		lineedit_repeat(le, lineedit_blanks, old - w);
		lineedit_repeat(le, lineedit_backs, old - w);
	}
	le->shown_cur = lineedit_width(le, le->first, le->cur);
	lineedit_repeat(le, lineedit_backs, w - le->shown_cur);
}

static void
lineedit_wipe(struct lineedit *le)
{
	lineedit_repeat(le, lineedit_backs, le->shown_cur);
	lineedit_repeat(le, lineedit_blanks, le->shown);
	lineedit_repeat(le, lineedit_backs, le->shown);
	le->shown = le->shown_cur = 0;
}

/* Characters were added at the end: no need to draw the whole line. */
static bool
lineedit_draw_tail(struct lineedit *le, size_t from)
{
	unsigned w = lineedit_width(le, from, le->len);

	if (le->cur != le->len || le->shown == 0 ||
	    le->shown_cur != le->shown || le->shown + w > lineedit_room(le))
		return false;
	lineedit_print(le, from, le->len, w);
	le->shown += w;
	le->shown_cur = le->shown;
	return true;
}

void
lineedit_hide(struct lineedit *le)
{
	if (lineedit_visible(le))
		lineedit_wipe(le);
	le->suspended = true;
}

void
lineedit_show(struct lineedit *le, unsigned origin, unsigned cols)
{
	le->suspended = false;
	le->origin = origin;
	le->cols = cols;
	if (le->len > 0)
		lineedit_draw(le);
}

void
lineedit_hidden(struct lineedit *le, bool hidden)
{
	if (le->hidden == hidden)
		return;
	if (lineedit_visible(le))
		lineedit_wipe(le);
	if (!hidden && le->secret)
		lineedit_empty(le);
	le->hidden = le->secret = hidden;
	lineedit_draw(le);
}

/* --- changes --- */

static void
lineedit_bell(struct lineedit *le)
{
	if (le->echo)
		lineedit_out(le, "\a");
}

static void
lineedit_insert(struct lineedit *le, const char *s, size_t n)
{
	size_t from = le->cur;

	if (n > LINEEDIT_MAX - le->len) {
		if (!le->over)
			lineedit_bell(le);
		le->over = true;
		return;
	}
	if (le->over)
		return; /* the rest of a line that is too long */
	memmove(le->text + le->cur + n, le->text + le->cur, le->len - le->cur);
	memcpy(le->text + le->cur, s, n);
	le->len += n;
	le->cur += n;
	if (!lineedit_visible(le) || !lineedit_draw_tail(le, from))
		lineedit_draw(le);
}

/* The end of the line goes: no need to draw the whole line. */
static bool
lineedit_wipe_tail(struct lineedit *le, size_t from)
{
	unsigned w = lineedit_width(le, from, le->len);

	if (!lineedit_visible(le) || le->cur != le->len || le->first > 0 ||
	    w > le->shown || le->shown_cur != le->shown)
		return false;
	lineedit_repeat(le, lineedit_backs, w);
	lineedit_repeat(le, lineedit_blanks, w);
	lineedit_repeat(le, lineedit_backs, w);
	le->shown -= w;
	le->shown_cur = le->shown;
	return true;
}

static void
lineedit_delete(struct lineedit *le, size_t from, size_t to)
{
	le->over = false;
	if (from == to)
		return;
	if (to == le->len && lineedit_wipe_tail(le, from)) {
		le->len = le->cur = from;
		return;
	}
	memmove(le->text + from, le->text + to, le->len - to);
	le->len -= to - from;
	le->cur = from;
	lineedit_draw(le);
}

static void
lineedit_move(struct lineedit *le, size_t to)
{
	le->cur = to;
	lineedit_draw(le);
}

static size_t
lineedit_word(const struct lineedit *le)
{
	size_t at = le->cur;

	while (at > 0 && le->text[at - 1] == ' ')
		at--;
	while (at > 0 && le->text[at - 1] != ' ')
		at--;
	return at;
}

static void
lineedit_set(struct lineedit *le, const char *text, size_t n)
{
	memcpy(le->text, text, n);
	le->len = le->cur = n;
	le->first = 0;
	le->over = false;
	lineedit_draw(le);
}

void
lineedit_forget(struct lineedit *le)
{
	history_clear(&le->history);
	lineedit_forget_draft(le);
}

static void
lineedit_recall(struct lineedit *le, int step)
{
	size_t back = le->back + (size_t)step;
	const struct history_line *l;

	if (le->hidden || (step < 0 && le->back == 0))
		return;
	l = history_get(&le->history, back);
	if (back > 0 && l == NULL) {
		lineedit_bell(le);
		return;
	}
	if (le->back == 0) {
		le->draft = malloc(le->len + 1);
		if (le->draft == NULL)
			return;
		memcpy(le->draft, le->text, le->len);
		le->draft_len = le->len;
	}
	le->back = back;
	if (l != NULL) {
		lineedit_set(le, l->text, l->len);
		return;
	}
	lineedit_set(le, le->draft, le->draft_len);
	lineedit_forget_draft(le);
}

static void
lineedit_redraw(struct lineedit *le)
{
	if (!lineedit_visible(le))
		return;
	lineedit_out(le, "\r\n");
	le->shown = le->shown_cur = 0;
	le->origin = 0;
	lineedit_draw(le);
}

/* --- the line's end --- */

/* Leave the whole line on the terminal, not the part that was in the row. */
static void
lineedit_leave(struct lineedit *le, const char *mark)
{
	if (!le->echo || le->suspended)
		return;
	if (!le->hidden && le->shown < lineedit_width(le, 0, le->len)) {
		lineedit_wipe(le);
		lineedit_print(le, 0, le->len, UINT32_MAX);
	}
	lineedit_out(le, mark);
	lineedit_out(le, "\r\n");
	le->origin = 0;
}

static void
lineedit_finish(struct lineedit *le)
{
	char line[LINEEDIT_MAX];
	size_t n = le->len;
	bool over = le->over;

	lineedit_leave(le, "");
	memcpy(line, le->text, n);
	if (!le->hidden)
		history_add(&le->history, line, n);
	lineedit_empty(le);
	if (over)
		le->port.refused(le->port.arg);
	else
		le->port.line(le->port.arg, line, n);
	explicit_bzero(line, n);
}

static void
lineedit_attention(struct lineedit *le)
{
	lineedit_leave(le, "^C");
	if (!le->hidden)
		history_add(&le->history, le->text, le->len);
	lineedit_empty(le);
	le->port.attention(le->port.arg);
}

/* --- keys --- */

enum {
	KEY_HOME = 0x100,
	KEY_END,
	KEY_DELETE,
	KEY_UP,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
};

#define CTRL(c) ((c) & 0x1F)

static void
lineedit_key(struct lineedit *le, unsigned key)
{
	switch (key) {
	case '\n':
	case '\r':
		lineedit_finish(le);
		break;
	case CTRL('C'):
		lineedit_attention(le);
		break;
	case '\b':
	case 0x7F:
		lineedit_delete(le, lineedit_prev(le, le->cur), le->cur);
		break;
	case CTRL('D'):
	case KEY_DELETE:
		lineedit_delete(le, le->cur, lineedit_next(le, le->cur));
		break;
	case CTRL('U'):
		lineedit_delete(le, 0, le->len);
		break;
	case CTRL('K'):
		lineedit_delete(le, le->cur, le->len);
		break;
	case CTRL('W'):
		lineedit_delete(le, lineedit_word(le), le->cur);
		break;
	case CTRL('A'):
	case KEY_HOME:
		lineedit_move(le, 0);
		break;
	case CTRL('E'):
	case KEY_END:
		lineedit_move(le, le->len);
		break;
	case CTRL('B'):
	case KEY_LEFT:
		lineedit_move(le, lineedit_prev(le, le->cur));
		break;
	case CTRL('F'):
	case KEY_RIGHT:
		lineedit_move(le, lineedit_next(le, le->cur));
		break;
	case CTRL('P'):
	case KEY_UP:
		lineedit_recall(le, 1);
		break;
	case CTRL('N'):
	case KEY_DOWN:
		lineedit_recall(le, -1);
		break;
	case CTRL('R'):
	case CTRL('L'):
		lineedit_redraw(le);
		break;
	case '\t':
		lineedit_insert(le, "\t", 1);
		break;
	default: /* no other control character is a key */
		break;
	}
}

static unsigned
lineedit_final(unsigned value, uint8_t b)
{
	static const unsigned short tilde[] = { [1] = KEY_HOME,
		[3] = KEY_DELETE, [4] = KEY_END, [7] = KEY_HOME,
		[8] = KEY_END };

	switch (b) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return KEY_RIGHT;
	case 'D':
		return KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	case '~':
		if (value < sizeof tilde / sizeof tilde[0])
			return tilde[value];
		return 0;
	default:
		return 0;
	}
}

/* A byte of a key's sequence.  Control characters break it off. */
static void
lineedit_escape(struct lineedit *le, uint8_t b)
{
	if (le->esc == LINEEDIT_ESC && (b == '[' || b == 'O')) {
		le->esc = b == '[' ? LINEEDIT_CSI : LINEEDIT_SS3;
		le->esc_len = le->esc_value = 0;
		return;
	}
	if (le->esc == LINEEDIT_CSI && b < 0x40 &&
	    le->esc_len++ < ESC_LEN_MAX) {
		if (b >= '0' && b <= '9' && le->esc_value < 100)
			le->esc_value = le->esc_value * 10 + (b - '0');
		return;
	}
	if (le->esc != LINEEDIT_ESC)
		lineedit_key(le, lineedit_final(le->esc_value, b));
	le->esc = LINEEDIT_GROUND;
}

static void
lineedit_flush_part(struct lineedit *le)
{
	char out[TEXT_UTF8_MAX];

	/* Not UTF-8: read as Latin-1, as an old client sends it. */
	for (size_t i = 0; i < le->part_len; i++)
		lineedit_insert(le, out,
		    text_encode((unsigned char)le->part[i], out));
	le->part_len = 0;
}

/* Gather a character of several bytes. */
static void
lineedit_high(struct lineedit *le, uint8_t b)
{
	size_t used;

	if (le->part_len > 0 && (b & 0xC0) != 0x80)
		lineedit_flush_part(le);
	le->part[le->part_len++] = (char)b;
	if (text_decode(le->part, le->part_len, &used) != TEXT_BAD ||
	    used > 1) {
		lineedit_insert(le, le->part, used);
		le->part_len = 0;
	} else if (le->part_len == sizeof le->part ||
	    (le->part_len == 1 && (b < 0xC2 || b > 0xF4)))
		lineedit_flush_part(le);
}

static void
lineedit_byte(struct lineedit *le, uint8_t b)
{
	bool after_cr = le->after_cr;

	le->after_cr = false;
	if (after_cr && (b == '\n' || b == '\0'))
		return; /* CR LF and CR NUL are one end */
	if (b < 0x80 && le->part_len > 0)
		lineedit_flush_part(le);
	if (b == 0x1B) {
		le->esc = LINEEDIT_ESC;
		return;
	}
	if (le->esc != LINEEDIT_GROUND && b >= ' ') {
		lineedit_escape(le, b);
		return;
	}
	le->esc = LINEEDIT_GROUND;
	le->after_cr = b == '\r';
	if (b >= 0x80)
		lineedit_high(le, b);
	else if (b >= ' ' && b != 0x7F)
		lineedit_insert(le, (const char *)&b, 1);
	else
		lineedit_key(le, b);
}

size_t
lineedit_feed(struct lineedit *le, const uint8_t *bytes, size_t n)
{
	size_t i = 0;

	le->stop = false;
	while (i < n && !le->stop)
		lineedit_byte(le, bytes[i++]);
	return i;
}
