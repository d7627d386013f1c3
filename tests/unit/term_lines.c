/* SPDX-License-Identifier: MIT
 *
 * term_lines.c - line mode's MORE..., pages of the past, PF keys, and what it
 * holds while another view is shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen.h"
#include "term_lines.h"

static void
say(enum ipc_item_kind kind, uint32_t flags, uint64_t seq, const char *text)
{
	const struct view_item item = { .kind = kind, .flags = flags,
		.seq = seq, .text = text, .len = strlen(text) };

	view_line_ops.item(&v, &item);
}

static void
lines(unsigned from, unsigned to)
{
	for (unsigned i = from; i <= to; i++) {
		char text[20];

		snprintf(text, sizeof text, "L%u", i);
		say(ITEM_OUTPUT, 0, i, text);
	}
}

/* What CP answers to TERM_PAST, of a console of `last` lines. */
static void
answer(uint64_t last)
{
	const struct ipc_cons_past past = { .first = 1, .next = last + 1 };
	uint64_t end = con.before == 0 ? last + 1 : con.before;
	uint64_t from = end > con.count ? end - con.count : 1;

	for (uint64_t i = from; i < end; i++) {
		char text[20];

		snprintf(text, sizeof text, "L%u", (unsigned)i);
		say(ITEM_OUTPUT, ITEM_PAST, i, text);
	}
	view_line_ops.past(&v, &past);
}

static void
paging(unsigned more, unsigned clear)
{
	const struct ipc_cons_options options = { .flags = OPTION_HOLD |
		OPTION_PAGING, .more = (uint16_t)more,
		.clear = (uint16_t)clear };

	view_line_ops.options(&v, &options);
}

static void
set_pf(unsigned key, enum ipc_pf what, const char *text)
{
	struct ipc_cons_pf *pf = malloc(sizeof *pf + strlen(text));

	assert_non_null(pf);
	*pf = (struct ipc_cons_pf){ .text_len = (uint32_t)strlen(text),
		.key = (uint16_t)key, .what = (uint16_t)what };
	memcpy(pf->text, text, strlen(text));
	view_line_ops.pf(&v, pf);
	free(pf);
}

static int
setup(void **unused)
{
	const struct view_shape shape = { .rows = ROWS, .cols = COLS,
		.flags = TERM_FULL_SCREEN, .echo = true };

	(void)unused;
	memset(&con, 0, sizeof con);
	view_line_ops.open(&v, &port, &shape);
	assert_int_equal(con.credit, VIEW_LINE_WINDOW);
	con.credit = 0;
	state(CONS_RUNNING, false);
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	view_line_ops.close(&v);
	return 0;
}

/* --- MORE... --- */

static void
test_more(void **unused)
{
	(void)unused;
	paging(50, 10);
	lines(1, 4);
	assert_string_equal(written(), "L1\r\nL2\r\nL3\r\nL4\r\n");
	lines(5, 10);
	assert_string_equal(written(), "MORE...\r       \rMORE..."
	    "\r       \rMORE...\r       \rMORE...\r       \rMORE..."
	    "\r       \rMORE...");
	assert_int_equal(v.owed, 4); /* no credit for what waits */
	type(" ");
	assert_string_equal(written(), "\r       \rL5\r\nL6\r\nL7\r\nL8\r\n"
	    "MORE...");
	type("\r");
	assert_string_equal(written(), "\r       \rL9\r\nL10\r\n");
	assert_int_equal(con.lines, 0);
	assert_int_equal(v.owed, 10);
}

/* What is typed goes on and is typed; a line makes the page begin again. */
static void
test_more_typed(void **unused)
{
	(void)unused;
	paging(50, 10);
	lines(1, 5);
	written();
	type("q");
	assert_string_equal(written(), "\r       \rL5\r\nq");
	type(" x\r");
	assert_string_equal(con.line, "q x");
	written();
	lines(6, 9);
	assert_string_equal(written(), "L6\r\nL7\r\nL8\r\nL9\r\n");
	lines(10, 10);
	type("\x03");
	assert_int_equal(con.keys, 1);
	assert_non_null(strstr(written(), "L10"));
}

/* A line that was begun before the page was full loses nothing of itself. */
static void
test_more_begun(void **unused)
{
	(void)unused;
	paging(50, 10);
	type("query");
	lines(1, 5);
	type(" names");
	lines(6, 9);
	type("\r");
	assert_int_equal(con.lines, 1);
	assert_string_equal(con.line, "query names");
	assert_false(v.paused);
}

