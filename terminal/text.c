/* SPDX-License-Identifier: MIT
 *
 * text.c - UTF-8, safe characters, their width.  No input, no output.
 *
 * wcwidth(3) is not used: it needs a locale, whose files the sandbox hides.
 */
#include "text.h"

#include <stdbool.h>

struct text_range {
	uint32_t first, last;
};

/* Characters that turn the direction of writing or break a line. */
static const struct text_range text_unsafe[] = {
	{ 0x0000, 0x001F }, { 0x007F, 0x009F }, { 0x061C, 0x061C },
	{ 0x200E, 0x200F }, { 0x2028, 0x202E }, { 0x2066, 0x2069 },
	{ 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE007F },
};

/* text_zero: marks that sit on the character before them, and what is not
 * seen; text_wide: two columns. */
#include "textwidth.inc"

#define TEXT_IN(c, table) \
	text_in((c), (table), sizeof(table) / sizeof((table)[0]))

/* Ranges in their order. */
static bool
text_in(uint32_t c, const struct text_range *table, size_t n)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (c > table[middle].last)
			low = middle + 1;
		else if (c < table[middle].first)
			n = middle;
		else
			return true;
	}
	return false;
}

uint32_t
text_decode(const char *s, size_t n, size_t *used)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char b = (unsigned char)s[0];
	size_t want = b < 0x80 ? 1 : b < 0xC2 ? 0 : b < 0xE0 ? 2 :
	    b < 0xF0 ? 3 : b < 0xF5 ? 4 : 0;
	uint32_t c;

	*used = 1;
	if (want == 1)
		return b;
	if (want == 0 || want > n)
		return TEXT_BAD;
	c = b & (0x7Fu >> want);
	for (size_t i = 1; i < want; i++) {
		if (((unsigned char)s[i] & 0xC0) != 0x80)
			return TEXT_BAD;
		c = c << 6 | ((unsigned char)s[i] & 0x3F);
	}
	if (c < least[want] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return TEXT_BAD;
	*used = want;
	return c;
}

size_t
text_encode(uint32_t c, char out[TEXT_UTF8_MAX])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | (c >> 18 & 0x07));
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

uint32_t
text_safe(uint32_t c)
{
	return TEXT_IN(c, text_unsafe) ? '.' : c;
}

unsigned
text_width(uint32_t c)
{
	if (c < 0x300)
		return 1;
	if (TEXT_IN(c, text_zero))
		return 0;
	return TEXT_IN(c, text_wide) ? 2 : 1;
}

uint32_t
text_next(const char **s, const char *end)
{
	size_t used;
	uint32_t c = text_decode(*s, (size_t)(end - *s), &used);

	*s += used;
	return text_safe(c);
}
