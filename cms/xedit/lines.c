/* SPDX-License-Identifier: MIT
 *
 * lines.c - commands that put lines in, take them out, and move them.
 */
#include <string.h>

#include "session.h"

static int
lines_no_storage(struct xedit *x)
{
	return session_message(x, 554);
}

/* Lines are put after the current one, at the file's end before its end. */
static size_t
lines_here(struct buffer *b)
{
	if (b->current > b->lines)
		b->current = b->lines;
	return b->current;
}

static int
lines_input_mode(struct xedit *x)
{
	x->input = true;
	session_say(x, span_of("INPUT MODE:"));
	return 0;
}

static int
lines_input(struct xedit *x, struct span args)
{
	struct buffer *b = &x->buffer;
	struct span text;
	int rc;

	if (args.len == 0)
		return lines_input_mode(x);
	rc = session_text(x, args, &text);
	if (buffer_add(b, lines_here(b), text) == -1)
		return lines_no_storage(x);
	b->current++;
	return rc;
}

static int
lines_add(struct xedit *x, struct span args)
{
	struct buffer *b = &x->buffer;
	struct span word = span_word(&args);
	size_t n = 1;
	int rc = session_no_more(x, args);

	if (rc != 0)
		return rc;
	if (word.len > 0 && (span_number(word, 1000000, &n) == -1 || n == 0))
		return session_invalid(x, 543, word);
	lines_here(b);
	for (; n > 0; n--)
		if (buffer_add(b, b->current, span_of("")) == -1)
			return lines_no_storage(x);
	return 0;
}

static int
lines_replace(struct xedit *x, struct span args)
{
	struct buffer *b = &x->buffer;
	struct span text;
	int rc;

	if (!session_on_line(x))
		return session_message(x, 585);
	if (args.len == 0) {
		buffer_remove(b, b->current, 1);
		b->current--;
		return lines_input_mode(x);
	}
	rc = session_text(x, args, &text);
	if (buffer_replace(b, b->current, text) == -1)
		return lines_no_storage(x);
	return rc;
}

static int
lines_delete(struct xedit *x, struct span args)
{
	struct session_range r;
	int rc = session_range(x, &args, &r);

	if (rc == 0)
		rc = session_no_more(x, args);
	if (rc != 0)
		return rc;
	return session_remove(x, &r);
}

static int
lines_recover(struct xedit *x, struct span args)
{
	struct buffer *b = &x->buffer;
	struct span word = span_word(&args);
	size_t n = 1, after;
	int rc = session_no_more(x, args);
	long came;

	if (rc != 0)
		return rc;
	if (span_equal(word, span_of("*"), false))
		n = SIZE_MAX;
	else if (word.len > 0 && (span_number(word, INT32_MAX, &n) == -1 ||
	    n == 0))
		return session_invalid(x, 543, word);
	after = b->current > b->lines ? b->lines :
	    b->current > 0 ? b->current - 1 : 0;
	came = buffer_recover(b, n, after);
	if (came == -1)
		return lines_no_storage(x);
	if (came == 0)
		return session_message(x, 596);
	b->current = after + 1;
	return 0;
}

/* "target target": the lines, and the line behind which they go. */
static int
lines_two_targets(struct xedit *x, struct span args, struct session_range *r,
    size_t *after)
{
	struct target_look look;
	struct target t;
	struct span given;
	int rc;

	if (args.len == 0)
		return session_message(x, 545);
	rc = session_range(x, &args, r);
	if (rc != 0)
		return rc;
	span_skip_blanks(&args);
	if (args.len == 0)
		return session_message(x, 545);
	given = args;
	if (target_parse(&t, &args, false) == -1)
		return session_invalid(x, 520, given);
	rc = session_no_more(x, args);
	if (rc != 0)
		return rc;
	session_look(x, &look);
	if (target_find(&t, &x->buffer, &look, after) == TARGET_MISSING)
		return session_message(x, 546);
	if (*after > x->buffer.lines)
		*after = x->buffer.lines;
	return 0;
}

