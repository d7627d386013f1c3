/* SPDX-License-Identifier: MIT
 *
 * doors.h - may terminals of other machines come in?
 */
#ifndef VM370_CP_DOORS_H
#define VM370_CP_DOORS_H

#include "cp.h"

/* Called once: with NULL, or with the reason why not. */
typedef void doors_fn(const char *why, void *arg);

/* cp->outside is where the world's connections arrive: may CP listen? */
void doors_check(struct cp *cp, doors_fn *fn, void *arg);

/* May this directory take the place of the one in use?  It stays the
 * caller's, and must be there until fn is called. */
void doors_directory(struct cp *cp, const struct directory *dir, doors_fn *fn,
    void *arg);

#endif
