/* SPDX-License-Identifier: MIT
 *
 * term_view.c - the two views: credit, MORE..., prompts, what is typed while
 * output comes.  The connection is played here; no socket, no clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "view_3270.h"
#include "view_line.h"

/* --- the connection --- */

static struct {
	char out[65536];
	size_t len;
	unsigned records, credit, keys, lines, again;
	char line[IPC_LINE_MAX + 1];
	unsigned ms[VIEW_TIMERS]; /* 0: not running */
} con;

static void
con_write(void *arg, const void *bytes, size_t n)
{
	(void)arg;
	assert_true(con.len + n < sizeof con.out);
	memcpy(con.out + con.len, bytes, n);
	con.len += n;
}

static void
con_record(void *arg, const uint8_t *bytes, size_t n)
{
	con_write(arg, bytes, n);
	con.records++;
}

static void
con_line(void *arg, const char *text, size_t n)
{
	(void)arg;
	memcpy(con.line, text, n);
	con.line[n] = '\0';
	con.lines++;
}

static void
con_key(void *arg, enum ipc_term_key key)
{
	(void)arg;
	assert_int_equal(key, KEY_ATTENTION);
	con.keys++;
}

static void
con_credit(void *arg, unsigned n)
{
	(void)arg;
	con.credit += n;
}

static void
con_again(void *arg)
{
	(void)arg;
	con.again++;
}

static void
con_timer(void *arg, unsigned id, unsigned ms)
{
	(void)arg;
	assert_true(id < VIEW_TIMERS);
	con.ms[id] = ms;
}

static const struct view_port port = { .write = con_write,
	.record = con_record, .line = con_line, .key = con_key,
	.credit = con_credit, .again = con_again, .timer = con_timer };

static const struct view_shape narrow = { .rows = 5, .cols = 40,
	.echo = true };
static const struct view_shape model2 = { .rows = 24, .cols = 80,
	.flags = TERM_COLOR | TERM_HIGHLIGHT | TERM_FULL_SCREEN };

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

/* What was written since the last call; NULs as dots. */
static const char *
written(void)
{
	static char text[sizeof con.out];

	for (size_t i = 0; i < con.len; i++)
		text[i] = con.out[i] != '\0' ? con.out[i] : '.';
	text[con.len] = '\0';
	con.len = 0;
	return text;
}

static struct view_item
item(enum ipc_item_kind kind, uint32_t flags, const char *text)
{
	return (struct view_item){ .kind = kind, .flags = flags,
		.message = (flags & ITEM_HIGH) != 0, .text = text,
		.len = strlen(text) };
}

/* --- line mode --- */

static struct view_line vl;

static int
line_setup(void **state)
{
	(void)state;
	memset(&con, 0, sizeof con);
	view_line_ops.open(&vl, &port, &narrow);
	assert_int_equal(con.credit, VIEW_LINE_WINDOW);
	con.credit = 0;
	return 0;
}

static int
line_teardown(void **state)
{
	(void)state;
	view_line_ops.close(&vl);
	return 0;
}

static void
line_put(enum ipc_item_kind kind, uint32_t flags, const char *text)
{
	struct view_item it = item(kind, flags, text);

	view_line_ops.item(&vl, &it);
}

static void
line_type(const char *keys)
{
	view_line_ops.data(&vl, (const uint8_t *)keys, strlen(keys));
}

static void
line_state(uint32_t status, uint32_t hidden)
{
	struct ipc_cons_state state = { status, hidden };

	view_line_ops.state(&vl, &state);
}

