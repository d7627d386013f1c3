/* SPDX-License-Identifier: MIT
 *
 * cmd/terminal.c - TERMINAL: how one's console is shown, how typed lines are
 * edited; QUERY TERMINAL.  A command that is wrong somewhere changes nothing.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "device.h"
#include "guest.h"
#include "session.h"
#include "term.h"
#include "vmblok.h"

/* What a TERMINAL asks for; a word's handler begins at the word behind it and
 * returns where it ends, 0: wrong, and the message is given. */
struct terminal_wish {
	struct termopt opt;
	bool mode, graf; /* CONMODE came; 3270 */
};

typedef unsigned terminal_fn(struct request *rq, struct terminal_wish *w,
    unsigned i);

static unsigned
terminal_wrong(struct request *rq, unsigned i)
{
	const char *word = request_word(rq, i);

	if (*word == '\0')
		reply_error(rq, 26);
	else
		reply_error(rq, 2, word);
	return 0;
}

/* A decimal number of at most max; false: it is none. */
static bool
terminal_number(const struct request *rq, unsigned i, unsigned max,
    uint16_t *n)
{
	const char *word = request_word(rq, i);
	size_t len = strlen(word);

	if (len == 0 || len > 3 || strspn(word, "0123456789") != len ||
	    (unsigned)atoi(word) > max)
		return false;
	*n = (uint16_t)atoi(word);
	return true;
}

static unsigned
terminal_switch(struct request *rq, bool *what, unsigned i)
{
	bool on = request_is(rq, i, "ON", 2);

	if (!on && !request_is(rq, i, "OFF", 3))
		return terminal_wrong(rq, i);
	*what = on;
	return i + 1;
}

/* One that text is not made of: then nothing could be typed any more. */
static unsigned
terminal_char(struct request *rq, char *what, char usual, unsigned i)
{
	const char *word = request_word(rq, i);

	if (request_is(rq, i, "OFF", 3))
		*what = '\0';
	else if (usual != '\0' && request_is(rq, i, "ON", 2))
		*what = usual;
	else if (strlen(word) == 1 && ispunct((unsigned char)*word))
		*what = *word;
	else
		return terminal_wrong(rq, i);
	return i + 1;
}

static unsigned
terminal_more(struct request *rq, struct terminal_wish *w, unsigned i)
{
	if (!terminal_number(rq, i, TERMOPT_MORE_MAX, &w->opt.more))
		return terminal_wrong(rq, i);
	if (!terminal_number(rq, i + 1, TERMOPT_MORE_MAX, &w->opt.clear))
		return terminal_wrong(rq, i + 1);
	return i + 2;
}

static unsigned
terminal_linesize(struct request *rq, struct terminal_wish *w, unsigned i)
{
	uint16_t n = 0;

	if (!request_is(rq, i, "OFF", 3) &&
	    (!terminal_number(rq, i, TERMOPT_LINESIZE_MAX, &n) || n == 0))
		return terminal_wrong(rq, i);
	w->opt.linesize = n;
	return i + 1;
}

static unsigned
terminal_conmode(struct request *rq, struct terminal_wish *w, unsigned i)
{
	w->graf = request_is(rq, i, "3270", 4);
	if (!w->graf && !request_is(rq, i, "3215", 4))
		return terminal_wrong(rq, i);
	w->mode = true;
	return i + 1;
}

static unsigned
terminal_hold(struct request *rq, struct terminal_wish *w, unsigned i)
{
	return terminal_switch(rq, &w->opt.hold, i);
}

static unsigned
terminal_paging(struct request *rq, struct terminal_wish *w, unsigned i)
{
	return terminal_switch(rq, &w->opt.paging, i);
}

static unsigned
terminal_linend(struct request *rq, struct terminal_wish *w, unsigned i)
{
	return terminal_char(rq, &w->opt.linend, '#', i);
}

static unsigned
terminal_linedel(struct request *rq, struct terminal_wish *w, unsigned i)
{
	return terminal_char(rq, &w->opt.linedel, '\0', i);
}

static unsigned
terminal_chardel(struct request *rq, struct terminal_wish *w, unsigned i)
{
	return terminal_char(rq, &w->opt.chardel, '@', i);
}

static unsigned
terminal_escape(struct request *rq, struct terminal_wish *w, unsigned i)
{
	return terminal_char(rq, &w->opt.escape, '"', i);
}

