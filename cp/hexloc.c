/* SPDX-License-Identifier: MIT
 *
 * hexloc.c - read hexadecimal operands.  Prints nothing, asks nobody.
 */
#include "hexloc.h"

#include <stdlib.h>
#include <string.h>

#define HEXLOC_DIGITS "0123456789ABCDEFabcdef"
#define HEXLOC_LINE 16

static int
hexloc_part(const char *text, size_t n, uint64_t *out)
{
	char digits[17];

	if (n == 0 || n > 16 || strspn(text, HEXLOC_DIGITS) < n)
		return -1;
	memcpy(digits, text, n);
	digits[n] = '\0';
	*out = strtoull(digits, NULL, 16);
	return 0;
}

int
hexloc_number(const char *word, uint64_t *out)
{
	return hexloc_part(word, strlen(word), out);
}

static int
hexloc_second(const char *text, char how, uint64_t storage,
    struct hexloc_range *r)
{
	uint64_t n;

	if (strcmp(text, "END") == 0) {
		r->last = storage - 1;
		return 0;
	}
	if (hexloc_number(text, &n) < 0 || (how == '.' && n == 0))
		return 9;
	if (how == '.' && n - 1 > UINT64_MAX - r->first)
		return 9;
	r->last = how == '.' ? r->first + n - 1 : n;
	if (r->last < r->first)
		return 9;
	if (r->last >= storage)
		return 160;
	return 0;
}

int
hexloc_range(const char *word, uint64_t storage, struct hexloc_range *out)
{
	size_t n = strcspn(word, "-:.");
	struct hexloc_range r = { 0, 0 };

	if (n > 0 && hexloc_part(word, n, &r.first) < 0)
		return 4;
	if (r.first >= storage)
		return 160;
	if (word[n] == '\0') {
		r.last = r.first | (HEXLOC_LINE - 1);
		if (r.last >= storage)
			r.last = storage - 1;
	} else {
		int rc = hexloc_second(word + n + 1, word[n], storage, &r);

		if (rc != 0)
			return rc;
	}
	*out = r;
	return 0;
}

vdev_t
hexloc_vdev(const char *word)
{
	size_t n = strlen(word);
	unsigned long v;

	if (n == 0 || n > 4 || strspn(word, "0123456789ABCDEF") != n)
		return VDEV_NONE;
	v = strtoul(word, NULL, 16);
	return v <= VDEV_MAX ? (vdev_t)v : VDEV_NONE;
}

int
hexloc_bytes(const char *word, unsigned char *out, size_t max)
{
	size_t n = strlen(word);
	uint64_t byte;

	if (n == 0 || n % 2 != 0 || n / 2 > max)
		return -1;
	for (size_t i = 0; i < n; i += 2) {
		if (hexloc_part(word + i, 2, &byte) < 0)
			return -1;
		out[i / 2] = (unsigned char)byte;
	}
	return (int)(n / 2);
}
