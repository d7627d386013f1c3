/* SPDX-License-Identifier: MIT
 *
 * supervise.h - keep vmcp running.
 */
#ifndef VM370_CP_FRONT_SUPERVISE_H
#define VM370_CP_FRONT_SUPERVISE_H

#include "front.h"

struct supervise {
	const struct front *front;
	int port;
	const char *address;
	bool plain; /* terminals of other machines without TLS, too */
	int lock;   /* held here and by vmcp: it ends with the last of them */
	int notify; /* vmcp's first READY or ERROR goes there */
};

/*
 * Start vmcp, and again when it crashes.  Returns an exit code when vmcp has
 * ended in order, when SIGTERM asked for that, or when it cannot be kept up.
 * Its own process, with the log as descriptor 2.
 */
int supervise_run(struct supervise *s);

#endif
