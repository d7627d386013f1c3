/* SPDX-License-Identifier: MIT
 *
 * cmd/system.c - SYSTEM: the reset, clear and restart keys.
 */
#include <string.h>

#include "command.h"
#include "guest.h"
#include "vmblok.h"

static void
system_reset(struct request *rq, enum ipc_vm_reset how)
{
	/* First: who asks is perhaps the machine itself. */
	reply_line(rq, how == RESET_CLEAR ?
	    "STORAGE CLEARED - SYSTEM RESET" : "SYSTEM RESET");
	guest_reset(rq->vm, how);
	rq->vm->cp_read = true;
	vmblok_changed(rq->vm);
}

/* Start again where the IPL record in location 0 says. */
static void
system_restart(struct request *rq, const void *payload)
{
	const struct ipc_vm_data *data = payload;
	struct ipl_record record;
	uint64_t entry;

	if (data == NULL || data->rc != 0 || rq->vm == NULL) {
		request_end(rq, 0); /* its user knows already */
		return;
	}
	memcpy(&record, data->text, sizeof record);
	entry = record.entry;
	guest_reset(rq->vm, RESET_SYSTEM);
	guest_begin(rq->vm, &entry);
	request_end(rq, 0);
}

static int
cmd_system(struct request *rq)
{
	bool clear = request_is(rq, 1, "CLEAR", 5);
	const char *why;

	if (!clear && !request_is(rq, 1, "RESET", 5) &&
	    !request_is(rq, 1, "RESTART", 7))
		return reply_error(rq, 26);
	if (rq->words > 2)
		return reply_error(rq, 2, request_word(rq, 2));
	if (guest_need(rq->vm, &why) == NULL)
		return reply_error(rq, 460, why);
	if (request_is(rq, 1, "RESTART", 7)) {
		if (guestask_read_storage(rq->vm, 0, sizeof(struct ipl_record),
		    rq, system_restart) < 0)
			return reply_error(rq, 183, "SYSTEM",
			    "TOO MUCH AT ONCE");
		return CMD_PENDING;
	}
	system_reset(rq, clear ? RESET_CLEAR : RESET_SYSTEM);
	return 0;
}

CP_COMMAND(system,
	.name = "SYSTEM",
	.abbrev = 3,
	.machine = true,
	.run = cmd_system,
	.syntax = "SYStem {CLEAR|RESET|RESTART}",
	.help = "Reset the virtual machine; CLEAR zeroes its storage too, "
		"RESTART starts it again as it was loaded.");
