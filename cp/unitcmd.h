/* SPDX-License-Identifier: MIT
 *
 * unitcmd.h - a command to real readers, punches and printers: whom it means,
 * and its answer when each has done it.
 */
#ifndef VM370_CP_UNITCMD_H
#define VM370_CP_UNITCMD_H

#include "request.h"
#include "unit.h"

/* Word 1 as a real device.  0, or the number of the message that was given. */
int unitcmd_raddr(struct request *rq, struct unit **unit);

/* A word as a number of 1 to 255.  False: it is none. */
bool unitcmd_number(const char *word, uint32_t *n);

/* Give the order to a unit, or (NULL) to all; CMD_PENDING, or as a handler.
 * show: the answer says what each is then. */
int unitcmd_order(struct request *rq, struct unit *unit,
    const struct ipc_unit_order *order, bool show);

#endif