static void
test_more_timer(void **unused)
{
	(void)unused;
	paging(50, 10);
	lines(1, 5);
	written();
	assert_int_equal(con.ms[VIEW_LINE_TIMER_MORE], 50000);
	view_line_ops.timer(&v, VIEW_LINE_TIMER_MORE);
	assert_string_equal(written(), "\a");
	assert_int_equal(con.ms[VIEW_LINE_TIMER_MORE], 10000);
	view_line_ops.timer(&v, VIEW_LINE_TIMER_MORE);
	assert_string_equal(written(), "\r       \rL5\r\n");
	paging(0, 7);
	lines(6, 9);
	assert_int_equal(con.ms[VIEW_LINE_TIMER_MORE], 7000);
	paging(5, 0);
	view_line_ops.timer(&v, VIEW_LINE_TIMER_MORE);
	view_line_ops.options(&v, &(struct ipc_cons_options){ .flags = 0 });
	assert_false(v.paused);
}

/* An item longer than a page is shown in parts. */
static void
test_more_long(void **unused)
{
	char text[6 * COLS + 1];

	(void)unused;
	paging(50, 10);
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	lines(1, 1);
	written();
	say(ITEM_OUTPUT, 0, 2, text);
	assert_string_equal(written(), "MORE...");
	type(" ");
	assert_true(strlen(written()) >= 4 * COLS);
	assert_true(v.paused);
	type(" ");
	assert_false(v.paused);
	assert_int_equal(v.owed, 2);
}

/* A password that is asked for while output waits: nothing of it is shown. */
static void
test_more_hidden(void **unused)
{
	(void)unused;
	paging(50, 10);
	lines(1, 5);
	state(CONS_VM_READ, true);
	written();
	type("secret\r");
	assert_string_equal(con.line, "secret");
	assert_null(strstr(written(), "s"));
}

static void
test_more_logo(void **unused)
{
	const struct ipc_logo logo = { .system = { "VM370" } };

	(void)unused;
	paging(50, 10);
	lines(1, 6);
	written();
	view_line_ops.logo(&v, &logo);
	assert_string_equal(written(), "\r       \rL5\r\nL6\r\n\r\n");
	lines(1, 9);
	assert_non_null(strstr(written(), "L9"));
}

/* More waits than a page: the logo comes after all of it. */
static void
test_more_logo_last(void **unused)
{
	static struct ipc_logo *logo;
	const char *out;

	(void)unused;
	logo = calloc(1, sizeof *logo + 4);
	assert_non_null(logo);
	logo->text_len = 4;
	memcpy(logo->text, "LOGO", 4);
	paging(50, 10);
	lines(1, 4 * ROWS);
	written();
	view_line_ops.logo(&v, logo);
	free(logo);
	out = written();
	assert_non_null(strstr(out, "L20\r\n"));
	assert_true(strstr(out, "LOGO") > strstr(out, "L20\r\n"));
	assert_false(v.paused);
	assert_null(v.held.head);
}

/* A page of empty lines is a page. */
static void
test_more_empty(void **unused)
{
	(void)unused;
	paging(50, 10);
	for (unsigned i = 0; i < ROWS; i++)
		say(ITEM_OUTPUT, 0, i + 1, "");
	assert_string_equal(written(), "\r\n\r\n\r\n\r\nMORE...");
}

/* What follows a prompt of a whole page stands behind it. */
static void
test_more_prompt(void **unused)
{
	char prompt[4 * COLS + 3];

	(void)unused;
	memset(prompt, 'p', sizeof prompt - 1);
	prompt[sizeof prompt - 1] = '\0';
	paging(50, 10);
	lines(1, 5);
	say(ITEM_PROMPT, ITEM_LINE, 6, prompt);
	say(ITEM_OUTPUT, 0, 7, "behind it");
	type(" ");
	assert_null(strstr(written(), "p"));
	type(" ");
	assert_non_null(strstr(written(), "\r\nppbehind it\r\n"));
}

/* A tab stops at the edge and takes no row more. */
static void
test_more_tabs(void **unused)
{
	char text[COLS];

	(void)unused;
	v.cols = COLS - 2;
	memset(text, 'x', sizeof text);
	strcpy(text + COLS - 3, "\t");
	paging(50, 10);
	lines(1, 3);
	say(ITEM_OUTPUT, 0, 4, text);
	assert_non_null(strstr(written(), "xx \r\n"));
	assert_false(v.paused);
}

/* --- the past --- */

