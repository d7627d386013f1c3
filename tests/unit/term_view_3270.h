/* SPDX-License-Identifier: MIT
 *
 * term_view_3270.h - a 3270 (a ps3270), and a CP with a console, for the tests
 * of what stands between them.
 */
#ifndef VM370_TESTS_TERM_VIEW_3270_H
#define VM370_TESTS_TERM_VIEW_3270_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "view_3270.h"

#define ITEMS_MAX 6000
#define RECORD_MAX 65536

static struct view_3270 v3;
static struct ps3270 glass;

static struct {
	unsigned records, credit, lines, copies;
	unsigned keys[4];
	char line[IPC_LINE_MAX + 1];
	char copy[IPC_SCREEN_MAX + 1];
	unsigned ms[VIEW_TIMERS]; /* 0: not running */

	/* the console */
	struct {
		enum ipc_item_kind kind;
		char *text;
	} item[ITEMS_MAX];
	uint64_t first, next; /* what there is of it */
	unsigned asked_most;

	/* what was asked and is not yet answered */
	struct ipc_term_past past;
	uint8_t *reply;
	size_t nreply;
	bool deaf; /* the display answers nothing */

	/* to the guest */
	struct ipc_full said[16];
	uint8_t *text[16];
	unsigned nsaid, ended;
} cp;

/* --- the connection --- */

static void
con_record(void *arg, const uint8_t *record, size_t n)
{
	uint8_t *answer = malloc(RECORD_MAX);
	size_t got;

	(void)arg;
	assert_non_null(answer);
	cp.records++;
	assert_int_equal(ps3270_host(&glass, record, n, answer, RECORD_MAX,
	    &got), 0);
	if (got > 0 && !cp.deaf) {
		assert_null(cp.reply);
		cp.reply = answer;
		cp.nreply = got;
		return;
	}
	free(answer);
}

static void
con_write(void *arg, const void *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
	fail(); /* a 3270 takes records */
}

static void
con_line(void *arg, const char *text, size_t n)
{
	(void)arg;
	assert_true(n <= IPC_LINE_MAX);
	memcpy(cp.line, text, n);
	cp.line[n] = '\0';
	cp.lines++;
}

static void
con_key(void *arg, enum ipc_term_key key)
{
	(void)arg;
	cp.keys[key]++;
}

static void
con_credit(void *arg, unsigned n)
{
	(void)arg;
	cp.credit += n;
}

static void
con_again(void *arg)
{
	(void)arg;
}

static void
con_timer(void *arg, unsigned id, unsigned ms)
{
	(void)arg;
	assert_true(id < VIEW_TIMERS);
	cp.ms[id] = ms;
}

static void
con_past(void *arg, uint64_t before, unsigned count)
{
	(void)arg;
	assert_int_equal(cp.past.count, 0); /* one at a time */
	assert_in_range(count, 1, TERM_PAST_MAX);
	cp.past.before = before;
	cp.past.count = count;
	if (count > cp.asked_most)
		cp.asked_most = count;
}

static void
con_screen(void *arg, const char *text, size_t n)
{
	(void)arg;
	memcpy(cp.copy, text, n);
	cp.copy[n] = '\0';
	cp.copies++;
}

static void
con_full(void *arg, struct ipc_full *full, const void *text, size_t n)
{
	(void)arg;
	assert_true(cp.nsaid < 16);
	cp.said[cp.nsaid] = *full;
	cp.said[cp.nsaid].text_len = (uint32_t)n;
	cp.text[cp.nsaid] = malloc(n + 1);
	memcpy(cp.text[cp.nsaid], text, n);
	cp.nsaid++;
}

static void
con_toggle(void *arg)
{
	(void)arg;
}

static void
con_lines(void *arg)
{
	(void)arg;
	cp.ended++;
}

static const struct view_port port = { NULL, con_write, con_record, con_line,
	con_key, con_credit, con_again, con_timer, con_past, con_screen,
	con_full, con_toggle, con_lines };

/* --- CP --- */

static void
cp_send(uint64_t seq, uint32_t flags)
{
	struct view_item it = { .kind = cp.item[seq].kind, .flags = flags,
		.message = (flags & ITEM_HIGH) != 0, .seq = seq,
		.text = cp.item[seq].text, .len = strlen(cp.item[seq].text) };

	view_3270_ops.item(&v3, &it);
}

