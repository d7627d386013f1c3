/* SPDX-License-Identifier: MIT
 *
 * term_view_3270.c - CP's screen: credit, MORE..., keys, the past, what is
 * typed while output comes.  The display is a ps3270: what the view writes is
 * shown there, and what is pressed there is what it gets.  CP is played here;
 * no socket, no clock.
 */
#include "term_view_3270.h"

/* --- MORE... --- */

static void
test_more(void **state)
{
	(void)state;
	cp_state(CONS_RUNNING, 0);
	flood(22);
	assert_int_equal(cp.credit, 22);
	expect_status("RUNNING");
	flood(22);
	assert_int_equal(cp.credit, 22); /* none for what waits */
	assert_int_equal(v3.owed, 0);
	expect_status("MORE...");
	assert_int_equal(cp.ms[VIEW_3270_TIMER_MORE], 50000);
	press(DS_AID_PA2);
	assert_int_equal(cp.credit, 44);
	expect_status("RUNNING");
	flood(1);
	expect_status("MORE...");
	press(DS_AID_CLEAR);
	expect_status("RUNNING");
	expect_row(1, "LINE 45");
	expect_row(2, "");
}

static void
test_more_timer(void **state)
{
	(void)state;
	flood(23);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	assert_int_equal(cp.ms[VIEW_3270_TIMER_MORE], 10000);
	/* The client does not take the alarm: the page stays. */
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	assert_int_equal(v3.hold, VIEW_3270_FILLED);
	turn();
	assert_true(glass.alarm);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	turn();
	expect_status("");
	expect_row(1, "LINE 23");
	assert_int_equal(cp.credit + v3.owed, 23);
}

/* TERMINAL MORE: 0 is no alarm, and never. */
static void
test_more_options(void **state)
{
	(void)state;
	cp_options(7, 3, OPTION_HOLD);
	flood(23);
	assert_int_equal(cp.ms[VIEW_3270_TIMER_MORE], 7000);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	assert_int_equal(cp.ms[VIEW_3270_TIMER_MORE], 3000);
	cp_options(7, 0, OPTION_HOLD);
	assert_int_equal(cp.ms[VIEW_3270_TIMER_MORE], 0); /* never */
	cp_options(0, 5, 0);
	assert_int_equal(cp.ms[VIEW_3270_TIMER_MORE], 5000);
	turn();
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	turn();
	expect_row(1, "LINE 23");
	flood(22);
	expect_status("MORE...");
	enter(""); /* holds no screen */
	expect_row(1, "LINE 45");
	cp_logo();
	flood(23);
	assert_int_equal(cp.ms[VIEW_3270_TIMER_MORE], 50000);
}

static void
test_holding(void **state)
{
	(void)state;
	flood(23);
	enter("");
	expect_status("HOLDING");
	assert_int_equal(cp.ms[VIEW_3270_TIMER_MORE], 0);
	assert_int_equal(cp.lines, 0);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	expect_status("HOLDING");
	enter("");
	expect_status("HOLDING");
	press(DS_AID_CLEAR);
	expect_row(1, "LINE 23");
}

static void
test_enter_at_more(void **state)
{
	(void)state;
	flood(23);
	enter("QUERY TIME");
	assert_string_equal(cp.line, "QUERY TIME");
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
	answer();
	expect_row(1, "LINE 23");
	flood(22);
	enter("");
	expect_status("HOLDING");
	enter("HALT");
	assert_string_equal(cp.line, "HALT");
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
}

/* What is typed stays while page after page goes by. */
static void
test_typing_meanwhile(void **state)
{
	(void)state;
	cp_state(CONS_RUNNING, 0);
	type("HALF A LI");
	flood(22);
	expect_status("RUNNING");
	flood(22);
	press(DS_AID_PA2);
	flood(1);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	turn();
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	turn();
	type("NE");
	expect_row(23, "HALF A LINE");
	press(DS_AID_ENTER);
	assert_string_equal(cp.line, "HALF A LINE");
}

static void
test_attention(void **state)
{
	(void)state;
	flood(23);
	press(DS_AID_PA1);
	assert_int_equal(cp.keys[KEY_ATTENTION], 1);
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
	enter("SLOW"); /* the keyboard is locked: ATTN comes all the same */
	assert_true(glass.locked);
	view_3270_ops.attention(&v3);
	assert_int_equal(cp.keys[KEY_ATTENTION], 2);
	view_3270_ops.sysreq(&v3);
	assert_int_equal(cp.keys[KEY_SYSREQ], 1);
}

