/* SPDX-License-Identifier: MIT
 *
 * console.h - a terminal in line mode on the caller's own terminal.
 */
#ifndef VM370_CP_FRONT_CONSOLE_H
#define VM370_CP_FRONT_CONSOLE_H

#include "front.h"

/* How a console ended; these are `vm370 console`'s exit codes too. */
enum console_end {
	CONSOLE_LEFT = 0,   /* its user left it */
	CONSOLE_NEVER = 1,  /* it never came about */
	CONSOLE_LOST = 3,   /* vmcp ended, or sent it away */
	CONSOLE_STOP = 130, /* ^C where that stops the system */
};

/*
 * The console of `vm370 start` in the foreground, where ^C is not attention
 * but the end of the system.  In the lab when `lab` is set.  enum console_end.
 */
int console_start(const struct front *front, bool lab);

#endif
