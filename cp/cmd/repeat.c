/* SPDX-License-Identifier: MIT
 *
 * cmd/repeat.c - REPEAT: more copies of the file that is printed or punched.
 */
#include "command.h"
#include "unitcmd.h"

static int
cmd_repeat(struct request *rq)
{
	struct ipc_unit_order order = { .op = UNIT_REPEAT, .count = 1 };
	struct unit *unit;
	int rc = unitcmd_raddr(rq, &unit);

	if (rc != 0)
		return rc;
	if (rq->words > 2 &&
	    !unitcmd_number(request_word(rq, 2), &order.count))
		return reply_error(rq, 30);
	if (rq->words > 3)
		return reply_error(rq, 2, request_word(rq, 3));
	return unitcmd_order(rq, unit, &order, false);
}

CP_COMMAND(repeat,
	.name = "REPEAT",
	.abbrev = 3,
	.class = CLASS('D'),
	.run = cmd_repeat,
	.syntax = "REPeat raddr [n]",
	.help = "A real punch or printer makes n more copies of the file that "
		"it is at; default 1.");
