/* SPDX-License-Identifier: MIT
 *
 * listener.h - the TCP port: each connection gets a vmterm of its own.
 */
#ifndef VM370_CP_LISTENER_H
#define VM370_CP_LISTENER_H

#include <stddef.h>
#include <stdint.h>

#include "cp.h"

struct listener;

/* NULL: why is in buf. */
struct listener *listener_new(struct cp *cp, const char *address, uint16_t port,
    char *buf, size_t size);
void listener_free(struct listener *ln);

#endif
