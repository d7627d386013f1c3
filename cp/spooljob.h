/* SPDX-License-Identifier: MIT
 *
 * spooljob.h - a command's order to vmspool, about the files that it means.
 *
 * It is carried out slice by slice, so that neither vmspool nor a console
 * stands still for it; attention ends it between two.
 */
#ifndef VM370_CP_SPOOLJOB_H
#define VM370_CP_SPOOLJOB_H

#include "spoolfile.h"

struct spooljob;

/* What is done to files: ASK_PURGE, "PURGE", "PURGED". */
struct spooljob_verb {
	enum ipc_ur_op op;
	const char *command, *past;
	bool backwards; /* what is named last is done first */
	bool brief;	/* its count has four digits */
	/* Show a file; may be NULL. */
	void (*row)(struct request *rq, const struct ipc_ur_row *row);
	/* All is done, count of them; say so. */
	void (*end)(struct request *rq, const struct spooljob *job);
};

struct spooljob {
	const struct spooljob_verb *verb;
	struct spoolfile_which which;
	struct ipc_ur_ask ask; /* what to change, whose it will be */
	bool expanded, headed; /* QUERY */
	bool asked;	       /* vmspool was there to hear the last order */
	unsigned done;	       /* of which.pick */
	uint64_t count, busy;
	int rc;
};

/* A job to fill in; rq->data is it.  NULL: the message was given. */
struct spooljob *spooljob_new(struct request *rq,
    const struct spooljob_verb *verb);

/* Do it.  The request ends with what became of it; CMD_PENDING. */
int spooljob_go(struct request *rq);

/* "0000003 FILES PURGED", and to whom they are not his own. */
void spooljob_counted(struct request *rq, const struct spooljob *job);

#endif
