/* SPDX-License-Identifier: MIT
 *
 * save.h - a machine to a file and back.
 */
#ifndef VM370_VTX_SAVE_H
#define VM370_VTX_SAVE_H

#include "vm.h"

/*
 * Both leave fd the caller's and return 0 or an errno: EPROTO a file that is
 * none of ours, of another build or damaged; ENODEV one whose storage,
 * processor model or devices are not this machine's.  A machine that could
 * not load is as it was, or, when the processor itself refused, reset.
 * The machine must be paused, and is not started by a load.
 */
int save_write(struct vm *vm, int fd);
int save_read(struct vm *vm, int fd);

/* One processor into a section and back; -1: refused. */
void save_cpu(struct vcpu *v, struct section *s);
int save_load_cpu(struct vcpu *v, struct section *s);

/* The numbers of the pages that hold something, ascending, with room for one
 * more; the caller frees them.  NULL: no memory. */
uint32_t *save_find_pages(const struct vm *vm, uint64_t *count);

#endif