static int
lines_copy(struct xedit *x, struct span args)
{
	struct session_range r;
	size_t after;
	int rc = lines_two_targets(x, args, &r, &after);

	if (rc != 0)
		return rc;
	if (buffer_copy(&x->buffer, r.first, r.count, after) == -1)
		return lines_no_storage(x);
	x->buffer.current = after + r.count;
	return 0;
}

static int
lines_move(struct xedit *x, struct span args)
{
	struct session_range r;
	size_t after;
	int rc = lines_two_targets(x, args, &r, &after);

	if (rc != 0)
		return rc;
	if (after >= r.first && after < r.first + r.count)
		return session_message(x, 521);
	buffer_move(&x->buffer, r.first, r.count, after);
	x->buffer.current = after < r.first ? after + r.count : after;
	return 0;
}

static int
lines_duplicate(struct xedit *x, struct span args)
{
	struct buffer *b = &x->buffer;
	struct session_range r;
	struct span word = span_word(&args);
	size_t n = 1, made = 0;
	int rc;

	if (word.len > 0 && (span_number(word, 1000000, &n) == -1 || n == 0))
		return session_invalid(x, 543, word);
	rc = session_range(x, &args, &r);
	if (rc == 0)
		rc = session_no_more(x, args);
	if (rc != 0)
		return rc;
	while (made < n) {
		if (buffer_copy(b, r.first, r.count, r.first + r.count - 1) ==
		    -1)
			return lines_no_storage(x);
		b->current = r.first + r.count - 1 + r.count * ++made;
	}
	return 0;
}

/* --- JOIN and SPLIT --- */

static size_t
lines_indent(struct span text)
{
	size_t n = 0;

	while (n < text.len && span_blank(text.at[n]))
		n++;
	return n;
}

/* ALIGNED in front, if it is there. */
static bool
lines_option(struct span *args, const char *name, size_t least)
{
	struct span rest = *args;

	if (!span_is(span_word(&rest), name, least))
		return false;
	span_skip_blanks(&rest);
	*args = rest;
	return true;
}

/* /text/ and nothing else, or nothing. */
static int
lines_string(struct xedit *x, struct span args, struct span *string)
{
	struct span given = args;
	struct target t;

	*string = span_of("");
	if (args.len == 0)
		return 0;
	if (args.at[0] != '/' || target_parse(&t, &args, false) == -1 ||
	    t.terms != 1)
		return session_invalid(x, 520, given);
	*string = t.term[0].text;
	return session_no_more(x, args);
}

static int
lines_join(struct xedit *x, struct span args)
{
	struct buffer *b = &x->buffer;
	bool aligned = lines_option(&args, "ALIGNED", 1);
	struct span piece[3];
	size_t len = 0;
	int rc = lines_string(x, args, &piece[1]);

	if (rc != 0)
		return rc;
	if (!session_on_line(x) || b->current == b->lines)
		return session_message(x, 564);
	piece[0] = buffer_text(b, b->current);
	piece[2] = buffer_text(b, b->current + 1);
	if (aligned)
		span_drop(&piece[2], lines_indent(piece[2]));
	if (!session_fits(x, b->current, piece[0].len + piece[1].len +
	    piece[2].len))
		return session_too_long(x, b->current);
	for (unsigned i = 0; i < 3; i++) {
		memcpy(x->text + len, piece[i].at, piece[i].len);
		len += piece[i].len;
	}
	if (buffer_replace(b, b->current, (struct span){ x->text, len }) == -1)
		return lines_no_storage(x);
	buffer_remove(b, b->current + 1, 1);
	return 0;
}