/* PA2 crosses a line on its way: that one was not read. */
static void
test_clear_too_early(void **state)
{
	static const uint8_t pa2 = DS_AID_PA2;

	(void)state;
	cp_state(CONS_RUNNING, 0);
	cp_item(ITEM_OUTPUT, 0, "JUST NOW");
	view_3270_ops.record(&v3, &pa2, 1);
	expect_row(1, "JUST NOW");
	view_3270_ops.record(&v3, &pa2, 1);
	expect_row(1, "");
}

/* What waits at PA1 goes by, here and at CP, down to CP READ; what comes then
 * waits for the user again. */
static void
test_attention_at_more(void **state)
{
	(void)state;
	cp_state(CONS_RUNNING, 0);
	flood(22);
	flood(22);
	expect_status("MORE...");
	press(DS_AID_PA1);
	expect_status("RUNNING");
	expect_row(22, "LINE 44");
	flood(22);
	cp_state(CONS_CP_READ, 0);
	flood(22);
	flood(5);
	expect_status("CP READ");
	expect_row(22, "LINE 93");
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_HURRY); /* that was all */
	flood(22);
	expect_status("CP READ");
	flood(1);
	expect_status("MORE...");
	press(DS_AID_PA1);
	expect_status("CP READ");
	enter("QUERY ALL");
	answer();
	flood(23);
	expect_status("MORE...");
}

/* --- the keyboard --- */

static void
test_lock(void **state)
{
	(void)state;
	cp.records = 0;
	enter("LOGON CMSUSER");
	/* not drawn before there is an answer to draw with it */
	turn();
	assert_int_equal(cp.ms[VIEW_3270_TIMER_ANSWER], VIEW_3270_LOGON_MS);
	cp_item(ITEM_INPUT, 0, "LOGON CMSUSER");
	/* drawn, but not unlocked */
	turn();
	assert_int_equal(cp.ms[VIEW_3270_TIMER_ANSWER], VIEW_3270_QUIET_MS);
	assert_true(cp.records > 0);
	assert_true(glass.locked);
	cp_state(CONS_LOGGED_OFF, 1);
	turn();
	assert_false(glass.locked);
	assert_int_equal(cp.ms[VIEW_3270_TIMER_ANSWER], 0);
	assert_true(v3.screen.hidden);
	/* no answer at all */
	enter("SECRET");
	assert_null(history_get(&v3.history, 2));
	assert_true(glass.locked);
	answer();
	assert_false(glass.locked);
}

/* A password is shown at no size, and kept nowhere. */
static void
test_password(void **state)
{
	static const unsigned sizes[][2] = { { 24, 80 }, { 32, 80 },
		{ 43, 80 }, { 27, 132 }, { 62, 160 } };

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		again(sizes[i][0], sizes[i][1], i % 2 ? TERM_COLOR : 0);
		enter("LOGON ME");
		cp_item(ITEM_OUTPUT, 0, "ENTER PASSWORD:");
		cp_state(CONS_LOGGED_OFF, 1);
		turn();
		type("SECRET");
		expect_row(sizes[i][0] - 1, "");
		press(DS_AID_PF1);
		assert_int_equal(v3.over, VIEW_3270_HELP);
		press(DS_AID_PF1);
		expect_row(sizes[i][0] - 1, "");
		press(DS_AID_PF12);
		expect_status("NOT ACCEPTED");
		cp_pf(2, PF_IMMED, "QUERY TIME"); /* which is none */
		press(DS_AID_PF2);
		expect_status("NOT ACCEPTED");
		assert_int_equal(cp.lines, 1);
		cp_pf(4, PF_COPY, "");
		press(DS_AID_PF4);
		assert_null(strstr(cp.copy, "SECRET"));
		press(DS_AID_ENTER);
		assert_string_equal(cp.line, "SECRET");
		cp_item(ITEM_INPUT, 0, "");
		cp_state(CONS_RUNNING, 0);
		turn();
		for (unsigned r = 1; r <= sizes[i][0]; r++)
			assert_null(strstr(row(r), "SECRET"));
		press(DS_AID_PF12);
		assert_string_not_equal(row(sizes[i][0] - 1), "SECRET");
	}
}

