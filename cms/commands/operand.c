/* SPDX-License-Identifier: MIT
 *
 * operand.c - fileids, patterns, options, and what is wrong with them.
 */
#include "operand.h"
#include "print.h"
#include "str.h"

#define RC_ID 20
#define RC_SYNTAX 24
#define RC_FILE 28
#define RC_DISK 36
#define RC_ERROR 100
#define RC_STORAGE 104

static int
operand_option(const struct command_line *line, int n,
    const struct operand_option *rows, unsigned *bits)
{
	for (const struct operand_option *o = rows; o->name != NULL; o++) {
		if (!command_word_is(line, n, o->name, o->least))
			continue;
		for (const struct operand_option *p = rows; p->name != NULL;
		    p++)
			if (p != o && (*bits & p->bit & o->group) != 0)
				return command_message(line, 66, 'E',
				    RC_SYNTAX, "'%s' AND '%s' ARE CONFLICTING "
				    "OPTIONS", p->name, o->name);
		*bits |= o->bit;
		return 0;
	}
	return command_wrong(line, n, 3, RC_SYNTAX, "INVALID OPTION");
}

/* What follows a ")" is a comment. */
int
operand_options(const struct command_line *line,
    const struct operand_option *rows, unsigned *bits)
{
	int rc = 0;

	*bits = 0;
	for (int n = line->operands + 1; n < line->words && rc == 0; n++) {
		if (line->word[n].at[0] == ')')
			break;
		rc = operand_option(line, n, rows, bits);
	}
	return rc;
}

int
operand_exact(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (word[i] == '*' || word[i] == '%')
			return 0;
	return 1;
}

int
operand_incomplete(const struct command_line *line)
{
	return command_message(line, 54, 'E', RC_SYNTAX,
	    "INCOMPLETE FILEID SPECIFIED");
}

int
operand_bad(const struct command_line *line, int n)
{
	return command_wrong(line, n, 62, RC_ID,
	    "INVALID CHARACTER IN FILEID");
}

/* Without its "*" and "%" it must be as a name is. */
static int
operand_pattern_word(const struct command_line *line, int n, const char **at,
    size_t *len)
{
	char text[FILEID_NAME], name[FILEID_NAME];
	size_t i, used = 0;

	*at = line->word[n].at;
	*len = line->word[n].len;
	for (i = 0; i < *len && used < FILEID_NAME; i++)
		if (operand_exact(*at + i, 1))
			text[used++] = (*at)[i];
	if (i < *len || (used > 0 && fileid_name(name, text, used) == -1))
		return operand_bad(line, n);
	return 0;
}

int
operand_vdev(const struct command_line *line, int n, uint32_t *vdev)
{
	unsigned long v;

	if (text_hex(line->word[n].at, line->word[n].len, VDEV_MAX, &v) ==
	    -1 || v == 0)
		return command_wrong(line, n, 17, RC_SYNTAX,
		    "INVALID DEVICE ADDRESS");
	*vdev = (uint32_t)v;
	return 0;
}

int
operand_mode(const struct command_line *line, int n, struct fileid *id)
{
	if (fileid_mode(id, line->word[n].at, line->word[n].len) == 0)
		return 0;
	return command_wrong(line, n, 48, RC_SYNTAX, "INVALID MODE");
}

int
operand_pattern(const struct command_line *line, int n,
    struct operand_pattern *p)
{
	struct fileid id = { .mode = '*' };
	int rc = 0;

	*p = (struct operand_pattern){ .name = "*", .type = "*",
		.name_len = 1, .type_len = 1 };
	if (n < line->operands)
		rc = operand_pattern_word(line, n, &p->name, &p->name_len);
	if (rc == 0 && n + 1 < line->operands)
		rc = operand_pattern_word(line, n + 1, &p->type,
		    &p->type_len);
	if (rc == 0 && n + 2 < line->operands)
		rc = operand_mode(line, n + 2, &id);
	p->mode = id.mode;
	p->number = id.number;
	p->exact = operand_exact(p->name, p->name_len) &&
	    operand_exact(p->type, p->type_len);
	if (rc == 0 && p->exact && (fileid_name(p->id.name, p->name,
	    p->name_len) == -1 || fileid_name(p->id.type, p->type,
	    p->type_len) == -1))
		rc = operand_incomplete(line);
	return rc;
}

