/* SPDX-License-Identifier: MIT
 *
 * main.c - vmcp: options, signals, start and end of the control program.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "cp.h"
#include "doors.h"
#include "guest.h"
#include "idle.h"
#include "limit.h"
#include "listener.h"
#include "log.h"
#include "logfile.h"
#include "logon.h"
#include "message.h"
#include "name.h"
#include "nss.h"
#include "nssmake.h"
#include "spawn.h"
#include "spoolclient.h"
#include "term.h"
#include "times.h"
#include "tls.h"
#include "unit.h"
#include "worker.h"

#define MAIN_ERROR_MAX 512
#define MAIN_CLOSED 442 /* message: NOT LISTENING ON */

struct main_options {
	const char *address, *outside, *kvm;
	char *home, *run;
	const char *proxy, *readers;
	uint16_t port;
	bool plain;
	int notify;
};

struct main_state {
	struct cp cp;
	struct main_options options;
	struct event *signals[3], *child;
	int status;
};

static const char main_usage[] =
    "usage: vmcp --home DIR [--run DIR] --port N [--address A]\n"
    "            [--outside A] [--plain] [--proxy TOKEN]\n"
    "            [--readers RADDR:PORT:OUTSIDE,...]\n"
    "            [--notify-fd FD] [--kvm PATH]\n";

/* --- whoever started us wants to know --- */

static void
main_notify(struct main_state *m, const char *word, const char *text)
{
	char line[MAIN_ERROR_MAX + 16];
	int n;

	if (m->options.notify < 0)
		return;
	n = snprintf(line, sizeof line, "%s%s%s\n", word,
	    text[0] != '\0' ? " " : "", text);
	if (write(m->options.notify, line, (size_t)n) < 0)
		log_warn("nobody to notify");
	close(m->options.notify);
	m->options.notify = -1;
}

static void
main_failed(struct main_state *m, const char *why)
{
	log_warnx("not started: %s", why);
	main_notify(m, "ERROR", why);
	m->status = 1;
	event_base_loopbreak(m->cp.base);
}

/* --- signals --- */

static void
main_stop(evutil_socket_t sig, short what, void *arg)
{
	struct main_state *m = arg;

	(void)what;
	cp_shutdown(&m->cp, strsignal(sig));
}

/* A guest's processor time is still to be read before it is reaped. */
static void
main_reap(struct cp *cp, pid_t pid)
{
	int status;

	guest_exited(cp, pid);
	if (waitpid(pid, &status, WNOHANG) != pid)
		return;
	if (worker_reaped(cp->workers, pid, status) ||
	    spoolclient_exited(cp->spool, pid, status) ||
	    unit_exited(cp, pid, status))
		return;
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		log_warnx("process %d ended by signal %d", (int)pid,
		    WTERMSIG(status));
}

static void
main_children(evutil_socket_t sig, short what, void *arg)
{
	struct main_state *m = arg;
	siginfo_t si;

	(void)sig;
	(void)what;
	for (;;) {
		si.si_pid = 0;
		if (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		    si.si_pid == 0)
			return;
		main_reap(&m->cp, si.si_pid);
	}
}

static void
main_signals(struct main_state *m)
{
	static const int stop[] = { SIGTERM, SIGINT };
	struct event_base *base = m->cp.base;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	for (size_t i = 0; i < sizeof stop / sizeof stop[0]; i++) {
		m->signals[i] = evsignal_new(base, stop[i], main_stop, m);
		if (m->signals[i] == NULL ||
		    event_add(m->signals[i], NULL) < 0)
			fatalx("no signal events");
	}
	m->child = evsignal_new(base, SIGCHLD, main_children, m);
	if (m->child == NULL || event_add(m->child, NULL) < 0)
		fatalx("no signal events");
}

/* --- start --- */

static void
main_autolog(struct cp *cp, struct vm_name user, bool noipl)
{
	if (logon_auto(cp, user, noipl) == 0 || errno == EEXIST)
		return;
	log_warnx("AUTOLOG %s: %s", name_text(user).s,
	    errno == ENOENT ? "not in the directory" : strerror(errno));
}

