/* SPDX-License-Identifier: MIT
 *
 * urclose.c - the end of a device's open spool file.
 *
 * What is under way holds no device, which may go meanwhile: its address, and
 * the order that vmspool will get, as it was when CLOSE was given.
 */
#include "urclose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conspool.h"
#include "guest.h"
#include "name.h"
#include "session.h"
#include "spoolclient.h"
#include "spoolfile.h"
#include "urdevice.h"
#include "vmblok.h"

struct urclose {
	LIST_ENTRY(urclose) entry;
	struct request *rq;
	struct vmblok *vm; /* NULL: he has gone */
	enum device_type type;
	vdev_t vdev;
	struct ipc_ur_close order;
	uint32_t how;	   /* VM_UR_CLOSE's */
	bool waits;	   /* for another CLOSE of the same device */
	urclose_then *then;
	bool any;	   /* file is what was closed */
	struct spool_file file;
	/* urclose_all's */
	bool all, machine;
	int all_rc;
};

static void urclose_next(struct urclose *uc);
static void urclose_begin(struct urclose *uc);

static bool
urclose_same(const struct urclose *a, const struct urclose *b)
{
	return a != b && a->vdev == b->vdev &&
	    name_equal(a->order.user.user, b->order.user.user);
}

/* The device is free for who has waited longest. */
static void
urclose_let_next(struct cp *cp, const struct urclose *done)
{
	struct urclose *uc, *next = NULL;

	LIST_FOREACH(uc, &cp->closing, entry)
		if (uc->waits && urclose_same(uc, done))
			next = uc;
	if (next == NULL)
		return;
	next->waits = false;
	urclose_begin(next);
}

static void
urclose_end(struct urclose *uc, int rc)
{
	struct request *rq = uc->rq;
	urclose_then *then = uc->then;

	LIST_REMOVE(uc, entry);
	urclose_let_next(rq->cp, uc);
	if (uc->all) {
		LIST_INSERT_HEAD(&rq->cp->closing, uc, entry);
		if (rc != 0)
			uc->all_rc = rc;
		urclose_next(uc);
		return;
	}
	free(uc);
	then(rq, rc);
}

/* --- what came of it --- */

/* Whoever asked is not the device's user, or has given it up meanwhile: then
 * the user reads it on his console. */
static bool
urclose_asked(const struct urclose *uc)
{
	return uc->rq->vm == uc->vm && !uc->rq->cancelled;
}

static void
urclose_say(struct urclose *uc, const char *line)
{
	if (uc->vm == NULL || !uc->vm->set.imsg)
		return;
	if (urclose_asked(uc))
		reply_text(uc->rq, line);
	else
		session_print(uc->vm->session, 0, "%s", line);
}

static void
urclose_told(struct urclose *uc)
{
	const struct spool_file *f = &uc->file;
	bool sent = uc->order.queue == SPOOL_RDR;
	char line[120];

	snprintf(line, sizeof line, "%s FILE %04u %s %s COPY %02u %s",
	    spoolfile_device_text(f->device), f->origin_id, sent ? "TO" : "FOR",
	    name_text(f->owner.user).s, f->attr.copies,
	    f->attr.hold & SPOOL_HOLD_USER ? "HOLD" : "NOHOLD");
	urclose_say(uc, line);
}

/* Its file is open as before.  why "": nobody knows. */
static int
urclose_refused(struct urclose *uc, const char *why)
{
	struct device_name vdev = device_hex(uc->vdev);
	const char *type = device_class(uc->type);
	int number = *why != '\0' ? 426 : 431;

	if (uc->vm != NULL && !urclose_asked(uc))
		vmblok_message(uc->vm, number, type, vdev.s, why);
	return reply_error(uc->rq, number, type, vdev.s, why);
}

static int
urclose_failed(struct urclose *uc, int32_t rc)
{
	char text[64];

	switch (rc) {
	case -ENOSPC:
		return urclose_refused(uc, "SPOOL SPACE IS FULL");
	case -EDQUOT:
		return urclose_refused(uc,
		    "IT IS MORE THAN YOU MAY HAVE IN THE SPOOL");
	case -EIO:
		return urclose_refused(uc, "SPOOL I/O ERROR");
	case -EMFILE:
		snprintf(text, sizeof text,
		    "ALL 9999 NUMBERS OF %s ARE IN USE",
		    name_text(uc->order.to.user).s);
		return urclose_refused(uc, text);
	case -EAGAIN:
		return urclose_refused(uc, "");
	default:
		snprintf(text, sizeof text, "SPOOL ERROR %d",
		    (int)-(int64_t)rc);
		return urclose_refused(uc, text);
	}
}

/* --- the steps --- */

static void
urclose_row(const struct ipc_ur_row *row, void *arg)
{
	struct urclose *uc = arg;

	uc->any = true;
	uc->file = row->file;
}

static void
urclose_done(const struct ipc_ur_done *done, void *arg)
{
	struct urclose *uc = arg;
	int rc = 0;

	if (done == NULL)
		rc = urclose_refused(uc, "");
	else if (done->rc != 0)
		rc = urclose_failed(uc, done->rc);
	else if (uc->any)
		urclose_told(uc);
	urclose_end(uc, rc);
}

