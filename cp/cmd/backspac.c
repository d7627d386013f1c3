/* SPDX-License-Identifier: MIT
 *
 * cmd/backspac.c - BACKSPAC: a real printer prints pages, a punch cards, again.
 */
#include "command.h"
#include "unitcmd.h"

static int
cmd_backspac(struct request *rq)
{
	struct ipc_unit_order order = { .op = UNIT_BACKSPACE, .count = 1 };
	struct unit *unit;
	int rc = unitcmd_raddr(rq, &unit);

	if (rc != 0)
		return rc;
	if (rq->words > 3)
		return reply_error(rq, 2, request_word(rq, 3));
	if (request_is(rq, 2, "EOF", 3) && rq->words == 3)
		order.count = 0;
	else if (rq->words == 3 &&
	    !unitcmd_number(request_word(rq, 2), &order.count))
		return reply_error(rq, 3, request_word(rq, 2));
	return unitcmd_order(rq, unit, &order, false);
}

CP_COMMAND(backspac,
	.name = "BACKSPAC",
	.abbrev = 2,
	.class = CLASS('D'),
	.run = cmd_backspac,
	.syntax = "BAckspac raddr [n|EOF]",
	.help = "A real printer goes back n pages, a punch n cards, and goes "
		"on from there; default 1, EOF: to the beginning of the file.");
