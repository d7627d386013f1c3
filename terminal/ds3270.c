/* SPDX-License-Identifier: MIT
 *
 * ds3270.c - encode and decode the 3270 data stream; what displays say of
 * themselves is in ds3270_query.c.  Holds no state.
 */
#include "ds3270_internal.h"

#include <errno.h>
#include <string.h>

#include "ebcdic.h"

#define ADDRESS_12 4096 /* displays of more cells have 14-bit addresses */

/* --- keys --- */

static const uint8_t ds3270_pf_code[24] = {
	0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0x7A, 0x7B, 0x7C,
	0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0x4A, 0x4B, 0x4C,
};

unsigned
ds3270_pf(uint8_t aid)
{
	const uint8_t *at = memchr(ds3270_pf_code, aid, sizeof ds3270_pf_code);

	return at != NULL ? (unsigned)(at - ds3270_pf_code) + 1 : 0;
}

uint8_t
ds3270_pf_aid(unsigned pf)
{
	return pf >= 1 && pf <= 24 ? ds3270_pf_code[pf - 1] : DS_AID_NONE;
}

bool
ds3270_aid_short(uint8_t aid)
{
	return aid == DS_AID_CLEAR || aid == DS_AID_CLEAR_PARTITION ||
	    aid == DS_AID_PA1 || aid == DS_AID_PA2 || aid == DS_AID_PA3;
}

bool
ds3270_aid_known(uint8_t aid)
{
	static const uint8_t others[] = { DS_AID_NONE, DS_AID_ENTER,
		DS_AID_SYSREQ, DS_AID_TRIGGER, DS_AID_SF, DS_AID_OPERATOR_ID,
		DS_AID_MAGNETIC, DS_AID_SELECT };

	return ds3270_aid_short(aid) || ds3270_pf(aid) != 0 ||
	    memchr(others, aid, sizeof others) != NULL;
}

/* --- writing --- */

void
ds3270_byte(struct ds_out *o, uint8_t b)
{
	if (o->len == o->cap) {
		o->overflow = true;
		return;
	}
	o->buf[o->len++] = b;
}

void
ds3270_bytes(struct ds_out *o, const uint8_t *b, size_t n)
{
	if (n > o->cap - o->len) {
		n = o->cap - o->len;
		o->overflow = true;
	}
	if (n > 0)
		memcpy(o->buf + o->len, b, n);
	o->len += n;
}

void
ds3270_pair_of(struct ds_out *o, unsigned a, unsigned b)
{
	ds3270_byte(o, (uint8_t)a);
	ds3270_byte(o, (uint8_t)b);
}

void
ds3270_half(struct ds_out *o, unsigned value)
{
	ds3270_pair_of(o, value >> 8, value);
}

static void
ds3270_address(struct ds_out *o, unsigned address)
{
	if (o->cells > ADDRESS_12)
		ds3270_half(o, address & 0x3FFF);
	else
		ds3270_pair_of(o, ebcdic_six[address >> 6 & 0x3F],
		    ebcdic_six[address & 0x3F]);
}

uint8_t
ds3270_attribute(unsigned attribute)
{
	return ebcdic_six[attribute & 0x3F];
}

void
ds3270_command(struct ds_out *o, enum ds_command command)
{
	o->len = 0;
	o->overflow = false;
	ds3270_byte(o, (uint8_t)command);
}

void
ds3270_begin(struct ds_out *o, enum ds_command command, unsigned wcc)
{
	ds3270_command(o, command);
	ds3270_byte(o, ebcdic_six[wcc & 0x3F]);
}

void
ds3270_ge(struct ds_out *o, uint8_t c)
{
	ds3270_pair_of(o, DS_GE, c);
}

void
ds3270_sba(struct ds_out *o, unsigned address)
{
	ds3270_byte(o, DS_SBA);
	ds3270_address(o, address);
}

void
ds3270_sf(struct ds_out *o, unsigned attribute)
{
	ds3270_pair_of(o, DS_SF, ds3270_attribute(attribute));
}

