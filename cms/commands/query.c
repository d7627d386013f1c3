/* SPDX-License-Identifier: MIT
 *
 * query.c - QUERY: how CMS is set.  What it does not know is asked of CP.
 */
#include "commands.h"
#include "console.h"
#include "fs.h"
#include "main.h"

static void
query_cmslevel(void)
{
	console_line(CMS_LEVEL);
}

static void
query_impcp(void)
{
	console_line("IMPCP     = %s", command_settings.imp_cp ? "ON" : "OFF");
}

static void
query_rdymsg(void)
{
	console_line("RDYMSG    = %s",
	    command_settings.ready_long ? "LMSG" : "SMSG");
}

static void
query_search(void)
{
	for (const struct fs *fs = fs_first(); fs != NULL; fs = fs->next)
		console_line("%-8s %03X  %c  R/O", fs->volume, fs->vdev,
		    fs->mode);
	if (fs_first() == 0)
		console_line("NO DISKS ACCESSED");
}

static const struct {
	const char *name;
	unsigned abbrev;
	void (*show)(void);
} query_rows[] = {
	{ "CMSLEVEL", 4, query_cmslevel },
	{ "IMPCP", 5, query_impcp },
	{ "RDYMSG", 6, query_rdymsg },
	{ "SEARCH", 3, query_search },
};

static int
query_run(const struct command_line *line)
{
	if (line->words < 2)
		return command_missing(line);
	for (unsigned i = 0; i < sizeof query_rows / sizeof query_rows[0]; i++)
		if (command_word_is(line, 1, query_rows[i].name,
		    query_rows[i].abbrev)) {
			if (line->words > 2)
				return command_too_many(line, 2);
			query_rows[i].show();
			return 0;
		}
	return command_cp(line->text, 0);
}

const struct command command_query = {
	.name = "QUERY",
	.abbrev = 1,
	.code = "QRY",
	.syntax = "QUERY CMSLEVEL | IMPCP | RDYMSG | SEARCH | what CP knows",
	.help = "CMSLEVEL  which CMS this is\n"
		"IMPCP     whether unknown commands are given to CP\n"
		"RDYMSG    whether Ready; has times\n"
		"SEARCH    the disks, in the order in which they are searched\n"
		"Everything else is asked of CP: QUERY TIME, QUERY NAMES.",
	.run = query_run,
};