static void
cp_add(enum ipc_item_kind kind, const char *text)
{
	assert_true(cp.next < ITEMS_MAX);
	cp.item[cp.next].kind = kind;
	cp.item[cp.next].text = strdup(text);
	cp.next++;
}

static void
cp_item(enum ipc_item_kind kind, uint32_t flags, const char *text)
{
	cp_add(kind, text);
	cp_send(cp.next - 1, flags);
}

/* What CP and the display have to say to what they were asked. */
static void
turn_once(void)
{
	uint8_t *reply = cp.reply;
	struct ipc_term_past p = cp.past;
	struct ipc_cons_past told = { cp.first, cp.next };

	if (reply != NULL) {
		cp.reply = NULL;
		view_3270_ops.record(&v3, reply, cp.nreply);
		free(reply);
	}
	if (p.count > 0) {
		uint64_t to = p.before == 0 || p.before > cp.next ? cp.next :
		    p.before;
		uint64_t seq = to > p.count + cp.first ? to - p.count :
		    cp.first;

		cp.past.count = 0;
		for (; seq < to; seq++)
			cp_send(seq, ITEM_PAST);
		view_3270_ops.past(&v3, &told);
	}
	view_3270_ops.ready(&v3);
}

static void
turn(void)
{
	do
		turn_once();
	while (cp.reply != NULL || cp.past.count > 0);
	turn_once();
}

static inline void
cp_state(uint32_t status, uint32_t hidden)
{
	struct ipc_cons_state state = { status, hidden };

	view_3270_ops.state(&v3, &state);
}

static inline void
cp_options(uint16_t more, uint16_t clear, uint32_t flags)
{
	struct ipc_cons_options options = { flags, more, clear };

	view_3270_ops.options(&v3, &options);
}

static inline void
cp_pf(uint16_t key, uint16_t what, const char *text)
{
	size_t n = strlen(text);
	struct ipc_cons_pf *pf = calloc(1, sizeof *pf + n + 1);

	pf->text_len = (uint32_t)n;
	pf->key = key;
	pf->what = what;
	memcpy(pf->text, text, n);
	view_3270_ops.pf(&v3, pf);
	free(pf);
}

static inline void
cp_logo(void)
{
	static const char text[] = "VM/370 Online\n";
	struct ipc_logo *logo = calloc(1, sizeof *logo + sizeof text);

	logo->text_len = sizeof text - 1;
	memcpy(logo->system.c, "VM370", 5);
	memcpy(logo->text, text, sizeof text);
	view_3270_ops.logo(&v3, logo);
	free(logo);
	cp_state(CONS_LOGGED_OFF, 0);
	turn();
}

static inline void
flood(unsigned n)
{
	char text[40];

	for (unsigned i = 0; i < n; i++) {
		snprintf(text, sizeof text, "LINE %u", (unsigned)cp.next);
		cp_item(ITEM_OUTPUT, 0, text);
	}
	turn();
}

/* Items that were shown, and have scrolled off. */
static inline void
cp_remember(unsigned n)
{
	char text[40];

	while (cp.next <= n) {
		snprintf(text, sizeof text, "LINE %u", (unsigned)cp.next);
		cp_add(ITEM_OUTPUT, text);
	}
	v3.last = n;
}

/* Of 0 to 20 pieces of ten columns, each with its number. */
static inline void
cp_remember_long(unsigned n)
{
	char text[400];

	while (cp.next <= n) {
		unsigned pieces = 1 + (unsigned)(cp.next * 7 % 20);
		int len = 0;

		for (unsigned i = 0; i < pieces; i++)
			len += snprintf(text + len, sizeof text - (size_t)len,
			    "%04u.%04u ", (unsigned)cp.next, i);
		cp_add(ITEM_OUTPUT, text);
	}
	v3.last = n;
}

static inline void
cp_remember_prompts(unsigned n)
{
	char text[40];

	for (unsigned i = 1; i <= n; i++) {
		cp_add(ITEM_PROMPT, "Name? ");
		cp_add(ITEM_PROMPT, "Bob");
		snprintf(text, sizeof text, " %u", i);
		cp_add(ITEM_INPUT, text);
	}
	v3.last = cp.next - 1;
}

