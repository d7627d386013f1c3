/* SPDX-License-Identifier: MIT
 *
 * term_soft.c - a 3270 on a terminal: records make it show fields, keys make
 * records, and what is typed too early waits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "codepage.h"
#include "ds3270.h"
#include "soft.h"
#include "term_glass.h"

static struct {
	uint8_t record[4096];
	size_t len;
	unsigned records, attentions, sysreqs, toggles, ms;
} host;

static struct soft *soft;
static struct codepage page;

static void
host_record(void *arg, const uint8_t *bytes, size_t n)
{
	(void)arg;
	assert_true(n <= sizeof host.record);
	memcpy(host.record, bytes, n);
	host.len = n;
	host.records++;
}

static void
host_attention(void *arg)
{
	(void)arg;
	host.attentions++;
}

static void
host_sysreq(void *arg)
{
	(void)arg;
	host.sysreqs++;
}

static void
host_toggle(void *arg)
{
	(void)arg;
	host.toggles++;
}

static void
host_timer(void *arg, unsigned ms)
{
	(void)arg;
	host.ms = ms;
}

static const struct soft_port port = { NULL, glass_out, host_record,
	host_attention, host_sysreq, host_toggle, host_timer };

static void
begin(const char *type, unsigned rows, unsigned cols)
{
	memset(&host, 0, sizeof host);
	glass_open(rows, cols);
	soft = soft_open(type, rows, cols, true, &port);
	assert_non_null(soft);
}

static int
setup(void **state)
{
	(void)state;
	begin("xterm", 25, 80);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	soft_close(soft);
	return 0;
}

static size_t
type(const char *s)
{
	size_t n = soft_input(soft, (const uint8_t *)s, strlen(s));

	soft_ready(soft);
	return n;
}

static void
text(struct ds_out *o, const char *s)
{
	for (; *s != '\0'; s++)
		ds3270_byte(o, (uint8_t)codepage_ebcdic(&page,
		    (unsigned char)*s));
}

/* Row 0: a title, bright.  Row 1: NAME, a field of eight, and a red note.
 * Row 2: a password. */
static void
panel(enum ds_command command)
{
	static const struct ds_pair red[] = {
		{ DS_ATTR_FIELD, DS_PROTECTED },
		{ DS_ATTR_COLOR, DS_COLOR_RED },
		{ DS_ATTR_HIGHLIGHT, DS_HIGH_REVERSE },
	};
	uint8_t bytes[1024];
	struct ds_out o = { .buf = bytes, .cap = sizeof bytes,
		.cells = 1920 };

	ds3270_begin(&o, command, DS_WCC_RESTORE | DS_WCC_RESET_MDT);
	ds3270_sba(&o, 0);
	ds3270_sf(&o, DS_PROTECTED | DS_BRIGHT);
	text(&o, "TITLE");
	ds3270_sba(&o, 80);
	ds3270_sf(&o, DS_PROTECTED);
	text(&o, "NAME");
	ds3270_sf(&o, 0);
	ds3270_ic(&o);
	ds3270_sba(&o, 94);
	ds3270_sfe(&o, red, 3);
	text(&o, "NOTE");
	ds3270_sf(&o, DS_PROTECTED);
	ds3270_sba(&o, 160);
	ds3270_sf(&o, DS_NONDISPLAY);
	ds3270_sba(&o, 170);
	ds3270_sf(&o, DS_PROTECTED);
	assert_false(o.overflow);
	assert_int_equal(soft_host(soft, bytes, o.len), 0);
	soft_ready(soft);
}

static void
unlock(void)
{
	static const uint8_t write[] = { DS_WRITE, 0xC2 };

	assert_int_equal(soft_host(soft, write, sizeof write), 0);
	soft_ready(soft);
}

static void
test_shows(void **state)
{
	(void)state;
	panel(DS_ERASE_WRITE);
	assert_string_equal(glass_row(0), " TITLE");
	assert_string_equal(glass_row(1), " NAME          NOTE");
	assert_int_equal(glass.cell[0][1].attr, GLASS_BOLD);
	assert_int_equal(glass.cell[1][15].attr, GLASS_REVERSE);
	assert_int_equal(glass.cell[1][15].fg, 1);
	assert_int_equal(glass.row, 1);
	assert_int_equal(glass.col, 6);
	assert_string_equal(glass_row(24), "4A      Esc h: keys            "
	    "                                         002/007");
}

