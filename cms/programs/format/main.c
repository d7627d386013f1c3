/* SPDX-License-Identifier: MIT
 *
 * main.c - FORMAT: make a disk a CMS disk, empty; or give it another label,
 * or another size.
 *
 * It works on the disk's blocks, with a file system of its own: meanwhile the
 * disk has no letter.  What cannot be done is found out before.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cms.h"
#include "device.h"
#include "files.h"
#include "print.h"
#include "say.h"
#include "words.h"

#define VDEV_MAX 0xFFFul
#define BLOCK_SIZE 4096u
#define SMALL_BLOCK 1024u
#define SMALL_DISK 4096u /* 2 MiB: below, smaller blocks */
#define ANSWER 132
#define RC_REFUSED 8

const char say_code[] = "FOR";

enum format_what { FORMAT_NEW, FORMAT_LABEL, FORMAT_RECOMP };

struct format {
	char mode;
	char name[8];	   /* "B (192)" */
	uint32_t blocks;   /* of 512 bytes; 0: all */
	uint32_t block_size; /* 0: as suits the disk */
	enum format_what what;
	struct device disk;
};

static struct words words;

/* --- what is asked --- */

static int
format_size(struct format *f, const char *word)
{
	static const struct {
		const char *name;
		uint32_t size;
	} sizes[] = {
		{ "512", 512 }, { "1024", 1024 }, { "1K", 1024 },
		{ "2048", 2048 }, { "2K", 2048 }, { "4096", 4096 },
		{ "4K", 4096 },
	};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		if (words_is(word, sizes[i].name,
		    (unsigned)strlen(sizes[i].name))) {
			f->block_size = sizes[i].size;
			return 0;
		}
	return say_parameter(word, "BLKSIZE");
}

static int
format_only(struct format *f, enum format_what what)
{
	if (f->what != FORMAT_NEW && f->what != what)
		return say(66, 'E', 24, "'LABEL' AND 'RECOMP' ARE CONFLICTING "
		    "OPTIONS");
	f->what = what;
	return 0;
}

/* Nothing is erased but what says which files there are: NOERASE is how it is.
 */
static int
format_option(struct format *f, int *n)
{
	const char *word = words.option[(*n)++];

	if (words_is(word, "LABEL", 1))
		return format_only(f, FORMAT_LABEL);
	if (words_is(word, "RECOMP", 1))
		return format_only(f, FORMAT_RECOMP);
	if (words_is(word, "NOERASE", 3))
		return 0;
	if (!words_is(word, "BLKSIZE", 3))
		return say_option(word);
	if (*n == words.options)
		return say(5, 'E', 24, "NO 'BLKSIZE' SPECIFIED");
	return format_size(f, words.option[(*n)++]);
}

static int
format_vdev(struct format *f)
{
	unsigned long vdev;

	if (words.operands < 1)
		return say(28, 'E', 24, "NO DEVICE SPECIFIED");
	if (words_hex(words.operand[0], VDEV_MAX, &vdev) == -1 || vdev == 0)
		return say(17, 'E', 24, "INVALID DEVICE ADDRESS '%s'",
		    words.operand[0]);
	f->disk.vdev = (uint16_t)vdev;
	return 0;
}

static int
format_mode(struct format *f)
{
	const char *word = words.operands > 1 ? words.operand[1] : "";
	struct fileid id;

	if (fileid_mode(&id, word, strlen(word)) == -1 || id.mode == '*' ||
	    id.mode == 'S' || id.number != '\0')
		return say(48, 'E', 24, "INVALID MODE '%s'", word);
	f->mode = id.mode;
	print_into(f->name, sizeof f->name, "%c (%03X)", f->mode,
	    f->disk.vdev);
	return 0;
}

static int
format_operands(struct format *f)
{
	unsigned long blocks = 0;
	int rc = format_vdev(f);

	if (rc == 0)
		rc = format_mode(f);
	if (rc == 0 && words.operands > 2 && words_number(words.operand[2],
	    UINT32_MAX, &blocks) == -1)
		rc = say_operand(words.operand[2]);
	if (rc == 0 && words.operands > 3)
		rc = say_operand(words.operand[3]);
	f->blocks = (uint32_t)blocks;
	for (int n = 0; n < words.options && rc == 0;)
		rc = format_option(f, &n);
	return rc;
}

