/* SPDX-License-Identifier: MIT
 *
 * cmd/drain.c - DRAIN: a real reader, punch or printer stops after the file
 * that it is at.
 */
#include "command.h"
#include "unitcmd.h"

static int
cmd_drain(struct request *rq)
{
	const struct ipc_unit_order order = { .op = UNIT_DRAIN };
	struct unit *unit = NULL;
	int rc;

	if (!request_is(rq, 1, "ALL", 3) &&
	    (rc = unitcmd_raddr(rq, &unit)) != 0)
		return rc;
	if (rq->words > 2)
		return reply_error(rq, 2, request_word(rq, 2));
	return unitcmd_order(rq, unit, &order, true);
}

CP_COMMAND(drain,
	.name = "DRAIN",
	.abbrev = 2,
	.class = CLASS('D'),
	.run = cmd_drain,
	.syntax = "DRain {raddr|ALL}",
	.help = "A real card reader, punch or printer stops after the file "
		"that it is at, until START.");
