/* SPDX-License-Identifier: MIT
 *
 * term_screen.c - pages of folded lines and the CP screen that shows them.  The
 * writes go to a display made of ps3270, which refuses what breaks the rules;
 * what it shows then is compared, at every size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ps3270.h"
#include "screen.h"

static const struct size {
	unsigned rows, cols;
} sizes[] = {
	{ 24, 80 }, { 32, 80 }, { 43, 80 }, { 27, 132 }, { 62, 160 },
	{ 99, 165 }, { 204, 80 }, { 24, 682 },
};

#define SIZES (sizeof sizes / sizeof sizes[0])

/* --- a display --- */

static struct {
	struct ps3270 ps;
	unsigned writes, erases, restored, alarms;
	size_t bytes;
} dev;

static struct codepage cp;
static struct screen sc;
static struct page page;

static void
dev_record(void *arg, const uint8_t *record, size_t n)
{
	uint8_t answer[8];
	size_t got;

	(void)arg;
	assert_true(n >= 2);
	dev.writes++;
	dev.bytes += n;
	dev.erases += record[0] != DS_WRITE;
	dev.restored += (record[1] & DS_WCC_RESTORE) != 0;
	dev.alarms += (record[1] & DS_WCC_ALARM) != 0;
	assert_int_equal(ps3270_host(&dev.ps, record, n, answer,
	    sizeof answer, &got), 0);
	assert_int_equal(dev.ps.rows, sc.rows);
	assert_int_equal(dev.ps.cols, sc.cols);
}

static void
draw(void)
{
	screen_write(&sc, &page, dev_record, NULL);
}

/* A row as text, 1-based, without blanks at its end. */
static const char *
row(unsigned number)
{
	static char text[1000];
	size_t n = sc.cols;

	for (unsigned i = 0; i < sc.cols; i++) {
		unsigned at = (number - 1) * sc.cols + i;
		struct ps_look look = ps3270_look(&dev.ps, at);
		uint32_t c = codepage_character(&cp, look.c);

		text[i] = look.hidden || c > 0xFF ? ' ' : (char)c;
	}
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	return text;
}

static const char *
status(void)
{
	const char *text = row(sc.rows);

	return strlen(text) < sc.cols - 20 ? "" : text + sc.cols - 20;
}

static int
attr(unsigned at)
{
	return (dev.ps.cell[at].what & PS_ATTR) != 0 ? dev.ps.cell[at].c : -1;
}

static void
begin(unsigned rows, unsigned cols, bool color)
{
	memset(&dev, 0, sizeof dev);
	assert_int_equal(ps3270_open(&dev.ps, rows, cols, color, color), 0);
	assert_int_equal(screen_open(&sc, rows, cols, color, &cp), 0);
	assert_int_equal(page_open(&page, sc.out_rows, cols, &cp), 0);
	screen_status(&sc, "RUNNING", "VM370", false);
	draw();
}

static void
end(void)
{
	ps3270_close(&dev.ps);
	screen_close(&sc);
	page_close(&page);
}

static int
setup(void **state)
{
	(void)state;
	assert_true(codepage_load(&cp, "bracket"));
	begin(24, 80, false);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	end();
	return 0;
}

static bool
put(const char *text, unsigned flags)
{
	size_t done = 0;

	return page_put(&page, 1, text, strlen(text), &done, flags,
	    PAGE_OUTPUT);
}

static void
look(const char *text, enum page_look as)
{
	size_t done = 0;

	assert_true(page_put(&page, 1, text, strlen(text), &done, 0, as));
}

static void
fill(unsigned n, unsigned flags)
{
	char text[20];

	for (unsigned i = 1; i <= n; i++) {
		snprintf(text, sizeof text, "LINE %u", i);
		assert_true(put(text, flags));
	}
}

static void
user_types(const char *text)
{
	for (; *text != '\0'; text++)
		assert_true(ps3270_type(&dev.ps, cp.to[(uint8_t)*text]));
}

static void
test_layout(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * SIZES; i++) {
		unsigned rows = sizes[i / 2].rows, cols = sizes[i / 2].cols;

		end();
		begin(rows, cols, i % 2);
		assert_int_equal(dev.erases, 1);
		assert_int_equal(dev.ps.cursor, (rows - 2) * cols);
		assert_int_equal(attr((rows - 2) * cols - 1), DS_MDT);
		assert_int_equal(attr(rows * cols - 21), DS_PROTECTED);
		assert_string_equal(status(), "RUNNING   VM370");
		screen_status(&sc, "NOT ACCEPTED", "VM370", true);
		draw();
		assert_string_equal(status(), "NOT ACCEPTED VM370");
		screen_status(&sc, "CP READ", "SYSTEM78", false);
		draw();
		assert_string_equal(status(), "CP READ   SYSTEM78");
		assert_int_equal(dev.erases, 1);
	}
}

