/* SPDX-License-Identifier: MIT
 *
 * format.c - FORMAT: make a disk a CMS disk, empty; or give it another label,
 * or another size.
 */
#include "access.h"
#include "commands.h"
#include "console.h"
#include "str.h"
#include "text.h"

#define RC_SYNTAX 24
#define RC_MODE 36
#define RC_DEVICE 100
#define RC_REFUSED 8

#define BLOCK_SIZE 4096
#define SMALL_DISK (2u << 20) /* bytes: below, smaller blocks */
#define SMALL_BLOCK 1024

struct format {
	uint32_t vdev;
	char mode;
	uint32_t blocks; /* 0: all */
	uint32_t block_size;
	int label; /* only that */
	struct disk disk;
};

/* --- what is asked --- */

static int
format_option(const struct command_line *line, int *n, struct format *f)
{
	unsigned long size;

	if (command_word_is(line, *n, "LABEL", 1)) {
		f->label = 1;
		return 0;
	}
	if (!command_word_is(line, *n, "BLKSIZE", 3) || ++*n == line->words)
		return -1;
	if (command_word_is(line, *n, "1K", 2))
		size = 1024;
	else if (command_word_is(line, *n, "2K", 2))
		size = 2048;
	else if (command_word_is(line, *n, "4K", 2))
		size = 4096;
	else if (text_number(line->word[*n].at, line->word[*n].len, 4096,
	    &size) == -1 || (size != 512 && size != 1024 && size != 2048 &&
	    size != 4096))
		return -1;
	f->block_size = (uint32_t)size;
	return 0;
}

static int
format_options(const struct command_line *line, struct format *f)
{
	for (int n = line->operands + 1; n < line->words; n++) {
		if (line->word[n].at[0] == ')')
			return 0;
		if (format_option(line, &n, f) == -1) {
			if (n == line->words)
				n--;
			return command_message(line, 3, 'E', RC_SYNTAX,
			    "INVALID OPTION '%.*s'", (int)line->word[n].len,
			    line->word[n].at);
		}
	}
	return 0;
}

static int
format_operands(const struct command_line *line, struct format *f)
{
	unsigned long vdev, blocks = 0;
	struct fileid id;

	*f = (struct format){ 0 };
	if (line->operands < 3)
		return command_missing(line);
	if (text_hex(line->word[1].at, line->word[1].len, VDEV_MAX,
	    &vdev) == -1 || vdev == 0)
		return command_message(line, 17, 'E', RC_SYNTAX,
		    "INVALID DEVICE ADDRESS '%.*s'", (int)line->word[1].len,
		    line->word[1].at);
	if (fileid_mode(&id, line->word[2].at, line->word[2].len) == -1 ||
	    id.mode == '*' || id.mode == 'S' || id.number != '\0')
		return command_message(line, 48, 'E', RC_SYNTAX,
		    "INVALID MODE '%.*s'", (int)line->word[2].len,
		    line->word[2].at);
	if (line->operands > 3 && (text_number(line->word[3].at,
	    line->word[3].len, UINT32_MAX, &blocks) == -1 || blocks == 0))
		return command_invalid(line, 3);
	if (line->operands > 4)
		return command_invalid(line, 4);
	f->vdev = (uint32_t)vdev;
	f->mode = id.mode;
	f->blocks = (uint32_t)blocks;
	return format_options(line, f);
}

/* --- may it be --- */

static int
format_allowed(const struct command_line *line, struct format *f)
{
	struct access *a = access_vdev(f->vdev);

	if (a != NULL && a->system)
		return command_message(line, 5, 'E', RC_MODE,
		    "%03X IS CMS'S OWN DISK '%c'", f->vdev, a->mode);
	a = access_find(f->mode);
	if (a != NULL && a->vdev != f->vdev)
		return command_message(line, 8, 'E', RC_MODE,
		    "'%c' IS ANOTHER DISK: %03X", f->mode, a->vdev);
	if (disk_open(&f->disk, f->vdev) == -1)
		return command_message(line, 113, 'S', RC_DEVICE,
		    "%c (%03X) NOT ATTACHED", f->mode, f->vdev);
	if (f->disk.read_only)
		return command_message(line, 37, 'E', RC_MODE,
		    "DISK '%c (%03X)' IS READ/ONLY", f->mode, f->vdev);
	return 0;
}

/* --- the answers --- */

/* A line from the stack or the user: its length, or -1. */
static int
format_answer(char line[CON_LINE_MAX + 1])
{
	int n = console_read(line);

	if (n < 0)
		return -1;
	line[n] = '\0';
	return n;
}

static int
format_yes(char line[CON_LINE_MAX + 1])
{
	const char *word;
	size_t len;

	if (format_answer(line) < 0)
		return 0;
	len = text_word(line, &word);
	return text_abbrev(word, len, "YES", 1) ||
	    text_abbrev(word, len, "1", 1);
}

