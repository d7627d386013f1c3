/* SPDX-License-Identifier: MIT
 *
 * term_view_full.c - guests' screens under CP's own, at every size: what is
 * shown, what the guest is told, and that CP can always be reached.
 */
#include "term_view_3270.h"

#include <errno.h>

#define VDEV 0x009

static uint32_t tag;

/* --- the guest --- */

static void
guest_says(enum ipc_full_op op, const uint8_t *bytes, size_t n)
{
	struct ipc_full *full = calloc(1, sizeof *full + n);

	full->text_len = (uint32_t)n;
	full->op = (uint16_t)op;
	full->vdev = VDEV;
	full->tag = op == FULL_END ? 0 : ++tag;
	if (n > 0)
		memcpy(full->text, bytes, n);
	view_3270_ops.full(&v3, full);
	free(full);
}

static void
guest(enum ipc_full_op op, const void *bytes, size_t n)
{
	guest_says(op, bytes, n);
	turn();
}

/* A title, a field with its label, another one below it; in the size that the
 * command gives. */
static size_t
panel(uint8_t record[300], enum ds_command command, const char *title)
{
	unsigned cols = command == DS_ERASE_WRITE ? 80 : v3.shape.cols;
	unsigned rows = command == DS_ERASE_WRITE ? 24 : v3.shape.rows;
	struct ds_out o = { .buf = record, .cap = 300, .cells = rows * cols };

	ds3270_begin(&o, command, DS_WCC_RESTORE);
	ds3270_sba(&o, 0);
	ds3270_sf(&o, DS_PROTECTED | DS_BRIGHT);
	for (const char *s = title; *s != '\0'; s++)
		ds3270_byte(&o, v3.codepage.to[(uint8_t)*s]);
	ds3270_sba(&o, 2 * cols);
	ds3270_sf(&o, 0);
	ds3270_ic(&o);
	ds3270_sba(&o, 2 * cols + 20);
	ds3270_sf(&o, DS_PROTECTED);
	ds3270_sba(&o, rows * cols - 10);
	ds3270_sf(&o, 0);
	assert_false(o.overflow);
	return o.len;
}

static void
paint(enum ds_command command, const char *title)
{
	uint8_t record[300];

	guest(FULL_WRITE, record, panel(record, command, title));
}

/* What the guest was told last, and that it was all. */
static const struct ipc_full *
told(enum ipc_full_op op)
{
	const struct ipc_full *last = &cp.said[cp.nsaid - 1];

	assert_int_equal(cp.nsaid, 1);
	assert_int_equal(last->op, op);
	assert_int_equal(last->vdev, VDEV);
	return last;
}

static void
heard(void)
{
	for (unsigned i = 0; i < cp.nsaid; i++)
		free(cp.text[i]);
	cp.nsaid = 0;
}

static void
told_done(int rc)
{
	const struct ipc_full *last = told(FULL_DONE);

	assert_int_equal(last->tag, tag);
	assert_int_equal(last->rc, rc);
	heard();
}

/* A guest whose user has typed the command that begins it. */
static void
run(unsigned rows, unsigned cols, uint32_t flags)
{
	again(rows, cols, flags);
	cp_state(CONS_RUNNING, 0);
	enter("PANEL");
	cp_item(ITEM_INPUT, 0, "PANEL");
}

/* --- */

static const struct {
	unsigned rows, cols;
	enum ds_command command;
} sizes[] = {
	{ 24, 80, DS_ERASE_WRITE }, { 24, 80, DS_ERASE_WRITE_ALTERNATE },
	{ 32, 80, DS_ERASE_WRITE_ALTERNATE }, { 32, 80, DS_ERASE_WRITE },
	{ 43, 80, DS_ERASE_WRITE_ALTERNATE }, { 43, 80, DS_ERASE_WRITE },
	{ 27, 132, DS_ERASE_WRITE_ALTERNATE }, { 27, 132, DS_ERASE_WRITE },
	{ 62, 160, DS_ERASE_WRITE_ALTERNATE }, { 62, 160, DS_ERASE_WRITE },
	{ 99, 165, DS_ERASE_WRITE_ALTERNATE },
};

