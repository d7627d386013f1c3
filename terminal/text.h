/* SPDX-License-Identifier: MIT
 *
 * text.h - UTF-8 taken apart and put together, and what of it may be shown.
 *
 * Pure.  Knows no terminal.  Text from guests and users goes through
 * text_next() before it is shown anywhere, so that nothing they write can
 * control a terminal.
 */
#ifndef VM370_TERMINAL_TEXT_H
#define VM370_TERMINAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_BAD 0xFFFDu    /* what a malformed sequence is read as */
#define TEXT_UTF8_MAX 4	    /* bytes of one character */

/* The first character of n > 0 bytes; *used (1 to 4) is what it took.  A byte
 * that begins no well-formed sequence is TEXT_BAD and takes one. */
uint32_t text_decode(const char *s, size_t n, size_t *used);

/* Bytes of a character below 0x110000, put in out; returns how many. */
size_t text_encode(uint32_t c, char out[TEXT_UTF8_MAX]);

/* The same character, or a stand-in for one that would control a terminal:
 * control characters and those that change the direction of writing. */
uint32_t text_safe(uint32_t c);

/* Columns that a safe character takes: 0, 1 or 2. */
unsigned text_width(uint32_t c);

/* One byte that is one character, one column and safe: most text is, and is
 * spared the rest. */
static inline bool
text_plain(char c)
{
	return c >= ' ' && c < 0x7F;
}

/* Decode and make safe; advances *s.  Only when *s < end. */
uint32_t text_next(const char **s, const char *end);

#endif
