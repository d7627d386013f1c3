/* SPDX-License-Identifier: MIT
 *
 * rename.c - RENAME: another name, type or mode number, on the same disk.
 *
 * Where the old fileid is a pattern the new one must say "=", so that no two
 * files become one.  All is looked at before anything is changed.
 */
#include "commands.h"
#include "console.h"
#include "file.h"
#include "operand.h"
#include "str.h"

#define RC_ID 20
#define RC_SYNTAX 24

enum { RENAME_TYPE = 1, RENAME_NOTYPE = 2, RENAME_UPDATE = 4,
	RENAME_NOUPDATE = 8 };

static const struct operand_option rename_options[] = {
	{ "TYPE", 1, RENAME_TYPE, RENAME_NOTYPE },
	{ "NOTYPE", 3, RENAME_NOTYPE, RENAME_TYPE },
	{ "UPDIRT", 2, RENAME_UPDATE, RENAME_NOUPDATE },
	{ "NOUPDIRT", 4, RENAME_NOUPDATE, RENAME_UPDATE },
	{ NULL, 0, 0, 0 },
};

struct rename {
	const struct command_line *line;
	struct operand_pattern old;
	unsigned options;
	int named, typed; /* the words of the new name and type */
	char number;	  /* the new one, '\0': as it is */
	unsigned long found;
};

static int
rename_word_is_same(const struct command_line *line, int n)
{
	return line->word[n].len == 1 && line->word[n].at[0] == '=';
}

static int
rename_new_word(const struct rename *r, int n, int exact)
{
	if (exact || rename_word_is_same(r->line, n))
		return 0;
	return command_message(r->line, 62, 'E', RC_ID,
	    "INVALID OUTPUT FILEID '%.*s': MANY FILES NEED A =",
	    (int)r->line->word[n].len, r->line->word[n].at);
}

/* "=", "A", "A1", "=1" */
static int
rename_new_mode(struct rename *r, int n)
{
	const char *at = r->line->word[n].at;
	size_t len = r->line->word[n].len;
	struct fileid id = { .mode = r->old.mode };
	char mode[2] = { r->old.mode, at[len - 1] };
	int rc;

	if (at[0] != '=')
		rc = operand_mode(r->line, n, &id);
	else if (len == 1)
		return 0;
	else
		rc = len == 2 && fileid_mode(&id, mode, 2) == 0 ? 0 :
		    operand_mode(r->line, n, &id);
	if (rc == 0 && id.mode != r->old.mode)
		rc = command_message(r->line, 51, 'E', RC_SYNTAX,
		    "INVALID MODE CHANGE");
	r->number = id.number;
	return rc;
}

static int
rename_operands(struct rename *r)
{
	const struct command_line *line = r->line;
	int rc;

	if (line->operands < 7)
		return operand_incomplete(line);
	rc = operand_pattern(line, 1, &r->old);
	if (rc == 0 && line->operands > 7)
		rc = command_invalid(line, 7);
	if (rc == 0 && r->old.mode == '*')
		rc = command_message(line, 48, 'E', RC_SYNTAX,
		    "INVALID MODE '*'");
	r->named = 4;
	r->typed = 5;
	if (rc == 0)
		rc = rename_new_word(r, r->named, operand_exact(r->old.name,
		    r->old.name_len));
	if (rc == 0)
		rc = rename_new_word(r, r->typed, operand_exact(r->old.type,
		    r->old.type_len));
	if (rc == 0)
		rc = rename_new_mode(r, 6);
	if (rc == 0)
		rc = operand_options(line, rename_options, &r->options);
	if (rc == 0)
		rc = operand_disk(line, r->old.mode);
	if (rc == 0 && access_find(r->old.mode)->read_only)
		rc = operand_error(line, EDF_READ_ONLY, r->old.mode, "");
	return rc;
}

static int
rename_make(const struct rename *r, int n, const char old[FILEID_NAME],
    char new[FILEID_NAME])
{
	return fileid_make(new, r->line->word[n].at, r->line->word[n].len,
	    old) == 0 ? 0 : operand_bad(r->line, n);
}

/* Is the file in use, does the new name belong to another one? */
static int
rename_check(const struct rename *r, const struct operand_cursor *c,
    const struct edf_stat *to)
{
	char fileid[OPERAND_FILEID];
	struct edf_stat st;
	int rc;

	if (file_is_open(c->disk, c->st.name, c->st.type)) {
		operand_print(fileid, c->disk, &c->st);
		return operand_error(r->line, EDF_BUSY, c->disk->mode, fileid);
	}
	if (memcmp(to->name, c->st.name, EDF_NAME) == 0 &&
	    memcmp(to->type, c->st.type, EDF_NAME) == 0)
		return to->mode != c->st.mode || !r->old.exact ? 0 :
		    command_message(r->line, 19, 'E', RC_SYNTAX,
		    "IDENTICAL FILEIDS");
	rc = edf_find(c->disk->edf, to->name, to->type, &st);
	if (rc == EDF_NOT_FOUND)
		return 0;
	operand_print(fileid, c->disk, to);
	return operand_error(r->line, rc == 0 ? EDF_EXISTS : rc,
	    c->disk->mode, fileid);
}

static int
rename_change(const struct rename *r, const struct operand_cursor *c,
    const struct edf_stat *to)
{
	char fileid[OPERAND_FILEID];
	int rc = edf_rename(c->disk->edf, c->st.name, c->st.type, to->name,
	    to->type, to->mode);

	if (rc != 0) {
		operand_print(fileid, c->disk, &c->st);
		return operand_error(r->line, rc, c->disk->mode, fileid);
	}
	if (r->options & RENAME_TYPE) {
		operand_print(fileid, c->disk, to);
		console_line("%s", fileid);
	}
	return 0;
}

typedef int rename_step(const struct rename *r, const struct operand_cursor *c,
    const struct edf_stat *to);

static int
rename_each(struct rename *r, rename_step *step)
{
	struct operand_cursor c = { 0 };
	int more = 0, rc = 0;

	r->found = 0;
	while (rc == 0 && (more = operand_next(&r->old, &c)) == 1) {
		struct edf_stat to = c.st;

		rc = rename_make(r, r->named, c.st.name, to.name);
		if (rc == 0)
			rc = rename_make(r, r->typed, c.st.type, to.type);
		if (r->number != '\0')
			to.mode = r->number;
		if (rc == 0)
			rc = step(r, &c, &to);
		r->found++;
	}
	return rc == 0 && more < 0 ? operand_error(r->line, more,
	    r->old.mode, "*") : rc;
}

static int
rename_run(const struct command_line *line)
{
	struct rename r = { .line = line };
	struct access *a;
	int rc = rename_operands(&r);

	if (rc == 0)
		rc = rename_each(&r, rename_check);
	if (rc == 0 && r.found == 0)
		rc = operand_not_found(line, &r.old);
	if (rc != 0)
		return rc;
	a = access_find(r.old.mode);
	rc = rename_each(&r, rename_change);
	if (rc != 0) {
		access_undo(a);
		return rc;
	}
	rc = access_commit(a);
	return rc == 0 ? 0 : operand_error(line, rc, r.old.mode, "*");
}

const struct command command_rename = {
	.name = "RENAME",
	.abbrev = 1,
	.code = "RNM",
	.run = rename_run,
};