#define SIZES (sizeof sizes / sizeof sizes[0])

static void
cover_and_back(unsigned i)
{
	unsigned rows = sizes[i].command == DS_ERASE_WRITE ? 24 :
	    sizes[i].rows;

	run(sizes[i].rows, sizes[i].cols, i % 2 ? TERM_COLOR : 0);
	paint(sizes[i].command, "A PANEL");
	told_done(0);
	assert_int_equal(glass.rows, rows);
	expect_row(1, " A PANEL");
	type("HALF A");
	cp_item(ITEM_OUTPUT, ITEM_HIGH, "MSG FROM MAINT: HELLO");
	turn();
	assert_int_equal(glass.rows, sizes[i].rows);
	assert_int_equal(glass.cols, sizes[i].cols);
	expect_row(1, "PANEL");
	expect_row(2, "MSG FROM MAINT: HELLO");
	expect_status("MORE...");
	press(DS_AID_PA2);
	assert_int_equal(glass.rows, rows);
	expect_row(1, " A PANEL");
	expect_row(3, " HALF A");
	type(" LINE"); /* where the cursor was */
	assert_int_equal(cp.nsaid, 0); /* the guest knows nothing of it */
	press(DS_AID_ENTER);
	told(FULL_RECORD);
	assert_int_equal(cp.said[0].tag, 0);
	assert_int_equal(cp.text[0][0], DS_AID_ENTER);
	assert_int_equal(cp.said[0].text_len, 3 + 3 + 11);
	assert_true(glass.locked);
	heard();
}

static void
test_sizes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SIZES; i++)
		cover_and_back(i);
}

/* CP READ has the screen until BEGIN. */
static void
test_cp_read(void **state)
{
	(void)state;
	run(43, 80, 0);
	paint(DS_ERASE_WRITE_ALTERNATE, "A PANEL");
	type("HALF");
	press(DS_AID_PA1);
	assert_int_equal(cp.keys[KEY_ATTENTION], 1);
	expect_row(1, " A PANEL"); /* until CP says so */
	cp_state(CONS_CP_READ, 0);
	expect_status("CP READ");
	press(DS_AID_CLEAR); /* it stays */
	expect_status("CP READ");
	enter("QUERY TIME");
	assert_string_equal(cp.line, "QUERY TIME");
	cp_item(ITEM_OUTPUT, 0, "TIME IS 12:00:00");
	answer();
	expect_row(1, "TIME IS 12:00:00");
	type("BEG");
	cp_item(ITEM_OUTPUT, 0, "NOISE");
	turn();
	enter("IN");
	assert_string_equal(cp.line, "BEGIN");
	cp_state(CONS_RUNNING, 0);
	expect_row(1, " A PANEL");
	expect_row(3, " HALF");
	assert_int_equal(cp.nsaid, 1); /* FULL_DONE of the first */
}

/* Lines that were not read yet are, before a guest's screen takes their
 * place; and what was typed meanwhile is there again when it has gone. */
static void
test_unread(void **state)
{
	(void)state;
	run(24, 80, 0);
	cp_item(ITEM_OUTPUT, 0, "LOADING");
	answer();
	type("TYPED AHEAD");
	paint(DS_ERASE_WRITE, "A PANEL");
	told_done(0); /* it does not wait for the user */
	expect_row(2, "LOADING");
	expect_status("MORE...");
	assert_int_equal(cp.ms[VIEW_3270_TIMER_MORE], 50000);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	turn();
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_MORE);
	turn();
	expect_row(1, " A PANEL");
	guest(FULL_END, NULL, 0);
	assert_int_equal(cp.ended, 1);
	expect_row(2, "LOADING");
	expect_row(23, "TYPED AHEAD");
	assert_int_equal(v3.screen.typed[0], 0); /* kept no more */
	press(DS_AID_ENTER);
	assert_string_equal(cp.line, "TYPED AHEAD");
}

/* Another size when the display has just said what is typed: what is typed
 * after it counts. */
