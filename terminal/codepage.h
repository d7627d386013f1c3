/* SPDX-License-Identifier: MIT
 *
 * codepage.h - what a 3270's EBCDIC is in Unicode, and back.
 *
 * Pages of the Latin-1 character set, with or without the euro.  Nobody can
 * ask a client for its page by telnet alone: it is "bracket" (what CMS has)
 * until query replies name another.
 */
#ifndef VM370_TERMINAL_CODEPAGE_H
#define VM370_TERMINAL_CODEPAGE_H

#include <stdbool.h>
#include <stdint.h>

struct codepage {
	const char *name;
	uint8_t from[256]; /* EBCDIC to Latin-1 */
	uint8_t to[256];   /* and back; 0: cannot be shown */
	bool euro;	   /* where Latin-1 has its currency sign */
};

/* By name ("bracket", "037", "1047", "273" ...); false: there is none, and
 * *cp is as it was. */
bool codepage_load(struct codepage *cp, const char *name);

/* By the number that a query reply tells (ds_display.codepage).  Emulators
 * with the brackets moved say 37, too, as most do by default: so 37 is
 * "bracket". */
bool codepage_load_number(struct codepage *cp, unsigned number);

/* A character as it is shown: control codes are blanks. */
uint32_t codepage_character(const struct codepage *cp, uint8_t ebcdic);

/* X'40' to X'FE', or -1: this page cannot show it. */
int codepage_ebcdic(const struct codepage *cp, uint32_t c);

/* The same, or one that is near it (typography, box drawing), or '?'. */
uint8_t codepage_near(const struct codepage *cp, uint32_t c);

/* What a graphic escape shows: code page 310, APL and lines.  Blank where it
 * has nothing. */
uint32_t codepage_graphic(uint8_t c);

#endif
