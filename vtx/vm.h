/* SPDX-License-Identifier: MIT
 *
 * vm.h - one virtual machine: its processors, storage, devices and the
 * rendezvous of its threads.
 *
 * The device thread (main) owns the channel to vmcp, the devices and their
 * channel programs.  Each vCPU thread owns its processor while it is not
 * quiet.  The disk thread (blockio.c) owns the request that it is at.  What
 * more than one looks at is under vm.lock; it is never held during I/O,
 * KVM_RUN or a message.
 */
#ifndef VM370_VTX_VM_H
#define VM370_VTX_VM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "blockio.h"
#include "bus.h"
#include "device.h"
#include "diag.h"
#include "ipc.h"
#include "ipcchan.h"
#include "kvm.h"
#include "memory.h"
#include "spoolchan.h"

#define VM_CPUS 1     /* in 370 mode */
#define VM_EXT_CODES 256

/* What a processor waits for besides being allowed to run, or will as soon as
 * it is out of KVM. */
enum vcpu_wait {
	WAIT_NONE,
	WAIT_INTERRUPT, /* HLT with IF=1, or OUT to the wait port */
	WAIT_CP,	/* the answer to DIAGNOSE 8 */
	WAIT_BLOCK_IO,	/* the end of DIAGNOSE A4 */
	WAIT_GENERAL_IO, /* the end of DIAGNOSE A8 */
	WAIT_SPOOL_INPUT, /* the end of DIAGNOSE 14 */
	WAIT_FULL_SCREEN, /* the end of DIAGNOSE 58 */
};

/* DIAGNOSE 8 on its way to vmcp.  The vCPU fills it, then waits. */
struct cp_call {
	bool posted; /* not yet sent */
	bool implied; /* DIAG_COMMAND_IMPLIED */
	uint32_t tag;
	uint32_t block; /* address of the struct diag */
	uint32_t out_addr, out_len;
	uint32_t text_len;
	char text[DIAG_COMMAND_MAX];
};

/* DIAGNOSE A4 or 250 at work. */
struct block_call {
	struct block_request rq; /* first: its end finds the rest by it */
	struct block_run run[DIAG_BLOCK_EXTENTS];
	struct vcpu *v; /* A4's; NULL: 250 */
	uint32_t block; /* A4: address of the struct diag */
	uint32_t parm;	/* of the struct diag_block_io */
	uint32_t id;
	bool used; /* 250 */
};

_Static_assert(DIAG_BLOCK_EXTENTS <= BLOCK_RUNS, "one request");

/* DIAGNOSE A8 at work. */
struct general_call {
	const struct device *device; /* NULL: none */
	uint32_t block; /* address of the struct diag */
	uint32_t parm;	/* of the struct diag_general_io */
};

/* DIAGNOSE 14 at work.  The vCPU fills it, then waits. */
struct spool_call {
	bool posted;	/* not yet over */
	uint32_t block; /* address of the struct diag */
	uint32_t out_addr, out_len;
	struct diag_spool parm;
	/* Then the device thread's: the file that is meant, from where in the
	 * queue the next one is looked for, ... */
	uint64_t id;
	uint64_t behind;
	/* ... and what vmspool was asked and answered. */
	uint32_t tag; /* 0: nothing */
	uint32_t channels; /* of struct spoolchan */
	uint64_t after;
	uint8_t by; /* enum ipc_ur_by */
	bool found, answered;
	int32_t rc;
	struct ipc_ur_row row;
};

/* DIAGNOSE 58 at work.  The vCPU fills it, then waits. */
struct full_call {
	bool posted;	/* not yet over */
	uint32_t block; /* address of the struct diag */
	uint32_t at;	/* of the struct diag_full */
	struct diag_full parm;
	uint32_t tag;	/* what vmcp was asked; 0: nothing */
};

struct vcpu {
	struct vm *vm;
	struct kvm_cpu kvm;
	pthread_t thread;
	pthread_cond_t go;
	pid_t tid;

	/* under vm.lock */
	bool quiet; /* out of KVM, nothing in flight: anybody may look */
	bool lost;  /* triple fault: there are no registers */
	enum vcpu_wait wait;
	struct cp_call call;
	struct block_call io;
	struct general_call general;
	struct spool_call spool;
	struct full_call full;
};

/* An IPL under way: the device thread's. */
struct ipl {
	struct device *device; /* NULL: none */
	uint32_t flags;	       /* IPL_* */
	uint32_t parm_len;
	char parm[MACHINE_PARM_MAX];
};

