/* SPDX-License-Identifier: MIT
 *
 * xedit_core.c - words, lines, targets and changes, each alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "buffer.h"
#include "change.h"
#include "target.h"

/* --- span --- */

static void
test_words(void **state)
{
	struct span s = span_of("  Delete\t* "), word;
	size_t n;

	(void)state;
	word = span_word(&s);
	assert_true(span_is(word, "DELETE", 3));
	assert_false(span_is(word, "DELET", 3));
	word = span_word(&s);
	assert_int_equal(word.len, 1);
	assert_int_equal(span_word(&s).len, 0);
	assert_false(span_is(span_of("DE"), "DELETE", 3));
	assert_false(span_is(span_of(""), "DELETE", 0));
	assert_int_equal(span_number(span_of("42"), 42, &n), 0);
	assert_int_equal(n, 42);
	assert_int_equal(span_number(span_of("43"), 42, &n), -1);
	assert_int_equal(span_number(span_of("99999999999999999999999"),
	    SIZE_MAX, &n), -1);
	assert_int_equal(span_number(span_of("9"), 8, &n), -1);
	assert_int_equal(span_number(span_of(""), 9, &n), -1);
	assert_int_equal(span_number(span_of("4x"), 99, &n), -1);
}

static void
test_find(void **state)
{
	(void)state;
	assert_int_equal(span_find(span_of("abcabc"), span_of("ca"), false),
	    2);
	assert_int_equal(span_find(span_of("abc"), span_of("BC"), true), 1);
	assert_int_equal(span_find(span_of("abc"), span_of("BC"), false),
	    SPAN_NONE);
	assert_int_equal(span_find(span_of("a"), span_of("ab"), true),
	    SPAN_NONE);
	assert_int_equal(span_find(span_of("a"), span_of(""), false), 0);
}

static void
test_cut(void **state)
{
	struct span s = span_of("a\u00e9\u20ac\U0001F600");
	static const size_t cut[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };

	(void)state;
	for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++)
		assert_int_equal(span_cut(s, i), cut[i]);
	/* Bytes that are no characters are cut anywhere. */
	assert_int_equal(span_cut(span_of("\x80\x80\x80\x80\x80\x80"), 4), 4);
}

/* --- buffer --- */

static void
add(struct buffer *b, const char *text)
{
	assert_int_equal(buffer_add(b, b->lines, span_of(text)), 0);
}

/* All lines, a letter each, are these. */
static void
is(const struct buffer *b, const char *letters)
{
	char have[64] = "";

	assert_true(b->lines < sizeof have);
	for (size_t n = 1; n <= b->lines; n++) {
		assert_int_equal(buffer_text(b, n).len, 1);
		have[n - 1] = buffer_text(b, n).at[0];
	}
	assert_string_equal(have, letters);
}

static void
letters(struct buffer *b, const char *text)
{
	char line[2] = "";

	buffer_init(b);
	for (; *text != '\0'; text++) {
		line[0] = *text;
		add(b, line);
	}
}

static void
test_buffer(void **state)
{
	struct buffer b;

	(void)state;
	letters(&b, "abcdef");
	is(&b, "abcdef");
	assert_int_equal(buffer_add(&b, 0, span_of("x")), 0);
	is(&b, "xabcdef");
	buffer_remove(&b, 2, 3);
	is(&b, "xdef");
	assert_int_equal(buffer_replace(&b, 2, span_of("D")), 0);
	is(&b, "xDef");
	assert_int_equal(buffer_copy(&b, 1, 2, 4), 0);
	is(&b, "xDefxD");
	assert_int_equal(buffer_copy(&b, 1, 3, 2), 0);
	is(&b, "xDxDeefxD");
	assert_int_equal(buffer_recover(&b, 2, 0), 2);
	is(&b, "bcxDxDeefxD");
	assert_int_equal(buffer_recover(&b, 5, 0), 1);
	is(&b, "abcxDxDeefxD");
	assert_int_equal(buffer_recover(&b, 5, 0), 0);
	buffer_remove(&b, 1, b.lines);
	is(&b, "");
	assert_int_equal(buffer_recover(&b, 12, 0), 12);
	is(&b, "abcxDxDeefxD");
	buffer_free(&b);
}

