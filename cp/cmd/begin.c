/* SPDX-License-Identifier: MIT
 *
 * cmd/begin.c - BEGIN: let the virtual processor go on.
 */
#include "command.h"
#include "guest.h"
#include "hexloc.h"
#include "vmblok.h"

static int
cmd_begin(struct request *rq)
{
	uint64_t addr;

	if (rq->words > 2)
		return reply_error(rq, 2, request_word(rq, 2));
	if (rq->words == 2 && hexloc_number(request_word(rq, 1), &addr) < 0)
		return reply_error(rq, 4, request_word(rq, 1));
	if (rq->vm->guest == NULL)
		return reply_error(rq, 183, "BEGIN", "IPL FIRST");
	guest_begin(rq->vm, rq->words == 2 ? &addr : NULL);
	return 0;
}

CP_COMMAND(begin,
	.name = "BEGIN",
	.abbrev = 1,
	.machine = true,
	.run = cmd_begin,
	.syntax = "Begin [hexloc]",
	.help = "Resume the virtual machine, at hexloc if given.");
