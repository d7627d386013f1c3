/* SPDX-License-Identifier: MIT
 *
 * cmd/query_virtual.c - QUERY VIRTUAL: storage and devices of one's machine.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "device.h"
#include "hexloc.h"
#include "minidisk.h"
#include "name.h"
#include "query.h"
#include "term.h"
#include "urdevice.h"
#include "vmblok.h"

static void
virtual_storage(struct request *rq)
{
	reply_line(rq, "STORAGE = %" PRIu64 "K", rq->vm->storage >> 10);
}

/* What SPOOL says of what is written: the end of a device's first line. */
static void
virtual_output(struct request *rq, const struct vdev *d, const char *class)
{
	const struct vdev_spool *s = &d->spool;

	struct urdevice_text form = urdevice_text(s->attr.form,
	    sizeof s->attr.form);
	bool usual = strcmp(form.s, URDEVICE_FORM) == 0;

	reply_line(rq, "%-4s %03X CL %c  %6s %6s COPY %02u    %s", class,
	    d->vdev, s->attr.class, s->cont ? "CONT" : "NOCONT",
	    s->attr.hold != 0 ? "HOLD" : "NOHOLD", s->attr.copies,
	    s->not_ready ? "NOTREADY" : "READY");
	reply_line(rq, "     %03X %s %-8s DIST %s%s%s%s", d->vdev,
	    s->to.reader ? "TO" : "FOR",
	    name_text(name_empty(s->to.user) ? rq->vm->name : s->to.user).s,
	    urdevice_text(s->attr.dist, sizeof s->attr.dist).s,
	    usual ? "" : " FORM ", usual ? "" : form.s,
	    s->attr.keep ? " KEEP" : "");
}

static void
virtual_console(struct request *rq, const struct vdev *d)
{
	reply_line(rq, "CONS %03X ON %-12s %s %s", d->vdev,
	    vmblok_where(rq->vm).s, d->spool.noterm ? "NOTERM" : "TERM",
	    d->spool.start ? "START" : "STOP");
	virtual_output(rq, d, "");
}

static void
virtual_reader(struct request *rq, const struct vdev *d)
{
	const struct vdev_spool *s = &d->spool;

	reply_line(rq, "RDR  %03X CL %-2s %6s %6s %5s      %s", d->vdev,
	    urdevice_text(s->classes, sizeof s->classes).s,
	    s->cont ? "CONT" : "NOCONT",
	    s->attr.keep ? "KEEP" : s->attr.hold != 0 ? "HOLD" : "NOHOLD",
	    s->eof ? "EOF" : "NOEOF", s->not_ready ? "NOTREADY" : "READY");
}

static void
virtual_dasd(struct request *rq, const struct vdev *d)
{
	reply_line(rq, "DASD %03X %s %-6s %s %6" PRIu64 " BLK", d->vdev,
	    device_printed(d->type),
	    d->link == NULL ? "(TEMP)" : name_text(d->link->volume).s,
	    device_writable(d) ? "R/W" : "R/O", d->blocks);
}

static void
virtual_display(struct request *rq, const struct vdev *d)
{
	const struct term *t = d->full.dialed;

	reply_line(rq, "GRAF %03X %s%s", d->vdev, t != NULL ? "ON " : "FREE",
	    t != NULL ? term_where(t).s : "");
}

static void
virtual_device(struct request *rq, const struct vdev *d)
{
	switch (d->type) {
	case DEVICE_CONSOLE:
		virtual_console(rq, d);
		break;
	case DEVICE_READER:
		virtual_reader(rq, d);
		break;
	case DEVICE_PUNCH:
	case DEVICE_PRINTER:
		virtual_output(rq, d, device_class(d->type));
		break;
	case DEVICE_FBA:
		virtual_dasd(rq, d);
		break;
	case DEVICE_DISPLAY:
		virtual_display(rq, d);
		break;
	default:
		reply_line(rq, "%s %03X", device_class(d->type), d->vdev);
		break;
	}
}

/* All, or those of a class such as DASD; how many. */
static unsigned
virtual_devices(struct request *rq, const char *class)
{
	const struct vdev *d;
	unsigned n = 0;

	TAILQ_FOREACH(d, &rq->vm->devices, entry) {
		if (class != NULL && strcmp(device_class(d->type), class) != 0)
			continue;
		virtual_device(rq, d);
		n++;
	}
	return n;
}

static const struct virtual_type {
	const char *name;
	size_t abbrev;
	const char *class;
} virtual_types[] = {
	{ "CONSOLE", 3, "CONS" },
	{ "DASD", 2, "DASD" },
	{ "GRAF", 4, "GRAF" },
	{ "PRINTER", 1, "PRT" },
	{ "PRT", 3, "PRT" },
	{ "PUNCH", 2, "PUN" },
	{ "PCH", 3, "PUN" },
	{ "RDR", 3, "RDR" },
	{ "READER", 1, "RDR" },
	{ "TIMR", 4, "TIMR" },
	{ "UR", 2, NULL },
};

static int
virtual_ur(struct request *rq)
{
	if (virtual_devices(rq, "RDR") + virtual_devices(rq, "PUN") +
	    virtual_devices(rq, "PRT") == 0)
		return reply_error(rq, 40, "UR");
	return 0;
}

bool
query_virtual_device(struct request *rq, unsigned i)
{
	vdev_t vdev = hexloc_vdev(request_word(rq, i));
	const struct vdev *d = vdev == VDEV_NONE || rq->vm == NULL ? NULL :
	    device_find(rq->vm, vdev);

	if (d != NULL)
		virtual_device(rq, d);
	return d != NULL;
}

static int
virtual_vaddr(struct request *rq)
{
	const char *word = request_word(rq, 2);

	if (hexloc_vdev(word) == VDEV_NONE)
		return reply_error(rq, 22);
	return query_virtual_device(rq, 2) ? 0 : reply_error(rq, 40, word);
}

static int
query_virtual(struct request *rq)
{
	const struct virtual_type *end = virtual_types +
	    sizeof virtual_types / sizeof virtual_types[0];

	if (rq->words > 3)
		return reply_error(rq, 2, request_word(rq, 3));
	if (rq->words == 2 || request_is(rq, 2, "ALL", 3)) {
		virtual_storage(rq);
		virtual_devices(rq, NULL);
		return 0;
	}
	if (request_is(rq, 2, "STORAGE", 4)) {
		virtual_storage(rq);
		return 0;
	}
	for (const struct virtual_type *t = virtual_types; t < end; t++) {
		if (!request_is(rq, 2, t->name, t->abbrev))
			continue;
		if (t->class == NULL)
			return virtual_ur(rq);
		if (virtual_devices(rq, t->class) == 0)
			return reply_error(rq, 40, t->class);
		return 0;
	}
	return virtual_vaddr(rq);
}

CP_QUERY(virtual, .name = "VIRTUAL", .abbrev = 1, .machine = true,
	.run = query_virtual,
	.syntax = "Virtual [ALL|STORage|CONsole|DAsd|GRAF|Reader|Printer|PUnch|"
		  "UR|vaddr]",
	.help = "Storage and devices of your virtual machine.");
