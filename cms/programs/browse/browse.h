/* SPDX-License-Identifier: MIT
 *
 * browse.h - BROWSE: a file on the whole screen, to be looked at.
 */
#ifndef CMS_BROWSE_H
#define CMS_BROWSE_H

#include <stddef.h>

#include "files.h"
#include "panel.h"

#define BROWSE_RECORD 65535
#define BROWSE_PIECE 80 /* a line of a file of bytes (F 1) */
#define BROWSE_COMMAND 160
#define BROWSE_LEGEND 1 /* rows below the command line */
#define BROWSE_HEAD 2	/* above the lines: header, scale or message */

struct browse {
	int fd;
	struct cms_stat st;
	unsigned long lines; /* of the file */
	unsigned long top;   /* the first on the screen, from 1 */
	unsigned long left;  /* columns that are not shown */
	int hex;
	int help; /* the file is BROWSE's own help */
	int done;
	int alarm;
	struct cms_screen screen;
	char message[BROWSE_COMMAND + 80];
	char command[BROWSE_COMMAND + 1]; /* what the command line shows */
	char last[BROWSE_COMMAND + 1];	  /* the last command */
	char sought[BROWSE_COMMAND + 1];  /* the last text */
};

/* --- file.c --- */

void browse_begin(struct browse *b, int fd, const struct cms_stat *st);

/* A line: its bytes and their number, or -1 with errno. */
long browse_line(const struct browse *b, unsigned long line,
    const unsigned char **text);

/* The first line from this one on (or back) that has b->sought, and in which
 * column: 1, 0 there is none, or -1 with errno. */
int browse_seek(const struct browse *b, int back, unsigned long *line,
    unsigned long *column);

/* --- paint.c --- */

/* How many lines and columns of the file fit on the screen. */
unsigned browse_page(const struct browse *b);
unsigned browse_width(const struct browse *b);
unsigned browse_digits(const struct browse *b);

void browse_paint(const struct browse *b, struct panel *p);
void browse_error(struct browse *b, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What stands in the command line; -1 when nothing was typed there. */
long browse_typed(const struct browse *b, const struct panel *p,
    const struct panel_key *key, char *text, size_t size);

/* --- command.c --- */

/* What was typed, or a key says. */
void browse_command(struct browse *b, const char *text);
void browse_pf(struct browse *b, unsigned pf);

/* --- main.c --- */

/* Look at a file until QUIT: a return code. */
int browse_file(struct browse *b);

#endif
