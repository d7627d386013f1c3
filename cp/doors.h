/* SPDX-License-Identifier: MIT
 *
 * doors.h - may terminals of other machines come in?
 */
#ifndef VM370_CP_DOORS_H
#define VM370_CP_DOORS_H

#include "cp.h"

/*
 * cp->outside is where the world's connections arrive.  fn is called once:
 * with NULL, or with a message that says why CP does not listen there.
 */
typedef void doors_fn(const char *why, void *arg);
void doors_check(struct cp *cp, doors_fn *fn, void *arg);

#endif