static void
keeps_input(unsigned rows)
{
	user_types("TYPED IN");
	dev.restored = 0;
	fill(rows - 2, 0);
	screen_status(&sc, "MORE...", "VM370", true);
	draw();
	assert_string_equal(row(1), "LINE 1");
	assert_string_equal(row(rows - 1), "TYPED IN");
	assert_int_equal(dev.ps.cursor, sc.input + 8);
	assert_int_equal(dev.restored, 0);
	page_clear(&page);
	draw();
	assert_string_equal(row(1), "");
	assert_string_equal(row(rows - 2), "");
	assert_string_equal(row(rows - 1), "TYPED IN");
	assert_int_equal(attr(sc.input_attr), DS_MDT);
	/* hidden: the text stays, the attribute changes */
	sc.hidden = true;
	draw();
	assert_int_equal(attr(sc.input_attr), DS_MDT | DS_NONDISPLAY);
	assert_string_equal(row(rows - 1), "");
	assert_int_equal(dev.ps.cursor, sc.input + 8);
	sc.hidden = false;
	draw();
	assert_string_equal(row(rows - 1), "TYPED IN");
}

static void
test_output_keeps_input(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * SIZES; i++) {
		end();
		begin(sizes[i / 2].rows, sizes[i / 2].cols, i % 2);
		keeps_input(sizes[i / 2].rows);
	}
}

static void
test_nothing_changed(void **state)
{
	(void)state;
	dev.writes = dev.bytes = 0;
	draw();
	assert_int_equal(dev.writes, 0);
	sc.restore = true;
	draw();
	assert_int_equal(dev.bytes, 2);
	draw();
	assert_int_equal(dev.writes, 1);
}

static void
test_full(void **state)
{
	size_t done = 0;

	(void)state;
	fill(22, 0);
	assert_false(put("one more", 0));
	page_seen(&page); /* what was seen scrolls */
	assert_true(put("one more", 0));
	draw();
	assert_string_equal(row(1), "LINE 2");
	assert_string_equal(row(22), "one more");
	for (int i = 0; i < 21; i++)
		assert_true(put("x", 0));
	assert_false(put("one more", 0));
	assert_true(put("replayed", PAGE_SEEN));
	page_clear(&page);

	/* a long line goes on where it stopped */
	char text[80 * 30];

	memset(text, 'x', sizeof text);
	assert_false(page_put(&page, 1, text, sizeof text, &done, 0,
	    PAGE_OUTPUT));
	assert_int_equal(done, 21 * 80);
	page_clear(&page);
	assert_true(page_put(&page, 1, text, sizeof text, &done, 0,
	    PAGE_OUTPUT));
	assert_int_equal(done, sizeof text);
	draw();
	assert_int_equal(strlen(row(9)), 80);
	assert_string_equal(row(10), "");
}

static void
test_column_80(void **state)
{
	char text[81];

	(void)state;
	memset(text, 'x', 80);
	text[80] = '\0';
	fill(21, 0);
	page_seen(&page);
	/* It would lose its last column in row 22: it stands in row 21. */
	assert_true(put(text, 0));
	draw();
	assert_string_equal(row(20), "LINE 21");
	assert_string_equal(row(21), text);
	assert_true(put("next", 0));
	draw();
	assert_string_equal(row(22), "next");
	assert_int_equal(attr(sc.input_attr), DS_MDT);
}

static void
test_prompt(void **state)
{
	(void)state;
	put("Name? ", PAGE_OPEN | PAGE_APPEND);
	put("Bob", PAGE_APPEND);
	put("Hello", PAGE_APPEND);
	draw();
	assert_string_equal(row(1), "Name? Bob");
	assert_string_equal(row(2), "Hello");
	put("> ", PAGE_OPEN | PAGE_APPEND);
	look("MSG FROM MAINT", PAGE_MESSAGE);
	draw();
	assert_string_equal(row(3), ">");
	assert_string_equal(row(4), "MSG FROM MAINT");
	put("a\nb\n", 0);
	draw();
	assert_string_equal(row(5), "a");
	assert_string_equal(row(6), "b");
	put("", 0);
	put("x\ty", 0);
	draw();
	assert_string_equal(row(7), "");
	assert_string_equal(row(8), "x       y");
}

