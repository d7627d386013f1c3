/* SPDX-License-Identifier: MIT
 *
 * start.c - vm370 start: a home directory, an engine, a supervisor; then wait
 * for READY, and be the operator's console or leave.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "console.h"
#include "demo.h"
#include "engine.h"
#include "front.h"
#include "home.h"
#include "supervise.h"

#define START_RECONNECT_S 40 /* vmcp's restarts, from the console's side */

struct start {
	struct front *front;
	int port;
	bool detach;
	enum engine engine;
	int lock;
	pid_t child; /* the supervisor */
	int notify;  /* READY or ERROR comes from there */
};

static volatile sig_atomic_t start_signalled;

static void
start_on_signal(int sig)
{
	start_signalled = sig;
}

static int
start_options(struct start *s, int argc, char *argv[])
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "engine", required_argument, NULL, 'e' },
		{ "detach", no_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	char *end;
	long port;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 'p':
			port = strtol(optarg, &end, 10);
			if (*end != '\0' || port < 1 || port > 65535)
				return front_fail("%s is no port", optarg);
			s->port = (int)port;
			break;
		case 'e':
			s->engine = engine_parse(optarg);
			if (s->engine == ENGINE_BAD)
				return front_fail("%s is no engine: auto, kvm "
				    "or lab", optarg);
			break;
		case 'd':
			s->detach = true;
			break;
		default:
			return 2;
		}
	return optind < argc ? front_fail("start takes no %s", argv[optind]) :
	    0;
}

static int
start_lock(struct start *s)
{
	struct home_state state;

	s->lock = home_lock(s->front);
	if (s->lock >= 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return front_fail("%s/lock: %s", s->front->run,
		    strerror(errno));
	if (home_running(s->front, &state) && state.port != 0)
		return front_fail("already running in %s, on port %d (engine "
		    "%s)", s->front->home, state.port, state.engine);
	return front_fail("already running, or starting, in %s",
	    s->front->home);
}

/* The log takes the place of the terminal. */
static int
start_open_log(const struct front *front)
{
	char path[PATH_MAX];
	int fd;

	if (!front_path(front, "log/vm370.log", path, sizeof path))
		return -1;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		front_fail("%s: %s", path, strerror(errno));
	return fd;
}

/* --- the child --- */

static void
start_lab(struct start *s, int notify)
{
	char path[PATH_MAX], home[PATH_MAX], port[16], fd[16];
	char *argv[] = { path, (char[]){ "start" }, (char[]){ "--home" }, home,
		(char[]){ "--port" }, port, (char[]){ "--notify-fd" }, fd,
		NULL };

	/* vmlab takes the lock for itself. */
	close(s->lock);
	memcpy(home, s->front->home, sizeof home);
	snprintf(port, sizeof port, "%d", s->port);
	snprintf(fd, sizeof fd, "%d", notify);
	fcntl(notify, F_SETFD, 0);
	if (front_program("vmlab", path, sizeof path))
		execv(path, argv);
	dprintf(notify, "ERROR %s: %s\n", path, strerror(errno));
}

static _Noreturn void
start_child(struct start *s, int log, int notify)
{
	struct supervise supervise = { .front = s->front, .port = s->port,
		.lock = s->lock, .notify = notify };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (!s->detach)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 ||
	    dup2(log, 2) < 0 || chdir("/") < 0) {
		dprintf(notify, "ERROR %s\n", strerror(errno));
		_exit(1);
	}
	if (s->engine == ENGINE_LAB) {
		start_lab(s, notify);
		_exit(1);
	}
	_exit(supervise_run(&supervise));
}

static int
start_fork(struct start *s)
{
	int log = start_open_log(s->front);
	int notify[2];

	if (log < 0)
		return 1;
	if (pipe2(notify, O_CLOEXEC) < 0)
		return front_fail("pipe: %s", strerror(errno));
	fflush(stdout);
	s->child = fork();
	if (s->child == 0) {
		close(notify[0]);
		start_child(s, log, notify[1]);
	}
	close(log);
	close(notify[1]);
	close(s->lock);
	s->notify = notify[0];
	return s->child < 0 ? front_fail("fork: %s", strerror(errno)) : 0;
}

/* --- the parent --- */

/* The child's one line.  A dot each second where somebody watches; false when
 * the child ended without a word or we were signalled. */
