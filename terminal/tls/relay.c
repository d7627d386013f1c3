/* SPDX-License-Identifier: MIT
 *
 * relay.c - handshakes, and bytes both ways, with bounds; never waits.
 */
#include "relay.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "early.h"

#define RELAY_ROUNDS 4 /* pieces each way before others have their turn */

enum relay_stage { RELAY_WAITS, RELAY_SHAKES, RELAY_AGREED };

/* One way: what was taken from one side and not yet by the other. */
struct relay_way {
	char *left;  /* at to n of them; NULL: nothing */
	size_t n, at;
	bool ended;  /* its source has no more */
	bool passed; /* and the other side has been told */
	bool deaf;   /* the other side takes no more: thrown away */
};

struct relay_conn {
	LIST_ENTRY(relay_conn) entry;
	struct relay *relay;
	uint32_t id;
	enum relay_stage stage;
	int client, plain;
	SSL *ssl;
	struct relay_way up, down; /* client to plain, plain to client */
	int reads, writes; /* what libssl waits for: SSL_ERROR_WANT_* or 0 */
	bool gone;	   /* the plain side is closed */
	struct event *on_client, *on_plain, *clock;
};

struct relay {
	struct event_base *base;
	SSL_CTX *ctx;
	unsigned n, max;
	relay_fn *fn;
	void *arg;
	LIST_HEAD(, relay_conn) conns;
	char piece[RELAY_PIECE];
};

static void relay_event(evutil_socket_t fd, short what, void *arg);

/* --- a connection's beginning and end --- */

static void
relay_close(struct relay_conn *c)
{
	LIST_REMOVE(c, entry);
	c->relay->n--;
	if (c->on_client != NULL)
		event_free(c->on_client);
	if (c->on_plain != NULL)
		event_free(c->on_plain);
	if (c->clock != NULL)
		event_free(c->clock);
	SSL_free(c->ssl);
	free(c->up.left);
	free(c->down.left);
	if (c->client >= 0)
		close(c->client);
	if (c->plain >= 0)
		close(c->plain);
	free(c);
}

/* The end of it, told: REFUSED if nothing was agreed. */
static void
relay_end(struct relay_conn *c, const char *why)
{
	struct relay *r = c->relay;
	uint32_t id = c->id;
	bool agreed = c->stage == RELAY_AGREED;

	relay_close(c);
	r->fn(r->arg, id, agreed ? TLS_ENDED : TLS_REFUSED, why);
}

static void
relay_after(struct relay_conn *c, unsigned seconds)
{
	struct timeval tv = { .tv_sec = seconds };

	event_add(c->clock, &tv);
}

static void
relay_clock(evutil_socket_t fd, short what, void *arg)
{
	struct relay_conn *c = arg;

	(void)fd;
	(void)what;
	relay_end(c, c->stage == RELAY_AGREED ? "it does not close" :
	    "no handshake in time");
}

static struct relay_conn *
relay_find(struct relay *r, uint32_t id)
{
	struct relay_conn *c;

	LIST_FOREACH(c, &r->conns, entry)
		if (c->id == id && c->stage == RELAY_WAITS)
			return c;
	return NULL;
}

void
relay_plain(struct relay *r, uint32_t id, int fd)
{
	struct relay_conn *c = r->n < r->max ? calloc(1, sizeof *c) : NULL;

	if (c == NULL) {
		close(fd);
		r->fn(r->arg, id, TLS_REFUSED, "too many connections");
		return;
	}
	c->relay = r;
	c->id = id;
	c->plain = fd;
	c->client = -1;
	LIST_INSERT_HEAD(&r->conns, c, entry);
	r->n++;
	c->clock = evtimer_new(r->base, relay_clock, c);
	if (c->clock == NULL)
		relay_end(c, "no memory");
	else
		relay_after(c, RELAY_HANDSHAKE_S);
}

static bool
relay_open(struct relay_conn *c, const void *early, size_t n)
{
	struct relay *r = c->relay;
	BIO *bio = early_new(c->client, early, n);

	c->ssl = bio != NULL ? SSL_new(r->ctx) : NULL;
	if (c->ssl == NULL) {
		BIO_free(bio);
		return false;
	}
	SSL_set_bio(c->ssl, bio, bio);
	SSL_set_accept_state(c->ssl);
	c->on_client = event_new(r->base, c->client, EV_READ, relay_event, c);
	c->on_plain = event_new(r->base, c->plain, EV_READ, relay_event, c);
	return c->on_client != NULL && c->on_plain != NULL;
}

void
relay_client(struct relay *r, uint32_t id, int fd, const void *early, size_t n)
{
	struct relay_conn *c = relay_find(r, id);

	if (c == NULL) {
		close(fd); /* its plain end was refused, or is late */
		return;
	}
	c->client = fd;
	if (!relay_open(c, early, n)) {
		relay_end(c, "no memory");
		return;
	}
	c->stage = RELAY_SHAKES;
	relay_event(fd, EV_READ, c);
}

