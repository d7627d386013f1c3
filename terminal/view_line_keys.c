/* SPDX-License-Identifier: MIT
 *
 * view_line_keys.c - keys in line mode that are not the editor's: MORE...,
 * pages, PF keys, the other view, help.
 */
#include <string.h>

#include "codepage.h"
#include "screen.h"
#include "text.h"
#include "view_line_internal.h"

static const char *const view_line_help[] = {
	"Enter            sends the line      Ctrl-C        attention, to CP",
	"Up, Down         lines before        Ctrl-R        searches them",
	"Left, Right      move                Home, End     to the ends",
	"Backspace        deletes             Delete        to the right",
	"Ctrl-W           the word            Ctrl-K        to the end",
	"Ctrl-U           the whole line      Ctrl-L        draws it again",
	"Page Up, Esc v   earlier pages       Page Down, Ctrl-V   later ones",
	"F1 to F12, Esc 1 to Esc =            PF1 to PF12 (QUERY PF)",
	"Shift-F1 ..., Esc ! ..., Esc Esc 1   PF13 to PF24",
	"Esc s            full screen, and back       Esc h         this",
	"Esc y            leaves a machine that was DIALed",
};

static void
view_line_show_help(struct view_line *v)
{
	view_line_hide(v);
	view_line_fresh(v);
	for (size_t i = 0;
	     i < sizeof view_line_help / sizeof view_line_help[0]; i++)
		view_line_whole(v, view_line_help[i],
		    strlen(view_line_help[i]));
	view_line_prompt_again(v);
	v->filled = 0;
	view_line_show(v);
}

void
view_line_bell(struct view_line *v)
{
	v->port.write(v->port.arg, "\a", 1);
}

void
view_line_no_screen(struct view_line *v)
{
	VIEW_LINE_SAY(v, "DMKCNS188E NO FULL SCREEN; IT NEEDS A TERMINAL TYPE "
	    "THAT IS KNOWN AND 24 ROWS OF 80 COLUMNS");
}

/* Has a 3270 the characters of what is being typed, and room for them?  Such
 * a screen would lose the others. */
static bool
view_line_fits_screen(const struct view_line *v)
{
	const char *s = v->edit.text, *end = s + v->edit.len;
	struct codepage page;
	unsigned n = 0;
	size_t used;

	if (v->edit.hidden)
		return true; /* it does not go along */
	codepage_load(&page, "bracket");
	for (; s < end; s += used, n++)
		if (codepage_ebcdic(&page,
		    text_decode(s, (size_t)(end - s), &used)) < 0)
			return false;
	return n + SCREEN_CORNER <= SCREEN_INPUT_ROWS * v->cols;
}

static void
view_line_toggle(struct view_line *v)
{
	if ((v->flags & TERM_FULL_SCREEN) == 0)
		view_line_no_screen(v);
	else if (!view_line_fits_screen(v))
		VIEW_LINE_SAY(v, "DMKCNS190E THE FULL SCREEN CANNOT TAKE YOUR "
		    "LINE; SEND OR DELETE IT FIRST");
	else {
		view_line_wait(v); /* the rest is for the other view */
		v->port.toggle(v->port.arg);
	}
}

/* As if it had been typed; what is being typed stays. */
static void
view_line_immediate(struct view_line *v, const struct pfkey *key)
{
	if (v->edit.hidden) {
		view_line_bell(v); /* it is no password */
		return;
	}
	view_line_hide(v);
	view_line_whole(v, key->text, key->len);
	view_line_show(v);
	v->filled = 0;
	v->port.line(v->port.arg, key->text, key->len);
}

static void
view_line_pf(struct view_line *v, unsigned n)
{
	const struct pfkey *key = pfkeys_get(&v->pf, n);

	switch (key->what) {
	case PF_UNDEFINED:
		view_line_bell(v);
		break;
	case PF_IMMED:
		view_line_immediate(v, key);
		break;
	case PF_DELAYED:
		lineedit_type(&v->edit, key->text, key->len);
		break;
	case PF_RETRIEVE:
		lineedit_retrieve(&v->edit);
		break;
	case PF_COPY:
		view_line_past_ask(v, VIEW_LINE_PAST_COPY);
		break;
	case PF_BACKWARD:
		view_line_past_ask(v, VIEW_LINE_PAST_BACK);
		break;
	case PF_FORWARD:
		view_line_past_ask(v, VIEW_LINE_PAST_FORWARD);
		break;
	case PF_HELP:
		view_line_show_help(v);
		break;
	}
}

void
view_line_sysreq(void *view)
{
	struct view_line *v = view;

	v->port.key(v->port.arg, KEY_SYSREQ);
}

static bool
view_line_escaped(struct view_line *v, uint32_t c)
{
	switch (c) {
	case 'y':
	case 'Y':
		view_line_sysreq(v);
		return true;
	case 's':
	case 'S':
		view_line_toggle(v);
		return true;
	case 'h':
	case 'H':
	case '?':
		view_line_show_help(v);
		return true;
	case 'v':
	case 'V':
		view_line_past_ask(v, VIEW_LINE_PAST_BACK);
		return true;
	default:
		view_line_bell(v);
		return true;
	}
}

/* Any key goes on; what is not just for that does what it does always.  Nor is
 * what belongs to a line that was begun. */
static bool
view_line_at_more(struct view_line *v, const struct keymap_key *key)
{
	if (key->what == KEYMAP_PAGE_UP ||
	    (key->what == KEYMAP_ESCAPED && (key->c | 0x20) == 'v'))
		return false; /* look back first */
	view_line_resume(v);
	if (v->edit.len > 0)
		return false;
	return (key->what == KEYMAP_CONTROL &&
	    (key->c == '\r' || key->c == '\n')) ||
	    (key->what == KEYMAP_CHARACTER && key->c == ' ');
}

bool
view_line_key(void *view, const struct keymap_key *key)
{
	struct view_line *v = view;
	unsigned pf = keymap_pf(key);

	if (v->paused && view_line_at_more(v, key))
		return true;
	if (pf != 0) {
		view_line_pf(v, pf);
		return true;
	}
	switch (key->what) {
	case KEYMAP_PAGE_UP:
		view_line_past_ask(v, VIEW_LINE_PAST_BACK);
		return true;
	case KEYMAP_PAGE_DOWN:
		view_line_past_ask(v, VIEW_LINE_PAST_FORWARD);
		return true;
	case KEYMAP_ESCAPED:
		return view_line_escaped(v, key->c);
	case KEYMAP_CONTROL:
		if (key->c != CTRL('V'))
			return false;
		view_line_past_ask(v, VIEW_LINE_PAST_FORWARD);
		return true;
	default:
		return false;
	}
}