/* Open the doors. */
static void
main_listen(void *arg)
{
	struct main_state *m = arg;
	struct cp *cp = &m->cp;
	char why[MAIN_ERROR_MAX];

	cp->control = control_new(cp, why, sizeof why);
	if (cp->control != NULL)
		cp->listener = listener_new(cp, m->options.address,
		    m->options.port, why, sizeof why);
	if (cp->listener == NULL) {
		main_failed(m, why);
		return;
	}
	unit_open(cp);
	for (size_t i = 0; i < cp->config->nautolog; i++)
		main_autolog(cp, cp->config->autolog[i], false);
	log_info("%s is up: %s port %u, home %s, %zu users in the directory",
	    name_text(cp->config->system).s, m->options.address,
	    m->options.port, cp->home, directory_count(cp->dir->dir));
	main_notify(m, "READY", "");
}

/* Make what the first user is to find, unless none may come. */
static void
main_make(const char *closed, void *arg)
{
	struct main_state *m = arg;
	struct cp *cp = &m->cp;
	char text[MESSAGE_MAX];

	if (closed != NULL) {
		message_print(text, sizeof text, MAIN_CLOSED, cp->outside,
		    closed);
		main_failed(m, text);
		return;
	}
	main_autolog(cp, cp->config->operator_user, true);
	nss_open(cp);
	nssmake_start(cp, main_listen, m);
}

/* It is known whether there is TLS. */
static void
main_secured(void *arg)
{
	struct main_state *m = arg;

	doors_check(&m->cp, main_make, m);
}

/* The directory is good. */
static void
main_open(struct main_state *m)
{
	struct cp *cp = &m->cp;

	cp->spool = spoolclient_new(cp);
	cp->limits = limit_new(&cp->config->limits);
	cp->logfile = logfile_new(cp);
	cp->idle = idle_new(cp);
	if (cp->spool == NULL || cp->limits == NULL || cp->logfile == NULL ||
	    (cp->idle == NULL && errno != 0)) {
		main_failed(m, "no storage");
		return;
	}
	tls_open(cp, main_secured, m);
}

static int
main_directory(struct main_state *m)
{
	char path[PATH_MAX], text[MAIN_ERROR_MAX];
	struct directory *dir;
	struct dir_error err;

	if (cp_path(&m->cp, "user.direct", path, sizeof path) < 0)
		return -1;
	dir = directory_load(path, &err);
	if (dir != NULL)
		return cp_directory_swap(&m->cp, dir);
	dir_error_print(&err, text, sizeof text);
	main_failed(m, text);
	return -1;
}

static bool
main_has_clear(const struct directory *dir)
{
	for (size_t i = 0; i < directory_count(dir); i++)
		if (directory_at(dir, i)->clear)
			return true;
	return false;
}

static void
main_hashed(int rc, const char *text, void *arg)
{
	struct main_state *m = arg;

	if (rc != 0)
		main_failed(m, text);
	else if (main_directory(m) == 0)
		main_open(m);
}

/* Clear passwords in the directory are hashed before anybody can log on. */
static void
main_start(struct main_state *m)
{
	char path[PATH_MAX];

	if (main_directory(m) < 0 || m->status != 0)
		return;
	if (!main_has_clear(m->cp.dir->dir)) {
		main_open(m);
		return;
	}
	log_info("hashing the directory's clear passwords");
	cp_path(&m->cp, "user.direct", path, sizeof path);
	worker_direct(m->cp.workers, path, main_hashed, m);
}

static int
main_config(struct main_state *m)
{
	struct cp *cp = &m->cp;
	char path[PATH_MAX], text[MAIN_ERROR_MAX];
	struct dir_error err;

	if (cp_path(cp, "system.config", path, sizeof path) < 0)
		return -1;
	cp->config = config_load(path, cp->home, &err);
	if (cp->config != NULL) {
		times_zone_set(cp->config);
		return 0;
	}
	dir_error_print(&err, text, sizeof text);
	main_failed(m, text);
	return -1;
}

/* As many descriptors as there may be; at most half of them for terminals. */
static void
main_limits(struct cp *cp)
{
	struct rlimit limit;

	cp->max_terms = TERM_MAX;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_warn("descriptors stay limited");
	if (limit.rlim_cur / 2 < TERM_MAX)
		cp->max_terms = (unsigned)(limit.rlim_cur / 2);
}

static void
main_paths(struct cp *cp)
{
	if (spawn_libexec(cp->libexec, sizeof cp->libexec) < 0)
		fatal("where our programs are");
	snprintf(cp->vmterm, sizeof cp->vmterm, "%s/vmterm", cp->libexec);
	snprintf(cp->vmguest, sizeof cp->vmguest, "%s/vmguest", cp->libexec);
	if (mkdir(cp->run, 0700) < 0 && errno != EEXIST)
		fatal("%s", cp->run);
}

