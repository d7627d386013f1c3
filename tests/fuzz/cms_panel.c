/* SPDX-License-Identifier: MIT
 *
 * cms_panel.c - any fields with any text on a screen of any size: a 3270 takes
 * every stream, and every key of it is understood; and any bytes as a record.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "panel.h"
#include "ps3270.h"

#define FIELD_HEAD 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not asked for here. */
int
cms_screen_write(int command, const void *data, size_t len)
{
	(void)command;
	(void)data;
	(void)len;
	return 0;
}

long
cms_screen_read(int command, void *record, size_t size)
{
	(void)command;
	(void)record;
	(void)size;
	return 0;
}

static void
parse(struct panel *p, const void *record, size_t len)
{
	static struct panel_key key;
	char text[40];

	key.len = len < sizeof key.record ? len : sizeof key.record;
	memcpy(key.record, record, key.len);
	if (panel_parse(p, &key) == -1)
		return;
	if (key.row >= p->screen.rows || key.col >= p->screen.cols)
		abort();
	for (unsigned row = 0; row < p->screen.rows; row++)
		if (panel_typed(p, &key, row, row * 7 % 80, text,
		    sizeof text) >= (long)sizeof text)
			abort();
}

/* The first bytes of each say where, how and how wide; a text follows. */
static void
fields(struct panel *p, const uint8_t *data, size_t size)
{
	static const unsigned looks[] = { PANEL_INPUT, PANEL_PROTECT,
		PANEL_NUMERIC | PANEL_RED, PANEL_HIDDEN | PANEL_MODIFIED,
		PANEL_PROTECT | PANEL_WHITE | PANEL_REVERSE, PANEL_UNDERSCORE };

	while (size > FIELD_HEAD) {
		size_t len = data[5] < size - FIELD_HEAD ? data[5] :
		    size - FIELD_HEAD;

		panel_field(p, data[0], data[1],
		    looks[data[2] % (sizeof looks / sizeof looks[0])],
		    data[3] * 4u, (const char *)data + FIELD_HEAD, len);
		panel_cursor(p, data[4], data[0]);
		data += FIELD_HEAD + len;
		size -= FIELD_HEAD + len;
	}
	panel_end(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t record[1 + CMS_SCREEN_DATA], answer[PANEL_RECORD];
	struct ps3270 ps;
	struct panel p;
	size_t n;

	if (size < 4)
		return 0;
	struct cms_screen screen = {
		.rows = (uint16_t)(24 + data[0] % 80),
		.cols = (uint16_t)(80 + data[1] % 80),
		.color = data[2] & 1,
		.highlight = data[2] >> 1 & 1,
	};
	if (ps3270_open(&ps, screen.rows, screen.cols, screen.color,
	    screen.highlight) == -1)
		return 0;
	record[0] = DS_ERASE_WRITE_ALTERNATE;
	panel_begin(&p, &screen, record + 1,
	    data[2] & 4 ? data[3] : CMS_SCREEN_DATA);
	fields(&p, data + 4, size - 4);
	if (!p.full && (ps3270_host(&ps, record, 1 + p.len, answer,
	    sizeof answer, &n) != 0 || n != 0))
		abort();
	for (size_t i = 4; i < size && i < 40; i++)
		ps3270_type(&ps, data[i]);
	n = ps3270_aid(&ps, DS_AID_ENTER, answer, sizeof answer);
	parse(&p, answer, n);
	parse(&p, data + 4, size - 4);
	ps3270_close(&ps);
	return 0;
}
