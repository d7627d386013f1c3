/* SPDX-License-Identifier: MIT
 *
 * run.c - `vmlab exec`, `vmlab run`, `vmlab pack`: commands in a lab.
 *
 * exec uses the lab of a system that runs; run boots one for the command
 * alone; pack writes the initrd that another emulator boots (tests/lab/vtx).
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "boot.h"
#include "client.h"
#include "engine.h"
#include "lab.h"
#include "log.h"
#include "wire.h"

#define RUN_BOOT_MS 60000

struct run_options {
	const char *home, *out, *kind, *log;
	unsigned memory_mb;
	int icount, root, plain;
	struct pack carry;
	char **argv; /* the command */
};

/* Options of all three; what one does not know it is not given. */
static int
run_options(struct run_options *o, int argc, char *argv[], const char *allowed)
{
	static const struct option options[] = {
		{ "home", required_argument, NULL, 'H' },
		{ "file", required_argument, NULL, 'f' },
		{ "out", required_argument, NULL, 'o' },
		{ "kind", required_argument, NULL, 'k' },
		{ "log", required_argument, NULL, 'l' },
		{ "memory", required_argument, NULL, 'm' },
		{ "icount", no_argument, NULL, 'i' },
		{ "root", no_argument, NULL, 'r' },
		{ "no-terminal", no_argument, NULL, 'T' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct run_options){ .memory_mb = BOOT_MEMORY_MB,
		.kind = "amd-v" };
	while ((c = getopt_long(argc, argv, "+f:", options, NULL)) != -1) {
		if (strchr(allowed, c) == NULL)
			return -1;
		switch (c) {
		case 'H': o->home = optarg; break;
		case 'o': o->out = optarg; break;
		case 'k': o->kind = optarg; break;
		case 'l': o->log = optarg; break;
		case 'm': o->memory_mb = (unsigned)atoi(optarg); break;
		case 'i': o->icount = 1; break;
		case 'r': o->root = 1; break;
		case 'T': o->plain = 1; break;
		case 'f':
			if (pack_add_operand(&o->carry, optarg) == 0)
				break;
			fprintf(stderr, "%s: %s\n", optarg, strerror(errno));
			exit(CLIENT_LOST);
		default: return -1;
		}
	}
	o->argv = argv + optind;
	return o->memory_mb < 256 ? -1 : 0;
}

/* --- exec --- */

int
exec_main(int argc, char *argv[])
{
	struct client_command cmd = { .terminal = 1 };
	struct run_options o;
	struct engine e;
	int status;

	if (run_options(&o, argc, argv, "HfrT") < 0 || o.home == NULL ||
	    o.argv[0] == NULL) {
		fprintf(stderr, "usage: vmlab exec --home DIR [--root] "
		    "[--no-terminal] [-f FILE[:PATH]]... -- COMMAND...\n");
		return CLIENT_LOST;
	}
	if (engine_read(o.home, &e) < 0) {
		fprintf(stderr, "No lab runs on %s%s%s\n", o.home,
		    errno == EACCES ? ": " : "",
		    errno == EACCES ? strerror(errno) : "");
		return CLIENT_LOST;
	}
	if (o.carry.n > 0 && pack_libs(&o.carry) < 0) {
		fprintf(stderr, "ldd: %s\n", strerror(errno));
		return CLIENT_LOST;
	}
	cmd.argv = o.argv;
	cmd.flags = o.root ? 0 : WIRE_RUN_OWNER;
	cmd.terminal = !o.plain;
	cmd.carry = &o.carry;
	status = client_run(e.agent, e.token, &cmd);
	pack_free(&o.carry);
	return status;
}

/* --- run --- */

static volatile sig_atomic_t run_stopped;

static void
run_on_signal(int sig)
{
	run_stopped = sig;
}

/* A signal before the command runs ends the boot. */
static void
run_signals(void)
{
	struct sigaction action = { .sa_handler = run_on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Wait until the agent says that it is up.  -1: `why`. */
static int
run_wait_up(struct boot *b)
{
	struct pollfd p = { .fd = b->control, .events = POLLIN };
	char c, last[3] = "";

	for (;;) {
		if (run_stopped || poll(&p, 1, RUN_BOOT_MS) <= 0 ||
		    read(b->control, &c, 1) <= 0)
			break;
		if (c == '\n' && strcmp(last, "up") == 0)
			return 0;
		last[0] = last[1];
		last[1] = c;
	}
	snprintf(b->why, sizeof b->why, run_stopped ? "stopped" :
	    "the lab does not come up");
	return -1;
}

/* In order, so that what was written is written; but not for ever. */
static void
run_power_off(struct boot *b)
{
	struct pollfd p = { .fd = b->control, .events = POLLIN };
	char buf[256];

	if (write(b->control, "stop\n", 5) != 5)
		return;
	while (poll(&p, 1, 5000) > 0 && read(b->control, buf, sizeof buf) > 0)
		;
}

static void
run_send_time(const struct boot *b)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	dprintf(b->control, "time %lld %ld\n", (long long)now.tv_sec,
	    now.tv_nsec);
}

static int
run_fresh(struct run_options *o)
{
	struct client_command cmd = { .argv = o->argv,
		.terminal = !o->icount && !o->plain,
		.flags = o->icount ? WIRE_RUN_QUIET : 0 };
	struct boot b = { .memory_mb = o->memory_mb, .icount = o->icount,
		.log = o->log, .pack = o->carry };
	int status = CLIENT_LOST;

	boot_token(b.config.token, WIRE_TOKEN_LEN);
	run_signals();
	if (boot_start(&b) < 0) {
		fprintf(stderr, "No lab: %s\n", b.why);
		return CLIENT_LOST;
	}
	if (run_wait_up(&b) == 0) {
		if (!o->icount)
			run_send_time(&b);
		status = client_run(b.agent, b.config.token, &cmd);
		run_power_off(&b);
	} else
		fprintf(stderr, "No lab: %s\n", b.why);
	boot_end(&b);
	return run_stopped ? 128 + run_stopped : status;
}

int
run_main(int argc, char *argv[])
{
	struct run_options o;

	if (run_options(&o, argc, argv, "fmilT") < 0 || o.argv[0] == NULL) {
		fprintf(stderr, "usage: vmlab run [-f FILE[:PATH]]... "
		    "[--memory MB] [--icount] [--log FILE] [--no-terminal] "
		    "-- COMMAND...\n");
		return CLIENT_LOST;
	}
	return run_fresh(&o);
}

/* --- pack --- */

static int
run_copy(int from, const char *path)
{
	struct stat st;
	off_t at = 0;
	int to;

	to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (to < 0 || fstat(from, &st) < 0)
		return -1;
	while (at < st.st_size)
		if (sendfile(to, from, &at, (size_t)(st.st_size - at)) <= 0)
			return -1;
	return close(to);
}

int
pack_main(int argc, char *argv[])
{
	struct run_options o;
	struct boot b = { .home = NULL };
	int fd;

	if (run_options(&o, argc, argv, "fok") < 0 || o.out == NULL ||
	    o.argv[0] != NULL) {
		fprintf(stderr, "usage: vmlab pack [--kind amd-v|vt-x] "
		    "[-f FILE[:PATH]]... --out INITRD\n");
		return CLIENT_LOST;
	}
	b.pack = o.carry;
	strcpy(b.config.token, "-"); /* nobody listens */
	fd = boot_initrd(&b, o.kind);
	if (fd < 0) {
		fprintf(stderr, "No initrd: %s\n", b.why);
		return CLIENT_LOST;
	}
	if (run_copy(fd, o.out) < 0) {
		fprintf(stderr, "%s: %s\n", o.out, strerror(errno));
		return CLIENT_LOST;
	}
	printf("%s\n", b.kernel); /* where the kernel for it is */
	return 0;
}
