/* SPDX-License-Identifier: MIT
 *
 * ds3270.h - the 3270 data stream: written, and read, both ways.
 *
 * Pure, and holds no screen: ps3270 does.  Addresses count from 0; a display
 * has at most DS_CELLS_MAX positions.  GA23-0059 (3270 data stream) is what
 * the codes and rules are from.
 */
#ifndef VM370_TERMINAL_DS3270_H
#define VM370_TERMINAL_DS3270_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What every display has, and ERASE/WRITE gives. */
#define DS_ROWS 24
#define DS_COLS 80
#define DS_CELLS (DS_ROWS * DS_COLS)

#define DS_CELLS_MAX 16383 /* what 14-bit addresses reach */

enum ds_command {
	DS_WRITE = 0xF1,
	DS_ERASE_WRITE = 0xF5,
	DS_ERASE_WRITE_ALTERNATE = 0x7E,
	DS_ERASE_ALL_UNPROTECTED = 0x6F,
	DS_WRITE_STRUCTURED = 0xF3,
	DS_READ_BUFFER = 0xF2,
	DS_READ_MODIFIED = 0xF6,
	DS_READ_MODIFIED_ALL = 0x6E,
};

#define DS_WCC_RESET 0x40 /* an erase ends the reply mode; always written */
#define DS_WCC_ALARM 0x04
#define DS_WCC_RESTORE 0x02
#define DS_WCC_RESET_MDT 0x01

enum ds_order {
	DS_TEXT = 0, /* no order: characters */
	DS_PT = 0x05,
	DS_GE = 0x08,
	DS_SBA = 0x11,
	DS_EUA = 0x12,
	DS_IC = 0x13,
	DS_SF = 0x1D,
	DS_SA = 0x28,
	DS_SFE = 0x29,
	DS_MF = 0x2C,
	DS_RA = 0x3C,
};

/* Characters below X'40' that a keyboard can type. */
#define DS_DUP 0x1C
#define DS_FIELD_MARK 0x1E

/* Field attributes */
#define DS_PROTECTED 0x20
#define DS_NUMERIC 0x10
#define DS_AUTOSKIP 0x30 /* both of them */
#define DS_BRIGHT 0x08
#define DS_NONDISPLAY 0x0C
#define DS_MDT 0x01
#define DS_ATTRIBUTE_BITS 0x3D

/* Types of attributes, in SFE, MF and SA */
enum ds_attribute {
	DS_ATTR_ALL = 0x00, /* SA: all of them, back to the field's */
	DS_ATTR_HIGHLIGHT = 0x41,
	DS_ATTR_COLOR = 0x42,
	DS_ATTR_CHARSET = 0x43,
	DS_ATTR_BACKGROUND = 0x45,
	DS_ATTR_TRANSPARENT = 0x46,
	DS_ATTR_FIELD = 0xC0,
	DS_ATTR_VALIDATION = 0xC1,
	DS_ATTR_OUTLINE = 0xC2,
};

#define DS_HIGH_BLINK 0xF1
#define DS_HIGH_REVERSE 0xF2
#define DS_HIGH_UNDERSCORE 0xF4
#define DS_HIGH_INTENSE 0xF8

#define DS_COLOR_BLUE 0xF1
#define DS_COLOR_RED 0xF2
#define DS_COLOR_PINK 0xF3
#define DS_COLOR_GREEN 0xF4
#define DS_COLOR_TURQUOISE 0xF5
#define DS_COLOR_YELLOW 0xF6
#define DS_COLOR_WHITE 0xF7

#define DS_CHARSET_GRAPHIC 0xF1 /* what a graphic escape takes from */

/* CGCSGID: the Latin-1 character set, in code page 037 */
#define DS_CHARSET_LATIN 697
#define DS_CODEPAGE_037 37

