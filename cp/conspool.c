/* SPDX-License-Identifier: MIT
 *
 * conspool.c - a console's file.  What is hidden when it is typed never comes
 * here.
 *
 * Blocks are numbered, and stay until vmspool has answered for them: one that
 * comes back gets again what its predecessor has perhaps not stored.
 */
#include "conspool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "device.h"
#include "guest.h"
#include "name.h"
#include "log.h"
#include "spoolclient.h"
#include "vmblok.h"

#define CONSPOOL_BLOCK 4096	    /* bytes; a full one goes at once */
#define CONSPOOL_FULL (128u << 10)  /* so much waiting stops the machine */
#define CONSPOOL_MAX (1u << 20)	    /* and CP's own lines are no more kept */
#define CONSPOOL_SECONDS 1

struct conspool_block {
	TAILQ_ENTRY(conspool_block) entry;
	vdev_t vdev;
	uint64_t stream, serial;
	uint32_t records;
	size_t len;
	bool sent;   /* and not answered */
	bool closed; /* was sent once: it is what it was */
	char bytes[CONSPOOL_BLOCK];
};

/* Who waits until all blocks up to a serial number are stored. */
struct conspool_waiter {
	STAILQ_ENTRY(conspool_waiter) entry;
	uint64_t serial;
	conspool_fn *fn;
	void *arg;
};

struct conspool {
	struct vmblok *vm;
	vdev_t vdev;		 /* the last block's */
	uint64_t stream, serial; /* the same */
	TAILQ_HEAD(conspool_blocks, conspool_block) blocks;
	STAILQ_HEAD(, conspool_waiter) waiters;
	size_t held;		 /* bytes in blocks */
	unsigned under_way;	 /* blocks sent and not answered */
	unsigned stale;		 /* of an earlier stream: answers to come */
	bool refused;		 /* nothing is sent before the timer */
	unsigned long dropped;	 /* lines, since the last that was kept */
	size_t prompt_len;	 /* of a line that input will end */
	char prompt[IPC_LINE_MAX];
	struct event *timer;
};

static void conspool_tick(evutil_socket_t fd, short what, void *arg);

/* Blocks are numbered anew. */
static void
conspool_stream(struct conspool *cs)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	cs->stream = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	cs->serial = 0;
}

static struct conspool *
conspool_new(struct vmblok *vm)
{
	struct conspool *cs = calloc(1, sizeof *cs);

	if (cs == NULL)
		return NULL;
	cs->timer = evtimer_new(vm->cp->base, conspool_tick, cs);
	if (cs->timer == NULL) {
		free(cs);
		return NULL;
	}
	cs->vm = vm;
	conspool_stream(cs);
	TAILQ_INIT(&cs->blocks);
	STAILQ_INIT(&cs->waiters);
	return cs;
}

static void
conspool_later(struct conspool *cs)
{
	struct timeval tv = { .tv_sec = CONSPOOL_SECONDS };

	if (!evtimer_pending(cs->timer, NULL))
		evtimer_add(cs->timer, &tv);
}

/* --- who waits --- */

/* rc 0: those whose blocks are stored; else all. */
static void
conspool_wake(struct conspool *cs, int rc)
{
	const struct conspool_block *first = TAILQ_FIRST(&cs->blocks);
	struct conspool_waiter *w;

	while ((w = STAILQ_FIRST(&cs->waiters)) != NULL) {
		struct conspool_waiter was = *w;

		if (rc == 0 && first != NULL && first->serial <= w->serial)
			return;
		STAILQ_REMOVE_HEAD(&cs->waiters, entry);
		free(w);
		was.fn(rc, was.arg);
	}
}

static void
conspool_wait(struct conspool *cs, conspool_fn *fn, void *arg)
{
	struct conspool_waiter *w = malloc(sizeof *w);

	if (w == NULL) {
		fn(-ENOMEM, arg);
		return;
	}
	*w = (struct conspool_waiter){ .serial = cs->serial, .fn = fn,
		.arg = arg };
	STAILQ_INSERT_TAIL(&cs->waiters, w, entry);
}

/* --- blocks --- */

/* false: vmspool is away. */
static bool
conspool_send_one(struct conspool *cs, struct conspool_block *b)
{
	struct cp *cp = cs->vm->cp;
	struct ipc_ur_write write = { .vdev = b->vdev,
		.user = { cs->vm->name, cp->config->node },
		.stream = b->stream, .serial = b->serial,
		.records = b->records, .device = SPOOL_ON_CON };

	b->sent = spoolclient_write(cp->spool, &write, b->bytes, b->len);
	cs->under_way += b->sent;
	b->closed |= b->sent;
	return b->sent;
}

