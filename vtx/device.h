/* SPDX-License-Identifier: MIT
 *
 * device.h - what a device is: a row of functions, and the state that the
 * channel and the device keep for it.
 *
 * A device sees neither KVM nor storage: the channel moves the bytes, or shows
 * it those that it checked.  All its functions run on the device thread.
 */
#ifndef VM370_VTX_DEVICE_H
#define VM370_VTX_DEVICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "ipc.h"
#include "section.h"
#include "vmtypes.h"

struct vm;
struct device;
struct medium;
struct fullscreen;
struct ipcchan_message;

#define UNIT_DONE (UNIT_CHANNEL_END | UNIT_DEVICE_END)

/* What a command turns out to be. */
enum transfer_kind {
	TRANSFER_NONE, /* no data: unit is the status */
	TRANSFER_IN,   /* device to storage, by read */
	TRANSFER_OUT,  /* storage to device, by write */
	TRANSFER_WAIT, /* not now: start again after channel_ready() */
	TRANSFER_WORK, /* no data; begun: over after channel_moved() */
};

struct transfer {
	uint8_t kind;	/* enum transfer_kind */
	uint8_t unit;	/* NONE: unit status */
	bool any;	/* a shorter count is no incorrect length */
	bool direct;	/* by move(), not read() and write() */
	bool stop;	/* move() could not move all: the device knows why */
	uint64_t left;	/* IN: bytes there are; OUT: bytes it takes */
};

/* What readers, punches and printers have besides: they speak to vmspool. */
struct device_spool_ops {
	/* VM_UR. */
	void (*configure)(struct device *, const struct ipc_vm_ur *);
	/* VM_UR_CLOSE, to be answered by spoolchan_done(). */
	void (*close)(struct device *, const struct ipc_vm_ur_close *);
	/* From vmspool.  True: it was for this device. */
	bool (*message)(struct device *, const struct ipcchan_message *);
	/* vmspool came, went, or is no longer expected back. */
	void (*changed)(struct device *);
	/* Ask for what is still to be asked.  True: all is answered. */
	bool (*settle)(struct device *);
};

struct device_ops {
	enum device_type type;
	struct sense_id id;
	bool medium;  /* may be attached with a descriptor */
	size_t state; /* bytes of private state, zeroed at attach */

	/* fd is the device's from here on, also when it returns -1. */
	int (*attach)(struct device *, const struct ipc_vm_attach *, int fd);
	void (*detach)(struct device *);
	/* System reset: forget commands and conditions, keep the medium. */
	void (*reset)(struct device *);

	/* A channel program begins: forget what only lasts for one. */
	void (*begin)(struct device *);
	/* A command other than NOP, SENSE, SENSE ID; device_reject() if it is
	 * none of the device's. */
	void (*start)(struct device *, uint8_t cmd, struct transfer *);
	/* Exactly n bytes, n <= transfer.left.  -1: stop, .end says why. */
	int (*read)(struct device *, void *to, size_t n);
	int (*write)(struct device *, const void *from, size_t n);
	/* Or NULL.  The whole command, instead of start, read or write and
	 * end, from or to n bytes of storage, n being its count; the guest may
	 * be changing them.  True: all of it is done, with UNIT_DONE and no
	 * length to complain of.  False: nothing was, and start says why; so
	 * it is for every command but the plainest. */
	bool (*record)(struct device *, uint8_t cmd, void *at, size_t n);
	/* Begin to move n bytes between storage at `at` and the medium, both
	 * straight; skip: they are not stored; last: no more follow.  The
	 * disk thread does it and sets sch.landed, upon which landed() sees
	 * what came of it and calls channel_moved(). */
	void (*move)(struct device *, gpa_t at, size_t n, bool skip,
	    bool last);
	void (*landed)(struct device *);
	/* After the data: unit status.  whole: not halted or checked, so the
	 * command may take effect.  Without DEVICE END the device works on
	 * and calls channel_device_end() later. */
	uint8_t (*end)(struct device *, bool whole);
	/* HALT I/O while waiting or working. */
	void (*halt)(struct device *);
	/* Its deadline has come. */
	void (*expire)(struct device *);

	/* Or NULL.  vmcp answered what fullscreen.c asked it. */
	void (*answered)(struct device *);

	const struct device_spool_ops *spool; /* NULL: not that kind */

	void (*save)(struct device *, struct section *);
	int (*load)(struct device *, struct section *); /* -1: refused */
};

enum channel_phase {
	PHASE_IDLE,
	PHASE_ACTIVE,  /* the channel program has work to do */
	PHASE_WAITING, /* for channel_ready() */
	PHASE_WORKING, /* for channel_device_end() */
	PHASE_MOVING,  /* for channel_moved(); in no saved machine */
};

/*
 * The path to one device.  The vCPU looks at the first group only, and both
 * threads hold the machine's lock for it; the second group is the device
 * thread's while phase is not IDLE, else the vCPU's (which starts it).
 * The device thread looks at halt without the lock, too.
 */
struct subchannel {
	uint8_t phase;	    /* enum channel_phase */
	atomic_bool halt;   /* HIO came */
	bool landed;	    /* the disk thread is done with move() */
	bool general;	    /* DIAGNOSE A8 waits for its end */
	bool pending;	    /* csw waits to be taken */
	uint8_t unsolicited; /* unit status of the device's own */
	struct csw csw;

	struct ccw ccw;	    /* current; address and count advance */
	uint32_t next;	    /* address after it */
	uint8_t cmd;	    /* in effect: data chaining keeps it */
	bool fresh;	    /* SIO's first command has not begun */
	bool untried;	    /* HIO lets it be tried first */
	bool started;	    /* transfer is valid */
	bool ipl;	    /* IPL's own channel program */
	bool chained;	    /* the next CCW follows when the device ends */
	struct transfer transfer;
};

struct device {
	struct vm *vm;
	const struct device_ops *ops;
	uint16_t vdev;
	uint32_t flags; /* ATTACH_* */
	struct subchannel sch;
	uint8_t sense[SENSE_BYTES];
	uint64_t deadline; /* CLOCK_MONOTONIC ns, 0: none */
	struct medium *medium; /* blockio.h; NULL: no disk */
	struct fullscreen *full; /* fullscreen.h; NULL: shows no screens */
	void *state;
};

extern const struct device_ops console_device;
extern const struct device_ops display_device;
extern const struct device_ops reader_device;
extern const struct device_ops punch_device;
extern const struct device_ops printer_device;
extern const struct device_ops dasd_device;
extern const struct device_ops timer_device;

/* The row for a type, or NULL. */
const struct device_ops *device_find_ops(uint32_t type);

/* Fill in the transfer for a command that ends at once. */
void device_done(struct transfer *t, uint8_t unit);
/* Unit check with sense byte 0 and 1. */
uint8_t device_check(struct device *d, uint8_t sense0, uint8_t sense1);
void device_reject(struct device *d, struct transfer *t);

/* CLOCK_MONOTONIC in ns. */
uint64_t device_now(void);

#endif
