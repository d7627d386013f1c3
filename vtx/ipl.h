/* SPDX-License-Identifier: MIT
 *
 * ipl.h - initial program load.
 */
#ifndef VM370_VTX_IPL_H
#define VM370_VTX_IPL_H

#include "ipc.h"
#include "vm.h"

/* Reset the machine and start reading; vmcp hears VM_STATE when it is over. */
void ipl_start(struct vm *vm, const struct ipc_vm_ipl *msg);

/* The channel program that channel_ipl() began has ended. */
void ipl_ended(struct vm *vm, struct device *d, const struct csw *csw);

/* Low storage as machine.h says CP stores it at IPL, but for the record. */
void ipl_low_storage(struct vm *vm, uint32_t vdev, const char *parm,
    uint32_t parm_len);

#endif
