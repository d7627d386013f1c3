/* SPDX-License-Identifier: MIT
 *
 * tn3270.h - records in a TN3270 connection.
 *
 * Pure.  Data between two IAC EOR is a record (RFC 1576); it knows nothing of
 * what stands in one.
 */
#ifndef VM370_TERMINAL_TN3270_H
#define VM370_TERMINAL_TN3270_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than a full screen of 24 by 80 with an order before every field that
 * we put there can be. */
#define TN3270_RECORD_MAX 4096

struct tn3270 {
	size_t len;
	uint8_t record[TN3270_RECORD_MAX];
};

/* Add data to the record.  False: it is too long, and no record. */
bool tn3270_data(struct tn3270 *tn, const uint8_t *bytes, size_t n);

/* The record has ended: its length; the next data begins another. */
size_t tn3270_end(struct tn3270 *tn);

/* Is this a terminal type that speaks the 3270 data stream?  *colour says
 * whether it has colours. */
bool tn3270_type(const char *name, bool *colour);

#endif
