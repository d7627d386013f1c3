/* SPDX-License-Identifier: MIT
 *
 * feed.c - a deck's blocks: filled, sent within the window, stored, closed.
 */
#include "feed.h"

#include <errno.h>
#include <string.h>
#include <time.h>


#define FEED_RETRY_S 1

/* Beside the devices of users: what is open when the channel ends is purged. */
#define FEED_VDEV(u) (VDEV_MAX + 1 + (u)->config.raddr)

static void feed_push(struct feed *f);

static void
feed_on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct feed *f = arg;

	(void)fd;
	(void)what;
	f->held = false;
	feed_push(f);
}

void
feed_init(struct feed *f, struct unit *u, feed_fn *fn)
{
	f->u = u;
	f->fn = fn;
	f->retry = unit_event(u, -1, 0, feed_on_retry, f);
}

/* Block i from the oldest. */
static struct feed_block *
feed_at(struct feed *f, unsigned i)
{
	return &f->block[(f->head + i) % FEED_BLOCKS];
}

static void
feed_later(struct feed *f)
{
	const struct timeval tv = { .tv_sec = FEED_RETRY_S };

	f->held = true;
	event_add(f->retry, &tv);
}

/* --- to vmspool --- */

static void
feed_write(struct feed *f, struct feed_block *b)
{
	struct ipc_ur_write write = { .vdev = FEED_VDEV(f->u),
		.user = f->close.user, .stream = f->stream,
		.serial = b->serial, .records = b->records,
		.device = SPOOL_ON_RDR };

	loopchan_send_text(&f->u->ur, IPC_UR_WRITE, &write, sizeof write,
	    b->bytes, b->len, -1);
	b->state = FEED_SENT;
}

static void
feed_close(struct feed *f)
{
	static uint32_t tags;

	if (++tags == 0)
		tags = 1;
	f->tag = f->close.tag = tags;
	f->row_there = false;
	f->unsure = true;
	unit_send(f->u, IPC_UR_CLOSE, &f->close, sizeof f->close);
}

/* What can go now: in order, and after a failure from the first one on. */
static void
feed_push(struct feed *f)
{
	if (!f->open || !f->u->spool || f->held || f->tag != 0)
		return;
	for (unsigned i = 0; i < f->count && i < UR_WINDOW; i++)
		if (feed_at(f, i)->state == FEED_WAITS)
			feed_write(f, feed_at(f, i));
	if (f->count == 0 && f->close.how == CLOSE_FILE)
		feed_close(f);
}

/* --- cards --- */

void
feed_begin(struct feed *f, struct vm_name user)
{
	struct vm_user who = { user, f->u->node };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	f->stream = (uint64_t)now.tv_sec * 1000000000u +
	    (uint64_t)now.tv_nsec;
	f->serial = 0;
	f->open = true;
	f->unsure = false;
	f->head = f->count = 0;
	f->close = (struct ipc_ur_close){ .vdev = FEED_VDEV(f->u),
		.user = who, .to = who, .queue = SPOOL_RDR };
}

static struct feed_block *
feed_fill(struct feed *f)
{
	struct feed_block *b = feed_at(f, f->count++);

	b->state = FEED_FILLING;
	b->serial = ++f->serial;
	b->records = 0;
	b->len = 0;
	return b;
}

void
feed_card(struct feed *f, const char *card, size_t len)
{
	struct feed_block *b = f->count > 0 ? feed_at(f, f->count - 1) : NULL;

	if (b != NULL && b->state == FEED_FILLING &&
	    b->len + SPOOL_LENGTH + len > sizeof b->bytes) {
		b->state = FEED_WAITS;
		feed_push(f);
	}
	if (b == NULL || b->state != FEED_FILLING)
		b = feed_fill(f);
	b->bytes[b->len] = (char)(len & 0xFF);
	b->bytes[b->len + 1] = (char)(len >> 8);
	memcpy(b->bytes + b->len + SPOOL_LENGTH, card, len);
	b->len += SPOOL_LENGTH + len;
	b->records++;
}

bool
feed_room(const struct feed *f)
{
	return f->count <= UR_WINDOW;
}

void
feed_end(struct feed *f, const struct spool_attr *attr)
{
	f->close.attr = *attr;
	f->close.how = CLOSE_FILE;
	if (f->count > 0 && feed_at(f, f->count - 1)->state == FEED_FILLING)
		feed_at(f, f->count - 1)->state = FEED_WAITS;
	feed_push(f);
}

bool
feed_unsure(const struct feed *f)
{
	return f->unsure;
}

/* When vmspool is away, or goes, the end of the channel purges it. */
void
feed_purge(struct feed *f)
{
	if (!f->open)
		return;
	for (unsigned i = 0; i < f->count; i++)
		f->stale += feed_at(f, i)->state == FEED_SENT;
	f->close.how = CLOSE_PURGE;
	feed_close(f);
	f->open = f->unsure = f->held = false;
	f->tag = 0;
	event_del(f->retry);
}

/* --- from vmspool --- */

static void
feed_wrote(struct feed *f, const struct ipc_ur_wrote *wrote)
{
	for (unsigned i = 0; i < f->count; i++) {
		struct feed_block *b = feed_at(f, i);

		if (b->state == FEED_SENT && b->serial == wrote->serial)
			b->state = wrote->rc == 0 ? FEED_STORED : FEED_WAITS;
	}
	while (f->count > 0 && feed_at(f, 0)->state == FEED_STORED) {
		f->head = (f->head + 1) % FEED_BLOCKS;
		f->count--;
	}
	if (wrote->rc != 0) {
		feed_later(f);
		f->fn(f, FEED_FAILED, wrote->rc, NULL);
		return;
	}
	feed_push(f);
	if (f->open && feed_room(f))
		f->fn(f, FEED_ROOM, 0, NULL);
}

static void
feed_closed(struct feed *f, const struct ipc_ur_done *done)
{
	f->tag = 0;
	f->unsure = false;
	if (done->rc != 0) {
		feed_later(f);
		f->fn(f, FEED_FAILED, done->rc, NULL);
		return;
	}
	f->open = false;
	f->fn(f, FEED_CLOSED, 0, f->row_there ? &f->row : NULL);
}

void
feed_message(struct feed *f, const struct ipcchan_message *msg)
{
	const struct ipc_ur_wrote *wrote = msg->payload;
	const struct ipc_ur_done *done = msg->payload;
	const struct ipc_ur_row *row = msg->payload;

	/* each block is answered once, in order, whatever became of it */
	if (msg->type == IPC_UR_WROTE && f->stale > 0) {
		f->stale--;
		return;
	}
	if (!f->open)
		return;
	if (msg->type == IPC_UR_WROTE) {
		feed_wrote(f, wrote);
	} else if (msg->type == IPC_UR_ROW && f->tag != 0 &&
	    row->tag == f->tag) {
		f->row = *row;
		f->row_there = true;
	} else if (msg->type == IPC_UR_DONE && f->tag != 0 &&
	    done->tag == f->tag) {
		feed_closed(f, done);
	}
}

void
feed_spool(struct feed *f, bool there)
{
	f->stale = 0;
	if (!f->open)
		return;
	if (there) {
		feed_push(f);
		return;
	}
	f->tag = 0;
	f->held = false;
	event_del(f->retry);
	for (unsigned i = 0; i < f->count; i++)
		if (feed_at(f, i)->state == FEED_SENT)
			feed_at(f, i)->state = FEED_WAITS;
}
