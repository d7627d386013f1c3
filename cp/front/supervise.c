/* SPDX-License-Identifier: MIT
 *
 * supervise.c - vmcp's parent on a host with KVM: starts it, ends it, starts
 * it again after a crash.  Knows nothing of what it does.
 */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "home.h"
#include "log.h"
#include "spawn.h"

#define SUPERVISE_RESTARTS 5   /* in a row */
#define SUPERVISE_STEADY_S 600 /* after so long it counts as none */
#define SUPERVISE_STOP_S 30    /* an orderly end may take so long */
#define SUPERVISE_ORPHANS_S 5  /* vmcp's own children, after it */

/* Where spawn() puts what we give to vmcp, behind the lock. */
#define SUPERVISE_RUN_FD "/proc/self/fd/4"
#define SUPERVISE_NOTIFY_FD "5"

struct supervised {
	pid_t pid; /* 0: gone */
	int status;
	bool stopping;
};

/* A socket's name has 108 bytes: where the folder's is too long, vmcp is told
 * of it as the descriptor that it has. */
static void
supervise_run_folder(const struct supervise *s, char run[PATH_MAX])
{
	const size_t max = sizeof((struct sockaddr_un *)0)->sun_path -
	    sizeof "/cp.sock";

	snprintf(run, PATH_MAX, "%s", strlen(s->front->run) <= max ?
	    s->front->run : SUPERVISE_RUN_FD);
}

static pid_t
supervise_spawn(struct supervise *s)
{
	char path[PATH_MAX], home[PATH_MAX], run[PATH_MAX], port[16];
	char address[64], plain[] = "--plain", notify[] = "--notify-fd";
	char fd[] = SUPERVISE_NOTIFY_FD;
	int fds[] = { s->lock, open(s->front->run, O_PATH | O_DIRECTORY |
	    O_CLOEXEC), s->notify };
	size_t nfds = s->notify >= 0 ? 3 : 2;
	char *argv[] = { path, (char[]){ "--home" }, home,
		(char[]){ "--run" }, run, (char[]){ "--port" }, port,
		(char[]){ "--address" }, address, NULL, NULL, NULL, NULL };
	int n = 9;
	pid_t pid;

	if (s->plain)
		argv[n++] = plain;
	if (nfds == 3) {
		argv[n++] = notify;
		argv[n++] = fd;
	}

	if (!front_program("vmcp", path, sizeof path))
		return -1;
	memcpy(home, s->front->home, sizeof home);
	supervise_run_folder(s, run);
	snprintf(port, sizeof port, "%d", s->port);
	snprintf(address, sizeof address, "%s", s->address);
	pid = spawn(path, argv, fds, nfds);
	if (fds[1] >= 0)
		close(fds[1]);
	if (pid < 0 && s->notify >= 0)
		dprintf(s->notify, "ERROR %s: %s\n", path, strerror(errno));
	if (s->notify >= 0)
		close(s->notify);
	s->notify = -1; /* only the first start is waited for */
	return pid;
}

static void
supervise_reap(struct supervised *cp)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == cp->pid) {
			cp->pid = 0;
			cp->status = status;
		}
}

/* Until vmcp has ended.  SIGTERM and its like end it; it gets its time. */
static void
supervise_wait(struct supervised *cp, const sigset_t *signals)
{
	struct timespec tick = { .tv_sec = 1 };
	int patience = SUPERVISE_STOP_S;

	while (cp->pid != 0) {
		int sig = sigtimedwait(signals, NULL, &tick);
		bool asked = sig > 0 && sig != SIGCHLD && !cp->stopping;

		/* Also when vmcp has just ended: then it stays so. */
		cp->stopping |= asked;
		supervise_reap(cp);
		if (cp->pid == 0)
			break;
		if (asked)
			kill(cp->pid, SIGTERM);
		if (sig < 0 && cp->stopping && --patience == 0) {
			log_warnx("vmcp did not end in %d seconds; killed",
			    SUPERVISE_STOP_S);
			kill(cp->pid, SIGKILL);
		}
	}
}

/* Kill what is a child of ours: orphans of vmcp, as we are their reaper. */
static void
supervise_kill_children(void)
{
	char path[64];
	FILE *f;
	int pid;

	snprintf(path, sizeof path, "/proc/self/task/%d/children",
	    (int)getpid());
	f = fopen(path, "re");
	if (f == NULL)
		return;
	while (fscanf(f, "%d", &pid) == 1) {
		log_warnx("pid %d outlived vmcp; killed", pid);
		kill((pid_t)pid, SIGKILL);
	}
	fclose(f);
}

/* vmcp's programs end when it does; the next start must not meet them. */
static void
supervise_orphans(void)
{
	const struct timespec tick = { .tv_nsec = 20000000 };
	int ticks = SUPERVISE_ORPHANS_S * 50;

	while (waitpid(-1, NULL, WNOHANG) >= 0 || errno == EINTR) {
		if (ticks-- == 0)
			supervise_kill_children();
		nanosleep(&tick, NULL);
	}
}

static void
supervise_log_end(const struct supervised *cp)
{
	if (WIFSIGNALED(cp->status))
		log_warnx("vmcp was ended by signal %d",
		    WTERMSIG(cp->status));
	else
		log_warnx("vmcp ended with %d", WEXITSTATUS(cp->status));
}

/* Sleep before a restart; false when a signal asks for the end instead. */
static bool
supervise_back_off(unsigned restarts, const sigset_t *signals)
{
	struct timespec wait = { .tv_sec = restarts == 1 ? 0 :
	    1L << (restarts - 2), .tv_nsec = 100000000 };
	int sig;

	log_info("vmcp is started again in %ld seconds; the start is warm",
	    (long)wait.tv_sec);
	do
		sig = sigtimedwait(signals, NULL, &wait);
	while (sig == SIGCHLD || (sig < 0 && errno == EINTR));
	return sig < 0;
}

static int
supervise_loop(struct supervise *s, const sigset_t *signals)
{
	unsigned restarts = 0;

	for (;;) {
		struct supervised cp = { 0 };
		time_t since = time(NULL);
		bool first = s->notify >= 0;

		cp.pid = supervise_spawn(s);
		if (cp.pid < 0) {
			log_warn("vmcp cannot be started");
			return 1;
		}
		supervise_wait(&cp, signals);
		supervise_orphans();
		if (cp.stopping ||
		    (WIFEXITED(cp.status) && WEXITSTATUS(cp.status) == 0))
			return 0;
		supervise_log_end(&cp);
		/* A refusal at the first start: its ERROR has said why. */
		if (first && WIFEXITED(cp.status) &&
		    time(NULL) - since < SUPERVISE_ORPHANS_S)
			return 1;
		if (time(NULL) - since > SUPERVISE_STEADY_S)
			restarts = 0;
		if (++restarts > SUPERVISE_RESTARTS) {
			log_warnx("vmcp ended %u times in a row: given up",
			    restarts);
			return 1;
		}
		if (!supervise_back_off(restarts, signals))
			return 0;
	}
}

int
supervise_run(struct supervise *s)
{
	struct home_state state = { .engine = "kvm", .pid = getpid(),
		.port = s->port };
	sigset_t signals;
	int rc;

	snprintf(state.address, sizeof state.address, "%s", s->address);
	log_init("vm370 start");
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (home_write_state(s->front, &state) < 0) {
		dprintf(s->notify, "ERROR %s/engine: %s\n", s->front->run,
		    strerror(errno));
		return 1;
	}
	rc = supervise_loop(s, &signals);
	home_write_state(s->front, NULL);
	return rc;
}