/* --- can it be --- */

/* CMS's own disk is nobody's to write, as long as CMS uses it. */
static int
format_is_system(const struct format *f)
{
	struct cms_disk s;

	return cms_disk('S', &s) == 0 && s.vdev == f->disk.vdev;
}

static int
format_failed(const struct format *f, int error)
{
	switch (error) {
	case EDF_INVALID:
		return say(216, 'E', 100, "INSUFFICIENT BLOCKS ON DISK TO "
		    "SUPPORT CMS DISK STRUCTURE");
	case EDF_FULL:
		return say(214, 'W', RC_REFUSED, "CANNOT RECOMPUTE WITHOUT "
		    "LOSS OF DATA. NO CHANGE");
	case EDF_NO_STORAGE:
		return say(109, 'S', 104, "VIRTUAL STORAGE CAPACITY EXCEEDED");
	default:
		return say(125, 'S', 100, "PERMANENT UNIT CHECK ON DISK '%s'",
		    f->name);
	}
}

/* All but the writing, to nowhere. */
static int
format_try(struct format *f)
{
	struct edf_device dev;
	uint32_t sectors;
	int error;

	if (f->block_size == 0)
		f->block_size = f->disk.blocks < SMALL_DISK ? SMALL_BLOCK :
		    BLOCK_SIZE;
	sectors = f->block_size / EDF_SECTOR;
	f->disk.dry = 1;
	device_edf(&f->disk, &dev);
	error = edf_format(&dev, f->block_size, (f->blocks != 0 ? f->blocks :
	    f->disk.blocks) / sectors, "DRYRUN");
	f->disk.dry = 0;
	return error == 0 ? 0 : format_failed(f, error);
}

static int
format_read_only(const struct format *f)
{
	return say(37, 'E', 36, "DISK '%s' IS READ/ONLY", f->name);
}

/* What is only changed has its letter already. */
static int
format_accessed(const struct format *f)
{
	struct cms_disk d;

	if (cms_disk(f->mode, &d) == -1 || d.vdev != f->disk.vdev)
		return say(69, 'E', 36, "DISK '%s' NOT ACCESSED", f->name);
	return d.read_only ? format_read_only(f) : 0;
}

static int
format_allowed(struct format *f)
{
	if (device_open(&f->disk, f->disk.vdev) == -1)
		return say(113, 'S', 100, "%s NOT ATTACHED", f->name);
	if (f->disk.read_only || format_is_system(f))
		return format_read_only(f);
	if (f->blocks > f->disk.blocks)
		return say_operand(words.operand[2]);
	return f->what == FORMAT_NEW ? format_try(f) : format_accessed(f);
}

/* --- the answers --- */

/* The first word of an answer: 0, or -1 when there is none. */
static int
format_answer(char word[ANSWER])
{
	char line[ANSWER] = "";
	const char *at;
	size_t n;

	fflush(stdout);
	if (fgets(line, sizeof line, stdin) == NULL)
		return -1;
	at = line + strspn(line, " \t");
	n = strcspn(at, " \t\n");
	memcpy(word, at, n);
	word[n] = '\0';
	return n > 0 ? 0 : -1;
}

static int
format_confirm(const struct format *f)
{
	char word[ANSWER];

	say(603, 'R', 0, "FORMAT WILL ERASE ALL FILES ON DISK %s. CONTINUE? "
	    "(YES|NO)", f->name);
	if (format_answer(word) == 0 && (words_is(word, "YES", 1) ||
	    words_is(word, "1", 1)))
		return 0;
	return say(705, 'I', RC_REFUSED, "DISK REMAINS UNCHANGED");
}

