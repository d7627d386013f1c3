/* SPDX-License-Identifier: MIT
 *
 * term_screen.c - the 3270 data stream and the CP screen.  The writes are
 * played on a terminal made here, which checks every order and address.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ebcdic.h"
#include "screen.h"

/* --- a terminal --- */

static struct {
	uint8_t cell[DS_CELLS];
	uint8_t attr[DS_CELLS]; /* 0: no attribute, else its code */
	unsigned cursor, writes, erases;
	int restored, alarms;
} dev;

static unsigned
address(const uint8_t *p)
{
	unsigned a = (p[0] & 0x3Fu) << 6 | (p[1] & 0x3Fu);

	assert_true(p[0] >= 0x40 && p[1] >= 0x40);
	assert_true(a < DS_CELLS);
	return a;
}

static void
dev_put(unsigned *at, uint8_t cell, uint8_t attr)
{
	dev.cell[*at] = cell;
	dev.attr[*at] = attr;
	*at = (*at + 1) % DS_CELLS;
}

static void
dev_write(const uint8_t *p, size_t n)
{
	unsigned at = dev.cursor, stop;

	assert_true(n >= 2);
	dev.writes++;
	if (p[0] == DS_ERASE_WRITE) {
		memset(dev.cell, 0, sizeof dev.cell);
		memset(dev.attr, 0, sizeof dev.attr);
		dev.erases++;
		at = dev.cursor = 0;
	} else
		assert_int_equal(p[0], DS_WRITE);
	dev.restored += (p[1] & DS_WCC_RESTORE) != 0;
	dev.alarms += (p[1] & DS_WCC_ALARM) != 0;
	for (size_t i = 2; i < n;) {
		switch (p[i]) {
		case 0x11: /* SBA */
			assert_true(i + 2 < n);
			at = address(p + i + 1);
			i += 3;
			break;
		case 0x1D: /* SF */
			assert_true(i + 1 < n);
			dev_put(&at, 0, p[i + 1]);
			i += 2;
			break;
		case 0x13: /* IC */
			dev.cursor = at;
			i++;
			break;
		case 0x3C: /* RA */
			assert_true(i + 3 < n);
			stop = address(p + i + 1);
			do
				dev_put(&at, p[i + 3], 0);
			while (at != stop);
			i += 4;
			break;
		default:
			assert_true(p[i] == 0 || p[i] >= 0x40);
			dev_put(&at, p[i], 0);
			i++;
		}
	}
}

static struct screen sc;

static void
draw(void)
{
	uint8_t record[SCREEN_RECORD_MAX];
	size_t n = screen_write(&sc, record);

	if (n > 0)
		dev_write(record, n);
}

/* A row as text, 1-based, without blanks at its end. */
static const char *
row(unsigned number)
{
	static char text[DS_COLS + 1];
	size_t n = DS_COLS;

	for (unsigned i = 0; i < DS_COLS; i++) {
		uint8_t e = dev.cell[(number - 1) * DS_COLS + i];

		text[i] = e == 0 ? ' ' : (char)ebcdic_to_latin1[e];
	}
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	return text;
}

static const char *
status(void)
{
	const char *text = row(24);

	return strlen(text) < 60 ? "" : text + 60;
}

static int
setup(void **state)
{
	(void)state;
	memset(&dev, 0, sizeof dev);
	screen_init(&sc);
	screen_status(&sc, "RUNNING", "VM370");
	draw();
	return 0;
}

