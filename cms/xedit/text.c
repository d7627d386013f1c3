/* SPDX-License-Identifier: MIT
 *
 * text.c - commands that change or count text in lines.
 */
#include <string.h>

#include "change.h"
#include "print.h"
#include "session.h"

struct text_count {
	size_t hits, lines, shown;
};

/* One line: 0, or the return code of what has been said. */
static int
text_change_line(struct xedit *x, const struct change *c, size_t n,
    struct text_count *count)
{
	struct span line = buffer_text(&x->buffer, n);
	size_t len;
	long hits = change_line(c, line, x->text, XEDIT_LRECL_MAX, &len);

	if (hits == 0)
		return 0;
	if (hits == -1 || !session_fits(x, n, len))
		return session_too_long(x, n);
	if (buffer_replace(&x->buffer, n, (struct span){ x->text, len }) == -1)
		return session_message(x, 554);
	count->hits += (size_t)hits;
	count->lines++;
	if (x->set.verify)
		session_show(x, n);
	return 0;
}

static int
text_number(struct xedit *x, struct span word, size_t *value)
{
	if (span_number(word, INT32_MAX, value) == 0 && *value > 0)
		return 0;
	return session_invalid(x, 543, word);
}

/* "/from/to/ target most first" */
static int
text_change_operands(struct xedit *x, struct span args, struct change *c,
    struct session_range *r)
{
	struct span word;
	int rc;

	*c = (struct change){
		.most = 1,
		.first = 1,
		.left = x->set.zone_left,
		.right = x->set.zone_right,
		.fold = x->set.fold,
	};
	if (args.len == 0)
		return session_message(x, 545);
	word = args;
	if (change_parse(c, &args) == -1)
		return session_invalid(x, 520, word);
	rc = session_range(x, &args, r);
	if (rc != 0)
		return rc;
	word = span_word(&args);
	if (span_equal(word, span_of("*"), false))
		c->most = CHANGE_ALL;
	else if (word.len > 0 && text_number(x, word, &c->most) != 0)
		return 5;
	word = span_word(&args);
	if (word.len > 0 && text_number(x, word, &c->first) != 0)
		return 5;
	return session_no_more(x, args);
}

/* A line that would be too long stays as it is and is told of; the others
 * are changed. */
static int
text_change(struct xedit *x, struct span args)
{
	struct text_count count = { 0 };
	struct session_range r;
	struct change c;
	char hits[24], lines[24];
	int rc = text_change_operands(x, args, &c, &r), bad = 0;

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < r.count; i++) {
		size_t n = r.back ? r.first + r.count - 1 - i : r.first + i;

		rc = text_change_line(x, &c, n, &count);
		if (rc == 3)
			bad = rc;
		else if (rc != 0)
			return rc;
	}
	rc = session_after(x, &r);
	if (bad != 0 && count.hits == 0)
		return bad;
	if (count.hits == 0)
		return session_message(x, 585);
	if (r.count > 1) {
		print_into(hits, sizeof hits, "%zu", count.hits);
		print_into(lines, sizeof lines, "%zu", count.lines);
		session_message(x, 517, hits, lines);
	}
	return bad != 0 ? bad : rc;
}

static int
text_count(struct xedit *x, struct span args)
{
	struct text_count count = { 0 };
	struct session_range r;
	struct target t;
	struct span given = args;
	int rc;

	if (args.len == 0)
		return session_message(x, 545);
	if (target_parse(&t, &args, true) == -1 || t.kind != TARGET_STRING ||
	    t.terms != 1 || t.term[0].no || t.term[0].text.len == 0 || t.back)
		return session_invalid(x, 520, given);
	rc = session_range(x, &args, &r);
	if (rc == 0)
		rc = session_no_more(x, args);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < r.count; i++) {
		struct span line = buffer_text(&x->buffer, r.first + i);
		size_t at;

		if (line.len > x->set.zone_right)
			line.len = x->set.zone_right;
		span_drop(&line, x->set.zone_left - 1);
		while ((at = span_find(line, t.term[0].text, x->set.fold)) !=
		    SPAN_NONE) {
			count.hits++;
			span_drop(&line, at + t.term[0].text.len);
		}
	}
	session_print(x, "%zu OCCURRENCE(S)", count.hits);
	return session_after(x, &r);
}

