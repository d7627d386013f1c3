/* SPDX-License-Identifier: MIT
 *
 * cmd/force.c - FORCE: log another user off.
 */
#include "command.h"
#include "name.h"
#include "vmblok.h"

static int
cmd_force(struct request *rq)
{
	const char *who = request_word(rq, 1);
	struct vm_name name;
	struct vmblok *vm;

	if (name_parse(who, &name) < 0)
		return reply_error(rq, 20);
	if (rq->words > 2)
		return reply_error(rq, 2, request_word(rq, 2));
	vm = vmblok_find(rq->cp, name);
	if (vm == NULL)
		return reply_error(rq, 45, who);
	vmblok_end_later(vm, END_FORCED);
	return 0;
}

CP_COMMAND(force,
	.name = "FORCE",
	.abbrev = 5,
	.class = CLASS('A'),
	.run = cmd_force,
	.syntax = "FORCE userid",
	.help = "Log a user off.");
