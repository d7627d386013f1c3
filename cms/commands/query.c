/* SPDX-License-Identifier: MIT
 *
 * query.c - QUERY: how CMS is set, its disks, its names for commands.  What
 * it does not know is asked of CP.
 */
#include "commands.h"
#include "console.h"
#include "load.h"
#include "main.h"
#include "operand.h"
#include "print.h"
#include "setting.h"
#include "synonym.h"

/* --- disks --- */

static const char query_heading[] = "LABEL  VDEV M   STAT  CYL TYPE BLKSZ"
    "  FILES BLKS USED-(%) BLKS LEFT BLK TOTAL";

/* "A", or "B/A": the disk B, read-only extension of A. */
static const char *
query_mode(const struct access *a, char text[4])
{
	print_into(text, 4, a->parent != ' ' ? "%c/%c" : "%c", a->mode,
	    a->parent);
	return text;
}

static const char *
query_status(const struct access *a)
{
	return a->read_only ? "R/O" : "R/W";
}

static uint32_t
query_percent(const struct edf_disk_info *info)
{
	return info->blocks > 0 ?
	    (uint32_t)((uint64_t)info->used * 100 / info->blocks) : 0;
}

static void
query_disk_line(const struct access *a)
{
	struct edf_disk_info info;
	char mode[4];

	edf_info(a->edf, &info);
	console_line("%-6s %03X  %-3s %s    FB  512 %5u %6u %10u-%02u %9u "
	    "%9u", info.volume, a->vdev, query_mode(a, mode),
	    query_status(a), info.block_size, info.files, info.used,
	    query_percent(&info), info.blocks - info.used, info.blocks);
}

static uint64_t
query_room(const struct access *a)
{
	struct edf_disk_info info;

	edf_info(a->edf, &info);
	return (uint64_t)(info.blocks - info.used) * info.block_size;
}

/* The disk with the most room that can be written. */
static const struct access *
query_max(void)
{
	const struct access *max = NULL;

	for (struct access *a = access_first(); a != NULL; a = access_next(a))
		if (!a->read_only && (max == NULL ||
		    query_room(a) > query_room(max)))
			max = a;
	return max;
}

/* '*' all, 'W' those that can be written, 'M' the largest of them, else 'L'
 * the one of a letter. */
static int
query_disks(const struct command_line *line, char which, char letter)
{
	const struct access *max = which == 'M' ? query_max() : NULL;
	int found = 0;

	for (struct access *a = access_first(); a != NULL; a = access_next(a)) {
		if ((which == 'W' && a->read_only) ||
		    (which == 'M' && a != max) ||
		    (which == 'L' && a->mode != letter))
			continue;
		if (found++ == 0)
			console_line("%s", query_heading);
		query_disk_line(a);
	}
	if (found > 0)
		return 0;
	if (which == 'L')
		return operand_disk(line, letter);
	console_line("NO DISKS ACCESSED%s", which == '*' ? "" : " R/W");
	return 0;
}

static int
query_disk(const struct command_line *line)
{
	struct fileid id = { .mode = '*' };

	if (command_word_is(line, 2, "R/W", 3))
		return query_disks(line, 'W', 0);
	if (command_word_is(line, 2, "MAX", 3))
		return query_disks(line, 'M', 0);
	if (line->words > 2 && (fileid_mode(&id, line->word[2].at,
	    line->word[2].len) == -1 || id.number != '\0'))
		return setting_invalid(line, "DISK");
	return query_disks(line, id.mode == '*' ? '*' : 'L', id.mode);
}

static int
query_search(const struct command_line *line)
{
	struct edf_disk_info info;
	char mode[4];

	(void)line;
	if (access_first() == NULL)
		console_line("NO DISKS ACCESSED");
	for (struct access *a = access_first(); a != NULL; a = access_next(a)) {
		edf_info(a->edf, &info);
		console_line("%-6s  %03X  %-3s  %s", info.volume, a->vdev,
		    query_mode(a, mode), query_status(a));
	}
	return 0;
}

/* --- the rest --- */

/* The system disk says in its SYSTEM LEVEL which build it is. */
static int
query_cmslevel(const struct command_line *line)
{
	static const struct fileid id = { .name = "SYSTEM  ",
		.type = "LEVEL   ", .mode = 'S' };
	struct load l;
	const char *build;

	(void)line;
	console_line(CMS_LEVEL);
	if (load_file(&l, &id) != 0)
		return 0;
	build = load_line(&l);
	if (build != NULL)
		console_line("SYSTEM DISK %.100s", build);
	load_free(&l);
	return 0;
}

static int
query_synonym(const struct command_line *line)
{
	int all = line->words < 3 || command_word_is(line, 2, "ALL", 3);

	if (!all && !command_word_is(line, 2, "SYSTEM", 3) &&
	    !command_word_is(line, 2, "USER", 3))
		return setting_invalid(line, "SYNONYM");
	if (all || command_word_is(line, 2, "SYSTEM", 3))
		synonym_show_system();
	if (all || command_word_is(line, 2, "USER", 3))
		synonym_show_user();
	return 0;
}

static const struct {
	const char *name;
	unsigned abbrev;
	int words; /* that it may have */
	int (*show)(const struct command_line *line);
} query_rows[] = {
	{ "CMSLEVEL", 4, 0, query_cmslevel },
	{ "DISK", 4, 1, query_disk },
	{ "SEARCH", 3, 0, query_search },
	{ "SYNONYM", 3, 1, query_synonym },
};

static int
query_setting(const struct command_line *line, const struct setting *s)
{
	if (line->words > 2)
		return command_invalid(line, 2);
	console_line("%-9s = %s", s->name, *s->value ? s->yes : s->no);
	return 0;
}

static int
query_run(const struct command_line *line)
{
	const struct setting *s = setting_find(line);

	if (line->words < 2)
		return setting_missing(line);
	if (s != NULL)
		return query_setting(line, s);
	for (unsigned i = 0; i < sizeof query_rows / sizeof query_rows[0]; i++)
		if (command_word_is(line, 1, query_rows[i].name,
		    query_rows[i].abbrev)) {
			if (line->words > 2 + query_rows[i].words)
				return command_invalid(line,
				    2 + query_rows[i].words);
			return query_rows[i].show(line);
		}
	return setting_cp(line);
}

const struct command command_query = {
	.name = "QUERY",
	.abbrev = 1,
	.code = "QRY",
	.run = query_run,
};
