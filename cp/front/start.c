/* SPDX-License-Identifier: MIT
 *
 * start.c - vm370 start: a home directory, an engine, a supervisor; then wait
 * for READY, and be the operator's console or leave.
 */
#include <arpa/inet.h>
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

#include "answer.h"
#include "config.h"
#include "console.h"
#include "demo.h"
#include "engine.h"
#include "front.h"
#include "home.h"
#include "supervise.h"
#include "tls.h"

#define START_LOG_MAX (1 << 20) /* bytes */

struct start {
	struct front *front;
	int port; /* 0: not given */
	char address[46]; /* "": not given */
	bool plain;
	bool detach;
	enum engine engine;
	int lock;
	pid_t child; /* the supervisor */
	int notify;  /* READY or ERROR comes from there */
	char readers[256]; /* vmlab's --readers */
};

static volatile sig_atomic_t start_signalled;
static volatile pid_t start_supervisor;

/* Whoever ends us ends the system, whatever we wait for just then. */
static void
start_on_signal(int sig)
{
	int saved = errno;

	start_signalled = sig;
	if (start_supervisor > 0)
		kill(start_supervisor, SIGTERM);
	errno = saved;
}

static bool
start_address(struct start *s, const char *address)
{
	uint8_t bytes[16];

	snprintf(s->address, sizeof s->address, "%s", address);
	return inet_pton(AF_INET, address, bytes) == 1 ||
	    inet_pton(AF_INET6, address, bytes) == 1;
}

