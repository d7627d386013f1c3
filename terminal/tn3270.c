/* SPDX-License-Identifier: MIT
 *
 * tn3270.c - gather records, know terminal types.
 */
#include "tn3270.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *prefix;
	bool colour;
} tn3270_types[] = {
	{ "IBM-3277-", false },
	{ "IBM-3278-", false },
	{ "IBM-3279-", true },
	{ "IBM-3179-", true },
	{ "IBM-3180-", false },
	{ "IBM-3477-", true },
	{ "IBM-DYNAMIC", false },
};

bool
tn3270_data(struct tn3270 *tn, const uint8_t *bytes, size_t n)
{
	if (n > sizeof tn->record - tn->len)
		return false;
	memcpy(tn->record + tn->len, bytes, n);
	tn->len += n;
	return true;
}

size_t
tn3270_end(struct tn3270 *tn)
{
	size_t n = tn->len;

	tn->len = 0;
	return n;
}

bool
tn3270_type(const char *name, bool *colour)
{
	for (size_t i = 0; i < sizeof tn3270_types / sizeof tn3270_types[0];
	     i++) {
		const char *prefix = tn3270_types[i].prefix;

		*colour = tn3270_types[i].colour;
		if (strncasecmp(name, prefix, strlen(prefix)) == 0)
			return true;
	}
	return false;
}
