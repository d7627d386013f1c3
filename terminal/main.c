/* SPDX-License-Identifier: MIT
 *
 * vmterm - one terminal's program: a TCP connection in, a channel to CP out.
 *
 *   vmterm [--proxy TOKEN] [--tls [--no-starttls]]
 *
 * fd 2 the log, fd 3 the channel, fd 4 the socket.  --tls: whoever is at the
 * channel's end takes clients that begin TLS.
 *
 * The order is: get what needs a system call that will be forbidden, shed
 * privileges, load the filter; only then is the first byte read.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ipcchan.h"
#include "log.h"
#include "loop.h"
#include "peer.h"
#include "sandbox.h"
#include "soft.h"
#include "term.h"

#define MAIN_SOCKET_FD 4
#define MAIN_PLAIN_FD 5 /* instead of it, when the client has TLS */
#define MAIN_IN_FLIGHT 8192 /* descriptors that vmterms have sent to CP */
#define MAIN_UID 65530 /* when started by root; Debian gives it to nobody */

static const struct sandbox_rule main_rules[] = {
	SANDBOX(read, "the client's socket"),
	SANDBOX(writev, "the client's socket (evbuffer)"),
	SANDBOX(write, "the log"),
	SANDBOX_ARG(recvmsg, 0, IPCCHAN_FD, "the channel to CP"),
	SANDBOX_ARG(sendmsg, 0, IPCCHAN_FD,
	    "the channel to CP; a client that begins TLS"),
	SANDBOX_ARG(shutdown, 0, MAIN_SOCKET_FD, "the client hears our end"),
	SANDBOX_ARG(shutdown, 0, MAIN_PLAIN_FD, "the same, behind TLS"),
	SANDBOX(epoll_wait, "the event loop"),
	SANDBOX(epoll_pwait, "the event loop, as other libcs call it"),
	SANDBOX(epoll_ctl, "the event loop"),
	SANDBOX(close, "the channel; what it gave away; what nobody asked for"),
	SANDBOX(clock_gettime, "timers, where the vDSO has no clock"),
	SANDBOX(gettimeofday, "timers, where the vDSO has no clock"),
	SANDBOX(brk, "malloc"),
	SANDBOX_ARG(mmap, 2, PROT_READ | PROT_WRITE, "malloc; never code"),
	SANDBOX(munmap, "malloc"),
	SANDBOX(mremap, "malloc"),
	SANDBOX(madvise, "malloc"),
	SANDBOX(lseek, "what ncurses wrote"),
	SANDBOX(pread64, "what ncurses wrote"),
	SANDBOX(getuid, "ncurses may look at its environment"),
	SANDBOX(geteuid, "the same"),
	SANDBOX(getgid, "the same"),
	SANDBOX(getegid, "the same"),
	SANDBOX_REFUSE(newfstatat, ENOENT, "ncurses looks for its folders"),
	SANDBOX_REFUSE(ioctl, ENOTTY, "ncurses thinks of a terminal"),
	SANDBOX_REFUSE(rt_sigaction, EINVAL, "ncurses has signals to catch"),
	SANDBOX(getpid, "the log names us"),
	SANDBOX(restart_syscall, "waiting goes on after a stop"),
	SANDBOX(exit_group, "the end"),
};

static int
main_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value);
}

/*
 * A dead peer is found within two minutes, or three while output waits for it.
 * Urgent data stays in the stream:
 * telnet marks an interrupt with it, and a byte taken out of the stream would
 * leave its IAC to swallow the next.
 */
static void
main_socket(int fd)
{
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0 ||
	    main_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1) < 0 ||
	    main_option(fd, SOL_SOCKET, SO_OOBINLINE, 1) < 0 ||
	    main_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60) < 0 ||
	    main_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15) < 0 ||
	    main_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 4) < 0 ||
	    main_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 180000) < 0 ||
	    main_option(fd, IPPROTO_TCP, TCP_NODELAY, 1) < 0)
		fatal("descriptor %d is not a TCP socket", fd);
}

/* False: the client has gone already. */
static bool
main_peer(int fd, char peer[PEER_TEXT_MAX])
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = { 0 };
	socklen_t len = sizeof a;

	if (getpeername(fd, &a.any, &len) < 0)
		return false;
	if (a.any.sa_family == AF_INET6)
		peer_text(peer, AF_INET6, &a.v6.sin6_addr,
		    ntohs(a.v6.sin6_port));
	else
		peer_text(peer, AF_INET, &a.v4.sin_addr,
		    ntohs(a.v4.sin_port));
	return true;
}

/*
 * No descriptor can come into this process any more, by any way; with TLS,
 * none but by the channel.  What is sent there counts against our limit, with
 * all that others of this user have sent and that is not yet received.
 */
static void
main_descriptors(bool tls)
{
	struct rlimit files = { 0, 0 };

	if (tls && getrlimit(RLIMIT_NOFILE, &files) < 0)
		fatal("descriptors");
	if (files.rlim_max > MAIN_IN_FLIGHT)
		files.rlim_max = MAIN_IN_FLIGHT;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		fatal("descriptors");
}

static void
main_sandbox(bool tls)
{
	main_descriptors(tls);
	if (sandbox_shed(MAIN_UID) < 0)
		fatal("cannot shed privileges");
	malloc_trim(0);
	if (sandbox_enter(main_rules,
	    sizeof main_rules / sizeof main_rules[0]) < 0)
		fatal("cannot load the system call filter");
}

/* The pair that TLS is put between, our end where the filter knows it. */
static void
main_pair(struct term_options *options)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
	    pair) < 0)
		fatal("socketpair");
	if (pair[0] != MAIN_PLAIN_FD) {
		if (pair[1] == MAIN_PLAIN_FD ||
		    dup2(pair[0], MAIN_PLAIN_FD) < 0)
			fatalx("descriptor %d is taken", MAIN_PLAIN_FD);
		close(pair[0]);
	}
	options->plain = MAIN_PLAIN_FD;
	options->tls = pair[1];
}

static void
main_arguments(char **argv, struct term_options *options)
{
	bool tls = false;

	for (argv++; *argv != NULL; argv++) {
		if (strcmp(*argv, "--tls") == 0)
			tls = true;
		else if (strcmp(*argv, "--no-starttls") == 0)
			options->starttls = false;
		else if (strcmp(*argv, "--proxy") == 0 && argv[1] != NULL &&
		    argv[1][0] != '\0')
			options->token = *++argv;
		else
			fatalx("usage: vmterm [--proxy TOKEN] [--tls "
			    "[--no-starttls]]");
	}
	if (tls)
		main_pair(options);
}

int
main(int argc, char **argv)
{
	char peer[PEER_TEXT_MAX];
	struct term_options options = { .client = MAIN_SOCKET_FD,
		.channel = IPCCHAN_FD, .plain = -1, .tls = -1,
		.starttls = true, .peer = peer };
	struct event_base *base;

	(void)argc;
	log_init("vmterm");
	main_arguments(argv, &options);
	signal(SIGPIPE, SIG_IGN);
	tzset(); /* reads a file */
	if (soft_prepare() < 0)
		fatal("cannot prepare a screen");
	main_socket(MAIN_SOCKET_FD);
	if (!main_peer(MAIN_SOCKET_FD, peer))
		return 0;
	base = loop_new();
	if (base == NULL || term_open(base, &options) < 0)
		fatal("cannot begin");
	main_sandbox(options.tls >= 0);
	event_base_dispatch(base);
	return 0;
}
