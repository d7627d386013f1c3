/* SPDX-License-Identifier: MIT
 *
 * inside.c - run a command in the lab and carry its file in or out.  Knows no
 * command.
 */
#include "inside.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "diskpipe.h"
#include "engine.h"
#include "home.h"

#define INSIDE_ARGS_MAX 64
#define INSIDE_MORE 8 /* words added at most */

enum inside_place
inside_place(const struct front *front)
{
	struct home_state state;

	if (front->inside || !home_running(front, &state))
		return PLACE_HERE;
	if (strcmp(state.engine, "lab") == 0)
		return PLACE_IN_LAB;
	if (strcmp(state.engine, "kvm") == 0)
		return PLACE_HERE;
	front_fail("a system just starts in %s: try again", front->home);
	return PLACE_NOWHERE;
}

/* Run vm370 there, with one of its standard streams ours: its end of the
 * pipe.  -1 with errno. */
static pid_t
inside_spawn(const struct front *front, int argc, char *argv[],
    enum inside_host host, int *end)
{
	int mine = host == HOST_IN ? 1 : 0, pair[2];
	pid_t pid;

	if (pipe(pair) < 0)
		return -1;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(pair[1 - mine], 1 - mine);
		close(pair[0]);
		close(pair[1]);
		_exit(engine_exec_inside(front, argc, argv));
	}
	close(pair[1 - mine]);
	*end = pair[mine];
	return pid;
}

/* Between the host's file and our end of the pipe. */
static int
inside_pump(enum inside_host host, const char *file, int end)
{
	static struct diskpipe_in in;
	static struct diskpipe_out out;
	int rc;

	if (host == HOST_IN) {
		out = (struct diskpipe_out){ .fd = end, .framed = true };
		rc = diskpipe_open_in(&in, file, false);
	} else {
		in = (struct diskpipe_in){ .fd = end, .framed = true };
		rc = host == HOST_STREAM ?
		    diskpipe_open_stream(&out, file, false) :
		    diskpipe_open_out(&out, file, false);
	}
	if (rc == 0)
		rc = diskpipe_copy(&in, &out);
	diskpipe_close_in(&in);
	diskpipe_close_out(&out);
	return rc;
}

/* When the vm370 inside fails it says why; our end of the pipe then fails too,
 * without a word. */
static int
inside_relay(const struct front *front, int argc, char *argv[],
    enum inside_host host, const char *file)
{
	int status = 0, end = -1, rc;
	pid_t pid = inside_spawn(front, argc, argv, host, &end);

	if (pid < 0)
		return front_fail("fork: %s", strerror(errno));
	signal(SIGPIPE, SIG_IGN);
	rc = inside_pump(host, file, end);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGPIPE)
		return 1; /* it wrote to us, who have failed and said why */
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 128)
		return front_fail("the vm370 in the lab ended too early");
	return WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : rc;
}

int
inside_run(const struct front *front, int argc, char *argv[],
    enum inside_host host, int word, char *const extra[])
{
	static char relay[] = "--relay", dash[] = "-";
	char *args[INSIDE_ARGS_MAX + INSIDE_MORE];
	int n = 0;

	if (host == HOST_NONE)
		return engine_exec_inside(front, argc, argv);
	if (argc > INSIDE_ARGS_MAX)
		return front_fail("too many words");
	args[n++] = argv[0];
	args[n++] = argv[1];
	args[n++] = relay;
	while (*extra != NULL)
		args[n++] = *extra++;
	for (int i = 2; i < argc; i++)
		args[n++] = i == word ? dash : argv[i];
	if (word == 0)
		args[n++] = dash;
	return inside_relay(front, n, args, host, word == 0 ? dash :
	    argv[word]);
}
