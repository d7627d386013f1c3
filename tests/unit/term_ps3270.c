/* SPDX-License-Identifier: MIT
 *
 * A display without a display: what each order does, what each key does, what
 * is read, and that one painted from another is the same.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ps3270.h"

static const struct { unsigned rows, cols; } sizes[] = {
	{ 24, 80 }, { 27, 132 }, { 62, 160 }, { 127, 129 } };

static struct ps3270 ps;
static unsigned cells;
static uint8_t buf[200000], answer[200000];
static size_t answered;
static struct ds_out o;

/* Each test runs once for each size, in which the display already is. */
static void
run(unsigned size, void (*test)(void))
{
	cells = sizes[size].rows * sizes[size].cols;
	assert_int_equal(ps3270_open(&ps, sizes[size].rows, sizes[size].cols,
	    true, true), 0);
	o = (struct ds_out){ buf, 0, sizeof buf, cells, false };
	ds3270_begin(&o, DS_ERASE_WRITE_ALTERNATE, DS_WCC_RESTORE);
	assert_int_equal(ps3270_host(&ps, buf, o.len, answer, sizeof answer,
	    &answered), 0);
	test();
	ps3270_close(&ps);
}

#define TESTED(name) \
	static void do_##name(void); \
	static void \
	name(void **state) \
	{ \
		(void)state; \
		for (unsigned size = 0; size < 4; size++) \
			run(size, do_##name); \
	} \
	static void \
	do_##name(void)

static int
host(const void *bytes, size_t n)
{
	return ps3270_host(&ps, bytes, n, answer, sizeof answer, &answered);
}

#define HOST(s) host((s), sizeof(s) - 1)

/* What was written to o since begin(). */
static void
begin(enum ds_command command, unsigned wcc)
{
	ds3270_begin(&o, command, wcc);
}

static void
send(void)
{
	assert_false(o.overflow);
	assert_int_equal(host(buf, o.len), 0);
}

static int
refused(void)
{
	struct ps3270 before = ps;
	struct ps_cell *cell = malloc(cells * sizeof *cell);
	int rc;

	memcpy(cell, ps.cell, cells * sizeof *cell);
	rc = host(buf, o.len);
	assert_memory_equal(cell, ps.cell, cells * sizeof *cell);
	assert_memory_equal(&before, &ps, sizeof ps);
	assert_int_equal(answered, 0);
	free(cell);
	return rc;
}

static uint8_t
c_at(unsigned at)
{
	return ps.cell[at].c;
}

static bool
attr_at(unsigned at, unsigned attr)
{
	return (ps.cell[at].what & PS_ATTR) != 0 && ps.cell[at].c == attr;
}

/* Protected "AB", an input field of 5 at 4, protected from 9 on. */
static void
form(void)
{
	begin(DS_ERASE_WRITE_ALTERNATE, DS_WCC_RESTORE);
	ds3270_sba(&o, 0);
	ds3270_sf(&o, DS_PROTECTED);
	ds3270_bytes(&o, (const uint8_t *)"\xC1\xC2", 2);
	ds3270_sf(&o, 0);
	ds3270_ic(&o);
	ds3270_sba(&o, 9);
	ds3270_sf(&o, DS_AUTOSKIP);
	ds3270_sba(&o, 20);
	ds3270_sf(&o, DS_NUMERIC);
	ds3270_sba(&o, 26);
	ds3270_sf(&o, DS_PROTECTED);
	send();
}

static void
type(const char *ebcdic)
{
	for (; *ebcdic != '\0'; ebcdic++)
		assert_true(ps3270_type(&ps, (uint8_t)*ebcdic));
}

/* --- open --- */

static void
open_sizes(void **state)
{
	(void)state;
	assert_int_equal(ps3270_open(&ps, 23, 80, true, true), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(ps3270_open(&ps, 24, 79, true, true), -1);
	assert_int_equal(ps3270_open(&ps, 128, 128, true, true), -1);
	assert_int_equal(ps3270_open(&ps, 65536, 65536, true, true), -1);
	assert_int_equal(ps3270_open(&ps, UINT32_MAX, 80, true, true), -1);
	assert_int_equal(ps3270_open(&ps, 127, 129, true, true), 0);
	assert_int_equal(ps.rows, 24);
	assert_int_equal(ps.cols, 80);
	assert_false(ps.locked || ps.formatted || ps.written);
	ps3270_close(&ps);
	ps3270_close(&ps);
}

/* --- commands --- */

TESTED(command_ew)
{
	HOST("\xf5\xc6\xc1");
	assert_int_equal(ps.rows, 24);
	assert_int_equal(ps.cols, 80);
	assert_int_equal(c_at(0), 0xC1);
	assert_true(ps.written && ps.alarm && !ps.locked);
	assert_int_equal(ps.cursor, 0);
}

TESTED(command_ewa)
{
	HOST("\xf5\x40\xc1");
	HOST("\x7e\x40\xc2");
	assert_int_equal(ps.rows * ps.cols, cells);
	assert_int_equal(c_at(0), 0xC2);
	assert_int_equal(c_at(1), 0);
}

/* Without an address it writes where the cursor is. */
TESTED(command_w)
{
	form();
	HOST("\xf1\x40\xc7");
	assert_int_equal(c_at(4), 0xC7);
	assert_int_equal(c_at(1), 0xC1);
	assert_int_equal(ps.cursor, 4);
}

TESTED(command_eau)
{
	form();
	type("\xC1\xC2");
	ps.locked = true;
	assert_int_equal(HOST("\x6f"), 0);
	assert_int_equal(c_at(4), 0);
	assert_int_equal(c_at(1), 0xC1);
	assert_true(attr_at(3, 0));
	assert_int_equal(ps.cursor, 4);
	assert_false(ps.locked);
	assert_int_equal(HOST("\x6f\x40"), -EINVAL);
}

TESTED(command_eau_unformatted)
{
	HOST("\xf1\x40\xc7\xc8");
	assert_int_equal(HOST("\x6f"), 0);
	for (unsigned i = 0; i < cells; i++)
		assert_int_equal(c_at(i), 0);
}

TESTED(command_none)
{
	assert_int_equal(HOST(""), -EINVAL);
	assert_int_equal(HOST("\xf1"), -EINVAL);
	assert_int_equal(HOST("\xf5"), -EINVAL);
	assert_int_equal(HOST("\x00\x40"), -EINVAL);
	assert_int_equal(HOST("\x01\x40"), -EINVAL);
	assert_int_equal(HOST("\xf3"), -EINVAL);
	assert_int_equal(HOST("\xf2\x40"), -EINVAL);
}

TESTED(wcc_reset_mdt)
{
	form();
	type("\xC1");
	assert_true(attr_at(3, DS_MDT));
	begin(DS_WRITE, DS_WCC_RESET_MDT);
	send();
	assert_true(attr_at(3, 0));
}

TESTED(wcc_without_restore)
{
	form();
	assert_int_equal(ps3270_aid(&ps, DS_AID_ENTER, answer, 100), 3);
	assert_true(ps.locked);
	begin(DS_WRITE, 0);
	send();
	assert_true(ps.locked);
	begin(DS_WRITE, DS_WCC_RESTORE);
	send();
	assert_false(ps.locked);
}

/* --- orders --- */

TESTED(order_sba)
{
	begin(DS_WRITE, 0);
	ds3270_sba(&o, cells - 1);
	ds3270_bytes(&o, (const uint8_t *)"\xC1\xC2", 2);
	send();
	assert_int_equal(c_at(cells - 1), 0xC1);
	assert_int_equal(c_at(0), 0xC2); /* it wraps */
}

TESTED(order_sba_outside)
{
	form();
	begin(DS_ERASE_WRITE_ALTERNATE, DS_WCC_ALARM);
	ds3270_byte(&o, 0xC1);
	ds3270_byte(&o, DS_SBA);
	ds3270_byte(&o, (uint8_t)(cells >> 8));
	ds3270_byte(&o, (uint8_t)cells);
	assert_int_equal(refused(), -EINVAL);
}

/* An address that only the other size has. */
TESTED(order_sba_of_the_other_size)
{
	begin(DS_ERASE_WRITE, 0);
	ds3270_byte(&o, DS_SBA);
	ds3270_byte(&o, 1920 >> 8);
	ds3270_byte(&o, 1920 & 0xFF);
	assert_int_equal(refused(), -EINVAL);
	buf[0] = DS_ERASE_WRITE_ALTERNATE;
	assert_int_equal(host(buf, o.len), cells > 1920 ? 0 : -EINVAL);
}

TESTED(order_sf)
{
	form();
	assert_true(attr_at(0, DS_PROTECTED));
	assert_true(ps.formatted);
	assert_int_equal(ps3270_field(&ps, 1), DS_PROTECTED);
	assert_int_equal(ps3270_field(&ps, 5), 0);
	assert_int_equal(ps3270_field(&ps, cells - 1), DS_PROTECTED);
}

/* The field goes on at the beginning. */
TESTED(order_sf_at_the_last_cell)
{
	begin(DS_ERASE_WRITE_ALTERNATE, DS_WCC_RESTORE);
	ds3270_sba(&o, cells - 1);
	ds3270_sf(&o, 0);
	ds3270_bytes(&o, (const uint8_t *)"\xC1", 1);
	ds3270_sba(&o, 3);
	ds3270_sf(&o, DS_PROTECTED);
	send();
	assert_int_equal(c_at(0), 0xC1);
	assert_int_equal(ps3270_field(&ps, 0), 0);
	assert_true(ps3270_key(&ps, PS_KEY_HOME));
	assert_int_equal(ps.cursor, 0);
	type("\xC2\xC3\xC4");
	assert_int_equal(c_at(2), 0xC4);
	assert_int_equal(ps.cursor, 4); /* protected, but no autoskip */
	assert_false(ps3270_type(&ps, 0xC5));
	assert_true(attr_at(cells - 1, DS_MDT));
	assert_int_equal(HOST("\xf6"), 0);
	assert_int_equal(answered, 3 + 3 + 3);
}

TESTED(order_sfe)
{
	const struct ds_pair pair[] = {
		{ DS_ATTR_FIELD, DS_BRIGHT }, { DS_ATTR_COLOR, DS_COLOR_PINK },
		{ DS_ATTR_HIGHLIGHT, DS_HIGH_UNDERSCORE } };
	struct ps_look look;

	begin(DS_WRITE, 0);
	ds3270_sfe(&o, pair, 3);
	ds3270_byte(&o, 0xC1);
	send();
	assert_true(attr_at(0, DS_BRIGHT));
	look = ps3270_look(&ps, 1);
	assert_int_equal(look.color, DS_COLOR_PINK);
	assert_true(look.underscore && look.bright);
	assert_false(look.blink || look.reverse || look.hidden ||
	    look.protect || look.graphic);
}

TESTED(order_sfe_cut)
{
	form();
	begin(DS_WRITE, 0);
	ds3270_bytes(&o, (const uint8_t *)"\xC1\x29\x02\xC0\x40", 5);
	assert_int_equal(refused(), -EINVAL);
}

TESTED(order_mf)
{
	const struct ds_pair pair[] = { { DS_ATTR_COLOR, DS_COLOR_RED } };

	form();
	begin(DS_WRITE, 0);
	ds3270_sba(&o, 3);
	ds3270_mf(&o, pair, 1);
	ds3270_byte(&o, 0xC9);
	send();
	assert_true(attr_at(3, 0));
	assert_int_equal(ps.cell[3].color, DS_COLOR_RED);
	assert_int_equal(c_at(4), 0xC9);
	/* where there is no attribute */
	begin(DS_WRITE, 0);
	ds3270_sba(&o, 4);
	ds3270_mf(&o, pair, 1);
	ds3270_byte(&o, 0xC8);
	send();
	assert_int_equal(c_at(4), 0xC8);
	assert_int_equal(ps.cell[4].color, 0);
}

TESTED(order_sa)
{
	begin(DS_WRITE, 0);
	ds3270_sa(&o, DS_ATTR_COLOR, DS_COLOR_YELLOW);
	ds3270_sa(&o, DS_ATTR_HIGHLIGHT, DS_HIGH_REVERSE);
	ds3270_byte(&o, 0xC1);
	ds3270_sa(&o, DS_ATTR_ALL, 0);
	ds3270_byte(&o, 0xC2);
	send();
	assert_int_equal(ps.cell[0].color, DS_COLOR_YELLOW);
	assert_true(ps3270_look(&ps, 0).reverse);
	assert_int_equal(ps.cell[1].color, 0);
	/* they end with the record */
	begin(DS_WRITE, 0);
	ds3270_sa(&o, DS_ATTR_COLOR, DS_COLOR_RED);
	send();
	HOST("\xf1\x40\xc3");
	assert_int_equal(ps.cell[0].color, 0);
}

TESTED(order_ic)
{
	begin(DS_WRITE, 0);
	ds3270_sba(&o, 100);
	ds3270_ic(&o);
	ds3270_sba(&o, 200);
	ds3270_ic(&o);
	ds3270_byte(&o, 0xC1);
	send();
	assert_int_equal(ps.cursor, 200);
}

TESTED(order_pt)
{
	form();
	/* behind an order: only on to the next field */
	begin(DS_WRITE, 0);
	ds3270_sba(&o, 1);
	ds3270_pt(&o);
	ds3270_byte(&o, 0xC9);
	send();
	assert_int_equal(c_at(1), 0xC1);
	assert_int_equal(c_at(4), 0xC9);
	/* behind text: what is left of the field becomes nulls */
	begin(DS_WRITE, 0);
	ds3270_sba(&o, 1);
	ds3270_byte(&o, 0xC7);
	ds3270_pt(&o);
	ds3270_byte(&o, 0xC8);
	send();
	assert_int_equal(c_at(1), 0xC7);
	assert_int_equal(c_at(2), 0);
	assert_int_equal(c_at(4), 0xC8);
	/* at the attribute of an unprotected field: into it */
	begin(DS_WRITE, 0);
	ds3270_sba(&o, 3);
	ds3270_pt(&o);
	ds3270_byte(&o, 0xC6);
	send();
	assert_int_equal(c_at(4), 0xC6);
}

TESTED(order_pt_with_no_field_behind)
{
	form();
	begin(DS_WRITE, 0);
	ds3270_sba(&o, 30);
	ds3270_pt(&o);
	ds3270_sf(&o, DS_BRIGHT);
	send();
	assert_true(attr_at(0, DS_BRIGHT));
	/* it got to the end behind text: the next one goes on with nulls */
	begin(DS_ERASE_WRITE_ALTERNATE, 0);
	ds3270_bytes(&o, (const uint8_t *)"\xC1\xC2", 2);
	ds3270_sf(&o, 0);
	ds3270_sf(&o, DS_PROTECTED);
	ds3270_sba(&o, 10);
	ds3270_sf(&o, 0);
	ds3270_sba(&o, 20);
	ds3270_byte(&o, 0xC3);
	ds3270_pt(&o);
	ds3270_pt(&o);
	ds3270_byte(&o, 0xC4);
	send();
	assert_int_equal(c_at(0), 0);
	assert_int_equal(c_at(1), 0);
	assert_int_equal(c_at(20), 0xC3);
	assert_int_equal(c_at(11), 0xC4);
}

TESTED(order_ra)
{
	begin(DS_WRITE, 0);
	ds3270_sba(&o, cells - 2);
	ds3270_ra(&o, 3, 0x5C);
	ds3270_byte(&o, 0xC1);
	send();
	assert_int_equal(c_at(cells - 3), 0);
	assert_int_equal(c_at(cells - 2), 0x5C);
	assert_int_equal(c_at(cells - 1), 0x5C);
	assert_int_equal(c_at(2), 0x5C);
	assert_int_equal(c_at(3), 0xC1);
}

/* Up to where it is: all of the screen. */
TESTED(order_ra_whole_screen)
{
	form();
	begin(DS_WRITE, 0);
	ds3270_sba(&o, 7);
	ds3270_ra(&o, 7, 0x5C);
	ds3270_byte(&o, 0xC1);
	send();
	for (unsigned i = 0; i < cells; i++)
		assert_int_equal(c_at(i), i == 7 ? 0xC1 : 0x5C);
	assert_false(ps.formatted);
}

TESTED(order_ra_outside)
{
	form();
	begin(DS_WRITE, 0);
	ds3270_byte(&o, DS_RA);
	ds3270_byte(&o, (uint8_t)(cells >> 8));
	ds3270_byte(&o, (uint8_t)cells);
	ds3270_byte(&o, 0x5C);
	assert_int_equal(refused(), -EINVAL);
}

TESTED(order_ra_graphic)
{
	begin(DS_WRITE, 0);
	ds3270_ra_ge(&o, 4, 0xA2);
	send();
	for (unsigned i = 0; i < 4; i++)
		assert_true(ps3270_look(&ps, i).graphic);
	assert_false(ps3270_look(&ps, 4).graphic);
}

TESTED(order_eua)
{
	form();
	type("\xC1\xC2");
	begin(DS_WRITE, 0);
	ds3270_sba(&o, 1);
	ds3270_eua(&o, 5);
	ds3270_byte(&o, 0xC9);
	send();
	assert_int_equal(c_at(1), 0xC1);
	assert_int_equal(c_at(4), 0);
	assert_int_equal(c_at(5), 0xC9); /* from where it stopped */
	assert_true(attr_at(3, DS_MDT)); /* stays */
}

TESTED(order_eua_wraps)
{
	form();
	type("\xC1\xC2");
	begin(DS_WRITE, 0);
	ds3270_sba(&o, 5);
	ds3270_eua(&o, 5);
	send();
	assert_int_equal(c_at(4), 0);
	assert_int_equal(c_at(5), 0);
	assert_int_equal(c_at(1), 0xC1);
	begin(DS_ERASE_WRITE_ALTERNATE, 0);
	ds3270_bytes(&o, (const uint8_t *)"\xC1\xC2\xC3", 3);
	ds3270_eua(&o, 1);
	send();
	assert_int_equal(c_at(0), 0);
	assert_int_equal(c_at(1), 0xC2);
}

TESTED(order_ge)
{
	begin(DS_WRITE, 0);
	ds3270_ge(&o, 0xC5);
	ds3270_byte(&o, 0xC5);
	send();
	assert_true(ps3270_look(&ps, 0).graphic);
	assert_int_equal(ps3270_look(&ps, 0).c, 0xC5);
	assert_false(ps3270_look(&ps, 1).graphic);
}

TESTED(order_cut_changes_nothing)
{
	form();
	for (unsigned n = 0; n < 3; n++) {
		begin(DS_ERASE_WRITE, DS_WCC_RESTORE | DS_WCC_ALARM);
		ds3270_byte(&o, 0xC1);
		ds3270_ra(&o, 4, 0x40);
		o.len -= n + 1;
		assert_int_equal(refused(), -EINVAL);
	}
}

/* --- structured fields --- */

static void
structured(void)
{
	ds3270_command(&o, DS_WRITE_STRUCTURED);
}

TESTED(sf_outbound_3270ds)
{
	size_t mark;

	structured();
	mark = ds3270_outbound(&o, DS_ERASE_WRITE, DS_WCC_RESTORE);
	ds3270_byte(&o, 0xC1);
	ds3270_field_end(&o, mark);
	mark = ds3270_outbound(&o, DS_ERASE_WRITE_ALTERNATE, 0);
	ds3270_sba(&o, cells - 1);
	ds3270_byte(&o, 0xC2);
	ds3270_field_end(&o, mark);
	send();
	assert_int_equal(ps.rows * ps.cols, cells);
	assert_int_equal(c_at(cells - 1), 0xC2);
}

/* The second field is bad: the first is not done either. */
TESTED(sf_whole_or_nothing)
{
	size_t mark;

	form();
	structured();
	mark = ds3270_outbound(&o, DS_ERASE_WRITE, DS_WCC_ALARM);
	ds3270_field_end(&o, mark);
	mark = ds3270_outbound(&o, DS_WRITE, 0);
	ds3270_bytes(&o, (const uint8_t *)"\x11\x3f\xff", 3);
	ds3270_field_end(&o, mark);
	assert_int_equal(refused(), -EINVAL);
}

/* An address is of the size that the field before it has made. */
TESTED(sf_erase_reset)
{
	size_t mark;

	form();
	structured();
	ds3270_erase_reset(&o, true);
	mark = ds3270_outbound(&o, DS_WRITE, 0);
	ds3270_sba(&o, cells - 1);
	ds3270_byte(&o, 0xC1);
	ds3270_field_end(&o, mark);
	send();
	assert_int_equal(c_at(0), 0);
	assert_int_equal(c_at(cells - 1), 0xC1);
	buf[4] = 0;
	assert_int_equal(host(buf, o.len), cells == 1920 ? 0 : -EINVAL);
	HOST("\xf3\x00\x04\x03\x00");
	assert_int_equal(ps.rows * ps.cols, 1920);
	assert_int_equal(HOST("\xf3\x00\x03\x03"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x04\x03\x01"), -EINVAL);
}

TESTED(sf_set_reply_mode)
{
	assert_int_equal(HOST("\xf3\x00\x07\x09\x00\x02\x41\x42"), 0);
	assert_int_equal(ps.reply_mode, DS_REPLY_CHARACTER);
	assert_int_equal(ps.reply_attrs, 2);
	assert_int_equal(HOST("\xf3\x00\x05\x09\x00\x03"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x05\x09\x01\x00"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x04\x09\x00"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x0e\x09\x00\x02"
	    "\x41\x42\x41\x42\x41\x42\x41\x42\x41"), -EINVAL);
	assert_int_equal(ps.reply_attrs, 2);
	/* a write leaves it, an erase ends it */
	HOST("\xf1\x40");
	assert_int_equal(ps.reply_mode, DS_REPLY_CHARACTER);
	HOST("\x7e\x40");
	assert_int_equal(ps.reply_mode, DS_REPLY_FIELD);
}

TESTED(sf_read_partition_query)
{
	struct ds_display d;

	structured();
	ds3270_query(&o);
	send();
	assert_int_equal(ds3270_query_reply(answer, answered, &d), 0);
	assert_int_equal(d.alt_rows * d.alt_cols, cells);
	assert_int_equal(d.def_rows, 24);
	assert_int_equal(d.reply_modes, 7);
	assert_true(d.color && d.highlight && d.graphic);
	/* nothing may follow what is answered */
	memmove(buf + o.len, buf + 1, o.len - 1);
	o.len += o.len - 1;
	assert_int_equal(refused(), -EINVAL);
}

TESTED(sf_read_partition_query_list)
{
	ds3270_query_list(&o, (const uint8_t *)"\x88", 1);
	send();
	assert_int_equal(answered, 8);
	assert_memory_equal(answer, "\x88\x00\x07\x81\x88\x00\x01\x02", 8);
	ds3270_query_list(&o, NULL, 0);
	send();
	assert_memory_equal(answer, "\x88\x00\x04\x81\xff", 5);
}

TESTED(sf_read_partition_rb)
{
	form();
	structured();
	ds3270_read_partition(&o, DS_READ_BUFFER);
	send();
	assert_memory_equal(answer + 3, "\x80\x00\x60", 3);
	assert_int_equal(answer[0], DS_AID_SF);
	assert_int_equal(answer[1] << 8 | answer[2], answered - 1);
	assert_int_equal(answered, 1 + 4 + 3 + cells + 5);
}

TESTED(sf_length)
{
	assert_int_equal(HOST("\xf3\x00\x01\x03\x00"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x02\x03\x00"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x05\x03\x00"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x00\x03\x80"), 0); /* all the rest */
	assert_int_equal(HOST("\xf3\x00\x03\x40"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x04\x40\x00"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x05\x40\x00\xf1"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x06\x40\x01\xf1\x40"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x05\x40\x00\xf6"), -EINVAL);
	assert_int_equal(HOST("\xf3\x00\x03\x4b"), -EINVAL);
}

/* --- reading --- */

TESTED(read_buffer)
{
	struct ds_in in;

	form();
	type("\xC7");
	assert_int_equal(HOST("\xf2"), 0);
	assert_int_equal(answered, 3 + cells + 5); /* an SF takes two */
	assert_int_equal(ds3270_read(answer, answered, cells, &in), 0);
	assert_int_equal(in.aid, DS_AID_NONE);
	assert_int_equal(in.cursor, 5);
	assert_memory_equal(answer + 3, "\x1d\x60\xC1\xC2\x1d\xC1\xC7", 7);
}

TESTED(read_buffer_extended)
{
	const struct ds_pair pair[] = { { DS_ATTR_FIELD, 0 },
		{ DS_ATTR_COLOR, DS_COLOR_RED } };

	begin(DS_WRITE, 0);
	ds3270_sfe(&o, pair, 2);
	ds3270_sa(&o, DS_ATTR_COLOR, DS_COLOR_BLUE);
	ds3270_byte(&o, 0xC1);
	send();
	HOST("\xf3\x00\x05\x09\x00\x01");
	HOST("\xf2");
	assert_memory_equal(answer + 3, "\x29\x02\xc0\x40\x42\xf2\xc1\x00", 8);
}

TESTED(read_buffer_character)
{
	begin(DS_WRITE, 0);
	ds3270_sf(&o, 0);
	ds3270_sa(&o, DS_ATTR_COLOR, DS_COLOR_BLUE);
	ds3270_sa(&o, DS_ATTR_HIGHLIGHT, DS_HIGH_REVERSE);
	ds3270_byte(&o, 0xC1);
	send();
	HOST("\xf3\x00\x06\x09\x00\x02\x42"); /* the colour only */
	HOST("\xf2");
	assert_memory_equal(answer + 3,
	    "\x29\x01\xc0\x40\x28\x42\xf1\xc1\x28\x42\x00\x00", 12);
}

TESTED(read_modified)
{
	form();
	HOST("\xf6");
	assert_int_equal(answered, 3); /* nothing was typed */
	type("\xC7\xC8");
	HOST("\xf6");
	assert_int_equal(answered, 3 + 3 + 2);
	assert_memory_equal(answer + 6, "\xC7\xC8", 2);
}

/* Nulls are not sent, wherever they are. */
TESTED(read_modified_nulls)
{
	form();
	type("\xC7");
	assert_true(ps3270_key(&ps, PS_KEY_RIGHT));
	type("\xC8");
	HOST("\xf6");
	assert_int_equal(answered, 3 + 3 + 2);
	assert_memory_equal(answer + 6, "\xC7\xC8", 2);
}

TESTED(read_modified_unformatted)
{
	type("\xC7\xC8");
	HOST("\xf6");
	assert_int_equal(answered, 3 + 2);
	assert_memory_equal(answer + 3, "\xC7\xC8", 2);
}

TESTED(read_modified_all)
{
	form();
	type("\xC7");
	assert_int_equal(ps3270_aid(&ps, DS_AID_PA1, answer, 100), 1);
	HOST("\xf6");
	assert_int_equal(answered, 1);
	assert_int_equal(answer[0], DS_AID_PA1);
	HOST("\x6e");
	assert_int_equal(answered, 3 + 3 + 1);
	assert_int_equal(answer[0], DS_AID_PA1);
}

TESTED(read_modified_attribute_of_nothing)
{
	begin(DS_WRITE, 0);
	ds3270_sba(&o, cells - 2);
	ds3270_sf(&o, DS_MDT);
	ds3270_sf(&o, DS_MDT | DS_PROTECTED);
	send();
	HOST("\xf6");
	assert_int_equal(answered, 3 + 3 + 3);
}

TESTED(read_into_too_little)
{
	size_t n;

	form();
	assert_int_equal(ps3270_host(&ps, (const uint8_t *)"\xf2", 1, answer,
	    cells, &n), -EMSGSIZE);
	assert_int_equal(n, 0);
}

/* --- keys that send --- */

static void
sends(uint8_t aid, size_t n)
{
	form();
	type("\xC7");
	assert_int_equal(ps3270_aid(&ps, aid, answer, 2), n == 1 ? 1 : 0);
	if (n > 1)
		assert_int_equal(ps3270_aid(&ps, aid, answer, n), n);
	assert_int_equal(answer[0], aid);
	assert_true(ps.locked);
	assert_int_equal(ps3270_aid(&ps, aid, answer, 100), 0);
	assert_false(ps3270_type(&ps, 0xC1));
	assert_false(ps3270_key(&ps, PS_KEY_TAB));
	assert_true(ps3270_key(&ps, PS_KEY_RESET));
	assert_false(ps.locked);
}

TESTED(aid_enter) { sends(DS_AID_ENTER, 7); }
TESTED(aid_sysreq) { sends(DS_AID_SYSREQ, 7); }
TESTED(aid_pa1) { sends(DS_AID_PA1, 1); }
TESTED(aid_pa2) { sends(DS_AID_PA2, 1); }
TESTED(aid_pa3) { sends(DS_AID_PA3, 1); }

TESTED(aid_pf_all)
{
	for (unsigned pf = 1; pf <= 24; pf++)
		sends(ds3270_pf_aid(pf), 7);
}

TESTED(aid_clear)
{
	sends(DS_AID_CLEAR, 1);
	assert_int_equal(ps.cursor, 0);
	assert_false(ps.formatted);
	for (unsigned i = 0; i < cells; i++)
		assert_int_equal(c_at(i), 0);
	assert_int_equal(ps.rows * ps.cols, cells);
}

TESTED(aid_that_is_no_key)
{
	assert_int_equal(ps3270_aid(&ps, DS_AID_NONE, answer, 100), 0);
	assert_int_equal(ps3270_aid(&ps, DS_AID_SF, answer, 100), 0);
	assert_int_equal(ps3270_aid(&ps, 0x00, answer, 100), 0);
	assert_false(ps.locked);
}

/* --- typing --- */

TESTED(type_protected)
{
	form();
	ps.cursor = 1;
	assert_false(ps3270_type(&ps, 0xC1));
	ps.cursor = 0; /* an attribute */
	assert_false(ps3270_type(&ps, 0xC1));
	ps.cursor = 3;
	assert_false(ps3270_type(&ps, 0xC1));
	assert_int_equal(c_at(1), 0xC1);
	assert_true(attr_at(3, 0));
}

TESTED(type_numeric)
{
	form();
	ps.cursor = 21;
	assert_false(ps3270_type(&ps, 0xC1));
	type("\xF1\x60\x4B");
	assert_int_equal(c_at(23), 0x4B);
}

TESTED(type_controls)
{
	assert_false(ps3270_type(&ps, 0x00));
	assert_false(ps3270_type(&ps, 0x1D));
	assert_false(ps3270_type(&ps, 0x3F));
	assert_false(ps3270_type(&ps, 0xFF));
}

/* Behind the field of five is an autoskip one: on to the next. */
TESTED(type_autoskip)
{
	form();
	type("\xC1\xC2\xC3\xC4\xC5");
	assert_int_equal(ps.cursor, 21);
}

TESTED(type_insert)
{
	form();
	type("\xC1\xC2\xC3");
	ps.cursor = 4;
	assert_true(ps3270_key(&ps, PS_KEY_INSERT));
	type("\xC9");
	assert_int_equal(ps.cursor, 5);
	assert_int_equal(c_at(4), 0xC9);
	assert_int_equal(c_at(5), 0xC1);
	assert_int_equal(c_at(7), 0xC3);
	type("\xC8");
	assert_false(ps3270_type(&ps, 0xC7)); /* no null is left */
	assert_int_equal(c_at(8), 0xC3);
	assert_true(attr_at(9, DS_AUTOSKIP));
	assert_true(ps3270_key(&ps, PS_KEY_INSERT));
	assert_true(ps3270_type(&ps, 0xC7));
}

TESTED(type_all_of_an_unformatted_screen)
{
	for (unsigned i = 0; i < cells; i++)
		assert_true(ps3270_type(&ps, 0xC1));
	assert_int_equal(ps.cursor, 0);
	ps.insert = true;
	assert_false(ps3270_type(&ps, 0xC2));
}

TESTED(type_where_all_are_attributes)
{
	begin(DS_WRITE, 0);
	for (unsigned i = 0; i < cells; i++)
		ds3270_sf(&o, 0);
	send();
	assert_false(ps3270_type(&ps, 0xC1));
	for (int k = PS_KEY_LEFT; k <= PS_KEY_FIELD_MARK; k++) {
		ps3270_key(&ps, (enum ps_key)k);
		assert_true(ps.cursor < cells);
	}
}

/* --- keys --- */

TESTED(key_dup)
{
	form();
	assert_true(ps3270_key(&ps, PS_KEY_DUP));
	assert_int_equal(c_at(4), DS_DUP);
	assert_int_equal(ps.cursor, 21);
	assert_int_equal(ps3270_look(&ps, 4).c, 0x5C);
	assert_true(ps3270_key(&ps, PS_KEY_DUP)); /* numeric fields, too */
}

TESTED(key_field_mark)
{
	form();
	assert_true(ps3270_key(&ps, PS_KEY_FIELD_MARK));
	assert_int_equal(c_at(4), DS_FIELD_MARK);
	assert_int_equal(ps.cursor, 5);
	assert_int_equal(ps3270_look(&ps, 4).c, 0x5E);
}

TESTED(key_tabs)
{
	form();
	assert_true(ps3270_key(&ps, PS_KEY_TAB));
	assert_int_equal(ps.cursor, 21);
	assert_true(ps3270_key(&ps, PS_KEY_TAB));
	assert_int_equal(ps.cursor, 4);
	assert_true(ps3270_key(&ps, PS_KEY_BACKTAB));
	assert_int_equal(ps.cursor, 21);
	ps.cursor = 23;
	assert_true(ps3270_key(&ps, PS_KEY_BACKTAB));
	assert_int_equal(ps.cursor, 21);
	assert_true(ps3270_key(&ps, PS_KEY_BACKTAB));
	assert_int_equal(ps.cursor, 4);
}

TESTED(key_home_newline)
{
	form();
	ps.cursor = 50;
	assert_true(ps3270_key(&ps, PS_KEY_HOME));
	assert_int_equal(ps.cursor, 4);
	assert_true(ps3270_key(&ps, PS_KEY_NEWLINE)); /* round to the first */
	assert_int_equal(ps.cursor, 4);
	HOST("\x7e\xc3");
	assert_true(ps3270_key(&ps, PS_KEY_NEWLINE));
	assert_int_equal(ps.cursor, ps.cols);
	ps.cursor = cells - 1;
	assert_true(ps3270_key(&ps, PS_KEY_NEWLINE));
	assert_int_equal(ps.cursor, 0);
}

TESTED(key_arrows)
{
	assert_true(ps3270_key(&ps, PS_KEY_LEFT));
	assert_int_equal(ps.cursor, cells - 1);
	assert_true(ps3270_key(&ps, PS_KEY_RIGHT));
	assert_int_equal(ps.cursor, 0);
	assert_true(ps3270_key(&ps, PS_KEY_UP));
	assert_int_equal(ps.cursor, cells - ps.cols);
	assert_true(ps3270_key(&ps, PS_KEY_DOWN));
	assert_int_equal(ps.cursor, 0);
	assert_true(ps3270_key(&ps, PS_KEY_DOWN));
	assert_int_equal(ps.cursor, ps.cols);
}

TESTED(key_end)
{
	form();
	type("\xC1\xC2");
	ps.cursor = 8;
	assert_true(ps3270_key(&ps, PS_KEY_END));
	assert_int_equal(ps.cursor, 6);
	ps.cursor = 4;
	type("\xC1\xC2\xC3\xC4\xC5");
	ps.cursor = 4;
	assert_true(ps3270_key(&ps, PS_KEY_END));
	assert_int_equal(ps.cursor, 8);
	ps.cursor = 1;
	assert_false(ps3270_key(&ps, PS_KEY_END));
}

TESTED(key_backspace_delete)
{
	form();
	type("\xC1\xC2\xC3");
	assert_true(ps3270_key(&ps, PS_KEY_BACKSPACE));
	assert_int_equal(c_at(6), 0);
	ps.cursor = 4;
	assert_false(ps3270_key(&ps, PS_KEY_BACKSPACE));
	assert_true(ps3270_key(&ps, PS_KEY_DELETE));
	assert_int_equal(c_at(4), 0xC2);
	assert_int_equal(c_at(5), 0);
	ps.cursor = 1;
	assert_false(ps3270_key(&ps, PS_KEY_DELETE));
	assert_false(ps3270_key(&ps, PS_KEY_BACKSPACE));
	assert_int_equal(c_at(1), 0xC1);
}

TESTED(key_delete_word)
{
	HOST("\x7e\xc3");
	type("\xC1\xC2\x40\xC3\xC4\x40");
	assert_true(ps3270_key(&ps, PS_KEY_DELETE_WORD));
	assert_int_equal(ps.cursor, 3);
	assert_int_equal(c_at(3), 0);
	assert_true(ps3270_key(&ps, PS_KEY_DELETE_WORD));
	assert_int_equal(ps.cursor, 0);
	assert_false(ps3270_key(&ps, PS_KEY_DELETE_WORD));
}

TESTED(key_erase_eof)
{
	form();
	type("\xC1\xC2\xC3");
	ps.cursor = 5;
	assert_true(ps3270_key(&ps, PS_KEY_ERASE_EOF));
	assert_int_equal(c_at(4), 0xC1);
	assert_int_equal(c_at(5), 0);
	assert_int_equal(c_at(6), 0);
	assert_true(attr_at(9, DS_AUTOSKIP));
	assert_int_equal(ps.cursor, 5);
	ps.cursor = 1;
	assert_false(ps3270_key(&ps, PS_KEY_ERASE_EOF));
}

TESTED(key_erase_input)
{
	form();
	type("\xC1\xC2\xC3");
	ps.cursor = 21;
	type("\xF1");
	assert_true(ps3270_key(&ps, PS_KEY_ERASE_INPUT));
	assert_int_equal(c_at(4), 0);
	assert_int_equal(c_at(21), 0);
	assert_int_equal(c_at(1), 0xC1);
	assert_true(attr_at(3, 0));
	assert_int_equal(ps.cursor, 4);
}

TESTED(key_that_is_none)
{
	assert_false(ps3270_key(&ps, (enum ps_key)1000));
}

/* --- how it looks --- */

TESTED(look_of_fields)
{
	static const struct { uint8_t attr, color; bool bright, hidden; }
	    row[] = {
		{ 0, DS_COLOR_GREEN, false, false },
		{ DS_BRIGHT, DS_COLOR_RED, true, false },
		{ DS_PROTECTED, DS_COLOR_BLUE, false, false },
		{ DS_PROTECTED | DS_BRIGHT, DS_COLOR_WHITE, true, false },
		{ DS_NONDISPLAY, DS_COLOR_GREEN, false, true },
	};

	for (unsigned i = 0; i < 5; i++) {
		struct ps_look look;

		begin(DS_ERASE_WRITE_ALTERNATE, 0);
		ds3270_sf(&o, row[i].attr);
		ds3270_byte(&o, 0xC1);
		send();
		look = ps3270_look(&ps, 1);
		assert_int_equal(look.color, row[i].color);
		assert_int_equal(look.bright, row[i].bright);
		assert_int_equal(look.hidden, row[i].hidden);
		assert_int_equal(look.protect,
		    (row[i].attr & DS_PROTECTED) != 0);
		assert_int_equal(look.c, 0xC1);
		assert_int_equal(ps3270_look(&ps, 0).c, 0x40);
	}
}

TESTED(look_of_nothing)
{
	struct ps_look look = ps3270_look(&ps, cells - 1);

	assert_int_equal(look.c, 0x40);
	assert_int_equal(look.color, DS_COLOR_GREEN);
	assert_false(look.protect || look.hidden || look.bright);
	assert_int_equal(ps3270_field(&ps, 0), -1);
}

static void
look_without_colours(void **state)
{
	(void)state;
	assert_int_equal(ps3270_open(&ps, 24, 80, false, false), 0);
	HOST("\xf5\xc3\x29\x03\xc0\x60\x42\xf2\x41\xf4\xc1");
	assert_int_equal(ps3270_look(&ps, 1).color, DS_COLOR_GREEN);
	assert_false(ps3270_look(&ps, 1).underscore);
	ps3270_close(&ps);
}

/* --- what was typed at a terminal --- */

TESTED(typed)
{
	struct ps3270 there;
	uint8_t *record = malloc(sizeof answer);
	size_t n;

	form();
	assert_int_equal(ps3270_open(&there, ps.alt_rows, ps.alt_cols, true,
	    true), 0);
	assert_int_equal(ps3270_host(&there, buf, o.len, answer,
	    sizeof answer, &n), 0);
	assert_true(ps3270_type(&there, 0xC7));
	assert_int_equal(ps3270_host(&there, (const uint8_t *)"\xf2", 1,
	    record, sizeof answer, &n), 0);
	assert_int_equal(ps3270_typed(&ps, record, n), 0);
	assert_int_equal(c_at(4), 0xC7);
	assert_true(attr_at(3, DS_MDT));
	assert_int_equal(ps.cursor, 5);
	assert_memory_equal(ps.cell, there.cell, cells * sizeof *ps.cell);
	/* cut, longer, of another screen */
	record[n] = 0x40;
	assert_int_equal(ps3270_typed(&ps, record, n + 1), -EINVAL);
	assert_int_equal(ps3270_typed(&ps, record, n - 1), -EINVAL);
	assert_int_equal(ps3270_typed(&ps, record, 3), -EINVAL);
	assert_int_equal(ps3270_typed(&ps, record, 0), -EINVAL);
	record[3] = 0x40;
	record[4] = 0xC1; /* no attribute at 0 any more */
	assert_int_equal(ps3270_typed(&ps, record, n), -EINVAL);
	assert_int_equal(c_at(4), 0xC7);
	ps3270_close(&there);
	free(record);
}

/* --- painting --- */

static unsigned
below(unsigned n)
{
	return (unsigned)rand() % n;
}

static void
random_pairs(struct ds_pair pair[4], unsigned n)
{
	static const uint8_t high[] = { 0xF0, 0xF1, 0xF2, 0xF4, 0xF8, 0 };

	for (unsigned i = 0; i < n; i++)
		switch (below(4)) {
		case 0:
			pair[i] = (struct ds_pair){ DS_ATTR_FIELD,
				(uint8_t)below(64) };
			break;
		case 1:
			pair[i] = (struct ds_pair){ DS_ATTR_COLOR,
				(uint8_t)(0xF0 + below(16)) };
			break;
		case 2:
			pair[i] = (struct ds_pair){ DS_ATTR_HIGHLIGHT,
				high[below(6)] };
			break;
		default:
			pair[i] = (struct ds_pair){ DS_ATTR_CHARSET,
				(uint8_t)(0xF0 + below(2)) };
			break;
		}
}

static void
random_order(void)
{
	static const uint8_t controls[] = { 0x00, 0x0C, 0x15, 0x1C, 0x1E,
		0x3F };
	struct ds_pair pair[4];
	unsigned n = below(5);

	random_pairs(pair, n);
	switch (below(14)) {
	case 0:
		ds3270_sba(&o, below(cells));
		break;
	case 1:
		ds3270_sf(&o, below(64));
		break;
	case 2:
		ds3270_sfe(&o, pair, n);
		break;
	case 3:
		ds3270_mf(&o, pair, n);
		break;
	case 4:
		if (n > 0 && pair[0].type != DS_ATTR_FIELD)
			ds3270_sa(&o, pair[0].type, pair[0].value);
		break;
	case 5:
		ds3270_ic(&o);
		break;
	case 6:
		ds3270_pt(&o);
		break;
	case 7:
		ds3270_ge(&o, (uint8_t)(0x40 + below(192)));
		break;
	case 8:
		if (below(20) == 0)
			ds3270_eua(&o, below(cells));
		else
			ds3270_byte(&o, controls[below(6)]);
		break;
	case 9: /* from here to not far from here, or anywhere */
		if (below(10) == 0)
			ds3270_ra(&o, below(cells), (uint8_t)(64 + below(192)));
		else {
			unsigned at = below(cells - 40);

			ds3270_sba(&o, at);
			ds3270_ra(&o, at + 1 + below(39), 0x5C);
		}
		break;
	default:
		for (unsigned i = below(40); i > 0; i--)
			ds3270_byte(&o, (uint8_t)(0x40 + below(191)));
	}
}

static void
random_screen(void)
{
	begin(below(4) == 0 ? DS_ERASE_WRITE_ALTERNATE : DS_WRITE,
	    below(8));
	for (unsigned i = below(300); i > 0; i--)
		random_order();
	send();
}

/* The records of a paint, each of at most `room` bytes, done there. */
static void
paint(struct ps3270 *there, size_t room)
{
	uint8_t *record = malloc(room);
	unsigned at = 0, records = 0;
	size_t len, n;

	while ((len = ps3270_paint(&ps, &at, record, room)) > 0) {
		uint8_t *copy = malloc(len);

		assert_true(len <= room);
		memcpy(copy, record, len);
		assert_int_equal(ps3270_host(there, copy, len, answer,
		    sizeof answer, &n), 0);
		assert_int_equal(n, 0);
		free(copy);
		records++;
	}
	assert_true(records > 0);
	free(record);
}

static void
assert_same(const struct ps3270 *there)
{
	assert_int_equal(there->rows, ps.rows);
	assert_int_equal(there->cols, ps.cols);
	assert_int_equal(there->cursor, ps.cursor);
	assert_int_equal(there->locked, ps.locked);
	assert_int_equal(there->formatted, ps.formatted);
	assert_int_equal(there->reply_mode, ps.reply_mode);
	assert_memory_equal(there->cell, ps.cell,
	    ps.rows * ps.cols * sizeof *ps.cell);
	assert_memory_equal(there->field, ps.field,
	    ps.rows * ps.cols * sizeof *ps.field);
}

TESTED(paint_random)
{
	static const size_t rooms[] = { 48, 100, 1000, 57344 };
	struct ps3270 there;

	srand(cells);
	assert_int_equal(ps3270_open(&there, ps.alt_rows, ps.alt_cols, true,
	    true), 0);
	for (unsigned i = 0; i < 100; i++) {
		random_screen();
		ps.locked = below(2) != 0;
		there.locked = true;
		paint(&there, rooms[i % 4]);
		assert_same(&there);
	}
	ps3270_close(&there);
}

/* The other size, a reply mode, and a display that showed something else. */
TESTED(paint_over)
{
	struct ps3270 there;

	assert_int_equal(ps3270_open(&there, ps.alt_rows, ps.alt_cols, true,
	    true), 0);
	HOST("\xf5\xc3\x1d\x40\xc1");
	HOST("\xf3\x00\x06\x09\x00\x02\x42");
	there.locked = true;
	paint(&there, 100);
	assert_same(&there);
	assert_int_equal(there.reply_attrs, 1);
	form();
	paint(&there, 100);
	assert_same(&there);
	ps3270_close(&there);
}

TESTED(paint_a_blank_screen)
{
	unsigned at = 0;

	assert_int_equal(ps3270_paint(&ps, &at, answer, 47), 0);
	assert_true(ps3270_paint(&ps, &at, answer, 100) <= 10);
	assert_int_equal(ps3270_paint(&ps, &at, answer, 100), 0);
	assert_int_equal(ps3270_paint(&ps, &at, answer, 100), 0);
}

/* --- round trips --- */

/* What is typed into random screens is what the host reads. */
TESTED(inbound_random)
{
	srand(cells + 1);
	for (unsigned i = 0; i < 200; i++) {
		static const uint8_t reads[] = { DS_READ_BUFFER,
			DS_READ_MODIFIED, DS_READ_MODIFIED_ALL };
		struct ds_field f;
		struct ds_in in;
		uint8_t mode[] = { 0xF3, 0, 0, 9, 0, (uint8_t)below(3), 0x41,
			0x42 };

		random_screen();
		ps.locked = false;
		for (unsigned k = below(100); k > 0; k--)
			if (below(3) == 0)
				ps3270_key(&ps, (enum ps_key)below(18));
			else
				ps3270_type(&ps, (uint8_t)below(256));
		assert_true(ps.cursor < cells);
		assert_int_equal(host(mode, sizeof mode), 0);
		assert_int_equal(host(&reads[i % 3], 1), 0);
		assert_int_equal(ds3270_read(answer, answered, cells, &in), 0);
		assert_int_equal(in.cursor, ps.cursor);
		if (reads[i % 3] == DS_READ_BUFFER) {
			assert_int_equal(ps3270_typed(&ps, answer, answered),
			    0);
			continue;
		}
		while (ps.formatted && ds3270_read_field(&in, &f))
			assert_true(attr_at(f.address == 0 ? cells - 1 :
			    f.address - 1, ps3270_field(&ps, f.address == 0 ?
			    cells - 1 : f.address - 1)));
	}
}

/* --- bad luck --- */

/* The longest record of what costs most, on the largest screen, is refused;
 * thousands of such orders are not. */
static void
do_no_order_hangs(void)
{
	static const struct { uint8_t bytes[7]; size_t n; } order[] = {
		{ { DS_RA, 0, 0, 0x40 }, 4 }, { { DS_EUA, 0, 0 }, 3 },
		{ { DS_PT }, 1 }, { { 0xC1, DS_PT }, 2 },
		{ { 0xC1, DS_EUA, 0, 0 }, 4 },
		{ { DS_MF, 0, DS_EUA, 0, 0 }, 5 } };

	for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++) {
		begin(DS_WRITE, 0);
		while (o.len + order[i].n <= 57344)
			ds3270_bytes(&o, order[i].bytes, order[i].n);
		assert_int_equal(refused(), -EINVAL);
		o.len = 2 + 4000 * order[i].n;
		send();
	}
}

/* The same of commands in structured fields, which are one record. */
static void
do_no_field_hangs(void)
{
	static const uint8_t clear[] = { 0, 5, DS_SF_OUTBOUND, 0,
		DS_ERASE_ALL_UNPROTECTED };
	static const uint8_t erase[] = { 0, 4, DS_SF_ERASE_RESET, 0x80 };

	ds3270_command(&o, DS_WRITE_STRUCTURED);
	while (o.len < 57000)
		ds3270_bytes(&o, clear, sizeof clear);
	assert_int_equal(refused(), -EINVAL);
	ds3270_command(&o, DS_WRITE_STRUCTURED);
	while (o.len < 57000)
		ds3270_bytes(&o, erase, sizeof erase);
	assert_int_equal(refused(), -EINVAL);
}

static void
no_field_hangs(void **state)
{
	(void)state;
	run(3, do_no_field_hangs);
}

/* What paints every position, as clumsily as there is room for, is done. */
TESTED(order_ra_for_each_position)
{
	begin(DS_ERASE_WRITE_ALTERNATE, 0);
	ds3270_sba(&o, 0);
	for (unsigned at = 1; at <= cells && o.len < 57000; at++)
		ds3270_ra(&o, at, (uint8_t)(0xC1 + at % 9));
	send();
	assert_int_equal(c_at(10), 0xC1 + 11 % 9);
}

static void
no_order_hangs(void **state)
{
	(void)state;
	run(3, do_no_order_hangs);
}

#define TEST(f) cmocka_unit_test(f)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(open_sizes),
		TEST(command_ew), TEST(command_ewa), TEST(command_w),
		TEST(command_eau), TEST(command_eau_unformatted),
		TEST(command_none), TEST(wcc_reset_mdt),
		TEST(wcc_without_restore),
		TEST(order_sba), TEST(order_sba_outside),
		TEST(order_sba_of_the_other_size), TEST(order_sf),
		TEST(order_sf_at_the_last_cell), TEST(order_sfe),
		TEST(order_sfe_cut), TEST(order_mf), TEST(order_sa),
		TEST(order_ic), TEST(order_pt),
		TEST(order_pt_with_no_field_behind), TEST(order_ra),
		TEST(order_ra_whole_screen), TEST(order_ra_outside),
		TEST(order_ra_graphic), TEST(order_eua), TEST(order_eua_wraps),
		TEST(order_ge), TEST(order_cut_changes_nothing),
		TEST(sf_outbound_3270ds), TEST(sf_whole_or_nothing),
		TEST(sf_erase_reset), TEST(sf_set_reply_mode),
		TEST(sf_read_partition_query),
		TEST(sf_read_partition_query_list),
		TEST(sf_read_partition_rb), TEST(sf_length),
		TEST(read_buffer), TEST(read_buffer_extended),
		TEST(read_buffer_character), TEST(read_modified),
		TEST(read_modified_nulls), TEST(read_modified_unformatted),
		TEST(read_modified_all),
		TEST(read_modified_attribute_of_nothing),
		TEST(read_into_too_little),
		TEST(aid_enter), TEST(aid_sysreq), TEST(aid_pa1),
		TEST(aid_pa2), TEST(aid_pa3), TEST(aid_pf_all),
		TEST(aid_clear), TEST(aid_that_is_no_key),
		TEST(type_protected), TEST(type_numeric), TEST(type_controls),
		TEST(type_autoskip), TEST(type_insert),
		TEST(type_all_of_an_unformatted_screen),
		TEST(type_where_all_are_attributes),
		TEST(key_dup), TEST(key_field_mark), TEST(key_tabs),
		TEST(key_home_newline), TEST(key_arrows), TEST(key_end),
		TEST(key_backspace_delete), TEST(key_delete_word),
		TEST(key_erase_eof), TEST(key_erase_input),
		TEST(key_that_is_none),
		TEST(look_of_fields), TEST(look_of_nothing),
		TEST(look_without_colours), TEST(typed),
		TEST(paint_random), TEST(paint_over),
		TEST(paint_a_blank_screen), TEST(inbound_random),
		TEST(no_order_hangs), TEST(no_field_hangs),
		TEST(order_ra_for_each_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