/* In order, as many as may be under way.  The last block is sent, and no more
 * filled, when it is full or `all` says so. */
static void
conspool_send(struct conspool *cs, bool all)
{
	struct conspool_block *b;

	if (cs->refused || cs->stale > 0)
		return;
	TAILQ_FOREACH(b, &cs->blocks, entry) {
		if (b->sent)
			continue;
		if (cs->under_way == UR_WINDOW || (!all &&
		    TAILQ_NEXT(b, entry) == NULL &&
		    b->len < CONSPOOL_BLOCK / 2))
			break;
		if (!conspool_send_one(cs, b))
			break;
	}
	if (!TAILQ_EMPTY(&cs->blocks))
		conspool_later(cs);
}

static void
conspool_drop(struct conspool *cs, struct conspool_block *b)
{
	TAILQ_REMOVE(&cs->blocks, b, entry);
	cs->held -= b->len;
	cs->under_way -= b->sent;
	free(b);
}

/* What waits goes; what vmspool does not take makes nobody wait longer. */
static void
conspool_tick(evutil_socket_t fd, short what, void *arg)
{
	struct conspool *cs = arg;
	const struct conspool_block *first;

	(void)fd;
	(void)what;
	cs->refused = false;
	conspool_send(cs, true);
	first = TAILQ_FIRST(&cs->blocks);
	if (first != NULL && !first->sent)
		conspool_wake(cs, -EAGAIN);
}

/* The block that has room for a record of n bytes, or NULL. */
static struct conspool_block *
conspool_block(struct conspool *cs, size_t n)
{
	struct conspool_block *b = TAILQ_LAST(&cs->blocks, conspool_blocks);
	const struct vdev *d = device_console(cs->vm);

	if (b != NULL && !b->closed && b->len + n <= sizeof b->bytes &&
	    b->vdev == d->vdev)
		return b;
	b = cs->held > CONSPOOL_MAX ? NULL : malloc(sizeof *b);
	if (b == NULL)
		return NULL;
	if (cs->vdev != d->vdev)
		cs->stream++; /* vmspool counts the serials of an address */
	b->vdev = cs->vdev = d->vdev;
	b->stream = cs->stream;
	b->serial = ++cs->serial;
	b->records = 0;
	b->len = 0;
	b->sent = b->closed = false;
	TAILQ_INSERT_TAIL(&cs->blocks, b, entry);
	return b;
}

/* --- lines --- */

static bool
conspool_record(struct conspool *cs, const char *text, size_t n)
{
	size_t len = 1 + n;
	struct conspool_block *b = conspool_block(cs, SPOOL_LENGTH + len);
	char *at;

	if (b == NULL)
		return false;
	at = b->bytes + b->len;
	at[0] = (char)(len & 0xFF);
	at[1] = (char)(len >> 8);
	at[2] = PRT_WRITE_1;
	for (size_t i = 0; i < n; i++)
		at[3 + i] = (unsigned char)text[i] < ' ' || text[i] == 0x7F ?
		    ' ' : text[i];
	b->len += SPOOL_LENGTH + len;
	b->records++;
	cs->held += SPOOL_LENGTH + len;
	return true;
}

size_t
conspool_fold(const char *text, size_t len)
{
	size_t columns = 0;

	for (size_t i = 0; i < len; i++) {
		if (((unsigned char)text[i] & 0xC0) != 0x80)
			columns++;
		if (columns > PRT_COLUMNS || i == PRT_LINE)
			return i;
	}
	return len;
}

static void
conspool_line(struct conspool *cs, const char *text, size_t len)
{
	char lost[48];
	size_t n;

	if (cs->dropped > 0) {
		n = (size_t)snprintf(lost, sizeof lost,
		    "*** %lu LINES NOT RECORDED ***", cs->dropped);
		if (conspool_record(cs, lost, n))
			cs->dropped = 0;
	}
	do {
		n = conspool_fold(text, len);
		if (cs->dropped > 0 || !conspool_record(cs, text, n)) {
			cs->dropped++;
			break;
		}
		text += n;
		len -= n;
	} while (len > 0);
	conspool_send(cs, false);
}

/* A prompt that nothing followed is a line. */
static void
conspool_end_prompt(struct conspool *cs)
{
	size_t n = cs->prompt_len;

	cs->prompt_len = 0;
	if (n > 0)
		conspool_line(cs, cs->prompt, n);
}

static void
conspool_append(struct conspool *cs, const char *text, size_t len)
{
	if (len > sizeof cs->prompt - cs->prompt_len)
		len = sizeof cs->prompt - cs->prompt_len;
	if (len > 0)
		memcpy(cs->prompt + cs->prompt_len, text, len);
	cs->prompt_len += len;
}