/* --- libssl --- */

/* What an operation that did not succeed waits for; -1: it has failed. */
static int
relay_wants(struct relay_conn *c, int rc)
{
	int error = SSL_get_error(c->ssl, rc);

	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ||
	    error == SSL_ERROR_ZERO_RETURN)
		return error;
	return -1;
}

static const char *
relay_why(char *buf, size_t size)
{
	unsigned long error = ERR_peek_error();
	const char *reason = error != 0 ? ERR_reason_error_string(error) :
	    NULL;

	snprintf(buf, size, "%s", reason != NULL ? reason :
	    "the connection was lost");
	ERR_clear_error();
	return buf;
}

/* False: the connection has ended. */
static bool
relay_shake(struct relay_conn *c)
{
	char text[128];
	int rc;

	ERR_clear_error();
	rc = SSL_do_handshake(c->ssl);
	if (rc == 1) {
		c->stage = RELAY_AGREED;
		c->reads = c->writes = 0;
		event_del(c->clock);
		snprintf(text, sizeof text, "%s %s", SSL_get_version(c->ssl),
		    SSL_get_cipher_name(c->ssl));
		c->relay->fn(c->relay->arg, c->id, TLS_AGREED, text);
		return true;
	}
	c->reads = relay_wants(c, rc);
	if (c->reads >= 0 && c->reads != SSL_ERROR_ZERO_RETURN)
		return true;
	relay_end(c, relay_why(text, sizeof text));
	return false;
}

/* --- bytes --- */

/* Keep what the other side did not take.  False: no memory. */
static bool
relay_keep(struct relay_way *way, const char *bytes, size_t n)
{
	way->left = malloc(n);
	if (way->left == NULL)
		return false;
	memcpy(way->left, bytes, n);
	way->n = n;
	way->at = 0;
	return true;
}

static void
relay_taken(struct relay_way *way, size_t n)
{
	way->at += n;
	if (way->at < way->n)
		return;
	OPENSSL_cleanse(way->left, way->n);
	free(way->left);
	way->left = NULL;
}

/* How many of these bytes the plain end takes; all, when it hears no more. */
static size_t
relay_to_plain(struct relay_conn *c, const char *bytes, size_t n)
{
	ssize_t sent;

	if (c->up.deaf)
		return n;
	sent = send(c->plain, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent >= 0)
		return (size_t)sent;
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	c->up.deaf = true;
	return n;
}

