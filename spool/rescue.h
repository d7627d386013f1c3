/* SPDX-License-Identifier: MIT
 *
 * rescue.h - from a database of which not all can be read, what can, to a new
 * one.
 */
#ifndef VM370_SPOOL_RESCUE_H
#define VM370_SPOOL_RESCUE_H

#include "report.h"
#include "store.h"

/* fd: the damaged one's file, in which all its log is.  `from` is NULL when it
 * cannot be opened.  What is known to be lost is reported; blocks that are not
 * there are found by check.c. */
int rescue(struct store *to, struct store *from, int fd,
    struct report *report);

#endif
