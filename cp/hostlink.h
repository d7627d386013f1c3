/* SPDX-License-Identifier: MIT
 *
 * hostlink.h - minidisks that a program of the host has open, and machines
 * that stand still while it copies.
 */
#ifndef VM370_CP_HOSTLINK_H
#define VM370_CP_HOSTLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc.h"

struct cp;
struct hostlink;
struct minidisk_answer;
struct vmblok;

/* The answer to HOST_HOLD: 0 or -errno. */
typedef void hostlink_fn(void *arg, int rc);

/*
 * Link as HOST_LINK asks: *fd is the open file (the caller closes it), *blocks
 * its size.  NULL: the answer says why.
 */
struct hostlink *hostlink_new(struct cp *cp, const struct ipc_host_link *ask,
    hostlink_fn *fn, void *arg, int *fd, uint64_t *blocks,
    struct minidisk_answer *answer);

/* The connection has ended. */
void hostlink_free(struct hostlink *hl);

/* HOST_HOLD; fn is called once for each. */
void hostlink_hold(struct hostlink *hl, bool hold);

/* Is vm to stand still? */
bool hostlink_holds(const struct vmblok *vm);

/* A machine came to stand still, or is gone: does that end a wait? */
void hostlink_look(struct cp *cp);

#endif
