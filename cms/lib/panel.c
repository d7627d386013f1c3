/* SPDX-License-Identifier: MIT
 *
 * panel.c - fields to a 3270 data stream, and back.  Only panel_show and
 * panel_wait ask CMS for anything.  GA23-0059 has orders, attributes and
 * addresses.
 */
#include <errno.h>
#include <string.h>

#include "ebcdic.h"
#include "panel.h"

enum { ORDER_SF = 0x1D, ORDER_SFE = 0x29, ORDER_SBA = 0x11, ORDER_IC = 0x13,
	ORDER_SA = 0x28, ORDER_GE = 0x08 };
enum { PAIR_FIELD = 0xC0, PAIR_HIGHLIGHT = 0x41, PAIR_COLOR = 0x42 };
enum { WCC_RESTORE = 0x02, WCC_RESET_MDT = 0x01, WCC_ALARM = 0x04 };

#define ATTRIBUTE_PROTECT 0x20
#define PANEL_14_BIT 4096 /* cells; below, addresses are of 12 bits */
#define EBCDIC_BLANK 0x40
#define EBCDIC_UNKNOWN 0x6F /* '?' */

/* --- characters --- */

/* What is common in text and not in the code page has something like it. */
static uint8_t
panel_ebcdic(uint32_t unicode)
{
	char like = ebcdic_like(unicode);

	if (unicode < 0x20 || (unicode >= 0x7F && unicode <= 0xA0) ||
	    unicode == 0xAD)
		return EBCDIC_BLANK;
	if (unicode < 0x100)
		return latin1_to_ebcdic[unicode];
	return like != 0 ? latin1_to_ebcdic[(uint8_t)like] : EBCDIC_UNKNOWN;
}

/* How many bytes a UTF-8 character that begins so has, and the bits of it
 * that are in this one; 0: none begins so. */
static size_t
panel_utf8_length(uint8_t first, uint32_t *bits)
{
	static const struct {
		uint8_t mask, lead;
	} kind[] = { { 0x80, 0x00 }, { 0xE0, 0xC0 }, { 0xF0, 0xE0 },
		{ 0xF8, 0xF0 } };

	for (size_t n = 0; n < sizeof kind / sizeof kind[0]; n++)
		if ((first & kind[n].mask) == kind[n].lead) {
			*bits = first & (uint8_t)~kind[n].mask;
			return n + 1;
		}
	return 0;
}

size_t
panel_character(const char *text, size_t len, uint8_t *c)
{
	const uint8_t *at = (const uint8_t *)text;
	uint32_t unicode;
	size_t n = panel_utf8_length(at[0], &unicode);

	*c = EBCDIC_UNKNOWN;
	if (n == 0 || n > len)
		return 1;
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xC0) != 0x80)
			return 1;
		unicode = unicode << 6 | (at[i] & 0x3Fu);
	}
	*c = panel_ebcdic(unicode);
	return n;
}

size_t
panel_utf8(const uint8_t *from, size_t len, char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t c = ebcdic_to_latin1[from[i]];

		if (from[i] < EBCDIC_BLANK || c < ' ')
			c = ' ';
		if (n + (c < 0x80 ? 1 : 2) >= size)
			break;
		if (c >= 0x80)
			text[n++] = (char)(0xC0 | c >> 6);
		text[n++] = (char)(c < 0x80 ? c : (0x80 | (c & 0x3F)));
	}
	if (size > 0)
		text[n] = '\0';
	return n;
}

/* --- out --- */

static unsigned
panel_cells(const struct panel *p)
{
	return (unsigned)p->screen.rows * p->screen.cols;
}

static void
panel_put(struct panel *p, unsigned byte)
{
	if (p->len == p->room)
		p->full = 1;
	else
		p->stream[p->len++] = (uint8_t)byte;
}

static void
panel_put_address(struct panel *p, unsigned at)
{
	int wide = panel_cells(p) > PANEL_14_BIT;

	panel_put(p, ORDER_SBA);
	panel_put(p, wide ? at >> 8 : ebcdic_six[at >> 6 & 0x3F]);
	panel_put(p, wide ? at & 0xFF : ebcdic_six[at & 0x3F]);
}

/* What the display cannot show is left out. */
static void
panel_put_attribute(struct panel *p, unsigned look)
{
	unsigned field = ebcdic_six[look & 0x3F];
	unsigned color = p->screen.color ? look >> 8 & 0xFF : 0;
	unsigned highlight = p->screen.highlight ? look >> 16 & 0xFF : 0;

	if (color == 0 && highlight == 0) {
		panel_put(p, ORDER_SF);
		panel_put(p, field);
		return;
	}
	panel_put(p, ORDER_SFE);
	panel_put(p, 1u + (color != 0) + (highlight != 0));
	panel_put(p, PAIR_FIELD);
	panel_put(p, field);
	if (color != 0) {
		panel_put(p, PAIR_COLOR);
		panel_put(p, color);
	}
	if (highlight != 0) {
		panel_put(p, PAIR_HIGHLIGHT);
		panel_put(p, highlight);
	}
}

