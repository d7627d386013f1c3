/* SPDX-License-Identifier: MIT
 *
 * checksum.h - a running 64-bit check against truncation and mix-ups.  It
 * protects from accidents; against malice every value is checked when used.
 */
#ifndef VM370_VTX_CHECKSUM_H
#define VM370_VTX_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CHECKSUM_START 0xCBF29CE484222325ull

/* Eight bytes a step: pages are many.  The same bytes in other pieces give
 * another sum, unless all pieces but the last are multiples of 8. */
static inline uint64_t
checksum_add(uint64_t sum, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint64_t word;

	for (; len > 0; p += sizeof word) {
		size_t n = len < sizeof word ? len : sizeof word;

		word = 0;
		memcpy(&word, p, n);
		sum = (sum ^ word) * 0x9E3779B97F4A7C15ull;
		sum ^= sum >> 29;
		len -= n;
	}
	return sum;
}

#endif
