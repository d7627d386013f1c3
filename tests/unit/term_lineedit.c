/* SPDX-License-Identifier: MIT
 *
 * term_lineedit.c - keys, lines and the picture on a terminal, which is
 * played here: a row with a cursor that knows backspace, CR and LF.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lineedit.h"
#include "text.h"

#define COLS 80

static struct {
	char row[4096]; /* the row the cursor is in */
	unsigned col, bells, rows;
	char line[LINEEDIT_MAX + 1];
	size_t len;
	unsigned lines, attentions, refused, bad;
	unsigned longest; /* columns that a row has reached */
} term;

static struct lineedit le;

/* In as many cells as it is wide. */
static void
term_show(uint32_t c)
{
	assert_true(c >= ' ' && c == text_safe(c));
	for (unsigned w = text_width(c); w > 0; w--) {
		assert_true(term.col < sizeof term.row);
		term.row[term.col++] = c < 0x80 ? (char)c : '#';
	}
	if (term.col > term.longest)
		term.longest = term.col;
}

static void
term_out(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == '\b') {
			assert_true(term.col > 0);
			term.col--;
		} else if (c == '\r')
			term.col = 0;
		else if (c == '\n') {
			memset(term.row, 0, sizeof term.row);
			term.rows++;
		} else if (c == '\a')
			term.bells++;
		else {
			size_t used;

			term_show(text_decode(bytes + i, n - i, &used));
			i += used - 1;
		}
	}
}

static void
term_line(void *arg, const char *text, size_t n)
{
	(void)arg;
	memcpy(term.line, text, n);
	term.line[n] = '\0';
	term.len = n;
	term.lines++;
}

static void
term_attention(void *arg)
{
	(void)arg;
	term.attentions++;
}

static void
term_refused(void *arg)
{
	(void)arg;
	term.refused++;
}

static void
term_bad(void *arg)
{
	(void)arg;
	term.bad++;
}

/* F5 is not the editor's. */
static bool
term_key(void *arg, const struct keymap_key *key)
{
	(void)arg;
	return key->what == KEYMAP_FUNCTION && key->c == 5;
}

static int
setup(void **state)
{
	const struct lineedit_port port = { NULL, term_out, term_line,
		term_attention, term_refused, term_bad, term_key };

	(void)state;
	memset(&term, 0, sizeof term);
	lineedit_init(&le, &port, COLS);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	lineedit_free(&le);
	return 0;
}

static void
type(const char *s)
{
	lineedit_feed(&le, (const uint8_t *)s, strlen(s));
}

/* The row, without blanks at its end. */
static const char *
row(void)
{
	static char text[sizeof term.row + 1];
	size_t n;

	memcpy(text, term.row, sizeof term.row);
	for (n = strnlen(text, sizeof term.row); n > 0 && text[n - 1] == ' ';
	     n--)
		;
	text[n] = '\0';
	return text;
}

static void
expect(const char *keys, const char *line)
{
	unsigned before = term.lines;

	type(keys);
	assert_int_equal(term.lines, before + 1);
	assert_string_equal(term.line, line);
}

static void
test_ends(void **state)
{
	(void)state;
	expect("one\r\n", "one");
	expect("two\r", "two");
	lineedit_feed(&le, (const uint8_t *)"\0", 1); /* of CR NUL */
	expect("three\n", "three");
	expect("\r", "");
	type("\n"); /* that is the CR's */
	assert_int_equal(term.lines, 4);
	expect("\n", "");
}

static void
test_crlf_pairs(void **state)
{
	(void)state;
	type("a\r\n\r\n\n");
	assert_int_equal(term.lines, 3);
}