static void
test_types(void **state)
{
	(void)state;
	panel(DS_ERASE_WRITE);
	type("fred");
	assert_string_equal(glass_row(1), " NAME fred     NOTE");
	type("\tsecret");
	assert_string_equal(glass_row(2), "");
	type("\r");
	assert_int_equal(host.records, 1);
	assert_int_equal(host.record[0], DS_AID_ENTER);
	assert_memory_equal(host.record + 3, "\x11\xc1\xd6\x86\x99\x85\x84", 7);
	assert_non_null(memmem(host.record, host.len, "\xa2\x85\x83", 3));
	assert_string_equal(glass_row(24), "4A      X WAIT                 "
	    "                                         003/008");
}

/* Keys before the screen is there, and while it is locked. */
static void
test_ahead(void **state)
{
	(void)state;
	type("anna\rbert\rcarl");
	assert_int_equal(host.records, 0);
	panel(DS_ERASE_WRITE);
	assert_int_equal(host.records, 1);
	assert_non_null(memmem(host.record, host.len, "\x81\x95\x95\x81", 4));
	assert_int_equal(glass.cell[24][48].c, 'T');
	panel(DS_ERASE_WRITE);
	assert_int_equal(host.records, 2);
	assert_non_null(memmem(host.record, host.len, "\x82\x85\x99\xa3", 4));
	panel(DS_ERASE_WRITE);
	assert_int_equal(host.records, 2);
	assert_string_equal(glass_row(1), " NAME carl     NOTE");
	/* RESET: what was typed ahead is not meant any more */
	type("\rmore\x12");
	assert_int_equal(host.records, 3);
	panel(DS_ERASE_WRITE);
	assert_string_equal(glass_row(1), " NAME          NOTE");
}

/* More than there is room for: a bell, and what follows does not come into
 * the place of what is missing. */
static void
test_ahead_bounded(void **state)
{
	(void)state;
	type("abc\r");
	for (unsigned i = 0; i < 40; i++) {
		char some[1001];

		memset(some, 'x', 1000);
		some[1000] = '\0';
		type(some);
	}
	assert_true(glass.bells > 0);
	assert_memory_equal(glass_row(24), "4A      X TOO MUCH", 18);
	panel(DS_ERASE_WRITE);
	assert_int_equal(host.records, 1);
	type("lost\r");
	assert_int_equal(host.records, 1);
	panel(DS_ERASE_WRITE);
	assert_string_equal(glass_row(1), " NAME xxxxxxxx NOTE");
	type("\r");
	assert_int_equal(host.records, 1);
	type("\r");
	assert_int_equal(host.records, 2);
}

/* What goes elsewhere with the user: what can be seen, and what waited. */
static void
test_typed(void **state)
{
	uint8_t bytes[100];
	size_t n;

	(void)state;
	panel(DS_ERASE_WRITE);
	type("a b\xc3\xa4");
	assert_int_equal(soft_typed(soft, true, bytes, sizeof bytes), 5);
	assert_memory_equal(bytes, "a b\xc3\xa4", 5);
	type("\r");
	type("next\rlast");
	assert_int_equal(soft_typed(soft, true, bytes, sizeof bytes), 14);
	assert_memory_equal(bytes, "a b\xc3\xa4next\rlast", 14);
	assert_int_equal(soft_typed(soft, false, bytes, sizeof bytes), 9);
	type("\x12\x15" "a \r");
	type("\x7f\x17\x05\x1b[D\x1b[3~\x1b[24~\x1b!\x01" "1\x03\t");
	n = soft_typed(soft, true, bytes, sizeof bytes);
	assert_int_equal(n, 12);
	assert_memory_equal(bytes, "a \x7f\x17\x0b\x02\x04\x1b=\x1b!\x03", n);
	assert_int_equal(soft_typed(soft, false, bytes, 6), 6);
	type("\x12\x15\tsecret");
	assert_int_equal(soft_typed(soft, true, bytes, sizeof bytes), 0);
}

static void
test_refused(void **state)
{
	(void)state;
	panel(DS_ERASE_WRITE);
	type("\xe2\x82\xac"); /* no euro in this code page */
	assert_int_equal(glass.bells, 1);
	assert_memory_equal(glass_row(24), "4A      X NO SUCH CHARACTER", 27);
	assert_string_equal(glass_row(1), " NAME          NOTE");
	type("\xe4");
	type("a");
	assert_int_equal(glass.bells, 2);
	assert_string_equal(glass_row(1), " NAME a        NOTE");
	type("\x1b[A"); /* up, where nothing can be typed */
	type("b");
	assert_int_equal(glass.bells, 3);
	assert_memory_equal(glass_row(24), "4A      X NOT HERE", 18);
	type("\x1bz");
	assert_memory_equal(glass_row(24), "4A      X NO SUCH KEY", 21);
	type("\x1b");
	assert_int_equal(host.ms, 2000);
	soft_timer(soft);
	soft_ready(soft);
	type("2"); /* no PF2 */
	assert_int_equal(host.records, 0);
}

