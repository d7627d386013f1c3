/* SPDX-License-Identifier: MIT
 *
 * tls_relay.c - a real vmtls, with the test as its vmcp, its vmterms and its
 * clients: handshakes from early bytes, bytes both ways and no more than fit,
 * half-closes, clients that lie or sleep, and its end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "cert.h"
#include "ipcchan.h"
#include "relay.h"
#include "spawn.h"

#define SECONDS 20
#define MEGABYTES 3

struct conn {
	uint32_t id;
	int client, plain; /* our ends */
	SSL *ssl;
};

static char dir[] = "/tmp/vm370_tls_XXXXXX";
static char cert[128], key[128];
static pid_t pid;
static struct ipcchan cp;
static SSL_CTX *ctx;
static uint32_t ids;

static void
put(enum ipc_type type, const void *payload, size_t n, int fd)
{
	assert_int_equal(ipcchan_send(&cp, type, payload, n, fd), 0);
}

/* The next message of vmtls; false when it has ended. */
static bool
next(struct ipcchan_message *msg)
{
	for (int i = 0; i < SECONDS * 10; i++) {
		struct pollfd pfd = { .fd = cp.fd, .events = POLLIN };
		int got = ipcchan_recv(&cp, msg);

		if (got != 0)
			return got > 0;
		poll(&pfd, 1, 100);
	}
	fail_msg("vmtls says nothing");
	return false;
}

/* What it says of a connection next must be this. */
static void
told(uint32_t id, enum ipc_tls_what what, const char *part)
{
	struct ipcchan_message msg;
	const struct ipc_tls_state *state;
	char text[256];

	assert_true(next(&msg));
	assert_int_equal(msg.type, IPC_TLS_STATE);
	state = msg.payload;
	snprintf(text, sizeof text, "%.*s", (int)state->text_len, state->text);
	assert_int_equal(state->id, id);
	if (state->what != what || strstr(text, part) == NULL)
		fail_msg("told %u %s", state->what, text);
}

static void
start(char *fingerprint)
{
	char program[] = "vmtls", make[] = "--make", name[] = "VM370";
	char *argv[] = { program, make, name, cert, key, NULL };
	struct ipcchan_message msg;
	int fd[2];

	assert_int_equal(ipcchan_pair(fd), 0);
	pid = spawn(VMTLS, argv, &fd[1], 1);
	assert_true(pid > 0);
	close(fd[1]);
	ipcchan_init(&cp, fd[0], IPC_CP, IPC_TLS);
	assert_true(next(&msg));
	if (msg.type == IPC_TLS_READY) {
		const struct ipc_text *text = msg.payload;

		snprintf(fingerprint, 96, "%.*s", (int)text->text_len,
		    text->text);
	} else {
		const struct ipc_tls_state *state = msg.payload;

		snprintf(fingerprint, 96, "%.*s", (int)state->text_len,
		    state->text);
	}
}

static int
ended(void)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	ipcchan_close(&cp);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

static void
ends_alone(void)
{
	ipcchan_close(&cp);
	assert_int_equal(ended(), 0);
}

static int
setup_all(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(cert, sizeof cert, "%s/cert.pem", dir);
	snprintf(key, sizeof key, "%s/key.pem", dir);
	ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
	return 0;
}

static int
teardown_all(void **state)
{
	(void)state;
	SSL_CTX_free(ctx);
	unlink(cert);
	unlink(key);
	return rmdir(dir);
}

static int
setup(void **state)
{
	char fingerprint[96];

	(void)state;
	start(fingerprint);
	return 0;
}

/* --- connections --- */

static void
limit(int fd)
{
	const struct timeval tv = { .tv_sec = SECONDS };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
}

/* Hand over a connection of whose client `early` bytes were read already,
 * once it has sent something. */
static struct conn
hand(size_t early)
{
	struct conn c = { .id = ++ids };
	struct ipc_value plain = { .value = c.id };
	struct ipc_tls_client client = { .id = c.id };
	char bytes[IPC_EARLY_MAX];
	int a[2], b[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, b), 0);
	c.client = a[0];
	c.plain = b[0];
	limit(c.client);
	limit(c.plain);
	c.ssl = SSL_new(ctx);
	SSL_set_fd(c.ssl, c.client);
	if (early > 0) { /* the client begins: its hello is on its way */
		struct timeval no = { .tv_usec = 1000 };
		const struct timeval tv = { .tv_sec = SECONDS };

		setsockopt(c.client, SOL_SOCKET, SO_RCVTIMEO, &no, sizeof no);
		assert_int_equal(SSL_connect(c.ssl), -1);
		setsockopt(c.client, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
		if (early > sizeof bytes)
			early = sizeof bytes;
		early = (size_t)recv(a[1], bytes, early, 0);
	}
	put(IPC_TLS_PLAIN, &plain, sizeof plain, b[1]);
	assert_int_equal(ipcchan_send_text(&cp, IPC_TLS_CLIENT, &client,
	    sizeof client, bytes, early, a[1]), 0);
	close(a[1]);
	close(b[1]);
	return c;
}