static void
test_keys(void **state)
{
	(void)state;
	expect("helo\x08lo\r", "hello");
	expect("helo\x7f\x7f" "llo\r", "hello");
	expect("abc\x15" "def\r", "def");
	expect("one two\x17three\r", "one three");
	expect("one two  \x17\x17x\r", "x");
	expect("world\x01hello \x05!\r", "hello world!");
	expect("ac\x1b[Db\r", "abc");
	expect("ac\x1bODb\x1bOCd\r", "abcd");
	expect("abc\x1b[H\x1b[3~\r", "bc");
	expect("abc\x1b[1~x\x1b[4~y\r", "xabcy");
	expect("abc\x02\x02\x0b\r", "a");
	expect("abc\x01\x04\r", "bc");
	expect("\x04\r", "");
	expect("a\x1b[99;5Xb\r", "ab");   /* an unknown key is none */
	expect("a\x1b" "qb\r", "ab");
	expect("a\x1b[15~b\r", "ab");
	expect("a\tb\r", "a\tb");
	expect("a\x1e\x1f" "b\r", "ab");
}

static void
test_picture(void **state)
{
	(void)state;
	type("hello world");
	assert_string_equal(row(), "hello world");
	type("\x17");
	assert_string_equal(row(), "hello");
	type("\x01" "oh, ");
	assert_string_equal(row(), "oh, hello");
	assert_int_equal(term.col, 4);
	type("\x0b");
	assert_string_equal(row(), "oh,");
	type("\x15");
	assert_string_equal(row(), "");
	assert_int_equal(term.col, 0);
}

static void
test_utf8(void **state)
{
	(void)state;
	expect("B\xc3\xa4\xc3\xb6\x7fr\r", "B\xc3\xa4r");
	expect("\xe2\x82\xac\x02x\r", "x\xe2\x82\xac");
	assert_int_equal(term.bad, 0);
	/* not UTF-8: not taken, and said so */
	expect("B\xe4r\r", "Br");
	assert_int_equal(term.bad, 1);
	expect("\xff\xfe\r", "");
	assert_int_equal(term.bad, 3);
	expect("\xe2\x82\r", "");
	assert_int_equal(term.bad, 4);
	expect("\xed\xa0\x80x\xc2\x9b\r", "x");
	type("\xc3\xa4\xc3\xb6");
	assert_string_equal(row(), "##");
	assert_int_equal(term.col, 2);
}

/* Characters of two columns, and marks of none, in the middle of a line. */
static void
test_wide(void **state)
{
	(void)state;
	type("a\xe4\xbd\xa0" "b");
	assert_string_equal(row(), "a##b");
	type("\x02\x02x");
	assert_string_equal(row(), "ax##b");
	assert_int_equal(term.col, 2);
	type("\x04");
	assert_string_equal(row(), "axb");
	type("\x05" "e\xcc\x81z");
	assert_string_equal(row(), "axbez");
	expect("\x7f\x7f\x7f\r", "axb");
	/* A row that a wide one does not fit any more. */
	lineedit_show(&le, 0, 21);
	for (unsigned i = 0; i < 30; i++)
		type("\xe4\xbd\xa0");
	assert_true(term.longest <= 20);
	type("\x01");
	assert_int_equal(term.col, 0);
	assert_true(term.longest <= 20);
}

static void
test_history(void **state)
{
	(void)state;
	expect("one\r", "one");
	expect("two\r", "two");
	expect("two\r", "two");
	expect("\x1b[A\r", "two");
	expect("\x10\x10\r", "one");
	expect("dra\x1b[A\x1b[A\x1b[B\x1b[B\x66t\r", "draft");
	expect("\x1b[B\r", ""); /* nothing later */
	type("\x10\x10\x10\x10\x10\x10");
	assert_int_equal(term.bells, 1 + 1);
	type("\x15");
}

static void
test_history_bounded(void **state)
{
	char line[1001];

	(void)state;
	memset(line, 'x', sizeof line);
	line[1000] = '\0';
	for (int i = 0; i < 200; i++) {
		line[0] = (char)('a' + i % 26);
		type(line);
		type("\r");
	}
	assert_true(le.history.count <= HISTORY_LINES);
	assert_true(le.history.bytes <= HISTORY_BYTES);
	expect("\x10\r", line);
}

static void
test_hidden(void **state)
{
	(void)state;
	lineedit_hidden(&le, true);
	type("secret");
	assert_string_equal(row(), "");
	expect("\r", "secret");
	assert_int_equal(term.rows, 1);
	lineedit_hidden(&le, false);
	expect("\x1b[A\r", ""); /* not remembered */
	/* what is typed already disappears */
	type("sec");
	assert_string_equal(row(), "sec");
	lineedit_hidden(&le, true);
	assert_string_equal(row(), "");
	expect("ret\r", "secret");
}