/* The time for an answer is over. */
static inline void
answer(void)
{
	turn();
	if (cp.ms[VIEW_3270_TIMER_ANSWER] != 0)
		view_3270_ops.timer(&v3, VIEW_3270_TIMER_ANSWER);
	turn();
}

/* --- the user --- */

/* A row of the glass as Latin-1, 1-based, without blanks at its end. */
static const char *
row(unsigned number)
{
	static char text[1000];
	size_t n = glass.cols;

	for (unsigned i = 0; i < glass.cols; i++) {
		struct ps_look look = ps3270_look(&glass,
		    (number - 1) * glass.cols + i);
		uint32_t c = codepage_character(&v3.codepage, look.c);

		text[i] = look.hidden || c > 0xFF ? ' ' : (char)c;
	}
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	return text;
}

static inline void
expect_row(unsigned number, const char *text)
{
	turn();
	assert_string_equal(row(number), text);
}

static inline void
expect_status(const char *word)
{
	const char *text;

	turn();
	text = row(glass.rows) + glass.cols - 20;
	assert_memory_equal(text, word, strlen(word));
	if (strlen(word) < 10)
		assert_int_equal(text[strlen(word)], ' ');
}

static inline void
type(const char *text)
{
	turn();
	for (; *text != '\0'; text++)
		assert_true(ps3270_type(&glass,
		    v3.codepage.to[(uint8_t)*text]));
}

static inline void
press(uint8_t aid)
{
	uint8_t *record = malloc(RECORD_MAX);
	size_t n;

	turn();
	n = ps3270_aid(&glass, aid, record, RECORD_MAX);
	assert_true(n > 0);
	view_3270_ops.record(&v3, record, n);
	free(record);
	turn();
}

static inline void
enter(const char *text)
{
	type(text);
	press(DS_AID_ENTER);
}

/* ENTER with more than there is room for. */
static inline void
enter_record(const char *text, size_t n)
{
	uint8_t record[1000];
	struct ds_out o = { .buf = record, .cap = sizeof record,
		.cells = v3.screen.cells };

	ds3270_byte(&o, DS_AID_ENTER);
	ds3270_byte(&o, 0x40);
	ds3270_byte(&o, 0x40);
	ds3270_sba(&o, v3.screen.input);
	for (size_t i = 0; i < n; i++)
		ds3270_byte(&o, v3.codepage.to[(uint8_t)text[i]]);
	view_3270_ops.record(&v3, record, o.len);
	turn();
}

static void
forget(void)
{
	for (uint64_t i = 1; i < cp.next; i++)
		free(cp.item[i].text);
	for (unsigned i = 0; i < cp.nsaid; i++)
		free(cp.text[i]);
	free(cp.reply);
	memset(&cp, 0, sizeof cp);
	cp.first = cp.next = 1;
}

static void
begin(unsigned rows, unsigned cols, uint32_t flags)
{
	struct view_shape shape = { .rows = rows, .cols = cols,
		.flags = flags | TERM_FULL_SCREEN };

	forget();
	assert_int_equal(ps3270_open(&glass, rows, cols,
	    (flags & TERM_COLOR) != 0, (flags & TERM_HIGHLIGHT) != 0), 0);
	view_3270_ops.open(&v3, &port, &shape);
	turn();
	assert_int_equal(cp.records, 0); /* nothing to show yet */
	assert_int_equal(cp.credit, rows - 2 < 60 ? rows - 2 : 60);
	cp_logo();
	cp.credit = 0;
}

static void
finish(void)
{
	view_3270_ops.close(&v3);
	ps3270_close(&glass);
	forget();
}

static inline void
again(unsigned rows, unsigned cols, uint32_t flags)
{
	finish();
	begin(rows, cols, flags);
}

/* The display is another, the view the same. */
static inline void
resize(unsigned rows, unsigned cols)
{
	struct view_shape shape = v3.shape;

	shape.rows = rows;
	shape.cols = cols;
	ps3270_close(&glass);
	assert_int_equal(ps3270_open(&glass, rows, cols, true, true), 0);
	view_3270_ops.reshape(&v3, &shape);
	turn();
}

static int
setup(void **state)
{
	(void)state;
	begin(24, 80, 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	finish();
	return 0;
}

#endif
