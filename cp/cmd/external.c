/* SPDX-License-Identifier: MIT
 *
 * cmd/external.c - EXTERNAL: the interrupt key.
 */
#include "command.h"
#include "guest.h"
#include "hexloc.h"
#include "vmblok.h"

static int
cmd_external(struct request *rq)
{
	uint64_t code = MACHINE_EXT_KEY;

	if (rq->words > 1 && (hexloc_number(request_word(rq, 1), &code) < 0 ||
	    code < 1 || code > 0xFF))
		return reply_error(rq, 2, request_word(rq, 1));
	if (rq->vm->guest == NULL)
		return reply_error(rq, 183, "EXTERNAL", "IPL FIRST");
	guest_external(rq->vm, (unsigned)code);
	return 0;
}

CP_COMMAND(external,
	.name = "EXTERNAL",
	.abbrev = 3,
	.machine = true,
	.run = cmd_external,
	.syntax = "EXTernal [code]",
	.help = "Make an external interrupt pending, code 40 if none is given "
		"(1 to FF).");
