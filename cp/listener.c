/* SPDX-License-Identifier: MIT
 *
 * listener.c - accept, and hand the socket to a vmterm.  Not a byte that a
 * stranger sends is read here.
 */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/listener.h>

#include "limit.h"
#include "log.h"
#include "message.h"
#include "peer.h"
#include "proxy2.h"
#include "spawn.h"
#include "term.h"
#include "times.h"
#include "tls.h"

#define LISTENER_BACKLOG 256
#define LISTENER_TOO_MANY 60 /* message: TOO MANY CONNECTIONS */
#define LISTENER_PAUSE_MS 200 /* when the system has no more descriptors */
#define LISTENER_TURN 8	      /* connections; then the users have theirs */
#define LISTENER_KEPT 32      /* terminals that strangers leave to this host */
#define LISTENER_SAY_MS 10000 /* between two lines that say the same */

struct listener {
	struct cp *cp;
	struct evconnlistener *ev;
	struct event *resume;
	unsigned turn;	  /* accepted in this one */
	unsigned refused; /* and not told of */
	uint64_t said_ms; /* when they were */
};

static void
listener_refuse(int sock, const char *text)
{
	char line[MESSAGE_MAX + 2];
	int n = snprintf(line, sizeof line, "%s\r\n", text);

	/* Without a word if it takes none. */
	(void)!send(sock, line, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(sock);
}

static int
listener_spawn(struct cp *cp, int channel, int sock)
{
	char name[] = "vmterm", proxy[] = "--proxy", tls[] = "--tls";
	char never[] = "--no-starttls";
	char *argv[] = { name, NULL, NULL, NULL, NULL, NULL };
	int fds[2] = { channel, sock }, rc, n = 1;
	char *token = NULL;

	if (cp->proxy != NULL) {
		token = strdup(cp->proxy);
		if (token == NULL)
			return -1;
		argv[n++] = proxy;
		argv[n++] = token;
	}
	if (tls_ready(cp))
		argv[n++] = tls;
	if (tls_ready(cp) && !cp->config->tls.starttls)
		argv[n++] = never;
	rc = spawn(cp->vmterm, argv, fds, 2) < 0 ? -1 : 0;
	free(token);
	return rc;
}

static struct term *
listener_terminal(struct cp *cp, int sock)
{
	struct term *t = NULL;
	int fd[2], rc;

	if (ipcchan_pair(fd) < 0)
		return NULL;
	rc = listener_spawn(cp, fd[1], sock);
	close(fd[1]);
	if (rc == 0)
		t = term_new(cp, fd[0], false);
	if (t == NULL) {
		int error = errno;

		close(fd[0]);
		errno = error;
	}
	return t;
}

/* Where it is from.  In a lab vmterm is told, and tells: "". */
static void
listener_from(const struct cp *cp, const struct sockaddr *peer,
    char text[PEER_TEXT_MAX])
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)peer;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)peer;

	text[0] = '\0';
	if (cp->proxy != NULL)
		return;
	if (peer->sa_family == AF_INET6)
		peer_text(text, AF_INET6, &in6->sin6_addr,
		    ntohs(in6->sin6_port));
	else
		peer_text(text, AF_INET, &in->sin_addr, ntohs(in->sin_port));
}

