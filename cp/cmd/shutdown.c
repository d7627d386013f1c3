/* SPDX-License-Identifier: MIT
 *
 * cmd/shutdown.c - SHUTDOWN: end the system in good order.
 */
#include "command.h"
#include "name.h"

static int
cmd_shutdown(struct request *rq)
{
	reply_line(rq, "SYSTEM SHUTDOWN STARTED");
	cp_shutdown(rq->cp, name_text(rq->user).s);
	return 0;
}

CP_COMMAND(shutdown,
	.name = "SHUTDOWN",
	.abbrev = 8,
	.class = CLASS('A'),
	.run = cmd_shutdown,
	.syntax = "SHUTDOWN",
	.help = "Log everybody off and end the system.");
