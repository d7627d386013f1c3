/* SPDX-License-Identifier: MIT
 *
 * urdevice.h - readers, punches, printers and spooled consoles: what SPOOL's
 * settings are at LOGON, and what of them a machine is told.
 */
#ifndef VM370_CP_URDEVICE_H
#define VM370_CP_URDEVICE_H

#include <stdbool.h>

#include "device.h"
#include "spool.h"

struct urdevice_text {
	char s[SPOOL_TAG_MAX + 1];
};

/* The settings of a new device; klass '\0': the usual one of its type. */
void urdevice_init(const struct vmblok *vm, struct vdev *d, char klass);

/* Does it read or write spool files?  Does it write them?  Is it a device of
 * the machine's channel (a console's file is CP's own work)? */
bool urdevice_is(const struct vdev *d);
bool urdevice_writes(const struct vdev *d);
bool urdevice_of_machine(const struct vdev *d);

/* The machine, if there is one, hears what SPOOL, READY and NOTREADY say. */
void urdevice_tell(struct vmblok *vm, const struct vdev *d);

/* Unit status that the device presents of its own. */
void urdevice_status(struct vmblok *vm, const struct vdev *d, unsigned unit);

/* A file is in the user's reader: those that would take it say so. */
void urdevice_arrived(struct vmblok *vm, const struct spool_file *file);

/* In which queue its file is to be. */
enum spool_queue urdevice_queue(const struct vdev *d,
    const struct vdev_to *to);

/* Attributes become what CLOSE or SPOOL say. */
void urdevice_attr(struct spool_attr *to, const struct close_as *as);

#define URDEVICE_FORM "STANDARD"

/* The user's distribution code. */
struct urdevice_text urdevice_dist(const struct vmblok *vm);

/* An attribute's text. */
struct urdevice_text urdevice_text(const char *field, size_t size);

#endif
