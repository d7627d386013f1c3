/* SPDX-License-Identifier: MIT
 *
 * erase.c - ERASE: files of disks that can be written.  All that one command
 * erases from a disk is gone at once, or nothing is.
 */
#include "commands.h"
#include "console.h"
#include "operand.h"

#define RC_SYNTAX 24

enum { ERASE_TYPE = 1, ERASE_NOTYPE = 2 };

static const struct operand_option erase_options[] = {
	{ "TYPE", 1, ERASE_TYPE, ERASE_NOTYPE },
	{ "NOTYPE", 3, ERASE_NOTYPE, ERASE_TYPE },
	{ NULL, 0, 0, 0 },
};

static int
erase_all(const char *word, size_t len)
{
	while (len > 0 && *word == '*') {
		word++;
		len--;
	}
	return len == 0;
}

/* A whole disk is not erased by a slip of the finger. */
static int
erase_allowed(const struct command_line *line, const struct operand_pattern *p)
{
	if (!erase_all(p->name, p->name_len) ||
	    !erase_all(p->type, p->type_len) || p->number != '\0')
		return 0;
	return command_message(line, 71, 'E', RC_SYNTAX,
	    "ERASE * * %c NOT ALLOWED", p->mode);
}

static int
erase_commit(const struct command_line *line, struct access *a)
{
	int rc = a != NULL ? access_commit(a) : 0;

	return rc == 0 ? 0 : operand_error(line, rc, a->mode, "*");
}

/* The file that the cursor is at. */
static int
erase_one(const struct command_line *line, const struct operand_cursor *c,
    unsigned options)
{
	char fileid[OPERAND_FILEID];
	int rc;

	operand_print(fileid, c->disk, &c->st);
	rc = c->disk->read_only ? EDF_READ_ONLY :
	    edf_erase(c->disk->edf, c->st.name, c->st.type);
	if (rc != 0)
		return operand_error(line, rc, c->disk->mode, fileid);
	if (options & ERASE_TYPE)
		console_line("%s", fileid);
	return 0;
}

static int
erase_files(const struct command_line *line, const struct operand_pattern *p,
    unsigned options)
{
	struct operand_cursor c = { 0 };
	struct access *changed = NULL;
	unsigned long found = 0;
	int more = 0, rc = 0;

	while (rc == 0 && (more = operand_next(p, &c)) == 1) {
		if (c.disk->read_only && p->mode == '*')
			continue;
		if (c.disk != changed)
			rc = erase_commit(line, changed);
		if (rc == 0)
			rc = erase_one(line, &c, options);
		changed = c.disk;
		found++;
	}
	if (rc == 0 && more < 0)
		rc = operand_error(line, more, p->mode, "*");
	if (changed != NULL) {
		int last = erase_commit(line, changed);

		rc = rc != 0 ? rc : last;
	}
	if (rc != 0 || found > 0)
		return rc;
	return operand_not_found(line, p);
}

static int
erase_run(const struct command_line *line)
{
	struct operand_pattern p;
	unsigned options;
	int rc;

	if (line->operands < 3)
		return operand_incomplete(line);
	rc = operand_pattern(line, 1, &p);
	if (rc == 0 && line->operands > 4)
		rc = command_invalid(line, 4);
	if (rc == 0)
		rc = operand_options(line, erase_options, &options);
	if (line->operands < 4)
		p.mode = 'A';
	if (rc == 0)
		rc = erase_allowed(line, &p);
	if (rc == 0)
		rc = operand_disk(line, p.mode);
	return rc != 0 ? rc : erase_files(line, &p, options);
}

const struct command command_erase = {
	.name = "ERASE",
	.abbrev = 5,
	.code = "ERS",
	.run = erase_run,
};
