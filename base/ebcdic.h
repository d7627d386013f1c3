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

#endif
