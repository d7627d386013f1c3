/* SPDX-License-Identifier: MIT
 *
 * blockio.h - the files that are disks, and the machine's one thread that
 * reads and writes them.
 *
 * Requests are done one after another in the order in which they were given,
 * whoever gave them: a flush comes after every write before it, also after
 * those of channel programs.  Bytes go straight between file and storage.
 * A file that hangs holds up this thread and nothing else.
 */
#ifndef VM370_VTX_BLOCKIO_H
#define VM370_VTX_BLOCKIO_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "channel.h"
#include "vmtypes.h"

struct device;
struct vcpu;
struct vm;

enum block_op { BLOCK_READ, BLOCK_WRITE, BLOCK_FLUSH, BLOCK_CLOSE };

/* Beside errno: the file ends before the disk does, at the end of a block or
 * inside one. */
#define BLOCK_SHORT (-1)
#define BLOCK_CUT (-2)

/* A stretch of the medium and where its bytes go to or come from. */
struct block_run {
	uint64_t at;	  /* byte on the medium */
	struct iovec mem; /* by mem_span() */
};

struct block_request {
	struct medium *medium;
	enum block_op op;
	bool flush;	/* WRITE: durable when it ends */
	unsigned count; /* of runs, at most BLOCK_RUNS */
	struct block_run *run;

	/* Lock held, on the disk thread.  Not called after blockio_reset(). */
	void (*ended)(struct vm *, struct block_request *);
	uint64_t done; /* bytes, from the first on */
	int error;     /* errno, BLOCK_SHORT, BLOCK_CUT */

	struct block_request *next; /* blockio.c's */
};

#define BLOCK_RUNS 64

/* An open disk.  It outlives its device until its last request is over. */
struct medium {
	int fd;
	uint64_t blocks;
	uint32_t attachment; /* channel.h's number */
	bool read_only;
	struct device *device; /* NULL: detached */
	struct block_run run[2];
	struct block_request piece; /* its channel program's */
	struct block_request closing;
	vdev_t tell; /* who it was, if vmcp wants to know that it is closed */
	struct medium *next; /* of those that are */
};

/* Under the machine's lock, all but work. */
struct blockio {
	sem_t work; /* as many as there are requests, or more */
	bool ready; /* the thread is there */
	pthread_cond_t over; /* a request is, or the thread is ready */
	struct block_request *head, **tail;
	struct block_request *busy;
	struct vcpu *waiter; /* whom the end of busy lets go on */
	/* The machine was reset while busy moved bytes: until it ends neither
	 * processor nor channel may use storage.  clear: nor keep the bytes. */
	atomic_bool stale;
	atomic_bool clear;
	struct medium *closed; /* to be freed by the device thread */
	uint32_t attachments;  /* the last number that a disk was given */
};

/* The queue; its thread.  -1 with errno. */
void blockio_open(struct vm *vm);
int blockio_start(struct vm *vm);
/* Do one request in this thread: false when there is none. */
bool blockio_serve(struct vm *vm);

/* --- the device thread's --- */

/* fd is the medium's from here on.  NULL: no memory, and fd is closed. */
struct medium *blockio_attach(struct device *d, int fd, uint64_t blocks,
    bool read_only);
/* Close it, after what was asked of it before. */
void blockio_detach(struct medium *m);
/* All that are attached get new numbers. */
void blockio_renumber(struct vm *vm);
/* One that was closed and is to be told, or VDEV_NONE. */
vdev_t blockio_closed(struct vm *vm);

/* The channel program's part of a read or write: n bytes of storage, inside
 * it, and those of the medium from byte `from` on; then `pad` zeros are
 * written.  skip: what is read goes nowhere.  A flush has no bytes.  When it
 * is over the device's sch.landed is set and piece says how it went. */
struct block_piece {
	enum block_op op;
	uint64_t from;
	gpa_t at;
	uint32_t n; /* at most 65535 */
	uint32_t pad; /* less than FBA_BLOCK */
	bool skip;
};

void blockio_piece(struct device *d, const struct block_piece *p);

/* System reset, processors quiet: nothing that was asked for happens any
 * more, except closing.  What cannot be stopped makes the machine stale. */
void blockio_reset(struct vm *vm, bool clear);

/* Wait for the end of all that was asked for.  -1: the host takes longer. */
int blockio_settle(struct vm *vm);

/* --- lock held, any thread's --- */

/* blockio_go() follows when the lock is free, so that the disk thread does not
 * wake to wait for it. */
void blockio_submit(struct vm *vm, struct block_request *rq);
void blockio_go(struct vm *vm);

/* --- any time --- */

/* The sense bytes for a request that ended with an error. */
void blockio_sense(const struct block_request *rq, uint8_t sense[SENSE_BYTES]);

#endif
