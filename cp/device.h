/* SPDX-License-Identifier: MIT
 *
 * device.h - the virtual devices of a user, and who shares a minidisk.
 */
#ifndef VM370_CP_DEVICE_H
#define VM370_CP_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "channel.h"
#include "vmtypes.h"

struct cp;
struct dir_user;
struct vmblok;

struct vdev {
	TAILQ_ENTRY(vdev) entry;
	vdev_t vdev;
	enum device_type type;
	char klass;		/* spool class */
	/* A minidisk's */
	struct vm_name owner, volume;
	vdev_t owner_vdev;
	uint64_t blocks;
	bool tdisk;
	bool writable;
	int fd;			/* open file, or -1 */
};

TAILQ_HEAD(vdev_list, vdev);

/* Make a user's devices as his directory entry says; what cannot be had is
 * told on his console. */
void device_logon(struct vmblok *vm);

/* Free them all. */
void device_logoff(struct vmblok *vm);

/* A descriptor for a vmguest (the caller closes it) and how many blocks it
 * really has.  -1 with errno. */
int device_open(const struct cp *cp, const struct vdev *d, uint64_t *blocks);

struct vdev *device_find(const struct vmblok *vm, vdev_t vdev);

/* The console's, or NULL. */
struct vdev *device_console(const struct vmblok *vm);

/* "DASD", "CONS", ... and "FB-512", "3215", ... */
const char *device_class(enum device_type type);
const char *device_printed(enum device_type type);

/* A word as a device address; VDEV_NONE unless it is 1 to 3 or 4 hex digits
 * from 001 to FFF. */
vdev_t device_parse(const char *word);

#endif
