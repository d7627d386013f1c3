/* SPDX-License-Identifier: MIT
 *
 * worker.h - slow jobs in processes of their own, at most two at once.
 *
 * A worker is this program again (vmcp --worker), spawned for one job and
 * gone.  Jobs wait in order; a job whose worker dies is answered -EIO.
 */
#ifndef VM370_CP_WORKER_H
#define VM370_CP_WORKER_H

#include <stdbool.h>
#include <sys/types.h>

#include <event2/event.h>

#include "ipc.h"

#define WORKER_MAX 2

struct worker_pool;

/* rc as in ipc.h: 0 right, 1 wrong (verify); 0 or a message number (direct);
 * 0 (sync); -errno.  text is the worker's, NUL terminated. */
typedef void worker_fn(int rc, const char *text, void *arg);

struct worker_pool *worker_pool_new(struct event_base *base,
    const char *program);
void worker_pool_free(struct worker_pool *pool);

/* Check a password.  An empty hash (no such user) takes the same time and
 * answers 1.  Returns a job number (never 0) for worker_cancel. */
unsigned worker_verify(struct worker_pool *pool, const char *password,
    const char *hash, worker_fn *fn, void *arg);

/* Check the directory at path and hash its clear passwords. */
unsigned worker_direct(struct worker_pool *pool, const char *path,
    worker_fn *fn, void *arg);

/* What names there are in a folder is on disk when this is answered. */
unsigned worker_sync(struct worker_pool *pool, const char *path,
    worker_fn *fn, void *arg);

/* The answer is no longer wanted; fn will not be called. */
void worker_cancel(struct worker_pool *pool, unsigned job);

/* SIGCHLD found this pid: is it a worker's? */
bool worker_reaped(struct worker_pool *pool, pid_t pid, int status);

/* The worker's own main: one job from IPCCHAN_FD, then exit status 0. */
int worker_main(void);

#endif
