/* SPDX-License-Identifier: MIT
 *
 * spoolchan.c - the machine's channel to vmspool.  Knows no file and no card:
 * each message goes to the device that knows it.
 *
 * vmspool may end at any moment; vmcp starts it again and sends a new channel.
 * Until SPOOLCHAN_BACK_NS have passed that is a delay, then it is away.
 */
#include "spoolchan.h"

#include <poll.h>
#include <unistd.h>

#include "diagnose.h"
#include "log.h"
#include "subchan.h"
#include "vm.h"

#define SPOOLCHAN_BACK_NS 10000000000ull
#define SPOOLCHAN_SETTLE_NS 900000000ull /* less than a second */
#define SPOOLCHAN_MESSAGES 32 /* then others have their turn */

void
spoolchan_init(struct vm *vm)
{
	vm->spool.chan.fd = -1;
	vm->spool.chan.dead = true;
}

bool
spoolchan_there(const struct vm *vm)
{
	return !vm->spool.chan.dead;
}

bool
spoolchan_coming(const struct vm *vm)
{
	/* One that has just failed is looked at in the loop's next round. */
	return vm->spool.back != 0 || vm->spool.chan.fd >= 0;
}

uint32_t
spoolchan_tag(struct vm *vm)
{
	if (++vm->spool.tag == 0)
		vm->spool.tag = 1;
	return vm->spool.tag;
}

static void
spoolchan_changed(struct vm *vm)
{
	for (unsigned i = 0; i < vm->ndevices; i++) {
		struct device *d = vm->device[i];

		if (d->ops->spool != NULL)
			d->ops->spool->changed(d);
	}
}

void
spoolchan_open(struct vm *vm, int fd)
{
	ipcchan_close(&vm->spool.chan);
	ipcchan_init(&vm->spool.chan, fd, IPC_UR, IPC_SPOOL);
	vm->spool.back = 0;
	vm->spool.channels++;
	spoolchan_changed(vm);
}

static void
spoolchan_lost(struct vm *vm)
{
	ipcchan_close(&vm->spool.chan);
	vm->spool.back = device_now() + SPOOLCHAN_BACK_NS;
	spoolchan_changed(vm);
}

void
spoolchan_expire(struct vm *vm)
{
	if (vm->spool.back == 0 || vm->spool.back > device_now())
		return;
	vm->spool.back = 0;
	spoolchan_changed(vm);
}

/* --- sending --- */

bool
spoolchan_room(const struct vm *vm)
{
	return vm->spool.chan.queued < IPCCHAN_QUEUE_MAX / 2;
}

void
spoolchan_send(struct vm *vm, enum ipc_type type, const void *payload,
    size_t len)
{
	ipcchan_send(&vm->spool.chan, type, payload, len, -1);
}

void
spoolchan_send_text(struct vm *vm, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n)
{
	ipcchan_send_text(&vm->spool.chan, type, fixed, fixed_len, text, n,
	    -1);
}

void
spoolchan_done(struct vm *vm, uint32_t tag, int rc)
{
	struct ipc_done msg = { .tag = tag, .rc = rc };

	ipcchan_send(&vm->chan, IPC_VM_DONE, &msg, sizeof msg, -1);
}

/* --- receiving --- */

/* A file that nobody waits for any more goes back as it was. */
static void
spoolchan_back(struct vm *vm, const struct ipc_ur_opened *opened)
{
	struct ipc_ur_finish back = { .how = FINISH_BACK };

	if (opened->rc != 0)
		return;
	back.tag = spoolchan_tag(vm);
	back.id = opened->file.id;
	spoolchan_send(vm, IPC_UR_FINISH, &back, sizeof back);
}

static void
spoolchan_give(struct vm *vm, const struct ipcchan_message *m)
{
	for (unsigned i = 0; i < vm->ndevices; i++) {
		struct device *d = vm->device[i];

		if (d->ops->spool != NULL && d->ops->spool->message(d, m))
			return;
	}
	if (m->type == IPC_UR_OPENED)
		spoolchan_back(vm, m->payload);
	else if (m->type == IPC_UR_ROW)
		diag_spool_row(vm, m->payload);
	else if (m->type == IPC_UR_DONE)
		diag_spool_done(vm, m->payload);
}

void
spoolchan_receive(struct vm *vm)
{
	struct ipcchan_message m;
	int rc = 0;

	if (vm->spool.chan.fd < 0)
		return;
	for (unsigned i = 0; i < SPOOLCHAN_MESSAGES &&
	    (rc = ipcchan_recv(&vm->spool.chan, &m)) == 1; i++)
		spoolchan_give(vm, &m);
	if (rc < 0)
		spoolchan_lost(vm);
	else
		ipcchan_flush(&vm->spool.chan); /* the next receive sees how */
}

/* --- saving --- */

static bool
spoolchan_settled(struct vm *vm)
{
	bool all = true;

	for (unsigned i = 0; i < vm->ndevices; i++) {
		struct device *d = vm->device[i];

		if (d->ops->spool != NULL && !d->ops->spool->settle(d))
			all = false;
	}
	return all;
}

int
spoolchan_settle(struct vm *vm)
{
	uint64_t now, until = device_now() + SPOOLCHAN_SETTLE_NS;
	struct timespec wait = { 0 };

	while (!spoolchan_settled(vm)) {
		struct pollfd fd = { .fd = vm->spool.chan.fd,
			.events = POLLIN };

		now = device_now();
		if (now >= until || !spoolchan_there(vm))
			return -1;
		if (vm->spool.chan.head != NULL)
			fd.events |= POLLOUT;
		wait.tv_nsec = (long)(until - now);
		ppoll(&fd, 1, &wait, NULL);
		spoolchan_receive(vm);
	}
	return 0;
}