enum ds_aid {
	DS_AID_NONE = 0x60,
	DS_AID_ENTER = 0x7D,
	DS_AID_CLEAR = 0x6D,
	DS_AID_CLEAR_PARTITION = 0x6A,
	DS_AID_PA1 = 0x6C,
	DS_AID_PA2 = 0x6E,
	DS_AID_PA3 = 0x6B,
	DS_AID_SYSREQ = 0xF0,
	DS_AID_TRIGGER = 0x7F,
	DS_AID_SF = 0x88,
	DS_AID_OPERATOR_ID = 0xE6,
	DS_AID_MAGNETIC = 0xE7,
	DS_AID_SELECT = 0x7E, /* cursor select, the light pen */
	DS_AID_PF1 = 0xF1,
	DS_AID_PF2 = 0xF2,
	DS_AID_PF3 = 0xF3,
	DS_AID_PF4 = 0xF4,
	DS_AID_PF5 = 0xF5,
	DS_AID_PF6 = 0xF6,
	DS_AID_PF7 = 0xF7,
	DS_AID_PF8 = 0xF8,
	DS_AID_PF9 = 0xF9,
	DS_AID_PF10 = 0x7A,
	DS_AID_PF11 = 0x7B,
	DS_AID_PF12 = 0x7C,
	DS_AID_PF13 = 0xC1,
	DS_AID_PF14 = 0xC2,
	DS_AID_PF15 = 0xC3,
	DS_AID_PF16 = 0xC4,
	DS_AID_PF17 = 0xC5,
	DS_AID_PF18 = 0xC6,
	DS_AID_PF19 = 0xC7,
	DS_AID_PF20 = 0xC8,
	DS_AID_PF21 = 0xC9,
	DS_AID_PF22 = 0x4A,
	DS_AID_PF23 = 0x4B,
	DS_AID_PF24 = 0x4C,
};

/* The number of a PF key, 1 to 24, or 0; and the key of a number. */
unsigned ds3270_pf(uint8_t aid);
uint8_t ds3270_pf_aid(unsigned pf);
/* Clear and the PA keys: no cursor and no fields come with them. */
bool ds3270_aid_short(uint8_t aid);
bool ds3270_aid_known(uint8_t aid);

/* --- writing --- */

/* A record being written for a display of so many cells: their number says
 * how addresses are written.  What does not fit sets overflow. */
struct ds_out {
	uint8_t *buf;
	size_t len, cap;
	unsigned cells;
	bool overflow;
};

struct ds_pair {
	uint8_t type; /* enum ds_attribute */
	uint8_t value;
};

/* A record begins: W, EW, EWA; and a command without a WCC. */
void ds3270_begin(struct ds_out *o, enum ds_command command, unsigned wcc);
void ds3270_command(struct ds_out *o, enum ds_command command);

void ds3270_byte(struct ds_out *o, uint8_t ebcdic);
void ds3270_bytes(struct ds_out *o, const uint8_t *ebcdic, size_t n);
void ds3270_ge(struct ds_out *o, uint8_t c);
void ds3270_sba(struct ds_out *o, unsigned address);
void ds3270_sf(struct ds_out *o, unsigned attribute);
/* The field attribute is one of the pairs: DS_ATTR_FIELD, DS_* bits. */
void ds3270_sfe(struct ds_out *o, const struct ds_pair *pair, unsigned n);
void ds3270_mf(struct ds_out *o, const struct ds_pair *pair, unsigned n);
void ds3270_sa(struct ds_out *o, uint8_t type, uint8_t value);
void ds3270_ic(struct ds_out *o);
void ds3270_pt(struct ds_out *o);
/* From the current address up to but not including `stop`; the current
 * address itself: the whole screen. */
void ds3270_ra(struct ds_out *o, unsigned stop, uint8_t ebcdic);
void ds3270_ra_ge(struct ds_out *o, unsigned stop, uint8_t c);
void ds3270_eua(struct ds_out *o, unsigned stop);

/* What a display sends begins: a key, where the cursor is, and then SBA and
 * characters; in the answer to a Read Partition it is a field of its own. */
void ds3270_reply(struct ds_out *o, uint8_t aid, unsigned cursor);
size_t ds3270_inbound_begin(struct ds_out *o);

/* A field attribute as the byte of six bits that is sent for it. */
uint8_t ds3270_attribute(unsigned attribute);

/* --- structured fields, written --- */

enum ds_sf {
	DS_SF_READ_PARTITION = 0x01,
	DS_SF_ERASE_RESET = 0x03,
	DS_SF_REPLY_MODE = 0x09,
	DS_SF_OUTBOUND = 0x40,
	DS_SF_INBOUND = 0x80, /* in the other direction */
	DS_SF_QUERY_REPLY = 0x81,
};

enum ds_reply_mode {
	DS_REPLY_FIELD = 0,
	DS_REPLY_EXTENDED = 1,
	DS_REPLY_CHARACTER = 2,
};

/* A field begins; its length is put in when it ends, at what begin returned.
 * They stand behind ds3270_command(o, DS_WRITE_STRUCTURED). */
size_t ds3270_field_begin(struct ds_out *o, enum ds_sf id);
void ds3270_field_end(struct ds_out *o, size_t mark);

