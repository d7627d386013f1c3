/* SPDX-License-Identifier: MIT
 *
 * spoolclient.h - vmcp's end of vmspool: keep it running, ask it.
 */
#ifndef VM370_CP_SPOOLCLIENT_H
#define VM370_CP_SPOOLCLIENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "cp.h"
#include "ipc.h"

struct spoolclient;

struct spoolclient *spoolclient_new(struct cp *cp);
void spoolclient_free(struct spoolclient *sc);

/* How many files a user has.  fn is called once, with NULL when vmspool does
 * not answer in time (at once only when there is no memory). */
typedef void spoolclient_fn(const struct ipc_spool_counts *counts, void *arg);
void spoolclient_count(struct spoolclient *sc, struct vm_name user,
    spoolclient_fn *fn, void *arg);

/* The answer is no longer wanted. */
void spoolclient_cancel(struct spoolclient *sc, void *arg);

/* SIGCHLD found this pid: is it vmspool? */
bool spoolclient_exited(struct spoolclient *sc, pid_t pid, int status);

#endif
