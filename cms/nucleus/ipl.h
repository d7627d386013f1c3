/* SPDX-License-Identifier: MIT
 *
 * ipl.h - what CMS does once: IPL's PARM, the first disks, the first line and
 * the profiles.
 */
#ifndef CMS_IPL_H
#define CMS_IPL_H

#include "channel.h"

/*
 * PARM SAVESYS name: have CP save this system.  Called before anything is
 * known of the machine, its storage, devices and time: whoever IPLs the name
 * goes on from here in a machine of his own, with a PARM of his own.
 */
void ipl_save(void);

/*
 * Has a command to CP saved this system, and is this another machine that has
 * been given it?  Its disks are its own, and so are its return codes: the
 * command's is 0 then.
 */
int ipl_resumed(int rc);

/* What was punched and printed before this IPL, and not closed, is nobody's:
 * the next program's file does not begin with it, unless SPOOL CONT says so. */
void ipl_units(void);

/* CMS's own disks: 190 as S, 19E as Y/S, if there are such. */
void ipl_system(void);

/* Those, and 191 as A. */
void ipl_disks(void);

/*
 * SYSPROF EXEC and PROFILE EXEC A, when the user has pressed Enter or PARM
 * AUTOCR does so for him.  What he types instead is a command: after the
 * profiles; but ACCESS comes before his own profile, and with NOPROF in its
 * place.  `line` is where it goes.  0 and its return code, or -1 when the
 * console is gone.
 */
int ipl_begin(char line[CON_LINE_MAX + 1], int *rc);

#endif
