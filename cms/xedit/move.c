/* SPDX-License-Identifier: MIT
 *
 * move.c - commands that move the current line and change nothing.
 */
#include "session.h"

static int
move_found(struct xedit *x, enum target_found found, size_t line,
    const struct target *t)
{
	if (found == TARGET_MISSING) {
		if (!x->set.stay && t->kind == TARGET_STRING)
			x->buffer.current = t->back ? 0 : x->buffer.lines + 1;
		return session_message(x, 546);
	}
	if (found == TARGET_WRAPPED)
		session_message(x, 592);
	x->buffer.current = line;
	return found == TARGET_EDGE || !session_on_line(x) ? 1 : 0;
}

int
move_locate(struct xedit *x, struct span args, bool any_delimiter)
{
	struct target t;
	struct target_look look;
	struct span given = args;
	enum target_found found;
	size_t line;

	if (args.len == 0)
		return session_message(x, 545);
	if (target_parse(&t, &args, any_delimiter) == -1)
		return session_invalid(x, 520, given);
	session_look(x, &look);
	look.wrap = x->set.wrap;
	found = target_find(&t, &x->buffer, &look, &line);
	span_skip_blanks(&args);
	x->next = args;
	return move_found(x, found, line, &t);
}

static int
move_locate_row(struct xedit *x, struct span args)
{
	return move_locate(x, args, true);
}

static int
move_count(struct xedit *x, struct span args, bool back)
{
	struct target t = { .kind = TARGET_COUNT, .back = back, .count = 1 };
	struct target_look look = { 0 };
	enum target_found found;
	size_t line;
	struct span word = span_word(&args);
	int rc = session_no_more(x, args);

	if (rc != 0)
		return rc;
	if (span_equal(word, span_of("*"), false))
		t.kind = TARGET_END;
	else if (word.len > 0 && span_number(word, INT32_MAX, &t.count) == -1)
		return session_invalid(x, 543, word);
	found = target_find(&t, &x->buffer, &look, &line);
	return move_found(x, found, line, &t);
}

static int
move_next(struct xedit *x, struct span args)
{
	return move_count(x, args, false);
}

static int
move_up(struct xedit *x, struct span args)
{
	return move_count(x, args, true);
}

static int
move_top(struct xedit *x, struct span args)
{
	int rc = session_no_more(x, args);

	if (rc == 0)
		x->buffer.current = 0;
	return rc;
}

static int
move_bottom(struct xedit *x, struct span args)
{
	int rc = session_no_more(x, args);

	if (rc == 0)
		x->buffer.current = x->buffer.lines;
	return rc;
}

static int
move_type(struct xedit *x, struct span args)
{
	struct buffer *b = &x->buffer;
	struct session_range r;
	int rc;

	if (b->lines == 0 || (b->current > b->lines &&
	    (args.len == 0 || args.at[0] != '-'))) {
		session_show(x, b->current);
		return 1;
	}
	rc = session_range(x, &args, &r);
	if (rc == 0)
		rc = session_no_more(x, args);
	if (rc != 0)
		return rc;
	if (b->current == 0 || b->current > b->lines)
		session_show(x, b->current);
	for (size_t i = 0; i < r.count; i++)
		session_show(x, r.back ? r.first + r.count - 1 - i :
		    r.first + i);
	b->current = r.back ? r.first : r.first + r.count - 1;
	if (!r.edge && !r.all)
		return 0;
	b->current = r.back ? 0 : b->lines + 1;
	session_show(x, b->current);
	return 1;
}

/* A line begins with text: a blank there is any character, _ is a blank. */
static bool
move_begins(struct span line, struct span text, bool fold)
{
	for (size_t i = 0; i < text.len; i++) {
		char want = text.at[i], have = i < line.len ? line.at[i] : ' ';

		if (want == ' ')
			continue;
		if (want == '_')
			want = ' ';
		if (want != have && (!fold ||
		    span_upper(want) != span_upper(have)))
			return false;
	}
	return true;
}

