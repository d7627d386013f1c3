/* SPDX-License-Identifier: MIT
 *
 * latency.c - the client of the latency bench: from ENTER to the reply.
 *
 *   latency echo PORT ROUNDS
 *   latency vm PORT ROUNDS USER PASSWORD
 *
 * "vm" speaks just enough classic TN3270 to log on at 127.0.0.1:PORT and to
 * press ENTER: on QUERY TIME, until the answer's last line has come; and on an
 * empty field in CP READ, until the record has come that shows CP's line (CP)
 * and unlocks the keyboard, the least that CP answers with.  "echo" sends
 * records of the first one's length to echo.c.  A line of output is what was
 * done (query, enter, echo) and its microseconds, once it is warm.  It draws
 * no screen.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 120 /* seconds without an answer */
#define WARM_UP 50   /* rounds that are not told of */
#define PAUSE_MS 20  /* before each round, as nobody types without one */

enum { EOR = 239, SE = 240, SB = 250, WILL, WONT, DO, DONT, IAC };
enum { OPT_BINARY = 0, OPT_TTYPE = 24, OPT_EOR = 25 };
enum { AID_ENTER = 0x7D, AID_CLEAR = 0x6D, ORDER_SBA = 0x11 };

/* One connection: what came and was not yet looked at, and the record that
 * is being received. */
struct line {
	int fd;
	uint8_t in[8192];
	size_t at, end;
	uint8_t record[65536];
	size_t len;
};

static uint8_t
latency_byte(struct line *l)
{
	if (l->at == l->end) {
		ssize_t n = read(l->fd, l->in, sizeof(l->in));

		if (n <= 0)
			err(1, "the server has gone, or does not answer");
		l->at = 0;
		l->end = (size_t)n;
	}
	return l->in[l->at++];
}

static void
latency_send(struct line *l, const void *data, size_t len)
{
	if (write(l->fd, data, len) != (ssize_t)len)
		err(1, "send");
}

static void
latency_option(struct line *l, uint8_t verb, uint8_t option)
{
	bool known = option == OPT_BINARY || option == OPT_TTYPE ||
	    option == OPT_EOR;
	uint8_t yes = verb == DO ? WILL : DO, no = verb == DO ? WONT : DONT;

	if (verb == DO || verb == WILL)
		latency_send(l, (uint8_t[]){ IAC, known ? yes : no, option },
		    3);
}

static void
latency_subnegotiation(struct line *l)
{
	static const char is[] = "\xff\xfa\x18\0IBM-3278-2\xff\xf0";
	uint8_t option = latency_byte(l);

	while (latency_byte(l) != SE)
		;
	if (option == OPT_TTYPE)
		latency_send(l, is, sizeof(is) - 1);
}

/* Receive to the end of a record. */
static void
latency_record(struct line *l)
{
	l->len = 0;
	for (;;) {
		uint8_t c = latency_byte(l);

		if (c == IAC) {
			c = latency_byte(l);
			if (c == EOR)
				return;
			if (c == SB)
				latency_subnegotiation(l);
			else if (c >= WILL && c <= DONT)
				latency_option(l, c, latency_byte(l));
			if (c != IAC)
				continue;
		}
		if (l->len == sizeof(l->record))
			errx(1, "a record too long");
		l->record[l->len++] = c;
	}
}

