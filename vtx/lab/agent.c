/* SPDX-License-Identifier: MIT
 *
 * agent.c - the lab's first process: runs vmcp and the host's commands, keeps
 * the clock, ends the lab in good order.  Everything it is told comes over the
 * control line (the second serial port, the supervisor's alone) or, with the
 * token, over the network.
 *
 * Lines from the supervisor          Lines to it
 *   time SECONDS NANOSECONDS           up          the agent listens
 *   stop                               ready       vmcp says that it serves
 *                                      error TEXT  vmcp says that it cannot
 *                                      log TEXT    for the operator
 */
#include "lab.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <linux/magic.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>

#include "job.h"
#include "log.h"

#define AGENT_CONTROL "/dev/ttyS1"
#define AGENT_HOME "/vm370/home"
#define AGENT_RUN "/run/vm370"
#define AGENT_LOG AGENT_HOME "/log/vm370.log"
#define AGENT_RESTARTS_MAX 6	/* of vmcp, in a row */
#define AGENT_STEADY_S 300	/* a run this long starts the count anew */
#define AGENT_STOP_S 60		/* vmcp's time for an orderly SHUTDOWN */
#define AGENT_STEP_NS 200000000 /* the clock is stepped when this wrong */

struct agent {
	struct event_base *base;
	struct bufferevent *control;
	struct jobs jobs;
	struct lab_config config;
	pid_t vmcp; /* 0: none */
	time_t vmcp_since;
	unsigned restarts;
	struct bufferevent *notify;
	struct event *restart, *deadline;
	int stopping;
};

static void __attribute__((format(printf, 2, 3)))
agent_say(struct agent *a, const char *fmt, ...)
{
	char line[LAB_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	evbuffer_add_printf(bufferevent_get_output(a->control), "%s\n", line);
}

/* --- the end of the lab --- */

/* Everything is told to end; what does not is killed. */
static void
agent_kill_all(void)
{
	kill(-1, SIGTERM);
	for (int i = 0; i < 20; i++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (kill(-1, 0) < 0)
			return;
		usleep(25000);
	}
	kill(-1, SIGKILL);
}

static _Noreturn void
agent_power_off(void)
{
	agent_kill_all();
	sync();
	umount2(AGENT_HOME "/run", MNT_DETACH);
	if (umount(AGENT_HOME) < 0)
		umount2(AGENT_HOME, MNT_DETACH);
	reboot(RB_POWER_OFF);
	_exit(1);
}

static void
agent_on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;

	(void)fd;
	(void)what;
	log_warnx("vmcp does not end: killed");
	kill(a->vmcp, SIGKILL);
}

static void
agent_stop(struct agent *a)
{
	struct timeval patience = { .tv_sec = AGENT_STOP_S };

	if (a->stopping)
		return;
	a->stopping = 1;
	event_del(a->restart);
	if (a->vmcp == 0)
		agent_power_off();
	kill(a->vmcp, SIGTERM);
	event_add(a->deadline, &patience);
}

/* --- vmcp --- */

static void
agent_on_notify(struct bufferevent *bev, void *arg)
{
	struct agent *a = arg;
	char *line;

	while ((line = evbuffer_readln(bufferevent_get_input(bev), NULL,
	    EVBUFFER_EOL_LF)) != NULL) {
		if (strcmp(line, "READY") == 0)
			agent_say(a, "ready");
		else if (strncmp(line, "ERROR ", 6) == 0)
			agent_say(a, "error %s", line + 6);
		free(line);
	}
}

static void
agent_on_notify_end(struct bufferevent *bev, short what, void *arg)
{
	struct agent *a = arg;

	(void)what;
	agent_on_notify(bev, a);
	bufferevent_free(bev);
	a->notify = NULL;
}

/* The operator's log, as its owner.  /dev/console when it cannot be had. */
static int
agent_open_log(const struct agent *a)
{
	int fd = open(AGENT_LOG, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW |
	    O_CLOEXEC, 0644);

	if (fd < 0)
		return open("/dev/console", O_WRONLY | O_CLOEXEC);
	if (fchown(fd, a->jobs.uid, a->jobs.gid) < 0)
		log_warn(AGENT_LOG);
	return fd;
}

