/* SPDX-License-Identifier: MIT
 *
 * lineedit.c - one line, its keys and its picture.  Knows no socket.
 */
#include "lineedit.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#define LINEEDIT_ROOM_MIN 10 /* fewer columns than this: take a new row */

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
	explicit_bzero(le->text, sizeof le->text);
}

/* --- the text --- */

static void
lineedit_forget_draft(struct lineedit *le)
{
	if (le->draft != NULL)
		explicit_bzero(le->draft, le->draft_len);
	free(le->draft);
	le->draft = NULL;
	le->draft_len = 0;
	le->back = 0;
}

static void
lineedit_empty(struct lineedit *le)
{
	le->searching = false;
	le->prefix = 0;
	explicit_bzero(le->text, sizeof le->text); /* what was deleted, too */
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
	unsigned before = le->origin + le->prefix + 1;

	return le->cols > before ? le->cols - before : 1;
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

/* While earlier lines are searched, that and what for stands before the line;
 * in a narrow row only that. */
static void
lineedit_draw_search(struct lineedit *le)
{
	const char *s = le->sought, *end = s + le->sought_len;
	char text[2 * LINEEDIT_SOUGHT_MAX + 16] = "(search '";
	unsigned w = sizeof "(search '') " - 1;
	size_t n = sizeof "(search '" - 1;

	while (s < end) {
		uint32_t c = text_next(&s, end);

		w += text_width(c);
		n += text_encode(c, text + n);
	}
	memcpy(text + n, "') ", 3);
	n += 3;
	if (w > lineedit_room(le) / 2) {
		memcpy(text, "? ", 2);
		n = w = 2;
	}
	le->port.out(le->port.arg, text, n);
	le->prefix = w;
}

static void
lineedit_draw(struct lineedit *le)
{
	unsigned old = le->shown, w;

	if (!lineedit_visible(le)) {
		le->first = 0; /* may be gone by the time it is shown */
		return;
	}
	if (le->shown == 0 && le->prefix == 0 && (le->len > 0 || le->searching))
		lineedit_new_row(le);
	if (le->searching && le->prefix == 0)
		lineedit_draw_search(le);
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
	unsigned all = le->prefix + le->shown;

	lineedit_repeat(le, lineedit_backs, le->prefix + le->shown_cur);
	lineedit_repeat(le, lineedit_blanks, all);
	lineedit_repeat(le, lineedit_backs, all);
	le->shown = le->shown_cur = le->prefix = 0;
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
	if (le->len > 0 || le->searching)
		lineedit_draw(le);
}

void
lineedit_hidden(struct lineedit *le, bool hidden)
{
	if (le->hidden == hidden)
		return;
	if (lineedit_visible(le))
		lineedit_wipe(le);
	le->searching = false;
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
	if (from == to)
		return;
	le->over = false;
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

/* Keep the line as it is, a draft no more to be had back. */
static void
lineedit_search_end(struct lineedit *le)
{
	if (!le->searching)
		return;
	if (lineedit_visible(le))
		lineedit_wipe(le);
	le->searching = false;
	lineedit_draw(le);
}

void
lineedit_forget(struct lineedit *le)
{
	lineedit_search_end(le);
	history_clear(&le->history);
	lineedit_forget_draft(le);
}

/* Before an earlier line takes its place; false: no memory. */
static bool
lineedit_save_draft(struct lineedit *le)
{
	if (le->back > 0)
		return true; /* it has been */
	lineedit_forget_draft(le);
	le->draft = malloc(le->len + 1);
	if (le->draft == NULL)
		return false;
	memcpy(le->draft, le->text, le->len);
	le->draft_len = le->len;
	le->draft_over = le->over;
	return true;
}

static void
lineedit_restore_draft(struct lineedit *le)
{
	if (le->draft != NULL) {
		lineedit_set(le, le->draft, le->draft_len);
		le->over = le->draft_over;
	}
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
	if (!lineedit_save_draft(le))
		return;
	le->back = back;
	if (l != NULL)
		lineedit_set(le, l->text, l->len);
	else
		lineedit_restore_draft(le);
}

void
lineedit_retrieve(struct lineedit *le)
{
	lineedit_search_end(le);
	lineedit_recall(le, 1);
}

/* --- searching --- */

static void
lineedit_search_draw(struct lineedit *le)
{
	if (lineedit_visible(le))
		lineedit_wipe(le);
	lineedit_draw(le);
}

static void
lineedit_search(struct lineedit *le)
{
	if (le->hidden || !lineedit_save_draft(le)) {
		lineedit_bell(le);
		return;
	}
	le->searching = true;
	le->sought_len = 0;
	lineedit_search_draw(le);
}

/* The newest line, `from` lines ago or more, that has what is sought. */
static void
lineedit_search_from(struct lineedit *le, size_t from)
{
	const struct history_line *l;

	for (size_t back = from;
	     (l = history_get(&le->history, back)) != NULL; back++)
		if (memmem(l->text, l->len, le->sought, le->sought_len) !=
		    NULL) {
			le->back = back;
			memcpy(le->text, l->text, l->len);
			le->len = le->cur = l->len;
			le->first = 0;
			le->over = false;
			break;
		}
	if (l == NULL)
		lineedit_bell(le);
	lineedit_search_draw(le);
}

static void
lineedit_sought_add(struct lineedit *le, uint32_t c)
{
	char text[TEXT_UTF8_MAX];
	size_t n = text_encode(c, text);

	if (n > sizeof le->sought - le->sought_len) {
		lineedit_bell(le);
		return;
	}
	memcpy(le->sought + le->sought_len, text, n);
	le->sought_len += n;
	lineedit_search_from(le, le->back > 0 ? le->back : 1);
}

static void
lineedit_sought_drop(struct lineedit *le)
{
	while (le->sought_len > 0 &&
	    ((unsigned char)le->sought[--le->sought_len] & 0xC0) == 0x80)
		;
	lineedit_search_from(le, 1);
}

/* A key while earlier lines are searched; false: it is for the line. */
static bool
lineedit_search_key(struct lineedit *le, const struct keymap_key *key)
{
	bool control = key->what == KEYMAP_CONTROL;

	if (key->what == KEYMAP_CHARACTER)
		lineedit_sought_add(le, key->c);
	else if (control && (key->c == '\b' || key->c == 0x7F))
		lineedit_sought_drop(le);
	else if (control && key->c == CTRL('R'))
		lineedit_search_from(le, le->back + 1);
	else {
		lineedit_search_end(le);
		if (!control || key->c != CTRL('G'))
			return false;
		lineedit_restore_draft(le);
	}
	return true;
}

static void
lineedit_redraw(struct lineedit *le)
{
	if (!lineedit_visible(le))
		return;
	lineedit_out(le, "\r\n");
	le->shown = le->shown_cur = le->prefix = 0;
	le->origin = 0;
	lineedit_draw(le);
}

/* --- the line's end --- */

/* Leave the whole line on the terminal, not the part that was in the row. */
static void
lineedit_leave(struct lineedit *le, const char *mark)
{
	if (le->suspended)
		return;
	le->origin = 0;
	if (!le->echo)
		return; /* the client has done so */
	if (!le->hidden && le->shown < lineedit_width(le, 0, le->len)) {
		lineedit_wipe(le);
		lineedit_print(le, 0, le->len, UINT32_MAX);
	}
	lineedit_out(le, mark);
	lineedit_out(le, "\r\n");
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

static void
lineedit_control(struct lineedit *le, uint32_t c)
{
	switch (c) {
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
		lineedit_move(le, 0);
		break;
	case CTRL('E'):
		lineedit_move(le, le->len);
		break;
	case CTRL('B'):
		lineedit_move(le, lineedit_prev(le, le->cur));
		break;
	case CTRL('F'):
		lineedit_move(le, lineedit_next(le, le->cur));
		break;
	case CTRL('P'):
		lineedit_recall(le, 1);
		break;
	case CTRL('N'):
		lineedit_recall(le, -1);
		break;
	case CTRL('R'):
		lineedit_search(le);
		break;
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

/* Keys of their own that do what a control character does. */
static uint32_t
lineedit_same(enum keymap_what what)
{
	switch (what) {
	case KEYMAP_UP:
		return CTRL('P');
	case KEYMAP_DOWN:
		return CTRL('N');
	case KEYMAP_LEFT:
		return CTRL('B');
	case KEYMAP_RIGHT:
		return CTRL('F');
	case KEYMAP_HOME:
		return CTRL('A');
	case KEYMAP_END:
		return CTRL('E');
	case KEYMAP_DELETE:
		return CTRL('D');
	default:
		return 0;
	}
}

static void
lineedit_key(void *arg, const struct keymap_key *key)
{
	struct lineedit *le = arg;
	char text[TEXT_UTF8_MAX];

	if (le->port.key(le->port.arg, key))
		return;
	if (le->searching && lineedit_search_key(le, key))
		return;
	if (key->what == KEYMAP_CHARACTER)
		lineedit_insert(le, text, text_encode(key->c, text));
	else if (key->what == KEYMAP_CONTROL)
		lineedit_control(le, key->c);
	else if (key->what == KEYMAP_BAD)
		le->port.bad(le->port.arg);
	else
		lineedit_control(le, lineedit_same(key->what));
}

void
lineedit_timeout(struct lineedit *le)
{
	keymap_timeout(&le->keymap, lineedit_key, le);
}

void
lineedit_type(struct lineedit *le, const char *text, size_t n)
{
	lineedit_search_end(le);
	lineedit_insert(le, text, n);
}

size_t
lineedit_feed(struct lineedit *le, const uint8_t *bytes, size_t n)
{
	size_t i = 0;

	le->stop = false;
	while (i < n && !le->stop)
		keymap_byte(&le->keymap, bytes[i++], lineedit_key, le);
	return i;
}
