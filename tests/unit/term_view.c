/* SPDX-License-Identifier: MIT
 *
 * term_view.c - the view of lines: credit, prompts, what is typed while
 * output comes.  No socket, no clock.
 */
#include <stdio.h>
#include <string.h>

#include "term_lines.h"

static const struct view_shape narrow = { .rows = ROWS, .cols = COLS,
	.echo = true };

/* CONS_LOGO with these lines, until the next call. */
static const struct ipc_logo *
logo_of(const char *text)
{
	static _Alignas(struct ipc_logo) char bytes[4096];
	struct ipc_logo logo = { .text_len = (uint32_t)strlen(text),
		.system = { "VM370" } };

	assert_true(sizeof logo + logo.text_len <= sizeof bytes);
	memcpy(bytes, &logo, sizeof logo);
	memcpy(bytes + offsetof(struct ipc_logo, text), text, logo.text_len);
	return (const struct ipc_logo *)bytes;
}

static struct view_item
item(enum ipc_item_kind kind, uint32_t flags, const char *text)
{
	return (struct view_item){ .kind = kind, .flags = flags,
		.message = (flags & ITEM_HIGH) != 0, .text = text,
		.len = strlen(text) };
}

/* --- line mode --- */

static int
line_setup(void **unused)
{
	(void)unused;
	memset(&con, 0, sizeof con);
	view_line_ops.open(&v, &port, &narrow);
	assert_int_equal(con.credit, VIEW_LINE_WINDOW);
	con.credit = 0;
	return 0;
}

static int
line_teardown(void **unused)
{
	(void)unused;
	view_line_ops.close(&v);
	return 0;
}

static void
line_put(enum ipc_item_kind kind, uint32_t flags, const char *text)
{
	struct view_item it = item(kind, flags, text);

	view_line_ops.item(&v, &it);
}

static void
test_line_output(void **unused)
{
	(void)unused;
	line_put(ITEM_OUTPUT, 0, "hello");
	assert_string_equal(written(), "hello\r\n");
	line_put(ITEM_OUTPUT, 0, "one\ntwo\n");
	assert_string_equal(written(), "one\r\ntwo\r\n");
	line_put(ITEM_OUTPUT, 0, "");
	assert_string_equal(written(), "\r\n");
	line_put(ITEM_OUTPUT, 0, "a\tb");
	assert_string_equal(written(), "a       b\r\n");
	line_put(ITEM_OUTPUT, 0,
	    "0123456789012345678901234567890123456789abc");
	assert_string_equal(written(),
	    "0123456789012345678901234567890123456789\r\nabc\r\n");
	line_put(ITEM_OUTPUT, ITEM_ALARM, "x");
	assert_string_equal(written(), "\ax\r\n");
}

static void
test_line_sanitised(void **unused)
{
	(void)unused;
	line_put(ITEM_OUTPUT, 0, "a\033[2J\x9b\xc2\x9b\x07\r\x7f\xe2\x80\xae");
	assert_string_equal(written(),
	    "a.[2J\xef\xbf\xbd....." "\r\n");
}

static void
test_line_credit(void **unused)
{
	(void)unused;
	for (int i = 0; i < VIEW_LINE_WINDOW; i++)
		line_put(ITEM_OUTPUT, 0, "x");
	assert_int_equal(con.credit, 0); /* until the client takes it */
	assert_true(con.again > 0);
	view_line_ops.ready(&v);
	assert_int_equal(con.credit, VIEW_LINE_WINDOW);
	view_line_ops.ready(&v);
	assert_int_equal(con.credit, VIEW_LINE_WINDOW);
}