static void
test_line_output(void **state)
{
	(void)state;
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
test_line_sanitised(void **state)
{
	(void)state;
	line_put(ITEM_OUTPUT, 0, "a\033[2J\x9b\xc2\x9b\x07\r\x7f\xe2\x80\xae");
	assert_string_equal(written(),
	    "a.[2J\xef\xbf\xbd....." "\r\n");
}

static void
test_line_credit(void **state)
{
	(void)state;
	for (int i = 0; i < VIEW_LINE_WINDOW; i++)
		line_put(ITEM_OUTPUT, 0, "x");
	assert_int_equal(con.credit, 0); /* until the client takes it */
	assert_true(con.again > 0);
	view_line_ops.ready(&vl);
	assert_int_equal(con.credit, VIEW_LINE_WINDOW);
	view_line_ops.ready(&vl);
	assert_int_equal(con.credit, VIEW_LINE_WINDOW);
}

static void
test_line_prompt(void **state)
{
	(void)state;
	line_put(ITEM_PROMPT, 0, "Name? ");
	line_type("Bob\r");
	line_put(ITEM_INPUT, 0, "Bob"); /* shown already */
	line_put(ITEM_OUTPUT, 0, "Hello");
	assert_string_equal(written(), "Name? Bob\r\nHello\r\n");
	assert_string_equal(con.line, "Bob");
	/* typed before the prompt came: shown where it was taken */
	line_type("Al\r");
	view_line_ops.timer(&vl, VIEW_LINE_TIMER_ANSWER);
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
test_line_message_at_prompt(void **state)
{
	(void)state;
	line_put(ITEM_PROMPT, 0, "Name? ");
	line_type("Bo");
	written();
	line_put(ITEM_OUTPUT, ITEM_HIGH, "MSG FROM MAINT");
	assert_string_equal(written(), "\b\b  \b\b"
	    "\r\nMSG FROM MAINT\r\nName? Bo");
	line_type("b\r");
	assert_string_equal(con.line, "Bob");
}

static void
test_line_typing_meanwhile(void **state)
{
	(void)state;
	line_type("query na");
	written();
	line_put(ITEM_OUTPUT, 0, "output");
	assert_string_equal(written(), "\b\b\b\b\b\b\b\b        "
	    "\b\b\b\b\b\b\b\boutput\r\nquery na");
	line_type("mes\r");
	assert_string_equal(con.line, "query names");
}

static void
test_line_replay(void **state)
{
	(void)state;
	line_put(ITEM_PROMPT, ITEM_REPLAY | ITEM_RESET, "Name? ");
	line_put(ITEM_INPUT, ITEM_REPLAY, "Bob");
	line_put(ITEM_INPUT, ITEM_REPLAY, "");
	line_put(ITEM_INPUT, ITEM_REPLAY, "query time");
	line_put(ITEM_OUTPUT, ITEM_REPLAY | ITEM_ALARM, "TIME IS");
	assert_string_equal(written(), ""); /* more may come */
	view_line_ops.ready(&vl);
	assert_int_equal(con.credit + vl.owed, 5);
	assert_int_equal(con.ms[0], VIEW_LINE_REPLAY_MS);
	view_line_ops.timer(&vl, VIEW_LINE_TIMER_REPLAY);
	assert_string_equal(written(),
	    "Name? Bob\r\nquery time\r\nTIME IS\r\n");
	/* a screenful of the past, then the present */
	line_type("typed");
	written();
	for (int i = 0; i < 5000; i++)
		line_put(ITEM_OUTPUT, ITEM_REPLAY, i < 4995 ? "old" : "newer");
	line_put(ITEM_OUTPUT, 0, "RECONNECTED");
	assert_string_equal(written(), "\b\b\b\b\b     \b\b\b\b\b"
	    "newer\r\nnewer\r\nnewer\r\nnewer\r\nnewer\r\ntyped"
	    "\b\b\b\b\b     \b\b\b\b\bRECONNECTED\r\ntyped");
}

static void
test_line_states(void **state)
{
	(void)state;
	line_state(CONS_CP_READ, 0); /* LOGON: no CP was entered */
	line_state(CONS_RUNNING, 0);
	line_put(ITEM_PROMPT, 0, "> ");
	written();
	line_state(CONS_CP_READ, 0);
	assert_string_equal(written(), "\r\n");
	line_put(ITEM_PROMPT, 0, "> ");
	line_put(ITEM_OUTPUT, ITEM_LINE, "CP");
	assert_string_equal(written(), "> \r\nCP\r\n");
	line_state(CONS_CP_READ, 0);
	assert_string_equal(written(), "");
	line_state(CONS_LOGGED_OFF, 1);
	line_type("secret\r");
	assert_string_equal(written(), "\r\n");
	assert_string_equal(con.line, "secret");
}

static void
test_line_password_typed_ahead(void **state)
{
	(void)state;
	line_type("LOGON X\rSECRET\rQUERY TIME\r");
	assert_int_equal(con.lines, 1); /* it may be a password */
	assert_string_equal(written(), "LOGON X\r\n");
	line_state(CONS_LOGGED_OFF, 0); /* the logo's */
	assert_int_equal(con.lines, 1);
	line_put(ITEM_OUTPUT, 0, "ENTER PASSWORD:");
	assert_int_equal(con.ms[VIEW_LINE_TIMER_ANSWER], VIEW_LINE_QUIET_MS);
	line_state(CONS_LOGGED_OFF, 1);
	assert_int_equal(con.lines, 2);
	assert_string_equal(con.line, "SECRET");
	assert_string_equal(written(), "ENTER PASSWORD:\r\n\r\n");
	line_state(CONS_RUNNING, 0);
	assert_int_equal(con.lines, 3);
	assert_string_equal(con.line, "QUERY TIME");
	line_type("A\rB\rC\r"); /* logged on: nothing waits */
	assert_int_equal(con.lines, 6);
}

static void
test_line_typed_ahead_bounded(void **state)
{
	char line[1001];

	(void)state;
	memset(line, 'x', sizeof line);
	line[1000] = '\0';
	line[999] = '\r';
	for (int i = 0; i < 10; i++) {
		line_type(line);
		written();
		assert_true(vl.ahead_len <= VIEW_LINE_AHEAD_MAX);
	}
	for (int i = 0; i < 10; i++) { /* no answer: on after a while */
		view_line_ops.timer(&vl, VIEW_LINE_TIMER_ANSWER);
		written();
	}
	assert_int_equal(con.lines, 10);
	assert_null(vl.ahead);
}

static void
test_line_raw_password(void **state)
{
	struct view_shape raw = narrow;

	(void)state;
	raw.echo = false;
	view_line_ops.reshape(&vl, &raw);
	line_state(CONS_LOGGED_OFF, 1);
	assert_string_equal(written(), "DMKCNS185W YOUR TERMINAL SHOWS WHAT "
	    "YOU \r\nTYPE, PASSWORDS TOO\r\n");
	line_state(CONS_LOGGED_OFF, 0);
	line_state(CONS_LOGGED_OFF, 1);
	assert_string_equal(written(), "");
}

/* The last words stand last. */
static void
test_line_farewell(void **state)
{
	(void)state;
	line_put(ITEM_PROMPT, 0, "Name? ");
	line_type("half");
	written();
	view_line_ops.farewell(&vl, "GONE", 4);
	assert_string_equal(written(), "\b\b\b\b    \b\b\b\b\r\nGONE\r\n");
}

/* The next user at this terminal does not find the last one's lines. */
static void
test_line_retrieve_session(void **state)
{
	(void)state;
	line_type("LOGON ME SECRET\r");
	line_state(CONS_RUNNING, 0);
	line_type("MINE\r\x10\r");
	assert_string_equal(con.line, "MINE");
	view_line_ops.logo(&vl, logo_of("VM/370\n"));
	line_type("\x10\x10\r");
	assert_string_equal(con.line, "");
}

static void
test_line_attention(void **state)
{
	(void)state;
	line_type("\x03");
	assert_int_equal(con.keys, 1);
	view_line_ops.attention(&vl);
	assert_int_equal(con.keys, 2);
}

static void
test_line_logo(void **state)
{
	(void)state;
	line_put(ITEM_PROMPT, 0, "> ");
	line_type("lo");
	written();
	view_line_ops.logo(&vl, logo_of("VM/370 Online\nTYPE\033LOGON\n"));
	assert_string_equal(written(), "\b\b  \b\b\r\n\r\nVM/370 Online\r\n"
	    "TYPE.LOGON\r\nlo");
	line_type("gon x\r");
	assert_string_equal(con.line, "logon x");
}

/* --- 3270 --- */

static struct view_3270 v3;

static void
ready(void)
{
	view_3270_ops.ready(&v3);
}

static void
screen_logo_item(void)
{
	view_3270_ops.logo(&v3, logo_of("VM/370 Online\n"));
}

static int
screen_setup(void **state)
{
	struct ipc_cons_state off = { CONS_LOGGED_OFF, 0 };

	(void)state;
	memset(&con, 0, sizeof con);
	view_3270_ops.open(&v3, &port, &model2);
	ready();
	assert_int_equal(con.records, 0); /* nothing to show yet */
	screen_logo_item();
	view_3270_ops.state(&v3, &off);
	ready();
	assert_int_equal(con.records, 1);
	assert_int_equal(con.credit, VIEW_3270_WINDOW);
	con.credit = 0;
	return 0;
}

static int
screen_teardown(void **state)
{
	(void)state;
	view_3270_ops.close(&v3);
	return 0;
}

static void
screen_item(enum ipc_item_kind kind, uint32_t flags, const char *text)
{
	struct view_item it = item(kind, flags, text);

	view_3270_ops.item(&v3, &it);
}

static void
screen_state(uint32_t status, uint32_t hidden)
{
	struct ipc_cons_state state = { status, hidden };

	view_3270_ops.state(&v3, &state);
}

static void
key(uint8_t aid)
{
	const uint8_t record[] = { aid, 0x5B, 0x60 };

	view_3270_ops.record(&v3, record, sizeof record);
	ready();
}

/* ENTER with text of EBCDIC capitals. */
static void
enter(const char *text)
{
	uint8_t record[300] = { DS_AID_ENTER, 0x5B, 0x60, 0x11, 0x5B, 0x60 };
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		record[6 + i] = ds3270_ebcdic((unsigned char)text[i]);
	view_3270_ops.record(&v3, record, 6 + n);
	ready();
}

static void
expect_status(const char *word)
{
	assert_memory_equal(v3.screen.status, word, strlen(word));
}

static void
flood(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		screen_item(ITEM_OUTPUT, 0, "x");
	ready();
}

static void
test_more(void **state)
{
	(void)state;
	screen_state(CONS_RUNNING, 0);
	flood(22);
	assert_int_equal(con.credit, 22);
	expect_status("RUNNING");
	flood(22);
	assert_int_equal(con.credit, 22); /* none for what waits */
	assert_int_equal(v3.owed, 0);
	expect_status("MORE...");
	assert_int_equal(con.ms[VIEW_3270_TIMER_MORE], VIEW_3270_ALARM_MS);
	key(DS_AID_PA2);
	assert_int_equal(con.credit, 44);
	assert_int_equal(v3.screen.used, 22);
	expect_status("RUNNING");
	flood(1);
	expect_status("MORE...");
	key(DS_AID_CLEAR);
	expect_status("RUNNING");
	assert_int_equal(v3.screen.used, 1);
}

static void
test_more_timer(void **state)
{
	(void)state;
	flood(23);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	expect_status("MORE...");
	assert_int_equal(con.ms[VIEW_3270_TIMER_MORE], VIEW_3270_CLEAR_MS);
	/* The client does not take the alarm: the page stays. */
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	expect_status("MORE...");
	ready();
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
	ready();
	assert_int_equal(v3.screen.used, 1);
	assert_int_equal(con.credit + v3.owed, 23);
}

static void
test_holding(void **state)
{
	(void)state;
	flood(23);
	enter("");
	expect_status("HOLDING");
	assert_int_equal(con.ms[VIEW_3270_TIMER_MORE], 0);
	assert_int_equal(con.lines, 0);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	expect_status("HOLDING");
	enter("");
	expect_status("HOLDING");
	key(DS_AID_CLEAR);
	assert_int_equal(v3.screen.used, 1);
}

static void
test_enter_at_more(void **state)
{
	(void)state;
	flood(23);
	enter("QUERY TIME");
	assert_string_equal(con.line, "QUERY TIME");
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
	assert_int_equal(v3.screen.used, 1);
	flood(22);
	enter("");
	enter("HALT");
	assert_string_equal(con.line, "HALT");
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
}

static void
test_pa1(void **state)
{
	(void)state;
	flood(23);
	key(DS_AID_PA1);
	assert_int_equal(con.keys, 1);
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
	view_3270_ops.attention(&v3);
	assert_int_equal(con.keys, 2);
}

static void
test_lock(void **state)
{
	(void)state;
	written();
	enter("LOGON CMSUSER");
	/* not drawn before there is an answer to draw with it */
	ready();
	assert_int_equal(con.len, 0);
	assert_int_equal(con.ms[VIEW_3270_TIMER_ANSWER], VIEW_3270_LOGON_MS);
	screen_item(ITEM_INPUT, 0, "LOGON CMSUSER");
	/* drawn, but not unlocked */
	ready();
	assert_int_equal(con.ms[VIEW_3270_TIMER_ANSWER], VIEW_3270_QUIET_MS);
	assert_true(con.len >= 2);
	assert_int_equal(con.out[1] & DS_WCC_RESTORE, 0);
	written();
	screen_state(CONS_LOGGED_OFF, 1);
	ready();
	assert_int_equal(con.out[1] & DS_WCC_RESTORE, DS_WCC_RESTORE);
	assert_int_equal(con.ms[VIEW_3270_TIMER_ANSWER], 0);
	assert_true(v3.screen.hidden);
	/* no answer at all */
	enter("SECRET");
	assert_null(history_get(&v3.history, 2));
	written();
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_ANSWER);
	ready();
	assert_int_equal(con.out[1] & DS_WCC_RESTORE, DS_WCC_RESTORE);
}

static void
test_retrieve(void **state)
{
	(void)state;
	key(DS_AID_PF12);
	expect_status("NOT ACCEPTED");
	enter("ONE");
	enter("TWO");
	key(DS_AID_PF12);
	key(DS_AID_PF12);
	assert_int_equal(v3.back, 2);
	key(DS_AID_PF12);
	assert_int_equal(v3.back, 1);
}

/* The next user at this terminal does not find the last one's lines. */
static void
test_retrieve_session(void **state)
{
	(void)state;
	enter("LOGON ME SECRET");
	screen_state(CONS_RUNNING, 0);
	key(DS_AID_PF12);
	expect_status("NOT ACCEPTED");
	enter("MINE");
	screen_state(CONS_CP_READ, 0);
	key(DS_AID_PF12);
	assert_int_equal(v3.back, 1);
	screen_logo_item();
	key(DS_AID_PF12);
	expect_status("NOT ACCEPTED");
}

static unsigned
field_len(unsigned at)
{
	return v3.screen.input == SCREEN_INPUT_SET ? v3.screen.typed_len : at;
}

/* A password that nobody asks for any more is not shown. */
static void
test_secret(void **state)
{
	(void)state;
	screen_state(CONS_VM_READ, 1);
	ready();
	assert_int_equal(field_len(99), 99);
	screen_state(CONS_CP_READ, 0);
	assert_int_equal(field_len(99), 0); /* the field is emptied */
	ready();
	screen_state(CONS_VM_READ, 1);
	enter("SECRET");
	ready();
	screen_state(CONS_RUNNING, 0);
	ready();
	assert_int_equal(field_len(99), 99);
	screen_state(CONS_CP_READ, 0);
	assert_int_equal(field_len(99), 99); /* what is typed next stays */
}

static void
test_not_accepted(void **state)
{
	const uint8_t bad[] = { 0x7d, 0x7f, 0x7f };
	char big[200];

	(void)state;
	screen_state(CONS_RUNNING, 0);
	key(0xF3);
	expect_status("NOT ACCEPTED VM370");
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_NOTICE);
	expect_status("RUNNING");
	view_3270_ops.record(&v3, bad, sizeof bad);
	expect_status("NOT ACCEPTED");
	enter("X");
	expect_status("RUNNING");
	memset(big, 'X', sizeof big); /* longer than the field */
	big[sizeof big - 1] = '\0';
	enter(big);
	expect_status("NOT ACCEPTED");
	assert_string_equal(con.line, "X");
	view_3270_ops.record(&v3, bad, 0);
}

