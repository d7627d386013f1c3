/* SPDX-License-Identifier: MIT
 *
 * cmd/disconn.c - DISCONN: leave, and let the virtual machine run on.
 */
#include "command.h"
#include "logon.h"
#include "vmblok.h"

static int
cmd_disconn(struct request *rq)
{
	if (rq->words > 1 && !request_is(rq, 1, "HOLD", 2))
		return reply_error(rq, 3, request_word(rq, 1));
	vmblok_let_go(rq->vm);
	logon_disconnect(rq->vm, "");
	return 0;
}

CP_COMMAND(disconn,
	.name = "DISCONN",
	.abbrev = 4,
	.machine = true,
	.run = cmd_disconn,
	.syntax = "DISConn [HOld]",
	.help = "Leave the terminal; the virtual machine goes on. LOGON comes "
		"back to it.");
