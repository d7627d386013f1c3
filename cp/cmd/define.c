/* SPDX-License-Identifier: MIT
 *
 * cmd/define.c - DEFINE STORAGE: another size of storage, empty.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "guest.h"
#include "vmblok.h"

/* "512K", "16M", "2G"; 0 when it is none of these. */
static uint64_t
define_size(const char *word)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);
	uint64_t unit = *end == 'K' ? 1u << 10 :
	    *end == 'M'		    ? 1u << 20 :
	    *end == 'G'		    ? 1u << 30 :
				      0;

	if (end == word || unit == 0 || end[1] != '\0' || n > UINT32_MAX)
		return 0;
	return n * unit;
}

static int
cmd_define(struct request *rq)
{
	uint64_t max = rq->vm->user->storage_max, size;
	char text[32];

	if (!request_is(rq, 1, "STORAGE", 4))
		return reply_error(rq, 26);
	size = define_size(request_word(rq, 2));
	if (size < MACHINE_STORAGE_MIN || size % MACHINE_STORAGE_UNIT != 0 ||
	    rq->words > 3)
		return reply_error(rq, 25);
	if (size > max) {
		snprintf(text, sizeof text, "%" PRIu64 "K", max >> 10);
		return reply_error(rq, 94, text);
	}
	/* First: who asks is perhaps the machine itself. */
	reply_line(rq, "STORAGE = %" PRIu64 "K", size >> 10);
	reply_line(rq, "STORAGE CLEARED - SYSTEM RESET");
	guest_kill(rq->vm);
	rq->vm->storage = size;
	rq->vm->cp_read = true;
	vmblok_changed(rq->vm);
	return 0;
}

CP_COMMAND(define,
	.name = "DEFINE",
	.abbrev = 3,
	.machine = true,
	.run = cmd_define,
	.syntax = "DEFine STORage nnnn{K|M|G}",
	.help = "Change the size of storage, which is cleared; the directory "
		"sets the maximum.");
