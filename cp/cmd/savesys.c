/* SPDX-License-Identifier: MIT
 *
 * cmd/savesys.c - SAVESYS: the asker's machine as a saved system.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "guest.h"
#include "name.h"
#include "nss.h"
#include "nssmake.h"
#include "vmblok.h"

static int
savesys_failed(struct request *rq, struct vm_name name, const char *why)
{
	nss_drop(rq->cp, name);
	return reply_error(rq, 174, name_text(name).s, why);
}

static void
savesys_end(struct request *rq, struct vm_name name, int rc)
{
	nssmake_saved(rq->cp, name, rq->user, rc);
	request_end(rq, rc);
}

/* It has its name, and keeps it whatever happens. */
static void
savesys_on_disk(int rc, const char *text, void *arg)
{
	struct request *rq = arg;
	struct vm_name name = *(const struct vm_name *)rq->data;

	(void)text;
	if (rc == 0)
		reply_text(rq, "SYSTEM SAVED");
	else
		rc = reply_error(rq, 174, name_text(name).s, strerror(-rc));
	savesys_end(rq, name, rc);
}

static void
savesys_answered(struct request *rq, const void *payload)
{
	const struct ipc_done *done = payload;
	struct vm_name name = *(const struct vm_name *)rq->data;
	int rc;

	if (done == NULL)
		rc = savesys_failed(rq, name, "THE VIRTUAL MACHINE HAS ENDED");
	else if (done->rc == -EBUSY)
		rc = savesys_failed(rq, name, "I/O IS NOT COMPLETE");
	else if (done->rc != 0)
		rc = savesys_failed(rq, name,
		    strerror((int)-(int64_t)done->rc)); /* whatever it says */
	else if (nss_publish(rq->cp, name, savesys_on_disk, rq) == 0)
		return;
	else
		rc = savesys_failed(rq, name, errno == EPROTO ?
		    "ITS FILE IS NOT WHOLE" : strerror(errno));
	savesys_end(rq, name, rc);
}

static int
savesys_ask(struct request *rq, struct vm_name name, int fd)
{
	struct vm_name *kept = malloc(sizeof *kept);

	if (kept == NULL)
		return savesys_failed(rq, name, "NO STORAGE");
	*kept = name;
	rq->data = kept;
	rq->data_free = free;
	if (guestask_save(rq->vm, fd, name, rq, savesys_answered) < 0)
		return savesys_failed(rq, name, "TOO MUCH AT ONCE");
	return CMD_PENDING;
}

static int
cmd_savesys(struct request *rq)
{
	const char *word = request_word(rq, 1);
	struct vm_name name;
	int fd, rc;

	if (*word == '\0')
		return reply_error(rq, 26);
	if (!nss_name(word, &name))
		return reply_error(rq, 2, word);
	if (rq->words > 2)
		return reply_error(rq, 2, request_word(rq, 2));
	if (rq->vm->guest == NULL)
		return reply_error(rq, 174, word, "NOTHING RUNS");
	fd = nss_create(rq->cp, name);
	if (fd < 0)
		return reply_error(rq, 174, word, errno == EEXIST ?
		    "IT IS BEING SAVED" : strerror(errno));
	rc = savesys_ask(rq, name, fd);
	close(fd);
	return rc;
}

CP_COMMAND(savesys,
	.name = "SAVESYS",
	.abbrev = 7,
	.class = CLASS('E'),
	.machine = true,
	.run = cmd_savesys,
	.syntax = "SAVESYS name",
	.help = "Save what your virtual machine runs, to be started by IPL and "
		"that name in any machine with as much storage. Devices are "
		"not saved.");