static pid_t
agent_spawn_vmcp(struct agent *a, int null, int log, int notify)
{
	static char zone[LAB_LINE_MAX];
	char port[16];
	char *argv[] = { LAB_PROGRAMS "/vmcp", "--home", AGENT_HOME, "--run",
		AGENT_RUN, "--address", a->config.address, "--port", port,
		"--proxy", a->config.proxy, "--readers", a->config.readers,
		"--outside", a->config.outside, "--kvm", "/dev/kvm",
		"--notify-fd", "3", a->config.plain ? "--plain" : NULL,
		NULL };
	char *env[] = { "PATH=" LAB_PATH, "HOME=/root",
		a->config.zone[0] != '\0' ? zone : NULL, NULL };
	struct job_spec spec = { .argv = argv, .env = env, .in = null,
		.out = null, .err = log, .extra = notify,
		.uid = a->jobs.uid, .gid = a->jobs.gid };

	snprintf(port, sizeof port, "%d", LAB_SERVICE_PORT);
	snprintf(zone, sizeof zone, "TZ=%.*s", LAB_LINE_MAX - 8,
	    a->config.zone);
	return job_spawn(&spec);
}

static void
agent_start_vmcp(struct agent *a)
{
	int notify[2], null, log;

	if (pipe2(notify, O_CLOEXEC) < 0)
		fatal("pipe");
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	log = agent_open_log(a);
	a->vmcp = agent_spawn_vmcp(a, null, log, notify[1]);
	a->vmcp_since = time(NULL);
	close(null);
	close(log);
	close(notify[1]);
	evutil_make_socket_nonblocking(notify[0]);
	a->notify = bufferevent_socket_new(a->base, notify[0],
	    BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(a->notify, agent_on_notify, NULL,
	    agent_on_notify_end, a);
	bufferevent_enable(a->notify, EV_READ);
	if (a->vmcp < 0) {
		a->vmcp = 0;
		agent_say(a, "error vmcp cannot be started: %s",
		    strerror(errno));
	}
}

static void
agent_on_restart(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	agent_start_vmcp(arg);
}

static const char *
agent_end_text(int status, char *buf, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "was ended by signal %d",
		    WTERMSIG(status));
	else
		snprintf(buf, size, "ended with %d", WEXITSTATUS(status));
	return buf;
}

/*
 * vmcp has ended.  In good order (CP SHUTDOWN, or asked to): so does the lab.
 * Otherwise it is started again; what its next start finds makes it warm.
 */
static void
agent_vmcp_ended(struct agent *a, int status)
{
	struct timeval wait = { .tv_sec = 0 };
	char how[64];

	a->vmcp = 0;
	if (a->stopping || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		agent_power_off();
	if (time(NULL) - a->vmcp_since > AGENT_STEADY_S)
		a->restarts = 0;
	agent_end_text(status, how, sizeof how);
	if (a->restarts == AGENT_RESTARTS_MAX) {
		agent_say(a, "error vmcp %s, %u times in a row: given up",
		    how, a->restarts + 1);
		return;
	}
	wait.tv_sec = a->restarts == 0 ? 0 : 1L << (a->restarts - 1);
	wait.tv_usec = 100000;
	a->restarts++;
	agent_say(a, "log vmcp %s; it is started again in %ld seconds, the "
	    "start is warm", how, (long)wait.tv_sec);
	event_add(a->restart, &wait);
}

static void
agent_on_child(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;
	int status;
	pid_t pid;

	(void)fd;
	(void)what;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == a->vmcp)
			agent_vmcp_ended(a, status);
		else
			job_reaped(&a->jobs, pid, status);
}

/* --- the control line --- */

/* The host's clock, as it was a moment ago: step to it or drift to it. */
static void
agent_time(const char *text)
{
	struct timespec host, here;
	struct timeval drift;
	long long ns;

	if (sscanf(text, "%ld %ld", &host.tv_sec, &host.tv_nsec) != 2)
		return;
	clock_gettime(CLOCK_REALTIME, &here);
	ns = (host.tv_sec - here.tv_sec) * 1000000000LL + host.tv_nsec -
	    here.tv_nsec;
	if (llabs(ns) >= AGENT_STEP_NS) {
		clock_settime(CLOCK_REALTIME, &host);
		log_info("the clock was stepped by %lld ms", ns / 1000000);
		return;
	}
	drift.tv_sec = ns < 0 ? -1 : 0; /* tv_usec is never negative */
	drift.tv_usec = ns / 1000 - drift.tv_sec * 1000000;
	adjtime(&drift, NULL);
}