void
panel_begin(struct panel *p, const struct cms_screen *screen, void *stream,
    size_t room)
{
	*p = (struct panel){ .screen = *screen, .stream = stream,
		.room = room };
	panel_put(p, 0); /* the WCC: panel_end knows it */
}

void
panel_field(struct panel *p, unsigned row, unsigned col, unsigned look,
    unsigned width, const char *text, size_t len)
{
	unsigned cells = panel_cells(p), at = row * p->screen.cols + col;
	unsigned used = 0;
	uint8_t c;

	if (row >= p->screen.rows || col >= p->screen.cols)
		return;
	if (width > cells - at - 1)
		width = cells - at - 1;
	panel_put_address(p, at);
	panel_put_attribute(p, look);
	for (; used < width && len > 0; used++) {
		size_t n = panel_character(text, len, &c);

		panel_put(p, c);
		text += n;
		len -= n;
	}
	if (look & ATTRIBUTE_PROTECT || at + 1 + width == cells)
		return;
	panel_put_address(p, at + 1 + width);
	panel_put_attribute(p, PANEL_PROTECT);
}

void
panel_cursor(struct panel *p, unsigned row, unsigned col)
{
	p->cursor = row * p->screen.cols + col;
}

void
panel_end(struct panel *p)
{
	if (p->cursor < panel_cells(p)) {
		panel_put_address(p, p->cursor);
		panel_put(p, ORDER_IC);
	}
	if (p->room > 0)
		p->stream[0] = ebcdic_six[WCC_RESTORE | WCC_RESET_MDT |
		    (p->alarm ? WCC_ALARM : 0)];
}

int
panel_show(struct panel *p)
{
	panel_end(p);
	if (p->full) {
		errno = EMSGSIZE;
		return -1;
	}
	return cms_screen_write(CMS_SCREEN_ERASE_ALTERNATE, p->stream, p->len);
}

/* --- in --- */

unsigned
panel_pf(uint8_t aid)
{
	static const uint8_t keys[] = { 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6,
		0xF7, 0xF8, 0xF9, 0x7A, 0x7B, 0x7C, 0xC1, 0xC2, 0xC3, 0xC4,
		0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0x4A, 0x4B, 0x4C };
	const uint8_t *at = memchr(keys, aid, sizeof keys);

	return at != NULL ? (unsigned)(at - keys) + 1 : 0;
}

/* Two bytes of an address: 14 bits when the two highest are zero, else 12. */
static unsigned
panel_address(const uint8_t at[2])
{
	return (at[0] & 0xC0) == 0 ? (unsigned)at[0] << 8 | at[1] :
	    (at[0] & 0x3Fu) << 6 | (at[1] & 0x3Fu);
}

/* Clear and the program attention keys send nothing but themselves. */
int
panel_parse(const struct panel *p, struct panel_key *key)
{
	unsigned at;

	if (key->len == 0)
		return -1;
	key->aid = key->record[0];
	key->row = key->col = 0;
	if (key->len < 3)
		return key->len == 1 ? 0 : -1;
	at = panel_address(key->record + 1);
	if (at >= panel_cells(p))
		return -1;
	key->row = at / p->screen.cols;
	key->col = at % p->screen.cols;
	return 0;
}

int
panel_wait(struct panel *p, struct panel_key *key)
{
	long n = cms_screen_read(CMS_SCREEN_READ_MODIFIED, key->record,
	    sizeof key->record);

	if (n == -1)
		return -1;
	key->len = (size_t)n < sizeof key->record ? (size_t)n :
	    sizeof key->record;
	if (panel_parse(p, key) == 0)
		return 0;
	errno = EAGAIN;
	return -1;
}

/* The text from here to the next field; attributes of characters are none of
 * it. */
static size_t
panel_field_text(const uint8_t *at, size_t len, uint8_t *to, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < len && at[i] != ORDER_SBA; i++) {
		if (at[i] == ORDER_SA) {
			i += 2;
			continue;
		}
		if (at[i] == ORDER_GE) {
			i++;
			continue;
		}
		if (at[i] != 0 && n < room)
			to[n++] = at[i];
	}
	return n;
}

long
panel_typed(const struct panel *p, const struct panel_key *key, unsigned row,
    unsigned col, char *text, size_t size)
{
	unsigned want = row * p->screen.cols + col + 1;
	uint8_t typed[PANEL_RECORD];

	for (size_t i = 3; i + 3 <= key->len; i++) {
		const uint8_t *at = key->record + i;

		if (*at != ORDER_SBA)
			continue;
		i += 2;
		if (panel_address(at + 1) == want)
			return (long)panel_utf8(typed, panel_field_text(at + 3,
			    key->len - i - 1, typed, sizeof typed), text,
			    size);
	}
	return -1;
}
