/* SPDX-License-Identifier: MIT
 *
 * term.c - carry bytes between a client, its view and CP, with bounds.
 *
 * What comes in: 512 bytes a turn, and none while the client does not take
 * what we have for it or CP does not take what we have for it.  What goes
 * out: a view is asked for more (and gives CP credit) only when little waits.
 * So neither side can make this process grow.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "term_internal.h"

#define TERM_READ 512
#define TERM_OUT_LOW 8192	   /* more output only when less waits */
#define TERM_OUT_PAUSE (128u << 10) /* no input while more waits */
#define TERM_OUT_MAX (256u << 10)  /* more than this cannot be meant */
#define TERM_CHANNEL_MAX 16384	   /* no input while more waits for CP */

#define TERM_PROXY_MS 5000    /* to send the header */
#define TERM_HELLO_MS 300     /* for a client that begins with TLS to do so */
#define TERM_LINGER_MS 3000   /* to take the last words, and */
#define TERM_CLOSE_MS 1000    /* to close after them */
#define TERM_RETRY_MS 50      /* look again whether CP takes its messages */
#define TERM_MARKS_LOST 4     /* then a client that used to answer is dead */

#define TERM_TLS_HANDSHAKE 0x16 /* what TLS begins with; telnet does not */

_Static_assert(TN3270_RECORD_MAX <= IPC_FULL_MAX, "a record fits a message");
_Static_assert(TERM_READ <= IPC_EARLY_MAX, "what was read fits a message");

/* One process is one connection. */
static struct term term_only;

void
term_end(struct term *t)
{
	event_base_loopbreak(t->base);
}

void
term_after(struct event *ev, unsigned ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000 };

	event_add(ev, &tv);
}

/* --- output --- */

/* The client has our last words; it closes, or the clock does. */
static void
term_hang_up(struct term *t)
{
	shutdown(t->fd, SHUT_WR);
	term_after(t->clock, TERM_CLOSE_MS);
}

/*
 * Nothing more will be said; what waits may still go out, for a while.  What
 * the client still sends is read and thrown away: were it left unread, the end
 * of this process would reset the connection, and the last words with it.
 */
void
term_linger(struct term *t)
{
	t->phase = TERM_CLOSING;
	t->paused = false;
	event_add(t->read, NULL);
	term_after(t->clock, TERM_LINGER_MS);
	if (evbuffer_get_length(t->out) == 0)
		term_hang_up(t);
}

void
term_fail(void *arg, const char *why)
{
	struct term *t = arg;

	if (!t->failed)
		log_info("%s: connection closed: %s", t->proxy.peer, why);
	t->failed = true;
	term_end(t);
}

static void
term_pause(struct term *t)
{
	t->paused = true;
	event_del(t->read);
}

static void
term_resume(struct term *t)
{
	if (!t->paused || t->phase == TERM_CLOSING)
		return;
	if (t->cp.ch.queued > TERM_CHANNEL_MAX) {
		term_after(t->retry, TERM_RETRY_MS);
		return;
	}
	if (evbuffer_get_length(t->out) > TERM_OUT_LOW)
		return;
	t->paused = false;
	event_add(t->read, NULL);
}

void
term_settle_soon(void *arg)
{
	struct term *t = arg;

	event_active(t->settle, EV_TIMEOUT, 0);
}

static void term_readable(evutil_socket_t fd, short what, void *arg);

/* The messages that were there have been handled: draw, write, give credit. */
static void
term_settled(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;

	(void)fd;
	(void)what;
	if (t->toggle)
		term_other(t);
	if (t->ops != NULL && evbuffer_get_length(t->out) <= t->ops->low)
		t->ops->ready(t->view);
	if (t->lines) /* at once: CP may have another screen for the next */
		term_under(t);
	if (t->soft != NULL && evbuffer_get_length(t->out) == 0)
		soft_ready(t->soft);
	if (evbuffer_get_length(t->out) == 0 && t->phase == TERM_CLOSING)
		term_hang_up(t);
}

/* What one turn of the loop has to say is written at its end, by one call;
 * only a client that does not take it is waited for. */
void
term_out(void *arg, const void *bytes, size_t n)
{
	struct term *t = arg;

	if (evbuffer_get_length(t->out) + n > TERM_OUT_MAX ||
	    evbuffer_add(t->out, bytes, n) < 0) {
		term_fail(t, "too much output waits");
		return;
	}
	if (evbuffer_get_length(t->out) > TERM_OUT_PAUSE)
		term_pause(t);
	if (!event_pending(t->write, EV_WRITE, NULL))
		event_active(t->write, EV_WRITE, 0);
}

