/* SPDX-License-Identifier: MIT
 *
 * cmd/start.c - START: a real reader, punch or printer works.
 */
#include <string.h>

#include "command.h"
#include "unitcmd.h"

/* CLASS cccc, or the classes alone.  False: the word is none. */
static bool
start_classes(struct request *rq, unsigned i, const struct unit *unit,
    char classes[UR_CLASSES])
{
	bool reader = unit_config(unit)->type == DEVICE_READER;
	const char *word = request_word(rq, i);
	size_t n = strlen(word);

	if (n < 1 || n > (reader ? 1 : UR_CLASSES))
		return false;
	if (reader || strcmp(word, "*") != 0)
		for (size_t k = 0; k < n; k++)
			if (!((word[k] >= 'A' && word[k] <= 'Z') ||
			    (word[k] >= '0' && word[k] <= '9')) ||
			    strchr(word + k + 1, word[k]) != NULL)
				return false;
	memcpy(classes, word, n);
	return true;
}

static int
cmd_start(struct request *rq)
{
	struct ipc_unit_order order = { .op = UNIT_START };
	struct unit *unit = NULL;
	unsigned i = 2;
	int rc;

	if (request_is(rq, 1, "ALL", 3)) {
		if (rq->words > 2)
			return reply_error(rq, 2, request_word(rq, 2));
		return unitcmd_order(rq, NULL, &order, true);
	}
	if ((rc = unitcmd_raddr(rq, &unit)) != 0)
		return rc;
	if (rq->words > i && request_is(rq, i, "CLASS", 2))
		i++;
	if (rq->words > 2 && !start_classes(rq, i++, unit, order.classes))
		return reply_error(rq, 28);
	if (rq->words > i)
		return reply_error(rq, 2, request_word(rq, i));
	return unitcmd_order(rq, unit, &order, true);
}

CP_COMMAND(start,
	.name = "START",
	.abbrev = 3,
	.class = CLASS('D'),
	.run = cmd_start,
	.syntax = "STArt {raddr [[CLass] cccc]|ALL}",
	.help = "A real card reader, punch or printer works: on files of these "
		"classes, if any are given; a reader gives decks without a "
		"class this one.");