static void
test_bright(void **state)
{
	(void)state;
	look("first", PAGE_MESSAGE);
	look("second", PAGE_ECHO);
	look("third", PAGE_MESSAGE);
	draw();
	assert_int_equal(attr(23 * 80 + 79), DS_PROTECTED | DS_BRIGHT);
	assert_int_equal(attr(79), DS_PROTECTED);
	assert_int_equal(attr(80 + 79), DS_PROTECTED | DS_BRIGHT);
	assert_int_equal(attr(160 + 79), DS_PROTECTED);
	assert_true(ps3270_look(&dev.ps, 0).bright);
	assert_false(ps3270_look(&dev.ps, 80).bright);
	page_clear(&page);
	draw();
	assert_int_equal(attr(23 * 80 + 79), -1);
	assert_int_equal(attr(79), -1);
}

/* What is typed has the input field's colour, whatever was written last. */
static void
test_colors(void **state)
{
	(void)state;
	end();
	begin(43, 80, true);
	look("output, and a full line of eighty columns, whose last ones would "
	     "give way", PAGE_OUTPUT);
	look("message", PAGE_MESSAGE);
	look("error", PAGE_ERROR);
	look("echo", PAGE_ECHO);
	screen_status(&sc, "MORE...", "VM370", true);
	screen_input(&sc, "old", 3);
	draw();
	user_types("new");
	assert_int_equal(ps3270_look(&dev.ps, 0).color, DS_COLOR_GREEN);
	assert_int_equal(ps3270_look(&dev.ps, 79).color, DS_COLOR_GREEN);
	assert_int_equal(ps3270_look(&dev.ps, 80).color, DS_COLOR_WHITE);
	assert_int_equal(ps3270_look(&dev.ps, 160).color, DS_COLOR_RED);
	assert_int_equal(ps3270_look(&dev.ps, 240).color, DS_COLOR_TURQUOISE);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(ps3270_look(&dev.ps, sc.input + i).color,
		    DS_COLOR_TURQUOISE);
	assert_int_equal(ps3270_look(&dev.ps, sc.status_attr + 1).color,
	    DS_COLOR_YELLOW);
	assert_int_equal(ps3270_look(&dev.ps, sc.status_attr + 11).color,
	    DS_COLOR_GREEN);
	assert_string_equal(row(2), "message");
	for (unsigned at = 0; at < sc.input_attr; at++)
		assert_int_equal(attr(at), -1); /* no column is lost */
}

static void
test_dirty_text(void **state)
{
	(void)state;
	put("a\033[2Jb\xC2\x9B" "c\xFF", 0);
	draw();
	assert_string_equal(row(1), "a.[2Jb.c?");
}

static void
test_logo(void **state)
{
	static const char logo[] = "VM/370 Online\n\nTYPE LOGON\n";

	(void)state;
	fill(3, 0);
	page_seen(&page);
	put("LOGOFF AT 21:48:27", 0);
	page_heading(&page, logo, sizeof logo - 1);
	draw();
	assert_string_equal(row(1), "VM/370 Online");
	assert_string_equal(row(3), "TYPE LOGON");
	assert_string_equal(row(4), "");
	assert_string_equal(row(22), "LOGOFF AT 21:48:27");
	page_heading(&page, logo, sizeof logo - 1);
	draw();
	assert_string_equal(row(22), "");
	put("next", 0);
	draw();
	assert_string_equal(row(1), "next");
	assert_string_equal(row(3), "");

	/* A logo too big for the screen: cut; nothing runs over. */
	char big[200 * 120];

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = i % 120 == 119 ? '\n' : 'x';
	page_heading(&page, big, sizeof big);
	draw();
	assert_int_equal(strlen(row(22)), 79);
}

static void
test_input(void **state)
{
	(void)state;
	screen_input(&sc, "QUERY [N\xc3\xa4mes]", 14);
	draw();
	assert_int_equal(dev.ps.cursor, sc.input + 13);
	assert_memory_equal(row(23), "QUERY [N\xe4mes]", 13);
	screen_input(&sc, "", 0);
	draw();
	assert_string_equal(row(23), "");
	assert_int_equal(dev.ps.cursor, sc.input);

	char big[300];

	memset(big, 'x', sizeof big);
	screen_input(&sc, big, sizeof big);
	draw();
	assert_string_equal(status(), "RUNNING   VM370");
	assert_int_equal(attr(sc.status_attr), DS_PROTECTED);
}