static const struct terminal_word {
	const char *name;
	size_t abbrev;
	terminal_fn *fn;
} terminal_words[] = {
	{ "MORE", 4, terminal_more },
	{ "HOLD", 4, terminal_hold },
	{ "PAGING", 4, terminal_paging },
	{ "LINEND", 5, terminal_linend },
	{ "LINEDEL", 5, terminal_linedel },
	{ "CHARDEL", 2, terminal_chardel },
	{ "ESCAPE", 2, terminal_escape },
	{ "LINESIZE", 5, terminal_linesize },
	{ "CONMODE", 4, terminal_conmode },
};

static unsigned
terminal_word(struct request *rq, struct terminal_wish *w, unsigned i)
{
	for (size_t k = 0; k < sizeof terminal_words /
	    sizeof terminal_words[0]; k++)
		if (request_is(rq, i, terminal_words[k].name,
		    terminal_words[k].abbrev))
			return terminal_words[k].fn(rq, w, i + 1);
	return terminal_wrong(rq, i);
}

/* Two that are the same could not be told apart. */
static bool
terminal_conflict(const struct termopt *o, char text[2])
{
	const char c[] = { o->linend, o->linedel, o->chardel, o->escape };

	for (size_t i = 0; i < sizeof c; i++)
		if (c[i] != '\0' && memchr(c + i + 1, c[i],
		    sizeof c - i - 1) != NULL) {
			text[0] = c[i];
			text[1] = '\0';
			return true;
		}
	return false;
}

static int
cmd_terminal(struct request *rq)
{
	struct terminal_wish w = { .opt = rq->vm->opt };
	char text[2];
	unsigned i = 1;
	int rc;

	if (rq->words < 2)
		return reply_error(rq, 26);
	while (i < rq->words) {
		i = terminal_word(rq, &w, i);
		if (i == 0)
			return rq->rc;
	}
	if (terminal_conflict(&w.opt, text))
		return reply_error(rq, 13, text);
	rc = w.mode ? device_conmode(rq, w.graf) : 0;
	if (rc == 0) {
		rq->vm->opt = w.opt;
		session_options(rq->vm->session);
	}
	return rc;
}

CP_COMMAND(terminal,
	.name = "TERMINAL",
	.abbrev = 4,
	.machine = true,
	.run = cmd_terminal,
	.syntax = "TERMinal {MORE n1 n2|HOLD {ON|OFF}|PAGIng {ON|OFF}|"
		  "LINENd {ON|OFF|c}|LINEDel {OFF|c}|CHardel {ON|OFF|c}|"
		  "EScape {ON|OFF|c}|LINESize {n|OFF}|CONMode {3215|3270}} "
		  "...",
	.help = "How your console is shown. A full screen waits n1 seconds "
		"for you, sounds the alarm, and goes on after n2 more (0: not "
		"without you). HOLD: ENTER holds it. PAGING: a terminal "
		"without a screen stops at a full page, too. LINEND divides "
		"what you type into lines; CHARDEL deletes the character "
		"before it, LINEDEL all before it, ESCAPE makes the next one "
		"an ordinary one. LINESIZE folds lines of output. CONMODE "
		"3270 makes the console of your virtual machine a display.");

/* --- QUERY TERMINAL --- */

struct terminal_text {
	char s[4];
};

static struct terminal_text
terminal_text(char c)
{
	struct terminal_text t = { "OFF" };

	if (c != '\0')
		snprintf(t.s, sizeof t.s, "%c ", c);
	return t;
}

static const char *
terminal_on(bool on)
{
	return on ? "ON " : "OFF"; /* columns stay in line */
}

static int
query_terminal(struct request *rq)
{
	const struct termopt *o = &rq->vm->opt;
	const struct term *t = rq->vm->session->term;
	const struct vdev *d = device_console(rq->vm);
	unsigned width = o->linesize;

	if (width == 0)
		width = t != NULL ? t->view.cols : 80;
	reply_line(rq, "LINEND %s, LINEDEL %s, CHARDEL %s, ESCAPE %s",
	    terminal_text(o->linend).s, terminal_text(o->linedel).s,
	    terminal_text(o->chardel).s, terminal_text(o->escape).s);
	reply_line(rq, "LINESIZE %03u, MASK ON , ATTN ON , MODE VM, "
	    "CONMODE %s", width, d != NULL && d->graf ? "3270" : "3215");
	reply_line(rq, "MORE %03u %03u, HOLD %s, PAGING %s", o->more,
	    o->clear, terminal_on(o->hold), terminal_on(o->paging));
	return 0;
}

CP_QUERY(terminal, .name = "TERMINAL", .abbrev = 4, .machine = true,
	.run = query_terminal, .syntax = "TERMinal",
	.help = "How your console is shown and your typed lines are edited.");