static void
test_unread_resized(void **state)
{
	uint8_t record[300];

	(void)state;
	run(24, 80, 0);
	answer();
	type("BEFORE");
	guest_says(FULL_WRITE, record, panel(record, DS_ERASE_WRITE,
	    "A PANEL"));
	view_3270_ops.ready(&v3);
	assert_non_null(cp.reply);
	view_3270_ops.record(&v3, cp.reply, cp.nreply);
	free(cp.reply);
	cp.reply = NULL;
	resize(32, 80);
	heard();
	type("AFTER");
	paint(DS_ERASE_WRITE, "A PANEL");
	expect_row(1, " A PANEL");
	guest(FULL_END, NULL, 0);
	expect_row(31, "AFTER");
}

/* The keyboard is free wherever CP's screen stays. */
static void
test_unlocked(void **state)
{
	static const uint8_t bad[] = { 0xF1, 0xC3 };

	(void)state;
	run(24, 80, 0);
	cp_item(ITEM_OUTPUT, 0, "LOADING");
	paint(DS_ERASE_WRITE, "A PANEL");
	expect_status("MORE...");
	assert_false(glass.locked);
	press(DS_AID_CLEAR);
	expect_row(1, " A PANEL");
	run(24, 80, 0);
	guest(FULL_WRITE, bad, sizeof bad); /* does not erase */
	expect_status("RUNNING");
	assert_false(glass.locked);
}

/* MORE... with a guest's screen under it: page after page, then that. */
static void
test_more(void **state)
{
	(void)state;
	run(24, 80, 0);
	paint(DS_ERASE_WRITE, "A PANEL");
	flood(50);
	expect_status("MORE...");
	press(DS_AID_PA2);
	expect_status("MORE...");
	flood(0);
	press(DS_AID_CLEAR);
	expect_row(1, "LINE 45");
	expect_status("MORE...");
	enter("");
	expect_row(1, " A PANEL");
	flood(1);
	enter("#CP SLEEP"); /* a line at MORE... is sent */
	assert_string_equal(cp.line, "#CP SLEEP");
	answer();
	expect_row(1, " A PANEL");
}

/* What the guest writes under CP's screen is there when that goes. */
static void
test_write_covered(void **state)
{
	(void)state;
	run(32, 80, 0);
	paint(DS_ERASE_WRITE_ALTERNATE, "FIRST");
	heard();
	flood(1);
	expect_status("MORE...");
	cp.records = 0;
	paint(DS_ERASE_WRITE_ALTERNATE, "SECOND");
	told_done(0);
	assert_int_equal(cp.records, 0);
	press(DS_AID_PA2);
	expect_row(1, " SECOND");
	press(DS_AID_CLEAR);
	told(FULL_RECORD);
	assert_int_equal(cp.said[0].text_len, 1);
	heard();
	flood(1); /* what is covered now is blank */
	press(DS_AID_PA2);
	expect_row(1, "");
}

/* --- what a display may do --- */

static void
test_deaf(void **state)
{
	uint8_t *late = malloc(RECORD_MAX);
	const uint8_t read_buffer = DS_READ_BUFFER;
	size_t n;

	(void)state;
	run(24, 80, 0);
	paint(DS_ERASE_WRITE, "A PANEL");
	heard();
	cp.deaf = true;
	assert_int_equal(ps3270_host(&glass, &read_buffer, 1, late,
	    RECORD_MAX, &n), 0);
	flood(1);
	expect_row(1, " A PANEL");
	assert_int_equal(cp.ms[VIEW_3270_TIMER_FULL], VIEW_FULL_ASK_MS);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_FULL);
	turn();
	expect_status("MORE...");
	view_3270_ops.record(&v3, late, n); /* too late, and no key */
	expect_status("MORE...");
	assert_int_equal(cp.lines, 1);
	press(DS_AID_PA2); /* it is not known what is typed: after a while */
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_FULL);
	expect_row(1, " A PANEL");
	assert_int_equal(cp.nsaid, 0);
	guest(FULL_READ, &read_buffer, 1);
	view_3270_ops.timer(&v3, VIEW_3270_TIMER_FULL);
	assert_int_equal(told(FULL_RECORD)->rc, 0); /* as far as is known */
	heard();
	free(late);
}

