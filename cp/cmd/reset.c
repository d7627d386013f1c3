/* SPDX-License-Identifier: MIT
 *
 * cmd/reset.c - RESET: a display that a terminal has DIALed is free again.
 */
#include "command.h"
#include "device.h"
#include "dial.h"
#include "hexloc.h"
#include "vmblok.h"

static int
cmd_reset(struct request *rq)
{
	vdev_t vdev = hexloc_vdev(request_word(rq, 1));
	struct vdev *d;

	if (vdev == VDEV_NONE)
		return reply_error(rq, 22);
	if (rq->words > 2)
		return reply_error(rq, 2, request_word(rq, 2));
	d = device_find(rq->vm, vdev);
	if (d == NULL)
		return reply_error(rq, 40, device_hex(vdev).s);
	if (d->type != DEVICE_DISPLAY)
		return reply_error(rq, 6, device_hex(vdev).s);
	if (d->full.dialed != NULL)
		dial_end(d->full.dialed);
	reply_info(rq, "GRAF %s RESET", device_hex(vdev).s);
	return 0;
}

CP_COMMAND(reset,
	.name = "RESET",
	.abbrev = 3,
	.machine = true,
	.run = cmd_reset,
	.syntax = "RESet vaddr",
	.help = "End the connection of a terminal that has DIALed a display "
		"of your virtual machine.");
