/* SPDX-License-Identifier: MIT
 *
 * codepage.c - code pages of 3270s, as what makes them differ from "bracket".
 *
 * All of them have the characters of Latin-1, in other places: a page is put
 * together from base's table when it is chosen.  The unit test compares them
 * with iconv's.
 */
#include "codepage.h"

#include <stdlib.h>
#include <string.h>

#include "ebcdic.h"

#define CURRENCY 0xA4 /* of Latin-1; pages with the euro have it there */
#define EURO 0x20AC
#define CHANGES_MAX 30

static const struct codepage_row {
	const char *name;
	uint16_t change[CHANGES_MAX]; /* EBCDIC, Latin-1; 0 ends it */
} codepage_rows[] = {
	{ "bracket", { 0 } },
	{ "037", {
		0xADDD, 0xBA5B, 0xBB5D, 0xBDA8,
	} },
	{ "1047", {
		0x5F5E, 0xB0AC,
	} },
	{ "500", {
		0x4A5B, 0x4F21, 0x5A5D, 0x5F5E, 0xADDD, 0xB0A2, 0xBAAC,
		0xBB7C, 0xBDA8,
	} },
	{ "273", {
		0x437B, 0x4AC4, 0x4F21, 0x597E, 0x5ADC, 0x5F5E, 0x635B,
		0x6AF6, 0x7CA7, 0xA1DF, 0xADDD, 0xB0A2, 0xB540, 0xBAAC,
		0xBB7C, 0xBDA8, 0xC0E4, 0xCCA6, 0xD0FC, 0xDC7D, 0xE0D6,
		0xEC5C, 0xFC5D,
	} },
	{ "277", {
		0x477D, 0x4A23, 0x4F21, 0x5AA4, 0x5BC5, 0x5F5E, 0x6724,
		0x6AF8, 0x70A6, 0x7BC6, 0x7CD8, 0x8040, 0x9C7B, 0x9E5B,
		0x9F5D, 0xA1FC, 0xADDD, 0xB0A2, 0xBAAC, 0xBB7C, 0xBDA8,
		0xC0E6, 0xD0E5, 0xDC7E,
	} },
	{ "278", {
		0x437B, 0x477D, 0x4AA7, 0x4F21, 0x5160, 0x5AA4, 0x5BC5,
		0x5F5E, 0x6323, 0x6724, 0x6AF6, 0x79E9, 0x7BC4, 0x7CD6,
		0x9F5D, 0xA1FC, 0xADDD, 0xB0A2, 0xB55B, 0xBAAC, 0xBB7C,
		0xBDA8, 0xC0E4, 0xCCA6, 0xD0E5, 0xDC7E, 0xEC40,
	} },
	{ "280", {
		0x447B, 0x485C, 0x4AB0, 0x4F21, 0x515D, 0x547D, 0x587E,
		0x5AE9, 0x5F5E, 0x6AF2, 0x79F9, 0x7BA3, 0x7CA7, 0x905B,
		0xA1EC, 0xADDD, 0xB0A2, 0xB123, 0xB540, 0xBAAC, 0xBB7C,
		0xBDA8, 0xC0E0, 0xCDA6, 0xD0E8, 0xDD60, 0xE0E7,
	} },
	{ "284", {
		0x49A6, 0x4A5B, 0x5A5D, 0x6923, 0x6AF1, 0x7BD1, 0xA1A8,
		0xADDD, 0xB0A2, 0xBA5E, 0xBB21, 0xBD7E,
	} },
	{ "285", {
		0x4A24, 0x5BA3, 0xA1AF, 0xADDD, 0xB0A2, 0xB15B, 0xBA5E,
		0xBB5D, 0xBC7E, 0xBDA8,
	} },
	{ "297", {
		0x4440, 0x485C, 0x4AB0, 0x4F21, 0x517B, 0x547D, 0x5AA7,
		0x5F5E, 0x6AF9, 0x79B5, 0x7BA3, 0x7CE0, 0x905B, 0xA060,
		0xA1A8, 0xADDD, 0xB0A2, 0xB123, 0xB55D, 0xBAAC, 0xBB7C,
		0xBD7E, 0xC0E9, 0xD0E8, 0xDDA6, 0xE0E7,
	} },
	{ "871", {
		0x4ADE, 0x4F21, 0x5AC6, 0x5FD6, 0x79F0, 0x7CD0, 0x8C60,
		0x8E7B, 0x9C7D, 0x9E5D, 0xA1F6, 0xAC40, 0xADDD, 0xAE5B,
		0xB0A2, 0xBAAC, 0xBB7C, 0xBDA8, 0xBE5C, 0xC0FE, 0xCC7E,
		0xD0E6, 0xE0B4, 0xEC5E,
	} },
	{ "1143", {
		0x437B, 0x477D, 0x4AA7, 0x4F21, 0x5160, 0x5AA4, 0x5BC5,
		0x5F5E, 0x6323, 0x6724, 0x6AF6, 0x715C, 0x79E9, 0x7BC4,
		0x7CD6, 0x9F5D, 0xA1FC, 0xADDD, 0xB0A2, 0xB55B, 0xBAAC,
		0xBB7C, 0xBDA8, 0xC0E4, 0xCCA6, 0xD0E5, 0xDC7E, 0xE0C9,
		0xEC40,
	} },
};

/* The pages with the euro, and which page they are without. */
static const struct codepage_euro {
	const char *name, *of;
} codepage_euros[] = {
	{ "1140", "037" }, { "1141", "273" }, { "1142", "277" },
	{ "1143", "1143" }, { "1144", "280" }, { "1145", "284" },
	{ "1146", "285" }, { "1147", "297" }, { "1148", "500" },
	{ "1149", "871" },
};

