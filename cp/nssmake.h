/* SPDX-License-Identifier: MIT
 *
 * nssmake.h - the saved systems that SYSTEM CONFIG wants are there when the
 * first user comes.
 */
#ifndef VM370_CP_NSSMAKE_H
#define VM370_CP_NSSMAKE_H

#include "vmtypes.h"

struct cp;

/* For each SAVED statement: see whether the system can be started, and if not
 * log the user on whose machine saves it.  fn is called when all are there or
 * will not come, perhaps at once; not if CP stops before. */
void nssmake_start(struct cp *cp, void (*fn)(void *arg), void *arg);
void nssmake_free(struct cp *cp);

/* That user's SAVESYS of a system has ended: 0 or a message's number. */
void nssmake_saved(struct cp *cp, struct vm_name system, struct vm_name by,
    int rc);

#endif
