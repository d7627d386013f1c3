/* SPDX-License-Identifier: MIT
 *
 * header.h - PUNCH's :READ card.  Pure.
 *
 *   1- 5 :READ      26-27 mode        45-52 hh:mm:ss
 *   8-15 name       29-34 label       54    F or V
 *  17-24 type       36-43 mm/dd/yy    56-60 record length, 62-71 records
 *
 * Other systems leave 54-71 blank; then nobody knows how many cards belong to
 * the file, and a card that looks like a header is one.
 */
#ifndef CMS_HEADER_H
#define CMS_HEADER_H

#include "cms.h"
#include "fileid.h"

#define HEADER_CARD 80

struct header {
	struct fileid id;
	char recfm; /* '\0': it does not say */
	unsigned long lrecl, records;
};

void header_make(char card[HEADER_CARD], const struct cms_stat *st,
    const char *volume);

/* Is the card one? */
int header_read(struct header *h, const void *card, size_t len);

#endif