static void
test_move(void **state)
{
	struct buffer b;

	(void)state;
	letters(&b, "abcdefg");
	buffer_move(&b, 2, 2, 5);
	is(&b, "adebcfg");
	buffer_move(&b, 4, 2, 1);
	is(&b, "abcdefg");
	buffer_move(&b, 1, 1, 7);
	is(&b, "bcdefga");
	buffer_move(&b, 7, 1, 0);
	is(&b, "abcdefg");
	buffer_move(&b, 3, 3, 2);
	buffer_move(&b, 3, 3, 5);
	is(&b, "abcdefg");
	buffer_free(&b);
}

static void
test_points(void **state)
{
	struct buffer b;

	(void)state;
	letters(&b, "abcd");
	assert_int_equal(buffer_set_point(&b, span_of("here"), 3), 0);
	assert_int_equal(buffer_point(&b, span_of("HERE")), 3);
	assert_int_equal(buffer_set_point(&b, span_of("there"), 3), 0);
	assert_int_equal(buffer_replace(&b, 3, span_of("C")), 0);
	assert_int_equal(buffer_add(&b, 0, span_of("x")), 0);
	assert_int_equal(buffer_point(&b, span_of("here")), 4);
	assert_int_equal(buffer_point(&b, span_of("there")), 4);
	buffer_remove(&b, 4, 1);
	assert_int_equal(buffer_point(&b, span_of("here")), 0);
	assert_int_equal(buffer_recover(&b, 1, 0), 1);
	assert_int_equal(buffer_point(&b, span_of("here")), 1);
	assert_int_equal(buffer_set_point(&b, span_of("here"), 2), 0);
	assert_int_equal(buffer_point(&b, span_of("here")), 2);
	assert_int_equal(buffer_set_point(&b, span_of("here"), 0), 0);
	assert_int_equal(buffer_point(&b, span_of("here")), 0);
	assert_int_equal(buffer_point(&b, span_of("there")), 1);
	assert_int_equal(buffer_set_point(&b, span_of("toolong99"), 1), -1);
	for (unsigned i = 0; i < BUFFER_POINTS - 1; i++) {
		char name[BUFFER_POINT_NAME + 1];

		snprintf(name, sizeof name, "n%u", i);
		assert_int_equal(buffer_set_point(&b, span_of(name), 1), 0);
	}
	assert_int_equal(buffer_set_point(&b, span_of("more"), 1), -1);
	buffer_free(&b);
}

static void
test_many(void **state)
{
	struct buffer b;
	char text[24];

	(void)state;
	buffer_init(&b);
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(text, sizeof text, "line %u", i);
		add(&b, text);
	}
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(buffer_add(&b, (i * 7919) % b.lines,
		    span_of("new")), 0);
	assert_int_equal(b.lines, 101000);
	buffer_remove(&b, 1, 50000);
	assert_int_equal(buffer_recover(&b, 50000, b.lines), 50000);
	buffer_move(&b, 1, 60000, 101000);
	assert_int_equal(b.lines, 101000);
	buffer_free(&b);
}

/* --- targets --- */

static struct target_look
look(void)
{
	return (struct target_look){ .left = 1, .right = SIZE_MAX };
}

#define NONE ((size_t)-1)  /* not found */
#define BAD ((size_t)-2)   /* no target */
#define EDGE(n) ((n) + 1000)

/* Where a target leads to from line `from`. */
static size_t
find(struct buffer *b, size_t from, const char *text,
    const struct target_look *l)
{
	struct span s = span_of(text);
	struct target t;
	size_t line;

	b->current = from;
	if (target_parse(&t, &s, true) == -1)
		return BAD;
	assert_int_equal(s.len, 0);
	switch (target_find(&t, b, l, &line)) {
	case TARGET_MISSING:
		return NONE;
	case TARGET_EDGE:
		return EDGE(line);
	case TARGET_FOUND:
	case TARGET_WRAPPED:
		break;
	}
	return line;
}

