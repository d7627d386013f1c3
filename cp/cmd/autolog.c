/* SPDX-License-Identifier: MIT
 *
 * cmd/autolog.c - XAUTOLOG: log a user on with no terminal.
 */
#include <errno.h>

#include "command.h"
#include "logon.h"
#include "name.h"
#include "vmblok.h"

static int
cmd_xautolog(struct request *rq)
{
	const char *who = request_word(rq, 1);
	struct vm_name name;
	struct vmblok *vm;

	if (name_parse(who, &name) < 0)
		return reply_error(rq, 20);
	if (rq->words > 2)
		return reply_error(rq, 2, request_word(rq, 2));
	vm = vmblok_find(rq->cp, name);
	if (vm != NULL)
		return reply_error(rq, 54, vmblok_where(vm).s);
	if (logon_auto(rq->cp, name, false) == 0)
		return 0;
	return errno == ENOENT ? reply_error(rq, 53, who) :
				 reply_error(rq, 52);
}

CP_COMMAND(xautolog,
	.name = "XAUTOLOG",
	.abbrev = 5,
	.class = CLASS('A') | CLASS('B'),
	.run = cmd_xautolog,
	.syntax = "XAUTOlog userid",
	.help = "Log a user on, disconnected, and IPL what his directory entry "
		"says.");
