/* SPDX-License-Identifier: MIT
 *
 * view_full.c - the guest's records to the display, the display's to the guest.
 */
#include "view_full.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAINT_ROOM 16384 /* bytes of one record of a picture */

void
view_full_open(struct view_full *f, const struct view_port *port,
    const struct view_shape *shape, unsigned timer)
{
	*f = (struct view_full){ .port = port, .shape = *shape,
		.timer = timer };
}

/* --- to the guest --- */

static void
view_full_say(struct view_full *f, enum ipc_full_op op, uint32_t tag, int rc,
    const void *text, size_t n)
{
	struct ipc_full full = { .tag = tag, .rc = rc, .op = (uint16_t)op,
		.vdev = f->vdev };

	f->port->full(f->port->arg, &full, text, n);
}

/* What a request is answered with that cannot be done. */
static void
view_full_refuse(struct view_full *f, const struct ipc_full *full, int rc)
{
	view_full_say(f, full->op == FULL_READ ? FULL_RECORD : FULL_DONE,
	    full->tag, rc, "", 0);
}

/* A write is done when the display has taken it: so a guest is no faster than
 * its terminal. */
static void
view_full_done(struct view_full *f, uint32_t tag)
{
	f->done = tag;
	f->port->again(f->port->arg);
}

/* --- the model --- */

static void
view_full_drop(struct view_full *f)
{
	free(f->waits);
	f->waits = NULL;
	f->done = 0;
	f->shown = f->cover = false;
	if (f->asking) {
		f->asking = false;
		f->late = true;
		f->port->timer(f->port->arg, f->timer, 0);
	}
	if (f->open)
		ps3270_close(&f->ps);
	f->open = false;
}

void
view_full_end(struct view_full *f)
{
	view_full_drop(f);
}

void
view_full_lose(struct view_full *f)
{
	bool had = f->open && f->ps.written;
	struct ipc_full *waits = f->waits;
	uint32_t done = f->done;

	f->waits = NULL;
	view_full_drop(f);
	if (had)
		view_full_say(f, FULL_LOST, 0, 0, "", 0);
	if (done != 0)
		view_full_say(f, FULL_DONE, done, -ESTALE, "", 0);
	if (waits != NULL)
		view_full_refuse(f, waits, -ESTALE);
	free(waits);
}

void
view_full_reshape(struct view_full *f, const struct view_shape *shape)
{
	view_full_lose(f);
	f->shape = *shape;
}

/* Another display of the machine, or of another machine, begins anew. */
static int
view_full_model(struct view_full *f, uint16_t vdev)
{
	if (f->open && f->vdev != vdev)
		view_full_lose(f);
	f->vdev = vdev;
	if (f->open)
		return 0;
	if (ps3270_open(&f->ps, f->shape.rows, f->shape.cols,
	    (f->shape.flags & TERM_COLOR) != 0,
	    (f->shape.flags & TERM_HIGHLIGHT) != 0) < 0)
		return -ENOMEM;
	f->open = true;
	return 0;
}

bool
view_full_wanted(const struct view_full *f)
{
	return f->open && f->ps.written;
}

/* --- the display --- */

static void
view_full_ask(struct view_full *f)
{
	static const uint8_t command = DS_READ_BUFFER;

	if (f->asking)
		return;
	f->asking = true;
	f->port->timer(f->port->arg, f->timer, VIEW_FULL_ASK_MS);
	f->port->record(f->port->arg, &command, 1); /* may answer at once */
}

void
view_full_show(struct view_full *f)
{
	uint8_t *record;
	unsigned at = 0;
	size_t n;

	f->cover = false;
	if (f->shown || !f->open)
		return;
	record = malloc(PAINT_ROOM);
	if (record == NULL) {
		view_full_lose(f);
		return;
	}
	while ((n = ps3270_paint(&f->ps, &at, record, PAINT_ROOM)) > 0)
		f->port->record(f->port->arg, record, n);
	explicit_bzero(record, PAINT_ROOM);
	free(record);
	f->shown = true;
	f->late = false;
}

void
view_full_cover(struct view_full *f)
{
	if (!f->shown || f->cover)
		return;
	f->cover = true;
	view_full_ask(f);
}

/* --- from the guest --- */

static bool
view_full_asks(const struct ipc_full *full)
{
	return full->op == FULL_READ ||
	    (full->text_len > 0 && (uint8_t)full->text[0] ==
	    DS_WRITE_STRUCTURED);
}

/* Bytes that the longest answer of a display can have: each cell with all its
 * attributes, but no more than can be sent on. */
static size_t
view_full_room(const struct view_full *f)
{
	size_t room = (size_t)f->shape.rows * f->shape.cols * 12 + 512;

	return room < IPC_FULL_MAX ? room : IPC_FULL_MAX;
}

/* Do it in the model.  rc, and what the display would answer at once. */
static int
view_full_try(struct view_full *f, const struct ipc_full *full,
    uint8_t *answer, size_t room, size_t *n)
{
	uint8_t command = full->text_len > 0 ? (uint8_t)full->text[0] : 0;

	*n = 0;
	/* Only structured fields may come before an erase: to ask what the
	 * display is. */
	if (!f->ps.written && command != DS_ERASE_WRITE &&
	    command != DS_ERASE_WRITE_ALTERNATE &&
	    command != DS_WRITE_STRUCTURED) {
		view_full_say(f, FULL_LOST, 0, 0, "", 0);
		return -ESTALE;
	}
	return ps3270_host(&f->ps, (const uint8_t *)full->text, full->text_len,
	    answer, room, n);
}

