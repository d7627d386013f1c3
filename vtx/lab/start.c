/* SPDX-License-Identifier: MIT
 *
 * start.c - `vmlab start`: supervise a system that runs in a lab.
 *
 * Owns the home's lock, the listening socket and the lab's processes.  Says
 * READY when a terminal that connects is answered.  Boots again a lab that
 * was lost; ends it in order when told to, or when CP was shut down.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "boot.h"
#include "engine.h"
#include "forward.h"
#include "lab.h"
#include "log.h"
#include "telnet.h"
#include "wire.h"

#define START_BOOTS_MAX 5     /* in a row, of a lab that is lost */
#define START_STEADY_S 600    /* a lab that lasts this long resets the count */
#define START_PATIENCE_S 120  /* from boot to LOGON */
#define START_STOP_S 90	      /* from stop to power off */
#define START_HURRY_S 5 /* asked again after so long: end at once */
#define START_LAST_S 3	      /* from virtiofsd's end to QEMU's */
#define START_CLOCK_S 10	      /* between looks at the clock */
#define START_LOG_MAX (1 << 20) /* bytes, then the log is begun anew */

struct start {
	/* options */
	char home[PATH_MAX];
	const char *address;
	int plain;
	uint16_t port;
	unsigned memory_mb;
	int notify; /* -1: none, or done */
	int lock;   /* the home's, when who started us has it; else -1 */
	/* the lab */
	struct boot boot;
	struct engine engine;
	char proxy[WIRE_TOKEN_LEN + 1];
	char log[PATH_MAX];
	unsigned boots;
	time_t since; /* this boot */
	time_t asked; /* to stop */
	int up, stopping, status;
	/* the loop */
	struct event_base *base;
	struct forward forward;
	struct start_reader {
		unsigned raddr, port;
		struct forward forward;
	} readers[LAB_READERS_MAX];
	unsigned nreaders;
	struct bufferevent *control;
	struct event *deadline, *again, *clock, *last;
	struct telnet_probe *probe;
};

/* --- what is said --- */

/* READY or ERROR, once; an error before it is also the operator's to see. */
static void
start_notify(struct start *s, const char *word, const char *text)
{
	if (s->notify < 0)
		return;
	if (text != NULL)
		dprintf(s->notify, "%s %s\n", word, text);
	else
		dprintf(s->notify, "%s\n", word);
	close(s->notify);
	s->notify = -1;
}

static void
start_error(struct start *s, const char *text)
{
	log_warnx("%s", text);
	start_notify(s, "ERROR", text);
	s->status = 1;
}

/* Before the log is open: to whoever asked. */
static _Noreturn void __attribute__((format(printf, 2, 3)))
start_refuse(struct start *s, const char *fmt, ...)
{
	char text[LAB_LINE_MAX + PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s\n", text);
	start_notify(s, "ERROR", text);
	exit(1);
}

/* --- the end --- */

static void
start_lab_gone(struct start *s)
{
	if (s->probe != NULL)
		telnet_probe_free(s->probe);
	s->probe = NULL;
	forward_drop(&s->forward);
	for (unsigned i = 0; i < s->nreaders; i++)
		forward_drop(&s->readers[i].forward);
	if (s->control != NULL)
		bufferevent_free(s->control);
	s->control = NULL;
	s->boot.control = -1; /* was the bufferevent's */
	boot_end(&s->boot);
	event_del(s->deadline);
	event_del(s->last);
	s->up = 0;
}

static void
start_end(struct start *s)
{
	start_lab_gone(s);
	event_base_loopbreak(s->base);
}

static void
start_stop(struct start *s)
{
	struct timeval patience = { .tv_sec = START_STOP_S };

	if (s->stopping && time(NULL) - s->asked < START_HURRY_S)
		return; /* two who stop at once mean one stop */
	if (s->stopping++ > 0 || s->control == NULL) {
		log_info("ended at once");
		start_end(s);
		return;
	}
	s->asked = time(NULL);
	log_info("the system is being shut down");
	if (s->up)
		evbuffer_add_printf(bufferevent_get_output(s->control),
		    "stop\n");
	else
		start_end(s);
	event_add(s->deadline, &patience);
}

static void
start_on_signal(evutil_socket_t sig, short what, void *arg)
{
	(void)sig;
	(void)what;
	start_stop(arg);
}

static void
start_on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct start *s = arg;

	(void)fd;
	(void)what;
	if (!s->stopping)
		start_error(s, "the lab does not answer in time; its reason "
		    "is in log/lab.log and log/vm370.log");
	else
		log_warnx("the lab does not power off: ended at once");
	start_end(s);
}

