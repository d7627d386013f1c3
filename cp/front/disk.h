/* SPDX-License-Identifier: MIT
 *
 * disk.h - a CMS disk that `vm370 disk` works on: a minidisk of a system that
 * runs or is stopped, or a plain file.
 */
#ifndef VM370_CP_FRONT_DISK_H
#define VM370_CP_FRONT_DISK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "edf.h"
#include "front.h"
#include "ipcchan.h"
#include "vmtypes.h"

/* What was meant: `image` when it is not NULL, else a minidisk. */
struct disk_name {
	const char *image;
	struct vm_name owner;
	vdev_t vdev;
};

struct disk {
	char name[64];	 /* for messages */
	int fd;
	int lock;	 /* keeps a stopped system stopped; -1 */
	struct ipcchan cp; /* a running system's: the link; fd -1: none */
	const char *about; /* what disk_steady's work is about, or NULL */
	uint64_t blocks; /* of 512 bytes */
	uint64_t limit;	 /* how many there may be: user.direct says so */
	struct edf_device dev; /* on fd */
	int error;	 /* errno of what it failed with last; 0 */
};

/*
 * Open and lock it.  To write: nobody else has it.  An image that is not there
 * is made when `make` says how many blocks of 512 bytes it shall have.
 * 0, or 1 with a line printed.
 */
int disk_open(struct disk *d, const struct front *front,
    const struct disk_name *name, bool write, uint64_t make);
void disk_close(struct disk *d);

/* A new file of so many blocks, which must not be there. */
int disk_make(struct disk *d, const char *path, uint64_t blocks);

/* Make its file larger, to so many blocks.  0, or 1 with a line printed. */
int disk_grow(struct disk *d, uint64_t blocks);

/*
 * Do work that only reads, as often as it takes to see one state of the disk:
 * again when its user committed meanwhile, and at last with his machine held.
 * `work` begins anew each time and prints nothing of the disk's errors: it
 * returns them (enum edf_error), or an exit code of its own.  An exit code.
 */
int disk_steady(struct disk *d, int (*work)(struct disk *d, void *arg),
    void *arg);

/* Print what EDF said: "vm370: CMSUSER 191: ..." with what it is about, or
 * NULL.  Returns 1. */
int disk_fail(const struct disk *d, int error, const char *what);

/* The same for the host's errno. */
int disk_fail_errno(const struct disk *d, const char *what);

/* A mounted disk; NULL with a line printed. */
struct edf *disk_mount(struct disk *d);

#endif
