/* SPDX-License-Identifier: MIT
 *
 * hostlink.c - LINK for the host's programs, and HOST_HOLD.  The connection is
 * control.c's.
 *
 * A machine is held by VM_HOLD, which is beside all that its user and CP
 * order: what is ordered meanwhile is done, but shows when it goes on.
 */
#include "hostlink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cp.h"
#include "guest.h"
#include "log.h"
#include "minidisk.h"
#include "name.h"
#include "vmblok.h"

enum hostlink_state {
	HOSTLINK_FREE,	  /* nobody is held */
	HOSTLINK_WAITING, /* for machines to stand still */
	HOSTLINK_HELD,
	HOSTLINK_OVER,	  /* the time was up before the host was done */
};

struct hostlink {
	LIST_ENTRY(hostlink) entry;
	struct cp *cp;
	struct mdlink *link;
	enum hostlink_state state;
	struct event *timer;
	hostlink_fn *fn;
	void *arg;
};

static bool
hostlink_is_holding(const struct hostlink *hl)
{
	return hl->state == HOSTLINK_WAITING || hl->state == HOSTLINK_HELD;
}

/* Does vm write what hl has?  Also when it was told to let go. */
static bool
hostlink_touches(const struct hostlink *hl, const struct vmblok *vm)
{
	const struct mdlink *l;

	TAILQ_FOREACH(l, &vm->cp->links, entry)
		if (l->write && name_equal(l->user, vm->name) &&
		    minidisk_same(l, hl->link))
			return true;
	return false;
}

bool
hostlink_holds(const struct vmblok *vm)
{
	const struct hostlink *hl;

	LIST_FOREACH(hl, &vm->cp->hostlinks, entry)
		if (hostlink_is_holding(hl) && hostlink_touches(hl, vm))
			return true;
	return false;
}

/* Every machine as all holds together want it. */
static void
hostlink_update(struct cp *cp)
{
	struct vmblok *vm;

	TAILQ_FOREACH(vm, &cp->vms, entry)
		guest_hold(vm, hostlink_holds(vm));
}

static bool
hostlink_is_still(const struct hostlink *hl)
{
	const struct vmblok *vm;

	TAILQ_FOREACH(vm, &hl->cp->vms, entry)
		if (hostlink_touches(hl, vm) && !guest_still(vm))
			return false;
	return true;
}

void
hostlink_look(struct cp *cp)
{
	struct hostlink *hl;

	LIST_FOREACH(hl, &cp->hostlinks, entry)
		if (hl->state == HOSTLINK_WAITING && hostlink_is_still(hl)) {
			hl->state = HOSTLINK_HELD;
			hl->fn(hl->arg, 0);
		}
}

static void
hostlink_end_hold(struct hostlink *hl, enum hostlink_state state)
{
	hl->state = state;
	evtimer_del(hl->timer);
	hostlink_update(hl->cp);
}

static void
hostlink_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct hostlink *hl = arg;
	bool waiting = hl->state == HOSTLINK_WAITING;

	(void)fd;
	(void)what;
	log_warnx("minidisk %s %03X was held for too long",
	    name_text(hl->link->owner).s, hl->link->vdev);
	hostlink_end_hold(hl, waiting ? HOSTLINK_FREE : HOSTLINK_OVER);
	if (waiting)
		hl->fn(hl->arg, -ETIMEDOUT);
}

static void
hostlink_begin_hold(struct hostlink *hl)
{
	struct timeval tv = { .tv_sec = HOST_HOLD_SECONDS };

	if (hostlink_is_holding(hl)) {
		hl->fn(hl->arg, -EBUSY);
		return;
	}
	hl->state = HOSTLINK_WAITING;
	evtimer_add(hl->timer, &tv);
	hostlink_update(hl->cp);
	hostlink_look(hl->cp);
}

void
hostlink_hold(struct hostlink *hl, bool hold)
{
	bool over = hl->state == HOSTLINK_OVER;

	if (hold) {
		hostlink_begin_hold(hl);
		return;
	}
	hostlink_end_hold(hl, HOSTLINK_FREE);
	hl->fn(hl->arg, over ? -ETIMEDOUT : 0);
}

void
hostlink_free(struct hostlink *hl)
{
	if (hl == NULL)
		return;
	LIST_REMOVE(hl, entry);
	hl->state = HOSTLINK_FREE;
	hostlink_update(hl->cp);
	minidisk_release(hl->cp, hl->link);
	event_free(hl->timer);
	free(hl);
}

/* --- LINK --- */

static struct hostlink *
hostlink_make(struct cp *cp, hostlink_fn *fn, void *arg)
{
	struct hostlink *hl = calloc(1, sizeof *hl);

	if (hl == NULL)
		return NULL;
	hl->cp = cp;
	hl->fn = fn;
	hl->arg = arg;
	hl->timer = evtimer_new(cp->base, hostlink_timeout, hl);
	if (hl->timer != NULL)
		return hl;
	free(hl);
	return NULL;
}

static struct mdlink *
hostlink_link(struct cp *cp, const struct ipc_host_link *ask,
    struct minidisk_answer *answer)
{
	static const struct vm_name host = { "SYSTEM" };
	const struct dir_mdisk *md = ask->vdev > VDEV_MAX ? NULL :
	    directory_mdisk(cp->dir->dir, ask->owner, (vdev_t)ask->vdev);
	char vdev[16];

	*answer = (struct minidisk_answer){ 0 };
	if (md != NULL && !md->tdisk)
		return minidisk_link(cp, md, ask->owner, host, VDEV_NONE,
		    linkrule_find(ask->write != 0 ? "W" : "RR"), EMSG_ON,
		    answer);
	snprintf(vdev, sizeof vdev, "%03X", ask->vdev);
	minidisk_refuse(answer, EMSG_ON, 107, name_text(ask->owner).s, vdev);
	return NULL;
}

/* -1 with errno. */
static int
hostlink_open(const struct cp *cp, const struct mdlink *link, uint64_t *blocks)
{
	int fd = minidisk_open(cp, link, blocks);

	if (fd >= 0 && minidisk_lock(link, fd) == 0)
		return fd;
	if (fd >= 0) {
		close(fd);
		errno = EBUSY;
	}
	return -1;
}

struct hostlink *
hostlink_new(struct cp *cp, const struct ipc_host_link *ask, hostlink_fn *fn,
    void *arg, int *fd, uint64_t *blocks, struct minidisk_answer *answer)
{
	struct mdlink *link = hostlink_link(cp, ask, answer);
	struct hostlink *hl;

	if (link == NULL)
		return NULL;
	*fd = hostlink_open(cp, link, blocks);
	hl = *fd < 0 ? NULL : hostlink_make(cp, fn, arg);
	if (hl == NULL) {
		minidisk_refuse(answer, EMSG_ON, 183, "LINK", *fd < 0 ?
		    "THE MINIDISK CANNOT BE OPENED" : "NO STORAGE");
		if (*fd >= 0)
			close(*fd);
		minidisk_release(cp, link);
		return NULL;
	}
	hl->link = link;
	LIST_INSERT_HEAD(&cp->hostlinks, hl, entry);
	return hl;
}