/* A key crosses the question: it is the guest's, and its answer comes too. */
static void
test_crossed(void **state)
{
	uint8_t *answer_to = malloc(RECORD_MAX);
	const uint8_t read_buffer = DS_READ_BUFFER;
	size_t n;

	(void)state;
	run(24, 80, 0);
	paint(DS_ERASE_WRITE, "A PANEL");
	heard();
	type("LINE");
	cp.deaf = true;
	cp_item(ITEM_OUTPUT, 0, "CP HAS SOMETHING TO SAY");
	turn();
	press(DS_AID_ENTER);
	assert_int_equal(told(FULL_RECORD)->tag, 0);
	heard();
	assert_int_equal(ps3270_host(&glass, &read_buffer, 1, answer_to,
	    RECORD_MAX, &n), 0);
	assert_int_equal(answer_to[0], DS_AID_ENTER);
	view_3270_ops.record(&v3, answer_to, n);
	turn();
	assert_int_equal(cp.nsaid, 0);
	cp.deaf = false;
	expect_status("MORE...");
	press(DS_AID_PA2);
	expect_row(3, " LINE");
	free(answer_to);
}

static void
test_garbage(void **state)
{
	static const struct {
		size_t n;
		uint8_t record[3];
	} bad[] = {
		{ 3, { 0x7D, 0x7F, 0x7F } }, { 1, { 0x00 } },
		{ 2, { 0x7D, 0x40 } }, { 0, { 0 } }, { 1, { 0x60 } },
	};

	(void)state;
	run(24, 80, 0);
	paint(DS_ERASE_WRITE, "A PANEL");
	heard();
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
		view_3270_ops.record(&v3, bad[i].record, bad[i].n);
	turn();
	assert_int_equal(cp.nsaid, 0);
	expect_row(1, " A PANEL");
	assert_false(glass.locked);
}

/* --- what a guest may do --- */

static void
test_bad_streams(void **state)
{
	static const uint8_t outside[] = { 0xF1, 0xC3, 0x11, 0x7F, 0x7F };
	static const uint8_t cut[] = { 0xF5, 0xC3, 0x29, 0x05, 0xC0 };
	static const uint8_t no_command[] = { 0x99, 0xC3 };

	(void)state;
	run(24, 80, 0);
	paint(DS_ERASE_WRITE, "A PANEL");
	heard();
	cp.records = 0;
	guest(FULL_WRITE, outside, sizeof outside);
	told_done(-EINVAL);
	guest(FULL_WRITE, cut, sizeof cut);
	told_done(-EINVAL);
	guest(FULL_WRITE, no_command, sizeof no_command);
	told_done(-EINVAL);
	guest(FULL_WRITE, NULL, 0);
	told_done(-EINVAL);
	assert_int_equal(cp.records, 0); /* nothing of it left us */
	expect_row(1, " A PANEL");
}

/* The first write must erase. */
static void
test_no_erase(void **state)
{
	static const uint8_t write[] = { 0xF1, 0xC3, 0xC1 };

	(void)state;
	run(24, 80, 0);
	answer();
	guest(FULL_WRITE, write, sizeof write);
	assert_int_equal(cp.nsaid, 2);
	assert_int_equal(cp.said[0].op, FULL_LOST);
	assert_int_equal(cp.said[1].op, FULL_DONE);
	assert_int_equal(cp.said[1].rc, -ESTALE);
	expect_row(1, "PANEL");
}

static void
test_query(void **state)
{
	static const uint8_t query[] = { 0xF3, 0x00, 0x05, 0x01, 0xFF, 0x02 };
	struct ds_display d = { 0 };

	(void)state;
	run(27, 132, TERM_COLOR);
	for (int shown = 0; shown < 2; shown++) {
		guest(FULL_WRITE, query, sizeof query);
		assert_int_equal(cp.nsaid, 2);
		assert_int_equal(cp.said[0].op, FULL_RECORD);
		assert_int_equal(cp.said[0].tag, 0);
		assert_int_equal(ds3270_query_reply(cp.text[0],
		    cp.said[0].text_len, &d), 0);
		assert_int_equal(d.alt_rows, 27);
		assert_int_equal(d.alt_cols, 132);
		assert_int_equal(cp.said[1].op, FULL_DONE);
		heard();
		paint(DS_ERASE_WRITE_ALTERNATE, "A PANEL");
		told_done(0);
		type("KEPT");
		expect_row(3, " KEPT");
	}
}