/* A line that is longer than its field does not go without its end, nor does
 * one with a hole; what follows in a paste is no line of its own. */
static void
test_holes(void **state)
{
	(void)state;
	panel(DS_ERASE_WRITE);
	type("too long a name\rnext\r");
	assert_int_equal(host.records, 0);
	assert_string_equal(glass_row(1), " NAME too long NOTE");
	assert_memory_equal(glass_row(24), "4A      X NOT ALL WAS", 21);
	type("\r");
	assert_int_equal(host.records, 1);
	panel(DS_ERASE_WRITE);
	type("a\xe2\x82\xac" "b\r");
	assert_int_equal(host.records, 1);
	type("\x08" "c\r");
	assert_int_equal(host.records, 2);
	panel(DS_ERASE_WRITE);
	type("\xe2\x82\xac\033" "3");
	assert_int_equal(host.records, 3);
}

static void
test_keys(void **state)
{
	static const struct {
		const char *keys;
		uint8_t aid;
	} sends[] = {
		{ "\x1bOP", DS_AID_PF1 }, { "\x1b[24;2~", DS_AID_PF24 },
		{ "\x1b" "3", DS_AID_PF3 }, { "\x1b!", DS_AID_PF13 },
		{ "\x01" "1", DS_AID_PA1 }, { "\x1b.", DS_AID_PA2 },
		{ "\x1b/", DS_AID_PA3 }, { "\x03", DS_AID_CLEAR },
		{ "\x1b" "c", DS_AID_CLEAR },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof sends / sizeof sends[0]; i++) {
		panel(DS_ERASE_WRITE);
		type(sends[i].keys);
		assert_int_equal(host.records, i + 1);
		assert_int_equal(host.record[0], sends[i].aid);
	}
	/* these do not wait for the keyboard */
	type("\x1b" "a\x1by");
	assert_int_equal(host.attentions, 1);
	assert_int_equal(host.sysreqs, 1);
	assert_int_equal(type("\x1bsrest"), 2);
	assert_int_equal(host.toggles, 1);
}

static void
test_insert(void **state)
{
	(void)state;
	panel(DS_ERASE_WRITE);
	type("ac\x1b[D\x1b[2~b");
	assert_string_equal(glass_row(1), " NAME abc      NOTE");
	assert_int_equal(glass.cell[24][52].c, '^');
	type("\x12\x1b[H\x1b[3~");
	assert_string_equal(glass_row(1), " NAME bc       NOTE");
	type("\x05");
	assert_string_equal(glass_row(1), " NAME          NOTE");
}

static void
test_help(void **state)
{
	(void)state;
	panel(DS_ERASE_WRITE);
	type("\x1bh");
	assert_non_null(strstr(glass_row(0), "THE KEYS OF THIS 3270"));
	type("x");
	assert_string_equal(glass_row(0), " TITLE");
	assert_string_equal(glass_row(1), " NAME          NOTE");
}

static void
test_redraw(void **state)
{
	(void)state;
	panel(DS_ERASE_WRITE);
	glass_open(25, 80); /* something has spoilt it */
	type("\x0c");
	assert_string_equal(glass_row(0), " TITLE");
	assert_string_equal(glass_row(1), " NAME          NOTE");
}

static void
test_alarm(void **state)
{
	static const uint8_t alarm[] = { DS_WRITE, 0xC6 };

	(void)state;
	soft_host(soft, alarm, sizeof alarm);
	soft_ready(soft);
	soft_ready(soft);
	assert_int_equal(glass.bells, 1);
}

/* A stream that breaks the rules: nothing of it is shown. */
static void
test_bad(void **state)
{
	static const uint8_t bad[] = { DS_ERASE_WRITE, 0xC3, DS_SBA, 0x7F,
		0x7F, 0xC1, DS_SFE, 0x09 };

	(void)state;
	panel(DS_ERASE_WRITE);
	assert_int_not_equal(soft_host(soft, bad, sizeof bad), 0);
	soft_ready(soft);
	assert_string_equal(glass_row(0), " TITLE");
}