static void
test_past(void **unused)
{
	(void)unused;
	lines(90, 99);
	written();
	type("half\x1b[5~");
	assert_int_equal(con.before, 0);
	written();
	answer(99);
	/* The window has 96 to 99. */
	assert_string_equal(written(), "\b\b\b\b    \b\b\b\b"
	    "--- EARLIER: 94 TO 95 OF 99\r\nL94\r\nL95\r\n"
	    "--- PAGE UP OR PF7: BEFORE; PAGE DOWN OR\r\n PF8: AFTER\r\n"
	    "half");
	type("\x1bv");
	assert_int_equal(con.before, 94);
	answer(99);
	assert_non_null(strstr(written(), "92 TO 93"));
	type("\x1b[6~");
	answer(99);
	assert_non_null(strstr(written(), "94 TO 95"));
	type("\x16");
	answer(99);
	assert_non_null(strstr(written(), "96 TO 97"));
	type("\x1bOQ"); /* PF2: nothing */
	type("\x1b[19~"); /* PF8 */
	answer(99);
	assert_non_null(strstr(written(), "98 TO 99"));
	type("\x1b[6~");
	answer(99);
	assert_non_null(strstr(written(), "DMKCNS189I"));
	type("\r");
	assert_string_equal(con.line, "half");
	written();
	type("\x1b[6~");
	assert_non_null(strstr(written(), "DMKCNS189I"));
}

static void
test_past_ends(void **unused)
{
	(void)unused;
	lines(1, 3);
	written();
	type("\x1b[5~");
	answer(3);
	assert_non_null(strstr(written(), "DMKCNS189I"));
	/* what comes of a past that nobody asked for, or of a lost one */
	answer(3);
	assert_string_equal(written(), "");
	type("\x1b[5~\x1b[5~");
	assert_int_equal(con.asked, 2);
}

/* Keys that come faster than CP answers: each is a page, in their order. */
static void
test_past_fast(void **unused)
{
	(void)unused;
	lines(90, 99);
	written();
	type("\x1b[5~\x1b[5~\x1b[5~\x1b[6~");
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(con.asked, i + 1);
		answer(99);
	}
	assert_int_equal(con.asked, 4);
	assert_non_null(strstr(written(), "EARLIER: 92 TO 93"));
	for (unsigned i = 0; i < 100; i++)
		type("\x1b[5~");
	assert_non_null(strstr(written(), "\a"));
	for (unsigned i = 0; i < 100; i++)
		answer(99);
	assert_true(con.asked < 100);
}

/* The answer came when another view was shown, or never. */
static void
test_past_background(void **unused)
{
	(void)unused;
	lines(90, 99);
	type("\x1b[5~\x1b[5~");
	view_line_background(&v, true);
	view_line_background(&v, false);
	written();
	type("\x1b[5~");
	assert_int_equal(con.asked, 2);
	answer(99);
	assert_non_null(strstr(written(), "EARLIER"));
	assert_int_equal(con.asked, 2);
}

/* Back to the first of 5,000 lines, page by page, and not one is missing. */
static void
test_past_all(void **unused)
{
	uint64_t first = 0;

	(void)unused;
	for (unsigned i = 0; i < 5000; i++) {
		type("\x1b[5~");
		answer(5000);
		if (v.past_first == first)
			break;
		if (first != 0)
			assert_int_equal(v.past_last, first - 1);
		first = v.past_first;
		written();
	}
	assert_int_equal(first, 1);
}

static void
test_past_at_more(void **unused)
{
	(void)unused;
	paging(50, 10);
	lines(1, 12);
	type(" ");
	written();
	type("\x1b[5~");
	answer(12);
	assert_true(v.paused);
	assert_non_null(strstr(written(), "EARLIER"));
	type(" ");
	assert_non_null(strstr(written(), "L9\r\n"));
}

/* --- keys --- */

static void
test_pf(void **unused)
{
	(void)unused;
	set_pf(2, PF_IMMED, "QUERY TIME");
	set_pf(3, PF_DELAYED, "LISTFILE ");
	set_pf(13, PF_IMMED, "QUERY NAMES");
	type("abc\x1bOQ");
	assert_string_equal(con.line, "QUERY TIME");
	assert_string_equal(written(), "abc\b\b\b   \b\b\bQUERY TIME\r\nabc");
	type("\x15\x1b" "3* *\r");
	assert_string_equal(con.line, "LISTFILE * *");
	type("\x1b!");
	assert_string_equal(con.line, "QUERY NAMES");
	type("\x1b[24~\r");
	assert_string_equal(con.line, "LISTFILE * *");
	written();
	type("\x1bOS"); /* PF4 is not defined */
	assert_string_equal(written(), "\a");
	type("\x1b\x1b=\r");
	assert_string_equal(con.line, "LISTFILE * *");
	written();
	type("\x1bOP");
	assert_non_null(strstr(written(), "sends the line"));
	type("\x1by");
	assert_int_equal(con.sysreqs, 1);
	assert_string_equal(written(), "");
}