/* A password that nobody asks for any more is not shown. */
static void
test_secret(void **state)
{
	(void)state;
	cp_state(CONS_VM_READ, 1);
	turn();
	type("SECRET");
	cp_state(CONS_CP_READ, 0);
	turn();
	expect_row(23, ""); /* the field is emptied */
	cp_state(CONS_VM_READ, 1);
	turn();
	enter("SECRET");
	answer();
	cp_state(CONS_RUNNING, 0);
	turn();
	type("NEXT");
	cp_state(CONS_CP_READ, 0);
	turn();
	expect_row(23, "NEXT"); /* what is typed next stays */
}

static void
test_not_accepted(void **state)
{
	const uint8_t bad[] = { 0x7d, 0x7f, 0x7f };
	char big[200];

	(void)state;
	cp_state(CONS_RUNNING, 0);
	press(DS_AID_PF3);
	expect_status("NOT ACCEPTED VM370");
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_NOTICE);
	expect_status("RUNNING");
	view_3270_ops.record(&v3, bad, sizeof bad);
	expect_status("NOT ACCEPTED");
	enter("X");
	expect_status("RUNNING");
	memset(big, 'X', sizeof big); /* longer than the field */
	view_3270_ops.record(&v3, (const uint8_t *)big, 0);
	enter_record(big, sizeof big);
	expect_status("NOT ACCEPTED");
	assert_string_equal(cp.line, "X");
}

/* The longest field there can be gives more than a line may have. */
static void
test_too_long(void **state)
{
	(void)state;
	again(24, 682, 0);
	for (unsigned i = 0; i < 2 * 682 - 21; i++)
		assert_true(ps3270_type(&glass, 0x43)); /* two bytes of UTF-8 */
	press(DS_AID_ENTER);
	expect_status("NOT ACCEPTED");
	assert_int_equal(cp.lines, 0);
	assert_int_equal(glass.cell[v3.screen.input].c, 0x43); /* kept */
}

/* --- PF keys --- */

static void
test_retrieve(void **state)
{
	(void)state;
	press(DS_AID_PF12);
	expect_status("NOT ACCEPTED");
	enter("ONE");
	answer();
	enter("TWO");
	answer();
	press(DS_AID_PF12);
	expect_row(23, "TWO");
	press(DS_AID_PF24);
	expect_row(23, "ONE");
	press(DS_AID_PF12);
	expect_row(23, "TWO");
}

/* The next user at this terminal does not find the last one's lines. */
static void
test_retrieve_session(void **state)
{
	(void)state;
	enter("LOGON ME SECRET");
	cp_state(CONS_RUNNING, 0);
	press(DS_AID_PF12);
	expect_status("NOT ACCEPTED");
	enter("MINE");
	cp_state(CONS_CP_READ, 0);
	press(DS_AID_PF12);
	expect_row(23, "MINE");
	cp_logo();
	press(DS_AID_PF12);
	expect_status("NOT ACCEPTED");
}

static void
test_pf(void **state)
{
	(void)state;
	cp_state(CONS_RUNNING, 0);
	cp_pf(2, PF_IMMED, "QUERY TIME");
	cp_pf(3, PF_DELAYED, "MSG OP \xc3\xa4");
	cp_pf(4, PF_COPY, "");
	cp_pf(12, PF_UNDEFINED, "");
	type("KEPT");
	press(DS_AID_PF2);
	assert_string_equal(cp.line, "QUERY TIME");
	answer();
	expect_row(23, "KEPT");
	press(DS_AID_PF4);
	assert_int_equal(cp.copies, 1);
	assert_non_null(strstr(cp.copy, "\nKEPT\n"));
	assert_non_null(strstr(cp.copy, "RUNNING   VM370\n"));
	expect_row(23, "KEPT");
	press(DS_AID_PF3);
	expect_row(23, "MSG OP \xe4");
	press(DS_AID_PF12);
	expect_status("NOT ACCEPTED");
	expect_row(23, "MSG OP \xe4");
	press(DS_AID_ENTER);
	assert_string_equal(cp.line, "MSG OP \xc3\xa4");
	answer();
	cp_pf(2, PF_IMMED, ""); /* keys without text send and type none */
	cp_pf(3, PF_DELAYED, "");
	press(DS_AID_PF2);
	answer();
	assert_string_equal(cp.line, "");
	press(DS_AID_PF3);
	expect_row(23, "");
	cp_logo(); /* another user's keys are his own */
	press(DS_AID_PF2);
	expect_status("NOT ACCEPTED");
	assert_int_equal(cp.lines, 3);
}

