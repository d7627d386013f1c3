/* SPDX-License-Identifier: MIT
 *
 * qmp.c - ask QEMU which ports it forwards.
 *
 * Each answer of the monitor is one line of JSON.  It is read as text: the
 * two things wanted of it, "return" and a table of ports, need no parser.
 */
#include "qmp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QMP_LINE_MAX 16384

/* One line, without its end.  -1 with errno. */
static int
qmp_line(int fd, char *line, size_t size, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t n = 0;
	ssize_t r;

	while (n < size - 1) {
		r = poll(&p, 1, ms);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0) {
			errno = r == 0 ? ETIMEDOUT : errno;
			return -1;
		}
		r = read(fd, line + n, 1);
		if (r <= 0) {
			errno = ECONNRESET;
			return -1;
		}
		if (line[n] == '\n')
			break;
		n++;
	}
	line[n] = '\0';
	return 0;
}

/* Send a command; its answer's line in `line`.  -1 with errno. */
static int
qmp_command(int fd, const char *json, char *line, size_t size, int ms)
{
	if (write(fd, json, strlen(json)) != (ssize_t)strlen(json))
		return -1;
	do {
		if (qmp_line(fd, line, size, ms) < 0)
			return -1;
	} while (strstr(line, "\"return\"") == NULL &&
	    strstr(line, "\"error\"") == NULL);
	if (strstr(line, "\"return\"") == NULL) {
		errno = EPROTO;
		return -1;
	}
	return 0;
}

int
qmp_open(int fd, int ms)
{
	char line[QMP_LINE_MAX];

	if (qmp_line(fd, line, sizeof line, ms) < 0)
		return -1;
	return qmp_command(fd, "{\"execute\":\"qmp_capabilities\"}\n", line,
	    sizeof line, ms);
}

/*
 *   Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ
 *   TCP[HOST_FORWARD]  13       127.0.0.1 43210       10.0.2.15  3270     0
 */
uint16_t
qmp_parse_usernet(const char *text, uint16_t port)
{
	const char *row = text;
	unsigned from, to;

	while ((row = strstr(row, "TCP[HOST_FORWARD]")) != NULL) {
		if (sscanf(row, "%*s %*s %*s %u %*s %u", &from, &to) == 2 &&
		    to == port && from <= UINT16_MAX)
			return (uint16_t)from;
		row++;
	}
	return 0;
}

uint16_t
qmp_forwarded(int fd, uint16_t port, int ms)
{
	char line[QMP_LINE_MAX];

	if (qmp_command(fd, "{\"execute\":\"human-monitor-command\","
	    "\"arguments\":{\"command-line\":\"info usernet\"}}\n", line,
	    sizeof line, ms) < 0)
		return 0;
	return qmp_parse_usernet(line, port);
}

int
qmp_was_reset(int fd)
{
	char line[QMP_LINE_MAX];

	while (qmp_line(fd, line, sizeof line, 0) == 0)
		if (strstr(line, "\"SHUTDOWN\"") != NULL)
			return strstr(line, "\"guest-reset\"") != NULL;
	return 0;
}