static void
test_screen_replay(void **state)
{
	char text[20];

	(void)state;
	flood(23);
	expect_status("MORE...");
	key(DS_AID_CLEAR);
	con.records = 0;
	con.credit = v3.owed = 0;
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "%d", i);
		screen_item(ITEM_OUTPUT, ITEM_REPLAY | (i == 0 ? ITEM_RESET :
		    0u), text);
		ready();
	}
	assert_int_equal(con.records, 0); /* nobody can read that fast */
	assert_int_equal(con.credit + v3.owed, 100);
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_REPLAY);
	ready();
	assert_int_equal(con.records, 1);
	assert_int_equal(v3.screen.row[21].cell[0], 0xF9);
	screen_item(ITEM_OUTPUT, 0, "RECONNECTED");
	ready();
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
}

static void
test_screen_logoff_at_more(void **state)
{
	(void)state;
	flood(30);
	screen_item(ITEM_OUTPUT, 0, "LOGOFF BY SYSTEM");
	screen_logo_item();
	ready();
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
	assert_true(v3.screen.logo);
	assert_null(v3.head);
	assert_int_equal(con.credit + v3.owed, 31);
}

static void
test_screen_say(void **state)
{
	(void)state;
	flood(30);
	view_3270_ops.farewell(&v3, "GONE", 4);
	ready();
	assert_int_equal(v3.screen.row[21].cell[0], 0xC7);
	assert_null(v3.head);
}