static bool
put(const char *text, unsigned flags)
{
	size_t done = 0;

	return screen_put(&sc, text, strlen(text), &done, flags);
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
test_characters(void **state)
{
	(void)state;
	assert_int_equal(ds3270_ebcdic('A'), 0xC1);
	assert_int_equal(ds3270_ebcdic('['), 0xAD);
	assert_int_equal(ds3270_ebcdic(']'), 0xBD);
	assert_int_equal(ds3270_ebcdic(0xE4), 0x43);
	assert_int_equal(ds3270_ebcdic(0x2019), 0x7D);
	assert_int_equal(ds3270_ebcdic(0x20AC), 0x6F);
	for (uint32_t c = 0; c < 0x300; c++) /* never an order */
		assert_true(ds3270_ebcdic(c) >= 0x40);
	for (unsigned e = 0; e < 256; e++)
		assert_true(ds3270_character((uint8_t)e) >= ' ');
}

/* --- the screen --- */

static void
test_layout(void **state)
{
	(void)state;
	assert_int_equal(dev.erases, 1);
	assert_int_equal(dev.cursor, 22 * 80);
	assert_int_equal(dev.attr[21 * 80 + 79], 0xC1); /* (22,80) */
	assert_int_equal(dev.attr[23 * 80 + 59], 0x60); /* (24,60) */
	assert_string_equal(status(), "RUNNING   VM370");
	screen_status(&sc, "NOT ACCEPTED", "VM370");
	draw();
	assert_string_equal(status(), "NOT ACCEPTED VM370");
	screen_status(&sc, "CP READ", "SYSTEM78");
	draw();
	assert_string_equal(status(), "CP READ   SYSTEM78");
	assert_int_equal(dev.erases, 1);
}

static void
test_output_keeps_input(void **state)
{
	(void)state;
	memset(dev.cell + SCREEN_INPUT, 0xC1, 10); /* the user types */
	dev.cursor = SCREEN_INPUT + 10;
	dev.restored = 0;
	fill(22, 0);
	screen_status(&sc, "MORE...", "VM370");
	draw();
	assert_string_equal(row(22), "LINE 22");
	assert_string_equal(row(23), "AAAAAAAAAA");
	assert_int_equal(dev.cursor, SCREEN_INPUT + 10);
	assert_int_equal(dev.restored, 0);
	screen_clear(&sc);
	draw();
	assert_string_equal(row(1), "");
	assert_string_equal(row(22), "");
	assert_string_equal(row(23), "AAAAAAAAAA");
	assert_int_equal(dev.attr[SCREEN_INPUT_ATTR], 0xC1);
	/* hidden: the text stays, the attribute changes */
	sc.hidden = true;
	draw();
	assert_int_equal(dev.attr[SCREEN_INPUT_ATTR], 0x4D);
	assert_string_equal(row(23), "AAAAAAAAAA");
	assert_int_equal(dev.cursor, SCREEN_INPUT + 10);
}

static void
test_nothing_changed(void **state)
{
	uint8_t record[SCREEN_RECORD_MAX];

	(void)state;
	assert_int_equal(screen_write(&sc, record), 0);
	sc.restore = true;
	assert_int_equal(screen_write(&sc, record), 2);
	assert_int_equal(screen_write(&sc, record), 0);
}

static void
test_full(void **state)
{
	size_t done = 0;

	(void)state;
	fill(22, 0);
	assert_false(put("one more", 0));
	screen_seen(&sc); /* what was seen scrolls */
	assert_true(put("one more", 0));
	draw();
	assert_string_equal(row(1), "LINE 2");
	assert_string_equal(row(22), "one more");
	for (int i = 0; i < 21; i++)
		assert_true(put("x", 0));
	assert_false(put("one more", 0));
	assert_true(put("replayed", SCREEN_SEEN));
	screen_clear(&sc);

	/* a long line goes on where it stopped */
	char text[80 * 30];

	memset(text, 'x', sizeof text);
	assert_false(screen_put(&sc, text, sizeof text, &done, 0));
	assert_int_equal(done, 21 * 80);
	screen_clear(&sc);
	assert_true(screen_put(&sc, text, sizeof text, &done, 0));
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
	screen_seen(&sc);
	/* It would lose its last column in row 22: it stands in row 21. */
	assert_true(put(text, 0));
	draw();
	assert_string_equal(row(20), "LINE 21");
	assert_string_equal(row(21), text);
	assert_true(put("next", 0));
	draw();
	assert_string_equal(row(22), "next");
	assert_int_equal(dev.attr[SCREEN_INPUT_ATTR], 0xC1);
}

static void
test_prompt(void **state)
{
	(void)state;
	put("Name? ", SCREEN_OPEN | SCREEN_APPEND);
	put("Bob", SCREEN_APPEND);
	put("Hello", SCREEN_APPEND);
	draw();
	assert_string_equal(row(1), "Name? Bob");
	assert_string_equal(row(2), "Hello");
	put("> ", SCREEN_OPEN | SCREEN_APPEND);
	put("MSG FROM MAINT", SCREEN_BRIGHT);
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
	put("first", SCREEN_BRIGHT);
	put("second", 0);
	put("third", SCREEN_BRIGHT);
	draw();
	assert_int_equal(dev.attr[23 * 80 + 79], 0xE8);
	assert_int_equal(dev.attr[79], 0x60);
	assert_int_equal(dev.attr[80 + 79], 0xE8);
	assert_int_equal(dev.attr[160 + 79], 0x60);
	screen_clear(&sc);
	draw();
	assert_int_equal(dev.attr[23 * 80 + 79], 0);
	assert_int_equal(dev.attr[79], 0);
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
	screen_seen(&sc);
	put("LOGOFF AT 21:48:27", 0);
	screen_logo(&sc, logo, sizeof logo - 1);
	draw();
	assert_string_equal(row(1), "VM/370 Online");
	assert_string_equal(row(3), "TYPE LOGON");
	assert_string_equal(row(4), "");
	assert_string_equal(row(22), "LOGOFF AT 21:48:27");
	screen_logo(&sc, logo, sizeof logo - 1);
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
	screen_logo(&sc, big, sizeof big);
	draw();
	assert_int_equal(strlen(row(22)), 79);
}

static void
test_input(void **state)
{
	(void)state;
	screen_input(&sc, "QUERY [N\xc3\xa4mes]", 14);
	draw();
	assert_int_equal(dev.cursor, SCREEN_INPUT + 13);
	assert_memory_equal(row(23), "QUERY [N\xe4mes]", 13);
	screen_input(&sc, "", 0);
	draw();
	assert_string_equal(row(23), "");
	assert_int_equal(dev.cursor, SCREEN_INPUT);

	char big[300];

	memset(big, 'x', sizeof big);
	screen_input(&sc, big, sizeof big);
	draw();
	assert_string_equal(status(), "RUNNING   VM370");
	assert_int_equal(dev.attr[SCREEN_STATUS_ATTR], 0x60);
}

static void
test_lost(void **state)
{
	(void)state;
	put("kept", 0);
	draw();
	memset(dev.cell, 0, sizeof dev.cell); /* Clear */
	memset(dev.attr, 0, sizeof dev.attr);
	screen_lost(&sc);
	draw();
	assert_int_equal(dev.erases, 2);
	assert_string_equal(row(1), "kept");
	assert_string_equal(status(), "RUNNING   VM370");
	assert_int_equal(dev.attr[SCREEN_INPUT_ATTR], 0xC1);
}

/* A blank in column 80 may be an attribute. */
static void
check_row(unsigned r)
{
	const struct screen_row *want = &sc.row[r];

	for (unsigned c = 0; c < want->len; c++) {
		unsigned at = r * DS_COLS + c;

		if (dev.attr[at] != 0)
			assert_int_equal(want->cell[c], 0x40);
		else
			assert_int_equal(want->cell[c], dev.cell[at]);
	}
}

/* Whatever is put, the terminal shows what the model says. */
static void
test_random(void **state)
{
	(void)state;
	srand(370);
	for (int i = 0; i < 3000; i++) {
		char text[200];
		size_t n = (size_t)rand() % sizeof text, done = 0;

		for (size_t k = 0; k < n; k++)
			text[k] = (char)(rand() % 4 ? ' ' + rand() % 95 :
			    rand());
		if (rand() % 10 == 0)
			screen_seen(&sc);
		if (!screen_put(&sc, text, n, &done, (unsigned)rand() % 16)) {
			assert_true(done <= n);
			screen_clear(&sc);
		}
		draw();
		for (unsigned r = 0; r < SCREEN_OUT_ROWS; r++)
			check_row(r);
		assert_string_equal(status(), "RUNNING   VM370");
		assert_int_equal(dev.attr[SCREEN_INPUT_ATTR], 0xC1);
	}
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_characters), TEST(test_layout),
		TEST(test_output_keeps_input), TEST(test_nothing_changed),
		TEST(test_full), TEST(test_column_80), TEST(test_prompt),
		TEST(test_bright), TEST(test_dirty_text), TEST(test_logo),
		TEST(test_input), TEST(test_lost), TEST(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