/* In a lab its forwarder is told that the connection has come so far. */
static void
listener_take(const struct cp *cp, int sock)
{
	static const char taken = PROXY_TAKEN;

	if (cp->proxy != NULL)
		(void)!send(sock, &taken, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Strangers decide how often: a line now and then says how many. */
static void
listener_say(struct listener *ln, const char *why)
{
	uint64_t now = times_ms();

	ln->refused++;
	if (ln->said_ms != 0 && now - ln->said_ms < LISTENER_SAY_MS)
		return;
	log_warnx("%u terminals, %u not opened: %u refused, the last because "
	    "%s", ln->cp->nterms, ln->cp->unopened, ln->refused, why);
	ln->refused = 0;
	ln->said_ms = now;
}

/* One that comes in a crowd waits until the users had their turn. */
static void
listener_count(struct listener *ln)
{
	if (++ln->turn < LISTENER_TURN)
		return;
	ln->turn = 0;
	evconnlistener_disable(ln->ev);
	event_active(ln->resume, EV_TIMEOUT, 0);
}

static bool
listener_full(const struct cp *cp, const struct limit_address *from)
{
	unsigned kept = from->loopback ? 0 : LISTENER_KEPT;

	return cp->nterms + kept >= cp->max_terms ||
	    cp->unopened + kept >= TERM_UNOPENED_MAX;
}

static void
listener_accepted(struct evconnlistener *ev, evutil_socket_t sock,
    struct sockaddr *peer, int len, void *arg)
{
	static const char full[] =
	    "DMKLOG052E NO TERMINAL IS FREE; TRY AGAIN LATER";
	struct listener *ln = arg;
	struct cp *cp = ln->cp;
	char text[MESSAGE_MAX], where[PEER_TEXT_MAX];
	struct limit_address from;
	struct term *t;

	(void)ev;
	(void)len;
	listener_from(cp, peer, where);
	from = limit_address(where);
	listener_count(ln);
	listener_take(cp, sock);
	if (listener_full(cp, &from)) {
		listener_say(ln, "there are so many");
		listener_refuse(sock, full);
		return;
	}
	if (!limit_open(cp->limits, &from, times_ms())) {
		listener_say(ln, "its address has too many");
		message_print(text, sizeof text, LISTENER_TOO_MANY);
		listener_refuse(sock, text);
		return;
	}
	t = listener_terminal(cp, sock);
	if (t == NULL) {
		listener_say(ln, strerror(errno));
		limit_close(cp->limits, &from);
		listener_refuse(sock, full);
		return;
	}
	t->from = from;
	snprintf(t->peer, sizeof t->peer, "%s", where);
	close(sock); /* vmterm has it */
}

static void
listener_resumed(evutil_socket_t fd, short what, void *arg)
{
	struct listener *ln = arg;

	(void)fd;
	(void)what;
	evconnlistener_enable(ln->ev);
}

/* accept() failed: most likely for want of descriptors.  Do not spin. */
static void
listener_error(struct evconnlistener *ev, void *arg)
{
	struct timeval tv = { .tv_usec = LISTENER_PAUSE_MS * 1000 };
	struct listener *ln = arg;

	listener_say(arg, strerror(errno));
	evconnlistener_disable(ev);
	evtimer_add(ln->resume, &tv);
}

static int
listener_address(const char *address, uint16_t port,
    struct sockaddr_storage *ss)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof *ss);
	if (inet_pton(AF_INET, address, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		return sizeof *in;
	}
	if (inet_pton(AF_INET6, address, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		return sizeof *in6;
	}
	return -1;
}

struct listener *
listener_new(struct cp *cp, const char *address, uint16_t port, char *buf,
    size_t size)
{
	struct listener *ln = calloc(1, sizeof *ln);
	struct sockaddr_storage ss;
	int len = listener_address(address, port, &ss);

	if (len < 0 || ln == NULL) {
		snprintf(buf, size, "%s is not an address", address);
		free(ln);
		return NULL;
	}
	ln->cp = cp;
	ln->resume = evtimer_new(cp->base, listener_resumed, ln);
	ln->ev = evconnlistener_new_bind(cp->base, listener_accepted, ln,
	    LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE,
	    LISTENER_BACKLOG, (struct sockaddr *)&ss, len);
	if (ln->ev == NULL || ln->resume == NULL) {
		snprintf(buf, size, "cannot listen on %s port %u: %s", address,
		    port, strerror(errno));
		listener_free(ln);
		return NULL;
	}
	evconnlistener_set_error_cb(ln->ev, listener_error);
	return ln;
}

void
listener_free(struct listener *ln)
{
	if (ln == NULL)
		return;
	if (ln->ev != NULL)
		evconnlistener_free(ln->ev);
	if (ln->resume != NULL)
		event_free(ln->resume);
	free(ln);
}