/* --- the clock --- */

static void
start_send_time(struct start *s)
{
	struct timespec now;

	if (s->control == NULL || !s->up)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	evbuffer_add_printf(bufferevent_get_output(s->control),
	    "time %lld %ld\n", (long long)now.tv_sec, now.tv_nsec);
}

/* From time to time, and at once when our clock was set or we were asleep. */
static void
start_arm_clock(struct start *s, int fd)
{
	struct itimerspec at = { .it_value.tv_sec = 0 };

	(void)s;
	clock_gettime(CLOCK_REALTIME, &at.it_value);
	at.it_value.tv_sec += START_CLOCK_S;
	timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at,
	    NULL);
}

static void
start_on_clock(evutil_socket_t fd, short what, void *arg)
{
	struct start *s = arg;
	uint64_t ticks;

	(void)what;
	if (read(fd, &ticks, sizeof ticks) < 0 && errno == EAGAIN)
		return;
	start_send_time(s);
	start_arm_clock(s, fd);
}

/* --- the lab's life --- */

static void
start_on_answer(void *arg, const char *why)
{
	struct start *s = arg;

	s->probe = NULL;
	if (why != NULL) {
		start_error(s, why);
		start_stop(s);
		return;
	}
	event_del(s->deadline);
	log_info("LOGON is answered on %s port %u", s->address,
	    s->forward.port);
	start_notify(s, "READY", NULL);
}

static void
start_control_line(struct start *s, const char *line)
{
	if (strcmp(line, "up") == 0) {
		s->up = 1;
		start_send_time(s);
		if (s->stopping)
			evbuffer_add_printf(
			    bufferevent_get_output(s->control), "stop\n");
	} else if (strcmp(line, "ready") == 0) {
		s->forward.to = s->boot.service;
		for (unsigned i = 0; i < s->nreaders; i++)
			s->readers[i].forward.to = s->boot.reader[i];
		if (s->probe == NULL)
			s->probe = telnet_probe(s->base, s->address,
			    s->forward.port, start_on_answer, s);
	} else if (strncmp(line, "error ", 6) == 0) {
		start_error(s, line + 6);
		start_stop(s);
	} else if (strncmp(line, "log ", 4) == 0)
		log_warnx("%s", line + 4);
}

static void
start_on_control(struct bufferevent *bev, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct start *s = arg;
	char *line;

	while (s->control != NULL && (line = evbuffer_readln(in, NULL,
	    EVBUFFER_EOL_LF)) != NULL) {
		start_control_line(s, line);
		free(line);
	}
}

static void
start_on_control_end(struct bufferevent *bev, short what, void *arg)
{
	(void)what;
	(void)arg; /* QEMU has ended: its SIGCHLD tells */
	bufferevent_disable(bev, EV_READ | EV_WRITE);
}

/* What vmcp is told of its readers: raddr, its port in the lab (0: there is no
 * way to it), and the port that the world knows. */
static void
start_reader_text(const struct start *s, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < s->nreaders && n < size; i++)
		n += (size_t)snprintf(text + n, size - n, "%s%03X:%u:%u",
		    i > 0 ? "," : "", s->readers[i].raddr,
		    s->readers[i].forward.listener != NULL ?
		    LAB_READER_PORT + i : 0, s->readers[i].port);
}

