/* SPDX-License-Identifier: MIT
 *
 * listfile.c - LISTFILE: the files on the accessed disks.
 */
#include "commands.h"
#include "console.h"
#include "fs.h"
#include "print.h"
#include "text.h"

#define RC_NOT_FOUND 28
#define RC_DISK 100
#define PATTERN 33

static int
listfile_pattern(const struct command_line *line, int n, char pattern[PATTERN])
{
	if (n >= line->words) {
		pattern[0] = '*';
		pattern[1] = '\0';
		return 0;
	}
	if (line->word[n].len >= PATTERN)
		return -1;
	print_into(pattern, PATTERN, "%.*s", (int)line->word[n].len,
	    line->word[n].at);
	return 0;
}

static int
listfile_disk(struct fs *fs, const char *fn, const char *ft, int *found)
{
	struct fs_file file;
	uint32_t cursor = 0;
	int more;

	while ((more = fs->ops->next(fs, &cursor, &file)) == 1) {
		if (!text_match(fn, file.name) || !text_match(ft, file.type))
			continue;
		console_line("%.8s %.8s %c2 %10lu", file.name, file.type,
		    fs->mode, (unsigned long)file.length);
		++*found;
	}
	return more;
}

static int
listfile_run(const struct command_line *line)
{
	char fn[PATTERN], ft[PATTERN], fm[PATTERN];
	int found = 0;

	if (listfile_pattern(line, 1, fn) == -1)
		return command_invalid(line, 1);
	if (listfile_pattern(line, 2, ft) == -1)
		return command_invalid(line, 2);
	if (listfile_pattern(line, 3, fm) == -1)
		return command_invalid(line, 3);
	if (line->words > 4)
		return command_too_many(line, 4);
	for (struct fs *fs = fs_first(); fs != NULL; fs = fs->next) {
		if (fm[0] != '*' && text_upper((unsigned char)fm[0]) !=
		    fs->mode)
			continue;
		if (listfile_disk(fs, fn, ft, &found) == -1) {
			console_line("DMSLST104S ERROR READING DISK %03X",
			    fs->vdev);
			return RC_DISK;
		}
	}
	if (found > 0)
		return 0;
	console_line("DMSLST002E FILE NOT FOUND");
	return RC_NOT_FOUND;
}

const struct command command_listfile = {
	.name = "LISTFILE",
	.abbrev = 1,
	.code = "LST",
	.syntax = "LISTFILE [fn [ft [fm]]]",
	.help = "Lists files: name, type, mode and bytes.  An asterisk in a\n"
		"name or type stands for any characters.  A MODULE is a\n"
		"program: its name is a command.",
	.run = listfile_run,
};
