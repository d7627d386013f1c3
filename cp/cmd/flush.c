/* SPDX-License-Identifier: MIT
 *
 * cmd/flush.c - FLUSH: what a real device is at is not read, punched or
 * printed to its end.
 */
#include "command.h"
#include "unitcmd.h"

static int
cmd_flush(struct request *rq)
{
	struct ipc_unit_order order = { .op = UNIT_FLUSH };
	struct unit *unit;
	int rc = unitcmd_raddr(rq, &unit);

	if (rc != 0)
		return rc;
	for (unsigned i = 2; i < rq->words; i++) {
		if (request_is(rq, i, "ALL", 3))
			order.count = 1;
		else if (request_is(rq, i, "HOLD", 4))
			order.hold = 1;
		else
			return reply_error(rq, 3, request_word(rq, i));
	}
	return unitcmd_order(rq, unit, &order, false);
}

CP_COMMAND(flush,
	.name = "FLUSH",
	.abbrev = 2,
	.class = CLASS('D'),
	.run = cmd_flush,
	.syntax = "FLush raddr [ALL] [HOLD]",
	.help = "The copy that a real punch or printer is at, or ALL copies, "
		"or the deck that a reader is at, ends and is thrown away; "
		"with HOLD the file stays, held.");
