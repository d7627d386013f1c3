/* SPDX-License-Identifier: MIT
 *
 * cmd/query_ur.c - QUERY UR and QUERY raddr: real readers, punches, printers.
 */
#include "command.h"
#include "hexloc.h"
#include "query.h"
#include "unitcmd.h"

static void
query_ur_line(struct request *rq, const struct unit *unit)
{
	char line[192];

	unit_print(unit, line, sizeof line);
	reply_text(rq, line);
}

bool
query_real_device(struct request *rq, unsigned i)
{
	struct unit *unit;

	if ((rq->classes & (CLASS('B') | CLASS('D'))) == 0)
		return false;
	unit = unit_find(rq->cp, hexloc_vdev(request_word(rq, i)));
	if (unit != NULL)
		query_ur_line(rq, unit);
	return unit != NULL;
}

static int
query_ur(struct request *rq)
{
	const char *word = request_word(rq, 2);
	struct unit *unit = NULL;

	if (rq->words > 3)
		return reply_error(rq, 2, request_word(rq, 3));
	if (rq->words == 3 && !request_is(rq, 2, "ALL", 3)) {
		if (hexloc_vdev(word) == VDEV_NONE)
			return reply_error(rq, 21);
		return query_real_device(rq, 2) ? 0 :
		    reply_error(rq, 40, word);
	}
	if (unit_next(rq->cp, NULL) == NULL)
		reply_line(rq, "NO REAL UNIT RECORD DEVICES");
	while ((unit = unit_next(rq->cp, unit)) != NULL)
		query_ur_line(rq, unit);
	return 0;
}

CP_QUERY(ur, .name = "UR", .abbrev = 2, .class = CLASS('B') | CLASS('D'),
	.run = query_ur, .syntax = "UR [ALL|raddr]",
	.help = "The real card readers, punches and printers, and what each is "
		"at.");
