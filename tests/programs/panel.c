/* SPDX-License-Identifier: MIT
 *
 * panel.c - a panel with every order of the 3270 data stream, for tests: what
 * a terminal shows of it can be looked at, and each key is told in row 1.
 *
 *	PF1  paint it all again           PF7   reply mode: characters
 *	PF2  the same in 24 by 80         PF8   reply mode: fields
 *	PF3  end                          PF9   erase all unprotected
 *	PF4  read the buffer              PF10  beep
 *	PF5  read modified all            PF11  a structured field: outbound
 *	PF6  query                        PF12  orders that no display takes
 *
 * PANEL n computes for n seconds before it looks at keys.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "panel.h"

enum { PT = 0x05, GE = 0x08, SBA = 0x11, EUA = 0x12, IC = 0x13, SF = 0x1D,
	SA = 0x28, SFE = 0x29, MF = 0x2C, RA = 0x3C };
enum { HIGHLIGHT = 0x41, COLOR = 0x42, FIELD = 0xC0 };
enum { INPUT = 0x40, NUMERIC = 0x50, HIDDEN = 0x4C, MODIFIED = 0xC1,
	PROTECTED = 0x60, BRIGHT = 0xE8, SKIP = 0xF0 };
enum { WCC_RESTORE = 0xC3, WCC_BEEP = 0xC7 };

static struct cms_screen screen;
static uint8_t out[4096];
static size_t out_len;
static struct panel_key key;
static int query; /* the next record answers one */

static void
put(unsigned n, ...)
{
	va_list ap;

	va_start(ap, n);
	while (n-- > 0)
		out[out_len++] = (uint8_t)va_arg(ap, int);
	va_end(ap);
}

static void
text(const char *s)
{
	while (*s != '\0')
		s += panel_character(s, strlen(s), &out[out_len++]);
}

/* Small screens have addresses of 12 bits: the upper two of each byte may be
 * anything as long as they are not zero in the first. */
static void
address(unsigned row, unsigned col)
{
	unsigned at = row * screen.cols + col;

	if (screen.rows * screen.cols > 4096)
		put(2, at >> 8, at & 0xFF);
	else
		put(2, 0xC0 | at >> 6, 0xC0 | (at & 0x3F));
}

static void
at(unsigned row, unsigned col)
{
	put(1, SBA);
	address(row, col);
}

static void
label(unsigned row, const char *s)
{
	at(row, 0);
	put(2, SF, PROTECTED);
	text(s);
}

static void
colors(void)
{
	static const char *const names[] = { "BLUE", "RED", "PINK", "GREEN",
		"TURQ", "YELLOW", "WHITE" };

	for (int i = 0; i < 7; i++) {
		at(4, 10 + 9 * (unsigned)i);
		put(6, SFE, 2, FIELD, PROTECTED, COLOR, 0xF1 + i);
		text(names[i]);
	}
}

static void
highlights(void)
{
	static const char *const names[] = { "BLINK", "REVERSE", "UNDER" };
	static const int codes[] = { 0xF1, 0xF2, 0xF4 };

	for (int i = 0; i < 3; i++) {
		at(5, 10 + 9 * (unsigned)i);
		put(6, SFE, 2, HIGHLIGHT, codes[i], FIELD, PROTECTED);
		text(names[i]);
	}
}

/* What is in the colours of characters, not of fields. */
static void
characters(void)
{
	at(6, 10);
	put(2, SF, PROTECTED);
	put(3, SA, COLOR, 0xF2);
	text("RED");
	put(3, SA, HIGHLIGHT, 0xF2);
	text("BOTH");
	put(3, SA, 0, 0);
	text("NONE");
}

static void
input(unsigned row, unsigned col, int attribute, const char *s, unsigned width)
{
	at(row, col);
	put(2, SF, attribute);
	text(s);
	at(row, col + 1 + width);
	put(2, SF, SKIP);
}

static void
repeats(void)
{
	at(8, 10);
	put(2, SF, PROTECTED);
	put(1, RA);
	address(8, 31);
	text("*");
	put(1, RA);
	address(8, 41);
	put(2, GE, 0xA2);
}

static void
graphics(void)
{
	at(11, 10);
	put(2, SF, PROTECTED);
	put(6, GE, 0xC5, GE, 0xA2, GE, 0xD5);
}

static void
last_cells(void)
{
	at(screen.rows - 1u, screen.cols - 7u);
	put(2, SF, PROTECTED);
	text("CORNER");
}