static void
test_line_prompt(void **unused)
{
	(void)unused;
	line_put(ITEM_PROMPT, 0, "Name? ");
	type("Bob\r");
	line_put(ITEM_INPUT, 0, "Bob"); /* shown already */
	line_put(ITEM_OUTPUT, 0, "Hello");
	assert_string_equal(written(), "Name? Bob\r\nHello\r\n");
	assert_string_equal(con.line, "Bob");
	/* typed before the prompt came: shown where it was taken */
	type("Al\r");
	view_line_ops.timer(&v, VIEW_LINE_TIMER_ANSWER);
	line_put(ITEM_PROMPT, 0, "Name? ");
	line_put(ITEM_INPUT, 0, "Al");
	line_put(ITEM_OUTPUT, 0, "Hello");
	assert_string_equal(written(), "Al\r\nName? Al\r\nHello\r\n");
	/* pieces make a line */
	line_put(ITEM_PROMPT, 0, "a");
	line_put(ITEM_PROMPT, 0, "b");
	line_put(ITEM_OUTPUT, 0, "c");
	assert_string_equal(written(), "abc\r\n");
}

static void
test_line_message_at_prompt(void **unused)
{
	(void)unused;
	line_put(ITEM_PROMPT, 0, "Name? ");
	type("Bo");
	written();
	line_put(ITEM_OUTPUT, ITEM_HIGH, "MSG FROM MAINT");
	assert_string_equal(written(), "\b\b  \b\b"
	    "\r\nMSG FROM MAINT\r\nName? Bo");
	type("b\r");
	assert_string_equal(con.line, "Bob");
}

static void
test_line_typing_meanwhile(void **unused)
{
	(void)unused;
	type("query na");
	written();
	line_put(ITEM_OUTPUT, 0, "output");
	assert_string_equal(written(), "\b\b\b\b\b\b\b\b        "
	    "\b\b\b\b\b\b\b\boutput\r\nquery na");
	type("mes\r");
	assert_string_equal(con.line, "query names");
}

static void
test_line_replay(void **unused)
{
	(void)unused;
	line_put(ITEM_PROMPT, ITEM_REPLAY | ITEM_RESET, "Name? ");
	line_put(ITEM_INPUT, ITEM_REPLAY, "Bob");
	line_put(ITEM_INPUT, ITEM_REPLAY, "");
	line_put(ITEM_INPUT, ITEM_REPLAY, "query time");
	line_put(ITEM_OUTPUT, ITEM_REPLAY | ITEM_ALARM, "TIME IS");
	assert_string_equal(written(), ""); /* more may come */
	view_line_ops.ready(&v);
	assert_int_equal(con.credit + v.owed, 5);
	assert_int_equal(con.ms[0], VIEW_LINE_REPLAY_MS);
	view_line_ops.timer(&v, VIEW_LINE_TIMER_REPLAY);
	assert_string_equal(written(),
	    "Name? Bob\r\nquery time\r\nTIME IS\r\n");
	/* a screenful of the past, then the present */
	type("typed");
	written();
	for (int i = 0; i < 5000; i++)
		line_put(ITEM_OUTPUT, ITEM_REPLAY, i < 4995 ? "old" : "newer");
	line_put(ITEM_OUTPUT, 0, "RECONNECTED");
	assert_string_equal(written(), "\b\b\b\b\b     \b\b\b\b\b"
	    "newer\r\nnewer\r\nnewer\r\nnewer\r\nnewer\r\ntyped"
	    "\b\b\b\b\b     \b\b\b\b\bRECONNECTED\r\ntyped");
}

static void
test_line_states(void **unused)
{
	(void)unused;
	state(CONS_CP_READ, 0); /* LOGON: no CP was entered */
	state(CONS_RUNNING, 0);
	line_put(ITEM_PROMPT, 0, "> ");
	written();
	state(CONS_CP_READ, 0);
	assert_string_equal(written(), "\r\n");
	line_put(ITEM_PROMPT, 0, "> ");
	line_put(ITEM_OUTPUT, ITEM_LINE, "CP");
	assert_string_equal(written(), "> \r\nCP\r\n");
	state(CONS_CP_READ, 0);
	assert_string_equal(written(), "");
	state(CONS_LOGGED_OFF, 1);
	type("secret\r");
	assert_string_equal(written(), "\r\n");
	assert_string_equal(con.line, "secret");
}

