/* SPDX-License-Identifier: MIT
 *
 * fullscreen.c - guests' screens: from the machine to the terminal and back.
 * No record is looked into here, and no user told anything.
 *
 * A terminal gets numbers of CP's own for what it is asked, so that an answer
 * to something that a reset has ended is known as such.
 */
#include "fullscreen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "device.h"
#include "guest.h"
#include "session.h"
#include "term.h"
#include "vmblok.h"

#define FULLSCREEN_ERRNO_MAX 4095

/* The smallest screen there is, and the largest that can be addressed. */
#define FULLSCREEN_ROWS 24
#define FULLSCREEN_COLS 80
#define FULLSCREEN_CELLS 16383

/* A request that comes after lines which the terminal has not taken yet. */
struct fullscreen_held {
	uint64_t after; /* the console's items before this one */
	struct ipc_full out;
	char text[];
};

static bool
fullscreen_can(const struct vdev *d)
{
	return d->type == DEVICE_CONSOLE || d->type == DEVICE_DISPLAY;
}

struct term *
fullscreen_term(const struct vmblok *vm, const struct vdev *d)
{
	if (d->type == DEVICE_DISPLAY)
		return d->full.dialed;
	return d == device_console(vm) ? vm->session->term : NULL;
}

/* A machine may not have heard yet that DEFINE moved a device, and what is
 * there now may be anything. */
static struct vdev *
fullscreen_find(const struct vmblok *vm, vdev_t vdev)
{
	struct vdev *d = device_find(vm, vdev);

	if (d != NULL && fullscreen_can(d))
		return d;
	TAILQ_FOREACH(d, &vm->devices, entry)
		if (fullscreen_can(d) && d->full.was == vdev)
			return d;
	return NULL;
}

static void
fullscreen_tell(struct vmblok *vm, const struct vdev *d, struct ipc_full *in,
    const char *text, size_t len)
{
	in->vdev = d->vdev;
	guest_full(vm, in, text, len);
}

static void
fullscreen_forget(struct vdev *d)
{
	d->full.tag = d->full.asked = 0;
	free(d->full.held);
	d->full.held = NULL;
}

void
fullscreen_free(struct vdev *d)
{
	fullscreen_forget(d);
}

/* CP's own answer to what is outstanding. */
static void
fullscreen_refuse(struct vmblok *vm, struct vdev *d, int rc)
{
	struct ipc_full in = { .tag = d->full.tag, .rc = rc,
		.op = d->full.op == FULL_READ ? FULL_RECORD : FULL_DONE };

	fullscreen_forget(d);
	if (in.tag != 0)
		fullscreen_tell(vm, d, &in, "", 0);
}

/* --- from the machine --- */

static void
fullscreen_send(struct vdev *d, struct term *t, const struct ipc_full *out,
    const char *text)
{
	struct ipc_full full = { .op = out->op, .vdev = d->vdev };

	full.tag = d->full.asked = term_full_number(t);
	if (full.op == FULL_WRITE)
		d->full.shown = true;
	term_full(t, &full, text, out->text_len);
}

static void
fullscreen_hold(struct vmblok *vm, struct vdev *d, const struct ipc_full *out)
{
	struct fullscreen_held *held = malloc(sizeof *held + out->text_len);

	if (held == NULL) {
		fullscreen_refuse(vm, d, -ENOMEM);
		return;
	}
	held->after = console_next(vm->session->console);
	held->out = *out;
	memcpy(held->text, out->text, out->text_len);
	d->full.held = held;
}

static void
fullscreen_ask(struct vmblok *vm, struct vdev *d, const struct ipc_full *out)
{
	struct term *t = fullscreen_term(vm, d);

	d->full.tag = out->tag;
	d->full.op = out->op;
	if (t == NULL)
		fullscreen_refuse(vm, d, -ENOTCONN);
	else if ((t->view.flags & TERM_FULL_SCREEN) == 0)
		fullscreen_refuse(vm, d, -ENODEV);
	else if (d->type == DEVICE_CONSOLE && session_backlog(vm->session) > 0)
		fullscreen_hold(vm, d, out);
	else
		fullscreen_send(d, t, out, out->text);
}

bool
fullscreen_out(struct vmblok *vm, const struct ipc_full *out)
{
	struct vdev *d = fullscreen_find(vm, out->vdev);

	if (d == NULL)
		return true; /* it has perhaps not heard of DETACH yet */
	if (out->op == FULL_END) {
		fullscreen_end(vm, d);
		return out->tag == 0 && out->text_len == 0;
	}
	if ((out->op != FULL_WRITE && out->op != FULL_READ) || out->tag == 0 ||
	    out->text_len == 0)
		return false;
	if (d->full.tag != 0) {
		if (!d->full.crossed)
			return false;
		d->full.crossed = false;
		fullscreen_forget(d);
	}
	fullscreen_ask(vm, d, out);
	return true;
}

void
fullscreen_push(struct session *s)
{
	struct vdev *d = s->vm != NULL ? device_console(s->vm) : NULL;
	struct fullscreen_held *held = d != NULL ? d->full.held : NULL;

	if (held == NULL || s->term == NULL || s->sent < held->after)
		return;
	d->full.held = NULL;
	fullscreen_send(d, s->term, &held->out, held->text);
	free(held);
}

