/* SPDX-License-Identifier: MIT
 *
 * session.c - a line that was typed: is it text, a target, a command, a
 * setting?  And what all commands need.  What commands do is in the files
 * that their tables are in.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "session.h"

const struct session_rows *const session_tables[] = {
	&move_rows, &lines_rows, &text_rows, &files_rows, &misc_rows, NULL,
};

static const struct {
	int number;
	const char *module;
	char severity;
	int rc;
	const char *text;
} messages[] = {
#define M(number, module, severity, rc, text) \
	{ number, module, severity, rc, text },
#include "messages.def"
#undef M
};

/* --- saying --- */

void
session_say(struct xedit *x, struct span text)
{
	x->host.say(x->host.arg, text.at, text.len);
}

static void
session_vprint(struct xedit *x, const char *format, va_list ap)
{
	char text[512];
	size_t n = print_va(text, sizeof text, format, ap);

	session_say(x, (struct span){ text, n });
}

void
session_print(struct xedit *x, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	session_vprint(x, format, ap);
	va_end(ap);
}

int
session_message(struct xedit *x, int number, ...)
{
	char format[160];
	unsigned i = 0;
	va_list ap;

	while (messages[i].number != number)
		i++;
	x->told = true;
	if (!x->set.messages)
		return messages[i].rc;
	print_into(format, sizeof format, "DMS%s%03d%c %s", messages[i].module,
	    number, messages[i].severity, messages[i].text);
	va_start(ap, number);
	session_vprint(x, format, ap);
	va_end(ap);
	return messages[i].rc;
}

/* A word may be anything, as long as the line and with any bytes in it. */
int
session_invalid(struct xedit *x, int number, struct span word)
{
	char text[80];
	size_t n = span_cut(word, sizeof text - 1);

	for (size_t i = 0; i < n; i++)
		text[i] = iscntrl((unsigned char)word.at[i]) ? '?' :
		    word.at[i];
	text[n] = '\0';
	return session_message(x, number, text);
}

/* The line's text in the columns of VERIFY, as far as it can be shown. */
static size_t
session_shown(struct xedit *x, struct span text, char *out)
{
	size_t n;

	text.len = span_cut(text, x->set.verify_right);
	span_drop(&text, span_cut(text, x->set.verify_left - 1));
	for (n = 0; n < text.len; n++) {
		unsigned char c = (unsigned char)text.at[n];

		out[n] = c == 0x7F || (c < ' ' && c != '\t') ?
		    x->set.nondisp : text.at[n];
	}
	return n;
}

void
session_show(struct xedit *x, size_t n)
{
	size_t len = 0;

	if (n == 0 || n > x->buffer.lines) {
		session_say(x, span_of(n == 0 ? "TOF:" : "EOF:"));
		return;
	}
	if (x->set.number)
		len = print_into(x->shown, sizeof x->shown, "%05zu ", n);
	len += session_shown(x, buffer_text(&x->buffer, n), x->shown + len);
	session_say(x, (struct span){ x->shown, len });
}

/* --- text --- */

/* The column, from 1, after `column` where a tab leads to. */
static size_t
session_tab(const struct xedit *x, size_t column)
{
	if (x->set.tabs == 0)
		return (column - 1) / 8 * 8 + 9;
	for (unsigned i = 0; i < x->set.tabs; i++)
		if (x->set.tab[i] > column)
			return x->set.tab[i];
	return column + 1;
}

int
session_text(struct xedit *x, struct span typed, struct span *text)
{
	char trunc[12];
	size_t n = 0, i;

	for (i = 0; i < typed.len && n < XEDIT_LRECL_MAX; i++) {
		char c = typed.at[i];
		size_t to = n + 1;

		if (x->set.image && c == '\t') {
			to = session_tab(x, n + 1) - 1;
			c = ' ';
		}
		if (x->set.upper)
			c = span_upper(c);
		while (n < to && n < XEDIT_LRECL_MAX)
			x->text[n++] = c;
	}
	*text = (struct span){ x->text, n };
	text->len = span_cut(*text, x->set.trunc);
	if (text->len == n && i == typed.len)
		return 0;
	print_into(trunc, sizeof trunc, "%zu", text->len);
	return session_message(x, 503, trunc);
}

bool
session_fits(const struct xedit *x, size_t n, size_t len)
{
	return len <= x->set.trunc || len <= buffer_text(&x->buffer, n).len;
}

