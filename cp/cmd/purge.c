/* SPDX-License-Identifier: MIT
 *
 * cmd/purge.c - PURGE: spool files, and saved systems, are no longer to be had.
 */
#include <errno.h>
#include <string.h>

#include "command.h"
#include "name.h"
#include "nss.h"
#include "spooljob.h"

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

static const struct spooljob_verb purge_verb = {
	.op = ASK_PURGE,
	.command = "PURGE",
	.past = "PURGED",
	.end = spooljob_counted,
};

/* PURGE ALL needs no more words: all of one's files in every queue. */
static int
purge_words(struct request *rq, struct spoolfile_which *which)
{
	int rc = spoolfile_words(rq, true, which);

	if (rc != 0)
		return rc;
	if (which->npicks == 0 && which->queue != 0)
		return reply_error(rq, 27);
	if (which->npicks == 0)
		which->pick[which->npicks++].by = BY_ALL;
	return 0;
}

static int
purge_files(struct request *rq)
{
	struct spooljob *job = spooljob_new(rq, &purge_verb);
	int rc;

	if (job == NULL)
		return 183;
	rc = purge_words(rq, &job->which);
	return rc != 0 ? rc : spooljob_go(rq);
}

static int
cmd_purge(struct request *rq)
{
	if ((rq->classes & CLASS('E')) != 0 && request_is(rq, 1, "NSS", 3))
		return purge_nss(rq);
	if ((rq->classes & (CLASS('D') | CLASS('G'))) == 0)
		return reply_error(rq, 26);
	return purge_files(rq);
}

CP_COMMAND(purge,
	.name = "PURGE",
	.abbrev = 3,
	.class = CLASS('D') | CLASS('E') | CLASS('G'),
	.run = cmd_purge,
	.syntax = "PURge [*|userid|SYStem] {Reader|Printer|PUnch|ALL} "
		  "{ALL|CLass c|FOrm f|HOld|spoolid} ... | PURge NSS NAME name",
	.help = "Throw spool files away; PURGE ALL does so with all of yours. "
		"What is being read or printed stays. Class D: those of "
		"another user, or of all. Class E, NSS: purge a saved system; "
		"who runs it goes on, its name is gone.");
