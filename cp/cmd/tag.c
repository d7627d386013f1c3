/* SPDX-License-Identifier: MIT
 *
 * cmd/tag.c - TAG: a line of text that goes with a spool file, for whoever
 * gets it.  CP does not read it.
 */
#include <string.h>

#include "command.h"
#include "spooljob.h"
#include "uroption.h"

static void
tag_show(struct request *rq, const struct spool_attr *attr)
{
	if (attr->tag[0] == '\0')
		reply_text(rq, "NO TAG");
	else
		reply_line(rq, "%.*s", (int)sizeof attr->tag, attr->tag);
}

/* The text is the line from word i on, as typed; none takes a tag away. */
static int
tag_text(struct request *rq, unsigned i, struct spool_attr *attr)
{
	const char *text = request_rest(rq, i);

	memset(attr->tag, 0, sizeof attr->tag);
	if (*text == '\0' ||
	    spoolfile_text(text, attr->tag, sizeof attr->tag))
		return 0;
	return reply_error(rq, 36, "136");
}

/* --- DEV: of the files that a device will write --- */

static int
tag_device(struct request *rq, unsigned i)
{
	return rq->vm == NULL ? reply_error(rq, 182, "TAG DEV") :
	    uroption_devices(rq, i, UROPTION_TAG);
}

static int
tag_dev(struct request *rq, unsigned i)
{
	struct spool_attr attr;
	struct vdev *d;
	int rc = tag_device(rq, i);

	if (rc == 0)
		rc = tag_text(rq, i + 1, &attr);
	if (rc != 0)
		return rc;
	for (d = uroption_device(rq, i, VDEV_NONE); d != NULL;
	     d = uroption_device(rq, i, (vdev_t)(d->vdev + 1)))
		memcpy(d->spool.attr.tag, attr.tag, sizeof attr.tag);
	return 0;
}

static int
tag_query_dev(struct request *rq, unsigned i)
{
	int rc = tag_device(rq, i);

	if (rc == 0 && i + 1 < rq->words)
		return reply_error(rq, 2, request_word(rq, i + 1));
	if (rc == 0)
		tag_show(rq,
		    &uroption_device(rq, i, VDEV_NONE)->spool.attr);
	return rc;
}

/* --- FILE: of one that is in the spool --- */

static void
tag_row(struct request *rq, const struct ipc_ur_row *row)
{
	tag_show(rq, &row->file.attr);
}

static void
tag_end(struct request *rq, const struct spooljob *job)
{
	(void)rq; /* a tag is set without a word */
	(void)job;
}

static const struct spooljob_verb tag_verb = {
	.op = ASK_CHANGE,
	.command = "TAG",
	.past = "TAGGED",
	.end = tag_end,
};

static const struct spooljob_verb tag_query_verb = {
	.op = ASK_QUERY,
	.command = "TAG",
	.past = "SHOWN",
	.row = tag_row,
	.end = tag_end,
};

/* Word i is the number of one of the asker's files. */
static int
tag_files(struct request *rq, unsigned i, const struct spooljob_verb *verb)
{
	const char *word = request_word(rq, i);
	struct spoolfile_pick pick = { .by = BY_ID, .id = spoolfile_id(word) };
	struct spooljob *job;

	if (*word == '\0')
		return reply_error(rq, 27);
	if (pick.id == 0)
		return reply_error(rq, 8, word);
	job = spooljob_new(rq, verb);
	if (job == NULL)
		return 183;
	job->which.pick[job->which.npicks++] = pick;
	return 0;
}

static int
tag_file(struct request *rq, unsigned i)
{
	int rc = tag_files(rq, i, &tag_verb);
	struct spooljob *job = rq->data;

	if (rc == 0)
		rc = tag_text(rq, i + 1, &job->ask.attr);
	if (rc != 0)
		return rc;
	job->ask.change = CHANGE_TAG;
	return spooljob_go(rq);
}

static int
tag_query_file(struct request *rq, unsigned i)
{
	int rc = tag_files(rq, i, &tag_query_verb);

	if (rc == 0 && i + 1 < rq->words)
		return reply_error(rq, 2, request_word(rq, i + 1));
	return rc != 0 ? rc : spooljob_go(rq);
}

/* --- the command --- */

/* Word i is DEV or FILE, what it is about comes behind it. */
static int
tag_what(struct request *rq, unsigned i,
    int (*dev)(struct request *rq, unsigned i),
    int (*file)(struct request *rq, unsigned i))
{
	if (request_is(rq, i, "DEV", 2))
		return dev(rq, i + 1);
	if (request_is(rq, i, "FILE", 2))
		return file(rq, i + 1);
	return reply_error(rq, 26);
}

static int
query_tag(struct request *rq)
{
	return tag_what(rq, 2, tag_query_dev, tag_query_file);
}

static int
cmd_tag(struct request *rq)
{
	if (request_is(rq, 1, "QUERY", 1))
		return query_tag(rq);
	return tag_what(rq, 1, tag_dev, tag_file);
}

CP_COMMAND(tag,
	.name = "TAG",
	.abbrev = 3,
	.class = CLASS('D') | CLASS('G'),
	.run = cmd_tag,
	.syntax = "TAG {DEv {vaddr|CONsole|Printer|PUnch}|FIle spoolid} [text] "
		  "| TAG Query {DEv vaddr|FIle spoolid}",
	.help = "Put a line of text with the files that a device writes from "
		"now on, or with one that is written; without a text it is "
		"taken away. CP keeps it for whoever gets the file. QUERY "
		"shows it.");

CP_QUERY(tag, .name = "TAG", .abbrev = 3, .class = CLASS('D') | CLASS('G'),
	.run = query_tag,
	.syntax = "TAG {DEv {vaddr|CONsole|Printer|PUnch}|FIle spoolid}",
	.help = "The text that TAG put with a device or a spool file.");
