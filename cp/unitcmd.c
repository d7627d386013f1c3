/* SPDX-License-Identifier: MIT
 *
 * unitcmd.c - orders to units, and their answers counted.
 */
#include "unitcmd.h"

#include <stdlib.h>

#include "hexloc.h"

/* A command's orders that are under way. */
struct unitcmd {
	struct request *rq;
	struct unit *one; /* or NULL: all */
	bool show;
	unsigned waits;
	int rc;
};

int
unitcmd_raddr(struct request *rq, struct unit **unit)
{
	const char *word = request_word(rq, 1);
	vdev_t raddr = hexloc_vdev(word);

	if (raddr == VDEV_NONE)
		return reply_error(rq, 21);
	*unit = unit_find(rq->cp, raddr);
	return *unit != NULL ? 0 : reply_error(rq, 40, word);
}

bool
unitcmd_number(const char *word, uint32_t *n)
{
	char *end;
	unsigned long v = strtoul(word, &end, 10);

	if (word[0] < '0' || word[0] > '9' || *end != '\0' || v < 1 || v > 255)
		return false;
	*n = (uint32_t)v;
	return true;
}

static void
unitcmd_show(struct request *rq, const struct unit *unit)
{
	char line[192];

	unit_print(unit, line, sizeof line);
	reply_text(rq, line);
}

static void
unitcmd_answer(struct unitcmd *cmd)
{
	struct request *rq = cmd->rq;
	struct unit *unit = cmd->one;

	int rc = 0;

	if (unit == NULL) /* of all, each says how it fares */
		while ((unit = unit_next(rq->cp, unit)) != NULL)
			unitcmd_show(rq, unit);
	else if (cmd->rc != 0)
		rc = reply_error(rq, cmd->rc, unit_name(unit).s,
		    unit_why(unit));
	else if (cmd->show)
		unitcmd_show(rq, unit);
	request_end(rq, rc);
	free(cmd);
}

static void
unitcmd_done(int rc, void *arg)
{
	struct unitcmd *cmd = arg;

	if (rc != 0)
		cmd->rc = rc;
	if (--cmd->waits == 0)
		unitcmd_answer(cmd);
}

int
unitcmd_order(struct request *rq, struct unit *unit,
    const struct ipc_unit_order *order, bool show)
{
	struct unitcmd *cmd = calloc(1, sizeof *cmd);
	struct unit *each = unit;

	if (cmd == NULL)
		return reply_error(rq, 183, "THE ORDER", "OUT OF MEMORY");
	*cmd = (struct unitcmd){ .rq = rq, .one = unit, .show = show,
		.waits = 1 };
	if (each == NULL)
		each = unit_next(rq->cp, NULL);
	while (each != NULL) {
		cmd->waits++;
		unit_order(each, order, unitcmd_done, cmd);
		each = unit != NULL ? NULL : unit_next(rq->cp, each);
	}
	unitcmd_done(0, cmd);
	return CMD_PENDING;
}