static void
test_targets(void **state)
{
	static const struct {
		size_t from;
		const char *text;
		size_t line;
	} cases[] = {
		{ 1, "2", 3 }, { 1, "+2", 3 }, { 3, "-2", 1 }, { 3, "-3", 0 },
		{ 3, "-4", EDGE(0) }, { 1, "5", 6 }, { 1, "6", EDGE(6) },
		{ 0, "1", 1 }, { 2, "0", 2 }, { 2, "*", 6 }, { 2, "+*", 6 },
		{ 2, "-*", 0 }, { 5, ":2", 2 }, { 5, ":0", 0 },
		{ 5, ":6", 6 }, { 1, ":7", EDGE(6) },
		{ 1, "/gamma/", 3 }, { 1, "/gamma", 3 }, { 3, "/gamma/", NONE },
		{ 1, "+/gamma/", 3 }, { 5, "-/gamma/", 3 },
		{ 5, "- /gamma/", 3 }, { 1, "~/beta/", 3 },
		{ 1, "^/beta/", 3 }, { 1, "\u00ac/beta/", 3 },
		{ 5, "-~/delta/", 3 }, { 0, "/a/&/m/", 3 },
		{ 0, "/a/ & /m/", 3 }, { 1, "/m/|/lt/", 3 },
		{ 3, "/m/ | /lt/", 4 }, { 0, "/a/&~/l/", 2 },
		{ 0, "/nix/|/alpha/&/eps/", NONE }, { 0, "/GAMMA/", NONE },
		{ 0, "//", 1 }, { 5, "//", NONE }, { 0, ",gamma,", 3 },
		{ 0, "'gamma'", 3 }, { 0, ".here", 4 }, { 0, ".HERE", 4 },
		{ 0, ".gone", NONE }, { 0, "", BAD }, { 0, "abc", BAD },
		{ 0, ":", BAD }, { 0, ":x", BAD }, { 0, "-:2", BAD },
		{ 0, "+", BAD }, { 0, "~", BAD }, { 0, "~5", BAD },
		{ 0, ".", BAD }, { 0, ".ninechars", BAD },
		{ 0, "99999999999", BAD }, { 0, "/a/&", BAD },
		{ 0, "/1/|/2/|/3/|/4/|/5/|/6/|/7/|/8/|/9/|/a/|/b/|/c/|/d/|/e/"
		    "|/f/|/g/|/h/", BAD },
	};
	static const char *const text[] = { "alpha", "beta", "gamma", "delta",
		"epsilon" };
	struct target_look l = look();
	struct buffer b;

	(void)state;
	buffer_init(&b);
	for (unsigned i = 0; i < 5; i++)
		add(&b, text[i]);
	buffer_set_point(&b, span_of("here"), 4);
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (find(&b, cases[i].from, cases[i].text, &l) !=
		    cases[i].line)
			fail_msg("%s from %zu", cases[i].text, cases[i].from);
	l.wrap = true;
	assert_int_equal(find(&b, 3, "/gamma/", &l), 3);
	assert_int_equal(find(&b, 4, "/gamma/", &l), 3);
	assert_int_equal(find(&b, 6, "/gamma/", &l), 3);
	assert_int_equal(find(&b, 2, "-/gamma/", &l), 3);
	assert_int_equal(find(&b, 0, "-/gamma/", &l), 3);
	assert_int_equal(find(&b, 2, "-/nix/", &l), NONE);
	l.fold = true;
	assert_int_equal(find(&b, 1, "/GAMMA/", &l), 3);
	buffer_free(&b);
}

static void
test_zone(void **state)
{
	struct target_look l = { .left = 3, .right = 5 };
	struct buffer b;

	(void)state;
	buffer_init(&b);
	add(&b, "xx");
	add(&b, "abcdefg");
	assert_int_equal(find(&b, 0, "/cde/", &l), 2);
	assert_int_equal(find(&b, 0, "/bcd/", &l), NONE);
	assert_int_equal(find(&b, 0, "/def/", &l), NONE);
	assert_int_equal(find(&b, 0, "~/c/", &l), 1);
	buffer_free(&b);
}

static void
test_target_rest(void **state)
{
	struct span s = span_of("/a/ & /b/ delete 3");
	struct target t;

	(void)state;
	assert_int_equal(target_parse(&t, &s, false), 0);
	assert_int_equal(t.terms, 2);
	assert_true(span_equal(s, span_of(" delete 3"), false));
	s = span_of("3/a/");
	assert_int_equal(target_parse(&t, &s, false), 0);
	assert_int_equal(t.count, 3);
	assert_true(span_equal(s, span_of("/a/"), false));
	assert_true(target_begins(span_of("\u00ac/x/")));
	assert_false(target_begins(span_of("x")));
	assert_false(target_begins(span_of("")));
}