/* The nearest line from (not with) the current one, or 0. */
static size_t
move_find_line(const struct xedit *x, struct span text, bool back, bool no,
    size_t from, size_t count)
{
	const struct buffer *b = &x->buffer;

	for (size_t n = from; count > 0; n = back ? n - 1 : n + 1, count--)
		if (move_begins(buffer_text(b, n), text, x->set.fold) != no)
			return n;
	return 0;
}

static int
move_find_wrapped(struct xedit *x, struct span text, bool back, bool no)
{
	struct buffer *b = &x->buffer;
	size_t here = b->current > b->lines ? b->lines : b->current;
	size_t n;

	if (back)
		n = move_find_line(x, text, true, no, b->lines,
		    here > 0 ? b->lines - here + 1 : b->lines);
	else
		n = move_find_line(x, text, false, no, 1, here);
	if (n == 0)
		return session_message(x, 586);
	session_message(x, 592);
	b->current = n;
	return 0;
}

static int
move_find(struct xedit *x, struct span typed, bool back, bool no)
{
	struct buffer *b = &x->buffer;
	size_t above = b->current > 0 ? b->current - 1 : 0;
	size_t below = b->current < b->lines ? b->lines - b->current : 0;
	struct span text;
	size_t n;

	if (typed.len == 0)
		return session_message(x, 545);
	if (session_text(x, typed, &text) != 0)
		return session_message(x, 586);
	n = back ? move_find_line(x, text, true, no, above, above) :
	    move_find_line(x, text, false, no, b->current + 1, below);
	if (n > 0) {
		b->current = n;
		return 0;
	}
	if (x->set.wrap)
		return move_find_wrapped(x, text, back, no);
	if (!x->set.stay)
		b->current = back ? 0 : b->lines + 1;
	return session_message(x, 586);
}

static int
move_find_row(struct xedit *x, struct span args)
{
	return move_find(x, args, false, false);
}

static int
move_find_up(struct xedit *x, struct span args)
{
	return move_find(x, args, true, false);
}

static int
move_nfind(struct xedit *x, struct span args)
{
	return move_find(x, args, false, true);
}

static int
move_nfind_up(struct xedit *x, struct span args)
{
	return move_find(x, args, true, true);
}

static const struct session_command rows[] = {
	{ "BOTTOM", 1, true, false, move_bottom, "Bottom",
	    "Makes the last line the current one." },
	{ "DOWN", 1, true, false, move_next, "Down [n | *]",
	    "Moves n lines towards the end." },
	{ "FIND", 1, true, true, move_find_row, "Find text",
	    "Goes to the next line that begins with text.  A blank in it\n"
	    "matches any character, _ a blank." },
	{ "FINDUP", 5, true, true, move_find_up, "FINDUp text",
	    "FIND towards the top." },
	{ "LOCATE", 1, true, false, move_locate_row,
	    "[Locate] target [subcommand]",
	    "Goes to a target, then does a subcommand there.  Targets:\n"
	    "  n +n -n  lines down, or up       *  -*     the end, the top\n"
	    "  :n       line number n           .name     a line with a name\n"
	    "  /text/   the next line with text in it; -/text/ upwards;\n"
	    "           ~/text/ without it; /a/ & /b/ with both; /a/ | /b/" },
	{ "NEXT", 1, true, false, move_next, "Next [n | *]",
	    "Moves n lines towards the end." },
	{ "NFIND", 2, true, true, move_nfind, "NFind text",
	    "Goes to the next line that does not begin with text." },
	{ "NFINDUP", 6, true, true, move_nfind_up, "NFINDUp text",
	    "NFIND towards the top." },
	{ "TOP", 2, true, false, move_top, "TOp",
	    "Goes to the top, before the first line." },
	{ "TYPE", 2, false, false, move_type, "TYpe [target]",
	    "Types lines from the current one to the target; the last one\n"
	    "typed becomes the current one.  TYPE *: to the end." },
	{ "UP", 1, true, false, move_up, "Up [n | *]",
	    "Moves n lines towards the top." },
};

SESSION_ROWS(move_rows, rows);
