/* SPDX-License-Identifier: MIT
 *
 * ds3270.c - encode and decode the 3270 data stream.  Holds no state.
 */
#include "ds3270.h"

#include "ebcdic.h"

enum {
	ORDER_PT = 0x05,
	ORDER_GE = 0x08,
	ORDER_SBA = 0x11,
	ORDER_IC = 0x13,
	ORDER_SF = 0x1D,
	ORDER_RA = 0x3C,
};

/* Six bits as a character that every code page can send. */
static const uint8_t ds3270_code[64] = {
	0x40, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7,
	0xC8, 0xC9, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F,
	0x50, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7,
	0xD8, 0xD9, 0x5A, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F,
	0x60, 0x61, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7,
	0xE8, 0xE9, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F,
	0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7,
	0xF8, 0xF9, 0x7A, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F,
};

/* Typography that people paste, by what a 3270 can show. */
static const struct {
	uint16_t c;
	char as;
} ds3270_near[] = {
	{ 0x2010, '-' }, { 0x2011, '-' }, { 0x2012, '-' }, { 0x2013, '-' },
	{ 0x2014, '-' }, { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x201C, '"' },
	{ 0x201D, '"' }, { 0x2022, '*' }, { 0x2026, '.' }, { 0x2212, '-' },
	{ 0x2500, '-' }, { 0x2502, '|' }, { 0x250C, '+' }, { 0x2510, '+' },
	{ 0x2514, '+' }, { 0x2518, '+' }, { 0x251C, '+' }, { 0x2524, '+' },
	{ 0x252C, '+' }, { 0x2534, '+' }, { 0x253C, '+' },
};

void
ds3270_byte(struct ds_out *o, uint8_t b)
{
	if (o->len == o->cap) {
		o->overflow = true;
		return;
	}
	o->buf[o->len++] = b;
}

static void
ds3270_address(struct ds_out *o, unsigned address)
{
	ds3270_byte(o, ds3270_code[address >> 6 & 0x3F]);
	ds3270_byte(o, ds3270_code[address & 0x3F]);
}

void
ds3270_begin(struct ds_out *o, enum ds_command command, unsigned wcc)
{
	o->len = 0;
	o->overflow = false;
	ds3270_byte(o, (uint8_t)command);
	ds3270_byte(o, ds3270_code[wcc & 0x3F]);
}

void
ds3270_sba(struct ds_out *o, unsigned address)
{
	ds3270_byte(o, ORDER_SBA);
	ds3270_address(o, address);
}

void
ds3270_sf(struct ds_out *o, unsigned attribute)
{
	ds3270_byte(o, ORDER_SF);
	ds3270_byte(o, ds3270_code[attribute & 0x3F]);
}

void
ds3270_ic(struct ds_out *o)
{
	ds3270_byte(o, ORDER_IC);
}

void
ds3270_ra(struct ds_out *o, unsigned stop, uint8_t ebcdic)
{
	ds3270_byte(o, ORDER_RA);
	ds3270_address(o, stop % DS_CELLS);
	ds3270_byte(o, ebcdic);
}

/* The first byte's two high bits: 00 is a 14-bit address, 01 and 11 are a
 * 12-bit one in characters, 10 is nothing. */
static int
ds3270_read_address(const uint8_t *p, size_t n, unsigned *address)
{
	if (n < 2 || (p[0] & 0xC0) == 0x80)
		return -1;
	if ((p[0] & 0xC0) == 0)
		*address = (unsigned)(p[0] & 0x3F) << 8 | p[1];
	else
		*address = (unsigned)(p[0] & 0x3F) << 6 | (p[1] & 0x3F);
	return *address < DS_CELLS ? 0 : -1;
}

static bool
ds3270_aid_short(uint8_t aid)
{
	return aid == DS_AID_CLEAR || aid == DS_AID_PA1 ||
	    aid == DS_AID_PA2 || aid == DS_AID_PA3;
}

static bool
ds3270_aid_known(uint8_t aid)
{
	return aid == DS_AID_ENTER || aid == DS_AID_NONE ||
	    aid == DS_AID_SYSREQ || ds3270_aid_short(aid) ||
	    (aid >= 0xF1 && aid <= 0xF9) || (aid >= 0x7A && aid <= 0x7C) ||
	    (aid >= 0xC1 && aid <= 0xC9) || (aid >= 0x4A && aid <= 0x4C);
}

/* A field runs to the next SBA; a graphic escape takes its character along. */
static size_t
ds3270_field_end(const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] != ORDER_SBA)
		i += p[i] == ORDER_GE && i + 1 < n ? 2 : 1;
	return i;
}

int
ds3270_read(const uint8_t *record, size_t n, struct ds_in *in)
{
	size_t at = 3;

	*in = (struct ds_in){ 0 };
	if (n == 0 || !ds3270_aid_known(record[0]))
		return -1;
	in->aid = record[0];
	in->short_read = ds3270_aid_short(in->aid);
	if (in->short_read)
		return 0;
	if (ds3270_read_address(record + 1, n - 1, &in->cursor) < 0)
		return -1;
	while (at < n) {
		struct ds_field *f = &in->field[in->nfields];

		if (in->nfields == DS_FIELDS_MAX)
			return -1;
		if (record[at] == ORDER_SBA) {
			if (ds3270_read_address(record + at + 1, n - at - 1,
			    &f->address) < 0)
				return -1;
			at += 3;
		} else
			f->address = 0; /* a screen without fields */
		f->data = record + at;
		f->len = ds3270_field_end(record + at, n - at);
		at += f->len;
		in->nfields++;
	}
	return 0;
}

uint8_t
ds3270_ebcdic(uint32_t c)
{
	if (c < 0x100 && latin1_to_ebcdic[c] >= 0x40)
		return latin1_to_ebcdic[c];
	for (size_t i = 0; i < sizeof ds3270_near / sizeof ds3270_near[0]; i++)
		if (ds3270_near[i].c == c)
			return latin1_to_ebcdic[(uint8_t)ds3270_near[i].as];
	return latin1_to_ebcdic['?'];
}

uint32_t
ds3270_character(uint8_t ebcdic)
{
	uint32_t c = ebcdic_to_latin1[ebcdic];

	return c < ' ' || (c >= 0x7F && c < 0xA0) ? ' ' : c;
}