/* "n", "[Before | After] /text/": where the second line begins. */
static int
lines_split_at(struct xedit *x, struct span args, size_t *at)
{
	struct span text = buffer_text(&x->buffer, x->buffer.current);
	struct span word = args, string;
	bool after;
	int rc;

	if (args.len == 0)
		return session_message(x, 545);
	if (span_number(span_word(&word), XEDIT_LRECL_MAX, at) == 0) {
		rc = session_no_more(x, word);
		if (rc == 0 && (*at == 0 || *at > text.len + 1))
			return session_invalid(x, 527, args);
		*at = rc == 0 ? span_cut(text, *at - 1) : 0;
		return rc;
	}
	after = lines_option(&args, "AFTER", 1);
	if (!after)
		lines_option(&args, "BEFORE", 1);
	rc = lines_string(x, args, &string);
	if (rc != 0)
		return rc;
	if (string.len == 0)
		return session_message(x, 545);
	*at = span_find(text, string, x->set.fold);
	if (*at == SPAN_NONE)
		return session_message(x, 546);
	*at += after ? string.len : 0;
	return 0;
}

static int
lines_split(struct xedit *x, struct span args)
{
	struct buffer *b = &x->buffer;
	bool aligned = lines_option(&args, "ALIGNED", 2);
	size_t at = 0, indent = 0;
	struct span text, rest;
	int rc;

	if (!session_on_line(x))
		return session_message(x, 585);
	rc = lines_split_at(x, args, &at);
	if (rc != 0)
		return rc;
	text = rest = buffer_text(b, b->current);
	span_drop(&rest, at);
	if (aligned) {
		indent = lines_indent(text);
		span_drop(&rest, lines_indent(rest));
	}
	if (!session_fits(x, b->current, indent + rest.len) ||
	    indent + rest.len > XEDIT_LRECL_MAX)
		return session_too_long(x, b->current);
	memcpy(x->text, text.at, indent);
	memcpy(x->text + indent, rest.at, rest.len);
	if (buffer_add(b, b->current, (struct span){ x->text,
	    indent + rest.len }) == -1)
		return lines_no_storage(x);
	memmove(x->text, text.at, at);
	if (buffer_replace(b, b->current, (struct span){ x->text, at }) == -1) {
		buffer_remove(b, b->current + 1, 1);
		return lines_no_storage(x);
	}
	return 0;
}

static const struct session_command rows[] = {
	{ "ADD", 1, false, false, lines_add, "Add [n]",
	    "Adds n empty lines after the current one." },
	{ "COPY", 2, true, false, lines_copy, "COpy target1 target2",
	    "Copies lines, from the current one to target1, to behind line\n"
	    "target2." },
	{ "DELETE", 3, true, false, lines_delete, "DELete [target]",
	    "Deletes lines from the current one to the target.  RECOVER\n"
	    "brings them back." },
	{ "DUPLICAT", 3, true, false, lines_duplicate,
	    "DUPlicat [n [target]]",
	    "Copies lines n times, to behind themselves." },
	{ "INPUT", 1, false, true, lines_input, "Input [text]",
	    "Adds text as a line after the current one.  INPUT alone begins\n"
	    "input mode: every line typed is text, until an empty one.  A\n"
	    "line that is to be empty is typed as a blank." },
	{ "JOIN", 1, true, false, lines_join, "Join [Aligned] [/text/]",
	    "Puts the next line behind the current one, with text between;\n"
	    "ALIGNED without its leading blanks." },
	{ "MOVE", 2, true, false, lines_move, "MOve target1 target2",
	    "Moves lines, from the current one to target1, to behind line\n"
	    "target2." },
	{ "RECOVER", 3, true, false, lines_recover, "RECover [n | *]",
	    "Brings back the n lines deleted last, before the current\n"
	    "line." },
	{ "REPLACE", 1, false, true, lines_replace, "Replace [text]",
	    "Text becomes the current line.  REPLACE alone deletes it and\n"
	    "begins input mode." },
	{ "SPLIT", 2, true, false, lines_split,
	    "SPlit [ALigned] {n | [Before | After] /text/}",
	    "Makes two lines of the current one: at column n, or before or\n"
	    "after text.  ALIGNED: the second is indented as the first." },
};

SESSION_ROWS(lines_rows, rows);
