/* SPDX-License-Identifier: MIT
 *
 * rigsaved.h - saved systems, as vmcp would handle them, and files of them
 * that are not what they should be.
 */
#ifndef VM370_TESTS_RIGSAVED_H
#define VM370_TESTS_RIGSAVED_H

#include "rig.h"

/* VM_SAVE_SYSTEM into a new file, which becomes rig->saved; 0 or -errno. */
int rigsaved_save(struct rig *rig);

/* VM_IPL_SAVED of rig->saved: 0, an enum ipc_vm_saved, or -1. */
int rigsaved_ipl(struct rig *rig, const char *parm);

/*
 * The same of a copy of rig->saved with one thing wrong:
 *   cut=N      its first N bytes; negative: so many less than all
 *   long=N     N bytes more
 *   flip=N     a bit of byte N; negative: from its end
 *   page=N     a bit in page N of those that are in it
 *   magic format build model mode storage small runs norun pages order
 *   processor at
 *              a field, or the runs, with sums that are right again
 *   folder     a descriptor that cannot be read
 */
int rigsaved_forged(struct rig *rig, const char *what);

#endif
