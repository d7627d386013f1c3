/* SPDX-License-Identifier: MIT
 *
 * engine.h - which virtualization a system is to run on.
 */
#ifndef VM370_CP_FRONT_ENGINE_H
#define VM370_CP_FRONT_ENGINE_H

#include "front.h"

enum engine { ENGINE_BAD, ENGINE_AUTO, ENGINE_KVM, ENGINE_LAB };

enum engine engine_parse(const char *name);

/* Probe, do not believe: with ENGINE_AUTO the lab is taken where there is no
 * usable KVM, and one line says why.  ENGINE_BAD: a line was printed. */
enum engine engine_choose(enum engine wanted);

/*
 * Where a lab's system runs, vm370 runs again inside it.  Does not return
 * unless that fails; the exit code then.
 */
int engine_exec_inside(const struct front *front, int argc, char *argv[]);

#endif
