/* SPDX-License-Identifier: MIT
 *
 * hexloc.h - hexadecimal operands of DISPLAY, STORE and others.
 */
#ifndef VM370_CP_HEXLOC_H
#define VM370_CP_HEXLOC_H

#include <stddef.h>
#include <stdint.h>

#include "vmtypes.h"

/* 1 to 16 hexadecimal digits and nothing else.  -1: not that. */
int hexloc_number(const char *word, uint64_t *out);

/*
 * A stretch of storage: hexloc1 alone (one line of 16 bytes), hexloc1-hexloc2
 * or hexloc1:hexloc2 (both included), hexloc1.bytecount; END for hexloc2 is
 * the last byte, for bytecount as many as there are.  Without a first hexloc
 * it is 0, as CP does.  Returns 0, or the number of the message that a
 * mistake in it deserves (4 hexloc, 9 range, 160 outside storage).
 */
struct hexloc_range {
	uint64_t first, last; /* both included */
};
int hexloc_range(const char *word, uint64_t storage, struct hexloc_range *out);

/* A word as a device address; VDEV_NONE unless it is 1 to 4 hex digits from
 * 001 to FFF. */
vdev_t hexloc_vdev(const char *word);

/* Pairs of hexadecimal digits as bytes; returns how many, or -1. */
int hexloc_bytes(const char *word, unsigned char *out, size_t max);

#endif
