/* SPDX-License-Identifier: MIT
 *
 * diagnose.h - what diag.c offers.
 */
#ifndef VM370_VTX_DIAGNOSE_H
#define VM370_VTX_DIAGNOSE_H

#include <stddef.h>

#include "bus.h"
#include "ipc.h"
#include "vm.h"

/* The port: value is the address of a struct diag.  On the vCPU's thread. */
enum vcpu_next diag_port(struct vcpu *v, uint32_t value);

/* DIAGNOSE 0's answer, once per machine. */
struct diag_id diag_make_id(const struct ipc_vm_config *config);

/* Device thread: send the DIAGNOSE 8s that vCPUs posted to vmcp; give the
 * answer to the guest.  An answer that nobody waits for is dropped. */
void diag_send_calls(struct vm *vm);
void diag_reply(struct vm *vm, const struct ipc_cp_reply *reply);

/* Lock held: nobody waits any more. */
void diag_cancel(struct vcpu *v);

/* Lock held: the channel program that DIAGNOSE A8 started is over, its CSW in
 * the path; its device is gone. */
void diag_general_ended(const struct device *d);
void diag_general_gone(const struct device *d);

/* The processor is quiet and its machine is being saved: whoever loads it
 * finds a waiting DIAGNOSE 8 ended with this rc and no text. */
void diag_settle(struct vcpu *v, int32_t rc);

/* Device thread: go on with the DIAGNOSE 14s that processors wait for; what
 * vmspool says that none of the devices asked for. */
void diag_spool_run(struct vm *vm);
void diag_spool_row(struct vm *vm, const struct ipc_ur_row *row);
void diag_spool_done(struct vm *vm, const struct ipc_ur_done *done);

/* Device thread: the same with DIAGNOSE 58. */
void diag_full_run(struct vm *vm);

/* --- between diag.c and diag_*.c --- */

/* One DIAGNOSE at work: the block is a copy, made once. */
struct diag_call {
	struct vcpu *v;
	struct diag block;
	uint32_t at;	  /* the block's address */
	uint32_t refused; /* the address a program interruption tells */
};

#define DIAG_DONE 0
#define DIAG_WAITS (-1) /* vcpu.wait says what for */

/* DIAG_DONE: results are in block.  Above that, an enum machine_pgm. */
int diag_io_block(struct diag_call *c);
int diag_io_block_async(struct diag_call *c);
int diag_io_general(struct diag_call *c);
int diag_spool_input(struct diag_call *c);
int diag_full_screen(struct diag_call *c);

/* DIAGNOSE 8C: its condition code and answer. */
uint32_t diag_full_size(struct vm *vm, struct diag_screen *screen);

/* Device thread: does the processor wait for this, with a call of it posted?
 * Then nobody else touches the call, until it is over. */
bool diag_waits(struct vcpu *v, enum vcpu_wait what, const bool *posted);
void diag_over(struct vcpu *v, bool *posted, uint32_t block,
    const struct diag *results);

/* Only the results are written back, so that a guest which changes its block
 * meanwhile changes nothing but its own inputs. */
static inline void
diag_results(struct vm *vm, uint32_t at, const struct diag *b)
{
	_Static_assert(offsetof(struct diag, rc) + sizeof b->rc ==
	    sizeof *b && offsetof(struct diag, cc) ==
	    offsetof(struct diag, out_len) + 4, "results come last");
	mem_write(&vm->mem, GPA(at + offsetof(struct diag, out_len)),
	    &b->out_len, sizeof *b - offsetof(struct diag, out_len));
}

#endif