/* All of its records are with vmspool. */
static void
urclose_file(struct urclose *uc)
{
	uc->any = false;
	spoolclient_close(uc->rq->cp->spool, &uc->order, urclose_row,
	    urclose_done, uc);
}

/* The machine has answered; or has died, and what it had not yet sent is gone
 * with it. */
static void
urclose_machine(struct request *rq, const void *payload)
{
	const struct ipc_done *done = payload;
	struct urclose *uc;

	LIST_FOREACH(uc, &rq->cp->closing, entry)
		if (uc->rq == rq)
			break; /* its only one */
	if (uc == NULL)
		return;
	if (done != NULL && done->rc != 0)
		urclose_end(uc, urclose_failed(uc, done->rc));
	else if (uc->type == DEVICE_READER)
		urclose_end(uc, 0);
	else
		urclose_file(uc);
}

static void
urclose_console(int rc, void *arg)
{
	struct urclose *uc = arg;

	if (rc != 0)
		urclose_end(uc, urclose_failed(uc, rc));
	else
		urclose_file(uc);
}

static uint32_t
urclose_finish(const struct vdev *d, const struct close_as *as)
{
	if (as != NULL && as->finish != 0)
		return as->finish;
	return d->spool.attr.hold != 0 || d->spool.attr.keep ? FINISH_HOLD :
							       FINISH_DONE;
}

static void
urclose_begin(struct urclose *uc)
{
	if (uc->vm == NULL)
		urclose_end(uc, 0);
	else if (uc->type == DEVICE_CONSOLE)
		conspool_flush(uc->vm, uc->how == CLOSE_PURGE,
		    urclose_console, uc);
	else if (uc->vm->guest == NULL)
		urclose_machine(uc->rq, NULL);
	else if (guestask_ur_close(uc->vm, uc->vdev, uc->how, uc->rq,
	    urclose_machine) < 0)
		urclose_end(uc, reply_error(uc->rq, 183, "CLOSE",
		    "TOO MUCH AT ONCE"));
}

/* One after another of the same device: else what was written between two of
 * them could become the first one's. */
static void
urclose_in_turn(struct urclose *uc)
{
	struct urclose *other;

	LIST_FOREACH(other, &uc->rq->cp->closing, entry)
		if (urclose_same(uc, other))
			uc->waits = true;
	if (!uc->waits)
		urclose_begin(uc);
}

/* --- the order --- */

static void
urclose_order(struct urclose *uc, const struct vdev *d,
    const struct close_as *as)
{
	struct vm_name node = uc->vm->cp->config->node;
	struct ipc_ur_close *order = &uc->order;
	const struct vdev_to *to;

	if (as == NULL && d->spool.later)
		as = &d->spool.close;
	to = as != NULL && as->directed ? &as->to : &d->spool.to;
	*order = (struct ipc_ur_close){ .vdev = d->vdev,
		.how = as != NULL && as->purge ? CLOSE_PURGE : CLOSE_FILE,
		.user = { uc->vm->name, node },
		.to = { name_empty(to->user) ? uc->vm->name : to->user, node },
		.attr = d->spool.attr };
	if (urdevice_writes(d))
		order->queue = (uint8_t)urdevice_queue(d, to);
	if (as != NULL)
		urdevice_attr(&order->attr, as);
	uc->type = d->type;
	uc->vdev = d->vdev;
	uc->how = d->type == DEVICE_READER ? urclose_finish(d, as) :
					     order->how;
}

static struct urclose *
urclose_new(struct request *rq, struct vmblok *vm, urclose_then *then)
{
	struct urclose *uc = calloc(1, sizeof *uc);

	if (uc == NULL) {
		then(rq, reply_error(rq, 183, "CLOSE", "NO STORAGE"));
		return NULL;
	}
	uc->rq = rq;
	uc->vm = vm;
	uc->then = then;
	LIST_INSERT_HEAD(&vm->cp->closing, uc, entry);
	return uc;
}

void
urclose(struct request *rq, struct vmblok *vm, const struct vdev *d,
    const struct close_as *as, urclose_then *then)
{
	struct urclose *uc = urclose_new(rq, vm, then);

	if (uc == NULL)
		return;
	urclose_order(uc, d, as);
	urclose_in_turn(uc);
}

/* The devices of one who goes are closed one after another, in the order of
 * their addresses. */
static void
urclose_next(struct urclose *uc)
{
	const struct vdev *d = NULL;

	if (uc->vm != NULL)
		TAILQ_FOREACH(d, &uc->vm->devices, entry)
			if (d->vdev > uc->vdev && urdevice_writes(d) &&
			    (!uc->machine || urdevice_of_machine(d)))
				break;
	if (d == NULL) {
		uc->all = false;
		urclose_end(uc, uc->all_rc);
		return;
	}
	urclose_order(uc, d, NULL);
	urclose_in_turn(uc);
}

void
urclose_all(struct request *rq, struct vmblok *vm, bool machine,
    urclose_then *then)
{
	struct urclose *uc = urclose_new(rq, vm, then);

	if (uc == NULL)
		return;
	uc->all = true;
	uc->machine = machine;
	urclose_next(uc);
}

void
urclose_forget(struct vmblok *vm)
{
	struct urclose *uc;

	LIST_FOREACH(uc, &vm->cp->closing, entry)
		if (uc->vm == vm)
			uc->vm = NULL;
}
