/* SPDX-License-Identifier: MIT
 *
 * answer.c - the first terminal of a system that has come up.  Knows of telnet
 * only how to refuse, and shows nothing.
 */
#include "answer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_SECONDS 20
#define ANSWER_TICK_MS 100

enum { ANSWER_WILL = 251, ANSWER_WONT = 252, ANSWER_DO = 253,
	ANSWER_DONT = 254, ANSWER_IAC = 255 };

struct answer {
	int fd;
	int command; /* telnet's, being read; 0: text */
};

/* To "any address" Linux connects as to the loopback. */
static int
answer_connect(const char *address, int port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)port) };
	bool v6 = inet_pton(AF_INET6, address, &sin6.sin6_addr) == 1;
	const struct sockaddr *to = v6 ? (struct sockaddr *)&sin6 :
	    (struct sockaddr *)&sin;
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && ((!v6 &&
	    inet_pton(AF_INET, address, &sin.sin_addr) != 1) ||
	    connect(fd, to, v6 ? sizeof sin6 : sizeof sin) < 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void
answer_refuse(struct answer *a, uint8_t option)
{
	uint8_t no[3] = { ANSWER_IAC, ANSWER_WONT, option };

	if (a->command == ANSWER_WILL)
		no[1] = ANSWER_DONT;
	if (a->command == ANSWER_WILL || a->command == ANSWER_DO)
		(void)!send(a->fd, no, sizeof no, MSG_NOSIGNAL);
}

/* True: that was text. */
static bool
answer_byte(struct answer *a, uint8_t c)
{
	if (a->command == 0) {
		a->command = c == ANSWER_IAC ? ANSWER_IAC : 0;
		return c > ' ' && c < 0x7F;
	}
	if (a->command == ANSWER_IAC && c >= ANSWER_WILL && c != ANSWER_IAC) {
		a->command = c; /* an option follows */
		return false;
	}
	answer_refuse(a, c);
	a->command = 0;
	return false;
}

/* What has come so far: 1 text, 0 none, -1 the connection has ended. */
static int
answer_read(struct answer *a)
{
	uint8_t buf[512];
	ssize_t n = recv(a->fd, buf, sizeof buf, MSG_DONTWAIT);

	if (n <= 0)
		return -1;
	for (ssize_t i = 0; i < n; i++)
		if (answer_byte(a, buf[i]))
			return 1;
	return 0;
}

static void
answer_pause(void)
{
	const struct timespec tick = { .tv_nsec = ANSWER_TICK_MS * 1000000L };

	nanosleep(&tick, NULL);
}

bool
answer_wait(const char *address, int port, const volatile sig_atomic_t *stop)
{
	struct answer a = { .fd = -1 };
	time_t end = time(NULL) + ANSWER_SECONDS;
	int got = 0;

	while (got != 1 && *stop == 0 && time(NULL) < end) {
		struct pollfd pfd;

		if (a.fd < 0)
			a = (struct answer){ .fd = answer_connect(address,
			    port) };
		pfd = (struct pollfd){ .fd = a.fd, .events = POLLIN };
		if (a.fd < 0)
			answer_pause();
		else if (poll(&pfd, 1, ANSWER_TICK_MS) > 0 &&
		    (got = answer_read(&a)) < 0) {
			close(a.fd);
			a.fd = -1;
			answer_pause();
		}
	}
	if (a.fd >= 0)
		close(a.fd);
	return got == 1;
}
