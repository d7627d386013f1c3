/* SPDX-License-Identifier: MIT
 *
 * control.h - RUNDIR/cp.sock: commands and consoles of the system's owner.
 */
#ifndef VM370_CP_CONTROL_H
#define VM370_CP_CONTROL_H

#include <stddef.h>

#include "cp.h"

struct control;

/* NULL: why is in buf. */
struct control *control_new(struct cp *cp, char *buf, size_t size);
void control_free(struct control *ct);

#endif