static struct conn
agreed(size_t early)
{
	struct conn c = hand(early);

	assert_int_equal(SSL_connect(c.ssl), 1);
	told(c.id, TLS_AGREED, "TLSv1.");
	return c;
}

static void
drop(struct conn *c)
{
	SSL_free(c->ssl);
	if (c->client >= 0)
		close(c->client);
	if (c->plain >= 0)
		close(c->plain);
}

static void
both_ways(struct conn *c)
{
	char buf[64];

	assert_int_equal(SSL_write(c->ssl, "to vmterm", 9), 9);
	assert_int_equal(recv(c->plain, buf, sizeof buf, 0), 9);
	assert_memory_equal(buf, "to vmterm", 9);
	assert_int_equal(send(c->plain, "to client", 9, 0), 9);
	assert_int_equal(SSL_read(c->ssl, buf, sizeof buf), 9);
	assert_memory_equal(buf, "to client", 9);
}

/* --- tests --- */

static void
early_bytes(void **state)
{
	static const size_t early[] = { 0, 1, 5, 100, IPC_EARLY_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof early / sizeof early[0]; i++) {
		struct conn c = agreed(early[i]);

		both_ways(&c);
		drop(&c);
		told(c.id, TLS_ENDED, "closed");
	}
	ends_alone();
}

static void
versions(void **state)
{
	struct conn c;

	(void)state;
	SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	c = hand(1);
	assert_int_equal(SSL_connect(c.ssl), 1);
	told(c.id, TLS_AGREED, "TLSv1.2 ECDHE");
	both_ways(&c);
	assert_int_equal(SSL_renegotiate(c.ssl), 1);
	assert_true(SSL_do_handshake(c.ssl) <= 0); /* that is refused */
	drop(&c);
	told(c.id, TLS_ENDED, "");
	SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
	SSL_CTX_set_security_level(ctx, 0);
	c = hand(0);
	assert_true(SSL_connect(c.ssl) <= 0);
	told(c.id, TLS_REFUSED, "");
	drop(&c);
	SSL_CTX_set_max_proto_version(ctx, 0);
	SSL_CTX_set_security_level(ctx, 1);
	ERR_clear_error();
	ends_alone();
}

/* What no client of TLS would say. */
static void
liars(void **state)
{
	static const char text[] = "\x16\x03\x01GET / HTTP/1.0\r\n\r\n";
	struct conn c = hand(0);
	char buf[64];

	(void)state;
	assert_true(send(c.client, text, sizeof text, 0) > 0);
	told(c.id, TLS_REFUSED, "");
	assert_int_equal(recv(c.plain, buf, sizeof buf, 0), 0);
	drop(&c);
	c = hand(0); /* gone before it has begun */
	close(c.client);
	c.client = -1;
	told(c.id, TLS_REFUSED, "");
	drop(&c);
	c = hand(0); /* its terminal has */
	close(c.plain);
	c.plain = -1;
	told(c.id, TLS_REFUSED, "its terminal has gone");
	drop(&c);
	ends_alone();
}

/* Whoever reads nothing stops his own bytes only. */
static void
back_pressure(void **state)
{
	struct conn slow = agreed(1), other = agreed(1);
	static char bytes[4096], got[4096];
	size_t sent = 0, read = 0;
	ssize_t n;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7);
	while ((n = send(slow.plain, bytes, sizeof bytes, MSG_DONTWAIT)) > 0 ||
	    poll(&(struct pollfd){ .fd = slow.plain, .events = POLLOUT }, 1,
	    200) > 0)
		sent += n > 0 ? (size_t)n : 0;
	assert_true(sent < 2u << 20); /* buffers of the kernel, and a piece */
	both_ways(&other);
	while (read < sent) {
		n = SSL_read(slow.ssl, got, sizeof got);
		assert_true(n > 0);
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(got[i],
			    bytes[(read + (size_t)i) % sizeof bytes]);
		read += (size_t)n;
	}
	both_ways(&slow);
	drop(&slow);
	drop(&other);
	ends_alone();
}

/* Much, both ways at once, read by a process of its own at the plain end. */
static void
much(void **state)
{
	struct conn c = agreed(1);
	size_t left = MEGABYTES << 20;
	char buf[8192];
	pid_t echo;
	int n;

	(void)state;
	echo = fork();
	assert_true(echo >= 0);
	if (echo == 0) {
		close(c.client);
		while ((n = (int)recv(c.plain, buf, sizeof buf, 0)) > 0)
			if (send(c.plain, buf, (size_t)n, 0) != n)
				_exit(1);
		_exit(0);
	}
	memset(buf, 'x', sizeof buf);
	for (; left > 0; left -= sizeof buf) {
		size_t back = 0;

		assert_int_equal(SSL_write(c.ssl, buf, sizeof buf),
		    sizeof buf);
		while (back < sizeof buf) {
			n = SSL_read(c.ssl, buf, (int)(sizeof buf - back));
			assert_true(n > 0);
			back += (size_t)n;
		}
	}
	close(c.plain);
	c.plain = -1;
	SSL_shutdown(c.ssl);
	waitpid(echo, &n, 0);
	assert_int_equal(n, 0);
	told(c.id, TLS_ENDED, "");
	drop(&c);
	ends_alone();
}

