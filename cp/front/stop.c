/* SPDX-License-Identifier: MIT
 *
 * stop.c - vm370 stop and status.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "front.h"
#include "home.h"
#include "host.h"

#define STOP_SECONDS 100 /* a lab has 90 for an orderly end */
#define STOP_REAPED_S 1

static const struct timespec stop_tick = { .tv_nsec = 50000000 };

/*
 * Does this process run, and is it a supervisor?  The lock says that a system
 * runs, not that the file beside it is of this system: a supervisor may have
 * been killed, be a zombie that nobody reaps, or its pid be somebody else's.
 */
static bool
stop_is_supervisor(pid_t pid)
{
	char path[64], line[256] = "", name[32] = "", run = '?';
	FILE *f;

	if (pid <= 1)
		return false;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	if (fgets(line, sizeof line, f) == NULL)
		line[0] = '\0';
	fclose(f);
	if (sscanf(line, "%*d (%31[^)]) %c", name, &run) != 2)
		return false;
	if (run == 'Z' || run == 'X')
		return false;
	return strcmp(name, "vm370") == 0 || strcmp(name, "vmlab") == 0;
}

/* No system was seen to run: say so.  An exit code. */
static int
stop_nothing(const struct front *front, int rc)
{
	if (errno == EACCES)
		return front_fail("%s: %s", front->home, strerror(errno));
	printf("No system runs in %s\n", front->home);
	return rc;
}

static int
stop_ask(const struct front *front, const struct home_state *state)
{
	if (stop_is_supervisor(state->pid)) {
		if (kill(state->pid, SIGTERM) == 0)
			return 0;
		return front_fail("cannot stop process %d: %s",
		    (int)state->pid, strerror(errno));
	}
	/* vmcp alone is left. */
	if (host_command(front, "SHUTDOWN", NULL) == HOST_NO_ANSWER)
		return 1;
	return 0;
}

/* A lab that still boots has not said yet who supervises it: wait until it
 * has, or has failed.  False when no system runs any more. */
static bool
stop_started(const struct front *front, struct home_state *state)
{
	for (int i = 0; i < STOP_SECONDS * 20; i++) {
		if (!home_running(front, state))
			return false;
		if (state->engine[0] != '\0')
			break;
		nanosleep(&stop_tick, NULL);
	}
	return true;
}

/* A supervisor that has ended is a zombie until the host's init looks. */
static void
stop_reaped(pid_t pid)
{
	for (int i = 0; i < STOP_REAPED_S * 20; i++) {
		if (pid <= 1 || kill(pid, 0) < 0)
			return;
		nanosleep(&stop_tick, NULL);
	}
}

int
stop_command(struct front *front, int argc, char *argv[])
{
	struct home_state state, now;

	(void)argv;
	if (argc != 1)
		return front_fail("usage: vm370 stop");
	if (!stop_started(front, &state))
		return stop_nothing(front, 0);
	if (!stop_is_supervisor(state.pid))
		state.pid = 0;
	if (stop_ask(front, &state) != 0)
		return 1;
	printf("Stopping the system in %s\n", front->home);
	fflush(stdout);
	for (int i = 0; i < STOP_SECONDS * 20; i++) {
		if (!home_running(front, &now) &&
		    !stop_is_supervisor(state.pid)) {
			stop_reaped(state.pid);
			printf("Stopped\n");
			return 0;
		}
		nanosleep(&stop_tick, NULL);
	}
	return front_fail("it has not stopped in %d seconds; "
	    "%s/log/vm370.log may say why", STOP_SECONDS, front->home);
}

int
status_command(struct front *front, int argc, char *argv[])
{
	struct home_state state;

	(void)argv;
	if (argc != 1)
		return front_fail("usage: vm370 status");
	if (!home_running(front, &state))
		return stop_nothing(front, 3);
	if (state.port == 0)
		printf("A system is starting in %s\n", front->home);
	else
		printf("A system runs in %s: %s port %d, engine %s, process "
		    "%d\n", front->home, state.address, state.port,
		    state.engine, (int)state.pid);
	return 0;
}