static void
test_screen_prompt_and_password(void **state)
{
	(void)state;
	screen_item(ITEM_PROMPT, 0, "Name? ");
	screen_item(ITEM_INPUT, 0, "Bob");
	assert_int_equal(v3.screen.used, 1);
	assert_int_equal(v3.screen.row[0].len, 9);
	screen_item(ITEM_INPUT, 0, "");
	assert_int_equal(v3.screen.used, 1);
	screen_item(ITEM_PROMPT, 0, "Name? ");
	screen_item(ITEM_OUTPUT, ITEM_LINE, "CP");
	assert_int_equal(v3.screen.used, 3);
}

#define LINE(f) cmocka_unit_test_setup_teardown(f, line_setup, line_teardown)
#define SCREEN(f) \
	cmocka_unit_test_setup_teardown(f, screen_setup, screen_teardown)

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
		SCREEN(test_more), SCREEN(test_more_timer),
		SCREEN(test_holding), SCREEN(test_enter_at_more),
		SCREEN(test_pa1), SCREEN(test_lock), SCREEN(test_retrieve),
		SCREEN(test_retrieve_session), SCREEN(test_secret),
		SCREEN(test_not_accepted), SCREEN(test_screen_replay),
		SCREEN(test_screen_logoff_at_more), SCREEN(test_screen_say),
		SCREEN(test_screen_prompt_and_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