static void
test_lost(void **state)
{
	(void)state;
	put("kept", 0);
	draw();
	ps3270_clear(&dev.ps);
	screen_lost(&sc);
	draw();
	assert_int_equal(dev.erases, 2);
	assert_string_equal(row(1), "kept");
	assert_string_equal(status(), "RUNNING   VM370");
	assert_int_equal(attr(sc.input_attr), DS_MDT);
}

/* A copy is what is shown, with what was typed. */
static void
test_copy(void **state)
{
	static const uint8_t typed[] = { 0xC1, 0xC2, 0x43 };
	size_t n;
	char *text;
	unsigned lines = 0;

	(void)state;
	put("first [\xc3\xa4]", 0);
	draw();
	text = screen_text(&sc, typed, sizeof typed, &n);
	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	assert_int_equal(lines, 24);
	assert_memory_equal(text, "first [\xc3\xa4]\n\n", 12);
	assert_memory_equal(text + n - 81, "AB\xc3\xa4\n", 5);
	assert_memory_equal(text + n - 16, "RUNNING   VM370\n", 16);
	free(text);
	sc.hidden = true;
	draw();
	text = screen_text(&sc, typed, sizeof typed, &n);
	assert_null(memmem(text, n, "AB", 2));
	free(text);
}

/* --- whatever is put, the display shows what the model says --- */

static const uint8_t colors[PAGE_LOOKS] = {
	DS_COLOR_GREEN, DS_COLOR_TURQUOISE, DS_COLOR_WHITE, DS_COLOR_YELLOW,
	DS_COLOR_RED, DS_COLOR_YELLOW,
};

/* A blank in the last column may be an attribute. */
static void
check_cell(unsigned at, uint16_t want)
{
	struct ps_look l = ps3270_look(&dev.ps, at);

	if (attr(at) >= 0) {
		assert_int_equal(want & 0xFF, 0x40);
		return;
	}
	assert_int_equal(l.c, want & 0xFF);
	if (sc.color && (want & 0xFF) != 0x40)
		assert_int_equal(l.color, colors[want >> PAGE_LOOK_SHIFT]);
}

static void
check_row(unsigned r)
{
	unsigned len = r < page.used ? page_row(&page, r)->len : 0, at;

	for (unsigned c = 0; c < sc.cols; c++) {
		at = r * sc.cols + c;
		if (at == sc.input_attr)
			continue;
		if (c < len)
			check_cell(at, page_cells(&page, r)[c]);
		else
			assert_int_equal(ps3270_look(&dev.ps, at).c, 0x40);
	}
}

static void
random_line(char *text, size_t *n)
{
	*n = (size_t)rand() % 200;
	for (size_t k = 0; k < *n; k++)
		text[k] = (char)(rand() % 4 ? ' ' + rand() % 95 : rand());
}

static void
random_lines(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		char text[200];
		size_t n, done = 0;

		random_line(text, &n);
		if (rand() % 10 == 0)
			page_seen(&page);
		if (!page_put(&page, 1, text, n, &done, (unsigned)rand() % 8,
		    (enum page_look)(rand() % PAGE_LOOKS))) {
			assert_true(done <= n);
			page_clear(&page);
		}
		if (rand() % 20 == 0)
			screen_lost(&sc);
		draw();
		for (unsigned r = 0; r < sc.out_rows; r++)
			check_row(r);
		assert_string_equal(status(), "RUNNING   VM370");
		assert_int_equal(attr(sc.input_attr), DS_MDT);
	}
}

static void
test_random(void **state)
{
	(void)state;
	srand(370);
	for (unsigned i = 0; i < 2 * SIZES; i++) {
		end();
		begin(sizes[i / 2].rows, sizes[i / 2].cols, i % 2);
		random_lines(i < 2 ? 1500 : 60);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_layout), TEST(test_output_keeps_input),
		TEST(test_nothing_changed), TEST(test_full),
		TEST(test_column_80), TEST(test_prompt), TEST(test_bright),
		TEST(test_colors), TEST(test_dirty_text), TEST(test_logo),
		TEST(test_input), TEST(test_lost), TEST(test_copy),
		TEST(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