/* Nobody asks for the password any more: what there is of it is not shown.
 * What was typed behind a whole one is the next line. */
static void
test_secret(void **state)
{
	(void)state;
	lineedit_hidden(&le, true);
	type("SEC");
	lineedit_hidden(&le, false);
	assert_string_equal(row(), "");
	expect("RET\r", "RET");
	lineedit_hidden(&le, true);
	expect("SECRET\r", "SECRET");
	type("NE");
	lineedit_hidden(&le, false);
	assert_string_equal(row(), "NE");
	expect("XT\r", "NEXT");
}

static void
test_no_echo(void **state)
{
	(void)state;
	le.echo = false;
	expect("abc\x08x\r", "abx");
	assert_int_equal(term.rows, 0);
	assert_string_equal(row(), "");
}

static void
test_attention(void **state)
{
	(void)state;
	type("half a line\x03");
	assert_int_equal(term.attentions, 1);
	assert_int_equal(term.lines, 0);
	assert_int_equal(term.rows, 1);
	expect("\x1b[A\r", "half a line"); /* nothing is lost */
}

static void
test_too_long(void **state)
{
	char big[LINEEDIT_MAX + 1];

	(void)state;
	memset(big, 'x', sizeof big);
	big[LINEEDIT_MAX] = '\0';
	expect((type(big), "\r"), big);
	assert_int_equal(term.refused, 0);

	/* Ten megabytes take no more memory than a line, and give one word. */
	for (int i = 0; i < 5120; i++)
		type(big);
	assert_int_equal(term.bells, 1);
	type("\r");
	assert_int_equal(term.refused, 1);
	assert_int_equal(term.lines, 1);
	expect("\x10\r", big);
	expect("next\r", "next");

	/* A key more than fits, taken back, is no reason to refuse. */
	type(big);
	type("y");
	expect("\x7f\r", (big[LINEEDIT_MAX - 1] = '\0', big));

	/* But moving about is not taking back: what is missing is missing. */
	big[LINEEDIT_MAX - 1] = 'x';
	type(big);
	type("y\x01\x05\x0e\r");
	assert_int_equal(term.refused, 2);

	/* Nor are a look at an earlier line, or taking back where there is
	 * nothing. */
	type("one\r");
	type(big);
	type("y\x10\x0e\r");
	assert_int_equal(term.refused, 3);
	type(big);
	type("y\x01\x7f\x05\r");
	assert_int_equal(term.refused, 4);
	type(big);
	type("y\x12one\x07\r");
	assert_int_equal(term.refused, 5);
}

static void
expect_wiped(const char *password)
{
	assert_null(memmem(&le, sizeof le, password, strlen(password)));
}

/* Nothing of a password stays in memory, whatever was done to it. */
static void
test_wiped(void **state)
{
	(void)state;
	lineedit_hidden(&le, true);
	type("secret\x15");
	type("word\r");
	expect_wiped("ecret");
	type("secret\x02\x02\x0b\x03");
	expect_wiped("cret");
	lineedit_hidden(&le, false);
	lineedit_hidden(&le, true);
	type("secret\x7f\x7f");
	lineedit_hidden(&le, false);
	expect_wiped("cret");
	type("logon fred secret");
	lineedit_free(&le);
	expect_wiped("cret");
}

/* A long line leaves the terminal whole, wherever the cursor was. */
static void
test_long_line_left(void **state)
{
	char line[201] = "";

	(void)state;
	memset(line, 'a', 200);
	for (int i = 0; i < 3; i++) {
		static const char *const keys[] = { "\r", "\x01\r",
			"\x01\x06\r" };

		lineedit_show(&le, 0, 40);
		assert_int_equal(term.col, 0);
		term.longest = 0;
		type(line);
		expect(keys[i], line);
		assert_int_equal(term.longest, 200);
	}
}