static int
start_options(struct start *s, int argc, char *argv[])
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "address", required_argument, NULL, 'a' },
		{ "plain", no_argument, NULL, 'P' },
		{ "engine", required_argument, NULL, 'e' },
		{ "detach", no_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	char *end;
	long port;
	int c;

	while ((c = front_option(argc, argv, "", options)) != -1)
		switch (c) {
		case 'p':
			port = strtol(optarg, &end, 10);
			if (*end != '\0' || port < 1 || port > 65535)
				return front_fail("%s is no port", optarg);
			s->port = (int)port;
			break;
		case 'a':
			if (!start_address(s, optarg))
				return front_fail("%s is no address", optarg);
			break;
		case 'P':
			s->plain = true;
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

/* SYSTEM CONFIG, or NULL: what is wrong with it is vmcp's to say. */
static struct config *
start_config(const struct start *s)
{
	char path[PATH_MAX];
	struct dir_error err;

	if (!front_path(s->front, "system.config", path, sizeof path))
		return NULL;
	return config_load(path, s->front->home, &err);
}

/* In a lab card readers are listened for outside: raddr and port of each. */
static void
start_readers(struct start *s, const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->nunits; i++) {
		const struct config_unit *unit = &config->units[i];

		if (unit->type == DEVICE_READER)
			n += (size_t)snprintf(s->readers + n,
			    sizeof s->readers - n, "%s%03X:%u", n > 0 ? "," :
			    "", (unsigned)unit->raddr, unit->port +
			    (unit->above ? (unsigned)s->port : 0u));
	}
}

/* What was not said by options. */
static void
start_defaults(struct start *s)
{
	struct config *config = start_config(s);

	if (s->port == 0)
		s->port = FRONT_PORT;
	if (config != NULL) {
		start_readers(s, config);
		s->plain |= config->plain;
		if (s->address[0] == '\0')
			memcpy(s->address, config->listen, sizeof s->address);
	}
	if (s->address[0] == '\0')
		strcpy(s->address, "127.0.0.1");
	config_free(config);
}

/* The lock is somebody's.  With --detach it is no error to ask again for what
 * runs, as long as it is the same. */
static int
start_again(const struct start *s)
{
	static const char *const names[] = { [ENGINE_KVM] = "kvm",
		[ENGINE_LAB] = "lab" };
	struct home_state state;

	if (!home_running(s->front, &state) || state.port == 0)
		return front_fail("already running, or starting, in %s",
		    s->front->home);
	if (!s->detach || (s->port != 0 && s->port != state.port) ||
	    (s->address[0] != '\0' &&
	    strcmp(s->address, state.address) != 0) ||
	    (s->engine != ENGINE_AUTO &&
	    strcmp(names[s->engine], state.engine) != 0))
		return front_fail("already running in %s, on %s port %d "
		    "(engine %s)", s->front->home, state.address, state.port,
		    state.engine);
	if (!answer_wait(state.address, state.port, &start_signalled))
		return front_fail("already running in %s, but terminals on "
		    "port %d are not answered", s->front->home, state.port);
	printf("Already running in %s: %s, port %d (engine %s).\n",
	    s->front->home, state.address, state.port, state.engine);
	return 0;
}

/* False: no system can be started here; *rc is the exit code. */
static bool
start_lock(struct start *s, int *rc)
{
	s->lock = home_lock(s->front);
	if (s->lock >= 0) {
		/* Of a system that was killed: nobody must believe it. */
		home_write_state(s->front, NULL);
		return true;
	}
	if (errno == EWOULDBLOCK)
		*rc = start_again(s);
	else
		*rc = front_fail("%s/lock: %s", s->front->run,
		    strerror(errno));
	return false;
}

/* The log takes the place of the terminal.  A long one is begun anew; the one
 * before it stays. */
static int
start_open_log(const struct front *front)
{
	char path[PATH_MAX], old[PATH_MAX];
	struct stat st;
	int fd;

	if (!front_path(front, "log/vm370.log", path, sizeof path) ||
	    !front_path(front, "log/vm370.log.1", old, sizeof old))
		return -1;
	if (stat(path, &st) == 0 && st.st_size > START_LOG_MAX)
		rename(path, old);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		front_fail("%s: %s", path, strerror(errno));
	return fd;
}

/* --- the child --- */

static void
start_lab(struct start *s, int notify)
{
	char path[PATH_MAX], home[PATH_MAX], port[16], fd[16], lock[16];
	char readers[sizeof s->readers], address[sizeof s->address];
	char *argv[] = { path, (char[]){ "start" }, (char[]){ "--home" }, home,
		(char[]){ "--port" }, port, (char[]){ "--notify-fd" }, fd,
		(char[]){ "--lock-fd" }, lock, (char[]){ "--readers" },
		readers, (char[]){ "--address" }, address,
		s->plain ? (char[]){ "--plain" } : NULL, NULL };

	memcpy(home, s->front->home, sizeof home);
	memcpy(readers, s->readers, sizeof readers);
	memcpy(address, s->address, sizeof address);
	snprintf(port, sizeof port, "%d", s->port);
	snprintf(fd, sizeof fd, "%d", notify);
	snprintf(lock, sizeof lock, "%d", s->lock);
	fcntl(notify, F_SETFD, 0);
	fcntl(s->lock, F_SETFD, 0);
	if (front_program("vmlab", path, sizeof path))
		execv(path, argv);
	dprintf(notify, "ERROR %s: %s\n", path, strerror(errno));
}

static _Noreturn void
start_child_main(struct start *s, int log, int notify, const sigset_t *mask)
{
	struct supervise supervise = { .front = s->front, .port = s->port,
		.address = s->address, .plain = s->plain, .lock = s->lock,
		.notify = notify };
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
		sigprocmask(SIG_SETMASK, mask, NULL);
		start_lab(s, notify);
		_exit(1);
	}
	_exit(supervise_run(&supervise));
}

/* Under nohup a terminal may go. */
static void
start_handle(void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler }, before;

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	if (sigaction(SIGHUP, NULL, &before) == 0 &&
	    before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &sa, NULL);
}

/* No signal is lost between the two: both have them blocked until each knows
 * what to do with one. */
