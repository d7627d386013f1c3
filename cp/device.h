/* SPDX-License-Identifier: MIT
 *
 * device.h - the virtual devices of a user.
 */
#ifndef VM370_CP_DEVICE_H
#define VM370_CP_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "channel.h"
#include "fullscreen.h"
#include "ipc.h"
#include "message.h"
#include "vmtypes.h"

struct dir_mdisk;
struct linkrule;
struct mdlink;
struct minidisk_answer;
struct request;
struct vmblok;

/* Whose a file is: sent into his reader, or else for a real device, with his
 * name on it.  No user: the one who writes it. */
struct vdev_to {
	struct vm_name user;
	bool reader;
};

/* What CLOSE says of one file: where it goes and what becomes of it, instead
 * of what SPOOL says. */
struct close_as {
	uint32_t change; /* CHANGE_*: these of attr */
	struct spool_attr attr;
	bool directed;
	struct vdev_to to;
	bool purge;
	uint32_t finish; /* a reader's: ipc_ur_finished; 0: as SPOOL says */
};

/* What SPOOL and TAG have said of a reader, punch, printer or console. */
struct vdev_spool {
	struct spool_attr attr; /* of the files that are closed */
	struct vdev_to to;
	char classes[UR_CLASSES]; /* a reader's */
	bool cont, eof, not_ready;
	bool start, noterm;	/* a console's: spooled; not shown as well */
	bool later;		/* CLOSE came with CONT: closed after NOCONT */
	struct close_as close;	/* so */
};

struct vdev {
	TAILQ_ENTRY(vdev) entry;
	vdev_t vdev;
	enum device_type type;
	struct vdev_spool spool; /* unit record devices and consoles */
	struct mdlink *link; /* a minidisk's; NULL */
	bool graf;	     /* a console in CONMODE 3270 */
	int fd;		     /* temporary space's open file, or -1 */
	uint64_t blocks;     /* of either */
	struct fullscreen full; /* a console's, a display's */
};

TAILQ_HEAD(vdev_list, vdev);

/* Make a user's devices as his directory entry says; what cannot be had is
 * told on his console. */
void device_logon(struct vmblok *vm);

/* Free them all. */
void device_logoff(struct vmblok *vm);

/*
 * Give vm a minidisk as vdev; a machine that is there is given it at once.
 * NULL: the answer says why not.
 */
struct vdev *device_link(struct vmblok *vm, const struct dir_mdisk *md,
    struct vm_name owner, vdev_t vdev, const struct linkrule *rule,
    enum message_form form, struct minidisk_answer *answer);

/* Give vm temporary space.  NULL with errno: EEXIST, ENOSPC too much of it,
 * EMFILE too many devices, or the system's. */
struct vdev *device_temporary(struct vmblok *vm, vdev_t vdev,
    uint64_t blocks);

/* Give vm a device that is no disk; klass '\0': its type's usual spool class.
 * NULL with errno: EEXIST, EMFILE, or the system's. */
struct vdev *device_new(struct vmblok *vm, vdev_t vdev, enum device_type type,
    char klass);

/* Another address, which is free; the machine is told. */
void device_renumber(struct vmblok *vm, struct vdev *d, vdev_t to);

/* TERMINAL CONMODE, for the asker's console; 0, or the message is given. */
int device_conmode(struct request *rq, bool graf);

/* It is no longer his.  What the machine has of it is guest_detach's. */
void device_remove(struct vmblok *vm, struct vdev *d);

struct vdev *device_find(const struct vmblok *vm, vdev_t vdev);

/* The console's, or NULL. */
struct vdev *device_console(const struct vmblok *vm);

/* May it be written?  Only disks can say no. */
bool device_writable(const struct vdev *d);

/* "DASD", "CONS", ... and "FB-512", "3215", ... */
const char *device_class(enum device_type type);
const char *device_printed(enum device_type type);

/* "191" */
struct device_name {
	char s[8];
};
struct device_name device_hex(vdev_t vdev);

#endif
