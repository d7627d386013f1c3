/* SPDX-License-Identifier: MIT
 *
 * lab_forward.c - connections carried into the lab: a deck that ends, one that
 * breaks off, a sender who stays when he was told why he is refused; terminals,
 * which vmcp answers as it takes them.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "forward.h"
#include "proxy.h"
#include "proxy2.h"

static struct event_base *base;
static struct forward forward;
static int lab; /* what QEMU would listen on */

static int
set_up(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;

	(void)state;
	base = event_base_new();
	lab = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(lab, (struct sockaddr *)&sin, sizeof sin) < 0 ||
	    listen(lab, 1) < 0 ||
	    getsockname(lab, (struct sockaddr *)&sin, &len) < 0 ||
	    forward_open(&forward, base, "127.0.0.1", 0, "PASS") < 0)
		return -1;
	forward.silent = 1;
	forward.to = ntohs(sin.sin_port);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	forward_close(&forward);
	close(lab);
	event_base_free(base);
	return 0;
}

static int
sender(const char *deck)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(forward.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(s, (struct sockaddr *)&sin, sizeof sin), 0);
	assert_int_equal(send(s, deck, strlen(deck), 0), strlen(deck));
	return s;
}

/* Let the forwarder work until there is something at a socket. */
static void
until(int s)
{
	char c;

	for (int i = 0; i < 2000; i++) {
		fd_set set;
		struct timeval now = { 0 };

		event_base_loop(base, EVLOOP_NONBLOCK);
		FD_ZERO(&set);
		FD_SET(s, &set);
		if (select(s + 1, &set, NULL, NULL, &now) == 1)
			return;
		usleep(1000);
	}
	fail_msg("nothing comes: %zd", recv(s, &c, 1, MSG_DONTWAIT));
}

static int
accepted(void)
{
	until(lab);
	return accept(lab, NULL, NULL);
}

/* All that comes until the end; behind the header, if there is one. */
static void
comes(int s, const char *expected)
{
	char got[512 + PROXY_HEADER_MAX];
	size_t n = 0, skip = 0;
	ssize_t some;

	do {
		until(s);
		some = recv(s, got + n, sizeof got - n, 0);
		assert_true(some >= 0);
		n += (size_t)some;
	} while (some > 0);
	if (n >= 16 && memcmp(got, "\r\n\r\n\0", 5) == 0)
		skip = 16u + (uint8_t)got[15];
	assert_int_equal(n - skip, strlen(expected));
	assert_memory_equal(got + skip, expected, n - skip);
}

static void
ends_and_breaks_off(void **state)
{
	struct linger now = { .l_onoff = 1 };
	int s = sender("DECK\n"), in;

	(void)state;
	shutdown(s, SHUT_WR);
	in = accepted();
	comes(in, "DECK\nPASS");
	assert_int_equal(send(in, "KEPT\n", 5, 0), 5);
	close(in);
	comes(s, "KEPT\n");
	close(s);
	s = sender("DECK\n");
	in = accepted();
	until(in);
	setsockopt(s, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(s);
	comes(in, "DECK\n");
	close(in);
}

/* Told, and not going: nobody behind him waits for that. */
static void
stays(void **state)
{
	int s = sender("NO DECK\n"), second, in;
	char c;

	(void)state;
	in = accepted();
	second = sender("DECK\n");
	do { /* what is not read breaks the line */
		until(in);
		assert_int_equal(recv(in, &c, 1, 0), 1);
	} while (c != 'K');
	recv(in, &c, 1, 0);
	assert_int_equal(send(in, "NOT KEPT\n", 9, 0), 9);
	close(in);
	in = accepted();
	comes(s, "NOT KEPT\n");
	close(in);
	close(second);
	close(s);
}

/* More senders than are let in at once: each has his turn. */
static void
crowd(void **state)
{
	int s[100], in;
	char c;

	(void)state;
	for (int i = 0; i < 100; i++)
		s[i] = sender("X");
	for (int i = 0; i < 100; i++) {
		in = accepted();
		assert_true(forward.n <= 64);
		do {
			until(in);
			assert_int_equal(recv(in, &c, 1, 0), 1);
		} while (c != 'X');
		close(in);
	}
	for (int i = 0; i < 100; i++)
		close(s[i]);
}

static int
set_up_terminals(void **state)
{
	int rc = set_up(state);

	forward.silent = 0;
	return rc;
}

/* Whatever they say and are told, who was taken keeps nobody out; of the word
 * that says so they see nothing. */
static void
terminals(void **state)
{
	static const char taken = PROXY_TAKEN;
	int s[10], in[10];
	char c[10];

	(void)state;
	for (int i = 0; i < 10; i++)
		s[i] = sender("\x16");
	for (int i = 0; i < 10; i++) {
		in[i] = accepted();
		assert_true(forward.knocking <= 2);
		assert_int_equal(send(in[i], &taken, 1, 0), 1);
	}
	assert_int_equal(send(in[9], "LOGO", 4, 0), 4);
	until(s[9]);
	assert_int_equal(recv(s[9], c, sizeof c, 0), 4);
	assert_memory_equal(c, "LOGO", 4);
	assert_int_equal(forward.knocking, 0);
	for (int i = 0; i < 9; i++)
		assert_int_equal(recv(s[i], c, 1, MSG_DONTWAIT), -1);
	for (int i = 0; i < 10; i++) {
		close(in[i]);
		close(s[i]);
	}
}

/* What else answers there is not vmcp. */
static void
stranger(void **state)
{
	int s = sender("X"), in = accepted();
	char c;

	(void)state;
	assert_int_equal(send(in, "WHO\n", 4, 0), 4);
	until(s);
	assert_int_equal(recv(s, &c, 1, 0), 0);
	assert_int_equal(forward.n, 0);
	close(in);
	close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ends_and_breaks_off, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(crowd, set_up, tear_down),
		cmocka_unit_test_setup_teardown(terminals, set_up_terminals,
		    tear_down),
		cmocka_unit_test_setup_teardown(stranger, set_up_terminals,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