static void
test_help(void **state)
{
	(void)state;
	cp_state(CONS_RUNNING, 0);
	flood(3);
	cp_pf(2, PF_IMMED, "QUERY TIME");
	type("KEPT");
	press(DS_AID_PF1);
	expect_status("HELP");
	expect_row(1,
	    "The keys of this terminal.  Any of them takes this away.");
	assert_memory_equal(row(10), "PF2   sends QUERY TIME  ", 24);
	assert_non_null(strstr(row(20), "PF24  the line typed before"));
	flood(1); /* waits */
	expect_row(23, "KEPT");
	press(DS_AID_PF1);
	expect_row(3, "LINE 3");
	turn();
	expect_row(4, "LINE 4");
	press(DS_AID_PF13);
	expect_status("HELP");
	press(DS_AID_ENTER);
	assert_string_equal(cp.line, "KEPT"); /* does what it does */
	answer();
	expect_row(1, "LINE 1");
	press(DS_AID_PF1);
	answer();
	press(DS_AID_PA1);
	assert_int_equal(cp.keys[KEY_ATTENTION], 1);
	expect_row(1, "LINE 1");
}

/* --- the past --- */

static void
test_past(void **state)
{
	(void)state;
	cp_state(CONS_RUNNING, 0);
	cp_remember(5000);
	flood(22);
	press(DS_AID_PA2);
	flood(22);
	expect_row(1, "LINE 5023");
	type("KEPT");
	press(DS_AID_PF7);
	expect_row(1, "LINE 5001");
	expect_row(22, "LINE 5022");
	expect_status("PAST 44");
	expect_row(23, "KEPT");
	press(DS_AID_PF7);
	expect_row(1, "LINE 4979");
	flood(2); /* waits */
	expect_row(1, "LINE 4979");
	press(DS_AID_PF8);
	expect_row(1, "LINE 5001");
	press(DS_AID_PF8); /* that is the newest page */
	expect_row(1, "LINE 5023");
	expect_status("MORE...");
	expect_row(23, "KEPT");
	press(DS_AID_PA2);
	expect_row(1, "LINE 5045");
}

/* To the first line, and all the way forward again. */
static void
test_past_all(void **state)
{
	unsigned pages = 0;

	(void)state;
	cp_state(CONS_RUNNING, 0);
	cp_remember(5000);
	flood(5);
	while (strcmp(row(1), "LINE 1") != 0) {
		press(DS_AID_PF7);
		assert_true(++pages < 300);
		assert_true(cp.asked_most <= 40); /* not all at once */
	}
	assert_int_equal(pages, 228); /* 5000 / 22 */
	press(DS_AID_PF7);
	expect_status("NOT ACCEPTED");
	expect_row(1, "LINE 1");
	while (v3.over == VIEW_3270_PAST) {
		press(DS_AID_PF8);
		assert_true(--pages < 300);
	}
	expect_row(5, "LINE 5005");
}

/* The oldest lines are gone, also while one looks at them. */
static void
test_past_gone(void **state)
{
	(void)state;
	cp_state(CONS_RUNNING, 0);
	cp_remember(100);
	cp.first = 60;
	flood(1);
	press(DS_AID_PF7);
	expect_row(1, "LINE 79");
	press(DS_AID_PF7);
	expect_row(1, "LINE 60");
	press(DS_AID_PF7);
	expect_status("NOT ACCEPTED");
	expect_row(1, "LINE 60"); /* still there */
	cp.first = 90;
	press(DS_AID_PF7);
	expect_status("NOT ACCEPTED");
	expect_row(1, "LINE 60");
	press(DS_AID_PF8);
	expect_row(1, "LINE 90");
	press(DS_AID_PF8);
	expect_row(1, "LINE 101");
}