static void
agent_on_control(struct bufferevent *bev, void *arg)
{
	struct agent *a = arg;
	char *line;

	while ((line = evbuffer_readln(bufferevent_get_input(bev), NULL,
	    EVBUFFER_EOL_LF)) != NULL) {
		if (strncmp(line, "time ", 5) == 0)
			agent_time(line + 5);
		else if (strcmp(line, "stop") == 0)
			agent_stop(a);
		free(line);
	}
}

static void
agent_open_control(struct agent *a)
{
	int fd = open(AGENT_CONTROL, O_RDWR | O_NOCTTY | O_NONBLOCK |
	    O_CLOEXEC);
	struct termios raw;

	if (fd < 0 || tcgetattr(fd, &raw) < 0)
		fatal(AGENT_CONTROL);
	cfmakeraw(&raw);
	raw.c_cflag |= CLOCAL;
	if (tcsetattr(fd, TCSANOW, &raw) < 0)
		fatal(AGENT_CONTROL);
	a->control = bufferevent_socket_new(a->base, fd,
	    BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(a->control, agent_on_control, NULL, NULL, a);
	bufferevent_enable(a->control, EV_READ | EV_WRITE);
}

/* --- the beginning --- */

static void
agent_on_accept(struct evconnlistener *l, evutil_socket_t fd,
    struct sockaddr *sa, int len, void *arg)
{
	int on = 1;

	(void)l;
	(void)sa;
	(void)len;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	job_accept(arg, fd);
}

static void
agent_listen(struct agent *a)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(LAB_AGENT_PORT) };

	if (evconnlistener_new_bind(a->base, agent_on_accept, &a->jobs,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
	    LEV_OPT_REUSEABLE, 16, (struct sockaddr *)&sin,
	    sizeof sin) == NULL)
		fatal("port %d of the lab", LAB_AGENT_PORT);
}

/* Who owns the home is who vmcp runs as; its run folder is theirs. */
static void
agent_owner(struct agent *a)
{
	struct statfs fs;
	struct stat st;

	if (!a->config.serve)
		return;
	if (stat(AGENT_HOME, &st) < 0 || statfs(AGENT_HOME, &fs) < 0)
		fatal(AGENT_HOME);
	if (fs.f_type != FUSE_SUPER_MAGIC) {
		agent_say(a, "error the home cannot be mounted in the lab");
		a->config.serve = 0;
	}
	a->jobs.uid = st.st_uid;
	a->jobs.gid = st.st_gid;
	mkdir(AGENT_RUN, 0700);
	if (chown(AGENT_RUN, st.st_uid, st.st_gid) < 0 ||
	    chmod(AGENT_RUN, 0700) < 0)
		fatal(AGENT_RUN);
}

/* In the lab, the system looks as it would on hardware. */
static void
agent_engine_file(const struct agent *a)
{
	FILE *f;

	if (!a->config.serve)
		return;
	f = fopen(AGENT_RUN "/engine", "we");
	if (f == NULL)
		fatal(AGENT_RUN "/engine");
	fprintf(f, "engine=kvm\npid=1\nport=%d\n", LAB_SERVICE_PORT);
	if (fchown(fileno(f), a->jobs.uid, a->jobs.gid) < 0 ||
	    fchmod(fileno(f), 0600) < 0)
		fatal(AGENT_RUN "/engine");
	fclose(f);
}

static void
agent_limits(void)
{
	struct rlimit files = { 1 << 18, 1 << 18 };

	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	reboot(RB_DISABLE_CAD);
}

int
agent_main(int argc, char *argv[])
{
	struct agent a = { .vmcp = 0 };
	struct event *child;

	(void)argv;
	if (argc != 1 || getpid() != 1)
		fatalx("agent: only as the first process of a lab");
	log_init("agent");
	agent_limits();
	if (lab_config_read(LAB_CONFIG, &a.config) < 0)
		fatal(LAB_CONFIG);
	a.base = event_base_new();
	a.jobs = (struct jobs){ .base = a.base, .token = a.config.token };
	agent_open_control(&a);
	agent_owner(&a);
	agent_engine_file(&a);
	agent_listen(&a);
	child = evsignal_new(a.base, SIGCHLD, agent_on_child, &a);
	event_add(child, NULL);
	a.restart = evtimer_new(a.base, agent_on_restart, &a);
	a.deadline = evtimer_new(a.base, agent_on_deadline, &a);
	agent_say(&a, "up");
	if (a.config.serve)
		agent_start_vmcp(&a);
	event_base_dispatch(a.base);
	fatalx("the agent has nothing to do");
}