/* -1: `why` of the boot says why. */
static int
start_boot(struct start *s)
{
	struct timeval patience = { .tv_sec = START_PATIENCE_S };
	struct lab_config *c = &s->boot.config;

	s->boot = (struct boot){ .home = s->home,
		.memory_mb = s->memory_mb, .log = s->log,
		.nreaders = s->nreaders };
	c->serve = 1;
	snprintf(c->token, sizeof c->token, "%s", s->engine.token);
	snprintf(c->proxy, sizeof c->proxy, "%s", s->proxy);
	snprintf(c->address, sizeof c->address, "%s", "0.0.0.0");
	snprintf(c->outside, sizeof c->outside, "%s", s->address);
	c->plain = s->plain;
	start_reader_text(s, c->readers, sizeof c->readers);
	if (boot_start(&s->boot) < 0)
		return -1;
	s->since = time(NULL);
	s->engine.agent = s->boot.agent;
	if (engine_write(s->home, &s->engine) < 0) {
		snprintf(s->boot.why, sizeof s->boot.why,
		    "run/engine cannot be written: %s", strerror(errno));
		boot_end(&s->boot);
		return -1;
	}
	evutil_make_socket_nonblocking(s->boot.control);
	s->control = bufferevent_socket_new(s->base, s->boot.control,
	    BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(s->control, start_on_control, NULL,
	    start_on_control_end, s);
	bufferevent_enable(s->control, EV_READ | EV_WRITE);
	event_add(s->deadline, &patience);
	return 0;
}

static void
start_on_again(evutil_socket_t fd, short what, void *arg)
{
	struct start *s = arg;

	(void)fd;
	(void)what;
	if (start_boot(s) < 0) {
		start_error(s, s->boot.why);
		start_end(s);
	}
}

/* The lab has gone without a stop: boot it again, after a while. */
static void
start_lost(struct start *s)
{
	struct timeval wait = { .tv_sec = 0 };

	if (time(NULL) - s->since > START_STEADY_S)
		s->boots = 0;
	if (s->notify >= 0 || ++s->boots > START_BOOTS_MAX) {
		start_error(s, "the lab was lost; its reason is in "
		    "log/lab.log");
		start_end(s);
		return;
	}
	start_lab_gone(s);
	wait.tv_sec = 1L << (s->boots - 1);
	log_warnx("the lab was lost; it is booted again in %ld seconds, the "
	    "start is warm", (long)wait.tv_sec);
	event_add(s->again, &wait);
}

/* A lab that has powered off is the orderly end, whoever asked for it: the
 * agent does so only then. */
static void
start_down(struct start *s, int off)
{
	if (s->stopping || off) {
		log_info("the lab is down");
		start_end(s);
	} else
		start_lost(s);
}

static void
start_on_last(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	log_warnx("the shared folder was lost");
	start_down(arg, 0);
}

/* virtiofsd ends when QEMU closes its socket: then QEMU's own end is near. */
static void
start_on_child(evutil_socket_t fd, short what, void *arg)
{
	struct timeval patience = { .tv_sec = START_LAST_S };
	struct start *s = arg;
	int status, qemu;
	pid_t pid;

	(void)fd;
	(void)what;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		qemu = pid == s->boot.qemu;
		if (!boot_reaped(&s->boot, pid))
			continue;
		if (qemu) {
			start_down(s, boot_off(&s->boot, status));
			return; /* the rest was waited for, or comes again */
		}
		event_add(s->last, &patience);
	}
}

/* --- the beginning --- */

static void
start_signals(struct start *s)
{
	static const struct {
		int sig;
		event_callback_fn fn;
	} watched[] = {
		{ SIGTERM, start_on_signal },
		{ SIGINT, start_on_signal },
		{ SIGHUP, start_on_signal },
		{ SIGCHLD, start_on_child },
	};
	struct rlimit files = { 16384, 16384 };

	signal(SIGPIPE, SIG_IGN);
	if (setrlimit(RLIMIT_NOFILE, &files) < 0) {
		getrlimit(RLIMIT_NOFILE, &files);
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++)
		event_add(evsignal_new(s->base, watched[i].sig, watched[i].fn,
		    s), NULL);
}

/* From here on standard error is DIR/log/lab.log. */
static void
start_log(struct start *s)
{
	char old[PATH_MAX + 4];
	struct stat st;
	int fd;

	snprintf(s->log, sizeof s->log, "%.4000s/log/lab.log", s->home);
	snprintf(old, sizeof old, "%s.1", s->log);
	if (stat(s->log, &st) == 0 && st.st_size > START_LOG_MAX)
		rename(s->log, old);
	/* Root may do this in a folder of somebody else's: no link is followed
	 * on the way to fchown. */
	fd = open(s->log, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW |
	    O_CLOEXEC, 0644);
	if (fd < 0)
		start_refuse(s, "%s: %s", s->log, strerror(errno));
	if (stat(s->home, &st) == 0 && geteuid() == 0 &&
	    fchown(fd, st.st_uid, st.st_gid) < 0)
		start_refuse(s, "%s: %s", s->log, strerror(errno));
	fflush(stderr);
	dup2(fd, STDERR_FILENO);
	close(fd);
	log_init("vmlab");
}

static void
start_take_home(struct start *s)
{
	/* The descriptor stays open until we end. */
	if (s->lock >= 0 || engine_lock(s->home) >= 0)
		return;
	if (errno == EWOULDBLOCK)
		start_refuse(s, "A system runs on %s already", s->home);
	start_refuse(s, "%s: %s", s->home, strerror(errno));
}

static void
start_listen(struct start *s)
{
	if (forward_open(&s->forward, s->base, s->address, s->port,
	    s->proxy) == 0)
		return;
	if (errno == EADDRINUSE)
		start_refuse(s, "Port %u of %s is in use: choose another with "
		    "--port", s->port, s->address);
	start_refuse(s, "%s port %u: %s", s->address, s->port,
	    strerror(errno));
}

