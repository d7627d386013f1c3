/* SPDX-License-Identifier: MIT
 *
 * cmd/backspac.c - BACKSPAC: a real printer prints pages, a punch cards, again.
 */
#include "command.h"
#include "unitcmd.h"

/* n, EOF, or n EOF.  0, or the number of the message that was given. */
static int
backspac_operands(struct request *rq, struct ipc_unit_order *order)
{
	unsigned i = 2;

	if (unitcmd_number(request_word(rq, i), &order->count))
		i++;
	if (i < rq->words && request_is(rq, i, "EOF", 3)) {
		order->op = UNIT_BACKSPACE_END;
		i++;
	}
	if (i == 2 && i < rq->words)
		return reply_error(rq, 3, request_word(rq, i));
	return i < rq->words ? reply_error(rq, 2, request_word(rq, i)) : 0;
}

static int
cmd_backspac(struct request *rq)
{
	struct ipc_unit_order order = { .op = UNIT_BACKSPACE };
	struct unit *unit;
	int rc = unitcmd_raddr(rq, &unit);

	if (rc != 0)
		return rc;
	if (rq->words == 3 && request_is(rq, 2, "FILE", 1))
		order.count = UINT32_MAX;
	else if ((rc = backspac_operands(rq, &order)) != 0)
		return rc;
	else if (rq->words == 2 && unit_config(unit)->type == DEVICE_PUNCH)
		order.count = UINT32_MAX; /* cards have no pages */
	return unitcmd_order(rq, unit, &order, false);
}

CP_COMMAND(backspac,
	.name = "BACKSPAC",
	.abbrev = 2,
	.class = CLASS('D'),
	.run = cmd_backspac,
	.syntax = "BAckspac raddr [File|n [EOF]|EOF]",
	.help = "A real printer goes back to the top of the page that it is "
		"at, or n pages, and on from there; a punch to the beginning, "
		"or n cards.  File: to the beginning; EOF: to the last n, and "
		"the rest before them is left out.");