/* --- changes --- */

static void
changed(const char *how, size_t most, size_t first, const char *line,
    const char *result, long hits)
{
	struct change c = { .most = most, .first = first, .left = 1,
		.right = SIZE_MAX };
	struct span s = span_of(how);
	char out[64];
	size_t len;

	assert_int_equal(change_parse(&c, &s), 0);
	assert_int_equal(change_line(&c, span_of(line), out, sizeof out, &len),
	    hits);
	if (hits > 0)
		assert_true(span_equal((struct span){ out, len },
		    span_of(result), false));
}

static void
test_change(void **state)
{
	(void)state;
	changed("/a/b/", 1, 1, "banana", "bbnana", 1);
	changed("/a/b/", CHANGE_ALL, 1, "banana", "bbnbnb", 3);
	changed("/a/b/", 2, 2, "banana", "banbnb", 2);
	changed("/a/b/", 1, 3, "banana", "bananb", 1);
	changed("/a/b/", 1, 4, "banana", "", 0);
	changed("/aa/a/", CHANGE_ALL, 1, "aaaaa", "aaa", 2);
	changed("/a/aa/", CHANGE_ALL, 1, "aba", "aabaa", 2);
	changed("/an//", CHANGE_ALL, 1, "banana", "ba", 2);
	changed("//x/", CHANGE_ALL, 1, "banana", "xbanana", 1);
	changed("//x/", 1, 1, "", "x", 1);
	changed("/a/b", 1, 1, "a", "b", 1);
	changed("/a", 1, 1, "ab", "b", 1);
	changed("/a b/c d/", 1, 1, "a b", "c d", 1);
	changed("/\u00e9/e/", 1, 1, "caf\u00e9", "cafe", 1);
	changed("/e/\u20ac/", 1, 1, "cafe", "caf\u20ac", 1);
	changed("/banana//", 1, 1, "banana", "", 1);
}

static void
test_delimiters(void **state)
{
	struct change c;

	(void)state;
	for (unsigned d = 1; d < 256; d++) {
		char text[6] = { (char)d, 'a', (char)d, 'b', (char)d, '\0' };
		struct span s = span_of(text);
		int special = d > ' ' && d < 0x7F &&
		    strchr("0123456789abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ", (int)d) == NULL;

		assert_int_equal(change_parse(&c, &s), special ? 0 : -1);
		if (special) {
			assert_true(span_equal(c.from, span_of("a"), false));
			assert_true(span_equal(c.to, span_of("b"), false));
			assert_int_equal(s.len, 0);
		}
	}
}

static void
test_change_zone(void **state)
{
	struct change c = { .most = CHANGE_ALL, .first = 1, .left = 3,
		.right = 6, .fold = true };
	struct span s = span_of("/ab/=/");
	char out[16];
	size_t len;

	(void)state;
	change_parse(&c, &s);
	assert_int_equal(change_line(&c, span_of("ababABab"), out, sizeof out,
	    &len), 2);
	assert_true(span_equal((struct span){ out, len }, span_of("ab==ab"),
	    false));
	assert_int_equal(change_line(&c, span_of("aabb"), out, sizeof out,
	    &len), 0);
	assert_int_equal(change_line(&c, span_of("a"), out, sizeof out, &len),
	    0);
	/* Put in before the zone, behind blanks if the line is shorter. */
	s = span_of("//x/");
	change_parse(&c, &s);
	assert_int_equal(change_line(&c, span_of("a"), out, sizeof out, &len),
	    1);
	assert_true(span_equal((struct span){ out, len }, span_of("a x"),
	    false));
	/* No room for what comes of it. */
	s = span_of("/ab/0123456789/");
	change_parse(&c, &s);
	assert_int_equal(change_line(&c, span_of("ababABab"), out, sizeof out,
	    &len), -1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_buffer),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_zone),
		cmocka_unit_test(test_target_rest),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_delimiters),
		cmocka_unit_test(test_change_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
