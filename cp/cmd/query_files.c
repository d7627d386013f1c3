/* SPDX-License-Identifier: MIT
 *
 * cmd/query_files.c - QUERY FILES, READER, PRINTER, PUNCH: what is in the
 * spool.
 */
#include <string.h>

#include "command.h"
#include "logon.h"
#include "name.h"
#include "spoolclient.h"
#include "spooljob.h"

/* --- FILES: how many --- */

static void
files_counted(const struct ipc_spool_counts *counts, void *arg)
{
	struct request *rq = arg;
	char line[80];
	int rc = 0;

	if (counts == NULL) {
		rc = reply_error(rq, 183, "QUERY", "THE SPOOL DOES NOT ANSWER");
	} else {
		logon_print_files(counts, line, sizeof line);
		reply_line(rq, "%s", line);
	}
	request_end(rq, rc);
}

static int
query_files(struct request *rq)
{
	const char *word = request_word(rq, 2);
	struct vm_name user = rq->user;

	if (rq->words > 3)
		return reply_error(rq, 2, request_word(rq, 3));
	if (*word != '\0' && strcmp(word, "*") != 0) {
		if ((rq->classes & CLASS('D')) == 0)
			return reply_error(rq, 2, word);
		if (name_parse(word, &user) < 0)
			return reply_error(rq, 7, word);
	}
	spoolclient_count(rq->cp->spool, user, files_counted, rq);
	return CMD_PENDING;
}

/* --- READER, PRINTER, PUNCH: which --- */

/* A reader's files are told by who wrote them, others by whose they are. */
static bool
files_by_owner(const struct spooljob *job)
{
	return job->which.system || job->which.queue != SPOOL_RDR;
}

static void
files_row(struct request *rq, const struct ipc_ur_row *row)
{
	struct spooljob *job = rq->data;
	bool owner = files_by_owner(job);
	char line[SPOOLFILE_LINE];

	if (!job->headed) {
		job->headed = true;
		spoolfile_head(line, sizeof line, owner, job->expanded);
		reply_text(rq, line);
	}
	spoolfile_print(line, sizeof line, &row->file, owner, job->expanded);
	reply_text(rq, line);
}

static void
files_end(struct request *rq, const struct spooljob *job)
{
	if (job->count == 0)
		reply_line(rq, "NO %s FILES",
		    spoolfile_queue_text(job->which.queue));
}

static const struct spooljob_verb files_verb = {
	.op = ASK_QUERY,
	.command = "QUERY",
	.past = "SHOWN",
	.row = files_row,
	.end = files_end,
};

static int
files_words(struct request *rq, struct spooljob *job)
{
	struct spoolfile_which *w = &job->which;
	unsigned i = 2;
	int rc;

	w->queue = (uint8_t)spoolfile_queue(rq, 1);
	if (!request_is(rq, i, "EXPANDED", 3)) {
		rc = spoolfile_owner(rq, &i, w);
		if (rc != 0)
			return rc;
	}
	rc = spoolfile_picks(rq, &i, false, w);
	if (rc != 0)
		return rc;
	job->expanded = request_is(rq, i, "EXPANDED", 3);
	i += job->expanded;
	if (i < rq->words)
		return reply_error(rq, 2, request_word(rq, i));
	if (w->npicks == 0)
		w->pick[w->npicks++].by = BY_ALL;
	return 0;
}

static int
query_queue(struct request *rq)
{
	struct spooljob *job = spooljob_new(rq, &files_verb);
	int rc;

	if (job == NULL)
		return 183;
	rc = files_words(rq, job);
	return rc != 0 ? rc : spooljob_go(rq);
}

CP_QUERY(files, .name = "FILES", .abbrev = 1, .run = query_files,
	.syntax = "Files [userid]",
	.help = "How many spool files you have in your reader, and for "
		"printers and punches. Class D: how many another user has.");

#define FILES_SYNTAX " [*|userid|SYStem] [ALL|CLass c|FOrm f|HOld|spoolid " \
	"...] [EXPanded]"
#define FILES_QUERY(ident, word, least, text, files)                       \
	CP_QUERY(ident, .name = word, .abbrev = least, .run = query_queue, \
	    .syntax = text FILES_SYNTAX,                                   \
	    .help = "The files " files " EXPANDED shows their form, whether " \
		"they are kept when they were used, and who wrote them as "  \
		"which number. Class D: those of another user, or of all.")

FILES_QUERY(reader, "READER", 1, "Reader", "in your reader.");
FILES_QUERY(rdr, "RDR", 3, "RDR", "in your reader.");
FILES_QUERY(printer, "PRINTER", 1, "Printer", "that wait for a printer.");
FILES_QUERY(prt, "PRT", 3, "PRT", "that wait for a printer.");
FILES_QUERY(punch, "PUNCH", 2, "PUnch", "that wait for a punch.");
FILES_QUERY(pch, "PCH", 3, "PCH", "that wait for a punch.");
