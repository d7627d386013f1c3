/* SPDX-License-Identifier: MIT
 *
 * cmd/message.c - MESSAGE and WARNING: a line on another user's console.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "name.h"
#include "session.h"
#include "times.h"
#include "vmblok.h"

struct message_kind {
	const char *word; /* on the receiver's line */
	bool warning;
};

static const struct message_kind message_msg = { "MSG", false };
static const struct message_kind message_wng = { "WNG", true };

static void
message_deliver(struct request *rq, struct vmblok *vm,
    const struct message_kind *kind, const char *text)
{
	char line[IPC_LINE_MAX + 1];
	int n = snprintf(line, sizeof line, "%s %s FROM %-8s: %s",
	    times_clock(time(NULL)).s, kind->word, name_text(rq->user).s, text);

	if (n > IPC_LINE_MAX)
		n = IPC_LINE_MAX;
	session_item(vm->session, ITEM_OUTPUT, ITEM_HIGH | ITEM_ALARM |
	    ITEM_LINE, rq->user, line, (size_t)n, false);
}

/* To everybody who wants it; nobody is told of those who do not. */
static int
message_all(struct request *rq, const struct message_kind *kind,
    const char *text)
{
	struct vmblok *vm;

	TAILQ_FOREACH(vm, &rq->cp->vms, entry)
		if (kind->warning ? vm->set.wng : vm->set.msg)
			message_deliver(rq, vm, kind, text);
	return 0;
}

static int
message_send(struct request *rq, const struct message_kind *kind)
{
	const char *who = request_word(rq, 1), *text = request_rest(rq, 2);
	struct vmblok *vm;

	if (*who == '\0')
		return reply_error(rq, 20);
	if (*text == '\0')
		return reply_error(rq, 26);
	if (strcmp(who, "ALL") == 0 &&
	    (rq->classes & (CLASS('A') | CLASS('B'))) != 0)
		return message_all(rq, kind, text);
	vm = vmblok_named(rq, who);
	if (vm == NULL)
		return reply_error(rq, 45, who);
	if (kind->warning ? !vm->set.wng : !vm->set.msg)
		return reply_error(rq, 57, who, kind->word);
	message_deliver(rq, vm, kind, text);
	return 0;
}

static int
cmd_message(struct request *rq)
{
	return message_send(rq, &message_msg);
}

static int
cmd_warning(struct request *rq)
{
	return message_send(rq, &message_wng);
}

CP_COMMAND(message,
	.name = "MESSAGE",
	.abbrev = 1,
	.run = cmd_message,
	.syntax = "Message {userid|*|OP|ALL} text",
	.help = "Send a line to a logged-on user, yourself (*) or the operator "
		"(OP). ALL is for classes A and B.");

CP_COMMAND(msg,
	.name = "MSG",
	.abbrev = 3,
	.run = cmd_message,
	.syntax = "MSG {userid|*|OP|ALL} text",
	.help = "The same as MESSAGE.");

CP_COMMAND(warning,
	.name = "WARNING",
	.abbrev = 1,
	.class = CLASS('A') | CLASS('B'),
	.run = cmd_warning,
	.syntax = "Warning {userid|OP|ALL} text",
	.help = "Send a line also to those who take no messages.");

CP_COMMAND(wng,
	.name = "WNG",
	.abbrev = 3,
	.class = CLASS('A') | CLASS('B'),
	.run = cmd_warning,
	.syntax = "WNG {userid|OP|ALL} text",
	.help = "The same as WARNING.");
