/* SPDX-License-Identifier: MIT
 *
 * home.h - the home directory: made, owned, locked, and what runs in it.
 */
#ifndef VM370_CP_FRONT_HOME_H
#define VM370_CP_FRONT_HOME_H

#include <sys/types.h>

#include "front.h"

/* What the supervisor wrote to run/engine. */
struct home_state {
	char engine[16]; /* kvm or lab; "" when it has not written yet */
	pid_t pid;
	int port;
	char address[46]; /* where terminals come in */
};

/* Make the folders that are missing; front has the true name of home then.
 * 0, or 1 with a line printed: a foreign owner, no permission, a full disk. */
int home_make(struct front *front);

/* Is it ours?  What is made in it by another, its owner's system cannot use.
 * 0, or 1 with a line printed. */
int home_check_owner(const struct front *front);

/* The lock that says that a system runs here, or -1: errno EWOULDBLOCK when
 * one does.  Waits, and says so, while others share it.  The descriptor is
 * close-on-exec. */
int home_lock(const struct front *front);

/* A share of that lock, which any number may have: no system starts as long as
 * it is open.  -1: errno EWOULDBLOCK when one runs. */
int home_share(const struct front *front);

/* Does a system run here, and what does it say of itself?  When not, errno is
 * EACCES if that could not be seen. */
bool home_running(const struct front *front, struct home_state *state);

/* As home_running, else a line is printed. */
bool home_must_run(const struct front *front, struct home_state *state);

/* Write, or with NULL remove, run/engine.  -1 with errno. */
int home_write_state(const struct front *front,
    const struct home_state *state);

#endif
