/* SPDX-License-Identifier: MIT
 *
 * cmd/tag.c - TAG: a line of text that goes with a spool file, for whoever
 * gets it.  CP does not read it.
 */
#include <string.h>

#include "command.h"
#include "device.h"
#include "hexloc.h"
#include "spooljob.h"
#include "vmblok.h"

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

static const struct tag_type {
	const char *name;
	size_t abbrev;
	enum device_type type;
} tag_types[] = {
	{ "CONSOLE", 3, DEVICE_CONSOLE },
	{ "PRINTER", 1, DEVICE_PRINTER }, { "PRT", 3, DEVICE_PRINTER },
	{ "PUNCH", 2, DEVICE_PUNCH }, { "PCH", 3, DEVICE_PUNCH },
};

static enum device_type
tag_type(const struct request *rq, unsigned i)
{
	for (size_t t = 0; t < sizeof tag_types / sizeof tag_types[0]; t++)
		if (request_is(rq, i, tag_types[t].name, tag_types[t].abbrev))
			return tag_types[t].type;
	return DEVICE_NONE;
}

static bool
tag_writes(const struct vdev *d)
{
	return d->type == DEVICE_PUNCH || d->type == DEVICE_PRINTER ||
	    d->type == DEVICE_CONSOLE;
}

/* The next of the devices that word i means; NULL: no more. */
static struct vdev *
tag_next(struct request *rq, unsigned i, struct vdev *d)
{
	enum device_type type = tag_type(rq, i);
	vdev_t vdev = type != DEVICE_NONE ? VDEV_NONE :
	    hexloc_vdev(request_word(rq, i));

	d = d == NULL ? TAILQ_FIRST(&rq->vm->devices) : TAILQ_NEXT(d, entry);
	for (; d != NULL; d = TAILQ_NEXT(d, entry))
		if (type != DEVICE_NONE ? d->type == type : d->vdev == vdev)
			return d;
	return NULL;
}

/* 0, or the number of a message that says what word i is not. */
static int
tag_device(struct request *rq, unsigned i)
{
	const char *word = request_word(rq, i);
	const struct vdev *d;

	if (rq->vm == NULL)
		return reply_error(rq, 182, "TAG DEV");
	if (tag_type(rq, i) == DEVICE_NONE && hexloc_vdev(word) == VDEV_NONE)
		return reply_error(rq, 22);
	d = tag_next(rq, i, NULL);
	if (d == NULL)
		return reply_error(rq, 40, word);
	return tag_writes(d) ? 0 : reply_error(rq, 6, word);
}

static int
tag_dev(struct request *rq, unsigned i)
{
	struct spool_attr attr;
	int rc = tag_device(rq, i);

	if (rc == 0)
		rc = tag_text(rq, i + 1, &attr);
	if (rc != 0)
		return rc;
	for (struct vdev *d = tag_next(rq, i, NULL); d != NULL;
	     d = tag_next(rq, i, d))
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
		tag_show(rq, &tag_next(rq, i, NULL)->spool.attr);
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