int
session_too_long(struct xedit *x, size_t n)
{
	char line[24], trunc[24];

	print_into(line, sizeof line, "%zu", n);
	print_into(trunc, sizeof trunc, "%zu", x->set.trunc);
	return session_message(x, 504, line, trunc);
}

/* --- targets --- */

bool
session_on_line(const struct xedit *x)
{
	return x->buffer.current > 0 &&
	    x->buffer.current <= x->buffer.lines;
}

void
session_look(const struct xedit *x, struct target_look *look)
{
	*look = (struct target_look){
		.left = x->set.zone_left,
		.right = x->set.zone_right,
		.fold = x->set.fold,
	};
}

/* From the current line up to the one before `to`. */
static void
session_span_lines(const struct buffer *b, size_t to, bool back,
    struct session_range *r)
{
	size_t low = back ? to + 1 : b->current;
	size_t high = back ? b->current : to - 1;

	if (low == 0)
		low = 1;
	if (high > b->lines)
		high = b->lines;
	r->first = low;
	r->count = high >= low ? high - low + 1 : 0;
	r->back = back;
}

/* Seen from the top of the file, or from its end, where no line is, the first
 * line there is the first of n. */
static void
session_from_edge(const struct buffer *b, struct target *t)
{
	size_t edge = t->back ? b->lines + 1 : 0;

	if (t->kind == TARGET_COUNT && t->count > 0 && b->current == edge)
		t->count++;
}

int
session_range(struct xedit *x, struct span *args, struct session_range *r)
{
	struct buffer *b = &x->buffer;
	struct target t = { .kind = TARGET_COUNT, .count = 1 };
	struct span given;
	struct target_look look;
	enum target_found found;
	size_t to;

	span_skip_blanks(args);
	given = *args;
	if (args->len > 0 && target_parse(&t, args, false) == -1)
		return session_invalid(x, 520, given);
	session_from_edge(b, &t);
	session_look(x, &look);
	found = target_find(&t, b, &look, &to);
	if (found == TARGET_MISSING)
		return session_message(x, 546);
	session_span_lines(b, to, t.kind == TARGET_COUNT ||
	    t.kind == TARGET_END ? t.back : to < b->current, r);
	r->edge = found == TARGET_EDGE;
	r->all = t.kind == TARGET_END;
	if (r->count > 0)
		return 0;
	if (b->lines > 0 && b->current <= b->lines)
		return session_message(x, 585);
	return session_message(x, 564);
}

int
session_no_more(struct xedit *x, struct span args)
{
	span_skip_blanks(&args);
	return args.len == 0 ? 0 : session_invalid(x, 520, args);
}

int
session_after(struct xedit *x, const struct session_range *r)
{
	if (!x->set.stay)
		x->buffer.current = r->back ? r->first :
		    r->first + r->count - 1;
	return r->edge ? 1 : 0;
}

int
session_remove(struct xedit *x, const struct session_range *r)
{
	buffer_remove(&x->buffer, r->first, r->count);
	x->buffer.current = r->back ? r->first - 1 : r->first;
	return r->edge ? 1 : 0;
}

/* --- commands --- */

const struct session_command *
session_find(struct span word)
{
	for (unsigned t = 0; session_tables[t] != NULL; t++)
		for (unsigned i = 0; i < session_tables[t]->count; i++) {
			const struct session_command *c =
			    &session_tables[t]->row[i];

			if (span_is(word, c->name, c->least))
				return c;
		}
	return NULL;
}

/* A command's name is letters: what it is for may follow at once. */
static struct span
session_name(struct span *s)
{
	struct span name = { s->at, 0 };

	while (name.len < s->len && isalpha((unsigned char)s->at[name.len]))
		name.len++;
	span_drop(s, name.len);
	return name;
}

/* The current line, unless the command had something else to say, or the rest
 * of the line is another command. */
static void
session_verify(struct xedit *x, int rc)
{
	if (x->set.verify && (rc == 0 || (rc == 1 && !x->told)) &&
	    x->next.len == 0 && !x->ended && !x->input)
		session_show(x, x->buffer.current);
}

static int
session_row(struct xedit *x, const struct session_command *c,
    struct span args)
{
	int rc;

	if (!c->raw)
		span_skip_blanks(&args);
	else if (args.len > 0 && span_blank(args.at[0]))
		span_drop(&args, 1);
	rc = c->run(x, args);
	if (c->show)
		session_verify(x, rc);
	return rc;
}

/* =: the last command again, after another one if there is one.  Inside of
 * that command = would have no end. */
