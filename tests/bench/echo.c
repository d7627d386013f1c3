/* SPDX-License-Identifier: MIT
 *
 * echo.c - the floor of the latency bench: it stands in vmcp's place, on the
 * same port of the same host, and sends back what it gets.
 *
 * It takes vmcp's options, uses --port, --address, --proxy and --notify-fd,
 * and knows nothing of VM.  It greets as the logo does, because whoever starts
 * it may want to see that before he believes that the system is up.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy2.h"

#define GREETING "VM/370 Online\r\n"
#define CLIENTS_MAX 16

struct options {
	const char *address;
	int port, notify;
	bool proxy;
};

static void
echo_options(struct options *opt, int argc, char **argv)
{
	*opt = (struct options){ .address = "127.0.0.1", .port = 3270,
		.notify = -1 };
	for (int i = 1; i + 1 < argc; i++) {
		if (strcmp(argv[i], "--port") == 0)
			opt->port = atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--address") == 0)
			opt->address = argv[i + 1];
		else if (strcmp(argv[i], "--notify-fd") == 0)
			opt->notify = atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--proxy") == 0)
			opt->proxy = true;
	}
}

static int
echo_listen(const struct options *opt)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)opt->port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd == -1 || inet_pton(AF_INET, opt->address, &sin.sin_addr) != 1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(fd, CLIENTS_MAX) == -1)
		return -1;
	return fd;
}

static int
echo_read_all(int fd, uint8_t *buf, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = read(fd, buf + done, n - done);

		if (got <= 0)
			return -1;
		done += (size_t)got;
	}
	return 0;
}

/* Say, as vmcp does, that the connection was taken; pass over the header that
 * says who the peer really is. */
static int
echo_proxy(int fd)
{
	static const char taken = PROXY_TAKEN;
	uint8_t head[PROXY_FIXED], rest[1024];
	size_t len;

	if (write(fd, &taken, 1) != 1 ||
	    echo_read_all(fd, head, sizeof(head)) == -1)
		return -1;
	len = (size_t)head[14] << 8 | head[15];
	return len <= sizeof(rest) ? echo_read_all(fd, rest, len) : -1;
}

static int
echo_accept(int server, const struct options *opt)
{
	int fd = accept4(server, NULL, NULL, SOCK_CLOEXEC), one = 1;

	if (fd == -1)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if ((opt->proxy && echo_proxy(fd) == -1) ||
	    write(fd, GREETING, strlen(GREETING)) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/* 0: the client has gone. */
static int
echo_back(int fd)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	return n > 0 && write(fd, buf, (size_t)n) == n;
}

int
main(int argc, char **argv)
{
	struct pollfd fds[1 + CLIENTS_MAX];
	struct options opt;
	nfds_t n = 1;

	echo_options(&opt, argc, argv);
	fds[0] = (struct pollfd){ echo_listen(&opt), POLLIN, 0 };
	if (fds[0].fd == -1) {
		perror("echo");
		return 1;
	}
	if (opt.notify != -1) {
		dprintf(opt.notify, "READY\n");
		close(opt.notify);
	}
	while (poll(fds, n, -1) > 0) {
		for (nfds_t i = n; i-- > 1;) {
			if (fds[i].revents == 0 || echo_back(fds[i].fd))
				continue;
			close(fds[i].fd);
			fds[i] = fds[--n];
		}
		if (fds[0].revents != 0 && n <= CLIENTS_MAX) {
			int fd = echo_accept(fds[0].fd, &opt);

			if (fd != -1)
				fds[n++] = (struct pollfd){ fd, POLLIN, 0 };
		}
	}
	return 0;
}