static void
ds3270_pairs(struct ds_out *o, enum ds_order order, const struct ds_pair *pair,
    unsigned n)
{
	ds3270_pair_of(o, order, n);
	for (unsigned i = 0; i < n; i++)
		ds3270_pair_of(o, pair[i].type, pair[i].type == DS_ATTR_FIELD ?
		    ds3270_attribute(pair[i].value) : pair[i].value);
}

void
ds3270_sfe(struct ds_out *o, const struct ds_pair *pair, unsigned n)
{
	ds3270_pairs(o, DS_SFE, pair, n);
}

void
ds3270_mf(struct ds_out *o, const struct ds_pair *pair, unsigned n)
{
	ds3270_pairs(o, DS_MF, pair, n);
}

void
ds3270_sa(struct ds_out *o, uint8_t type, uint8_t value)
{
	ds3270_byte(o, DS_SA);
	ds3270_pair_of(o, type, value);
}

void
ds3270_ic(struct ds_out *o)
{
	ds3270_byte(o, DS_IC);
}

void
ds3270_pt(struct ds_out *o)
{
	ds3270_byte(o, DS_PT);
}

static void
ds3270_to(struct ds_out *o, enum ds_order order, unsigned stop)
{
	ds3270_byte(o, (uint8_t)order);
	ds3270_address(o, stop >= o->cells ? stop - o->cells : stop);
}

void
ds3270_ra(struct ds_out *o, unsigned stop, uint8_t ebcdic)
{
	ds3270_to(o, DS_RA, stop);
	ds3270_byte(o, ebcdic);
}

void
ds3270_ra_ge(struct ds_out *o, unsigned stop, uint8_t c)
{
	ds3270_to(o, DS_RA, stop);
	ds3270_ge(o, c);
}

void
ds3270_eua(struct ds_out *o, unsigned stop)
{
	ds3270_to(o, DS_EUA, stop);
}

void
ds3270_reply(struct ds_out *o, uint8_t aid, unsigned cursor)
{
	ds3270_byte(o, aid);
	ds3270_address(o, cursor);
}

/* --- structured fields, written --- */

size_t
ds3270_field_begin(struct ds_out *o, enum ds_sf id)
{
	size_t mark = o->len;

	ds3270_half(o, 0);
	ds3270_byte(o, (uint8_t)id);
	return mark;
}

void
ds3270_field_end(struct ds_out *o, size_t mark)
{
	size_t n = o->len - mark;

	if (o->overflow || n > UINT16_MAX) {
		o->overflow = true;
		return;
	}
	o->buf[mark] = (uint8_t)(n >> 8);
	o->buf[mark + 1] = (uint8_t)n;
}

size_t
ds3270_partition_begin(struct ds_out *o, enum ds_sf id, unsigned partition,
    unsigned what)
{
	size_t mark = ds3270_field_begin(o, id);

	ds3270_pair_of(o, partition, what);
	return mark;
}

size_t
ds3270_inbound_begin(struct ds_out *o)
{
	size_t mark;

	ds3270_byte(o, DS_AID_SF);
	mark = ds3270_field_begin(o, DS_SF_INBOUND);
	ds3270_byte(o, 0);
	return mark;
}

void
ds3270_read_partition(struct ds_out *o, enum ds_command read)
{
	ds3270_field_end(o, ds3270_partition_begin(o, DS_SF_READ_PARTITION, 0,
	    read));
}

void
ds3270_erase_reset(struct ds_out *o, bool alternate)
{
	size_t mark = ds3270_field_begin(o, DS_SF_ERASE_RESET);

	ds3270_byte(o, alternate ? 0x80 : 0);
	ds3270_field_end(o, mark);
}

void
ds3270_reply_mode(struct ds_out *o, enum ds_reply_mode mode,
    const uint8_t *types, unsigned n)
{
	size_t mark = ds3270_partition_begin(o, DS_SF_REPLY_MODE, 0, mode);

	ds3270_bytes(o, types, n);
	ds3270_field_end(o, mark);
}