/* Whole records: what are you?  All of it, or replies with these codes. */
void ds3270_query(struct ds_out *o);
void ds3270_query_list(struct ds_out *o, const uint8_t *code, unsigned n);

/* Fields. */
void ds3270_read_partition(struct ds_out *o, enum ds_command read);
void ds3270_erase_reset(struct ds_out *o, bool alternate);
void ds3270_reply_mode(struct ds_out *o, enum ds_reply_mode mode,
    const uint8_t *types, unsigned n);
/* What follows, up to ds3270_field_end(), is as behind W, EW, EWA. */
size_t ds3270_outbound(struct ds_out *o, enum ds_command command,
    unsigned wcc);

/* --- what a display is --- */

enum ds_reply {
	DS_REPLY_SUMMARY = 0x80,
	DS_REPLY_USABLE_AREA = 0x81,
	DS_REPLY_CHARSETS = 0x85,
	DS_REPLY_COLOR = 0x86,
	DS_REPLY_HIGHLIGHT = 0x87,
	DS_REPLY_MODES = 0x88,
	DS_REPLY_IMPLICIT = 0xA6,
	DS_REPLY_NULL = 0xFF,
};

struct ds_display {
	unsigned rows, cols;	     /* usable area; 0: not told */
	unsigned def_rows, def_cols; /* of ERASE/WRITE */
	unsigned alt_rows, alt_cols; /* of ERASE/WRITE ALTERNATE */
	bool color, highlight, graphic;
	uint8_t reply_modes;	     /* bit (1 << enum ds_reply_mode) */
	uint16_t charset, codepage;  /* CGCSGID; 0: not told */
};

/* What is in a record of query replies (it begins with DS_AID_SF).  -EINVAL:
 * a field is cut, or a size is none (0, or more than DS_CELLS_MAX). */
int ds3270_query_reply(const uint8_t *record, size_t n,
    struct ds_display *display);

/* The record that answers a query, of all or of the replies with these codes
 * (n 0: all): the null reply if there is none of them. */
void ds3270_answer(struct ds_out *o, const struct ds_display *display,
    const uint8_t *code, unsigned n);

/* --- reading orders, of either direction --- */

struct ds_stream {
	const uint8_t *p;
	size_t left;
	unsigned cells;
};

struct ds_item {
	enum ds_order order;
	unsigned address;    /* SBA; RA and EUA: where they stop */
	const uint8_t *data; /* TEXT: characters; SFE, MF: pairs */
	size_t len;	     /* characters, or pairs */
	uint8_t c;	     /* GE, RA; SF: DS_* bits of the attribute */
	bool graphic;	     /* RA: by graphic escape */
	struct ds_pair pair; /* SA */
};

/* The next order, or characters up to it.  1; 0 at the end; -EINVAL: cut in
 * two, an address outside the screen, an attribute that is none, a code that
 * is neither an order nor can be shown. */
int ds3270_next(struct ds_stream *s, struct ds_item *item);
struct ds_pair ds3270_pair(const struct ds_item *item, size_t i);

/* --- reading structured fields, of either direction --- */

struct ds_fields {
	const uint8_t *p;
	size_t left;
};

struct ds_sfield {
	uint8_t id; /* enum ds_sf */
	const uint8_t *data; /* behind the identifier */
	size_t len;
};

/* As above.  A length of 0 is all that is left; 1, 2 and more than there is
 * are none. */
int ds3270_field(struct ds_fields *f, struct ds_sfield *field);

/* What a Read Partition asks for, to be given to ds3270_answer().  -EINVAL:
 * it is no query. */
int ds3270_asked(const struct ds_sfield *field, const uint8_t **code,
    unsigned *n);

/* --- reading what a display sent --- */

struct ds_field {
	unsigned address; /* of its first character */
	const uint8_t *data; /* characters, and GE and SA orders */
	size_t len;
};

/* A key; points into the record. */
struct ds_in {
	uint8_t aid;
	bool short_read; /* Clear and the PA keys: no cursor, no fields */
	unsigned cursor;
	struct ds_stream rest;
};

/* 0, or -1 for a record that is none: empty, an address outside the screen
 * or cut in two, an unknown key.  DS_AID_SF: no cursor, rest is the fields. */
int ds3270_read(const uint8_t *record, size_t n, unsigned cells,
    struct ds_in *in);

/* The next of the fields that READ MODIFIED sent; false: no more.  One
 * without an address is a screen without fields, from address 0. */
bool ds3270_read_field(struct ds_in *in, struct ds_field *field);

#endif