/* --- pages of folded lines, one after the other --- */

static struct {
	char *row[20000];
	unsigned n;
} seen, wanted;

static void
rows_add(char **to, const char *text, size_t n)
{
	while (n > 0 && text[n - 1] == ' ')
		n--;
	*to = strndup(text, n);
}

static void
rows_free(void)
{
	for (unsigned i = 0; i < seen.n; i++)
		free(seen.row[i]);
	for (unsigned i = 0; i < wanted.n; i++)
		free(wanted.row[i]);
	seen.n = wanted.n = 0;
}

/* The rows of the glass, before those seen or behind them. */
static void
rows_see(bool before)
{
	char *page[300];
	unsigned n = 0;

	for (unsigned r = 1; r <= glass.rows - 2; r++)
		if (row(r)[0] != '\0')
			rows_add(&page[n++], row(r), strlen(row(r)));
	if (before)
		memmove(seen.row + n, seen.row, seen.n * sizeof seen.row[0]);
	memcpy(before ? seen.row : seen.row + seen.n, page,
	    n * sizeof page[0]);
	seen.n += n;
}

static void
rows_want(unsigned items)
{
	for (unsigned i = 1; i <= items; i++) {
		const char *text = cp.item[i].text;
		size_t n = strlen(text);

		for (size_t at = 0; at < n; at += glass.cols)
			rows_add(&wanted.row[wanted.n++], text + at,
			    n - at < glass.cols ? n - at : glass.cols);
	}
}

static void
rows_compare(void)
{
	assert_true(seen.n >= wanted.n);
	for (unsigned i = 0; i < wanted.n; i++)
		assert_string_equal(seen.row[i], wanted.row[i]);
}

/* Lines that fold: each page goes on where the other ends. */
static void
past_folded(unsigned rows, unsigned cols)
{
	again(rows, cols, TERM_COLOR);
	cp_state(CONS_RUNNING, 0);
	cp_remember_long(600);
	rows_want(600);
	flood(1);
	do {
		press(DS_AID_PF7);
		rows_see(true);
	} while (v3.past.begin.seq > 1 || v3.past.begin.row > 0);
	assert_int_equal(seen.n, wanted.n);
	rows_compare();
	for (unsigned i = 0; i < seen.n; i++)
		free(seen.row[i]);
	seen.n = 0;
	do {
		rows_see(false);
		press(DS_AID_PF8);
	} while (v3.over == VIEW_3270_PAST);
	rows_compare();
	expect_row(1, "LINE 601");
	rows_free();
}

static void
test_past_folded(void **state)
{
	(void)state;
	past_folded(24, 80);
	past_folded(32, 80);
	past_folded(43, 80);
	past_folded(27, 132);
	past_folded(62, 160);
	past_folded(204, 80);
}

/* Prompts and what was typed at them are one row, also where a page begins. */
static void
test_past_prompts(void **state)
{
	(void)state;
	cp_state(CONS_RUNNING, 0);
	cp_remember_prompts(200);
	press(DS_AID_PF7);
	expect_row(22, "Name? Bob 200");
	expect_row(1, "Name? Bob 179");
	press(DS_AID_PF7);
	expect_row(22, "Name? Bob 178");
	expect_row(1, "Name? Bob 157");
	press(DS_AID_PF8);
	expect_row(22, "Name? Bob 200");
}

static void
test_past_leave(void **state)
{
	(void)state;
	cp_state(CONS_RUNNING, 0);
	cp_remember(100);
	flood(3);
	press(DS_AID_PF7);
	press(DS_AID_CLEAR);
	expect_row(1, "LINE 101");
	press(DS_AID_PF7);
	press(DS_AID_PA2);
	expect_row(3, "LINE 103");
	press(DS_AID_PF7);
	enter("");
	expect_row(3, "LINE 103");
	assert_int_equal(cp.lines, 0);
	press(DS_AID_PF7);
	enter("QUERY TIME");
	assert_string_equal(cp.line, "QUERY TIME");
	answer();
	expect_row(3, "LINE 103");
	press(DS_AID_PF8); /* there is none */
	expect_status("NOT ACCEPTED");
	press(DS_AID_PF7);
	cp_state(CONS_VM_READ, 1); /* a password is asked for */
	turn();
	expect_row(3, "LINE 103");
}