/* What differs between machine modes.  A mode without a row is refused. */
struct machine_ops {
	const struct bus_port *ports; /* at least one; the end has no .out */
	/* Give the processor its start state. */
	int (*reset)(struct vcpu *, uint32_t entry, uint32_t vdev);
	/* Lock held: is an interrupt pending; take it, vector or -1. */
	bool (*pending)(struct vm *);
	int (*take)(struct vm *);
};

struct vm {
	const struct machine_ops *ops;
	struct ipc_vm_config config;
	struct diag_id id; /* DIAGNOSE 0's answer */
	struct memory mem;
	struct kvm_vm kvm;
	unsigned ncpus;
	struct vcpu cpu[VM_CPUS];

	pthread_mutex_t lock;
	pthread_cond_t settled; /* a processor became quiet */
	bool running;
	unsigned pauses;
	bool held; /* VM_HOLD: one of the pauses, and the channel's too */
	atomic_bool irq; /* ops->pending(), for a look without the lock */
	uint8_t ext[VM_EXT_CODES / 8]; /* external interrupts, by code */
	/* and MACHINE_EXT_BLOCK_IO's parameters, in the order of their ends */
	uint32_t block_ext[DIAG_BLOCK_ASYNC_MAX];
	unsigned block_exts;
	struct block_call async[DIAG_BLOCK_ASYNC_MAX];
	struct blockio io;
	struct device *device[VM_DEVICES_MAX]; /* by ascending vdev */
	unsigned ndevices;
	bool reported; /* report is a vCPU's, to be sent */
	struct ipc_vm_state report;

	int wake; /* eventfd: the vCPU has work for the device thread */
	atomic_bool woken;

	/* the device thread's */
	struct ipcchan chan;
	struct spoolchan spool;
	struct ipl ipl;
	unsigned credit; /* console lines that vmcp takes */
	bool hold_asked; /* VM_HELD is due when machine_held() */
};

/* Storage, KVM, one vCPU thread per processor (quiet).  -1 with errno. */
int machine_open(struct vm *vm, const struct ipc_vm_config *config, int kvm);

/* --- the device thread's --- */

/* Bring every processor out of KVM and keep it there; pairs nest. */
void machine_pause(struct vm *vm);
void machine_resume(struct vm *vm);

/* The same for as long as vmcp wants, and the channel stands still too. */
void machine_hold(struct vm *vm, bool held);
/* Is it held, and no disk I/O under way? */
bool machine_held(struct vm *vm);
/* Processors quiet: wait until nothing is between the host and the machine.
 * -1: an IPL, a DIAGNOSE A8, 14 or 58 or a disk takes longer. */
int machine_settle(struct vm *vm);

/* VM_STATE to vmcp, after what a vCPU had to report. */
void machine_report(struct vm *vm, enum ipc_vm_why why, uint64_t rip,
    uint64_t detail, const struct csw *csw);
void machine_send_report(struct vm *vm);

/* Stopped, whatever it was; no message. */
void machine_stop(struct vm *vm);
/* Run.  -1: the registers are lost. */
int machine_run(struct vm *vm);
/* System reset: processors, devices, conditions, an IPL under way. */
void machine_reset(struct vm *vm, bool clear);
/* Address of the next instruction, 0 when lost. */
uint64_t machine_rip(struct vm *vm);

/* An external interrupt, code 1 to 255. */
void machine_external(struct vm *vm, uint32_t code);
/* What is neither a processor nor a device into a section and back; -1:
 * refused. */
void machine_save(const struct vm *vm, struct section *s);
int machine_load(struct vm *vm, struct section *s);

struct device *machine_device(struct vm *vm, uint32_t vdev);
/* The console: a 3215, or the display that is one; NULL: none. */
struct device *machine_console(struct vm *vm);
/* 0 or -1 with errno; the descriptor is taken either way. */
int machine_attach(struct vm *vm, const struct ipc_vm_attach *at, int fd);
/* True: it is a disk, and blockio_closed() says when it is closed. */
bool machine_detach(struct vm *vm, uint32_t vdev);
void machine_renumber(struct vm *vm, uint32_t from, uint32_t to);

/* --- either thread's --- */

/* Lock held: interrupts came or went; DIAGNOSE 250 ended; the machine is no
 * longer stale (blockio.h). */
void machine_interrupts(struct vm *vm);
void machine_block_ended(struct vm *vm, uint32_t id);
void machine_go_on(struct vm *vm);
/* Have the device thread look around. */
void machine_wake(struct vm *vm);

extern const struct machine_ops machine_370;

#endif
