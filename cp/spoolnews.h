/* SPDX-License-Identifier: MIT
 *
 * spoolnews.h - what vmspool says of itself: a file that arrived, a device
 * that has to wait, a line for the operator.
 */
#ifndef VM370_CP_SPOOLNEWS_H
#define VM370_CP_SPOOLNEWS_H

#include "cp.h"
#include "ipc.h"
#include "ipcchan.h"

/* "0018", "010K", "003M": four columns, as many as QUERY and messages have. */
struct spoolnews_count {
	char s[8];
} spoolnews_count(uint64_t n);

/* A message of vmspool's.  false: it is none of these. */
void spoolnews(struct cp *cp, const struct ipcchan_message *msg);

#endif
