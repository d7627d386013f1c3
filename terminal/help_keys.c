/* SPDX-License-Identifier: MIT
 *
 * help_keys.c - the keys that every 3270 has, and the PF keys as they are set.
 */
#include "help_keys.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#define HALF (PFKEYS / 2) /* PF1 and PF13 stand beside each other */

static const char *const help_keys_words[] = {
	[PF_UNDEFINED] = "-",
	[PF_IMMED] = "sends ",
	[PF_DELAYED] = "types ",
	[PF_RETRIEVE] = "the line typed before",
	[PF_COPY] = "prints the screen",
	[PF_BACKWARD] = "a page back",
	[PF_FORWARD] = "a page forward",
	[PF_HELP] = "shows the keys",
};

struct help_text {
	char *at, *end;
};

static void __attribute__((format(printf, 2, 3)))
help_keys_say(struct help_text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->at, (size_t)(t->end - t->at), fmt, ap);
	va_end(ap);
	if (n > 0 && n < t->end - t->at)
		t->at += n;
}

/* What fits of a text into `room` columns; the columns that it takes. */
static unsigned
help_keys_text(struct help_text *t, const char *text, size_t n, unsigned room)
{
	const char *s = text, *end = text + n;
	unsigned cols = 0;

	while (s < end && cols < room && t->end - t->at > TEXT_UTF8_MAX) {
		uint32_t c = text_next(&s, end);

		if (c < ' ')
			c = ' ';
		cols += text_width(c) > 0;
		t->at += text_encode(c, t->at);
	}
	return cols;
}

/* One key, in `width` columns of which the last stays blank. */
static void
help_keys_one(struct help_text *t, const struct pfkeys *pf, unsigned key,
    unsigned width)
{
	const struct pfkey *k = pfkeys_get(pf, key);
	const char *word = help_keys_words[k->what];
	unsigned used = 6;

	help_keys_say(t, "PF%-4u", key);
	used += help_keys_text(t, word, strlen(word), width - used - 1);
	if (k->text != NULL)
		used += help_keys_text(t, k->text, k->len,
		    width - used - 1);
	help_keys_say(t, "%*s", (int)(width - used), "");
}

size_t
help_keys(const struct pfkeys *pf, unsigned cols, char out[HELP_KEYS_MAX])
{
	struct help_text t = { out, out + HELP_KEYS_MAX };

	help_keys_say(&t,
	    "The keys of this terminal.  Any of them takes this away.\n"
	    "\n"
	    "ENTER      sends the line; at MORE... holds the page\n"
	    "PA2        the next page\n"
	    "CLEAR      the next page; empties the screen\n"
	    "PA1, ATTN  attention: CP, whatever is on the screen\n"
	    "RESET      unlocks the keyboard\n"
	    "\n");
	for (unsigned key = 1; key <= HALF; key++) {
		help_keys_one(&t, pf, key, cols / 2);
		help_keys_one(&t, pf, key + HALF, cols / 2 - 1);
		help_keys_say(&t, "\n");
	}
	return (size_t)(t.at - out);
}
