/* SPDX-License-Identifier: MIT
 *
 * cmd/detach.c - DETACH: devices that the virtual machine no longer has.
 *
 * A device is gone when the machine says that it has let go: what others then
 * link to is nobody's any more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "device.h"
#include "guest.h"
#include "hexloc.h"
#include "vmblok.h"

/* Where a DETACH is in its words. */
struct detach {
	unsigned word;
	vdev_t next;	/* in this word's range */
	vdev_t last;
	bool any;	/* the range had one */
	vdev_t leaving;
	enum device_type type;
	int rc;
};

/* "191" or "200-20F". */
static bool
detach_range(const char *word, vdev_t *first, vdev_t *last)
{
	const char *dash = strchr(word, '-');
	char from[8];
	int n = dash == NULL ? (int)strlen(word) : (int)(dash - word);

	if (n >= (int)sizeof from)
		return false;
	snprintf(from, sizeof from, "%.*s", n, word);
	*first = hexloc_vdev(from);
	*last = dash == NULL ? *first : hexloc_vdev(dash + 1);
	return *first != VDEV_NONE && *last >= *first;
}

/* The first device of his at or after an address. */
static struct vdev *
detach_next(const struct vmblok *vm, vdev_t first, vdev_t last)
{
	struct vdev *d;

	TAILQ_FOREACH(d, &vm->devices, entry)
		if (d->vdev >= first && d->vdev <= last)
			return d;
	return NULL;
}

static void detach_go_on(struct request *rq);

static void
detach_done(struct request *rq, const void *payload)
{
	const struct detach *dt = rq->data;

	(void)payload; /* or it died, which is as good */
	reply_line(rq, "%-4s %s DETACHED", device_class(dt->type),
	    device_hex(dt->leaving).s);
	detach_go_on(rq);
}

/* False: it is done, or refused; go on with the next. */
static bool
detach_one(struct request *rq, struct vdev *d)
{
	struct vmblok *vm = rq->vm;
	struct detach *dt = rq->data;
	bool waits;

	if (d->type == DEVICE_CONSOLE) {
		dt->rc = reply_error(rq, 6, device_hex(d->vdev).s);
		return false;
	}
	dt->leaving = d->vdev;
	dt->type = d->type;
	waits = vm->guest != NULL;
	if (waits && guest_detach(vm, d->vdev, rq, detach_done) < 0) {
		dt->rc = reply_error(rq, 183, "DETACH", "TOO MUCH AT ONCE");
		return false;
	}
	device_remove(vm, d);
	if (!waits)
		reply_line(rq, "%-4s %s DETACHED", device_class(dt->type),
		    device_hex(dt->leaving).s);
	return waits;
}

/* The next range; false: there is none. */
static bool
detach_word(struct request *rq)
{
	struct detach *dt = rq->data;

	if (!dt->any)
		dt->rc = reply_error(rq, 40, request_word(rq, dt->word));
	if (++dt->word >= rq->words)
		return false;
	detach_range(request_word(rq, dt->word), &dt->next, &dt->last);
	dt->any = false;
	return true;
}

static void
detach_go_on(struct request *rq)
{
	struct detach *dt = rq->data;
	struct vdev *d;

	while (rq->vm != NULL && !rq->vm->ending && !rq->cancelled) {
		d = detach_next(rq->vm, dt->next, dt->last);
		if (d != NULL) {
			dt->any = true;
			dt->next = (vdev_t)(d->vdev + 1);
			if (detach_one(rq, d))
				return;
		} else if (!detach_word(rq)) {
			break;
		}
	}
	request_end(rq, dt->rc);
}

static int
cmd_detach(struct request *rq)
{
	struct detach *dt;
	vdev_t first, last;

	if (rq->words < 2)
		return reply_error(rq, 22);
	for (unsigned i = 1; i < rq->words; i++)
		if (!detach_range(request_word(rq, i), &first, &last))
			return reply_error(rq, 22);
	dt = calloc(1, sizeof *dt);
	if (dt == NULL)
		return reply_error(rq, 183, "DETACH", "NO STORAGE");
	rq->data = dt;
	rq->data_free = free;
	dt->any = true; /* before the first word nothing is missing */
	dt->next = 1;
	detach_go_on(rq);
	return CMD_PENDING;
}

CP_COMMAND(detach,
	.name = "DETACH",
	.abbrev = 3,
	.machine = true,
	.run = cmd_detach,
	.syntax = "DETach vaddr[-vaddr] ...",
	.help = "Take devices out of your virtual machine. A temporary disk "
		"is lost; others may then link to a minidisk as if you had "
		"never had it.");
