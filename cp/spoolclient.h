/* SPDX-License-Identifier: MIT
 *
 * spoolclient.h - vmcp's end of vmspool: keep it running, ask it.
 *
 * What an answer means to a user is told elsewhere (urclose.c, spoolnews.c and
 * the commands).
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

/* Is it there?  NULL: not any more. */
bool spoolclient_ready(const struct spoolclient *sc);

/* How many files a user has.  fn is called once, with NULL when vmspool does
 * not answer in time (at once only when there is no memory). */
typedef void spoolclient_fn(const struct ipc_spool_counts *counts, void *arg);
void spoolclient_count(struct spoolclient *sc, struct vm_name user,
    spoolclient_fn *fn, void *arg);

/*
 * Questions and orders.  row is called for each UR_ROW, then done once: with
 * NULL when vmspool is away, or ends before it has answered (what was asked
 * may have been done).  tag is spoolclient's; the asker leaves it 0.
 */
typedef void spoolclient_row(const struct ipc_ur_row *row, void *arg);
typedef void spoolclient_done(const struct ipc_ur_done *done, void *arg);
void spoolclient_ask(struct spoolclient *sc, const struct ipc_ur_ask *ask,
    spoolclient_row *row, spoolclient_done *done, void *arg);
void spoolclient_close(struct spoolclient *sc,
    const struct ipc_ur_close *order, spoolclient_row *row,
    spoolclient_done *done, void *arg);

/* A client's end of a new channel; -1 with errno: vmspool is away.  Who has
 * one is told when vmspool is back (spoolclient.c's table), and asks again. */
int spoolclient_mint(struct spoolclient *sc, struct vm_name user,
    enum ipc_ur_rights rights);

/* A block of a console's file (conspool.c, which hears of UR_WROTE, and of
 * vmspool being back), or of a deck.  false: vmspool is away. */
bool spoolclient_write(struct spoolclient *sc, struct ipc_ur_write *write,
    const char *block, size_t len);

/* The answers that were to go to arg are no longer wanted. */
void spoolclient_cancel(struct spoolclient *sc, void *arg);

/* SIGCHLD found this pid: is it vmspool? */
bool spoolclient_exited(struct spoolclient *sc, pid_t pid, int status);

#endif
