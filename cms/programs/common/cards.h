/* SPDX-License-Identifier: MIT
 *
 * cards.h - the file in the user's reader, record by record, and whether it is
 * done with.
 */
#ifndef CMS_CARDS_H
#define CMS_CARDS_H

#include <stddef.h>
#include <stdint.h>

#include "spool.h"

/* The reader's file begins, also one that a program before has left in the
 * middle.  Without cards_done, after HX too, it stays in the reader as it
 * was. */
void cards_begin(void);

/* The next record: 1; 0 at the end; or -1 with errno (cms_cards).  It is there
 * until the one after it. */
int cards_next(const unsigned char **card, size_t *len);

/* The number of the last record, from 1. */
unsigned long cards_number(void);

/* What CP knows of the file, after its first record. */
const struct spool_file *cards_file(void);

/* It was read, and leaves the reader: a return code. */
int cards_done(void);

/* What errno says of reading, with its message: a return code. */
int cards_error(void);

#endif