static void
test_reads(void **state)
{
	static const uint8_t commands[] = { DS_READ_BUFFER, DS_READ_MODIFIED,
		DS_READ_MODIFIED_ALL };

	(void)state;
	run(24, 80, 0);
	paint(DS_ERASE_WRITE, "A PANEL");
	heard();
	type("TEXT");
	for (unsigned i = 0; i < 6; i++) {
		guest(FULL_READ, &commands[i % 3], 1);
		assert_int_equal(told(FULL_RECORD)->tag, tag);
		assert_non_null(memmem(cp.text[0], cp.said[0].text_len,
		    "\xE3\xC5\xE7\xE3", 4));
		assert_int_equal(cp.text[0][0], DS_AID_NONE);
		heard();
		if (i == 2) {
			flood(1); /* under CP's screen, too */
			expect_status("MORE...");
		}
	}
}

/* A screen that looks like CP's, with its keyboard locked and replies in
 * another mode: PA1 gives the real one, which works. */
static void
test_impostor(void **state)
{
	static const uint8_t mode[] = { 0xF3, 0x00, 0x08, 0x09, 0x00, 0x02,
		0x41, 0x42, 0x43 };
	uint8_t record[300];
	struct ds_out o = { .buf = record, .cap = sizeof record,
		.cells = DS_CELLS };

	(void)state;
	run(43, 80, TERM_COLOR);
	ds3270_begin(&o, DS_ERASE_WRITE, 0);
	ds3270_sba(&o, v3.screen.status_attr % DS_CELLS);
	ds3270_sf(&o, DS_PROTECTED);
	for (const char *s = "CP READ   VM370"; *s != '\0'; s++)
		ds3270_byte(&o, v3.codepage.to[(uint8_t)*s]);
	guest(FULL_WRITE, record, o.len);
	guest(FULL_WRITE, mode, sizeof mode);
	assert_int_equal(glass.rows, 24);
	heard();
	view_3270_ops.attention(&v3);
	assert_int_equal(cp.keys[KEY_ATTENTION], 1);
	cp_state(CONS_CP_READ, 0);
	assert_int_equal(cp.nsaid, 0);
	expect_status("CP READ   VM370");
	assert_int_equal(glass.rows, 43);
	assert_int_equal(glass.reply_mode, DS_REPLY_FIELD);
	assert_false(glass.locked);
	enter("LOGOFF");
	assert_string_equal(cp.line, "LOGOFF");
	cp_logo();
	told(FULL_LOST);
	expect_row(1, "VM/370 Online");
}

/* --- comings and goings --- */

static void
test_lost(void **state)
{
	(void)state;
	run(24, 80, 0);
	paint(DS_ERASE_WRITE, "A PANEL");
	heard();
	resize(43, 80);
	told(FULL_LOST);
	heard();
	assert_int_equal(glass.rows, 43);
	expect_row(1, "PANEL");
	paint(DS_ERASE_WRITE_ALTERNATE, "AGAIN");
	expect_row(1, " AGAIN");
	heard();
	view_3270_ops.farewell(&v3, "GONE", 4);
	turn();
	assert_non_null(strstr(row(2), "GONE"));
	guest(FULL_END, NULL, 0); /* crossed */
	view_3270_ops.close(&v3);
	assert_int_equal(cp.nsaid, 0);
	ps3270_close(&glass);
	begin(24, 80, 0);
}

/* What the guest waits for is answered before its screen is gone. */
static void
test_lost_while_asked(void **state)
{
	(void)state;
	run(24, 80, 0);
	paint(DS_ERASE_WRITE, "A PANEL");
	heard();
	cp.deaf = true;
	guest(FULL_READ, (const uint8_t *)"\xF2", 1);
	assert_int_equal(cp.nsaid, 0);
	resize(43, 80);
	assert_int_equal(cp.nsaid, 2);
	assert_int_equal(cp.said[0].op, FULL_LOST);
	assert_int_equal(cp.said[1].op, FULL_RECORD);
	assert_int_equal(cp.said[1].tag, tag);
	assert_int_equal(cp.said[1].rc, -ESTALE);
}

