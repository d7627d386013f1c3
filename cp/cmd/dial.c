/* SPDX-License-Identifier: MIT
 *
 * cmd/dial.c - DIAL: this terminal becomes a display of a virtual machine.
 */
#include "command.h"
#include "device.h"
#include "dial.h"
#include "hexloc.h"
#include "name.h"
#include "session.h"
#include "term.h"
#include "vmblok.h"

static int
dial_refused(struct request *rq, const struct vmblok *vm, vdev_t vdev)
{
	const struct vdev *d = device_find(vm, vdev);
	const char *who = name_text(vm->name).s;

	if (d != NULL && d->type == DEVICE_DISPLAY)
		return reply_error(rq, 56, device_hex(vdev).s, who);
	return reply_error(rq, 55, who);
}

static int
cmd_dial(struct request *rq)
{
	struct term *t = rq->session->term;
	struct vmblok *vm = vmblok_named(rq, request_word(rq, 1));
	vdev_t vdev = VDEV_NONE;
	struct vdev *d;

	if (rq->words < 2)
		return reply_error(rq, 20);
	if (rq->words > 3)
		return reply_error(rq, 2, request_word(rq, 3));
	if (vm == NULL || vm->ending)
		return reply_error(rq, 45, request_word(rq, 1));
	if (rq->words == 3) {
		vdev = hexloc_vdev(request_word(rq, 2));
		if (vdev == VDEV_NONE)
			return reply_error(rq, 22);
	}
	d = dial_free(vm, vdev);
	if (d == NULL)
		return dial_refused(rq, vm, vdev);
	if (t == NULL || (t->view.flags & TERM_FULL_SCREEN) == 0)
		return reply_error(rq, 192);
	reply_line(rq, "DIALED TO %s %s", name_text(vm->name).s,
	    device_hex(d->vdev).s);
	dial_begin(t, vm, d);
	return 0;
}

CP_COMMAND(dial,
	.name = "DIAL",
	.abbrev = 1,
	.place = AT_LOGO,
	.run = cmd_dial,
	.syntax = "Dial userid [vaddr]",
	.help = "Become a display of a virtual machine that has a free one, "
		"without logging on. SYSREQ brings you back "
		"here.");