/* How many the client takes.  -1: it is lost. */
static ssize_t
relay_to_client(struct relay_conn *c, const char *bytes, size_t n)
{
	int rc;

	ERR_clear_error();
	rc = SSL_write(c->ssl, bytes, (int)n);
	c->writes = 0;
	if (rc > 0)
		return rc;
	c->writes = relay_wants(c, rc);
	return c->writes == SSL_ERROR_WANT_READ ||
	    c->writes == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

enum relay_step { RELAY_LOST = -1, RELAY_STANDS, RELAY_MOVED };

/* A piece from the client towards vmterm. */
static enum relay_step
relay_up(struct relay_conn *c)
{
	char *piece = c->relay->piece;
	size_t sent;
	int n;

	if (c->up.left != NULL) {
		sent = relay_to_plain(c, c->up.left + c->up.at,
		    c->up.n - c->up.at);
		relay_taken(&c->up, sent);
		return sent > 0 ? RELAY_MOVED : RELAY_STANDS;
	}
	if (c->up.ended)
		return RELAY_STANDS;
	ERR_clear_error();
	n = SSL_read(c->ssl, piece, RELAY_PIECE);
	c->reads = n > 0 ? 0 : relay_wants(c, n);
	if (c->reads < 0)
		return RELAY_LOST;
	if (c->reads == SSL_ERROR_ZERO_RETURN) {
		c->up.ended = true;
		return RELAY_MOVED;
	}
	if (n <= 0)
		return RELAY_STANDS;
	sent = relay_to_plain(c, piece, (size_t)n);
	if (sent < (size_t)n &&
	    !relay_keep(&c->up, piece + sent, (size_t)n - sent))
		return RELAY_LOST;
	OPENSSL_cleanse(piece, (size_t)n);
	return RELAY_MOVED;
}

/* A piece from vmterm towards the client. */
static enum relay_step
relay_down(struct relay_conn *c)
{
	char *piece = c->relay->piece;
	ssize_t n, sent;

	if (c->down.left != NULL) {
		sent = relay_to_client(c, c->down.left + c->down.at,
		    c->down.n - c->down.at);
		if (sent < 0)
			return RELAY_LOST;
		relay_taken(&c->down, (size_t)sent);
		return sent > 0 ? RELAY_MOVED : RELAY_STANDS;
	}
	if (c->down.ended)
		return RELAY_STANDS;
	n = recv(c->plain, piece, RELAY_PIECE, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return RELAY_STANDS;
	if (n <= 0) {
		c->down.ended = true;
		relay_after(c, RELAY_LINGER_S);
		return RELAY_MOVED;
	}
	sent = relay_to_client(c, piece, (size_t)n);
	if (sent < 0 || (sent < n && !relay_keep(&c->down, piece + sent,
	    (size_t)(n - sent))))
		return RELAY_LOST;
	OPENSSL_cleanse(piece, (size_t)n);
	return RELAY_MOVED;
}

/* An end goes on when all before it has. */
static void
relay_pass_ends(struct relay_conn *c)
{
	if (c->up.ended && c->up.left == NULL && !c->up.passed) {
		shutdown(c->plain, SHUT_WR);
		c->up.passed = true;
	}
	if (c->down.ended && c->down.left == NULL && !c->down.passed) {
		ERR_clear_error();
		SSL_shutdown(c->ssl);
		shutdown(c->client, SHUT_WR);
		c->down.passed = true;
	}
}

/* --- the loop --- */

static short
relay_client_events(const struct relay_conn *c)
{
	short what = 0;

	if (c->stage == RELAY_SHAKES || (c->up.left == NULL && !c->up.ended))
		what |= c->reads == SSL_ERROR_WANT_WRITE ? EV_WRITE : EV_READ;
	if (c->down.left != NULL)
		what |= c->writes == SSL_ERROR_WANT_READ ? EV_READ : EV_WRITE;
	return what;
}

/* Its end is always of interest: a client may read no more for ever. */
static short
relay_plain_events(const struct relay_conn *c)
{
	short what = c->gone ? 0 : EV_CLOSED;

	if (c->stage != RELAY_AGREED)
		return what;
	if (c->up.left != NULL)
		what |= EV_WRITE;
	if (c->down.left == NULL && !c->down.ended)
		what |= EV_READ;
	return what;
}

static void
relay_watch(struct relay_conn *c, struct event *ev, int fd, short what)
{
	if (what != 0 && event_get_events(ev) == (what | EV_PERSIST) &&
	    event_pending(ev, what, NULL))
		return;
	event_del(ev);
	event_assign(ev, c->relay->base, fd, what | EV_PERSIST, relay_event,
	    c);
	if (what != 0)
		event_add(ev, NULL);
}

/* False: the connection has ended.  *more: others have their turn first. */
static bool
relay_move(struct relay_conn *c, bool *more)
{
	char text[128];

	*more = true;
	for (int i = 0; i < RELAY_ROUNDS && *more; i++) {
		enum relay_step up = relay_up(c), down = RELAY_LOST;

		if (up != RELAY_LOST)
			down = relay_down(c);
		if (down == RELAY_LOST) {
			relay_end(c, relay_why(text, sizeof text));
			return false;
		}
		*more = up == RELAY_MOVED || down == RELAY_MOVED;
	}
	relay_pass_ends(c);
	if (!c->up.passed || !c->down.passed)
		return true;
	relay_end(c, "closed");
	return false;
}

static void
relay_event(evutil_socket_t fd, short what, void *arg)
{
	struct relay_conn *c = arg;
	bool more = false;

	if ((what & EV_CLOSED) && fd == c->plain && !c->gone) {
		if (c->stage == RELAY_SHAKES) {
			relay_end(c, "its terminal has gone");
			return;
		}
		c->gone = true;
		relay_after(c, RELAY_LINGER_S);
	}
	if (c->stage == RELAY_SHAKES && !relay_shake(c))
		return;
	if (c->stage == RELAY_AGREED && !relay_move(c, &more))
		return;
	relay_watch(c, c->on_client, c->client, relay_client_events(c));
	relay_watch(c, c->on_plain, c->plain, relay_plain_events(c));
	if (more) /* what is left may be in libssl, where no event sees it */
		event_active(c->on_client, EV_READ, 0);
}

/* --- all of them --- */

struct relay *
relay_new(struct event_base *base, SSL_CTX *ctx, unsigned max, relay_fn *fn,
    void *arg)
{
	struct relay *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->base = base;
	r->ctx = ctx;
	r->max = max;
	r->fn = fn;
	r->arg = arg;
	LIST_INIT(&r->conns);
	return r;
}

void
relay_free(struct relay *r)
{
	struct relay_conn *c;

	if (r == NULL)
		return;
	while ((c = LIST_FIRST(&r->conns)) != NULL)
		relay_close(c);
	free(r);
}

unsigned
relay_count(const struct relay *r)
{
	return r->n;
}