static void
test_line_password_typed_ahead(void **unused)
{
	(void)unused;
	type("LOGON X\rSECRET\rQUERY TIME\r");
	assert_int_equal(con.lines, 1); /* it may be a password */
	assert_string_equal(written(), "LOGON X\r\n");
	state(CONS_LOGGED_OFF, 0); /* the logo's */
	assert_int_equal(con.lines, 1);
	line_put(ITEM_OUTPUT, 0, "ENTER PASSWORD:");
	assert_int_equal(con.ms[VIEW_LINE_TIMER_ANSWER], VIEW_LINE_QUIET_MS);
	state(CONS_LOGGED_OFF, 1);
	assert_int_equal(con.lines, 2);
	assert_string_equal(con.line, "SECRET");
	assert_string_equal(written(), "ENTER PASSWORD:\r\n\r\n");
	state(CONS_RUNNING, 0);
	assert_int_equal(con.lines, 3);
	assert_string_equal(con.line, "QUERY TIME");
	type("A\rB\rC\r"); /* logged on: nothing waits */
	assert_int_equal(con.lines, 6);
}

static void
test_line_typed_ahead_bounded(void **unused)
{
	char line[1001];

	(void)unused;
	memset(line, 'x', sizeof line);
	line[1000] = '\0';
	line[999] = '\r';
	for (int i = 0; i < 10; i++) {
		type(line);
		written();
		assert_true(v.ahead_len <= VIEW_LINE_AHEAD_MAX);
	}
	for (int i = 0; i < 10; i++) { /* no answer: on after a while */
		view_line_ops.timer(&v, VIEW_LINE_TIMER_ANSWER);
		written();
	}
	assert_int_equal(con.lines, 10);
	assert_null(v.ahead);
}

static void
test_line_raw_password(void **unused)
{
	struct view_shape raw = narrow;

	(void)unused;
	raw.echo = false;
	view_line_ops.reshape(&v, &raw);
	state(CONS_LOGGED_OFF, 1);
	assert_string_equal(written(), "DMKCNS185W YOUR TERMINAL SHOWS WHAT "
	    "YOU \r\nTYPE, PASSWORDS TOO\r\n");
	state(CONS_LOGGED_OFF, 0);
	state(CONS_LOGGED_OFF, 1);
	assert_string_equal(written(), "");
}

/* The last words stand last. */
static void
test_line_farewell(void **unused)
{
	(void)unused;
	line_put(ITEM_PROMPT, 0, "Name? ");
	type("half");
	written();
	view_line_ops.farewell(&v, "GONE", 4);
	assert_string_equal(written(), "\b\b\b\b    \b\b\b\b\r\nGONE\r\n");
}

/* The next user at this terminal does not find the last one's lines. */
static void
test_line_retrieve_session(void **unused)
{
	(void)unused;
	type("LOGON ME SECRET\r");
	state(CONS_RUNNING, 0);
	type("MINE\r\x10\r");
	assert_string_equal(con.line, "MINE");
	view_line_ops.logo(&v, logo_of("VM/370\n"));
	type("\x10\x10\r");
	assert_string_equal(con.line, "");
}

static void
test_line_attention(void **unused)
{
	(void)unused;
	type("\x03");
	assert_int_equal(con.keys, 1);
	view_line_ops.attention(&v);
	assert_int_equal(con.keys, 2);
}

static void
test_line_logo(void **unused)
{
	(void)unused;
	line_put(ITEM_PROMPT, 0, "> ");
	type("lo");
	written();
	view_line_ops.logo(&v, logo_of("VM/370 Online\nTYPE\033LOGON\n"));
	assert_string_equal(written(), "\b\b  \b\b\r\n\r\nVM/370 Online\r\n"
	    "TYPE.LOGON\r\nlo");
	type("gon x\r");
	assert_string_equal(con.line, "logon x");
}

#define LINE(f) cmocka_unit_test_setup_teardown(f, line_setup, line_teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		LINE(test_line_output), LINE(test_line_sanitised),
		LINE(test_line_credit), LINE(test_line_prompt),
		LINE(test_line_message_at_prompt),
		LINE(test_line_typing_meanwhile), LINE(test_line_replay),
		LINE(test_line_states), LINE(test_line_password_typed_ahead),
		LINE(test_line_typed_ahead_bounded),
		LINE(test_line_raw_password), LINE(test_line_farewell),
		LINE(test_line_retrieve_session),
		LINE(test_line_attention), LINE(test_line_logo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
