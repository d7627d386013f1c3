/* SPDX-License-Identifier: MIT
 *
 * cmd/direct.c - DIRECT: take a new user directory into use.
 *
 * A worker checks the file and hashes its clear passwords; the running
 * directory changes only when everything in the file is right.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "log.h"
#include "message.h"
#include "name.h"
#include "worker.h"

/* A number that messages.def has not is a fault of the file all the same. */
static int
direct_refused(struct request *rq, int number, const char *text)
{
	if (number < DIR_INVALID_OPERAND || message_find(number) == NULL)
		number = DIR_FILE;
	return reply_error(rq, number, text);
}

static int
direct_load(struct request *rq)
{
	char path[PATH_MAX], text[256], who[16];
	struct directory *dir;
	struct dir_error err;

	cp_path(rq->cp, "user.direct", path, sizeof path);
	dir = directory_load(path, &err);
	if (dir == NULL) {
		dir_error_print(&err, text, sizeof text);
		return direct_refused(rq, (int)err.number, text);
	}
	if (cp_directory_swap(rq->cp, dir) < 0)
		return direct_refused(rq, DIR_FILE, "NO STORAGE");
	snprintf(who, sizeof who, "%s", name_text(rq->user).s);
	cp_operator(rq->cp, "DIRECTORY UPDATED BY %s", who);
	reply_line(rq, "EOJ DIRECTORY UPDATED, %zu USERS",
	    directory_count(dir));
	return 0;
}

static void
direct_checked(int rc, const char *text, void *arg)
{
	struct request *rq = arg;

	request_end(rq, rc == 0 ? direct_load(rq) :
				  direct_refused(rq, rc, text));
}

static int
cmd_direct(struct request *rq)
{
	char path[PATH_MAX];

	if (cp_path(rq->cp, "user.direct", path, sizeof path) < 0)
		return direct_refused(rq, DIR_FILE, "PATH TOO LONG");
	worker_direct(rq->cp->workers, path, direct_checked, rq);
	return CMD_PENDING;
}

CP_COMMAND(direct,
	.name = "DIRECT",
	.abbrev = 4,
	.class = CLASS('A') | CLASS('B') | CLASS('C'),
	.run = cmd_direct,
	.syntax = "DIREct",
	.help = "Check the user directory's source and take it into use; an "
		"error changes nothing and is told by line and column.");
