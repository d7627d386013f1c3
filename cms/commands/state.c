/* SPDX-License-Identifier: MIT
 *
 * state.c - STATE, STATEW: is there such a file?
 */
#include "commands.h"
#include "operand.h"

/* A "*" is any name: the first file that fits. */
static int
state_search(const struct command_line *line, const struct operand_pattern *p,
    int writable)
{
	struct operand_cursor c = { 0 };
	int rc;

	do
		rc = operand_next(p, &c);
	while (rc == 1 && writable && c.disk->read_only);
	if (rc == 1)
		return 0;
	if (rc < 0)
		return operand_error(line, rc, p->mode, "*");
	return operand_not_found(line, p);
}

static int
state_files(const struct command_line *line, int writable)
{
	struct operand_pattern p;
	int rc;

	if (line->operands < 3)
		return operand_incomplete(line);
	rc = operand_pattern(line, 1, &p);
	p.extensions = 1;
	if (rc == 0 && line->words > 4)
		rc = command_invalid(line, 4);
	if (rc == 0)
		rc = operand_disk(line, p.mode);
	return rc != 0 ? rc : state_search(line, &p, writable);
}

static int
state_run(const struct command_line *line)
{
	return state_files(line, 0);
}

static int
statew_run(const struct command_line *line)
{
	return state_files(line, 1);
}

const struct command command_state = {
	.name = "STATE",
	.abbrev = 5,
	.code = "STT",
	.run = state_run,
};

const struct command command_statew = {
	.name = "STATEW",
	.abbrev = 6,
	.code = "STT",
	.run = statew_run,
};