static pid_t
start_fork_blocked(struct start *s, int log, int notify)
{
	sigset_t ours, before;
	pid_t pid;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	sigprocmask(SIG_BLOCK, &ours, &before);
	pid = fork();
	if (pid == 0) {
		start_handle(SIG_DFL);
		start_child_main(s, log, notify, &before);
	}
	start_supervisor = pid;
	start_handle(start_on_signal);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
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
	s->child = start_fork_blocked(s, log, notify[1]);
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

/* The supervisor's exit code.  It is told to end unless a signal to us has
 * told it already: a second one would end it without order. */
static int
start_end(struct start *s, bool tell)
{
	int status = 0;

	if (tell && start_signalled == 0)
		kill(s->child, SIGTERM);
	while (waitpid(s->child, &status, 0) < 0 && errno == EINTR)
		;
	start_supervisor = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int
start_wait_ready(struct start *s)
{
	char line[512] = "";
	bool said = start_answer(s, line, sizeof line);
	bool ready = said && strcmp(line, "READY") == 0;
	bool error = strncmp(line, "ERROR ", 6) == 0;

	close(s->notify);
	/* vmlab says READY when a terminal was answered; vmcp when it listens. */
	if (ready && (s->engine == ENGINE_LAB ||
	    answer_wait(s->address, s->port, &start_signalled)))
		return 0;
	/* After an ERROR vmlab ends in order by itself. */
	start_end(s, !error || s->engine == ENGINE_KVM);
	if (start_signalled != 0)
		return front_fail("stopped before it was ready");
	if (error)
		return front_fail("%s", line + 6);
	if (ready)
		return front_fail("terminals on port %d are not answered; "
		    "%s/log/vm370.log has more", s->port, s->front->home);
	return front_fail("the system did not start; %s/log/vm370.log has more",
	    s->front->home);
}

/* The certificate's line. */
static void
start_greet_tls(const struct start *s, const char *host)
{
	struct config *config = start_config(s);
	char shown[TLS_SHOWN_MAX], sha[128];
	int rc;

	if (config == NULL || config->tls.off) {
		config_free(config);
		return;
	}
	rc = tls_look(s->front, config, shown);
	config_free(config);
	tls_fingerprint(shown, sha, sizeof sha);
	if (rc == 0)
		printf("  TLS:    c3270 L:Y:%s:%d    SHA-256 %s\n", host,
		    s->port, sha);
	else
		printf("  TLS:    none; vm370 tls says why\n");
}

static void
start_greet(const struct start *s)
{
	char host[64];

	tls_host(s->address, host, sizeof host);
	printf("VM/370 runs on %s, port %d (engine %s).\n", s->address,
	    s->port, s->engine == ENGINE_LAB ? "lab" : "kvm");
	printf("  3270:   c3270 %s:%d    (or x3270)\n", host, s->port);
	printf("  telnet: telnet %.*s %d\n", (int)strcspn(host + (host[0] ==
	    '['), "]"), host + (host[0] == '['), s->port);
	start_greet_tls(s, host);
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

/* Be the operator's console.  It is lost when vmcp crashes: again, until the
 * supervisor gives up; it ends with the system, or by ^C which ends that. */
static int
start_console(struct start *s)
{
	const struct timespec tick = { .tv_nsec = 200000000 };

	while (start_signalled == 0) {
		if (console_start(s->front, s->engine == ENGINE_LAB) ==
		    CONSOLE_STOP)
			break;
		for (int i = 0; i < 5 && start_signalled == 0 &&
		     !start_child_ended(s); i++)
			nanosleep(&tick, NULL);
		if (start_child_ended(s) || !isatty(STDIN_FILENO))
			return start_end(s, false);
	}
	printf("\nStopping ...\n");
	fflush(stdout);
	return start_end(s, true);
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
		rc = start_end(s, false);
	}
	printf("VM/370 has ended.\n");
	return rc;
}

int
start_command(struct front *front, int argc, char *argv[])
{
	struct start s = { .front = front, .engine = ENGINE_AUTO, .lock = -1 };
	int rc;

	if ((rc = start_options(&s, argc, argv)) != 0 ||
	    (rc = home_make(front)) != 0 || !start_lock(&s, &rc) ||
	    (rc = demo_prepare(front)) != 0)
		return rc;
	start_defaults(&s);
	s.engine = engine_choose(s.engine);
	if (s.engine == ENGINE_BAD)
		return 1;
	if ((rc = start_fork(&s)) != 0 || (rc = start_wait_ready(&s)) != 0)
		return rc;
	start_greet(&s);
	return s.detach ? 0 : start_foreground(&s);
}
