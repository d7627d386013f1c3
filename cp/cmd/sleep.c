/* SPDX-License-Identifier: MIT
 *
 * cmd/sleep.c - SLEEP: do nothing for a while, or until attention.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"

#define SLEEP_MS_MAX (24u * 3600 * 1000)

static void
sleep_over(struct request *rq)
{
	request_end(rq, 0);
}

static unsigned long
sleep_unit(struct request *rq, unsigned i)
{
	if (i >= rq->words || request_is(rq, i, "MIN", 3))
		return 60000;
	if (request_is(rq, i, "SEC", 3))
		return 1000;
	return request_is(rq, i, "HRS", 3) ? 3600000 : 0;
}

static int
cmd_sleep(struct request *rq)
{
	unsigned long n, unit = sleep_unit(rq, 2);
	const char *word = request_word(rq, 1);

	if (rq->words == 1) {
		request_after(rq, SLEEP_MS_MAX, sleep_over);
		return CMD_PENDING;
	}
	if (strspn(word, "0123456789") != strlen(word) || strlen(word) > 6)
		return reply_error(rq, 2, word);
	n = strtoul(word, NULL, 10);
	if (unit == 0 || rq->words > 3)
		return reply_error(rq, 2, request_word(rq, 2));
	if (n > SLEEP_MS_MAX / unit)
		return reply_error(rq, 2, word);
	request_after(rq, (unsigned)(n * unit), sleep_over);
	return CMD_PENDING;
}

CP_COMMAND(sleep,
	.name = "SLEEP",
	.abbrev = 2,
	.run = cmd_sleep,
	.syntax = "SLeep [n [SEC|MIN|HRS]]",
	.help = "Take no commands for a while; attention (PA1, BREAK) ends "
		"it.");
