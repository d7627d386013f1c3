/* SPDX-License-Identifier: MIT
 *
 * diskcmd.c - vm370 disk: the commands, their operands and options, and who
 * carries them out: this vm370, or the one in the lab where the system runs.
 */
#include "diskcmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"
#include "name.h"

static const struct diskcmd_row {
	const char *name;
	int (*run)(struct diskcmd *c);
	const char *options; /* which are taken, by the letters below */
	int least, most;     /* words behind the disk */
	enum inside_host host; /* a word names a file of the host: */
	int host_word;
	int (*before)(struct diskcmd *c); /* where the host's file is */
	const char *syntax;
	const char *help;
} diskcmd_rows[] = {
	{ "list", diskfile_list, "", 0, 2, HOST_NONE, 0, NULL,
	    "DISK [FN [FT]]",
	    "its files; FN and FT may hold * (any characters) and % (one)" },
	{ "read", diskfile_read, "tb", 2, 3, HOST_OUT, 2, NULL,
	    "DISK FN FT [HOSTFILE] [--binary|--text]",
	    "a file to HOSTFILE or standard output, a line for each record;\n"
	    "      bytes as they are with --binary, or when the file has "
	    "records of 1" },
	{ "write", diskfile_write, "tbfm", 3, 3, HOST_IN, 0, NULL,
	    "DISK HOSTFILE|- FN FT [--binary|--text] [--fixed N] [--mode N]",
	    "HOSTFILE or standard input to a file, a record for each line; "
	    "bytes as\n      they are when FT is MODULE or there is a NUL in "
	    "the beginning" },
	{ "erase", diskfile_erase, "", 2, 2, HOST_NONE, 0, NULL,
	    "DISK FN FT", "erase a file" },
	{ "format", diskwhole_format, "slFB", 0, 0, HOST_NONE, 0, NULL,
	    "DISK [--block-size N] [--label VOLID] [--force] [--blocks N]",
	    "a new, empty disk, in blocks of 4096 or N bytes; --force: files "
	    "may go;\n      --blocks: make an image of N blocks of "
	    "512 bytes" },
	{ "check", diskwhole_check, "v", 0, 0, HOST_NONE, 0, NULL,
	    "DISK [-v]",
	    "look whether it is sound (exit 3: it is not); -v: and say what "
	    "is on it" },
	{ "resize", diskwhole_resize, "", 0, 1, HOST_NONE, 0, NULL,
	    "DISK [BLOCKS]",
	    "another size, in blocks of 512 bytes; as large as the minidisk "
	    "without" },
	{ "label", diskwhole_label, "", 0, 1, HOST_NONE, 0, NULL,
	    "DISK [NEW]", "its label; another one" },
	{ "backup", diskcopy_backup, "", 1, 1, HOST_OUT, 0, NULL,
	    "DISK FILE|-",
	    "one state of it to an image, also while its user works" },
	{ "restore", diskcopy_restore, "FB", 1, 1, HOST_IN, 0, diskcopy_examine,
	    "DISK FILE [--force]",
	    "an image in its place; --force: whatever is in the image" },
};

#define DISKCMD_ROWS (sizeof diskcmd_rows / sizeof diskcmd_rows[0])

static int
diskcmd_help(void)
{
	printf("usage: vm370 disk COMMAND ...\n\n");
	for (size_t i = 0; i < DISKCMD_ROWS; i++)
		printf("  %s %s\n      %s\n", diskcmd_rows[i].name,
		    diskcmd_rows[i].syntax, diskcmd_rows[i].help);
	printf("\nDISK is USER VDEV, as in user.direct, or --image FILE.\n");
	return 0;
}

/* --- operands --- */

static bool
diskcmd_number(const char *word, uint64_t least, uint64_t most, uint64_t *n)
{
	char *end;

	errno = 0;
	*n = strtoull(word, &end, 10);
	if (word[0] >= '0' && word[0] <= '9' && *end == '\0' && errno == 0 &&
	    *n >= least && *n <= most)
		return true;
	front_fail("%s is no number from %llu to %llu", word,
	    (unsigned long long)least, (unsigned long long)most);
	return false;
}

static bool
diskcmd_block_size(struct diskcmd *c, const char *word)
{
	uint64_t n;

	if (!diskcmd_number(word, 512, 4096, &n))
		return false;
	c->block_size = (uint32_t)n;
	if ((n & (n - 1)) == 0)
		return true;
	front_fail("%s is no block size: 512, 1024, 2048 or 4096", word);
	return false;
}

static bool
diskcmd_option(struct diskcmd *c, int letter, const char *word)
{
	uint64_t n = 0;

	switch (letter) {
	case 'i': c->disk.image = word; return true;
	case 'r': c->relay = true; return true;
	case 't': c->form = FORM_TEXT; return true;
	case 'b': c->form = FORM_BINARY; return true;
	case 'F': c->force = true; return true;
	case 'v': c->verbose = true; return true;
	case 'l': c->label = word; return true;
	case 's': return diskcmd_block_size(c, word);
	case 'B':
		return diskcmd_number(word, 1, UINT32_MAX, &c->blocks);
	case 'f':
		if (!diskcmd_number(word, 1, EDF_LRECL_MAX, &n))
			return false;
		c->fixed = (uint32_t)n;
		return true;
	case 'm':
		if (!diskcmd_number(word, 0, 6, &n))
			return false;
		c->mode = (char)('0' + n);
		return true;
	}
	return false;
}

