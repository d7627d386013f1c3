/* SPDX-License-Identifier: MIT
 *
 * dial.c - terminals that are displays of a virtual machine.  What they show
 * is fullscreen.c's; no commands.
 */
#include "dial.h"

#include "device.h"
#include "fullscreen.h"
#include "name.h"
#include "session.h"
#include "term.h"
#include "vmblok.h"

struct vdev *
dial_free(const struct vmblok *vm, vdev_t vdev)
{
	struct vdev *d;

	TAILQ_FOREACH(d, &vm->devices, entry)
		if (d->type == DEVICE_DISPLAY && d->full.dialed == NULL &&
		    (vdev == VDEV_NONE || d->vdev == vdev))
			return d;
	return NULL;
}

void
dial_begin(struct term *t, struct vmblok *vm, struct vdev *d)
{
	t->dial_vm = vm;
	t->display = d;
	d->full.dialed = t;
	t->cp->dialed++;
	cp_operator(t->cp, "%s DIALED TO %-8s = %03u DIALED", term_where(t).s,
	    name_text(vm->name).s, t->cp->dialed);
	session_state(t->session);
	fullscreen_here(vm, d);
}

void
dial_leave(struct term *t)
{
	struct vmblok *vm = t->dial_vm;

	if (vm == NULL)
		return;
	fullscreen_gone(vm, t->display);
	t->display->full.dialed = NULL;
	t->dial_vm = NULL;
	t->display = NULL;
	t->cp->dialed--;
	cp_operator(t->cp, "%s DROP FROM %-8s = %03u DIALED", term_where(t).s,
	    name_text(vm->name).s, t->cp->dialed);
}

void
dial_end(struct term *t)
{
	struct vmblok *vm = t->dial_vm;
	vdev_t vdev = t->display->vdev;

	dial_leave(t);
	session_print(t->session, 0, "DROP FROM %s %s",
	    name_text(vm->name).s, device_hex(vdev).s);
	if (t->cp->stopping)
		return;
	term_logo_later(t);
	session_pump(t->session);
}

void
dial_drop(struct vmblok *vm)
{
	struct vdev *d;

	TAILQ_FOREACH(d, &vm->devices, entry)
		if (d->full.dialed != NULL)
			dial_end(d->full.dialed);
}

void
dial_attention(struct term *t)
{
	fullscreen_attention(t->dial_vm, t->display);
}
