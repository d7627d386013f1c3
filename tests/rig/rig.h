/* SPDX-License-Identifier: MIT
 *
 * rig.h - plays vmcp for one vmguest: starts it, attaches devices, IPLs,
 * answers DIAGNOSE 8, keeps what the guest said on its console.
 *
 * What the guest asks for by DIAGNOSE 8 is in rig_commands (rig.c); "RC n"
 * is a test's result.
 */
#ifndef VM370_TESTS_RIG_H
#define VM370_TESTS_RIG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc.h"
#include "ipcchan.h"
#include "rigfault.h"
#include "rigfull.h"
#include "rigspool.h"
#include "rigterm.h"

#define RIG_DEVICES 12
#define RIG_LINES 256

struct rig_device {
	struct ipc_vm_attach at;
	const char *path; /* NULL: no descriptor */
	uint64_t blocks;  /* 0: what the file has */
	bool sealed;	  /* its file is opened to read only */
	char class;	  /* of a reader; where what it writes is closed to */
	uint32_t ur;	  /* VM_UR_* */
	bool dealt;	  /* its deck is in the reader */
};

struct rig_input {
	uint64_t due; /* CLOCK_MONOTONIC ms */
	uint32_t len;
	char text[IPC_LINE_MAX];
};

struct rig {
	/* set before rig_start */
	const char *vmguest;
	const char *kvm;
	uint64_t storage;
	bool verbose;
	bool quiet; /* keep no lines: benches */
	int timeout_ms;
	struct rig_device device[RIG_DEVICES];
	unsigned ndevices;

	/* the machine */
	struct ipcchan chan;
	pid_t pid;
	int ready; /* VM_READY's error, or -1 */
	struct ipc_vm_state state;
	unsigned states; /* how many came */
	uint32_t reading; /* VM_CONS_READ */

	/* the console */
	bool hold; /* give no credit back */
	unsigned owed;
	unsigned nlines;
	char line[RIG_LINES][IPC_LINE_MAX + 1];
	uint32_t line_flags[RIG_LINES];
	struct rig_input input;

	int saved; /* file of a saved system, or -1 */
	struct rigfault fault;
	struct rigspool spool;
	struct rigfull full;
	struct rigterm term; /* instead, at its display */
	unsigned detached; /* VM_DETACHED that came, and the last one's vdev */
	uint32_t detached_vdev;
	unsigned helds; /* VM_HELD */

	/* the test */
	bool done;
	int rc;

	/* the last answer to rig_ask */
	uint32_t tag;
	bool answered;
	int32_t answer_rc;
	struct ipc_vm_regs regs;
	char data[IPC_TEXT_MAX];
	uint32_t data_len;
};

/* All return 0, or -1 after saying why on standard error. */
int rig_start(struct rig *rig); /* spawn, VM_CONFIG, VM_READY, devices */
void rig_kill(struct rig *rig); /* kill -9 and wait */
void rig_end(struct rig *rig);	/* the same, and vmspool with all it has */
/* A device without a path of its own; a reader has a class of its own. */
struct rig_device *rig_add(struct rig *rig, uint32_t vdev, uint32_t type);
int rig_attach(struct rig *rig, struct rig_device *d);
/* The same as if for the first time: a deck begins at its first card. */
int rig_attach_fresh(struct rig *rig, struct rig_device *d);
int rig_ipl(struct rig *rig, uint32_t vdev, uint32_t flags, const char *parm);

uint64_t rig_now_ms(void); /* CLOCK_MONOTONIC */

/* Handle messages until *until is true or the time is over. */
int rig_pump(struct rig *rig, const bool *until, int timeout_ms);
/* The same for vmspool's messages only. */
int rig_pump_spool(struct rig *rig, const bool *until, int timeout_ms);
/* Until one more VM_STATE came. */
int rig_await_state(struct rig *rig, int timeout_ms);

void rig_send(struct rig *rig, enum ipc_type type, const void *payload,
    size_t len, int fd);
void rig_send_value(struct rig *rig, enum ipc_type type, uint32_t value);

/* Answered by VM_DONE, VM_REGS or VM_STORAGE: the answer's rc. */
int rig_ask(struct rig *rig, enum ipc_type type, void *payload, size_t len,
    int fd);
int rig_save(struct rig *rig, int fd);
int rig_load(struct rig *rig, int fd);
/* The errno that a VM_SAVE ends with, 0: none. */
int rig_nosave(struct rig *rig);
int rig_read_regs(struct rig *rig);
int rig_read_storage(struct rig *rig, uint64_t addr, uint32_t len);
int rig_write_storage(struct rig *rig, uint64_t addr, const void *bytes,
    uint32_t len);

#endif
