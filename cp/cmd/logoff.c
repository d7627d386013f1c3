/* SPDX-License-Identifier: MIT
 *
 * cmd/logoff.c - LOGOFF: give the virtual machine back.
 */
#include "command.h"
#include "session.h"
#include "term.h"
#include "vmblok.h"

/* HOLD kept a dialled line; here the terminal always stays. */
static int
cmd_logoff(struct request *rq)
{
	if (rq->words > 1 && !request_is(rq, 1, "HOLD", 2))
		return reply_error(rq, 3, request_word(rq, 1));
	vmblok_end_later(rq->vm, END_LOGOFF);
	return 0;
}

static int
cmd_logoff_logo(struct request *rq)
{
	if (rq->session != NULL && rq->session->term != NULL)
		term_close(rq->session->term, "GOODBYE");
	return 0;
}

CP_COMMAND(logoff,
	.name = "LOGOFF",
	.abbrev = 3,
	.machine = true,
	.run = cmd_logoff,
	.syntax = "LOGoff [HOld]",
	.help = "End the virtual machine and show the logo again.");

CP_COMMAND(logout,
	.name = "LOGOUT",
	.abbrev = 5,
	.machine = true,
	.run = cmd_logoff,
	.syntax = "LOGOUt [HOld]",
	.help = "The same as LOGOFF.");

CP_COMMAND(logoff_logo,
	.name = "LOGOFF",
	.abbrev = 6,
	.place = AT_LOGO,
	.run = cmd_logoff_logo,
	.syntax = "LOGOFF",
	.help = "Close the connection.");