static int
session_again(struct xedit *x, struct span rest)
{
	int rc = 0;

	span_skip_blanks(&rest);
	if (x->again)
		return session_invalid(x, 520, span_of("="));
	x->again = true;
	if (rest.len > 0)
		rc = session_run(x, rest);
	if (rc == 0 || rc == 1)
		rc = session_run(x, (struct span){ x->last, x->last_len });
	x->again = false;
	return rc;
}

static int
session_unknown(struct xedit *x, struct span line)
{
	char command[XEDIT_TYPED_MAX + 1];

	if (!x->set.implied)
		return session_invalid(x, 542, line);
	memcpy(command, line.at, line.len);
	command[line.len] = '\0';
	return x->host.command(x->host.arg, command, false);
}

static int
session_one(struct xedit *x, struct span line)
{
	const struct session_command *c;
	const struct set_row *set;
	struct span args = line, name;
	int rc;

	x->told = false;
	if (target_begins(line)) {
		rc = move_locate(x, line, false);
		session_verify(x, rc);
		return rc;
	}
	span_drop(&args, 1);
	switch (line.at[0]) {
	case '=':
		return session_again(x, args);
	case '?':
		session_say(x, (struct span){ x->last, x->last_len });
		return 0;
	}
	args = line;
	name = session_name(&args);
	c = session_find(name);
	if (c != NULL)
		return session_row(x, c, args);
	set = set_find(name);
	if (set != NULL)
		return set_run(x, set, args);
	return session_unknown(x, line);
}

int
session_run(struct xedit *x, struct span line)
{
	int rc = 0;

	x->next = line;
	do {
		struct span one = x->next;

		x->next.len = 0;
		/* & keeps a command on a screen; here it is kept anyway. */
		while (one.len > 0 && (span_blank(one.at[0]) ||
		    one.at[0] == '&'))
			span_drop(&one, 1);
		if (one.len > 0)
			rc = session_one(x, one);
	} while (x->next.len > 0 && (rc == 0 || rc == 1) && !x->ended);
	x->next.len = 0;
	return rc;
}

static int
session_command(struct xedit *x, struct span line)
{
	char most[12];

	if (line.len > sizeof x->typed) {
		print_into(most, sizeof most, "%zu", sizeof x->typed);
		return session_message(x, 575, most);
	}
	memcpy(x->typed, line.at, line.len);
	line.at = x->typed;
	span_skip_blanks(&line);
	if (line.len == 0) {
		session_say(x, span_of("XEDIT:"));
		return 0;
	}
	if (line.at[0] != '=' && line.at[0] != '?') {
		memcpy(x->last, line.at, line.len);
		x->last_len = line.len;
	}
	return session_run(x, line);
}

static int
session_input(struct xedit *x, struct span line)
{
	struct buffer *b = &x->buffer;
	struct span text;
	int rc;

	if (line.len == 0) {
		x->input = false;
		session_say(x, span_of("XEDIT:"));
		return 0;
	}
	rc = session_text(x, line, &text);
	if (b->current > b->lines)
		b->current = b->lines;
	if (buffer_add(b, b->current, text) == -1)
		return session_message(x, 554);
	b->current++;
	return rc;
}

/* --- for who is outside --- */

struct xedit *
xedit_new(const struct xedit_host *host)
{
	struct xedit *x = calloc(1, sizeof *x);

	if (x == NULL)
		return NULL;
	x->host = *host;
	buffer_init(&x->buffer);
	buffer_init(&x->put);
	set_defaults(x);
	return x;
}

void
xedit_free(struct xedit *x)
{
	if (x == NULL)
		return;
	buffer_free(&x->put);
	buffer_free(&x->buffer);
	free(x);
}

int
xedit_begin(struct xedit *x, struct span fileid,
    const struct xedit_options *options)
{
	int rc = files_begin(x, fileid, options);

	if (rc != 0 || x->ended)
		return rc;
	session_say(x, span_of(x->input ? "INPUT MODE:" : "XEDIT:"));
	if (x->buffer.lines > 0 && !x->input)
		session_show(x, x->buffer.current);
	return 0;
}

int
xedit_line(struct xedit *x, struct span line)
{
	return x->input ? session_input(x, line) : session_command(x, line);
}

bool
xedit_ended(const struct xedit *x, int *rc)
{
	*rc = x->end_rc;
	return x->ended;
}

bool
xedit_changed(const struct xedit *x)
{
	return x->buffer.changes != x->saved;
}

int
xedit_bad_option(struct xedit *x, struct span word)
{
	return session_invalid(x, 3, word);
}
