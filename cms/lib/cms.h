/* SPDX-License-Identifier: MIT
 *
 * cms.h - what a program can ask of CMS beyond its C library.  Link with
 * libcms.a, and statically: cc -static hello.c -lcms
 *
 * Elsewhere than in CMS each of these fails with ENOSYS.
 */
#ifndef CMS_H
#define CMS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Run a command as if it had been typed: a CMS command, a program, or a CP
 * command.  Its return code is stored.  0, or -1 with errno.
 */
int cms_command(const char *command, int *rc);

/*
 * Give CP a command.  Its answer, lines ended by newlines, goes to reply as a
 * string, cut to size - 1 bytes; with reply NULL CP answers on the console.
 * Returns the length of the whole answer, or -1 with errno.  The number of
 * CP's message, 0 when all is well, is stored in *rc.
 */
long cms_cp(const char *command, char *reply, size_t size, int *rc);

/*
 * Put a line on the program stack, to be read before what is typed: behind
 * the others, or before them.  0, or -1 with errno.
 */
int cms_queue(const char *line);
int cms_push(const char *line);

/* How many lines are on the program stack. */
long cms_queued(void);

#ifdef __cplusplus
}
#endif

#endif
