/* SPDX-License-Identifier: MIT
 *
 * checksum.h - 64-bit checks against truncation and mix-ups.  They protect
 * from accidents; against malice every value is checked when used.
 */
#ifndef VM370_BASE_CHECKSUM_H
#define VM370_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CHECKSUM_START 0xCBF29CE484222325ull

/* Add to a running sum, eight bytes a step.  The same bytes in other pieces
 * give another sum, unless all pieces but the last are multiples of 8. */
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

/*
 * Whole pages, aligned to 16: Fletcher's two sums in four lanes, a tenth of
 * what checksum_add costs.  The second sums weigh each word by its place, so
 * that pages in another order show.
 */
typedef uint64_t checksum_lanes
    __attribute__((vector_size(16), aligned(16), may_alias));

struct checksum {
	checksum_lanes a[2], b[2];
};

#define CHECKSUM_PAGES { .a = { { 1, 2 }, { 3, 4 } } }

static inline void
checksum_pages(struct checksum *sum, const void *bytes, size_t len)
{
	struct checksum s = *sum;
	const checksum_lanes *p = bytes;

	for (size_t n = len / sizeof s.a; n > 0; n--, p += 2) {
		s.a[0] += p[0];
		s.a[1] += p[1];
		s.b[0] += s.a[0];
		s.b[1] += s.a[1];
	}
	*sum = s;
}

static inline uint64_t
checksum_end(const struct checksum *sum)
{
	return checksum_add(CHECKSUM_START, sum, sizeof *sum);
}

#endif