void
conspool_item(struct vmblok *vm, enum ipc_item_kind kind, unsigned flags,
    const char *text, size_t len)
{
	const struct vdev *d = device_console(vm);
	struct conspool *cs;

	if (d == NULL || !d->spool.start)
		return;
	if (vm->conspool == NULL)
		vm->conspool = conspool_new(vm);
	cs = vm->conspool;
	if (cs == NULL || (kind == ITEM_INPUT && len == 0 &&
	    cs->prompt_len == 0))
		return; /* nothing, or nothing to be seen */
	if (flags & ITEM_LINE)
		conspool_end_prompt(cs);
	if (kind == ITEM_PROMPT) {
		conspool_append(cs, text, len);
	} else if (cs->prompt_len > 0) {
		conspool_append(cs, text, len);
		conspool_end_prompt(cs);
	} else {
		conspool_line(cs, text, len);
	}
}

bool
conspool_hides(const struct vmblok *vm)
{
	const struct vdev *d = device_console(vm);

	return d != NULL && d->spool.start && d->spool.noterm;
}

bool
conspool_full(const struct vmblok *vm)
{
	return vm->conspool != NULL && vm->conspool->held > CONSPOOL_FULL;
}

/* What vmspool has of it goes by the CLOSE that follows. */
static void
conspool_purge(struct conspool *cs)
{
	cs->stale += cs->under_way;
	while (!TAILQ_EMPTY(&cs->blocks))
		conspool_drop(cs, TAILQ_FIRST(&cs->blocks));
	cs->refused = false;
	conspool_stream(cs);
}

void
conspool_flush(struct vmblok *vm, bool purge, conspool_fn *fn, void *arg)
{
	struct conspool *cs = vm->conspool;

	if (cs == NULL) {
		fn(0, arg);
		return;
	}
	conspool_end_prompt(cs);
	if (purge)
		conspool_purge(cs);
	conspool_wait(cs, fn, arg);
	conspool_send(cs, true);
	if (TAILQ_EMPTY(&cs->blocks))
		conspool_wake(cs, 0);
}

/* --- vmspool --- */

static void
conspool_answered(struct conspool *cs, const struct ipc_ur_wrote *wrote)
{
	struct conspool_block *b;

	if (cs->stale > 0) {
		if (--cs->stale == 0)
			conspool_send(cs, false);
		return;
	}
	TAILQ_FOREACH(b, &cs->blocks, entry)
		if (b->serial == wrote->serial)
			break;
	if (b == NULL)
		return;
	/* -EPROTO: one that would never be taken. */
	if (wrote->rc == 0 || wrote->rc == -EPROTO) {
		conspool_drop(cs, b);
		conspool_send(cs, false);
		conspool_wake(cs, 0);
		guest_credit(cs->vm, 0);
		return;
	}
	cs->under_way -= b->sent;
	b->sent = false;
	cs->refused = true;
	conspool_later(cs);
	conspool_wake(cs, wrote->rc);
}

void
conspool_wrote(struct cp *cp, const struct ipc_ur_wrote *wrote)
{
	struct vmblok *vm = vmblok_find(cp, wrote->user.user);

	if (vm != NULL && vm->conspool != NULL)
		conspool_answered(vm->conspool, wrote);
}

void
conspool_back(struct cp *cp)
{
	struct conspool_block *b;
	struct conspool *cs;
	struct vmblok *vm;

	TAILQ_FOREACH(vm, &cp->vms, entry) {
		cs = vm->conspool;
		if (cs == NULL)
			continue;
		TAILQ_FOREACH(b, &cs->blocks, entry)
			b->sent = false;
		cs->under_way = cs->stale = 0;
		cs->refused = false;
		conspool_send(cs, true);
	}
}

void
conspool_stop(struct vmblok *vm)
{
	struct vdev *d = device_console(vm);

	if (d != NULL)
		d->spool.start = false;
}

unsigned long
conspool_free(struct vmblok *vm)
{
	struct conspool *cs = vm->conspool;
	unsigned long lines;

	if (cs == NULL)
		return 0;
	vm->conspool = NULL;
	lines = cs->dropped;
	while (!TAILQ_EMPTY(&cs->blocks)) {
		lines += TAILQ_FIRST(&cs->blocks)->records;
		conspool_drop(cs, TAILQ_FIRST(&cs->blocks));
	}
	conspool_wake(cs, -ECANCELED);
	event_free(cs->timer);
	free(cs);
	return lines;
}