/* At a password a line of a key's is none; at the logo the keys are nobody's
 * any more, nor is what else was set. */
static void
test_pf_ends(void **unused)
{
	static const struct ipc_logo logo = { .system = { "VM370" } };

	(void)unused;
	set_pf(2, PF_IMMED, "QUERY TIME");
	state(CONS_VM_READ, true);
	written();
	type("\x1bOQ");
	assert_string_equal(written(), "\a");
	assert_int_equal(con.lines, 0);
	state(CONS_RUNNING, false);
	type("\x1bOQ");
	assert_int_equal(con.lines, 1);
	paging(50, 10);
	view_line_ops.logo(&v, &logo);
	written();
	type("\x1bOQ");
	assert_string_equal(written(), "\a");
	assert_int_equal(con.lines, 1);
	lines(1, 2 * ROWS);
	assert_false(v.paused);
}

static void
test_copy(void **unused)
{
	(void)unused;
	set_pf(5, PF_COPY, "");
	type("\x1b" "5");
	answer(99);
	assert_int_equal(con.screen_len, 20);
	assert_memory_equal(con.screen, "L95\nL96\nL97\nL98\nL99\n", 20);
}

static void
test_toggle(void **unused)
{
	uint8_t typed[100];
	size_t n;

	(void)unused;
	type("abc\x1bsdef\r"); /* the rest is for the screen */
	assert_int_equal(con.toggles, 1);
	assert_int_equal(con.lines, 0);
	n = view_line_typed(&v, typed, sizeof typed);
	assert_int_equal(n, 7);
	assert_memory_equal(typed, "abcdef\r", 7);
	/* which did not come, for want of memory */
	view_line_ops.timer(&v, VIEW_LINE_TIMER_ANSWER);
	assert_string_equal(con.line, "abcdef");
	type("abcdef");
	/* What a 3270 has no character or no room for is not lost. */
	type("\xe2\x82\xac\x1bs");
	assert_non_null(strstr(written(), "DMKCNS190E"));
	assert_int_equal(con.toggles, 1);
	assert_int_equal(view_line_typed(&v, typed, sizeof typed), 9);
	type("\x15");
	for (unsigned i = 0; i <= SCREEN_INPUT_ROWS * v.cols - SCREEN_CORNER;
	     i++)
		type("x");
	type("\x1bs");
	assert_int_equal(con.toggles, 1);
	type("\b\x1bs\x15");
	assert_int_equal(con.toggles, 2);
	state(CONS_VM_READ, true);
	type("secret");
	assert_int_equal(view_line_typed(&v, typed, sizeof typed), 0);
	v.flags = 0;
	written();
	type("\x1bs");
	assert_non_null(strstr(written(), "DMKCNS188E"));
	assert_int_equal(con.toggles, 2);
}

/* Not UTF-8: said of each line once, and the line goes on. */
static void
test_bad(void **unused)
{
	const char *out;

	(void)unused;
	type("a\xe4" "b\xff" "c");
	out = written();
	assert_non_null(strstr(out, "DMKCNS187E"));
	assert_null(strstr(strstr(out, "DMKCNS187E") + 1, "DMKCNS187E"));
	type("\r");
	assert_string_equal(con.line, "abc");
}

static void
test_alone(void **unused)
{
	(void)unused;
	type("\x1b");
	assert_int_equal(con.ms[VIEW_LINE_TIMER_KEY], KEYMAP_ESCAPE_MS);
	view_line_ops.timer(&v, VIEW_LINE_TIMER_KEY);
	type("7x\r");
	assert_string_equal(con.line, "7x");
	assert_int_equal(con.ms[VIEW_LINE_TIMER_KEY], 0);
}

/* A prompt that leaves no room: the line has a row of its own, and what comes
 * then begins in that one. */
