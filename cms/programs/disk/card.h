/* SPDX-License-Identifier: MIT
 *
 * card.h - DISK DUMP's cards.  Pure.
 *
 *   1- 3 CMS        5-54 data         73-76 number, from 0001, 0000 after 9999
 *   4    H D E     55-72 name, type,  77-80 check: the lower half of the CRC-32
 *                         mode              of columns 1 to 76, in hexadecimal
 *
 * H begins a file: its recfm, lrecl, records and date.  D: its bytes, 50 a
 * card, the last one filled with zeros; of an F file records one behind the
 * other, of a V file each behind two bytes of length, the lower one first.  E
 * ends it: how many D cards there are, and the CRC-32 of what is in them.
 */
#ifndef CMS_DISK_CARD_H
#define CMS_DISK_CARD_H

#include <stdint.h>

#include "cms.h"

#define CARD 80
#define CARD_DATA 50

enum card_kind { CARD_HEAD = 'H', CARD_BYTES = 'D', CARD_END = 'E' };

/* Where one is in a file's cards, making or reading them. */
struct card_run {
	char fileid[18];   /* columns 55 to 72 */
	uint32_t number;   /* of the last card */
	uint32_t cards;	   /* D cards */
	uint32_t crc;	   /* of what is in them, so far */
};

/* The first card begins the run; the last one ends it.  data has CARD_DATA
 * bytes. */
void card_head(char card[CARD], struct card_run *run,
    const struct cms_stat *st);
void card_bytes(char card[CARD], struct card_run *run, const void *data);
void card_end(char card[CARD], struct card_run *run);

/* The card's kind, when it is the run's next one, or an H; *st is an H's.  Or
 * 0, and *why says what is wrong with it. */
int card_read(const void *card, size_t len, struct card_run *run,
    struct cms_stat *st, const char **why);

#endif