static bool
start_answer(struct start *s, char *line, size_t size)
{
	bool dots = isatty(STDOUT_FILENO), dotted = false;
	size_t got = 0;

	while (start_signalled == 0 && memchr(line, '\n', got) == NULL) {
		struct pollfd pfd = { .fd = s->notify, .events = POLLIN };
		int ready = poll(&pfd, 1, 1000);
		ssize_t n;

		if (ready == 0 && dots) {
			putchar('.');
			fflush(stdout);
			dotted = true;
		}
		if (ready <= 0)
			continue;
		n = read(s->notify, line + got, size - 1 - got);
		if (n <= 0)
			break;
		got += (size_t)n;
		if (got == size - 1)
			break;
	}
	line[got] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (dotted)
		putchar('\n');
	return got > 0;
}

/* The supervisor's exit code; with a signal to it first, or 0. */
static int
start_end(struct start *s, int sig)
{
	int status = 0;

	if (sig != 0)
		kill(s->child, sig);
	while (waitpid(s->child, &status, 0) < 0 && errno == EINTR)
		if (start_signalled != 0)
			kill(s->child, SIGTERM);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int
start_wait_ready(struct start *s)
{
	char line[512] = "";
	bool said = start_answer(s, line, sizeof line);

	close(s->notify);
	if (said && strcmp(line, "READY") == 0)
		return 0;
	start_end(s, SIGTERM);
	if (start_signalled != 0)
		return front_fail("stopped before it was ready");
	if (strncmp(line, "ERROR ", 6) == 0)
		return front_fail("%s", line + 6);
	return front_fail("the system did not start; %s/log/vm370.log has more",
	    s->front->home);
}

static void
start_greet(const struct start *s)
{
	printf("VM/370 runs on 127.0.0.1, port %d (engine %s).\n", s->port,
	    s->engine == ENGINE_LAB ? "lab" : "kvm");
	printf("  3270:   c3270 127.0.0.1:%d    (or x3270)\n", s->port);
	printf("  telnet: telnet 127.0.0.1 %d\n", s->port);
	printf("  then:   LOGON CMSUSER   (password CMSUSER in the "
	    "demonstration system)\n");
	printf("  log:    %s/log/vm370.log\n", s->front->home);
	fflush(stdout);
}

static bool
start_child_ended(struct start *s)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)s->child, &info,
	    WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == s->child;
}

/* Be the operator's console.  It is lost when vmcp crashes: try again, as the
 * supervisor does; it ends with the system, or by ^C which ends the system. */
static int
start_console(struct start *s)
{
	const struct timespec tick = { .tv_nsec = 200000000 };
	int lost = 0;

	while (start_signalled == 0 && lost < START_RECONNECT_S * 5) {
		int end = console_start(s->front, s->engine == ENGINE_LAB);

		if (end == CONSOLE_STOP)
			break;
		lost = end == CONSOLE_NEVER ? lost + 1 : 1;
		for (int i = 0; i < 5 && !start_child_ended(s); i++)
			nanosleep(&tick, NULL);
		if (start_child_ended(s))
			return start_end(s, 0);
	}
	printf("\nStopping ...\n");
	fflush(stdout);
	return start_end(s, SIGTERM);
}

static int
start_foreground(struct start *s)
{
	int rc;

	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
		printf("The operator's console; ^C stops the system.\n");
		fflush(stdout);
		rc = start_console(s);
	} else {
		rc = start_end(s, 0);
	}
	printf("VM/370 has ended.\n");
	return rc;
}

int
start_command(struct front *front, int argc, char *argv[])
{
	struct start s = { .front = front, .port = FRONT_PORT,
		.engine = ENGINE_AUTO, .lock = -1 };
	struct sigaction sa = { .sa_handler = start_on_signal };
	int rc;

	if ((rc = start_options(&s, argc, argv)) != 0 ||
	    (rc = home_make(front)) != 0 || (rc = start_lock(&s)) != 0 ||
	    (rc = demo_prepare(front)) != 0)
		return rc;
	s.engine = engine_choose(s.engine);
	if (s.engine == ENGINE_BAD)
		return 1;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	if ((rc = start_fork(&s)) != 0 || (rc = start_wait_ready(&s)) != 0)
		return rc;
	start_greet(&s);
	return s.detach ? 0 : start_foreground(&s);
}
