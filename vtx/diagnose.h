/* SPDX-License-Identifier: MIT
 *
 * diagnose.h - what diag.c offers.
 */
#ifndef VM370_VTX_DIAGNOSE_H
#define VM370_VTX_DIAGNOSE_H

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

/* The processor is quiet and its machine is being saved: whoever loads it
 * finds a waiting DIAGNOSE 8 ended with this rc and no text. */
void diag_settle(struct vcpu *v, int32_t rc);

#endif
