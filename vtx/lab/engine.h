/* SPDX-License-Identifier: MIT
 *
 * engine.h - DIR/run: the lock, and the file that says how to reach the lab.
 */
#ifndef VM370_LAB_ENGINE_H
#define VM370_LAB_ENGINE_H

#include <stdint.h>
#include <sys/types.h>

#include "wire.h"

struct engine {
	pid_t pid; /* of the supervisor */
	uint16_t port, agent;
	char address[46]; /* where terminals come in, for vm370 to read */
	char token[WIRE_TOKEN_LEN + 1];
};

/* Take the home's lock: its descriptor, kept until the supervisor ends.  -1
 * with errno: EWOULDBLOCK when a system runs there.  Makes DIR/run and
 * DIR/log, owned as DIR is. */
int engine_lock(const char *home);

/* Write, read or remove DIR/run/engine.  -1 with errno; reading: ESRCH when
 * what runs there is no lab. */
int engine_write(const char *home, const struct engine *e);
int engine_read(const char *home, struct engine *e);
void engine_remove(const char *home);

#endif
