/* SPDX-License-Identifier: MIT
 *
 * section.h - one section of a saved machine: values one after another,
 * little-endian, each of fixed width.
 *
 * Reading past the end yields zeros and marks the section bad: a loader reads
 * all its values, then looks once.
 */
#ifndef VM370_VTX_SECTION_H
#define VM370_VTX_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECTION_MAX (96u << 10)

struct section {
	uint8_t *bytes; /* SECTION_MAX of them */
	size_t len;
	size_t at; /* reading */
	bool bad;
};

void section_put(struct section *s, const void *bytes, size_t n);
void section_put_u8(struct section *s, uint8_t v);
void section_put_u16(struct section *s, uint16_t v);
void section_put_u32(struct section *s, uint32_t v);
void section_put_u64(struct section *s, uint64_t v);

void section_get(struct section *s, void *bytes, size_t n);
uint8_t section_get_u8(struct section *s);
uint16_t section_get_u16(struct section *s);
uint32_t section_get_u32(struct section *s);
uint64_t section_get_u64(struct section *s);

/* All read, nothing left, never past the end. */
bool section_whole(const struct section *s);

#endif
