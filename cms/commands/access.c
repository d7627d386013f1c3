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
	int erase;
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
access_options(const struct command_line *line, struct access_asked *ask)
{
	for (int n = line->operands + 1; n < line->words; n++) {
		if (command_word_is(line, n, "ERASE", 3))
			ask->erase = 1;
		else if (line->word[n].at[0] == ')')
			return 0;
		else if (!command_word_is(line, n, "NOPROF", 4))
			return command_message(line, 3, 'E', RC_SYNTAX,
			    "INVALID OPTION '%.*s'", (int)line->word[n].len,
			    line->word[n].at);
	}
	return 0;
}

static int
access_operands(const struct command_line *line, struct access_asked *ask)
{
	unsigned long vdev = DEFAULT_VDEV;

	*ask = (struct access_asked){ .how = { .mode = 'A', .parent = ' ' } };
	if (line->operands > 1 && (text_hex(line->word[1].at,
	    line->word[1].len, VDEV_MAX, &vdev) == -1 || vdev == 0))
		return command_message(line, 17, 'E', RC_SYNTAX,
		    "INVALID DEVICE ADDRESS '%.*s'", (int)line->word[1].len,
		    line->word[1].at);
	ask->how.vdev = (uint32_t)vdev;
	if (line->operands > 2 && access_mode_word(line, &ask->how) == -1)
		return command_message(line, 48, 'E', RC_SYNTAX,
		    "INVALID MODE '%.*s'", (int)line->word[2].len,
		    line->word[2].at);
	for (int n = 3; n < OPERANDS; n++)
		if (access_pattern_word(line, n, n == 3 ? ask->name :
		    ask->type) == -1)
			return command_invalid(line, n);
	if (access_number_word(line, &ask->how) == -1)
		return command_invalid(line, OPERANDS);
	if (line->operands > OPERANDS + 1)
		return command_invalid(line, OPERANDS + 1);
	ask->how.name = ask->name;
	ask->how.type = ask->type;
	return access_options(line, ask);
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
	if (ask->erase && access_only_read(how))
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
	return ask.erase ? access_erase_all(line, a) : 0;
}

const struct command command_access = {
	.name = "ACCESS",
	.abbrev = 2,
	.code = "ACC",
	.run = access_run,
};
