/* SPDX-License-Identifier: MIT
 *
 * cmd/purge.c - PURGE: files of CP's are no longer to be had.
 */
#include <errno.h>
#include <string.h>

#include "command.h"
#include "name.h"
#include "nss.h"

/* PURGE NSS NAME name. */
static int
purge_nss(struct request *rq)
{
	const char *word = request_word(rq, 3);
	struct vm_name name;
	int users;

	if (!request_is(rq, 2, "NAME", 4) || *word == '\0')
		return reply_error(rq, 26);
	if (!nss_name(word, &name))
		return reply_error(rq, 2, word);
	if (rq->words > 4)
		return reply_error(rq, 2, request_word(rq, 4));
	users = nss_purge(rq->cp, name);
	if (users < 0 && errno != ENOENT)
		return reply_error(rq, 183, "PURGE", strerror(errno));
	reply_line(rq, "%s %s", users < 0 ? "NO FILES" : "0001 FILE",
	    users > 0 ? "PENDING PURGE" : "PURGED");
	return 0;
}

static const struct purge_operand {
	const char *name;
	size_t abbrev;
	unsigned class;
	int (*run)(struct request *rq);
} purge_operands[] = {
	{ "NSS", 3, CLASS('E'), purge_nss },
};

static int
cmd_purge(struct request *rq)
{
	for (size_t i = 0; i < sizeof purge_operands /
	    sizeof purge_operands[0]; i++) {
		const struct purge_operand *o = &purge_operands[i];

		if ((o->class & rq->classes) != 0 &&
		    request_is(rq, 1, o->name, o->abbrev))
			return o->run(rq);
	}
	return reply_error(rq, 26);
}

CP_COMMAND(purge,
	.name = "PURGE",
	.abbrev = 3,
	.class = CLASS('E'),
	.run = cmd_purge,
	.syntax = "PURge NSS NAME name",
	.help = "Purge a saved system. Who runs it goes on; its name is gone.");
