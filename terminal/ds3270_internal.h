/* SPDX-License-Identifier: MIT
 *
 * ds3270_internal.h - between the files of the 3270 data stream: two bytes at
 * once, written and read.
 */
#ifndef VM370_TERMINAL_DS3270_INTERNAL_H
#define VM370_TERMINAL_DS3270_INTERNAL_H

#include "ds3270.h"

/* Two bytes; a number as two. */
void ds3270_pair_of(struct ds_out *o, unsigned a, unsigned b);
void ds3270_half(struct ds_out *o, unsigned value);

static inline unsigned
ds3270_get(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* A field for a partition, as ds3270_field_begin(). */
size_t ds3270_partition_begin(struct ds_out *o, enum ds_sf id,
    unsigned partition, unsigned what);

#endif