size_t
ds3270_outbound(struct ds_out *o, enum ds_command command, unsigned wcc)
{
	size_t mark = ds3270_partition_begin(o, DS_SF_OUTBOUND, 0, command);

	if (command != DS_ERASE_ALL_UNPROTECTED)
		ds3270_byte(o, ebcdic_six[wcc & 0x3F]);
	return mark;
}

/* --- reading orders --- */

/* The first byte's two high bits: 00 is a 14-bit address, 01 and 11 are a
 * 12-bit one in characters, 10 is nothing. */
static int
ds3270_read_address(const uint8_t *p, size_t n, unsigned cells,
    unsigned *address)
{
	if (n < 2 || (p[0] & 0xC0) == 0x80)
		return -EINVAL;
	if ((p[0] & 0xC0) == 0)
		*address = ds3270_get(p);
	else
		*address = (unsigned)(p[0] & 0x3F) << 6 | (p[1] & 0x3F);
	return *address < cells ? 0 : -EINVAL;
}

/* What can stand in a cell: characters, and below them the nulls and controls
 * that a display keeps. */
static bool
ds3270_is_text(uint8_t c)
{
	static const bool control[0x40] = {
		[0x00] = true, [0x0C] = true, [0x0D] = true, [0x0E] = true,
		[0x0F] = true, [0x15] = true, [0x19] = true, [0x25] = true,
		[0x3F] = true, [DS_DUP] = true, [DS_FIELD_MARK] = true,
	};

	return c >= 0x40 || control[c];
}

static bool
ds3270_value_good(struct ds_pair pair)
{
	switch (pair.type) {
	case DS_ATTR_HIGHLIGHT:
		return pair.value == 0 || pair.value == 0xF0 ||
		    pair.value == DS_HIGH_BLINK ||
		    pair.value == DS_HIGH_REVERSE ||
		    pair.value == DS_HIGH_UNDERSCORE ||
		    pair.value == DS_HIGH_INTENSE;
	case DS_ATTR_COLOR:
	case DS_ATTR_BACKGROUND:
		return pair.value == 0 || pair.value >= 0xF0;
	case DS_ATTR_CHARSET:
	case DS_ATTR_TRANSPARENT:
		return true;
	default:
		return false;
	}
}

static bool
ds3270_field_value_good(struct ds_pair pair)
{
	return pair.type == DS_ATTR_FIELD || pair.type == DS_ATTR_VALIDATION ||
	    pair.type == DS_ATTR_OUTLINE || ds3270_value_good(pair);
}

struct ds_pair
ds3270_pair(const struct ds_item *item, size_t i)
{
	struct ds_pair pair = { item->data[2 * i], item->data[2 * i + 1] };

	if (pair.type == DS_ATTR_FIELD)
		pair.value &= DS_ATTRIBUTE_BITS;
	return pair;
}

/* How many bytes of the stream an order takes; -EINVAL. */
static int
ds3270_take_pairs(const struct ds_stream *s, struct ds_item *item)
{
	if (s->left < 2 || s->p[1] > (s->left - 2) / 2)
		return -EINVAL;
	item->data = s->p + 2;
	item->len = s->p[1];
	for (size_t i = 0; i < item->len; i++)
		if (!ds3270_field_value_good(ds3270_pair(item, i)))
			return -EINVAL;
	return 2 + 2 * s->p[1];
}

static int
ds3270_take_sa(const struct ds_stream *s, struct ds_item *item)
{
	if (s->left < 3)
		return -EINVAL;
	item->pair = (struct ds_pair){ s->p[1], s->p[2] };
	if (item->pair.type != DS_ATTR_ALL && !ds3270_value_good(item->pair))
		return -EINVAL;
	return 3;
}

static int
ds3270_take_ra(const struct ds_stream *s, struct ds_item *item)
{
	if (s->left < 4 || ds3270_read_address(s->p + 1, s->left - 1, s->cells,
	    &item->address) < 0)
		return -EINVAL;
	item->graphic = s->p[3] == DS_GE;
	if (item->graphic && s->left < 5)
		return -EINVAL;
	item->c = s->p[item->graphic ? 4 : 3];
	if (item->graphic ? item->c < 0x40 : !ds3270_is_text(item->c))
		return -EINVAL;
	return item->graphic ? 5 : 4;
}

