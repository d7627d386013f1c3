/* SPDX-License-Identifier: MIT
 *
 * cmd/ipl.c - IPL: start a system in the virtual machine.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "device.h"
#include "guest.h"
#include "vmblok.h"

/* Systems by name.  One that is not saved comes from the disk it lives on. */
static const struct ipl_system {
	const char *name;
	vdev_t vdev;
} ipl_systems[] = {
	{ "CMS", 0x190 },
};

struct ipl_words {
	vdev_t vdev;
	unsigned flags;
	const char *parm;
};

/* A device's address wins over a name that looks like one. */
static int
ipl_what(struct request *rq, struct ipl_words *w)
{
	const char *word = request_word(rq, 1);

	w->vdev = device_parse(word);
	if (w->vdev != VDEV_NONE)
		return 0;
	for (size_t i = 0; i < sizeof ipl_systems / sizeof ipl_systems[0]; i++)
		if (strcmp(word, ipl_systems[i].name) == 0) {
			w->vdev = ipl_systems[i].vdev;
			return 0;
		}
	if (*word == '\0')
		return reply_error(rq, 26);
	return reply_error(rq, 44, word);
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
cmd_ipl(struct request *rq)
{
	struct ipl_words w = { .parm = "" };
	char text[16];
	const char *why;
	int rc = ipl_what(rq, &w);

	if (rc == 0)
		rc = ipl_options(rq, &w);
	if (rc != 0)
		return rc;
	if (strlen(w.parm) > MACHINE_PARM_MAX)
		return reply_error(rq, 2, w.parm);
	if (device_find(rq->vm, w.vdev) == NULL) {
		snprintf(text, sizeof text, "%03X", w.vdev);
		return reply_error(rq, 40, text);
	}
	if (guest_need(rq->vm, &why) == NULL)
		return reply_error(rq, 460, why);
	guest_ipl(rq->vm, w.vdev, w.flags, w.parm);
	return 0;
}

CP_COMMAND(ipl,
	.name = "IPL",
	.abbrev = 1,
	.machine = true,
	.run = cmd_ipl,
	.syntax = "Ipl {vaddr|name} [CLear|NOCLear] [STOP] [PARM text]",
	.help = "Start the system on a device, or one of a name such as CMS.");
