/* SPDX-License-Identifier: MIT
 *
 * tn3270.c - know terminal types, gather records.
 */
#include "tn3270.h"

#include <string.h>
#include <strings.h>

/* Names begin so; a model's number and "-E" (extended data stream: it answers
 * queries) may follow. */
static const struct {
	const char *prefix;
	bool models;	/* its number is a screen size */
	bool colour;
	bool query;	/* also without "-E" */
} tn3270_types[] = {
	{ "IBM-3277-", false, false, false },
	{ "IBM-3278-", true, false, false },
	{ "IBM-3279-", true, true, false },
	{ "IBM-3179-", false, true, false },
	{ "IBM-3180-", false, false, false },
	{ "IBM-3477-", false, true, false },
	{ "IBM-DYNAMIC", false, false, true },
};

static const struct {
	uint8_t rows, cols;
} tn3270_models[] = {
	{ 24, 80 }, /* 2 */
	{ 32, 80 }, /* 3 */
	{ 43, 80 }, /* 4 */
	{ 27, 132 }, /* 5 */
};

#define TN3270_MODELS (sizeof tn3270_models / sizeof tn3270_models[0])

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

/* An unknown model is taken for the smallest. */
static size_t
tn3270_model(const char *number)
{
	size_t model = (size_t)(number[0] - '2');

	if (number[0] < '2' || model >= TN3270_MODELS ||
	    (number[1] != '\0' && number[1] != '-'))
		return 0;
	return model;
}

static bool
tn3270_extended(const char *name)
{
	size_t n = strlen(name);

	return n > 2 && strcasecmp(name + n - 2, "-E") == 0;
}

bool
tn3270_type(const char *name, struct tn3270_type *type)
{
	for (size_t i = 0; i < sizeof tn3270_types / sizeof tn3270_types[0];
	     i++) {
		size_t n = strlen(tn3270_types[i].prefix), model;

		if (strncasecmp(name, tn3270_types[i].prefix, n) != 0)
			continue;
		model = tn3270_types[i].models ? tn3270_model(name + n) : 0;
		*type = (struct tn3270_type){
			.rows = tn3270_models[model].rows,
			.cols = tn3270_models[model].cols,
			.colour = tn3270_types[i].colour,
			.query = tn3270_types[i].query ||
			    tn3270_extended(name),
		};
		return true;
	}
	return false;
}

bool
tn3270_lu(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ@#$";
	static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ@#$0123456789";
	size_t n = strlen(name);

	return n >= 1 && n <= TN3270_LU_MAX &&
	    strchr(letters, name[0]) != NULL && strspn(name, all) == n;
}