/* Another session: nothing of the last one's can be retrieved. */
static void
test_forget(void **state)
{
	(void)state;
	expect("LOGON ME SECRET\r", "LOGON ME SECRET");
	type("new");
	type("\x10");
	lineedit_forget(&le);
	type("\x15" "b\x10\x0e\x0e");
	expect("\r", "b");
	expect("\x10\r", "b");
}

static void
test_long_line_scrolls(void **state)
{
	(void)state;
	lineedit_show(&le, 6, 40);
	memcpy(term.row, "READY ", 6);
	term.col = 6;
	for (int i = 0; i < 200; i++) {
		char key[2] = { (char)('a' + i % 26), '\0' };

		type(key);
		assert_true(term.col < 40);
		assert_true(strlen(row()) <= 40);
		assert_memory_equal(row(), "READY ", 6);
	}
	for (int i = 0; i < 200; i++) {
		type("\x02");
		assert_true(term.col >= 6 && term.col < 40);
	}
	assert_memory_equal(row(), "READY abcdefghij", 16);
	assert_int_equal(term.rows, 0);
	type("\x05");
	type("\r");
	assert_int_equal(term.len, 200);
	assert_int_equal(term.rows, 1);
}

static void
test_narrow(void **state)
{
	(void)state;
	lineedit_show(&le, 75, 80);
	term.col = 75;
	type("abc");
	assert_int_equal(term.rows, 1); /* no room beside the prompt */
	assert_string_equal(row(), "abc");
	type("\r");
	lineedit_show(&le, 0, 1); /* no terminal is, but nothing breaks */
	expect("wide\r", "wide");
}

static void
test_hide_show(void **state)
{
	(void)state;
	type("typing");
	type("\x02");
	lineedit_hide(&le);
	assert_string_equal(row(), "");
	assert_int_equal(term.col, 0);
	type("x"); /* may come in between */
	term_out(NULL, "message\r\n> ", 11);
	lineedit_show(&le, 2, COLS);
	assert_string_equal(row(), "> typinxg");
	assert_int_equal(term.col, 8);
	expect("\r", "typinxg");
}

static void
test_redraw(void **state)
{
	(void)state;
	type("abc\x0c");
	assert_int_equal(term.rows, 1);
	assert_string_equal(row(), "abc");
	expect("d\r", "abcd");
}

static void
test_search(void **state)
{
	(void)state;
	expect("COPYFILE A B\r", "COPYFILE A B");
	expect("LISTFILE\r", "LISTFILE");
	expect("COPYFILE C D\r", "COPYFILE C D");
	type("dra\x12");
	assert_string_equal(row(), "(search '') dra");
	type("FILE");
	assert_string_equal(row(), "(search 'FILE') COPYFILE C D");
	type("\x12");
	assert_string_equal(row(), "(search 'FILE') LISTFILE");
	type("\x12");
	assert_string_equal(row(), "(search 'FILE') COPYFILE A B");
	type("\x12");
	assert_int_equal(term.bells, 1); /* there is no other */
	assert_string_equal(row(), "(search 'FILE') COPYFILE A B");
	type("\x7f\x7f\x7f\x7fL");
	assert_string_equal(row(), "(search 'L') COPYFILE C D");
	type("\x07");
	assert_string_equal(row(), "dra");
	assert_int_equal(term.col, 3);
	/* a key of the editor takes the line; Enter sends it */
	type("\x12LIST\x01" ">");
	assert_string_equal(row(), ">LISTFILE");
	expect("\r", ">LISTFILE");
	expect("\x12" "A B\r", "COPYFILE A B");
	expect("\x12nowhere\r", "");
	/* what is sought cannot control the terminal either */
	type("\x12\xe2\x80\x8e");
	assert_string_equal(row(), "(search '.')");
	type("\x07");
}

/* Output comes while a line is searched for; and a password is asked for. */
static void
test_search_disturbed(void **state)
{
	(void)state;
	expect("FIRST LINE\r", "FIRST LINE");
	type("\x12LINE");
	lineedit_hide(&le);
	assert_string_equal(row(), "");
	assert_int_equal(term.col, 0);
	term_out(NULL, "message\r\n", 9);
	lineedit_show(&le, 0, COLS);
	assert_string_equal(row(), "(search 'LINE') FIRST LINE");
	lineedit_hidden(&le, true);
	assert_string_equal(row(), "");
	expect("\x15secret\r", "secret");
	lineedit_hidden(&le, false);
	/* a narrow row has no room for what is sought */
	lineedit_show(&le, 0, 20);
	type("\x12LINE");
	assert_string_equal(row(), "? FIRST LINE");
	type("\x07");
	assert_string_equal(row(), "");
}