/* A field from `at` on with this attribute, and in it text at row `row`. */
static void
field(enum ds_command command, unsigned at, unsigned attribute, unsigned row,
    const char *s)
{
	uint8_t bytes[256];
	struct ds_out o = { .buf = bytes, .cap = sizeof bytes,
		.cells = 32 * 80 };

	ds3270_begin(&o, command, DS_WCC_RESTORE);
	ds3270_sba(&o, at);
	ds3270_sf(&o, attribute);
	if (s != NULL) {
		ds3270_sba(&o, row * 80);
		text(&o, s);
	}
	assert_int_equal(soft_host(soft, bytes, o.len), 0);
	soft_ready(soft);
}

/* Rows whose cells are the same may look otherwise: by the field that they
 * begin in, or because the screen has had another size meanwhile. */
static void
test_rows_again(void **state)
{
	(void)state;
	glass_open(33, 80);
	assert_int_equal(soft_resize(soft, 33, 80, true), 0);
	field(DS_ERASE_WRITE_ALTERNATE, 0, DS_PROTECTED, 30, "BELOW");
	assert_string_equal(glass_row(30), "BELOW");
	assert_int_equal(glass.cell[30][0].fg, 4);
	field(DS_WRITE, 0, DS_PROTECTED | DS_BRIGHT, 0, NULL);
	assert_string_equal(glass_row(30), "BELOW");
	assert_int_equal(glass.cell[30][0].fg, 7);
	field(DS_ERASE_WRITE, 0, DS_PROTECTED, 1, "ABOVE");
	assert_string_equal(glass_row(1), "ABOVE");
	assert_string_equal(glass_row(30), "");
	field(DS_ERASE_WRITE_ALTERNATE, 0, DS_PROTECTED | DS_BRIGHT, 30,
	    "BELOW");
	assert_string_equal(glass_row(1), "");
	assert_string_equal(glass_row(30), "BELOW");
}

static void
test_sizes(void **state)
{
	static const uint8_t query[] = { DS_WRITE_STRUCTURED, 0x00, 0x05,
		DS_SF_READ_PARTITION, 0xFF, 0x02 };
	struct ds_display display = { 0 };
	unsigned rows = 23, cols = 80;

	(void)state;
	assert_false(soft_screen(&rows, &cols));
	rows = 24;
	assert_true(soft_screen(&rows, &cols));
	assert_int_equal(rows, 24);
	rows = 500;
	cols = 500;
	assert_true(soft_screen(&rows, &cols));
	assert_true(rows * cols <= 16383);
	rows = 63;
	cols = 160;
	assert_int_equal(soft_resize(soft, rows, cols, true), 0);
	glass_open(63, 160);
	assert_int_equal(soft_host(soft, query, sizeof query), 0);
	assert_int_equal(ds3270_query_reply(host.record, host.len, &display),
	    0);
	assert_int_equal(display.alt_rows, 62);
	assert_int_equal(display.alt_cols, 160);
	panel(DS_ERASE_WRITE_ALTERNATE);
	assert_memory_equal(glass_row(0), " TITLE ", 7);
	assert_memory_equal(glass_row(0) + 80, " NAME          NOTE", 19);
	assert_int_equal(soft_resize(soft, 20, 80, true), -1);
	assert_int_equal(soft_resize(soft, 25, 80, true), 0);
	glass_open(25, 80);
	panel(DS_ERASE_WRITE);
	assert_string_equal(glass_row(0), " TITLE");
}

/* Whatever a program puts into cells, a terminal gets characters. */
static void
every_code(const char *type, bool utf8)
{
	static const uint8_t control[] = { 0x0C, 0x0D, 0x0E, 0x0F, 0x15, 0x19,
		0x25, 0x3F, DS_DUP, DS_FIELD_MARK };
	uint8_t bytes[2048];
	struct ds_out o = { .buf = bytes, .cap = sizeof bytes,
		.cells = 1920 };

	soft_close(soft);
	glass_open(25, 80);
	soft = soft_open(type, 25, 80, utf8, &port);
	assert_non_null(soft);
	ds3270_begin(&o, DS_ERASE_WRITE, 0);
	ds3270_sba(&o, 0);
	ds3270_bytes(&o, control, sizeof control);
	for (unsigned c = 0x40; c < 0x100; c++)
		ds3270_byte(&o, (uint8_t)c);
	for (unsigned c = 0x40; c < 0x100; c++)
		ds3270_ge(&o, (uint8_t)c);
	ds3270_ra_ge(&o, 1919, 0xAD);
	assert_int_equal(soft_host(soft, bytes, o.len), 0);
	soft_ready(soft);
	for (unsigned i = 0; i < 1920; i++) {
		uint32_t c = glass.cell[i / 80][i % 80].c;

		assert_true(c >= ' ' && c == text_safe(c));
		assert_true(utf8 || c < 0x7F);
		assert_int_equal(text_width(c), 1);
	}
}