/* A reader whose port is somebody else's is left out: vmcp tells the operator.
 * Readers are the host's own, whatever address terminals come to. */
static void
start_listen_readers(struct start *s)
{
	for (unsigned i = 0; i < s->nreaders; i++) {
		struct start_reader *r = &s->readers[i];

		if (r->port > UINT16_MAX || forward_open(&r->forward, s->base,
		    "127.0.0.1", (uint16_t)r->port, s->proxy) < 0)
			log_warnx("card reader %03X: port %u cannot be had",
			    r->raddr, r->port);
		r->forward.silent = 1;
	}
}

/* "00C:3505,01C:3600" */
static void
start_readers(struct start *s, const char *text)
{
	int used;

	while (s->nreaders < LAB_READERS_MAX && sscanf(text, "%3x:%u%n",
	    &s->readers[s->nreaders].raddr, &s->readers[s->nreaders].port,
	    &used) == 2) {
		s->nreaders++;
		text += used;
		if (*text == ',')
			text++;
	}
	if (*text != '\0')
		start_refuse(s, "--readers: RADDR:PORT,..., at most %d",
		    LAB_READERS_MAX);
}

static void
start_clock(struct start *s)
{
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd < 0)
		fatal("timerfd");
	s->clock = event_new(s->base, fd, EV_READ | EV_PERSIST,
	    start_on_clock, s);
	event_add(s->clock, NULL);
	start_arm_clock(s, fd);
}

static void
start_options(struct start *s, int argc, char *argv[])
{
	static const struct option options[] = {
		{ "home", required_argument, NULL, 'h' },
		{ "port", required_argument, NULL, 'p' },
		{ "address", required_argument, NULL, 'a' },
		{ "plain", no_argument, NULL, 'P' },
		{ "memory", required_argument, NULL, 'm' },
		{ "notify-fd", required_argument, NULL, 'n' },
		{ "lock-fd", required_argument, NULL, 'l' },
		{ "readers", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	const char *home = NULL, *mb = getenv("VM370_LAB_MEMORY");
	int c;

	s->memory_mb = mb != NULL ? (unsigned)atoi(mb) : BOOT_MEMORY_MB;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 'h': home = optarg; break;
		case 'p': s->port = (uint16_t)atoi(optarg); break;
		case 'a': s->address = optarg; break;
		case 'P': s->plain = 1; break;
		case 'm': s->memory_mb = (unsigned)atoi(optarg); break;
		case 'n': s->notify = atoi(optarg); break;
		case 'l': s->lock = atoi(optarg); break;
		case 'r': start_readers(s, optarg); break;
		default: home = NULL; optind = argc + 1; break;
		}
	if (home == NULL || optind != argc || s->memory_mb < 256)
		start_refuse(s, "usage: vmlab start --home DIR [--port N] "
		    "[--address A] [--plain] [--memory MB, at least 256] "
		    "[--notify-fd FD] [--lock-fd FD] "
		    "[--readers RADDR:PORT,...]");
	if (realpath(home, s->home) == NULL)
		start_refuse(s, "%s: %s", home, strerror(errno));
	if (s->notify >= 0)
		fcntl(s->notify, F_SETFD, FD_CLOEXEC);
	if (s->lock >= 0)
		fcntl(s->lock, F_SETFD, FD_CLOEXEC);
}

int
start_main(int argc, char *argv[])
{
	struct start s = { .address = "127.0.0.1", .port = 3270,
		.notify = -1, .lock = -1 };

	start_options(&s, argc, argv);
	s.base = event_base_new();
	start_take_home(&s);
	start_listen(&s);
	start_log(&s);
	start_listen_readers(&s);
	start_signals(&s);
	start_clock(&s);
	boot_token(s.engine.token, WIRE_TOKEN_LEN);
	boot_token(s.proxy, 32);
	s.engine.pid = getpid();
	s.engine.port = s.forward.port;
	snprintf(s.engine.address, sizeof s.engine.address, "%s", s.address);
	s.deadline = evtimer_new(s.base, start_on_deadline, &s);
	s.again = evtimer_new(s.base, start_on_again, &s);
	s.last = evtimer_new(s.base, start_on_last, &s);
	log_info("a lab is started on %s", s.home);
	if (start_boot(&s) == 0)
		event_base_dispatch(s.base);
	else
		start_error(&s, s.boot.why);
	forward_close(&s.forward);
	for (unsigned i = 0; i < s.nreaders; i++)
		forward_close(&s.readers[i].forward);
	engine_remove(s.home);
	start_notify(&s, "ERROR", "stopped before the system was up");
	return s.status;
}