/* A label is a name of at most six characters. */
static int
format_label(char line[CON_LINE_MAX + 1], char label[EDF_VOLUME])
{
	char name[FILEID_NAME];
	const char *word;
	size_t len;

	if (format_answer(line) < 0)
		return -1;
	len = text_word(line, &word);
	if (len == 0 || len > EDF_VOLUME || fileid_name(name, word, len) == -1)
		return -1;
	memcpy(label, name, EDF_VOLUME);
	return 0;
}

/* --- the work --- */

static int
format_too_many(const struct command_line *line, const struct format *f)
{
	return command_message(line, 125, 'E', RC_SYNTAX,
	    "DISK '%c (%03X)' CANNOT HAVE THAT MANY BLOCKS OF THAT SIZE",
	    f->mode, f->vdev);
}

static int
format_failed(const struct command_line *line, const struct format *f, int rc)
{
	if (rc == EDF_INVALID || rc == EDF_FULL)
		return format_too_many(line, f);
	return command_message(line, 105, 'S', RC_DEVICE,
	    "DISK '%c (%03X)': %s", f->mode, f->vdev, access_error(rc));
}

static int
format_access(const struct format *f, struct access **a)
{
	struct access_how how = { .vdev = f->vdev, .mode = f->mode,
		.parent = ' ' };
	int rc = access_disk(&how, a);

	return rc == 0 ? 0 : access_tell(&how, rc);
}

/* LABEL: everything else stays as it is. */
static int
format_relabel(const struct command_line *line, struct format *f,
    char *answer)
{
	char label[EDF_VOLUME];
	struct access *a = access_find(f->mode);
	int rc = a != NULL ? 0 : format_access(f, &a);

	if (rc != 0)
		return rc;
	if (a->read_only)
		return command_message(line, 37, 'E', RC_MODE,
		    "DISK '%c (%03X)' IS READ/ONLY", f->mode, f->vdev);
	console_line("DMSFOR605R ENTER DISK LABEL:");
	if (format_label(answer, label) == -1)
		return command_message(line, 606, 'E', RC_SYNTAX,
		    "INVALID LABEL: 1 TO 6 LETTERS AND DIGITS");
	rc = edf_set_volume(a->edf, label);
	if (rc == 0)
		rc = access_commit(a);
	return rc == 0 ? 0 : format_failed(line, f, rc);
}

static int
format_disk(const struct command_line *line, struct format *f, char *answer)
{
	char label[EDF_VOLUME];
	struct edf_disk_info info;
	struct edf_device dev;
	struct access *a;
	int rc;

	console_line("DMSFOR603R FORMAT WILL ERASE ALL FILES ON DISK "
	    "%c (%03X). CONTINUE? (YES|NO)", f->mode, f->vdev);
	if (!format_yes(answer))
		return RC_REFUSED;
	console_line("DMSFOR605R ENTER DISK LABEL:");
	if (format_label(answer, label) == -1)
		return command_message(line, 606, 'E', RC_SYNTAX,
		    "INVALID LABEL: 1 TO 6 LETTERS AND DIGITS");
	console_line("DMSFOR733I FORMATTING DISK '%c'", f->mode);
	console_show();
	while ((a = access_vdev(f->vdev)) != NULL)
		access_release(a);
	disk_device(&f->disk, 0, &dev);
	rc = edf_format(&dev, f->block_size, f->blocks, label);
	if (rc != 0)
		return format_failed(line, f, rc);
	rc = format_access(f, &a);
	if (rc != 0)
		return rc;
	edf_info(a->edf, &info);
	console_line("DMSFOR732I %u BLOCKS OF %u BYTES FORMATTED ON "
	    "'%c (%03X)'", info.blocks, info.block_size, f->mode, f->vdev);
	return 0;
}

static int
format_run(const struct command_line *line)
{
	char answer[CON_LINE_MAX + 1];
	struct format f;
	int rc = format_operands(line, &f);

	if (rc == 0)
		rc = format_allowed(line, &f);
	if (rc != 0)
		return rc;
	if (f.label)
		return format_relabel(line, &f, answer);
	if (f.block_size == 0)
		f.block_size = (uint64_t)f.disk.blocks * FBA_BLOCK <
		    SMALL_DISK ? SMALL_BLOCK : BLOCK_SIZE;
	if (f.blocks > f.disk.blocks / (f.block_size / FBA_BLOCK))
		return format_too_many(line, &f);
	return format_disk(line, &f, answer);
}

const struct command command_format = {
	.name = "FORMAT",
	.abbrev = 6,
	.code = "FOR",
	.run = format_run,
};