/* A label is a name of at most six characters. */
static int
format_label(char label[EDF_VOLUME])
{
	char word[ANSWER], name[FILEID_NAME];

	say(605, 'R', 0, "ENTER DISK LABEL:");
	if (format_answer(word) == -1 || strlen(word) > EDF_VOLUME ||
	    fileid_name(name, word, strlen(word)) == -1)
		return say(606, 'E', 24, "INVALID LABEL: 1 TO 6 LETTERS AND "
		    "DIGITS");
	memcpy(label, name, EDF_VOLUME);
	return 0;
}

/* --- the work --- */

/* Give CMS a command; it gives its own messages. */
static int
format_command(const char *command)
{
	int rc;

	fflush(stdout);
	return cms_command(command, &rc) == -1 ? 104 : rc;
}

static int
format_release(const struct format *f)
{
	char line[16];

	print_into(line, sizeof line, "RELEASE %03X", f->disk.vdev);
	return format_command(line);
}

static int
format_access(const struct format *f)
{
	char line[16];

	print_into(line, sizeof line, "ACCESS %03X %c", f->disk.vdev, f->mode);
	return format_command(line);
}

static int
format_is_accessed(const struct format *f)
{
	struct cms_disk d;

	for (char mode = 'A'; mode <= 'Z'; mode++)
		if (cms_disk(mode, &d) == 0 && d.vdev == f->disk.vdev)
			return 1;
	return 0;
}

static int
format_new(struct format *f, const char label[EDF_VOLUME])
{
	struct edf_device dev;

	device_edf(&f->disk, &dev);
	return edf_format(&dev, f->block_size, f->blocks != 0 ? f->blocks /
	    (f->block_size / EDF_SECTOR) : 0, label);
}

/* The disk keeps its files. */
static int
format_change(struct format *f, const char label[EDF_VOLUME])
{
	struct edf_disk_info info;
	struct edf_device dev;
	struct edf *edf;
	int error;

	device_edf(&f->disk, &dev);
	error = edf_mount(&dev, &edf);
	if (error != 0)
		return error;
	edf_info(edf, &info);
	if (f->what == FORMAT_LABEL)
		error = edf_set_volume(edf, label);
	else
		error = edf_resize(edf, (f->blocks != 0 ? f->blocks :
		    f->disk.blocks) / (info.block_size / EDF_SECTOR));
	if (error == 0)
		error = edf_commit(edf);
	edf_unmount(edf);
	return error;
}

/* The disk has no letter while it is worked on; nor afterwards, when nothing
 * has become of a new format. */
static int
format_disk(struct format *f, const char label[EDF_VOLUME])
{
	int rc = format_is_accessed(f) ? format_release(f) : 0;
	int error, again = 0;

	if (rc != 0)
		return rc;
	error = f->what == FORMAT_NEW ? format_new(f, label) :
	    format_change(f, label);
	if (error != 0)
		rc = format_failed(f, error);
	if (error == 0 || f->what != FORMAT_NEW)
		again = format_access(f);
	return rc != 0 ? rc : again;
}

static int
format_done(const struct format *f)
{
	struct cms_disk d;

	if (cms_disk(f->mode, &d) == 0)
		say(732, 'I', 0, "%u FB-512 BLOCKS FORMATTED ON '%s'",
		    d.blocks * (d.block_size / EDF_SECTOR), f->name);
	return 0;
}

int
main(int argc, char **argv)
{
	char label[EDF_VOLUME];
	struct format f = { .what = FORMAT_NEW };
	int rc;

	words_split(&words, argc, argv);
	rc = format_operands(&f);
	if (rc == 0)
		rc = format_allowed(&f);
	if (rc == 0 && f.what == FORMAT_NEW)
		rc = format_confirm(&f);
	if (rc == 0 && f.what != FORMAT_RECOMP)
		rc = format_label(label);
	if (rc == 0 && f.what == FORMAT_NEW)
		say(733, 'I', 0, "FORMATTING DISK '%c'", f.mode);
	if (rc == 0)
		rc = format_disk(&f, label);
	return rc != 0 || f.what == FORMAT_LABEL ? rc : format_done(&f);
}
