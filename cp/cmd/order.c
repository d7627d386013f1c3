/* SPDX-License-Identifier: MIT
 *
 * cmd/order.c - ORDER: which files of a queue come first.
 */
#include "command.h"
#include "spooljob.h"

/* The first that was named is to be first: it is moved last. */
static const struct spooljob_verb order_verb = {
	.op = ASK_ORDER,
	.command = "ORDER",
	.past = "ORDERED",
	.backwards = true,
	.brief = true,
	.end = spooljob_counted,
};

static int
order_words(struct request *rq, struct spoolfile_which *which)
{
	int rc = spoolfile_words(rq, false, which);

	if (rc == 0 && which->npicks == 0)
		return reply_error(rq, 27);
	return rc;
}

static int
cmd_order(struct request *rq)
{
	struct spooljob *job = spooljob_new(rq, &order_verb);
	int rc;

	if (job == NULL)
		return 183;
	rc = order_words(rq, &job->which);
	return rc != 0 ? rc : spooljob_go(rq);
}

CP_COMMAND(order,
	.name = "ORDER",
	.abbrev = 3,
	.class = CLASS('D') | CLASS('G'),
	.run = cmd_order,
	.syntax = "ORDer [*|userid|SYStem] {Reader|Printer|PUnch} "
		  "{CLass c|FOrm f|HOld|spoolid} ...",
	.help = "Put files at the head of their queue, in the order in which "
		"you name them. Class D: those of another user, or of all.");
