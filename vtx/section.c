/* SPDX-License-Identifier: MIT
 *
 * section.c - values into a section's bytes and back.
 */
#include "section.h"

#include <string.h>

void
section_put(struct section *s, const void *bytes, size_t n)
{
	if (s->bad || n > SECTION_MAX - s->len) {
		s->bad = true;
		return;
	}
	if (n > 0) /* else there may be no bytes at all */
		memcpy(s->bytes + s->len, bytes, n);
	s->len += n;
}

void
section_get(struct section *s, void *bytes, size_t n)
{
	if (s->bad || n > s->len - s->at) {
		s->bad = true;
		memset(bytes, 0, n);
		return;
	}
	if (n > 0)
		memcpy(bytes, s->bytes + s->at, n);
	s->at += n;
}

/* x86 on both sides: the host's byte order is the file's. */
#define SECTION_VALUE(name, type)                                  \
	void section_put_##name(struct section *s, type v)         \
	{                                                          \
		section_put(s, &v, sizeof v);                      \
	}                                                          \
	type section_get_##name(struct section *s)                 \
	{                                                          \
		type v;                                            \
                                                                   \
		section_get(s, &v, sizeof v);                      \
		return v;                                          \
	}

SECTION_VALUE(u8, uint8_t)
SECTION_VALUE(u16, uint16_t)
SECTION_VALUE(u32, uint32_t)
SECTION_VALUE(u64, uint64_t)

bool
section_whole(const struct section *s)
{
	return !s->bad && s->at == s->len;
}