static int
ds3270_take_text(const struct ds_stream *s, struct ds_item *item)
{
	size_t n = 0;

	while (n < s->left && ds3270_is_text(s->p[n]))
		n++;
	item->order = DS_TEXT;
	item->data = s->p;
	item->len = n;
	return n > 0 ? (int)n : -EINVAL;
}

static int
ds3270_take(const struct ds_stream *s, struct ds_item *item)
{
	switch (item->order) {
	case DS_PT:
	case DS_IC:
		return 1;
	case DS_GE:
		if (s->left < 2 || s->p[1] < 0x40)
			return -EINVAL;
		item->c = s->p[1];
		return 2;
	case DS_SF:
		if (s->left < 2)
			return -EINVAL;
		item->c = s->p[1] & DS_ATTRIBUTE_BITS;
		return 2;
	case DS_SBA:
	case DS_EUA:
		return ds3270_read_address(s->p + 1, s->left - 1, s->cells,
		    &item->address) < 0 ? -EINVAL : 3;
	case DS_SA:
		return ds3270_take_sa(s, item);
	case DS_SFE:
	case DS_MF:
		return ds3270_take_pairs(s, item);
	case DS_RA:
		return ds3270_take_ra(s, item);
	default:
		return ds3270_take_text(s, item);
	}
}

int
ds3270_next(struct ds_stream *s, struct ds_item *item)
{
	int n;

	if (s->left == 0)
		return 0;
	*item = (struct ds_item){ .order = s->p[0] };
	n = ds3270_take(s, item);
	if (n < 0)
		return n;
	s->p += n;
	s->left -= (size_t)n;
	return 1;
}

int
ds3270_field(struct ds_fields *f, struct ds_sfield *field)
{
	size_t n;

	if (f->left == 0)
		return 0;
	if (f->left < 3)
		return -EINVAL;
	n = ds3270_get(f->p);
	if (n == 0)
		n = f->left;
	if (n < 3 || n > f->left)
		return -EINVAL;
	*field = (struct ds_sfield){ f->p[2], f->p + 3, n - 3 };
	f->p += n;
	f->left -= n;
	return 1;
}

/* --- reading what a display sent --- */

/* Every order in it is looked at once, so that whoever takes the fields apart
 * finds nothing wrong. */
static int
ds3270_inbound_check(struct ds_stream s)
{
	struct ds_item item;
	int rc;

	while ((rc = ds3270_next(&s, &item)) > 0)
		if (item.order == DS_PT || item.order == DS_EUA ||
		    item.order == DS_IC || item.order == DS_MF ||
		    item.order == DS_RA)
			return -1;
	return rc;
}

int
ds3270_read(const uint8_t *record, size_t n, unsigned cells, struct ds_in *in)
{
	*in = (struct ds_in){ 0 };
	if (n == 0 || !ds3270_aid_known(record[0]))
		return -1;
	in->aid = record[0];
	in->short_read = ds3270_aid_short(in->aid);
	if (in->short_read)
		return 0;
	if (in->aid == DS_AID_SF) {
		in->rest = (struct ds_stream){ record + 1, n - 1, cells };
		return 0;
	}
	if (ds3270_read_address(record + 1, n - 1, cells, &in->cursor) < 0)
		return -1;
	in->rest = (struct ds_stream){ record + 3, n - 3, cells };
	return ds3270_inbound_check(in->rest) < 0 ? -1 : 0;
}

bool
ds3270_read_field(struct ds_in *in, struct ds_field *field)
{
	struct ds_stream *s = &in->rest;
	struct ds_stream at;
	struct ds_item item;

	*field = (struct ds_field){ 0 };
	if (in->aid == DS_AID_SF || s->left == 0)
		return false;
	at = *s;
	if (ds3270_next(&at, &item) > 0 && item.order == DS_SBA) {
		field->address = item.address;
		*s = at;
	}
	field->data = s->p;
	while (at = *s, ds3270_next(&at, &item) > 0 && item.order != DS_SBA)
		*s = at;
	field->len = (size_t)(s->p - field->data);
	return true;
}
