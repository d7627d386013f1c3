/* SPDX-License-Identifier: MIT
 *
 * cmd/set_pf.c - SET PFnn, QUERY PF: what one's program function keys do.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "pfkey.h"
#include "query.h"
#include "session.h"
#include "vmblok.h"

/* Words that are all of it, and what follows SCROLL. */
static const struct pf_word {
	const char *name;
	size_t abbrev;
	bool scroll;
	enum ipc_pf what;
} pf_words[] = {
	{ "RETRIEVE", 3, false, PF_RETRIEVE },
	{ "COPY", 4, false, PF_COPY },
	{ "HELP", 4, false, PF_HELP },
	{ "BACKWARD", 1, true, PF_BACKWARD },
	{ "FORWARD", 1, true, PF_FORWARD },
};

/* PF_UNDEFINED: it is no such word, or more follows. */
static enum ipc_pf
pf_word(const struct request *rq)
{
	bool scroll = request_is(rq, 2, "SCROLL", 4);
	unsigned i = 2 + scroll;

	if (rq->words != i + 1)
		return PF_UNDEFINED;
	for (size_t k = 0; k < sizeof pf_words / sizeof pf_words[0]; k++)
		if (pf_words[k].scroll == scroll &&
		    request_is(rq, i, pf_words[k].name, pf_words[k].abbrev))
			return pf_words[k].what;
	return PF_UNDEFINED;
}

static int
pf_text(struct request *rq, unsigned number)
{
	bool immed = request_is(rq, 2, "IMMED", 5);
	bool delayed = request_is(rq, 2, "DELAYED", 7);
	const char *text = request_rest(rq, 2 + (immed || delayed));

	if (*text == '\0')
		return reply_error(rq, 26);
	if (pfkey_set(&rq->vm->pf, number, immed ? PF_IMMED : PF_DELAYED,
	    text) < 0)
		return reply_error(rq, 183, "SET", "NO STORAGE");
	return 0;
}

static int
set_pf(struct request *rq)
{
	unsigned number = pfkey_number(request_word(rq, 1));
	enum ipc_pf what = pf_word(rq);
	int rc = 0;

	if (number == 0)
		return reply_error(rq, 2, request_word(rq, 1));
	if (rq->words > 2 && what == PF_UNDEFINED)
		rc = pf_text(rq, number);
	else
		pfkey_set(&rq->vm->pf, number, what, NULL);
	if (rc == 0)
		session_pf(rq->vm->session, number);
	return rc;
}

CP_SET(pf, .name = "PF", .abbrev = 2, .machine = true, .run = set_pf,
	.syntax = "PFnn [[IMMED|DELAYED] text|RETrieve|COPY|HELP|"
		  "SCROll {Backward|Forward}]",
	.help = "What a program function key does, PF1 to PF24: IMMED sends "
		"the text as if typed, DELAYED puts it where you type, "
		"RETRIEVE brings back what you typed before, COPY prints the "
		"screen on your printer 00E, SCROLL shows earlier lines of "
		"your console, HELP says what the keys do; nothing: the key "
		"does nothing.");

static void
pf_show(struct request *rq, unsigned number)
{
	const struct pfkey *key = &rq->vm->pf.key[number - 1];

	reply_line(rq, key->text != NULL ? "PF%02u %-6s %s" : "PF%02u %s%s",
	    number, pfkey_word((enum ipc_pf)key->what),
	    key->text != NULL ? key->text : "");
}

bool
query_pf_key(struct request *rq, unsigned i)
{
	unsigned number = pfkey_number(request_word(rq, i));

	if (number == 0 || rq->vm == NULL)
		return false;
	pf_show(rq, number);
	return true;
}

static int
query_pf(struct request *rq)
{
	for (unsigned number = 1; number <= PFKEYS; number++)
		pf_show(rq, number);
	return 0;
}

CP_QUERY(pf, .name = "PF", .abbrev = 2, .machine = true, .run = query_pf,
	.syntax = "PF[nn]", .help = "What your program function keys do.");
