/* SPDX-License-Identifier: MIT
 *
 * cmd/ipl.c - IPL: start a system in the virtual machine, from a device or a
 * saved one by its name.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "device.h"
#include "guest.h"
#include "hexloc.h"
#include "log.h"
#include "name.h"
#include "nss.h"
#include "vmblok.h"

/* Systems that can be had without having been saved: the disk they live on. */
static const struct ipl_system {
	const char *name;
	vdev_t vdev;
} ipl_systems[] = {
	{ "CMS", 0x190 },
};

struct ipl_words {
	vdev_t vdev;	     /* of the device, VDEV_NONE: a name */
	struct vm_name name;
	unsigned flags;
	const char *parm;    /* in the request's line */
	struct saved_header h; /* of the saved system */
};

/* A device's address wins over a name that looks like one. */
static int
ipl_what(struct request *rq, struct ipl_words *w)
{
	const char *word = request_word(rq, 1);

	w->vdev = hexloc_vdev(word);
	if (w->vdev != VDEV_NONE)
		return 0;
	if (*word == '\0')
		return reply_error(rq, 26);
	return nss_name(word, &w->name) ? 0 : reply_error(rq, 44, word);
}

static int
ipl_options(struct request *rq, struct ipl_words *w)
{
	for (unsigned i = 2; i < rq->words; i++) {
		if (request_is(rq, i, "CLEAR", 2))
			w->flags |= IPL_CLEAR;
		else if (request_is(rq, i, "NOCLEAR", 5))
			w->flags &= ~(unsigned)IPL_CLEAR;
		else if (request_is(rq, i, "STOP", 4))
			w->flags |= IPL_STOP;
		else if (request_is(rq, i, "PARM", 4)) {
			w->parm = request_rest(rq, i + 1);
			return 0;
		} else
			return reply_error(rq, 3, request_word(rq, i));
	}
	return 0;
}

static int
ipl_device(struct request *rq, const struct ipl_words *w)
{
	char text[16];
	const char *why;

	if (device_find(rq->vm, w->vdev) == NULL) {
		snprintf(text, sizeof text, "%03X", w->vdev);
		return reply_error(rq, 40, text);
	}
	if (guest_need(rq->vm, &why) == NULL)
		return reply_error(rq, 460, why);
	guest_ipl(rq->vm, w->vdev, w->flags, w->parm);
	return 0;
}

/* A system from before there were saved ones goes on as it was; its log says
 * once how to have one. */
static void
ipl_tell_once(const struct cp *cp, struct vm_name name)
{
	static bool told;
	const char *system = name_text(name).s;

	for (size_t i = 0; i < cp->config->nsaved; i++)
		told |= name_equal(cp->config->saved[i].system, name);
	if (!told)
		log_info("%s is not saved and comes from disk: it would start "
		    "faster with SAVED %s BY userid in system.config, see "
		    "docs/DIRECTORY.md", system, system);
	told = true;
}

/* There is none, or none that fits (why is a message's number, said already):
 * perhaps there is a disk to start from. */
static int
ipl_unsaved(struct request *rq, struct ipl_words *w, int why)
{
	int rc;

	for (size_t i = 0; i < sizeof ipl_systems / sizeof ipl_systems[0]; i++)
		if (strcmp(name_text(w->name).s, ipl_systems[i].name) == 0) {
			w->vdev = ipl_systems[i].vdev;
			ipl_tell_once(rq->cp, w->name);
			rc = ipl_device(rq, w);
			return rc != 0 ? rc : why;
		}
	return why != 0 ? why : reply_error(rq, 44, name_text(w->name).s);
}

/* Why a saved system was not started: the message's number. */
static int
ipl_refused(struct request *rq, const struct ipl_words *w, int32_t why)
{
	struct name_text name = name_text(w->name);
	char storage[32];

	switch (why) {
	case VM_SAVED_BUILD:
		return reply_error(rq, 236, name.s);
	case VM_SAVED_MODEL:
		return reply_error(rq, 237, name.s);
	case VM_SAVED_STORAGE:
		snprintf(storage, sizeof storage, "%" PRIu64 "K",
		    w->h.storage >> 10);
		return reply_error(rq, 238, name.s, storage);
	case VM_SAVED_IO:
		return reply_error(rq, 239, name.s);
	default:
		nss_damaged(rq->cp, &w->h);
		return reply_error(rq, 235, name.s);
	}
}

static void
ipl_answered(struct request *rq, const void *payload)
{
	const struct ipc_done *done = payload;
	struct ipl_words *w = rq->data;
	int rc = 0;

	if (done == NULL || rq->vm == NULL) { /* the machine has ended */
		request_end(rq, 0);
		return;
	}
	if (done->rc == 0)
		guest_started(rq->vm, &w->h, w->flags);
	else
		rc = ipl_unsaved(rq, w, ipl_refused(rq, w, done->rc));
	request_end(rq, rc);
}

/* vmguest looks whether the file is right and fits. */
static int
ipl_saved(struct request *rq, const struct ipl_words *w, int fd)
{
	struct ipl_words *kept;
	const char *why;

	if (guest_need(rq->vm, &why) == NULL)
		return reply_error(rq, 460, why);
	kept = malloc(sizeof *kept);
	if (kept == NULL)
		return reply_error(rq, 183, "IPL", "NO STORAGE");
	*kept = *w;
	rq->data = kept;
	rq->data_free = free;
	if (guestask_ipl_saved(rq->vm, fd, (vdev_t)w->h.ipl_vdev, w->flags,
	    w->parm, rq, ipl_answered) < 0)
		return reply_error(rq, 183, "IPL", "TOO MUCH AT ONCE");
	return CMD_PENDING;
}

static int
ipl_name(struct request *rq, struct ipl_words *w)
{
	int fd = nss_find(rq->cp, w->name, &w->h), rc;

	if (fd < 0 && errno == ENOENT)
		return ipl_unsaved(rq, w, 0);
	if (fd < 0) {
		log_warn("saved system %s", name_text(w->name).s);
		return ipl_unsaved(rq, w, ipl_refused(rq, w, VM_SAVED_IO));
	}
	rc = ipl_saved(rq, w, fd);
	close(fd);
	return rc;
}

static int
cmd_ipl(struct request *rq)
{
	struct ipl_words w = { .parm = "" };
	int rc = ipl_what(rq, &w);

	if (rc == 0)
		rc = ipl_options(rq, &w);
	if (rc != 0)
		return rc;
	if (strlen(w.parm) > MACHINE_PARM_MAX)
		return reply_error(rq, 2, w.parm);
	return w.vdev != VDEV_NONE ? ipl_device(rq, &w) : ipl_name(rq, &w);
}

CP_COMMAND(ipl,
	.name = "IPL",
	.abbrev = 1,
	.machine = true,
	.run = cmd_ipl,
	.syntax = "Ipl {vaddr|name} [CLear|NOCLear] [STOP] [PARM text]",
	.help = "Start the system on a device, or the saved one of that name; "
		"CMS comes from 190 when none that fits is saved.");