/* A queue that does not move is a client that will not read any more. */
static void
term_moved(struct term *t, size_t before)
{
	size_t now = evbuffer_get_length(t->out);

	if (now == 0)
		event_del(t->stuck);
	else if (now < before || !event_pending(t->stuck, EV_TIMEOUT, NULL))
		term_after(t->stuck, TERM_STUCK_MS);
}

static void
term_stuck(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	term_fail(arg, "the client takes no output");
}

static void
term_writable(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;
	size_t before = evbuffer_get_length(t->out);

	(void)what;
	if (before > 0 && evbuffer_write(t->out, fd) < 0 &&
	    errno != EAGAIN && errno != EINTR) {
		term_end(t);
		return;
	}
	term_moved(t, before);
	if (evbuffer_get_length(t->out) <= TERM_OUT_LOW) {
		term_resume(t);
		term_settle_soon(t);
	}
	if (evbuffer_get_length(t->out) > 0)
		event_add(t->write, NULL);
}
/* --- TLS --- */

/* Read and write here from now on. */
static void
term_socket(struct term *t, int fd)
{
	event_del(t->read);
	event_del(t->write);
	t->fd = fd;
	event_assign(t->read, t->base, fd, EV_READ | EV_PERSIST,
	    term_readable, t);
	event_assign(t->write, t->base, fd, EV_WRITE, term_writable, t);
	event_add(t->read, NULL);
}

/*
 * The client begins TLS: its socket, what was read of it already and the far
 * end of the pair go to the process that has the key.  From now on this end of
 * the pair is the client, of which nothing is known yet.
 */
void
term_tls(void *arg, const uint8_t *bytes, size_t n)
{
	struct ipc_none none = { 0 };
	struct ipc_text early = { 0 };
	struct term *t = arg;
	int client = t->fd;

	if (evbuffer_get_length(t->out) > 0)
		evbuffer_write(t->out, t->fd); /* our half of STARTTLS */
	if (evbuffer_get_length(t->out) > 0) {
		term_fail(t, "the client does not take our STARTTLS");
		return;
	}
	telnet_close(&t->telnet);
	term_socket(t, t->plain);
	loopchan_send(&t->cp, IPC_TERM_TLS_PLAIN, &none, sizeof none, t->tls);
	loopchan_send_text(&t->cp, IPC_TERM_TLS_CLIENT, &early, sizeof early,
	    bytes, n, client);
	t->plain = t->tls = -1; /* the channel closes what it has sent */
	t->secure = true;
	term_telnet(t);
}

/* --- the client's socket --- */

/* The first bytes: TLS, or something else. */
static void
term_hello(struct term *t, const uint8_t *bytes, size_t n)
{
	if (bytes[0] == TERM_TLS_HANDSHAKE) {
		term_tls(t, bytes, n);
		return;
	}
	term_telnet(t);
	telnet_feed(&t->telnet, bytes, n);
}

/* Where there is no TLS, or a word of telnet has spoilt it, a client that
 * begins it cannot even be told so. */
static void
term_no_tls(struct term *t)
{
	log_info("%s: connection closed: the client begins TLS%s",
	    t->proxy.peer, t->plain >= 0 ? " too late" :
	    ", which this system does not have");
	term_linger(t);
}

static void
term_talk(struct term *t, const uint8_t *bytes, size_t n)
{
	bool first = t->telnet.filter.bytes == 0 && !t->secure;

	if (t->phase == TERM_HELLO)
		term_hello(t, bytes, n);
	else if (first && bytes[0] == TERM_TLS_HANDSHAKE)
		term_no_tls(t);
	else
		telnet_feed(&t->telnet, bytes, n);
}

/* Wait for the client to begin with TLS: a word of telnet would spoil it. */
static void
term_listen(struct term *t)
{
	if (t->plain < 0) {
		term_telnet(t);
		return;
	}
	t->phase = TERM_HELLO;
	term_after(t->clock, TERM_HELLO_MS);
}

/* Take the PROXY header off; what is left of n. */
static size_t
term_header(struct term *t, const uint8_t **bytes, size_t n)
{
	size_t used;
	enum peer_verdict verdict = peer_feed(&t->proxy, t->token, *bytes, n,
	    &used);

	*bytes += used;
	if (verdict == PEER_BAD)
		term_fail(t, "not a PROXY header with our token");
	if (verdict != PEER_DONE)
		return 0;
	term_listen(t);
	return n - used;
}