/* Letters, digits and the few signs that are needed, as a 3270 has them. */
static uint8_t
latency_ebcdic(char c)
{
	static const char from[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 =/";
	static const uint8_t to[] = { 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7,
		0xC8, 0xC9, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8,
		0xD9, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xF0,
		0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0x40,
		0x7E, 0x61 };
	const char *p = strchr(from, c);

	if (c == '\0' || p == NULL)
		errx(1, "no code for %c", c);
	return to[p - from];
}

static size_t
latency_text(uint8_t *out, const char *text)
{
	size_t n = 0;

	while (text[n] != '\0') {
		out[n] = latency_ebcdic(text[n]);
		n++;
	}
	return n;
}

/* Receive records until one has these bytes. */
static void
latency_wait_for(struct line *l, const uint8_t *want, size_t n)
{
	do
		latency_record(l);
	while (memmem(l->record, l->len, want, n) == NULL);
}

static void
latency_wait(struct line *l, const char *text)
{
	uint8_t want[32];

	latency_wait_for(l, want, latency_text(want, text));
}

/* ENTER with text in the input field, which begins at row 23, column 1. */
static size_t
latency_enter(uint8_t *out, const char *text)
{
	static const uint8_t head[] = { AID_ENTER, 0x5B, 0x60, ORDER_SBA, 0x5B,
		0x60 };
	size_t n = sizeof(head);

	memcpy(out, head, n);
	n += latency_text(out + n, text);
	out[n++] = IAC;
	out[n++] = EOR;
	return n;
}

static void
latency_line(struct line *l, const char *text)
{
	uint8_t out[256];

	latency_send(l, out, latency_enter(out, text));
}

static int
latency_connect(int port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = PATIENCE };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd == -1 ||
	    connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(1, "127.0.0.1:%d", port);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static void
latency_logon(struct line *l, const char *user, const char *password)
{
	char logon[64];

	latency_wait(l, "VM/370");
	snprintf(logon, sizeof(logon), "LOGON %.8s NOIPL", user);
	latency_line(l, logon);
	latency_wait(l, "PASSWORD");
	latency_line(l, password);
	latency_wait(l, "LOGON AT");
}

/* An empty screen, so that the answer is all on it. */
static void
latency_clear(struct line *l)
{
	static const uint8_t clear[] = { AID_CLEAR, IAC, EOR };

	latency_send(l, clear, sizeof(clear));
	latency_record(l);
}

static double
latency_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* Both kinds of round begin on a system that has gone to sleep. */
static void
latency_pause(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };

	nanosleep(&pause, NULL);
}

static void
latency_tell(int round, const char *what, double start)
{
	if (round >= 0)
		printf("%s %.1f\n", what, latency_now() - start);
}

/* ENTER with this text at an empty screen, until these bytes have come. */
static void
latency_round(struct line *l, int round, const char *what, const char *text,
    const uint8_t *want, size_t n)
{
	uint8_t out[256];
	size_t len = latency_enter(out, text);
	double start;

	latency_clear(l);
	latency_pause();
	start = latency_now();
	latency_send(l, out, len);
	latency_wait_for(l, want, n);
	latency_tell(round, what, start);
}

static void
latency_vm(struct line *l, int rounds, const char *user, const char *password)
{
	/* The line CP in the first row; CP READ in the corner is not meant. */
	static const uint8_t line[] = { ORDER_SBA, 0x40, 0x40, 0xC3, 0xD7 };
	uint8_t want[32];
	size_t n = latency_text(want, "CONNECT=");

	latency_logon(l, user, password);
	for (int i = -WARM_UP; i < rounds; i++)
		latency_round(l, i, "query", "QUERY TIME", want, n);
	for (int i = -WARM_UP; i < rounds; i++)
		latency_round(l, i, "enter", "", line, sizeof(line));
	latency_clear(l);
	latency_line(l, "LOGOFF");
	latency_wait(l, "VM/370");
}

static void
latency_echo(struct line *l, int rounds)
{
	uint8_t out[256];
	size_t len = latency_enter(out, "QUERY TIME");

	while (latency_byte(l) != '\n')
		; /* the greeting */
	for (int i = -WARM_UP; i < rounds; i++) {
		double start;

		latency_pause();
		start = latency_now();
		latency_send(l, out, len);
		for (size_t n = 0; n < len; n++)
			latency_byte(l);
		latency_tell(i, "echo", start);
	}
}

int
main(int argc, char **argv)
{
	static struct line l;
	bool vm = argc == 6 && strcmp(argv[1], "vm") == 0;

	if (!vm && !(argc == 4 && strcmp(argv[1], "echo") == 0))
		errx(2, "usage: latency echo PORT ROUNDS | "
		    "vm PORT ROUNDS USER PASSWORD");
	l.fd = latency_connect(atoi(argv[2]));
	if (vm)
		latency_vm(&l, atoi(argv[3]), argv[4], argv[5]);
	else
		latency_echo(&l, atoi(argv[3]));
	return 0;
}
