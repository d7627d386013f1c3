/* SPDX-License-Identifier: MIT
 *
 * vcpu.h - a virtual processor's thread.
 */
#ifndef VM370_VTX_VCPU_H
#define VM370_VTX_VCPU_H

#include "bus.h"
#include "ipc.h"
#include "vm.h"

/* Start the thread; it comes to rest at once.  -1 with errno. */
int vcpu_open(struct vcpu *v);

/* Lock held: have the thread look at the machine again. */
void vcpu_kick(struct vcpu *v);

/* It had a wait that is over: no more than that.  The lock need not be held.
 */
void vcpu_go(struct vcpu *v);

/* From port handlers: a program interruption, #GP(0) with its cause. */
enum vcpu_next vcpu_program(struct vcpu *v, enum machine_pgm code,
    uint32_t addr);

/* The wait port. */
enum vcpu_next vcpu_wait_port(struct vcpu *v, uint32_t value);

#endif
