/* SPDX-License-Identifier: MIT
 *
 * spooljob.c - spool files are shown, changed, ordered, purged, transferred:
 * asked of vmspool, which does it, and what became of it is said.
 */
#include "spooljob.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"
#include "session.h"
#include "spoolclient.h"
#include "vmblok.h"

static const char *
spooljob_why(int32_t rc)
{
	switch (rc) {
	case -ENOSPC:
		return "THE SPOOL'S DISK IS FULL";
	case -EDQUOT:
		return "THE LIMIT OF ITS OWNER IS REACHED";
	case -EMFILE:
		return "THE RECEIVER HAS ALL 9999 SPOOLIDS IN USE";
	default:
		return "THE SPOOL CANNOT BE READ OR WRITTEN";
	}
}

/* What became of one order is said; false: the next is worth no attempt. */
static bool
spooljob_failed(struct request *rq, struct spooljob *job, int32_t rc)
{
	char what[24];

	snprintf(what, sizeof what, "%04u", job->ask.spoolid);
	if (rc == -ENOENT) {
		job->rc = reply_error(rq, 42, what);
		return true;
	}
	if (rc == -EBUSY) {
		snprintf(what, sizeof what, "FILE %04u", job->ask.spoolid);
		job->rc = reply_error(rq, 424, what, job->verb->past);
		return true;
	}
	job->rc = reply_error(rq, 183, job->verb->command, spooljob_why(rc));
	return false;
}

/* "0000001 FILE ", "0000002 FILES", "NO FILES"; of ORDER "0001 FILE". */
static const char *
spooljob_count(char buf[40], uint64_t n, bool brief)
{
	if (n == 0)
		strcpy(buf, "NO FILES");
	else
		snprintf(buf, 40, "%0*" PRIu64 " FILE%s", brief ? 4 : 7, n,
		    n > 1 ? "S" : brief ? "" : " ");
	return buf;
}

static void
spooljob_end(struct request *rq)
{
	struct spooljob *job = rq->data;
	char what[40];

	if (job->busy > 0) {
		spooljob_count(what, job->busy, true);
		job->rc = reply_error(rq, 424, what, job->verb->past);
	}
	if (job->count > 0 || (job->rc == 0 && !rq->cancelled))
		job->verb->end(rq, job);
	request_end(rq, job->rc);
}

static void
spooljob_row(const struct ipc_ur_row *row, void *arg)
{
	struct request *rq = arg;
	struct spooljob *job = rq->data;

	if (job->verb->row != NULL)
		job->verb->row(rq, row);
}

/* What vmspool was asked before it ended it may have done. */
static void
spooljob_away(struct request *rq, struct spooljob *job)
{
	job->rc = reply_error(rq, 183, job->verb->command,
	    job->asked && job->verb->op != ASK_QUERY ?
	    "THE SPOOL ENDED; QUERY SHOWS WHAT WAS DONE" :
	    "THE SPOOL DOES NOT ANSWER");
	spooljob_end(rq);
}

static void spooljob_next(struct request *rq);

static void
spooljob_done(const struct ipc_ur_done *done, void *arg)
{
	struct request *rq = arg;
	struct spooljob *job = rq->data;
	bool more;

	if (done == NULL) {
		spooljob_away(rq, job);
		return;
	}
	more = done->more != 0 && done->cursor != job->ask.after;
	job->count += done->count;
	job->busy += job->ask.by == BY_ID ? 0 : done->busy;
	if (done->rc != 0 && !spooljob_failed(rq, job, done->rc)) {
		spooljob_end(rq);
		return;
	}
	job->ask.after = more ? done->cursor : 0;
	job->done += !more;
	request_when_room(rq, spooljob_next);
}

/* The next slice.  Attention ends it between two. */
static void
spooljob_next(struct request *rq)
{
	struct spooljob *job = rq->data;
	const struct spoolfile_which *w = &job->which;
	const struct spoolfile_pick *p;

	if (job->done == w->npicks || rq->cancelled) {
		spooljob_end(rq);
		return;
	}
	p = &w->pick[job->verb->backwards ? w->npicks - 1 - job->done :
	    job->done];
	job->ask.by = p->by;
	job->ask.hold = SPOOL_HOLD_USER | SPOOL_HOLD_SYSTEM;
	job->ask.spoolid = p->id;
	job->ask.class = p->class;
	memcpy(job->ask.form, p->form, sizeof p->form);
	job->asked = spoolclient_ready(rq->cp->spool);
	spoolclient_ask(rq->cp->spool, &job->ask, spooljob_row,
	    spooljob_done, rq);
}

struct spooljob *
spooljob_new(struct request *rq, const struct spooljob_verb *verb)
{
	struct spooljob *job = calloc(1, sizeof *job);

	if (job == NULL) {
		reply_error(rq, 183, verb->command, "NO STORAGE");
		return NULL;
	}
	job->verb = verb;
	job->which.owner = rq->user;
	rq->data = job;
	rq->data_free = free;
	return job;
}

int
spooljob_go(struct request *rq)
{
	struct spooljob *job = rq->data;
	const struct spoolfile_which *w = &job->which;

	job->ask.op = (uint8_t)job->verb->op;
	job->ask.queue = w->queue;
	job->ask.origin = w->origin;
	if (!w->system)
		job->ask.owner = (struct vm_user){ w->owner,
			rq->cp->config->node };
	spooljob_next(rq);
	return CMD_PENDING;
}

void
spooljob_counted(struct request *rq, const struct spooljob *job)
{
	struct vmblok *vm = vmblok_find(rq->cp, job->which.owner);
	char line[40];

	spooljob_count(line, job->count, job->verb->brief);
	reply_info(rq, "%s %s", line, job->verb->past);
	if (job->count > 0 && !job->which.system && vm != NULL &&
	    vm != rq->vm && vm->set.imsg)
		session_print(vm->session, ITEM_HIGH, "%s %s BY %s", line,
		    job->verb->past, name_text(rq->user).s);
}
