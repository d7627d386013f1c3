/* SPDX-License-Identifier: MIT
 *
 * panel.h - panels for programs that use the whole screen: fields become a
 * 3270 data stream for a screen of any size, and what a key sends becomes
 * texts again.  Text is UTF-8; what the display cannot show is a '?', what is
 * no character a blank.
 *
 *	cms_screen(&screen);
 *	panel_begin(&panel, &screen, stream, sizeof stream);
 *	panel_field(&panel, 0, 0, PANEL_PROTECT | PANEL_BLUE, 20, "NAME", 4);
 *	panel_field(&panel, 0, 21, PANEL_INPUT, 8, "", 0);
 *	panel_cursor(&panel, 0, 22);
 *	if (panel_show(&panel) == 0 && panel_wait(&panel, &key) == 0)
 *		n = panel_typed(&panel, &key, 0, 21, name, sizeof name);
 *
 * Both fail as cms_screen_write and cms_screen_read do (cms.h); with EAGAIN
 * all of it is to be done again, from cms_screen on.  Rows and columns count
 * from 0.
 */
#ifndef CMS_PANEL_H
#define CMS_PANEL_H

#include <stddef.h>
#include <stdint.h>

#include "cms.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a field looks: one of each group, added up. */
#define PANEL_INPUT 0x00
#define PANEL_NUMERIC 0x10
#define PANEL_PROTECT 0x30 /* and the cursor skips it */
#define PANEL_BRIGHT 0x08
#define PANEL_HIDDEN 0x0C
#define PANEL_MODIFIED 0x01 /* is sent, whether typed in or not */
#define PANEL_BLUE 0xF100u
#define PANEL_RED 0xF200u
#define PANEL_PINK 0xF300u
#define PANEL_GREEN 0xF400u
#define PANEL_TURQUOISE 0xF500u
#define PANEL_YELLOW 0xF600u
#define PANEL_WHITE 0xF700u
#define PANEL_BLINK 0xF10000u
#define PANEL_REVERSE 0xF20000u
#define PANEL_UNDERSCORE 0xF40000u

struct panel {
	struct cms_screen screen;
	uint8_t *stream;
	size_t room, len;
	unsigned cursor;
	int alarm; /* set it: the display beeps */
	int full;  /* the stream has no room for all of it */
};

void panel_begin(struct panel *p, const struct cms_screen *screen,
    void *stream, size_t room);

/*
 * A field: its attribute at the column, its text from the next one on, cut to
 * the width, and to the end of the screen.  A field that can be typed in ends
 * behind its width; others where the next one begins.
 */
void panel_field(struct panel *p, unsigned row, unsigned col, unsigned look,
    unsigned width, const char *text, size_t len);
void panel_cursor(struct panel *p, unsigned row, unsigned col);

/* The stream is whole: it may be written with CMS_SCREEN_ERASE_ALTERNATE. */
void panel_end(struct panel *p);

/* panel_end, and write it: 0, or -1 with errno. */
int panel_show(struct panel *p);

/* --- keys --- */

#define PANEL_ENTER 0x7D
#define PANEL_CLEAR 0x6D
#define PANEL_PA1 0x6C
#define PANEL_PA2 0x6E
#define PANEL_PA3 0x6B

#define PANEL_RECORD 16384

struct panel_key {
	uint8_t aid;
	unsigned row, col; /* of the cursor */
	size_t len;
	uint8_t record[PANEL_RECORD];
};

/* Wait for a key: 0, or -1 with errno. */
int panel_wait(struct panel *p, struct panel_key *key);

/* What key->record, of key->len bytes, says: 0; -1: it is no such record. */
int panel_parse(const struct panel *p, struct panel_key *key);

/* The number of a PF key, 1 to 24; 0: another key. */
unsigned panel_pf(uint8_t aid);

/*
 * What stands in the field whose attribute is there, as a string: its length,
 * or -1 when the key did not send it, because nothing was typed there.
 */
long panel_typed(const struct panel *p, const struct panel_key *key,
    unsigned row, unsigned col, char *text, size_t size);

/* --- characters --- */

/* The first character of len (not 0) bytes, as the display has it; returns
 * how many bytes it is. */
size_t panel_character(const char *text, size_t len, uint8_t *c);

/* Text as UTF-8; returns its length, at most size - 1, and terminates it. */
size_t panel_utf8(const uint8_t *from, size_t len, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
