/* SPDX-License-Identifier: MIT
 *
 * ds3270.h - the 3270 data stream: orders written, records read.
 *
 * Pure.  A screen of 24 by 80; addresses count from 0.  GA23-0059 (3270 data
 * stream) is what the codes are from.
 */
#ifndef VM370_TERMINAL_DS3270_H
#define VM370_TERMINAL_DS3270_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DS_ROWS 24
#define DS_COLS 80
#define DS_CELLS (DS_ROWS * DS_COLS)

enum ds_command { DS_WRITE = 0xF1, DS_ERASE_WRITE = 0xF5 };

#define DS_WCC_ALARM 0x04
#define DS_WCC_RESTORE 0x02
#define DS_WCC_RESET_MDT 0x01

/* Field attributes */
#define DS_PROTECTED 0x20
#define DS_NUMERIC 0x10
#define DS_BRIGHT 0x08
#define DS_NONDISPLAY 0x0C
#define DS_MDT 0x01

enum ds_aid {
	DS_AID_NONE = 0x60,
	DS_AID_ENTER = 0x7D,
	DS_AID_CLEAR = 0x6D,
	DS_AID_PA1 = 0x6C,
	DS_AID_PA2 = 0x6E,
	DS_AID_PA3 = 0x6B,
	DS_AID_SYSREQ = 0xF0,
	DS_AID_SF = 0x88,
	DS_AID_PF12 = 0x7C,
	DS_AID_PF24 = 0x4C,
};

/* A record being written.  What does not fit sets overflow. */
struct ds_out {
	uint8_t *buf;
	size_t len, cap;
	bool overflow;
};

void ds3270_begin(struct ds_out *o, enum ds_command command, unsigned wcc);
void ds3270_byte(struct ds_out *o, uint8_t ebcdic);
void ds3270_sba(struct ds_out *o, unsigned address);
void ds3270_sf(struct ds_out *o, unsigned attribute);
void ds3270_ic(struct ds_out *o);
/* From the current address up to but not including `stop`. */
void ds3270_ra(struct ds_out *o, unsigned stop, uint8_t ebcdic);

#define DS_FIELDS_MAX 8

struct ds_field {
	unsigned address; /* of its first character */
	const uint8_t *data;
	size_t len;
};

/* What the terminal sent; points into the record. */
struct ds_in {
	uint8_t aid;
	bool short_read; /* Clear and the PA keys: no cursor, no fields */
	unsigned cursor;
	size_t nfields;
	struct ds_field field[DS_FIELDS_MAX];
};

/* 0, or -1 for a record that is none: empty, an address outside the screen
 * or cut in two, an unknown key, more fields than DS_FIELDS_MAX. */
int ds3270_read(const uint8_t *record, size_t n, struct ds_in *in);

/* One character each way.  To EBCDIC: what the code page lacks is a near one
 * or '?'.  From it: control codes are blanks. */
uint8_t ds3270_ebcdic(uint32_t c);
uint32_t ds3270_character(uint8_t ebcdic);

#endif
