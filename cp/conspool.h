/* SPDX-License-Identifier: MIT
 *
 * conspool.h - a console's file: what was shown and typed, as printed lines.
 *
 * Lines are with vmspool within a second, or at once when a CLOSE wants them.
 * While vmspool does not take them they wait here; a machine that goes on
 * writing waits too.
 */
#ifndef VM370_CP_CONSPOOL_H
#define VM370_CP_CONSPOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "ipc.h"

struct conspool;
struct cp;
struct vmblok;

/* An item of the console, if it is spooled. */
void conspool_item(struct vmblok *vm, enum ipc_item_kind kind, unsigned flags,
    const char *text, size_t len);

/* Is a machine's output only to be spooled, not shown? */
bool conspool_hides(const struct vmblok *vm);

/* So much waits that the machine shall write no more. */
bool conspool_full(const struct vmblok *vm);

/* As much of a line as a printer's has columns: bytes of whole characters. */
size_t conspool_fold(const char *text, size_t len);

/* All lines so far go to vmspool, or (purge) nowhere.  fn is called once,
 * perhaps at once: 0, or -errno and they wait. */
typedef void conspool_fn(int rc, void *arg);
void conspool_flush(struct vmblok *vm, bool purge, conspool_fn *fn,
    void *arg);

/* From vmspool: an answer; and that it is back. */
void conspool_wrote(struct cp *cp, const struct ipc_ur_wrote *wrote);
void conspool_back(struct cp *cp);

/* Nothing more is recorded. */
void conspool_stop(struct vmblok *vm);

/* The user goes.  Returns how many lines vmspool has not taken. */
unsigned long conspool_free(struct vmblok *vm);

#endif