static void
term_readable(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;
	uint8_t buf[TERM_READ];
	const uint8_t *bytes = buf;
	ssize_t got = read(fd, buf, sizeof buf);
	size_t n;

	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		term_end(t);
		return;
	}
	if (t->phase == TERM_CLOSING)
		return; /* read, or the client would lose what we said last */
	n = (size_t)got;
	t->silent = false;
	t->marks_sent = 0;
	if (t->phase == TERM_HEADER)
		n = term_header(t, &bytes, n);
	if (n > 0)
		term_talk(t, bytes, n);
	explicit_bzero(buf, sizeof buf);
	if (t->cp.ch.queued > TERM_CHANNEL_MAX) {
		term_pause(t);
		term_after(t->retry, TERM_RETRY_MS);
	}
}

/* --- clocks --- */

static void
term_clock(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;
	unsigned again;

	(void)fd;
	(void)what;
	switch (t->phase) {
	case TERM_HEADER:
		term_fail(t, "no PROXY header came");
		break;
	case TERM_HELLO:
		term_telnet(t);
		break;
	case TERM_TALK:
		if (t->asked) {
			term_known(t);
			break;
		}
		again = telnet_timeout(&t->telnet);
		if (again != 0)
			term_after(t->clock, again);
		break;
	case TERM_CLOSING:
		term_end(t);
		break;
	}
}

static void
term_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	term_resume(arg);
}

/*
 * Ask a silent client for a sign of life.  One that takes no output is not
 * asked: TCP finds out about it.  One that never answered cannot be told from
 * a dead one this way, so it is left to TCP too.
 */
static void
term_mark(evutil_socket_t fd, short what, void *arg)
{
	struct term *t = arg;

	(void)fd;
	(void)what;
	term_after(t->mark, TERM_MARK_MS);
	if (t->telnet.filter.timing_marks > 0 &&
	    t->marks_sent >= TERM_MARKS_LOST) {
		term_fail(t, "the client does not answer any more");
		return;
	}
	if (t->silent && evbuffer_get_length(t->out) == 0) {
		telnet_timing_mark(&t->telnet);
		t->marks_sent++;
	}
	t->silent = true;
}
/* --- beginning --- */

static int
term_events(struct term *t)
{
	t->out = evbuffer_new();
	t->read = event_new(t->base, t->fd, EV_READ | EV_PERSIST,
	    term_readable, t);
	t->write = event_new(t->base, t->fd, EV_WRITE, term_writable, t);
	t->settle = event_new(t->base, -1, 0, term_settled, t);
	t->clock = evtimer_new(t->base, term_clock, t);
	t->retry = evtimer_new(t->base, term_retry, t);
	t->mark = evtimer_new(t->base, term_mark, t);
	t->stuck = evtimer_new(t->base, term_stuck, t);
	t->key = evtimer_new(t->base, term_key_expired, t);
	if (t->out == NULL || t->read == NULL || t->write == NULL ||
	    t->settle == NULL || t->clock == NULL || t->retry == NULL ||
	    t->mark == NULL || t->stuck == NULL || t->key == NULL)
		return -1;
	for (unsigned i = 0; i < VIEW_TIMERS; i++) {
		t->timer[i].term = t;
		t->timer[i].id = i;
		t->timer[i].ev = evtimer_new(t->base, term_view_expired,
		    &t->timer[i]);
		if (t->timer[i].ev == NULL)
			return -1;
	}
	return event_add(t->read, NULL);
}

int
term_open(struct event_base *base, const struct term_options *options)
{
	struct term *t = &term_only;

	t->base = base;
	t->fd = options->client;
	t->plain = options->plain;
	t->tls = options->tls;
	t->starttls = options->starttls;
	t->token = options->token;
	t->silent = true;
	strncpy(t->proxy.peer, options->peer, sizeof t->proxy.peer - 1);
	if (term_events(t) < 0 ||
	    loopchan_open(&t->cp, base, options->channel, IPC_TERM, IPC_CP,
	    term_message, t) < 0) {
		errno = ENOMEM;
		return -1;
	}
	t->cp.ch.gives = true; /* a descriptor cannot be copied any more */
	if (t->token == NULL) {
		term_listen(t);
		return 0;
	}
	t->phase = TERM_HEADER;
	term_after(t->clock, TERM_PROXY_MS);
	return 0;
}
