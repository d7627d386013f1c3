/* SPDX-License-Identifier: MIT
 *
 * cmd/attn.c - ATTN and REQUEST: the console's request key, to the guest.
 */
#include "command.h"
#include "guest.h"
#include "vmblok.h"

static int
cmd_attn(struct request *rq)
{
	if (rq->vm->guest == NULL)
		return reply_error(rq, 183, request_word(rq, 0), "IPL FIRST");
	guest_attention(rq->vm);
	return 0;
}

CP_COMMAND(attn,
	.name = "ATTN",
	.abbrev = 4,
	.machine = true,
	.run = cmd_attn,
	.syntax = "ATTN",
	.help = "Make an attention interrupt pending at the virtual console.");

CP_COMMAND(request,
	.name = "REQUEST",
	.abbrev = 3,
	.machine = true,
	.run = cmd_attn,
	.syntax = "REQuest",
	.help = "The same as ATTN.");