int
operand_not_found(const struct command_line *line,
    const struct operand_pattern *p)
{
	return command_message(line, 2, 'E', RC_FILE,
	    "FILE '%.*s %.*s %c%.1s' NOT FOUND", (int)p->name_len, p->name,
	    (int)p->type_len, p->type, p->mode, &p->number);
}

int
operand_disk(const struct command_line *line, char mode)
{
	if (mode == '*' || access_find(mode) != NULL)
		return 0;
	return command_message(line, 69, 'E', RC_DISK,
	    "DISK '%c' NOT ACCESSED", mode);
}

static int
operand_match(const struct operand_pattern *p, const struct operand_cursor *c)
{
	if (p->number != '\0' && p->number != c->st.mode)
		return 0;
	if (!p->exact && (!fileid_match(p->name, p->name_len, c->st.name) ||
	    !fileid_match(p->type, p->type_len, c->st.type)))
		return 0;
	return access_visible(c->disk, &c->st);
}

/* The next of the cursor's disk.  What is no pattern the directory finds
 * without a search. */
static int
operand_next_here(const struct operand_pattern *p, struct operand_cursor *c)
{
	int rc;

	if (!p->exact)
		return edf_next(c->disk->edf, &c->file, &c->st);
	if (c->file++ != 0)
		return 0;
	rc = edf_find(c->disk->edf, p->id.name, p->id.type, &c->st);
	return rc == 0 ? 1 : rc == EDF_NOT_FOUND ? 0 : rc;
}

static int
operand_disk_fits(const struct operand_pattern *p, const struct access *a)
{
	return p->mode == '*' || p->mode == a->mode ||
	    (p->extensions && access_extension(a, p->mode));
}

int
operand_next(const struct operand_pattern *p, struct operand_cursor *c)
{
	int more;

	if (!c->begun)
		c->disk = access_first();
	c->begun = 1;
	for (; c->disk != NULL; c->disk = access_next(c->disk), c->file = 0) {
		if (!operand_disk_fits(p, c->disk))
			continue;
		while ((more = operand_next_here(p, c)) == 1)
			if (operand_match(p, c))
				return 1;
		if (more < 0)
			return more;
	}
	return 0;
}

void
operand_print(char out[OPERAND_FILEID], const struct access *a,
    const struct edf_stat *st)
{
	struct fileid id = { .mode = a->mode, .number = st->mode };

	memcpy(id.name, st->name, FILEID_NAME);
	memcpy(id.type, st->type, FILEID_NAME);
	fileid_print(&id, out);
}

static const struct {
	int error;
	short number;
	char severity;
	unsigned char rc;
	unsigned char disk; /* it is the disk's, not the file's */
	const char *text;
} operand_errors[] = {
	{ EDF_NOT_FOUND, 2, 'E', RC_FILE, 0, "NOT FOUND" },
	{ EDF_EXISTS, 24, 'E', RC_FILE, 0, "ALREADY EXISTS" },
	{ EDF_BUSY, 30, 'E', RC_FILE, 0, "ALREADY ACTIVE" },
	{ EDF_READ_ONLY, 37, 'E', RC_DISK, 1, "IS READ/ONLY" },
	{ ACCESS_NO_DISK, 69, 'E', RC_DISK, 1, "NOT ACCESSED" },
	{ EDF_FULL, 107, 'S', RC_ERROR, 1, "IS FULL" },
	{ EDF_NO_STORAGE, 109, 'S', RC_STORAGE, 0,
	    "NEEDS MORE VIRTUAL STORAGE THAN THERE IS" },
};

int
operand_error(const struct command_line *line, int error, char mode,
    const char *fileid)
{
	char disk[2] = { mode };

	for (unsigned i = 0; i < sizeof operand_errors /
	    sizeof operand_errors[0]; i++)
		if (operand_errors[i].error == error)
			return command_message(line, operand_errors[i].number,
			    operand_errors[i].severity, operand_errors[i].rc,
			    "%s '%s' %s", operand_errors[i].disk ? "DISK" :
			    "FILE", operand_errors[i].disk ? disk : fileid,
			    operand_errors[i].text);
	return command_message(line, 104, 'S', RC_ERROR,
	    "ERROR IN FILE '%s' OR ITS DISK: %s", fileid,
	    access_error(error));
}
