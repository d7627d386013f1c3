/* SPDX-License-Identifier: MIT
 *
 * idle.h - terminals at which nobody types: LIMIT LOGO and LIMIT IDLE.
 */
#ifndef VM370_CP_IDLE_H
#define VM370_CP_IDLE_H

#include "cp.h"

struct idle;

/* Looks at the terminals from time to time.  NULL: no memory; also when there
 * is no limit to be kept (errno 0). */
struct idle *idle_new(struct cp *cp);
void idle_free(struct idle *idle);

#endif