#define ROWS (sizeof codepage_rows / sizeof codepage_rows[0])
#define EUROS (sizeof codepage_euros / sizeof codepage_euros[0])

static const struct codepage_row *
codepage_row(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(codepage_rows[i].name, name) == 0)
			return &codepage_rows[i];
	return NULL;
}

static const struct codepage_euro *
codepage_euro(const char *name)
{
	for (size_t i = 0; i < EUROS; i++)
		if (strcmp(codepage_euros[i].name, name) == 0)
			return &codepage_euros[i];
	return NULL;
}

static bool
codepage_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

bool
codepage_load(struct codepage *cp, const char *name)
{
	const struct codepage_euro *euro = codepage_euro(name);
	const struct codepage_row *row = codepage_row(euro != NULL ? euro->of :
	    name);

	if (row == NULL)
		return false;
	*cp = (struct codepage){ .name = euro != NULL ? euro->name : row->name,
		.euro = euro != NULL };
	memcpy(cp->from, ebcdic_to_latin1, sizeof cp->from);
	for (const uint16_t *p = row->change; *p != 0; p++)
		cp->from[*p >> 8] = (uint8_t)*p;
	for (unsigned e = 0; e < 256; e++)
		if (!codepage_control(cp->from[e]))
			cp->to[cp->from[e]] = (uint8_t)e;
	return true;
}

bool
codepage_load_number(struct codepage *cp, unsigned number)
{
	if (number == 37)
		return codepage_load(cp, "bracket");
	for (size_t i = 0; i < ROWS; i++)
		if (strtoul(codepage_rows[i].name, NULL, 10) == number &&
		    number != 0)
			return codepage_load(cp, codepage_rows[i].name);
	for (size_t i = 0; i < EUROS; i++)
		if (strtoul(codepage_euros[i].name, NULL, 10) == number)
			return codepage_load(cp, codepage_euros[i].name);
	return false;
}

uint32_t
codepage_character(const struct codepage *cp, uint8_t ebcdic)
{
	uint32_t c = cp->from[ebcdic];

	if (c == CURRENCY && cp->euro)
		return EURO;
	return codepage_control(c) ? ' ' : c;
}

int
codepage_ebcdic(const struct codepage *cp, uint32_t c)
{
	if (cp->euro && (c == CURRENCY || c == EURO))
		c = c == EURO ? CURRENCY : 0;
	return c < 256 && cp->to[c] != 0 ? cp->to[c] : -1;
}

uint8_t
codepage_near(const struct codepage *cp, uint32_t c)
{
	int e = codepage_ebcdic(cp, c);
	char like = ebcdic_like(c);

	if (e >= 0)
		return (uint8_t)e;
	return cp->to[like != 0 ? (uint8_t)like : '?'];
}

/*
 * Code page 310 from X'40' on.  Its underlined letters are shown without the
 * line; X'85' and X'BF' both are bars, and so on where Unicode has one of two.
 */
static const uint16_t codepage_310[0xC0] = {
	' ', 'A', 'B', 'C', 'D', 'E', 'F', 'G', /* 40 */
	'H', 'I', 0, 0, 0, 0, 0, 0,
	0, 'J', 'K', 'L', 'M', 'N', 'O', 'P', /* 50 */
	'Q', 'R', 0, 0, 0, 0, 0, 0,
	0, 0, 'S', 'T', 'U', 'V', 'W', 'X', /* 60 */
	'Y', 'Z', 0, 0, 0, 0, 0, 0,
	0x22C4, 0x2227, 0x00A8, 0x233B, 0x2378, 0x2377, 0x22A2, 0x22A3,
	0x2228, 0, 0, 0, 0, 0, 0, 0,
	0x223C, 0, 0, 0x23B8, 0x23B9, 0x2502, 0, 0, /* 80 */
	0, 0, 0x2191, 0x2193, 0x2264, 0x2308, 0x230A, 0x2192,
	0x2395, 0x258C, 0x2590, 0x2580, 0x2584, 0x25A0, 0, 0, /* 90 */
	0, 0, 0x2283, 0x2282, 0x00A4, 0x25CB, 0x00B1, 0x2190,
	0x00AF, 0x00B0, 0x2500, 0x2022, 0, 0, 0, 0, /* A0 */
	0, 0, 0x2229, 0x222A, 0x22A5, '[', 0x2265, 0x2218,
	0x237A, 0x220A, 0x2373, 0x2374, 0x2375, 0, 0x00D7, '\\', /* B0 */
	0x00F7, 0, 0x2207, 0x2206, 0x22A4, ']', 0x2260, 0x2223,
	'{', 0x207C, '+', 0x25AA, 0x2514, 0x250C, 0x251C, 0x2534, /* C0 */
	0x00A7, 0, 0x2372, 0x2371, 0x2337, 0x233D, 0x2342, 0x2349,
	'}', 0x207E, '-', 0x253C, 0x2518, 0x2510, 0x2524, 0x252C, /* D0 */
	0x00B6, 0, 0x2336, '!', 0x2352, 0x234B, 0x235E, 0x235D,
	0x2261, 0x2081, 0x2082, 0x2083, 0x2364, 0x2365, 0x236A, 0x20AC,
	0, 0, 0x233F, 0x2340, 0x2235, 0x2296, 0x2339, 0x2355, /* E8 */
	0x2070, 0x00B9, 0x00B2, 0x00B3, 0x2074, 0x2075, 0x2076, 0x2077,
	0x2078, 0x2079, 0, 0x236B, 0x2359, 0x235F, 0x234E, 0, /* F8 */
};

uint32_t
codepage_graphic(uint8_t c)
{
	return c >= 0x40 && codepage_310[c - 0x40] != 0 ?
	    codepage_310[c - 0x40] : ' ';
}