/* Its end comes while CP's lines cover it. */
static void
test_end_covered(void **state)
{
	(void)state;
	run(24, 80, 0);
	paint(DS_ERASE_WRITE, "A PANEL");
	flood(2);
	expect_status("MORE...");
	type("KEPT");
	guest(FULL_END, NULL, 0);
	expect_status("RUNNING");
	expect_row(3, "LINE 3");
	expect_row(23, "KEPT");
	assert_int_equal(cp.ended, 1);
}

/* A terminal that has DIALed: nobody is logged on at it. */
static void
test_dialed(void **state)
{
	(void)state;
	cp_item(ITEM_OUTPUT, 0, "DIALED TO VM 0C0");
	turn();
	paint(DS_ERASE_WRITE, "A PANEL");
	expect_row(1, " A PANEL"); /* at once */
	cp_item(ITEM_OUTPUT, ITEM_HIGH, "WNG FROM OPERATOR");
	turn();
	expect_row(2, "WNG FROM OPERATOR");
	press(DS_AID_PA2);
	expect_row(1, " A PANEL");
	view_3270_ops.sysreq(&v3);
	assert_int_equal(cp.keys[KEY_SYSREQ], 1);
}

/* SYSREQ clears a display: all of it is written again, whosever it is. */
static void
test_sysreq(void **state)
{
	static const uint8_t test_request[] = { 0x01, 0x6C, 0x61, 0x02, 0x40,
		0x40 };

	(void)state;
	run(32, 80, 0);
	flood(0);
	paint(DS_ERASE_WRITE_ALTERNATE, "A PANEL");
	ps3270_clear(&glass);
	view_3270_ops.sysreq(&v3);
	assert_int_equal(cp.keys[KEY_SYSREQ], 1);
	expect_row(1, " A PANEL");
	heard();
	type("KEPT"); /* where it is a key, it clears nothing */
	view_3270_ops.record(&v3, test_request, sizeof test_request);
	assert_int_equal(cp.keys[KEY_SYSREQ], 2);
	assert_int_equal(cp.nsaid, 0);
	expect_row(3, " KEPT");
	ps3270_clear(&glass);
	view_3270_ops.sysreq(&v3);
	cp_state(CONS_CP_READ, 0);
	expect_status("CP READ");
	expect_row(1, "PANEL");
}

/* Another display of the machine takes the terminal over. */
static void
test_displays(void **state)
{
	(void)state;
	run(24, 80, 0);
	paint(DS_ERASE_WRITE, "A PANEL");
	heard();
	guest(FULL_END, NULL, 0);
	expect_row(1, "PANEL");
	assert_int_equal(cp.ended, 1);
	guest(FULL_END, NULL, 0);
	paint(DS_ERASE_WRITE, "A PANEL");
	guest(FULL_READ, (const uint8_t *)"\xF2", 1);
	assert_int_equal(cp.said[cp.nsaid - 1].rc, 0);
}

/* The past and help are CP's screens, too: the guest's waits. */
static void
test_over(void **state)
{
	(void)state;
	run(24, 80, 0);
	cp_remember(100);
	answer();
	press(DS_AID_PF1);
	paint(DS_ERASE_WRITE, "A PANEL");
	told_done(0);
	expect_status("HELP");
	press(DS_AID_PA2);
	expect_row(1, " A PANEL");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sizes), TEST(test_cp_read), TEST(test_unread),
		TEST(test_unread_resized),
		TEST(test_unlocked),
		TEST(test_more), TEST(test_write_covered), TEST(test_deaf),
		TEST(test_crossed), TEST(test_garbage),
		TEST(test_bad_streams), TEST(test_no_erase),
		TEST(test_query), TEST(test_reads), TEST(test_impostor),
		TEST(test_lost), TEST(test_lost_while_asked),
		TEST(test_end_covered), TEST(test_dialed), TEST(test_sysreq),
		TEST(test_displays), TEST(test_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
