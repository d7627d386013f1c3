/* SPDX-License-Identifier: MIT
 *
 * ebcdic.h - code page 037 "bracket", as x3270 uses it by default, to and from
 * Latin-1.
 */
#ifndef VM370_BASE_EBCDIC_H
#define VM370_BASE_EBCDIC_H

#include <stdint.h>

extern const uint8_t ebcdic_to_latin1[256];
extern const uint8_t latin1_to_ebcdic[256];

/* Six bits as a character that every code page can send: attributes, write
 * control characters and 12-bit addresses (GA23-0059). */
extern const uint8_t ebcdic_six[64];

/* What a character of Unicode beyond Latin-1 that people paste looks like in
 * ASCII: quotes, dashes, boxes.  0: like nothing. */
char ebcdic_like(uint32_t unicode);

#endif
