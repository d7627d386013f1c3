/* SPDX-License-Identifier: MIT
 *
 * cmd/ready.c - READY and NOTREADY: the operator's hand at a reader, punch or
 * printer of one's own machine.
 */
#include "channel.h"
#include "command.h"
#include "hexloc.h"
#include "urdevice.h"
#include "vmblok.h"

/* The device that word 1 means.  NULL: *rc is the message that was given. */
static struct vdev *
ready_device(struct request *rq, int *rc)
{
	const char *word = request_word(rq, 1);
	vdev_t vdev = hexloc_vdev(word);
	struct vdev *d;

	if (vdev == VDEV_NONE) {
		*rc = reply_error(rq, 22);
		return NULL;
	}
	if (rq->words > 2) {
		*rc = reply_error(rq, 2, request_word(rq, 2));
		return NULL;
	}
	d = device_find(rq->vm, vdev);
	if (d != NULL && urdevice_of_machine(d))
		return d;
	*rc = reply_error(rq, d == NULL ? 40 : 6, device_hex(vdev).s);
	return NULL;
}

static int
cmd_ready(struct request *rq)
{
	int rc = 0;
	struct vdev *d = ready_device(rq, &rc);

	if (d == NULL)
		return rc;
	d->spool.not_ready = false;
	urdevice_tell(rq->vm, d);
	urdevice_status(rq->vm, d, UNIT_DEVICE_END);
	return 0;
}

static int
cmd_notready(struct request *rq)
{
	int rc = 0;
	struct vdev *d = ready_device(rq, &rc);

	if (d == NULL)
		return rc;
	d->spool.not_ready = true;
	urdevice_tell(rq->vm, d);
	return 0;
}

CP_COMMAND(ready,
	.name = "READY",
	.abbrev = 5,
	.class = CLASS('G'),
	.machine = true,
	.run = cmd_ready,
	.syntax = "READY vaddr",
	.help = "Make a reader, punch or printer ready: it presents device "
		"end.");

CP_COMMAND(notready,
	.name = "NOTREADY",
	.abbrev = 4,
	.class = CLASS('G'),
	.machine = true,
	.run = cmd_notready,
	.syntax = "NOTReady vaddr",
	.help = "Make a reader, punch or printer not ready: it refuses until "
		"READY.");
