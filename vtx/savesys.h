/* SPDX-License-Identifier: MIT
 *
 * savesys.h - a saved system: written, and started in a machine.
 */
#ifndef VM370_VTX_SAVESYS_H
#define VM370_VTX_SAVESYS_H

#include "ipc.h"
#include "vm.h"

/* The machine, which must be paused, into an empty file.  0 or an errno: EBUSY
 * when a device works or an I/O interruption is pending. */
int savesys_write(struct vm *vm, int fd, struct vm_name name);

/* Start from the file.  0, or an enum ipc_vm_saved: the machine is as it was,
 * or, when the kernel refused at the last moment, reset and cleared.  fd stays
 * the caller's and may be closed: storage keeps what it needs. */
int savesys_ipl(struct vm *vm, int fd, const struct ipc_vm_ipl *msg);

#endif
