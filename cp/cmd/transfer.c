/* SPDX-License-Identifier: MIT
 *
 * cmd/transfer.c - TRANSFER: spool files go to another user's queue, or come
 * back from it.
 *
 * Who gets one is told by vmspool's SPOOL_ARRIVED, as for any file.
 */
#include <string.h>

#include "command.h"
#include "directory.h"
#include "name.h"
#include "spooljob.h"
#include "spoolnews.h"
#include "vmblok.h"

/* As the receiver reads it: RDR FILE 0003 SENT TO GUEST1   RDR AS 0005 ... */
static void
transfer_row(struct request *rq, const struct ipc_ur_row *row)
{
	const struct spooljob *job = rq->data;
	const struct spool_file *f = &row->file;

	if ((rq->vm != NULL && !rq->vm->set.imsg) ||
	    (name_equal(f->owner.user, rq->user) && f->queue == SPOOL_RDR))
		return; /* of what comes to himself he hears already */
	reply_line(rq, "%s FILE %04u SENT TO %-8s %s AS %04u RECS %s "
	    "CPY  %03u %c %s %s", spoolfile_queue_text(job->which.queue),
	    row->was, name_text(f->owner.user).s,
	    spoolfile_queue_text(f->queue), f->spoolid,
	    spoolnews_count(f->records).s, f->attr.copies, f->attr.class,
	    f->attr.hold ? "HOLD" : "NOHOLD",
	    f->attr.keep ? "KEEP" : "NOKEEP");
}

static const struct spooljob_verb transfer_verb = {
	.op = ASK_TRANSFER,
	.command = "TRANSFER",
	.past = "TRANSFERRED",
	.row = transfer_row,
	.end = spooljob_counted,
};

/* A userid in the directory; "*" is the asker's. */
static int
transfer_user(struct request *rq, unsigned i, struct vm_name *user)
{
	const char *word = request_word(rq, i);

	if (*word == '\0')
		return reply_error(rq, 20);
	if (strcmp(word, "*") == 0) {
		*user = rq->user;
		return 0;
	}
	if (name_parse(word, user) < 0)
		return reply_error(rq, 7, word);
	if (directory_find(rq->cp->dir->dir, *user) == NULL)
		return reply_error(rq, 53, word);
	return 0;
}

/* TO userid [queue]: mine, or (class D) whose it was said. */
static int
transfer_to(struct request *rq, unsigned *i, struct spooljob *job)
{
	int queue, rc;

	*i += request_is(rq, *i, "TO", 1);
	rc = transfer_user(rq, (*i)++, &job->ask.to.user);
	if (rc != 0)
		return rc;
	queue = spoolfile_queue(rq, *i);
	*i += queue >= 0;
	job->ask.to_queue = queue >= 0 ? (uint8_t)queue : SPOOL_RDR;
	return 0;
}

/* FROM userid, FROM ALL: what I wrote comes back to my queue. */
static int
transfer_from(struct request *rq, unsigned *i, struct spooljob *job)
{
	struct spoolfile_which *w = &job->which;

	(*i)++;
	if (!name_equal(w->owner, rq->user) || w->system)
		return reply_error(rq, 13, request_word(rq, *i - 1));
	w->origin = rq->user;
	job->ask.to.user = rq->user;
	job->ask.to_queue = w->queue;
	if (!request_is(rq, *i, "ALL", 3))
		return transfer_user(rq, (*i)++, &w->owner);
	(*i)++;
	w->system = true;
	for (unsigned p = 0; p < w->npicks; p++)
		if (w->pick[p].by == BY_ID)
			return reply_error(rq, 13, "ALL");
	return 0;
}

static int
transfer_words(struct request *rq, struct spooljob *job)
{
	struct spoolfile_which *w = &job->which;
	unsigned i = 1;
	int rc = spoolfile_owner(rq, &i, w);

	w->queue = SPOOL_RDR;
	if (rc == 0 && spoolfile_queue(rq, i) >= 0)
		rc = spoolfile_queued(rq, &i, false, w);
	if (rc == 0)
		rc = spoolfile_picks(rq, &i, false, w);
	if (rc != 0)
		return rc;
	if (w->npicks == 0)
		return i == rq->words ? reply_error(rq, 27) :
		    reply_error(rq, 8, request_word(rq, i));
	rc = request_is(rq, i, "FROM", 2) ? transfer_from(rq, &i, job) :
	    transfer_to(rq, &i, job);
	if (rc == 0 && i < rq->words)
		return reply_error(rq, 2, request_word(rq, i));
	return rc;
}

static int
cmd_transfer(struct request *rq)
{
	struct spooljob *job = spooljob_new(rq, &transfer_verb);
	int rc;

	if (job == NULL)
		return 183;
	job->ask.to.node = rq->cp->config->node;
	rc = transfer_words(rq, job);
	return rc != 0 ? rc : spooljob_go(rq);
}

CP_COMMAND(transfer,
	.name = "TRANSFER",
	.abbrev = 4,
	.class = CLASS('D') | CLASS('G'),
	.run = cmd_transfer,
	.syntax = "TRANsfer [*|userid|SYStem] [Reader|Printer|PUnch] "
		  "{ALL|CLass c|FOrm f|HOld|spoolid} ... {[To] userid "
		  "[Reader|Printer|PUnch]|FRom {userid|ALL}}",
	.help = "Move spool files to another user's reader, where they get "
		"numbers of his, or get back from him, or from all, what you "
		"wrote yourself. Without a queue they are a reader's. Class D: "
		"those of another user, or of all.");