static void
test_new_row(void **unused)
{
	char text[COLS + 1];

	(void)unused;
	memset(text, 'x', COLS);
	text[COLS] = '\0';
	say(ITEM_PROMPT, 0, 1, text + 4);
	type("a");
	assert_string_equal(written() + COLS - 4, "\r\na");
	say(ITEM_OUTPUT, 0, 2, text);
	assert_memory_equal(written() + 3, text, COLS);
}

/* The client shows what is typed, from now on: what we have shown goes. */
static void
test_echo(void **unused)
{
	const struct view_shape shape = { .rows = ROWS, .cols = COLS };

	(void)unused;
	type("abc");
	written();
	view_line_ops.reshape(&v, &shape);
	assert_string_equal(written(), "\b\b\b   \b\b\b");
	type("d\r");
	assert_string_equal(con.line, "abcd");
	assert_string_equal(written(), "");
}

/* --- under another view --- */

static void
test_background(void **unused)
{
	(void)unused;
	say(ITEM_PROMPT, 0, 1, "name? ");
	type("fre");
	written();
	view_line_background(&v, true);
	assert_string_equal(written(), "\b\b\b   \b\b\b");
	con.credit = 0;
	lines(2, 4);
	say(ITEM_INPUT, 0, 5, "typed there");
	state(CONS_VM_READ, false);
	assert_string_equal(written(), "");
	view_line_background(&v, false);
	assert_string_equal(written(), "\r\nname? L2\r\nL3\r\nL4\r\n"
	    "typed there\r\nfre");
	assert_int_equal(con.credit, VIEW_LINE_WINDOW);
	assert_int_equal(v.owed, 0); /* the other view has paid */
	type("d\r");
	assert_string_equal(con.line, "fred");
}

static void
test_background_bounded(void **unused)
{
	char text[1001];

	(void)unused;
	memset(text, 'x', 1000);
	text[1000] = '\0';
	view_line_background(&v, true);
	for (unsigned i = 0; i < 1000; i++)
		say(ITEM_OUTPUT, 0, i + 1, text);
	assert_true(v.held.bytes <= VIEW_LINE_KEPT_BYTES);
	written();
	view_line_background(&v, false);
	con.len = 0;
	assert_int_equal(v.owed, 0);
}

/* MORE... waits, a guest's screen comes and goes. */
static void
test_background_more(void **unused)
{
	(void)unused;
	paging(50, 10);
	lines(1, 6);
	view_line_background(&v, true);
	lines(7, 9);
	written();
	view_line_background(&v, false);
	assert_non_null(strstr(written(), "L5\r\nL6\r\nL7\r\n"));
	type(" ");
	assert_non_null(strstr(written(), "L9\r\n"));
}

/* Who does not want to be stopped is not, by what came meanwhile either. */
static void
test_background_page(void **unused)
{
	(void)unused;
	view_line_background(&v, true);
	lines(1, 4 * ROWS);
	view_line_background(&v, false);
	assert_null(strstr(written(), "MORE..."));
	assert_false(v.paused);
}

static void
test_background_empty(void **unused)
{
	(void)unused;
	view_line_background(&v, true);
	for (unsigned i = 0; i < 100000; i++)
		say(ITEM_OUTPUT, 0, i + 1, "");
	assert_true(v.held.count < 2000);
	view_line_background(&v, false);
	con.len = 0;
}

/* Typed ahead at the logo, and CP answers by a program's screen. */
static void
test_background_ahead(void **unused)
{
	(void)unused;
	state(CONS_LOGGED_OFF, false);
	type("dial fred\rnext");
	assert_string_equal(con.line, "dial fred");
	view_line_background(&v, true);
	view_line_background(&v, false);
	type(" line\r");
	view_line_ops.timer(&v, VIEW_LINE_TIMER_ANSWER);
	assert_string_equal(con.line, "next line");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_more), TEST(test_more_typed), TEST(test_more_timer),
		TEST(test_more_long), TEST(test_more_hidden),
		TEST(test_more_begun),
		TEST(test_more_logo), TEST(test_past), TEST(test_past_ends),
		TEST(test_past_all), TEST(test_past_at_more), TEST(test_pf),
		TEST(test_pf_ends),
		TEST(test_copy), TEST(test_toggle), TEST(test_bad),
		TEST(test_alone), TEST(test_background),
		TEST(test_background_bounded), TEST(test_background_more),
		TEST(test_more_logo_last), TEST(test_more_empty),
		TEST(test_new_row), TEST(test_echo),
		TEST(test_more_prompt), TEST(test_more_tabs), TEST(test_past_fast),
		TEST(test_past_background), TEST(test_background_page),
		TEST(test_background_empty), TEST(test_background_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
