/* SPDX-License-Identifier: MIT
 *
 * access.c - ACCESS: a disk gets a letter, and its files are found.
 */
#include "access.h"
#include "commands.h"
#include "console.h"
#include "operand.h"
#include "str.h"
#include "text.h"

#define RC_SYNTAX 24
#define RC_MODE 36

#define DEFAULT_VDEV 0x191
#define OPERANDS 5

struct access_asked {
	struct access_how how;
	char name[FILEID_NAME + 1], type[FILEID_NAME + 1];
	unsigned options;
};

enum { ACCESS_NOPROF = 1, ACCESS_ERASE = 2 };

/* NOPROF has been seen to at IPL. */
static const struct operand_option access_options[] = {
	{ "NOPROF", 4, ACCESS_NOPROF, 0 },
	{ "ERASE", 3, ACCESS_ERASE, 0 },
	{ NULL, 0, 0, 0 },
};

/* A pattern: "" for everything. */
static int
access_pattern_word(const struct command_line *line, int n,
    char to[FILEID_NAME + 1])
{
	size_t len = n < line->operands ? line->word[n].len : 0;

	to[0] = '\0';
	if (len == 1 && line->word[n].at[0] == '*')
		return 0;
	if (len > FILEID_NAME)
		return -1;
	for (size_t i = 0; i < len; i++)
		to[i] = (char)text_upper((unsigned char)line->word[n].at[i]);
	to[len] = '\0';
	return 0;
}

/* "B", or "B/A": B as an extension of A. */
static int
access_mode_word(const struct command_line *line, struct access_how *how)
{
	const char *word = line->word[2].at;
	size_t len = line->word[2].len;
	struct fileid id, parent;

	if (fileid_mode(&id, word, 1) == -1 || id.mode == '*')
		return -1;
	how->mode = id.mode;
	if (len == 1)
		return 0;
	if (len != 3 || word[1] != '/' ||
	    fileid_mode(&parent, word + 2, 1) == -1 || parent.mode == '*' ||
	    parent.mode == id.mode)
		return -1;
	how->parent = parent.mode;
	return 0;
}

/* The mode number after the patterns: "A1", "1" is none. */
static int
access_number_word(const struct command_line *line, struct access_how *how)
{
	struct fileid id;

	if (line->operands < OPERANDS + 1)
		return 0;
	if (fileid_mode(&id, line->word[OPERANDS].at,
	    line->word[OPERANDS].len) == -1 ||
	    (id.mode != '*' && id.mode != how->mode))
		return -1;
	how->number = id.number;
	return 0;
}

static int
access_operands(const struct command_line *line, struct access_asked *ask)
{
	int rc = 0;

	*ask = (struct access_asked){ .how = { .vdev = DEFAULT_VDEV,
		.mode = 'A', .parent = ' ' } };
	if (line->operands > 1)
		rc = operand_vdev(line, 1, &ask->how.vdev);
	if (rc == 0 && line->operands > 2 &&
	    access_mode_word(line, &ask->how) == -1)
		rc = command_wrong(line, 2, 48, RC_SYNTAX, "INVALID MODE");
	for (int n = 3; n < OPERANDS && rc == 0; n++)
		if (access_pattern_word(line, n, n == 3 ? ask->name :
		    ask->type) == -1)
			rc = command_invalid(line, n);
	if (rc == 0 && access_number_word(line, &ask->how) == -1)
		rc = command_invalid(line, OPERANDS);
	if (rc == 0 && line->operands > OPERANDS + 1)
		rc = command_invalid(line, OPERANDS + 1);
	ask->how.name = ask->name;
	ask->how.type = ask->type;
	return rc != 0 ? rc : operand_options(line, access_options,
	    &ask->options);
}

/* Is it, or would it be, read-only? */
static int
access_only_read(const struct access_how *how)
{
	struct disk disk;

	return how->parent != ' ' ||
	    (disk_open(&disk, how->vdev) == 0 && disk.read_only);
}

/* The letter may be had, and the disk may be accessed once more. */
static int
access_allowed(const struct command_line *line, const struct access_asked *ask)
{
	const struct access_how *how = &ask->how;

	if (how->mode == 'S')
		return command_message(line, 48, 'E', RC_SYNTAX,
		    "INVALID MODE 'S': IT IS CMS'S OWN");
	if (how->parent != ' ' && access_find(how->parent) == NULL)
		return operand_disk(line, how->parent);
	for (const struct access *a = access_first(); a != NULL; a = a->next)
		if (a->vdev == how->vdev && !a->read_only &&
		    a->mode != how->mode)
			return command_message(line, 59, 'E', RC_MODE,
			    "'%03X' ALREADY ACCESSED AS READ/WRITE '%c' DISK",
			    how->vdev, a->mode);
	if ((ask->options & ACCESS_ERASE) && access_only_read(how))
		return operand_error(line, EDF_READ_ONLY, how->mode, "");
	return 0;
}

static int
access_erase_all(const struct command_line *line, struct access *a)
{
	struct edf_stat st;
	uint32_t cursor = 0;
	int rc;

	while ((rc = edf_next(a->edf, &cursor, &st)) == 1) {
		rc = edf_erase(a->edf, st.name, st.type);
		if (rc != 0)
			break;
	}
	if (rc == 0)
		rc = access_commit(a);
	else
		access_undo(a);
	return rc == 0 ? 0 : operand_error(line, rc, a->mode, "*");
}

static int
access_run(const struct command_line *line)
{
	struct access_asked ask;
	struct access *a;
	uint32_t before;
	int rc = access_operands(line, &ask);

	if (rc == 0)
		rc = access_allowed(line, &ask);
	if (rc != 0)
		return rc;
	a = access_find(ask.how.mode);
	before = a != NULL ? a->vdev : 0;
	rc = access_disk(&ask.how, &a);
	if (rc != 0)
		return access_tell(&ask.how, rc);
	if (before != 0 && before != ask.how.vdev)
		console_line("DMSACC724I '%03X' REPLACES ' %c (%03X) '",
		    ask.how.vdev, ask.how.mode, before);
	access_tell(&ask.how, 0);
	for (const struct access *also = access_first(); also != NULL;
	    also = also->next)
		if (also != a && also->vdev == a->vdev)
			console_line("DMSACC725I %03X ALSO = '%c' DISK",
			    a->vdev, also->mode);
	return ask.options & ACCESS_ERASE ? access_erase_all(line, a) : 0;
}

const struct command command_access = {
	.name = "ACCESS",
	.abbrev = 2,
	.code = "ACC",
	.run = access_run,
};
