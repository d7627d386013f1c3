/* SPDX-License-Identifier: MIT
 *
 * urdevice.c - readers, punches, printers and spooled consoles.  No commands,
 * and no files: closing one is urclose.c's.
 */
#include "urdevice.h"

#include <stdio.h>
#include <string.h>

#include "guest.h"
#include "name.h"
#include "spoolfile.h"
#include "vmblok.h"

static const struct urdevice_kind {
	enum device_type type;
	char klass; /* unless the directory says another */
	bool writes, of_machine;
	enum spool_queue queue; /* of what is for real devices */
} urdevice_kinds[] = {
	{ DEVICE_READER, SPOOL_CLASS_ALL, false, true, SPOOL_RDR },
	{ DEVICE_PUNCH, 'A', true, true, SPOOL_PUN },
	{ DEVICE_PRINTER, 'A', true, true, SPOOL_PRT },
	{ DEVICE_CONSOLE, 'T', true, false, SPOOL_PRT },
};

static const struct urdevice_kind *
urdevice_kind(const struct vdev *d)
{
	for (size_t i = 0; i < sizeof urdevice_kinds /
	    sizeof urdevice_kinds[0]; i++)
		if (urdevice_kinds[i].type == d->type)
			return &urdevice_kinds[i];
	return NULL;
}

bool
urdevice_is(const struct vdev *d)
{
	return urdevice_kind(d) != NULL;
}

bool
urdevice_writes(const struct vdev *d)
{
	const struct urdevice_kind *kind = urdevice_kind(d);

	return kind != NULL && kind->writes;
}

bool
urdevice_of_machine(const struct vdev *d)
{
	const struct urdevice_kind *kind = urdevice_kind(d);

	return kind != NULL && kind->of_machine;
}

struct urdevice_text
urdevice_dist(const struct vmblok *vm)
{
	const char *dist = vm->user->dist;

	return urdevice_text(dist[0] != '\0' ? dist : vm->name.c,
	    SPOOL_DIST_MAX);
}

struct urdevice_text
urdevice_text(const char *field, size_t size)
{
	struct urdevice_text text;

	snprintf(text.s, sizeof text.s, "%.*s", (int)size, field);
	return text;
}

void
urdevice_init(const struct vmblok *vm, struct vdev *d, char klass)
{
	const struct urdevice_kind *kind = urdevice_kind(d);
	struct spool_attr *attr = &d->spool.attr;

	if (kind == NULL)
		return;
	d->spool = (struct vdev_spool){ .attr = { .copies = 1,
		.class = klass != '\0' ? klass : kind->klass } };
	d->spool.classes[0] = attr->class;
	spoolfile_text(URDEVICE_FORM, attr->form, sizeof attr->form);
	spoolfile_text(urdevice_dist(vm).s, attr->dist, sizeof attr->dist);
}

enum spool_queue
urdevice_queue(const struct vdev *d, const struct vdev_to *to)
{
	return to->reader ? SPOOL_RDR : urdevice_kind(d)->queue;
}

void
urdevice_attr(struct spool_attr *to, const struct close_as *as)
{
	const struct spool_attr *from = &as->attr;

	if (as->change & CHANGE_CLASS)
		to->class = from->class;
	if (as->change & CHANGE_COPIES)
		to->copies = from->copies;
	if (as->change & CHANGE_HOLD)
		to->hold = from->hold;
	if (as->change & CHANGE_KEEP)
		to->keep = from->keep;
	if (as->change & CHANGE_DIST)
		memcpy(to->dist, from->dist, sizeof to->dist);
	if (as->change & CHANGE_FORM)
		memcpy(to->form, from->form, sizeof to->form);
	if (as->change & CHANGE_NAME) {
		memcpy(to->name, from->name, sizeof to->name);
		memcpy(to->type, from->type, sizeof to->type);
	}
}

/* --- the machine --- */

void
urdevice_tell(struct vmblok *vm, const struct vdev *d)
{
	const struct vdev_spool *s = &d->spool;
	struct ipc_vm_ur ur = { .vdev = d->vdev };

	if (!urdevice_of_machine(d))
		return;
	ur.flags = (s->cont ? VM_UR_CONT : 0) | (s->eof ? VM_UR_EOF : 0) |
	    (s->attr.hold != 0 || s->attr.keep ? VM_UR_HOLD : 0) |
	    (s->not_ready ? VM_UR_NOT_READY : 0);
	if (d->type == DEVICE_READER)
		memcpy(ur.classes, s->classes, sizeof ur.classes);
	guest_order(vm, IPC_VM_UR, &ur, sizeof ur, -1);
}

void
urdevice_status(struct vmblok *vm, const struct vdev *d, unsigned unit)
{
	struct ipc_vm_ur_status status = { .vdev = d->vdev, .unit = unit };

	guest_order(vm, IPC_VM_UR_STATUS, &status, sizeof status, -1);
}

static bool
urdevice_takes(const struct vdev *d, const struct spool_file *file)
{
	if (d->type != DEVICE_READER || d->spool.not_ready ||
	    file->attr.hold != 0)
		return false;
	return d->spool.classes[0] == SPOOL_CLASS_ALL ||
	    memchr(d->spool.classes, file->attr.class, UR_CLASSES) != NULL;
}

void
urdevice_arrived(struct vmblok *vm, const struct spool_file *file)
{
	const struct vdev *d;

	TAILQ_FOREACH(d, &vm->devices, entry)
		if (urdevice_takes(d, file))
			urdevice_status(vm, d,
			    UNIT_ATTENTION | UNIT_DEVICE_END);
}