/* All of it that an erase comes before. */
static void
paint(void)
{
	char title[80];

	out_len = 0;
	put(1, WCC_RESTORE);
	snprintf(title, sizeof title, "PANEL %u BY %u%s%s", screen.rows,
	    screen.cols, screen.color ? " COLOR" : "",
	    screen.highlight ? " HIGHLIGHT" : "");
	at(0, 0);
	put(2, SF, BRIGHT);
	text(title);
	label(1, "NO KEY");
	label(3, "SF");
	label(4, "COLOR");
	colors();
	label(5, "HIGHLIGHT");
	highlights();
	label(6, "SA");
	characters();
	label(7, "MF");
	label(8, "RA");
	repeats();
	label(9, "PT");
	input(9, 10, INPUT, "", 10);
	at(9, 0);
	put(1, PT);
	text("TABBED");
	label(10, "EUA");
	input(10, 10, INPUT, "GONE", 10);
	label(11, "GE");
	graphics();
	label(12, "IC");
	input(12, 10, INPUT, "", 20);
	at(12, 11);
	put(1, IC);
	label(13, "NUMERIC");
	input(13, 10, NUMERIC, "", 10);
	label(14, "HIDDEN");
	input(14, 10, HIDDEN, "SECRET", 10);
	label(15, "MODIFIED");
	input(15, 10, MODIFIED, "PRESET", 10);
	last_cells();
}

/* By a write that does not erase. */
static int
change(void)
{
	out_len = 0;
	put(1, WCC_RESTORE & ~1); /* what is modified stays so */
	at(7, 10);
	put(2, SF, PROTECTED);
	text("MODIFIED LATER");
	at(7, 10);
	put(6, MF, 2, FIELD, BRIGHT, COLOR, 0xF6);
	at(10, 0);
	put(1, EUA);
	address(11, 0);
	return cms_screen_write(CMS_SCREEN_WRITE, out, out_len);
}

static int
show(int command)
{
	if (cms_screen(&screen) == -1)
		return -1;
	if (command == CMS_SCREEN_ERASE) {
		screen.rows = 24;
		screen.cols = 80;
	}
	paint();
	return cms_screen_write(command, out, out_len) == -1 ? -1 : change();
}

static int
tell(const char *said, int wcc)
{
	out_len = 0;
	put(1, wcc);
	at(1, 1);
	text(said);
	put(1, RA);
	address(2, 0);
	put(1, 0x40);
	return cms_screen_write(CMS_SCREEN_WRITE, out, out_len);
}

/* --- what comes back --- */

/* The fields and the texts of "row,col=text". */
static int
tell_key(void)
{
	static const struct {
		unsigned row, col;
	} fields[] = { { 9, 10 }, { 10, 10 }, { 12, 10 }, { 13, 10 },
		{ 14, 10 }, { 15, 10 } };
	struct panel p = { .screen = screen };
	char said[400];
	int n;

	if (panel_parse(&p, &key) == -1)
		return tell("BAD RECORD", WCC_RESTORE);
	n = snprintf(said, sizeof said, "AID %02X AT %u,%u", key.aid, key.row,
	    key.col);
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		char typed[40];

		if (panel_typed(&p, &key, fields[i].row, fields[i].col, typed,
		    sizeof typed) != -1)
			n += snprintf(said + n, sizeof said - (size_t)n,
			    " %u=%s", fields[i].row, typed);
	}
	said[79] = '\0';
	return tell(said, WCC_RESTORE & ~1);
}

/* Orders and characters of what a display has sent. */
static int
tell_record(const char *what)
{
	unsigned sf = 0, sfe = 0, sa = 0, sba = 0, texts = 0, ge = 0;
	char said[80];

	for (size_t i = 3; i < key.len; i++)
		switch (key.record[i]) {
		case SF:
			sf++;
			i++;
			break;
		case SFE:
			sfe++;
			i += 1 + 2u * (i + 1 < key.len ? key.record[i + 1] :
			    0u);
			break;
		case SA:
			sa++;
			i += 2;
			break;
		case SBA:
			sba++;
			i += 2;
			break;
		case GE:
			ge++;
			i++;
			break;
		default:
			texts += key.record[i] > 0x40;
			break;
		}
	snprintf(said, sizeof said, "%s AID %02X SF %u SFE %u SA %u SBA %u "
	    "GE %u TEXT %u", what, key.record[0], sf, sfe, sa, sba, ge,
	    texts);
	return tell(said, WCC_RESTORE & ~1);
}

static int
read_now(int command, const char *what)
{
	long n = cms_screen_read(command, key.record, sizeof key.record);

	if (n == -1)
		return -1;
	key.len = (size_t)n;
	return tell_record(what);
}

