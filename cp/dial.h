/* SPDX-License-Identifier: MIT
 *
 * dial.h - terminals that are displays of a virtual machine: DIAL.
 *
 * Such a terminal is nobody's console: what is pressed there goes to the
 * machine, and CP says nothing on it, until the machine has it no more or the
 * user presses the key of system request.
 */
#ifndef VM370_CP_DIAL_H
#define VM370_CP_DIAL_H

#include "vmtypes.h"

struct term;
struct vdev;
struct vmblok;

/* A display that nobody has: this one, or (VDEV_NONE) the first.  NULL. */
struct vdev *dial_free(const struct vmblok *vm, vdev_t vdev);

void dial_begin(struct term *t, struct vmblok *vm, struct vdev *d);

/* The connection ends; the terminal is at the logo again. */
void dial_end(struct term *t);

/* The same, of a terminal that is going itself. */
void dial_leave(struct term *t);

/* A reset: every display of the machine is free. */
void dial_drop(struct vmblok *vm);

/* A line was typed, or attention, while the guest has nothing there. */
void dial_attention(struct term *t);

#endif