static void
test_past_logo(void **state)
{
	(void)state;
	press(DS_AID_PF7);
	expect_status("NOT ACCEPTED");
	cp_state(CONS_RUNNING, 0);
	cp_remember(100);
	flood(1);
	press(DS_AID_PF7);
	cp_logo();
	expect_row(1, "VM/370 Online");
	/* an answer to somebody who is gone */
	view_3270_ops.past(&v3, &(struct ipc_cons_past){ 1, 1 });
	turn();
	expect_row(1, "VM/370 Online");
}

/* --- sessions --- */

static void
test_replay(void **state)
{
	char text[20];

	(void)state;
	flood(23);
	expect_status("MORE...");
	press(DS_AID_CLEAR);
	cp.records = 0;
	cp.credit = v3.owed = 0;
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "OLD %d", i);
		cp_item(ITEM_OUTPUT, ITEM_REPLAY | (i == 0 ? ITEM_RESET :
		    0u), text);
		view_3270_ops.ready(&v3);
	}
	assert_int_equal(cp.records, 0); /* nobody can read that fast */
	assert_int_equal(cp.credit + v3.owed, 100);
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_REPLAY);
	turn();
	assert_int_equal(cp.records, 1);
	expect_row(22, "OLD 99");
	cp_item(ITEM_OUTPUT, 0, "RECONNECTED");
	turn();
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
}

static void
test_logoff_at_more(void **state)
{
	(void)state;
	flood(30);
	cp_item(ITEM_OUTPUT, 0, "LOGOFF BY SYSTEM");
	cp_logo();
	assert_int_equal(v3.hold, VIEW_3270_FLOW);
	expect_row(1, "VM/370 Online");
	expect_row(22, "LOGOFF BY SYSTEM");
	assert_null(v3.waiting.head);
	assert_int_equal(cp.credit + v3.owed, 31);
}

static void
test_farewell(void **state)
{
	(void)state;
	flood(30);
	view_3270_ops.farewell(&v3, "GONE", 4);
	turn();
	expect_row(22, "GONE");
	assert_null(v3.waiting.head);
}

static void
test_prompt_and_password(void **state)
{
	(void)state;
	cp_item(ITEM_PROMPT, 0, "Name? ");
	cp_item(ITEM_INPUT, 0, "Bob");
	cp_item(ITEM_INPUT, 0, "");
	cp_item(ITEM_PROMPT, 0, "Name? ");
	cp_item(ITEM_OUTPUT, ITEM_LINE, "CP");
	turn();
	expect_row(1, "Name? Bob");
	expect_row(2, "Name?");
	expect_row(3, "CP");
}

/* Another size: the lines are folded anew, what waits goes on waiting. */
static void
test_reshape(void **state)
{
	(void)state;
	cp_state(CONS_RUNNING, 0);
	cp_remember(50);
	flood(22);
	flood(3);
	expect_status("MORE...");
	resize(43, 80);
	expect_row(42 - 1, "LINE 72");
	expect_row(1, "LINE 32");
	expect_status("MORE...");
	resize(24, 132);
	expect_row(22, "LINE 72");
	press(DS_AID_PA2);
	expect_row(1, "LINE 73");
	expect_row(3, "LINE 75");
	resize(62, 160);
	cp_logo();
	resize(24, 80);
	expect_row(1, "VM/370 Online");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_more), TEST(test_more_timer),
		TEST(test_more_options), TEST(test_holding),
		TEST(test_enter_at_more), TEST(test_typing_meanwhile),
		TEST(test_attention), TEST(test_clear_too_early),
		TEST(test_attention_at_more), TEST(test_lock), TEST(test_password),
		TEST(test_secret), TEST(test_not_accepted),
		TEST(test_too_long), TEST(test_retrieve),
		TEST(test_retrieve_session), TEST(test_pf), TEST(test_help),
		TEST(test_past), TEST(test_past_all), TEST(test_past_gone),
		TEST(test_past_folded),
		TEST(test_past_prompts), TEST(test_past_leave),
		TEST(test_past_logo), TEST(test_replay),
		TEST(test_logoff_at_more), TEST(test_farewell),
		TEST(test_prompt_and_password), TEST(test_reshape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
