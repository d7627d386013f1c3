/* SPDX-License-Identifier: MIT
 *
 * cmd/detach.c - DETACH: devices that a virtual machine no longer has, one's
 * own or, for an operator, another user's.
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
#include "name.h"
#include "session.h"
#include "urclose.h"
#include "urdevice.h"
#include "vmblok.h"

/* Where a DETACH is in its words. */
struct detach {
	struct vm_name user; /* whose they are */
	bool own;
	unsigned word, words;
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

/* NULL: he has gone, or nobody waits any more. */
static struct vmblok *
detach_whose(const struct request *rq)
{
	const struct detach *dt = rq->data;
	struct vmblok *vm = dt->own ? rq->vm : vmblok_find(rq->cp, dt->user);

	return vm == NULL || vm->ending || rq->cancelled ? NULL : vm;
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

static void
detach_tell(struct request *rq)
{
	const struct detach *dt = rq->data;
	struct vmblok *vm = detach_whose(rq);
	const char *type = device_class(dt->type);
	struct device_name vdev = device_hex(dt->leaving);

	if (dt->own) {
		reply_info(rq, "%-4s %s DETACHED", type, vdev.s);
		return;
	}
	reply_info(rq, "%-4s %s DETACHED FROM %s", type, vdev.s,
	    name_text(dt->user).s);
	if (vm != NULL)
		session_print(vm->session, ITEM_HIGH, "%-4s %s DETACHED BY %s",
		    type, vdev.s, name_text(rq->user).s);
}

static void detach_go_on(struct request *rq);

static void
detach_done(struct request *rq, const void *payload)
{
	(void)payload; /* or it died, which is as good */
	detach_tell(rq);
	detach_go_on(rq);
}

/* False: it is done, or refused; go on with the next. */
static bool
detach_now(struct request *rq, struct vmblok *vm, struct vdev *d)
{
	struct detach *dt = rq->data;
	bool waits;

	waits = vm->guest != NULL;
	if (waits && guest_detach(vm, d->vdev, rq, detach_done) < 0) {
		dt->rc = reply_error(rq, 183, "DETACH", "TOO MUCH AT ONCE");
		return false;
	}
	device_remove(vm, d);
	if (!waits)
		detach_tell(rq);
	return waits;
}

/* What it has written is a file, or else it stays. */
static void
detach_closed(struct request *rq, int rc)
{
	struct vmblok *vm = detach_whose(rq);
	struct detach *dt = rq->data;
	struct vdev *d = vm == NULL ? NULL : device_find(vm, dt->leaving);

	if (rc != 0)
		dt->rc = rc;
	if (rc != 0 || d == NULL || !detach_now(rq, vm, d))
		detach_go_on(rq);
}

/* False: it is done, or refused; go on with the next. */
static bool
detach_one(struct request *rq, struct vmblok *vm, struct vdev *d)
{
	struct detach *dt = rq->data;

	if (d->type == DEVICE_CONSOLE) {
		dt->rc = reply_error(rq, 6, device_hex(d->vdev).s);
		return false;
	}
	dt->leaving = d->vdev;
	dt->type = d->type;
	if (!urdevice_writes(d))
		return detach_now(rq, vm, d);
	urclose(rq, vm, d, NULL, detach_closed);
	return true;
}

/* The next range; false: there is none. */
static bool
detach_word(struct request *rq)
{
	struct detach *dt = rq->data;

	if (!dt->any)
		dt->rc = reply_error(rq, 40, request_word(rq, dt->word));
	if (++dt->word >= dt->words)
		return false;
	detach_range(request_word(rq, dt->word), &dt->next, &dt->last);
	dt->any = false;
	return true;
}

static void
detach_go_on(struct request *rq)
{
	struct detach *dt = rq->data;
	struct vmblok *vm;
	struct vdev *d;

	while ((vm = detach_whose(rq)) != NULL) {
		d = detach_next(vm, dt->next, dt->last);
		if (d != NULL) {
			dt->any = true;
			dt->next = (vdev_t)(d->vdev + 1);
			if (detach_one(rq, vm, d))
				return;
		} else if (!detach_word(rq)) {
			break;
		}
	}
	request_end(rq, dt->rc);
}

/* Does the command end with a user's name?  How many words are before that. */
static unsigned
detach_from(const struct request *rq)
{
	unsigned n = rq->words;
	vdev_t first, last;

	if ((rq->classes & CLASS('B')) == 0 || n < 3)
		return n;
	if (request_is(rq, n - 2, "FROM", 1))
		return n - 2;
	return detach_range(request_word(rq, n - 1), &first, &last) ? n : n - 1;
}

/* A word that is wrong changes nothing. */
static int
detach_words(struct request *rq, struct detach *dt)
{
	const char *who = request_word(rq, rq->words - 1);
	struct vmblok *vm = rq->vm;
	vdev_t first, last;

	dt->words = detach_from(rq);
	for (unsigned i = 1; i < dt->words; i++)
		if (!detach_range(request_word(rq, i), &first, &last))
			return reply_error(rq, 22);
	if (dt->words < 2)
		return reply_error(rq, 22);
	if (dt->words < rq->words && request_is(rq, dt->words, "FROM", 1) &&
	    dt->words + 1 == rq->words)
		return reply_error(rq, 20);
	if (dt->words < rq->words)
		vm = vmblok_named(rq, who);
	else if (vm == NULL)
		return reply_error(rq, 20);
	if (vm == NULL || vm->ending)
		return reply_error(rq, 45, who);
	dt->user = vm->name;
	dt->own = vm == rq->vm;
	return 0;
}

static int
cmd_detach(struct request *rq)
{
	struct detach *dt = calloc(1, sizeof *dt);
	int rc;

	if (dt == NULL)
		return reply_error(rq, 183, "DETACH", "NO STORAGE");
	rq->data = dt;
	rq->data_free = free;
	rc = detach_words(rq, dt);
	if (rc != 0)
		return rc;
	dt->any = true; /* before the first word nothing is missing */
	dt->next = 1;
	detach_go_on(rq);
	return CMD_PENDING;
}

CP_COMMAND(detach,
	.name = "DETACH",
	.abbrev = 3,
	.run = cmd_detach,
	.syntax = "DETach vaddr[-vaddr] ... [[From] userid]",
	.help = "Take devices out of your virtual machine. A temporary disk "
		"is lost; others may then link to a minidisk as if you had "
		"never had it; what a punch or printer wrote is closed. "
		"An operator, class B, can name another user.");
