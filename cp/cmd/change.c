/* SPDX-License-Identifier: MIT
 *
 * cmd/change.c - CHANGE: what spool files are, after they were closed.
 *
 * All words are checked before anything is changed.
 */
#include "command.h"
#include "spooljob.h"

static const struct spooljob_verb change_verb = {
	.op = ASK_CHANGE,
	.command = "CHANGE",
	.past = "CHANGED",
	.end = spooljob_counted,
};

/*
 * An operand at word *i, its name, whose own words follow.  0, or the number
 * of a message that was given.
 */
typedef int change_fn(struct request *rq, unsigned *i, struct ipc_ur_ask *ask);

static int
change_class(struct request *rq, unsigned *i, struct ipc_ur_ask *ask)
{
	return spoolfile_class(request_word(rq, ++*i), &ask->attr.class) ?
	    0 : reply_error(rq, 28);
}

/* COPY 3, or as it was once written, COPY * 3. */
static int
change_copies(struct request *rq, unsigned *i, struct ipc_ur_ask *ask)
{
	*i += request_is(rq, *i + 1, "*", 1);
	return spoolfile_copies(request_word(rq, ++*i), &ask->attr.copies) ?
	    0 : reply_error(rq, 30);
}

static int
change_dist(struct request *rq, unsigned *i, struct ipc_ur_ask *ask)
{
	return spoolfile_text(request_word(rq, ++*i), ask->attr.dist,
	    sizeof ask->attr.dist) ? 0 : reply_error(rq, 32);
}

static int
change_form(struct request *rq, unsigned *i, struct ipc_ur_ask *ask)
{
	return spoolfile_text(request_word(rq, ++*i), ask->attr.form,
	    sizeof ask->attr.form) ? 0 : reply_error(rq, 26);
}

/* The last operand: what follows is the name. */
static int
change_name(struct request *rq, unsigned *i, struct ipc_ur_ask *ask)
{
	if (!spoolfile_name(rq, *i + 1, &ask->attr))
		return reply_error(rq, 29);
	*i = rq->words - 1;
	return 0;
}

static int
change_keep(struct request *rq, unsigned *i, struct ipc_ur_ask *ask)
{
	ask->attr.keep = request_is(rq, *i, "KEEP", 4);
	return 0;
}

static int
change_hold(struct request *rq, unsigned *i, struct ipc_ur_ask *ask)
{
	if (request_is(rq, *i, "HOLD", 2))
		ask->attr.hold = SPOOL_HOLD_USER;
	ask->hold_mask = SPOOL_HOLD_USER;
	return 0;
}

/* SYS HOLD, SYS NOHOLD: the operator's, whatever its owner says. */
static int
change_system(struct request *rq, unsigned *i, struct ipc_ur_ask *ask)
{
	bool hold = request_is(rq, ++*i, "HOLD", 2);

	if (!hold && !request_is(rq, *i, "NOHOLD", 3))
		return reply_error(rq, 26);
	if (hold)
		ask->attr.hold = SPOOL_HOLD_SYSTEM;
	ask->hold_mask = SPOOL_HOLD_SYSTEM;
	return 0;
}

static const struct change_operand {
	const char *name;
	size_t abbrev;
	unsigned class; /* CLASS_ANY */
	uint32_t change;
	change_fn *run;
} change_operands[] = {
	{ "CLASS", 2, CLASS_ANY, CHANGE_CLASS, change_class },
	{ "COPY", 2, CLASS_ANY, CHANGE_COPIES, change_copies },
	{ "DIST", 2, CLASS_ANY, CHANGE_DIST, change_dist },
	{ "FORM", 2, CLASS_ANY, CHANGE_FORM, change_form },
	{ "HOLD", 2, CLASS_ANY, CHANGE_HOLD, change_hold },
	{ "KEEP", 4, CLASS_ANY, CHANGE_KEEP, change_keep },
	{ "NAME", 2, CLASS_ANY, CHANGE_NAME, change_name },
	{ "NOHOLD", 3, CLASS_ANY, CHANGE_HOLD, change_hold },
	{ "NOKEEP", 6, CLASS_ANY, CHANGE_KEEP, change_keep },
	{ "SYS", 3, CLASS('D'), CHANGE_HOLD, change_system },
};

static const struct change_operand *
change_operand(const struct request *rq, unsigned i)
{
	const struct change_operand *o = change_operands, *end = o +
	    sizeof change_operands / sizeof change_operands[0];

	for (; o < end; o++)
		if ((o->class == CLASS_ANY || (o->class & rq->classes) != 0) &&
		    request_is(rq, i, o->name, o->abbrev))
			return o;
	return NULL;
}

static int
change_to(struct request *rq, unsigned i, struct ipc_ur_ask *ask)
{
	const struct change_operand *o;
	int rc;

	if (i == rq->words)
		return reply_error(rq, 26);
	for (; i < rq->words; i++) {
		o = change_operand(rq, i);
		if (o == NULL)
			return reply_error(rq, 2, request_word(rq, i));
		if ((ask->change & o->change) != 0)
			return reply_error(rq, 13, request_word(rq, i));
		ask->change |= o->change;
		rc = o->run(rq, &i, ask);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
change_words(struct request *rq, struct spooljob *job)
{
	struct spoolfile_which *which = &job->which;
	unsigned i = 1;
	int rc = spoolfile_owner(rq, &i, which);

	if (rc == 0)
		rc = spoolfile_queued(rq, &i, false, which);
	if (rc == 0)
		rc = spoolfile_picks(rq, &i, true, which);
	if (rc != 0)
		return rc;
	if (which->npicks == 0)
		return i == rq->words ? reply_error(rq, 27) :
		    reply_error(rq, 8, request_word(rq, i));
	return change_to(rq, i, &job->ask);
}

static int
cmd_change(struct request *rq)
{
	struct spooljob *job = spooljob_new(rq, &change_verb);
	int rc;

	if (job == NULL)
		return 183;
	rc = change_words(rq, job);
	return rc != 0 ? rc : spooljob_go(rq);
}

CP_COMMAND(change,
	.name = "CHANGE",
	.abbrev = 2,
	.class = CLASS('D') | CLASS('G'),
	.run = cmd_change,
	.syntax = "CHange [*|userid|SYStem] {Reader|Printer|PUnch} "
		  "{ALL|CLass c|FOrm f|HOld|spoolid ...} operand ...",
	.help = "Change what spool files are. Operands: CLass c, COpy n, DIst "
		"code, FOrm f, HOld or NOHold, KEEP or NOKEEP, and as the last "
		"one NAme fn ft or NAme dsname. Class D: those of another "
		"user, or of all; SYS HOLD and SYS NOHOLD, a hold that only "
		"class D ends.");