static void
half_closes(void **state)
{
	struct conn c = agreed(1);
	char buf[64];

	(void)state;
	SSL_shutdown(c.ssl); /* the client has no more */
	assert_int_equal(recv(c.plain, buf, sizeof buf, 0), 0);
	assert_int_equal(send(c.plain, "last words", 10, 0), 10);
	assert_int_equal(SSL_read(c.ssl, buf, sizeof buf), 10);
	shutdown(c.plain, SHUT_WR);
	told(c.id, TLS_ENDED, "closed");
	drop(&c);
	c = agreed(1); /* vmterm has no more */
	assert_int_equal(send(c.plain, "bye", 3, 0), 3);
	close(c.plain);
	c.plain = -1;
	assert_int_equal(SSL_read(c.ssl, buf, sizeof buf), 3);
	assert_int_equal(SSL_read(c.ssl, buf, sizeof buf), 0);
	assert_int_equal(SSL_get_error(c.ssl, 0), SSL_ERROR_ZERO_RETURN);
	SSL_write(c.ssl, "for nobody", 10);
	SSL_shutdown(c.ssl);
	told(c.id, TLS_ENDED, "closed");
	drop(&c);
	ends_alone();
}

/* One that never begins, and one that never reads and whose vmterm has gone:
 * both end by the clock, and nothing is left. */
static void
sleepers(void **state)
{
	struct conn mute = hand(0), full = agreed(1);
	struct ipc_value lone = { .value = ++ids };
	time_t since = time(NULL);
	char buf[4096] = "";
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	put(IPC_TLS_PLAIN, &lone, sizeof lone, pair[1]); /* no client comes */
	close(pair[1]);
	while (send(full.plain, buf, sizeof buf, MSG_DONTWAIT) > 0 ||
	    poll(&(struct pollfd){ .fd = full.plain, .events = POLLOUT }, 1,
	    200) > 0)
		;
	close(full.plain);
	full.plain = -1;
	told(full.id, TLS_ENDED, "it does not close");
	assert_true(time(NULL) - since >= RELAY_LINGER_S - 1);
	told(mute.id, TLS_REFUSED, "no handshake in time");
	told(lone.value, TLS_REFUSED, "no handshake in time");
	assert_int_equal(recv(pair[0], buf, sizeof buf, 0), 0);
	close(pair[0]);
	drop(&mute);
	drop(&full);
	ends_alone();
}

/* A client whose plain end never came is closed. */
static void
unknown_id(void **state)
{
	struct ipc_tls_client client = { .id = 9999 };
	char byte;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	put(IPC_TLS_CLIENT, &client, sizeof client, pair[1]);
	close(pair[1]);
	assert_int_equal(recv(pair[0], &byte, 1, 0), 0);
	close(pair[0]);
	ends_alone();
}

/* vmcp has closed the channel: who is there stays. */
static void
last_one(void **state)
{
	struct conn c = agreed(1);

	(void)state;
	ipcchan_close(&cp);
	both_ways(&c);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	both_ways(&c);
	drop(&c);
	assert_int_equal(ended(), 0);
}

/* Descriptors of vmtls; 0 where they cannot be seen. */
static unsigned
descriptors(void)
{
	char path[64];
	unsigned n = 0;
	DIR *d;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	d = opendir(path);
	if (d == NULL)
		return 0;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
nothing_left(void **state)
{
	unsigned before = descriptors();
	struct conn c[32];

	(void)state;
	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 32; i++)
			c[i] = agreed((size_t)(i % 3));
		for (int i = 0; i < 32; i++) {
			drop(&c[i]);
			told(c[i].id, TLS_ENDED, "");
		}
	}
	assert_int_equal(descriptors(), before);
	ends_alone();
}

static void
no_certificate(void **state)
{
	char said[96], there[96];

	(void)state;
	start(there);
	ends_alone();
	start(said); /* the same again */
	assert_string_equal(said, there);
	ends_alone();
	unlink(key);
	start(said);
	assert_non_null(strstr(said, "key.pem: No such file"));
	assert_int_equal(ended(), 1);
	unlink(cert);
	start(said); /* both are made */
	assert_string_not_equal(said, there);
	ends_alone();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_certificate),
		cmocka_unit_test_setup(early_bytes, setup),
		cmocka_unit_test_setup(versions, setup),
		cmocka_unit_test_setup(liars, setup),
		cmocka_unit_test_setup(back_pressure, setup),
		cmocka_unit_test_setup(much, setup),
		cmocka_unit_test_setup(half_closes, setup),
		cmocka_unit_test_setup(unknown_id, setup),
		cmocka_unit_test_setup(last_one, setup),
		cmocka_unit_test_setup(nothing_left, setup),
		cmocka_unit_test_setup(sleepers, setup),
	};

	return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