/* Letters beyond A to Z have more than one byte: they stay as they are. */
static int
text_letters(struct xedit *x, struct span args, char (*letter)(char))
{
	struct session_range r;
	int rc = session_range(x, &args, &r);

	if (rc == 0)
		rc = session_no_more(x, args);
	if (rc != 0)
		return rc;
	for (size_t n = r.first; n < r.first + r.count; n++) {
		struct span line = buffer_text(&x->buffer, n);

		for (size_t i = 0; i < line.len; i++)
			x->text[i] = i + 1 >= x->set.zone_left &&
			    i < x->set.zone_right ? letter(line.at[i]) :
			    line.at[i];
		if (memcmp(x->text, line.at, line.len) != 0 &&
		    buffer_replace(&x->buffer, n, (struct span){ x->text,
		    line.len }) == -1)
			return session_message(x, 554);
	}
	return session_after(x, &r);
}

static int
text_lower(struct xedit *x, struct span args)
{
	return text_letters(x, args, span_lower);
}

static int
text_upper(struct xedit *x, struct span args)
{
	return text_letters(x, args, span_upper);
}

/* Blanks before a line, or so many fewer: what is no blank is not lost. */
static int
text_shift_line(struct xedit *x, size_t n, bool left, size_t columns)
{
	struct span line = buffer_text(&x->buffer, n);
	size_t blanks = left ? 0 : columns;

	if (line.len == 0)
		return 0;
	for (; left && columns > 0 && line.len > 0 && line.at[0] == ' ';
	    columns--)
		span_drop(&line, 1);
	if (blanks + line.len > XEDIT_LRECL_MAX ||
	    !session_fits(x, n, blanks + line.len))
		return session_too_long(x, n);
	memset(x->text, ' ', blanks);
	memcpy(x->text + blanks, line.at, line.len);
	return buffer_replace(&x->buffer, n, (struct span){ x->text,
	    blanks + line.len }) == 0 ? 0 : session_message(x, 554);
}

static int
text_shift(struct xedit *x, struct span args)
{
	struct session_range r;
	struct span side = span_word(&args), word = span_word(&args);
	bool left = span_is(side, "LEFT", 1);
	size_t columns = 1;
	int rc, bad = 0;

	if (side.len == 0)
		return session_message(x, 545);
	if (!left && !span_is(side, "RIGHT", 1))
		return session_invalid(x, 520, side);
	if (word.len > 0 && (span_number(word, XEDIT_LRECL_MAX, &columns) ==
	    -1 || columns == 0))
		return session_invalid(x, 543, word);
	rc = session_range(x, &args, &r);
	if (rc == 0)
		rc = session_no_more(x, args);
	if (rc != 0)
		return rc;
	for (size_t n = r.first; n < r.first + r.count; n++) {
		rc = text_shift_line(x, n, left, columns);
		if (rc == 3)
			bad = rc;
		else if (rc != 0)
			return rc;
	}
	rc = session_after(x, &r);
	return bad != 0 ? bad : rc;
}

static const struct session_command rows[] = {
	{ "CHANGE", 1, false, false, text_change,
	    "Change /text1/text2/ [target [n | * [m]]]",
	    "Changes text1 to text2 in lines from the current one to the\n"
	    "target (1): in each line n times (1; *: everywhere), from the\n"
	    "m-th text1 on.  Instead of / any special character.  An empty\n"
	    "text1 puts text2 at the beginning." },
	{ "COUNT", 3, false, false, text_count, "COUnt /text/ [target]",
	    "Tells how often text is in lines from the current one to the\n"
	    "target." },
	{ "LOWERCAS", 3, true, false, text_lower, "LOWercas [target]",
	    "Makes capital letters small in lines up to the target." },
	{ "SHIFT", 2, true, false, text_shift,
	    "SHift Left | Right [n [target]]",
	    "Moves the text of lines by n columns, to the left over blanks\n"
	    "only." },
	{ "UPPERCAS", 3, true, false, text_upper, "UPPercas [target]",
	    "Makes small letters capital in lines up to the target." },
};

SESSION_ROWS(text_rows, rows);
