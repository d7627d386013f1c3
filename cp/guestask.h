/* SPDX-License-Identifier: MIT
 *
 * guestask.h - what a vmguest is asked, and what it answers.
 *
 * An answer is checked against its question.  fn gets its payload, or NULL
 * when the machine has died meanwhile.  The functions that ask return -1 when
 * too much is asked at once.
 */
#ifndef VM370_CP_GUESTASK_H
#define VM370_CP_GUESTASK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <event2/event.h>

#include "ipc.h"
#include "loop.h"

struct request;
struct vmblok;

typedef void guestask_fn(struct request *rq, const void *payload);

int guestask_read_storage(struct vmblok *vm, uint64_t addr, uint32_t len,
    struct request *rq, guestask_fn *fn);
int guestask_write_storage(struct vmblok *vm, uint64_t addr,
    const void *bytes, uint32_t len, struct request *rq, guestask_fn *fn);
int guestask_read_registers(struct vmblok *vm, struct request *rq,
    guestask_fn *fn);
int guestask_write_register(struct vmblok *vm, enum vm_register which,
    uint64_t value, struct request *rq, guestask_fn *fn);

/* Save the machine as a system, and start one; VM_DONE says how it went.  fd
 * stays the caller's. */
int guestask_save(struct vmblok *vm, int fd, struct vm_name name,
    struct request *rq, guestask_fn *fn);
int guestask_ipl_saved(struct vmblok *vm, int fd, vdev_t vdev, unsigned flags,
    const char *parm, struct request *rq, guestask_fn *fn);

/* VM_UR_CLOSE: all that was written so far goes to vmspool. */
int guestask_ur_close(struct vmblok *vm, vdev_t vdev, uint32_t how,
    struct request *rq, guestask_fn *fn);

/* --- for guest.c, which owns them --- */

#define GUESTASK_MAX 8

enum guestask_kind {
	GUESTASK_STORAGE,
	GUESTASK_WRITE,
	GUESTASK_SYSTEM, /* a saved one: all of a machine's storage */
	GUESTASK_REGISTERS,
	GUESTASK_DETACH,
	GUESTASK_UR,
	GUESTASK_KINDS,
};

/* A question that has no answer yet. */
struct guestask_op {
	uint32_t tag; /* 0: free */
	enum guestask_kind kind;
	uint64_t addr;
	uint32_t len;
	struct request *rq;
	guestask_fn *fn;
};

struct guestask {
	struct loopchan *lc;
	struct event *timer; /* it has been silent for too long */
	bool begun;	     /* VM_READY came */
	uint32_t tag;
	struct guestask_op op[GUESTASK_MAX];
};

/* -1 with errno.  silent is called when it does not answer in time. */
int guestask_init(struct guestask *asks, struct loopchan *lc,
    struct event_base *base, event_callback_fn silent, void *arg);

/* Questions are answered with NULL. */
void guestask_end(struct guestask *asks);

/* From now on it must answer; VM_READY came: false, a second time. */
void guestask_wait(struct guestask *asks);
bool guestask_begin(struct guestask *asks);

/* Answers.  false: to nothing that was asked. */
bool guestask_storage(struct guestask *asks, const struct ipc_vm_data *data);
bool guestask_registers(struct guestask *asks, const struct ipc_vm_regs *regs);
bool guestask_done(struct guestask *asks, const struct ipc_done *done);

/* VM_DETACH, whose answer names the device; the caller tells who asked. */
int guestask_detach(struct guestask *asks, vdev_t vdev, struct request *rq,
    guestask_fn *fn);
bool guestask_detached(struct guestask *asks, uint32_t vdev,
    struct guestask_op *op);

#endif
