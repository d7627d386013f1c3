/* SPDX-License-Identifier: MIT
 *
 * vmterm - one terminal's program: a TCP connection in, a channel to CP out.
 *
 *   vmterm [--proxy TOKEN]    fd 2 the log, fd 3 the channel, fd 4 the socket
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

#include "ipcchan.h"
#include "log.h"
#include "peer.h"
#include "sandbox.h"
#include "term.h"

#define MAIN_SOCKET_FD 4
#define MAIN_UID 65530 /* when started by root; Debian gives it to nobody */

static const struct sandbox_rule main_rules[] = {
	SANDBOX(read, "the client's socket"),
	SANDBOX(writev, "the client's socket (evbuffer)"),
	SANDBOX(write, "the log"),
	SANDBOX(recvmsg, "the channel to CP"),
	SANDBOX(sendmsg, "the channel to CP"),
	SANDBOX_ARG(shutdown, 0, MAIN_SOCKET_FD, "the client hears our end"),
	SANDBOX(epoll_wait, "the event loop"),
	SANDBOX(epoll_pwait, "the event loop, as other libcs call it"),
	SANDBOX(epoll_ctl, "the event loop"),
	SANDBOX(close, "the channel; a descriptor that nobody asked for"),
	SANDBOX(clock_gettime, "timers, where the vDSO has no clock"),
	SANDBOX(gettimeofday, "timers, where the vDSO has no clock"),
	SANDBOX(brk, "malloc"),
	SANDBOX_ARG(mmap, 2, PROT_READ | PROT_WRITE, "malloc; never code"),
	SANDBOX(munmap, "malloc"),
	SANDBOX(mremap, "malloc"),
	SANDBOX(madvise, "malloc"),
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
 * A dead peer is found within two minutes.  Urgent data stays in the stream:
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

static struct event_base *
main_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config != NULL) {
		event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
		base = event_base_new_with_config(config);
		event_config_free(config);
	}
	if (base == NULL)
		fatalx("no event loop");
	return base;
}

/* No descriptor can come into this process any more, by any way. */
static void
main_sandbox(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_NOFILE, &none) < 0 || sandbox_shed(MAIN_UID) < 0)
		fatal("cannot shed privileges");
	malloc_trim(0);
	if (sandbox_enter(main_rules,
	    sizeof main_rules / sizeof main_rules[0]) < 0)
		fatal("cannot load the system call filter");
}

int
main(int argc, char **argv)
{
	const char *token = NULL;
	char peer[PEER_TEXT_MAX];
	struct event_base *base;

	log_init("vmterm");
	if (argc == 3 && strcmp(argv[1], "--proxy") == 0 && argv[2][0] != '\0')
		token = argv[2];
	else if (argc != 1)
		fatalx("usage: vmterm [--proxy TOKEN]");
	signal(SIGPIPE, SIG_IGN);
	tzset(); /* reads a file */
	main_socket(MAIN_SOCKET_FD);
	if (!main_peer(MAIN_SOCKET_FD, peer))
		return 0;
	base = main_base();
	if (term_open(base, MAIN_SOCKET_FD, IPCCHAN_FD, token, peer) < 0)
		fatal("cannot begin");
	main_sandbox();
	event_base_dispatch(base);
	return 0;
}
