/* SPDX-License-Identifier: MIT
 *
 * cmd/space.c - SPACE: the file that is printed has no carriage control.
 */
#include "command.h"
#include "unitcmd.h"

static int
cmd_space(struct request *rq)
{
	const struct ipc_unit_order order = { .op = UNIT_SPACE };
	struct unit *unit;
	int rc = unitcmd_raddr(rq, &unit);

	if (rc != 0)
		return rc;
	if (rq->words > 2)
		return reply_error(rq, 2, request_word(rq, 2));
	return unitcmd_order(rq, unit, &order, false);
}

CP_COMMAND(space,
	.name = "SPACE",
	.abbrev = 3,
	.class = CLASS('D'),
	.run = cmd_space,
	.syntax = "SPAce raddr",
	.help = "From here on a real printer prints the lines of the file that "
		"it is at one below the other, whatever they ask for.");
