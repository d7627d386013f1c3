/* SPDX-License-Identifier: MIT
 *
 * tn3270.h - terminal types, and records of a TN3270 connection.
 *
 * Pure.  Data between two IAC EOR is a record (RFC 1576, RFC 2355); it knows
 * nothing of what stands in one.
 */
#ifndef VM370_TERMINAL_TN3270_H
#define VM370_TERMINAL_TN3270_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a READ BUFFER of the largest screen sends, attributes and all. */
#define TN3270_RECORD_MAX 57344

struct tn3270 {
	size_t len;
	uint8_t record[TN3270_RECORD_MAX];
};

/* Add data to the record.  False: it is too long, and no record. */
bool tn3270_data(struct tn3270 *tn, const uint8_t *bytes, size_t n);

/* The record has ended: its length; the next data begins another. */
size_t tn3270_end(struct tn3270 *tn);

/* What a terminal type's name says. */
struct tn3270_type {
	uint8_t rows, cols; /* of the largest screen */
	bool colour;	    /* extended colours and highlighting */
	bool query;	    /* it answers a query, which tells more */
};

/* False: not a display that speaks the 3270 data stream. */
bool tn3270_type(const char *name, struct tn3270_type *type);

/* Is this a name that a terminal may have?  1 to 8 letters and digits (and
 * @ # $), no digit first. */
#define TN3270_LU_MAX 8
bool tn3270_lu(const char *name);

#endif
