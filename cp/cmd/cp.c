/* SPDX-License-Identifier: MIT
 *
 * cmd/cp.c - CP: into CP mode.  "CP command" is taken apart before any row is
 * looked up, so only the word alone comes here.
 */
#include "command.h"
#include "vmblok.h"

static int
cmd_cp(struct request *rq)
{
	if (rq->vm != NULL)
		vmblok_attention(rq->vm);
	return 0;
}

CP_COMMAND(cp,
	.name = "CP",
	.abbrev = 2,
	.run = cmd_cp,
	.syntax = "CP [command]",
	.help = "Execute a CP command; alone, stop the virtual machine and "
		"read CP commands. #CP does the same at any time.");
