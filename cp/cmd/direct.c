/* SPDX-License-Identifier: MIT
 *
 * cmd/direct.c - DIRECT: take a new user directory into use.
 *
 * A worker checks the file and hashes its clear passwords; the running
 * directory changes only when everything in the file is right, and brings back
 * no password that everybody knows where everybody may come in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "doors.h"
#include "log.h"
#include "message.h"
#include "name.h"
#include "worker.h"

#define DIRECT_NOT_TAKEN 443 /* message */

/* A number that messages.def has not is a fault of the file all the same. */
static int
direct_refused(struct request *rq, int number, const char *text)
{
	if (number < DIR_INVALID_OPERAND || message_find(number) == NULL)
		number = DIR_FILE;
	return reply_error(rq, number, text);
}

static int
direct_swap(struct request *rq, struct directory *dir)
{
	char who[16];

	if (cp_directory_swap(rq->cp, dir) < 0)
		return direct_refused(rq, DIR_FILE, "NO STORAGE");
	snprintf(who, sizeof who, "%s", name_text(rq->user).s);
	cp_operator(rq->cp, "DIRECTORY UPDATED BY %s", who);
	reply_line(rq, "EOJ DIRECTORY UPDATED, %zu USERS",
	    directory_count(dir));
	return 0;
}

/* What may be taken, if its passwords may. */
struct direct {
	struct request *rq;
	struct directory *dir;
};

static void
direct_compared(const char *why, void *arg)
{
	struct direct *d = arg;
	struct request *rq = d->rq;
	struct directory *dir = d->dir;

	free(d);
	if (why == NULL) {
		request_end(rq, direct_swap(rq, dir));
		return;
	}
	directory_free(dir);
	request_end(rq, reply_error(rq, DIRECT_NOT_TAKEN, why));
}

static int
direct_load(struct request *rq)
{
	struct direct *d = malloc(sizeof *d);
	char path[PATH_MAX], text[256];
	struct dir_error err;

	if (d == NULL)
		return direct_refused(rq, DIR_FILE, "NO STORAGE");
	cp_path(rq->cp, "user.direct", path, sizeof path);
	*d = (struct direct){ rq, directory_load(path, &err) };
	if (d->dir == NULL) {
		free(d);
		dir_error_print(&err, text, sizeof text);
		return direct_refused(rq, (int)err.number, text);
	}
	doors_directory(rq->cp, d->dir, direct_compared, d);
	return CMD_PENDING;
}

static void
direct_checked(int rc, const char *text, void *arg)
{
	struct request *rq = arg;

	rc = rc == 0 ? direct_load(rq) : direct_refused(rq, rc, text);
	if (rc != CMD_PENDING)
		request_end(rq, rc);
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