static void
test_every_code(void **state)
{
	(void)state;
	every_code("xterm", true);
	every_code("vt100", true);
	every_code("linux", false);
	every_code("vt220", false);
}

static void
resize(unsigned rows, bool field)
{
	assert_int_equal(soft_resize(soft, rows, 80, field), 0);
	glass_open(rows, 80);
}

/* The window changes while keys wait: they go on waiting, whatever they are,
 * behind what is in the field. */
static void
test_resize_ahead(void **state)
{
	uint8_t typed[100];

	(void)state;
	type("anna\rbeg\x08rt");
	resize(26, true);
	panel(DS_ERASE_WRITE);
	assert_int_equal(host.records, 1);
	panel(DS_ERASE_WRITE);
	assert_string_equal(glass_row(1), " NAME bert     NOTE");
	resize(25, true);
	type("a\x1b" "3next");
	panel(DS_ERASE_WRITE);
	assert_int_equal(host.records, 2);
	assert_int_equal(host.record[0], DS_AID_PF3);
	assert_non_null(memmem(host.record, host.len, "\x85\x99\xa3\x81", 4));
	resize(26, false);
	panel(DS_ERASE_WRITE);
	assert_string_equal(glass_row(1), " NAME next     NOTE");
	assert_int_equal(soft_typed(soft, false, typed, sizeof typed), 0);
}

/* What is missing in the field is missing at another size; and more than
 * there is room for is not sent in part either. */
static void
test_resize_holes(void **state)
{
	char some[1001];

	(void)state;
	panel(DS_ERASE_WRITE);
	type("a\xe2\x82\xac");
	resize(26, true);
	type("b\r");
	panel(DS_ERASE_WRITE);
	assert_string_equal(glass_row(1), " NAME ab       NOTE");
	assert_int_equal(host.records, 0);
	type("\r");
	assert_int_equal(host.records, 1);
	panel(DS_ERASE_WRITE);
	type("anna");
	unlock();
	type("\x1b" "3");
	assert_int_equal(host.records, 2);
	memset(some, 'x', 1000);
	some[1000] = '\0';
	for (unsigned i = 0; i < 40; i++)
		type(some);
	resize(25, true);
	panel(DS_ERASE_WRITE);
	assert_string_equal(glass_row(1), " NAME annaxxxx NOTE");
	type("\r");
	assert_int_equal(host.records, 2);
}

/* A window with a row for the state, or without: the screen is the same. */
static void
test_resize_same(void **state)
{
	(void)state;
	panel(DS_ERASE_WRITE);
	type("anna");
	for (unsigned rows = 24; rows <= 25; rows++) {
		resize(rows, true);
		soft_ready(soft);
		assert_string_equal(glass_row(0), " TITLE");
		assert_string_equal(glass_row(1), " NAME anna     NOTE");
	}
	type("\rbert");
	assert_int_equal(host.records, 1);
	resize(24, true);
	panel(DS_ERASE_WRITE);
	assert_string_equal(glass_row(1), " NAME bert     NOTE");
}

/* No row for the state: the screen has them all. */
static void
test_24(void **state)
{
	(void)state;
	soft_close(soft);
	begin("vt100", 24, 80);
	panel(DS_ERASE_WRITE);
	assert_string_equal(glass_row(0), " TITLE");
	assert_string_equal(glass_row(23), "");
	assert_int_equal(glass.cell[1][15].fg, 99);
	assert_int_equal(glass.cell[1][15].attr, GLASS_REVERSE);
	unlock();
}

static int
prepare(void **state)
{
	(void)state;
	return codepage_load(&page, "bracket") ? soft_prepare() : -1;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shows), TEST(test_types), TEST(test_ahead),
		TEST(test_ahead_bounded), TEST(test_typed),
		TEST(test_refused), TEST(test_holes), TEST(test_keys), TEST(test_insert),
		TEST(test_help), TEST(test_redraw), TEST(test_alarm),
		TEST(test_bad), TEST(test_rows_again), TEST(test_sizes),
		TEST(test_24), TEST(test_resize_ahead), TEST(test_resize_holes),
		TEST(test_resize_same), TEST(test_every_code),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
