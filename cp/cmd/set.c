/* SPDX-License-Identifier: MIT
 *
 * cmd/set.c - SET: one's own switches.
 */
#include <stddef.h>
#include <string.h>

#include "command.h"
#include "vmblok.h"

static int
cmd_set(struct request *rq)
{
	int rc;

	if (strncmp(request_word(rq, 1), "PF", 2) == 0)
		return command_find(TABLE_SETS, "PF", rq->classes,
		    AT_USER)->run(rq);
	if (rq->words < 3)
		return reply_error(rq, 26);
	if (rq->words > 3)
		return reply_error(rq, 2, request_word(rq, 3));
	rc = command_operand(rq, TABLE_SETS, 1);
	return rc == COMMAND_NO_ROW ?
	    reply_error(rq, 3, request_word(rq, 1)) : rc;
}

CP_COMMAND(set,
	.name = "SET",
	.abbrev = 3,
	.machine = true,
	.run = cmd_set,
	.syntax = "SET operand {ON|OFF|...}",
	.help = "Change one of your settings; QUERY SET shows them:");

static int
set_switch(struct request *rq, bool *what)
{
	if (request_is(rq, 2, "ON", 2))
		*what = true;
	else if (request_is(rq, 2, "OFF", 3))
		*what = false;
	else
		return reply_error(rq, 2, request_word(rq, 2));
	return 0;
}

/* One row for each switch: a word, a field, what it does. */
#define SET_SWITCH(field, word, text)                                    \
	static int set_##field(struct request *rq)                       \
	{                                                                \
		return set_switch(rq, &rq->vm->set.field);               \
	}                                                                \
	CP_SET(field, .name = word, .abbrev = sizeof word - 1,           \
	    .machine = true, .run = set_##field,                         \
	    .syntax = word " {ON|OFF}", .help = text)

SET_SWITCH(msg, "MSG", "Take messages of other users.");
SET_SWITCH(wng, "WNG", "Take warnings.");
SET_SWITCH(imsg, "IMSG", "Be told of files that arrive or are closed, and "
    "that commands on devices and files are done.");
SET_SWITCH(acnt, "ACNT", "Take accounting messages.");
SET_SWITCH(run, "RUN", "Let the virtual machine run on while CP reads.");
SET_SWITCH(linedit, "LINEDIT", "Let #CP reach CP from anywhere.");

static int
set_emsg(struct request *rq)
{
	static const struct {
		const char *word;
		enum message_form form;
	} forms[] = { { "ON", EMSG_ON }, { "OFF", EMSG_OFF },
		{ "CODE", EMSG_CODE }, { "TEXT", EMSG_TEXT } };

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (request_is(rq, 2, forms[i].word, 2)) {
			rq->vm->set.emsg = forms[i].form;
			return 0;
		}
	return reply_error(rq, 2, request_word(rq, 2));
}

CP_SET(emsg, .name = "EMSG", .abbrev = 4, .machine = true, .run = set_emsg,
	.syntax = "EMSG {ON|OFF|CODE|TEXT}",
	.help = "Show error messages whole, not at all, or only a part.");
