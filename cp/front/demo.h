/* SPDX-License-Identifier: MIT
 *
 * demo.h - what a home directory needs before a system can start in it.
 */
#ifndef VM370_CP_FRONT_DEMO_H
#define VM370_CP_FRONT_DEMO_H

#include "front.h"

/*
 * The demonstration system where there is no user.direct; clear passwords
 * hashed; the system disk as this build has it.  Nobody must run in the home
 * directory.  0, or 1 with a line printed.
 */
int demo_prepare(const struct front *front);

#endif