static void
test_put_in(void **state)
{
	(void)state;
	type("a  c\x02\x02");
	lineedit_type(&le, "b", 1);
	assert_string_equal(row(), "a b c");
	expect("\r", "a b c");
	lineedit_retrieve(&le);
	expect("\r", "a b c");
}

/* --- text.c --- */

static uint32_t
decode(const char *s, size_t n, size_t want)
{
	size_t used;
	uint32_t c = text_decode(s, n, &used);

	assert_int_equal(used, want);
	return c;
}

static void
test_text(void **state)
{
	char out[TEXT_UTF8_MAX];

	(void)state;
	assert_int_equal(decode("a", 1, 1), 'a');
	assert_int_equal(decode("\xc3\xa4", 2, 2), 0xE4);
	assert_int_equal(decode("\xe2\x82\xac", 3, 3), 0x20AC);
	assert_int_equal(decode("\xf0\x9f\x98\x80", 4, 4), 0x1F600);
	/* cut, overlong, surrogate, too big, stray */
	assert_int_equal(decode("\xe2\x82", 2, 1), TEXT_BAD);
	assert_int_equal(decode("\xc0\xaf", 2, 1), TEXT_BAD);
	assert_int_equal(decode("\xe0\x80\xaf", 3, 1), TEXT_BAD);
	assert_int_equal(decode("\xed\xa0\x80", 3, 1), TEXT_BAD);
	assert_int_equal(decode("\xf4\x90\x80\x80", 4, 1), TEXT_BAD);
	assert_int_equal(decode("\x80", 1, 1), TEXT_BAD);
	for (uint32_t c = 1; c < 0x110000; c += 7) {
		size_t n = text_encode(c, out);

		if (c < 0xD800 || c > 0xDFFF)
			assert_int_equal(decode(out, n, n), c);
	}
	assert_int_equal(text_safe(0x1B), '.');
	assert_int_equal(text_safe(0x9B), '.');
	assert_int_equal(text_safe(0x202E), '.');
	assert_int_equal(text_safe(0xE4), 0xE4);
}

static void
test_text_width(void **state)
{
	static const struct { uint32_t c; unsigned width; } width[] = {
		{ 'a', 1 }, { 0xAD, 1 }, { 0x0300, 0 }, { 0x036F, 0 },
		{ 0x0370, 1 }, { 0x0600, 1 }, { 0x094D, 0 }, { 0x0E34, 0 },
		{ 0x1100, 2 }, { 0x1160, 0 }, { 0x200D, 0 }, { 0x20AC, 1 },
		{ 0x231A, 2 }, { 0x2500, 1 }, { 0x3042, 2 }, { 0x6F22, 2 },
		{ 0xAC00, 2 }, { 0xFE0F, 0 }, { 0xFF21, 2 }, { TEXT_BAD, 1 },
		{ 0x1F600, 2 }, { 0x20000, 2 }, { 0xE01EF, 0 },
		{ 0x10FFFF, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof width / sizeof width[0]; i++)
		assert_int_equal(text_width(width[i].c), width[i].width);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ends), TEST(test_crlf_pairs), TEST(test_keys),
		TEST(test_picture), TEST(test_utf8), TEST(test_history),
		TEST(test_history_bounded), TEST(test_hidden),
		TEST(test_no_echo), TEST(test_attention), TEST(test_too_long),
		TEST(test_long_line_scrolls), TEST(test_narrow),
		TEST(test_hide_show), TEST(test_redraw), TEST(test_text),
		TEST(test_long_line_left), TEST(test_forget),
		TEST(test_secret), TEST(test_search),
		TEST(test_search_disturbed), TEST(test_put_in),
		TEST(test_wiped), TEST(test_wide),
		TEST(test_text_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