/* Options anywhere; the words move to the end of argv. */
static int
diskcmd_options(struct diskcmd *c, const struct diskcmd_row *row, int argc,
    char *argv[])
{
	static const struct option options[] = {
		{ "image", required_argument, NULL, 'i' },
		{ "relay", no_argument, NULL, 'r' },
		{ "text", no_argument, NULL, 't' },
		{ "binary", no_argument, NULL, 'b' },
		{ "fixed", required_argument, NULL, 'f' },
		{ "mode", required_argument, NULL, 'm' },
		{ "block-size", required_argument, NULL, 's' },
		{ "label", required_argument, NULL, 'l' },
		{ "blocks", required_argument, NULL, 'B' },
		{ "force", no_argument, NULL, 'F' },
		{ "verbose", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	optind = 0;
	while ((letter = front_option(argc, argv, "v", options)) != -1) {
		if (letter == '?')
			return 2; /* it has been said why */
		if (strchr("ir", letter) == NULL &&
		    strchr(row->options, letter) == NULL)
			return front_fail("disk %s takes no such option; it "
			    "is: vm370 disk %s %s", row->name, row->name,
			    row->syntax);
		if (!diskcmd_option(c, letter, optarg))
			return 1;
	}
	return 0;
}

static int
diskcmd_usage(const struct diskcmd_row *row)
{
	return front_fail("usage: vm370 disk %s %s", row->name, row->syntax);
}

static bool
diskcmd_vdev(const char *word, vdev_t *vdev)
{
	char *end;
	unsigned long n = strtoul(word, &end, 16);

	if (strlen(word) <= 4 && strspn(word, "0123456789abcdefABCDEF") ==
	    strlen(word) && n >= 1 && n <= VDEV_MAX) {
		*vdev = (vdev_t)n;
		return true;
	}
	front_fail("%s is no device address: 001 to FFF", word);
	return false;
}

/* The disk, and as many words as the row says. */
static int
diskcmd_words(struct diskcmd *c, const struct diskcmd_row *row, int argc,
    char *argv[])
{
	if (c->disk.image == NULL) {
		if (argc < 2)
			return diskcmd_usage(row);
		if (name_parse(argv[0], &c->disk.owner) < 0)
			return front_fail("%s is no userid", argv[0]);
		if (!diskcmd_vdev(argv[1], &c->disk.vdev))
			return 1;
		argc -= 2;
		argv += 2;
	}
	c->words = argv;
	c->nwords = argc;
	return argc < row->least || argc > row->most ? diskcmd_usage(row) : 0;
}

/* --- in the lab --- */

/* The same words, the host's file apart, which is ours. */
static int
diskcmd_inside(struct diskcmd *c, const struct diskcmd_row *row, int argc,
    char *argv[])
{
	char blocks[48], *extra[] = { NULL, NULL };

	if (row->before != NULL && row->before(c) != 0)
		return 1;
	if (c->blocks != 0) {
		snprintf(blocks, sizeof blocks, "--blocks=%llu",
		    (unsigned long long)c->blocks);
		extra[0] = blocks;
	}
	return inside_run(c->front, argc, argv, row->host,
	    row->host_word < c->nwords ? argc - c->nwords + row->host_word : 0,
	    extra);
}

/* --- */

static int
diskcmd_run(struct diskcmd *c, const struct diskcmd_row *row, int argc,
    char *argv[])
{
	int rc;

	/* argv[0] is the command's name: for getopt the program's. */
	if ((rc = diskcmd_options(c, row, argc, argv)) != 0 ||
	    (rc = diskcmd_words(c, row, argc - optind, argv + optind)) != 0)
		return rc;
	switch (c->disk.image != NULL ? PLACE_HERE : inside_place(c->front)) {
	case PLACE_HERE:
		return row->run(c);
	case PLACE_IN_LAB:
		return diskcmd_inside(c, row, argc + 1, argv - 1);
	case PLACE_NOWHERE:
		break;
	}
	return 1;
}

int
disk_command(struct front *front, int argc, char *argv[])
{
	struct diskcmd c = { .front = front, .mode = '1',
		.block_size = 4096 };

	if (argc < 2 || strcmp(argv[1], "help") == 0)
		return diskcmd_help();
	for (size_t i = 0; i < DISKCMD_ROWS; i++)
		if (strcmp(diskcmd_rows[i].name, argv[1]) == 0)
			return diskcmd_run(&c, &diskcmd_rows[i], argc - 1,
			    argv + 1);
	front_fail("no command disk %s; vm370 disk help lists them", argv[1]);
	return 2;
}