/* Structured fields: length, 81, code. */
static int
tell_query(void)
{
	char said[80];
	int n = snprintf(said, sizeof said, "QUERY");

	for (size_t i = 1; i + 4 <= key.len;) {
		size_t len = (size_t)key.record[i] << 8 | key.record[i + 1];

		n += snprintf(said + n, sizeof said - (size_t)n, " %02X",
		    key.record[i + 3]);
		if (len < 4 || n > 70)
			break;
		i += len;
	}
	query = 0;
	return tell(said, WCC_RESTORE & ~1);
}

/* --- what is asked for --- */

static int
ask_query(void)
{
	static const uint8_t ask[] = { 0x00, 0x05, 0x01, 0xFF, 0x02 };

	query = 1;
	return cms_screen_write(CMS_SCREEN_STRUCTURED, ask, sizeof ask);
}

static int
reply_mode(int mode)
{
	const uint8_t field[] = { 0x00, 0x05, 0x09, 0x00, (uint8_t)mode };
	const uint8_t characters[] = { 0x00, 0x07, 0x09, 0x00, 0x02,
		HIGHLIGHT, COLOR };

	if ((mode == 2 ? cms_screen_write(CMS_SCREEN_STRUCTURED, characters,
	    sizeof characters) : cms_screen_write(CMS_SCREEN_STRUCTURED, field,
	    sizeof field)) == -1)
		return -1;
	return tell(mode == 2 ? "REPLY MODE CHARACTER" : "REPLY MODE FIELD",
	    WCC_RESTORE);
}

static int
outbound(void)
{
	uint8_t field[16] = { 0x00, 0x00, 0x40, 0x00, 0xF1, WCC_RESTORE };
	size_t n;

	out_len = 0;
	at(3, 10);
	text("WSF");
	n = 6 + out_len;
	memcpy(field + 6, out, out_len);
	field[1] = (uint8_t)n;
	if (cms_screen_write(CMS_SCREEN_STRUCTURED, field, n) == -1)
		return -1;
	return tell("OUTBOUND 3270DS", WCC_RESTORE);
}

static int
erase_unprotected(void)
{
	if (cms_screen_write(CMS_SCREEN_ERASE_UNPROTECTED, "", 0) == -1)
		return -1;
	return tell("ERASED UNPROTECTED", WCC_RESTORE);
}

/* An address that no screen has; the screen must stay as it is. */
static int
refused(void)
{
	static const uint8_t bad[] = { WCC_RESTORE, SBA, 0x3F, 0xFF, 0xC1 };
	char said[40];

	errno = 0;
	cms_screen_write(CMS_SCREEN_WRITE, bad, sizeof bad);
	snprintf(said, sizeof said, "REFUSED %s", errno == EINVAL ? "EINVAL" :
	    strerror(errno));
	return tell(said, WCC_RESTORE);
}

static int
act(void)
{
	if (query && key.record[0] == 0x88)
		return tell_query();
	switch (panel_pf(key.record[0])) {
	case 1:
		return show(CMS_SCREEN_ERASE_ALTERNATE);
	case 2:
		return show(CMS_SCREEN_ERASE);
	case 4:
		return read_now(CMS_SCREEN_READ_BUFFER, "RB");
	case 5:
		return read_now(CMS_SCREEN_READ_MODIFIED_ALL, "RMA");
	case 6:
		return ask_query();
	case 7:
		return reply_mode(2);
	case 8:
		return reply_mode(0);
	case 9:
		return erase_unprotected();
	case 10:
		return tell("BEEP", WCC_BEEP);
	case 11:
		return outbound();
	case 12:
		return refused();
	default:
		/* CLEAR has emptied the screen. */
		if (key.record[0] == PANEL_CLEAR &&
		    show(CMS_SCREEN_ERASE_ALTERNATE) == -1)
			return -1;
		return tell_key();
	}
}

static int
turn(void)
{
	long n = cms_screen_read(CMS_SCREEN_READ_MODIFIED, key.record,
	    sizeof key.record);

	if (n < 1)
		return -1;
	key.len = (size_t)n;
	return panel_pf(key.record[0]) == 3 ? 1 : act();
}

static void
compute(int seconds)
{
	time_t end = time(NULL) + seconds;

	while (time(NULL) < end)
		;
}

int
main(int argc, char **argv)
{
	int rc = show(CMS_SCREEN_ERASE_ALTERNATE);

	if (argc > 1)
		compute(atoi(argv[1]));
	while (rc != 1) {
		if (rc == -1 && errno != EAGAIN) {
			printf("PANEL ENDED BY ERROR %d\n", errno);
			return errno;
		}
		rc = rc == -1 ? show(CMS_SCREEN_ERASE_ALTERNATE) : turn();
	}
	printf("PANEL ENDED\n");
	return 0;
}