void
fullscreen_end(struct vmblok *vm, struct vdev *d)
{
	struct term *t = fullscreen_term(vm, d);
	struct ipc_full end = { .op = FULL_END, .vdev = d->vdev };

	if (d->full.shown && t != NULL)
		term_full(t, &end, "", 0);
	d->full.shown = false;
}

void
fullscreen_drop(struct vmblok *vm, struct vdev *d)
{
	fullscreen_forget(d);
	fullscreen_end(vm, d);
	d->full.crossed = true;
}

void
fullscreen_reset(struct vmblok *vm)
{
	struct vdev *d;

	TAILQ_FOREACH(d, &vm->devices, entry)
		if (fullscreen_can(d))
			fullscreen_drop(vm, d);
}

/* --- from the terminal --- */

/* The display that a terminal is at, and whose it is; NULL. */
static struct vdev *
fullscreen_at(const struct term *t, struct vmblok **vm)
{
	*vm = t->dial_vm != NULL ? t->dial_vm :
	    t->session != NULL   ? t->session->vm :
				   NULL;
	if (t->dial_vm != NULL)
		return t->display;
	return *vm != NULL ? device_console(*vm) : NULL;
}

static bool
fullscreen_well_formed(const struct ipc_full *in)
{
	if (in->rc > 0 || in->rc < -FULLSCREEN_ERRNO_MAX)
		return false;
	switch (in->op) {
	case FULL_DONE:
		return in->tag != 0 && in->text_len == 0;
	case FULL_RECORD:
		return in->tag != 0 || (in->rc == 0 && in->text_len > 0);
	case FULL_LOST:
		return in->tag == 0 && in->rc == 0 && in->text_len == 0;
	default: /* the others are CP's to say */
		return false;
	}
}

/* An answer.  One to what a reset ended, or another user asked, is late. */
static bool
fullscreen_answered(struct term *t, struct vmblok *vm, struct vdev *d,
    const struct ipc_full *answer)
{
	struct ipc_full in = { .rc = answer->rc, .op = answer->op };

	if (answer->tag > t->full_number)
		return false;
	if (d == NULL || d->full.tag == 0 || d->full.asked != answer->tag)
		return true;
	if (in.op != (d->full.op == FULL_READ ? FULL_RECORD : FULL_DONE))
		return false;
	in.tag = d->full.tag;
	fullscreen_forget(d);
	fullscreen_tell(vm, d, &in, answer->text, answer->text_len);
	return true;
}

bool
fullscreen_in(struct term *t, const struct ipc_full *from)
{
	struct ipc_full in = { .op = from->op };
	struct vmblok *vm;
	struct vdev *d = fullscreen_at(t, &vm);

	if (!fullscreen_well_formed(from))
		return false;
	if (from->tag != 0)
		return fullscreen_answered(t, vm, d, from);
	if (d == NULL)
		return true; /* it crossed LOGOFF, or the end of DIAL */
	if (!guest_room(vm))
		return false;
	if (in.op == FULL_LOST)
		d->full.shown = false;
	fullscreen_tell(vm, d, &in, from->text, from->text_len);
	return true;
}

/* What does not erase the alternate size erases this one. */
static uint16_t
fullscreen_rows(const struct ipc_term_view *view)
{
	return view->rows < FULLSCREEN_ROWS ? FULLSCREEN_ROWS : view->rows;
}

static uint16_t
fullscreen_cols(const struct ipc_term_view *view)
{
	return view->cols < FULLSCREEN_COLS ? FULLSCREEN_COLS : view->cols;
}

bool
fullscreen_fits(const struct ipc_term_view *view)
{
	return (uint32_t)fullscreen_rows(view) * fullscreen_cols(view) <=
	    FULLSCREEN_CELLS;
}

void
fullscreen_here(struct vmblok *vm, const struct vdev *d)
{
	const struct term *t = fullscreen_term(vm, d);
	struct ipc_full in = { .op = FULL_SIZE };

	if (t == NULL)
		return;
	in.rows = fullscreen_rows(&t->view);
	in.cols = fullscreen_cols(&t->view);
	in.flags = t->view.flags;
	fullscreen_tell(vm, d, &in, "", 0);
}

bool
fullscreen_viewed(struct term *t)
{
	struct vmblok *vm;
	const struct vdev *d = fullscreen_at(t, &vm);

	if (d == NULL)
		return true;
	if (!guest_room(vm))
		return false;
	fullscreen_here(vm, d);
	return true;
}

void
fullscreen_gone(struct vmblok *vm, struct vdev *d)
{
	struct ipc_full in = { .op = FULL_GONE };

	fullscreen_refuse(vm, d, -ENOTCONN);
	fullscreen_end(vm, d);
	fullscreen_tell(vm, d, &in, "", 0);
}

void
fullscreen_ready(struct vmblok *vm)
{
	const struct vdev *d;

	TAILQ_FOREACH(d, &vm->devices, entry)
		if (fullscreen_can(d))
			fullscreen_here(vm, d);
}

void
fullscreen_attention(struct vmblok *vm, const struct vdev *d)
{
	struct ipc_full in = { .op = FULL_ATTENTION };

	if (guest_room(vm)) /* else it has had many */
		fullscreen_tell(vm, d, &in, "", 0);
}
