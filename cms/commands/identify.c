/* SPDX-License-Identifier: MIT
 *
 * identify.c - IDENTIFY: who and where this is, and when.
 */
#include "clock.h"
#include "commands.h"
#include "console.h"
#include "hyper.h"

#define RC_NO_CP 24

static int
identify_run(const struct command_line *line)
{
	struct diag_time now;
	struct diag_id id;

	if (line->words > 1)
		return command_invalid(line, 1);
	if (hyper_id(&id) == -1) {
		console_line("DMSIDE105E CP DOES NOT ANSWER");
		return RC_NO_CP;
	}
	clock_read(&now);
	console_line("%.*s AT %.*s VIA *        %.*s/%.*s %.*s %-8.*s %s",
	    (int)sizeof id.user, id.user, (int)sizeof id.node, id.node, 5,
	    now.date, 2, now.date[0] != '\0' ? now.date + 8 : "",
	    (int)sizeof now.time, now.time, (int)sizeof now.zone, now.zone,
	    clock_weekday(&now));
	return 0;
}

const struct command command_identify = {
	.name = "IDENTIFY",
	.abbrev = 2,
	.code = "IDE",
	.run = identify_run,
};