static void
main_init(struct main_state *m)
{
	struct cp *cp = &m->cp;
	char self[PATH_MAX + 16];

	cp->home = m->options.home;
	cp->run = m->options.run;
	cp->kvm = m->options.kvm;
	cp->proxy = m->options.proxy;
	cp->readers = m->options.readers;
	cp->port = m->options.port;
	cp->outside = m->options.outside != NULL ? m->options.outside :
	    m->options.address;
	cp->plain = m->options.plain;
	cp->started = cp->logmsg_set = time(NULL);
	LIST_INIT(&cp->terms);
	LIST_INIT(&cp->requests);
	LIST_INIT(&cp->hostlinks);
	LIST_INIT(&cp->dying);
	TAILQ_INIT(&cp->units);
	TAILQ_INIT(&cp->vms);
	TAILQ_INIT(&cp->nss);
	TAILQ_INIT(&cp->links);
	main_paths(cp);
	cp->base = event_base_new();
	if (cp->base == NULL)
		fatalx("no event loop");
	snprintf(self, sizeof self, "%s/vmcp", cp->libexec);
	cp->workers = worker_pool_new(cp->base, self);
	if (cp->workers == NULL)
		fatalx("no workers");
	main_limits(&m->cp);
	main_signals(m);
}

static void
main_free(struct main_state *m)
{
	struct cp *cp = &m->cp;

	nssmake_free(cp);
	control_free(cp->control);
	listener_free(cp->listener);
	unit_close(cp);
	spoolclient_free(cp->spool);
	tls_close(cp);
	idle_free(cp->idle);
	logfile_free(cp->logfile);
	limit_free(cp->limits);
	nss_close(cp);
	worker_pool_free(cp->workers);
	cp_directory_give(cp->dir);
	config_free(cp->config);
}

static bool
main_number(const char *text, long max, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	return errno == 0 && *text != '\0' && *end == '\0' && *out >= 0 &&
	    *out <= max;
}

static void
main_bad_usage(void)
{
	fputs(main_usage, stderr);
	exit(2);
}

static void
main_options(struct main_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "home", required_argument, NULL, 'h' },
		{ "run", required_argument, NULL, 'r' },
		{ "port", required_argument, NULL, 'p' },
		{ "address", required_argument, NULL, 'a' },
		{ "outside", required_argument, NULL, 'o' },
		{ "plain", no_argument, NULL, 'P' },
		{ "proxy", required_argument, NULL, 'x' },
		{ "readers", required_argument, NULL, 'u' },
		{ "notify-fd", required_argument, NULL, 'n' },
		{ "kvm", required_argument, NULL, 'k' },
		{ 0 },
	};
	long v;
	int c;

	*o = (struct main_options){ .address = "127.0.0.1",
		.kvm = "/dev/kvm", .notify = -1 };
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h')
			o->home = optarg;
		else if (c == 'r')
			o->run = optarg;
		else if (c == 'a')
			o->address = optarg;
		else if (c == 'o')
			o->outside = optarg;
		else if (c == 'P')
			o->plain = true;
		else if (c == 'x')
			o->proxy = optarg;
		else if (c == 'u')
			o->readers = optarg;
		else if (c == 'k')
			o->kvm = optarg;
		else if (c == 'p' && main_number(optarg, UINT16_MAX, &v))
			o->port = (uint16_t)v;
		else if (c == 'n' && main_number(optarg, 1 << 20, &v))
			o->notify = (int)v;
		else
			main_bad_usage();
	}
	if (o->home == NULL || o->port == 0 || optind != argc)
		main_bad_usage();
	if (o->run == NULL && asprintf(&o->run, "%s/run", o->home) < 0)
		fatal("options");
}

int
main(int argc, char **argv)
{
	static struct main_state m;

	if (argc == 2 && strcmp(argv[1], "--worker") == 0)
		return worker_main();
	log_init("vmcp");
	main_options(&m.options, argc, argv);
	main_init(&m);
	if (main_config(&m) == 0)
		main_start(&m);
	if (m.status == 0)
		event_base_dispatch(m.cp.base);
	log_info("ended");
	main_free(&m);
	return m.status;
}
