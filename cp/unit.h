/* SPDX-License-Identifier: MIT
 *
 * unit.h - real card readers, punches and printers (RDEVICE): a vmunit for
 * each, started with the system and again when it dies.
 *
 * vmcp opens what a unit works on, a port or a folder, and tells it what the
 * operator orders.  It reads nothing that a stranger sent.
 */
#ifndef VM370_CP_UNIT_H
#define VM370_CP_UNIT_H

#include <stdbool.h>
#include <sys/types.h>

#include "cp.h"
#include "ipc.h"

struct unit;

/* What SYSTEM CONFIG names, when the system is open; and at its end. */
void unit_open(struct cp *cp);
void unit_close(struct cp *cp);

/* vmspool is there, or there again: each unit gets a channel to it. */
void unit_spool_back(struct cp *cp);

/* SIGCHLD found this pid: is it a unit's? */
bool unit_exited(struct cp *cp, pid_t pid, int status);

/* NULL: there is none at this address, or behind this one (NULL: the first) */
struct unit *unit_find(struct cp *cp, vdev_t raddr);
struct unit *unit_next(struct cp *cp, const struct unit *unit);

const struct config_unit *unit_config(const struct unit *unit);

/* "PRT 00E" */
struct unit_name {
	char s[12];
} unit_name(const struct unit *unit);

/* Why it is not available; "": it is. */
const char *unit_why(const struct unit *unit);

/* What QUERY says of it. */
void unit_print(const struct unit *unit, char *buf, size_t size);

/* Give an order; its tag is unit.c's.  fn is called once, perhaps at once,
 * with 0 or the number of a message about the unit (messages.def). */
typedef void unit_done(int rc, void *arg);
void unit_order(struct unit *unit, const struct ipc_unit_order *order,
    unit_done *fn, void *arg);

#endif
