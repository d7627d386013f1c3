/* SPDX-License-Identifier: MIT
 *
 * fullscreen.h - guests' screens: 3270 records between a display of a machine
 * (its console, or one that a terminal has DIALed) and the terminal there.
 *
 * What is in a record is nothing to CP.  What is checked is who may say it and
 * when: a guest has one request outstanding for each display, a terminal
 * answers what it was asked.
 */
#ifndef VM370_CP_FULLSCREEN_H
#define VM370_CP_FULLSCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc.h"
#include "vmtypes.h"

struct fullscreen_held;
struct session;
struct term;
struct vdev;
struct vmblok;

/* A display's, in its struct vdev. */
struct fullscreen {
	struct term *dialed; /* the terminal that DIALed it, or NULL */
	uint32_t tag;	     /* the guest's, of what is outstanding; 0 */
	uint32_t asked;	     /* the terminal's number for it; 0: not sent */
	uint16_t op;	     /* of it */
	uint16_t was;	     /* its address before DEFINE gave it another */
	bool crossed;	     /* a request of before a reset may still come */
	bool shown;	     /* the terminal shows what the guest wrote */
	struct fullscreen_held *held; /* until the console's lines are out */
};

/* Messages, checked.  false: one that may not be. */
bool fullscreen_out(struct vmblok *vm, const struct ipc_full *out);
bool fullscreen_in(struct term *t, const struct ipc_full *in);

/* Can a guest use a screen of this size? */
bool fullscreen_fits(const struct ipc_term_view *view);

/* A terminal is at the display now, or (false: too often for the machine) has
 * another size; or is no more. */
void fullscreen_here(struct vmblok *vm, const struct vdev *d);
bool fullscreen_viewed(struct term *t);
void fullscreen_gone(struct vmblok *vm, struct vdev *d);

/* The machine is new: what is at each of its displays. */
void fullscreen_ready(struct vmblok *vm);

/* The machine forgets what it asked for, at one display or (a reset, IPL, its
 * end) all. */
void fullscreen_drop(struct vmblok *vm, struct vdev *d);
void fullscreen_reset(struct vmblok *vm);

/* The guest is done with its screen: a line is written or read. */
void fullscreen_end(struct vmblok *vm, struct vdev *d);

/* The console's lines went out: what waited for that follows. */
void fullscreen_push(struct session *s);

/* The key of attention where a guest alone has the display. */
void fullscreen_attention(struct vmblok *vm, const struct vdev *d);

/* The device goes. */
void fullscreen_free(struct vdev *d);

/* The terminal at a display, or NULL. */
struct term *fullscreen_term(const struct vmblok *vm, const struct vdev *d);

#endif