static void
view_full_run(struct view_full *f, const struct ipc_full *full)
{
	size_t room = view_full_room(f), n = 0;
	uint8_t *answer = malloc(room);
	int rc = -ENOMEM;

	if (answer != NULL)
		rc = view_full_try(f, full, answer, room, &n);
	if (full->op == FULL_READ) {
		view_full_say(f, FULL_RECORD, full->tag, rc, answer,
		    rc == 0 ? n : 0);
	} else if (rc != 0) {
		view_full_say(f, FULL_DONE, full->tag, rc, "", 0);
	} else {
		if (f->shown) /* the model has taken it: so may the display */
			f->port->record(f->port->arg,
			    (const uint8_t *)full->text, full->text_len);
		if (n > 0)
			view_full_say(f, FULL_RECORD, 0, 0, answer, n);
		view_full_done(f, full->tag);
	}
	free(answer);
}

/* It waits until it is known what is on the glass. */
static void
view_full_wait(struct view_full *f, const struct ipc_full *full)
{
	size_t size = sizeof *full + full->text_len;

	free(f->waits);
	f->waits = malloc(size);
	if (f->waits != NULL)
		memcpy(f->waits, full, size);
	else
		view_full_refuse(f, full, -ENOMEM);
}

void
view_full_out(struct view_full *f, const struct ipc_full *full)
{
	if (view_full_model(f, full->vdev) < 0) {
		view_full_refuse(f, full, -ENOMEM);
		return;
	}
	if (f->shown && view_full_asks(full))
		view_full_ask(f);
	if (f->asking)
		view_full_wait(f, full);
	else
		view_full_run(f, full);
}

/* --- from the display --- */

static unsigned
view_full_cells(const struct view_full *f)
{
	return f->open ? f->ps.rows * f->ps.cols : DS_CELLS;
}

/* READ BUFFER's answer has every cell, from the first on; what a key sends
 * begins with the address of a field, if there are any. */
static bool
view_full_whole(const struct view_full *f, const uint8_t *record, size_t n)
{
	return n >= 3 + view_full_cells(f) && record[3] != DS_SBA;
}

/* An answer, or a key that was pressed before the question came?  Its key is
 * none, unless one was pressed before and the guest has not restored the
 * keyboard since. */
static bool
view_full_answers(const struct view_full *f, const uint8_t *record, size_t n)
{
	if (record[0] == DS_AID_NONE)
		return true;
	return f->ps.locked && view_full_whole(f, record, n);
}

/* What was asked is known, or will not be. */
static void
view_full_known(struct view_full *f)
{
	struct ipc_full *full = f->waits;

	f->waits = NULL;
	f->asking = false;
	f->port->timer(f->port->arg, f->timer, 0);
	if (f->cover)
		f->cover = f->shown = false;
	if (full != NULL)
		view_full_run(f, full);
	free(full);
	f->port->again(f->port->arg);
}

void
view_full_erased(struct view_full *f)
{
	if (f->asking) {
		f->late = true;
		view_full_known(f);
	}
	f->shown = f->cover = false;
}

void
view_full_unlock(struct view_full *f)
{
	uint8_t record[8];
	struct ds_out o = { .buf = record, .cap = sizeof record,
		.cells = view_full_cells(f) };

	if (f->ps.locked)
		return;
	ds3270_begin(&o, DS_WRITE, DS_WCC_RESTORE);
	f->port->record(f->port->arg, record, o.len);
}

static void
view_full_key(struct view_full *f, const uint8_t *record, size_t n)
{
	struct ds_in in;

	if (n > IPC_FULL_MAX ||
	    ds3270_read(record, n, view_full_cells(f), &in) < 0) {
		view_full_unlock(f);
		return;
	}
	switch (in.aid) {
	case DS_AID_NONE: /* an answer that nobody waits for, */
	case DS_AID_SF:	  /* or that the model has given already */
		return;
	case DS_AID_PA1:
		view_full_unlock(f);
		f->port->key(f->port->arg, KEY_ATTENTION);
		return;
	case DS_AID_SYSREQ:
		view_full_unlock(f);
		f->port->key(f->port->arg, KEY_SYSREQ);
		return;
	case DS_AID_CLEAR:
		ps3270_clear(&f->ps);
		break;
	default:
		break;
	}
	f->ps.locked = true;
	f->ps.aid = in.aid;
	view_full_say(f, FULL_RECORD, 0, 0, record, n);
}

bool
view_full_record(struct view_full *f, const uint8_t *record, size_t n)
{
	if (n == 0)
		return f->shown;
	if (f->asking && view_full_answers(f, record, n)) {
		ps3270_typed(&f->ps, record, n);
		view_full_known(f);
		return true;
	}
	if (f->late && (record[0] == DS_AID_NONE ||
	    view_full_whole(f, record, n))) {
		f->late = false;
		return true;
	}
	if (f->shown)
		view_full_key(f, record, n);
	return f->shown || record[0] == DS_AID_SF;
}

void
view_full_ready(struct view_full *f)
{
	uint32_t tag = f->done;

	f->done = 0;
	if (tag != 0)
		view_full_say(f, FULL_DONE, tag, 0, "", 0);
}

void
view_full_timer(struct view_full *f)
{
	if (!f->asking)
		return;
	f->late = true;
	view_full_known(f);
}
