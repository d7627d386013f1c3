/* SPDX-License-Identifier: MIT
 *
 * main.c - BROWSE: look at a file on the whole screen.  Nothing of it is
 * changed, and no more of it is read than what is shown or searched.
 */
#include <errno.h>
#include <string.h>

#include "browse.h"
#include "say.h"
#include "words.h"

#define RC_NO_DISPLAY 88

const char say_code[] = "BRW";

static struct words words;
static uint8_t stream[CMS_SCREEN_DATA];
static struct panel_key key;

/* Why the screen cannot be used: a return code. */
static int
browse_refused(void)
{
	if (errno == ENOTTY)
		return say(529, 'E', RC_NO_DISPLAY, "BROWSE IS ONLY VALID IN "
		    "DISPLAY MODE: THIS TERMINAL IS NOT A DISPLAY");
	return say(622, 'E', 100, "ERROR %d USING THE DISPLAY", errno);
}

static void
browse_key(struct browse *b, const struct panel *p)
{
	char text[BROWSE_COMMAND + 1];
	unsigned pf = panel_pf(key.aid);

	b->message[0] = '\0';
	b->alarm = 0;
	if (pf != 0) {
		b->command[0] = '\0';
		browse_pf(b, pf);
	} else if (key.aid == PANEL_ENTER) {
		if (browse_typed(b, p, &key, text, sizeof text) == -1)
			strcpy(text, b->command);
		browse_command(b, text);
	} else if (key.aid != PANEL_CLEAR && key.aid != PANEL_PA2) {
		browse_error(b, 657, "UNDEFINED PFKEY/PAKEY");
	}
}

/* Paint, and wait for a key: 0, or -1 with errno. */
static int
browse_turn(struct browse *b)
{
	struct panel p;

	if (cms_screen(&b->screen) == -1)
		return -1;
	panel_begin(&p, &b->screen, stream, sizeof stream);
	browse_paint(b, &p);
	if (panel_show(&p) == -1 || panel_wait(&p, &key) == -1)
		return -1;
	browse_key(b, &p);
	return 0;
}

int
browse_file(struct browse *b)
{
	while (!b->done)
		if (browse_turn(b) == -1 && errno != EAGAIN)
			return browse_refused();
	return 0;
}

int
main(int argc, char **argv)
{
	char text[FILES_TEXT];
	struct browse b;
	struct cms_stat st;
	int fd, rc;

	words_split(&words, argc, argv);
	if (words.options > 0)
		return say_option(words.option[0]);
	rc = files_open(words.operand, words.operands, text, &fd, &st);
	if (rc != 0)
		return rc;
	browse_begin(&b, fd, &st);
	rc = browse_file(&b);
	cms_close(fd);
	return rc;
}
