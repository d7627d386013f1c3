/* SPDX-License-Identifier: MIT
 *
 * reader.c - a card reader on a TCP port: a connection is a deck.
 *
 * One deck at a time; who comes meanwhile waits in the socket's backlog.  The
 * sender ends a deck by the end of what he sends, and is then told in one line
 * what became of it and how many cards came: if he dies, his line may end as
 * that of one who is done, and what had come is a deck.  One that breaks off,
 * pauses or takes too long, has no ID card or is for nobody is not kept.
 * Nothing else that is sent is looked at.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "deck.h"
#include "feed.h"
#include "log.h"
#include "name.h"
#include "peer.h"
#include "unit.h"

#define READER_CHUNK 16384 /* at most FEED_BLOCKS - UR_WINDOW - 1 blocks */
#define READER_LINGER_S 5  /* for the sender to read what he is told */
#define READER_NO_ID "ID CARD MISSING OR INVALID"

enum reader_state {
	READER_EMPTY,  /* no deck */
	READER_PEER,   /* who is it? */
	READER_CARDS,
	READER_ASKS,   /* vmcp: does the user exist? */
	READER_CLOSES, /* all cards are there */
	READER_TOLD,   /* what he still sends is not read */
};

struct reader {
	struct unit *u;
	int listening, sock;
	enum reader_state state;
	bool ended; /* the sender has sent all */
	struct event *accept, *readable, *idle, *total;
	struct peer peer;
	struct deck deck;
	struct feed feed;
	struct spool_file file; /* for QUERY */
	/* What was received: up to at done, up to len to do, the rest held: in
	 * a lab a deck ends with the token (of so many bytes), which this may
	 * be the beginning of, and one without it broke off. */
	size_t at, len, held, end;
	char in[READER_CHUNK + sizeof((struct ipc_unit_config *)0)->proxy];
};

static struct reader reader;

static const struct sandbox_rule reader_rules[] = {
	SANDBOX(accept4, "decks"),
	SANDBOX(recvfrom, "cards"),
	SANDBOX(sendto, "what the sender is told"),
	SANDBOX(shutdown, "that this is all"),
	SANDBOX(recvmsg, "channels"),
	SANDBOX(sendmsg, "channels"),
	SANDBOX(fcntl, "vmspool's new channel is made non-blocking"),
	SANDBOX(close, "decks, channels"),
	SANDBOX(epoll_wait, "the event loop"),
	SANDBOX(epoll_pwait, "the event loop"),
	SANDBOX(epoll_ctl, "the event loop: decks come and go"),
	SANDBOX(clock_gettime, "the event loop, the log's time"),
	SANDBOX(gettimeofday, "libevent's clock"),
	SANDBOX(read, "libevent's wake-up"),
	SANDBOX(write, "the log"),
	SANDBOX(getpid, "the log's lines"),
	SANDBOX(newfstatat, "the log's time: is the time zone's file new?"),
	SANDBOX(brk, "memory"),
	SANDBOX(mmap, "memory"),
	SANDBOX(munmap, "memory"),
	SANDBOX(mremap, "memory"),
	SANDBOX(madvise, "memory"),
	SANDBOX(getrandom, "malloc's seed"),
	SANDBOX(rt_sigprocmask, "abort and the loop"),
	SANDBOX(rt_sigreturn, "return from a signal"),
	SANDBOX(exit_group, "the end"),
};

static void
reader_seconds(struct event *timer, uint32_t seconds)
{
	const struct timeval tv = { .tv_sec = seconds };

	event_add(timer, &tv);
}

/* --- the end of a deck --- */

/* The next one may come. */
static void
reader_next(struct reader *r)
{
	event_del(r->readable);
	event_del(r->idle);
	event_del(r->total);
	close(r->sock);
	r->sock = -1;
	r->state = READER_EMPTY;
	event_add(r->accept, NULL);
	unit_state(r->u, NULL);
}

/* The sender gets his line; he may still be sending.  What he sends is thrown
 * away until he ends, for a while, so that the line reaches him. */
static void
reader_line(struct reader *r, const char *text)
{
	char line[256];
	int n = snprintf(line, sizeof line, "%s\n", text);

	log_info("deck from %s: %s", r->peer.peer, text);
	if (send(r->sock, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_warn("%s has gone", r->peer.peer);
	shutdown(r->sock, SHUT_WR);
	if (r->ended) {
		reader_next(r);
		return;
	}
	r->state = READER_TOLD;
	event_add(r->readable, NULL);
	reader_seconds(r->idle, READER_LINGER_S);
	reader_seconds(r->total, READER_LINGER_S * 4);
}

static void __attribute__((format(printf, 2, 3)))
reader_tell(struct reader *r, const char *fmt, ...)
{
	char text[192];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	reader_line(r, text);
}

static void __attribute__((format(printf, 3, 4)))
reader_refuse(struct reader *r, enum unit_message number, const char *fmt, ...)
{
	char words[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof words, fmt, ap);
	va_end(ap);
	feed_purge(&r->feed);
	reader_tell(r, "DMKRSP%03dE %s %s", number, r->u->name, words);
}

/* The line broke: there is nobody to be told. */
static void
reader_broken(struct reader *r, const char *why)
{
	if (r->state != READER_TOLD)
		log_warnx("deck from %s: not kept: %s", r->peer.peer, why);
	feed_purge(&r->feed);
	reader_next(r);
}

static void
reader_failed(struct reader *r, int rc)
{
	struct name_text user = name_text(r->deck.user);

	if (rc == -EDQUOT)
		reader_refuse(r, UNIT_REFUSED, "DECK NOT KEPT; %s HAS TOO MUCH "
		    "IN THE SPOOL", user.s);
	else if (rc == -EMFILE)
		reader_refuse(r, UNIT_REFUSED, "DECK NOT KEPT; %s HAS %u FILES",
		    user.s, SPOOLID_MAX);
	else if (rc == -ESTALE)
		reader_refuse(r, UNIT_REFUSED, "DECK NOT KEPT; THE SPOOL WAS "
		    "STARTED AGAIN; SEND IT AGAIN");
	else if (rc != -ENOSPC && rc != -EIO && rc != -EBUSY)
		reader_refuse(r, UNIT_SPOOLING, "SPOOLING ERROR; %s",
		    strerror(-rc));
	/* Else it waits: there may be room again before its time is over. */
}

/* --- cards --- */

static void
reader_card(void *arg, const char *card, size_t len)
{
	struct reader *r = arg;

	feed_card(&r->feed, card, len);
	r->file.records++;
	r->file.bytes += len;
}

/* The end of the deck has been read. */
static void
reader_complete(struct reader *r)
{
	event_del(r->readable);
	event_del(r->idle);
	deck_end(&r->deck);
	if (r->deck.state == DECK_TOO_LONG || r->deck.state == DECK_NO_ID)
		return;
	if (r->deck.state == DECK_ASKS || r->deck.cards == 0) {
		reader_refuse(r, UNIT_REFUSED, "DECK NOT KEPT; IT HAS NO "
		    "CARDS");
		return;
	}
	r->state = READER_CLOSES;
	feed_end(&r->feed, &r->deck.attr);
}

/* What has been read becomes cards, as far as there is room. */
static void
reader_work(struct reader *r)
{
	if (r->state != READER_CARDS)
		return;
	r->at += deck_feed(&r->deck, r->in + r->at, r->len - r->at);
	if (r->deck.state == DECK_ASKS) {
		struct ipc_unit_user ask = { .user = r->deck.user };

		r->state = READER_ASKS;
		event_del(r->readable);
		loopchan_send(&r->u->cp, IPC_UNIT_ASK_USER, &ask, sizeof ask,
		    -1);
		return;
	}
	if (r->ended)
		reader_complete(r);
	if (r->deck.state == DECK_NO_ID)
		reader_refuse(r, UNIT_NO_ID, READER_NO_ID);
	else if (r->deck.state == DECK_TOO_LONG)
		reader_refuse(r, UNIT_REFUSED, "DECK NOT KEPT; A CARD IS "
		    "LONGER THAN %u BYTES", SPOOL_RECORD_MAX);
	else if (r->state == READER_CARDS && feed_room(&r->feed)) {
		event_add(r->readable, NULL);
		if (r->deck.state == DECK_CARDS) /* the first has one time */
			reader_seconds(r->idle, r->u->config.idle_s);
	} else {
		event_del(r->readable);
		event_del(r->idle); /* it is us who pause */
	}
}

/* It is known who sends: cards may come. */
static void
reader_peer(struct reader *r)
{
	size_t used;

	peer_feed(&r->peer, r->u->config.proxy, (const uint8_t *)r->in +
	    r->at, r->len - r->at, &used);
	r->at += used;
	if (r->peer.verdict == PEER_BAD ||
	    (r->peer.verdict == PEER_MORE && r->ended)) {
		reader_broken(r, "it came past the port's own listener");
	} else if (r->peer.verdict == PEER_DONE && !r->u->started) {
		reader_refuse(r, UNIT_REFUSED, "DECK NOT KEPT; DRAINED");
	} else if (r->peer.verdict == PEER_DONE) {
		r->state = READER_CARDS;
		unit_state(r->u, &r->file);
		reader_work(r);
	}
}

/* How many of the last bytes may be of the token. */
static size_t
reader_held(const struct reader *r, size_t total)
{
	size_t n = total < r->end ? total : r->end;

	while (n > 0 && memcmp(r->in + total - n, r->u->config.proxy, n) != 0)
		n--;
	return n;
}

/* More bytes behind those that are held.  False: there are none, or the deck
 * has broken off. */
static bool
reader_receive(struct reader *r)
{
	size_t total;
	ssize_t n;

	memmove(r->in, r->in + r->len, r->held);
	r->at = r->len = 0;
	n = recv(r->sock, r->in + r->held, READER_CHUNK, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n == 0 && r->state != READER_TOLD && r->held != r->end) {
		n = -1;
		errno = ECONNRESET;
	}
	if (n < 0) {
		reader_broken(r, strerror(errno));
		return false;
	}
	total = r->held + (size_t)n;
	r->ended = n == 0;
	r->held = reader_held(r, total);
	r->len = total - r->held;
	return true;
}

static void
reader_readable(evutil_socket_t fd, short what, void *arg)
{
	struct reader *r = arg;

	(void)fd;
	(void)what;
	if (!reader_receive(r))
		return;
	if (r->state == READER_TOLD) {
		if (r->ended)
			reader_next(r);
		return;
	}
	if (r->state == READER_PEER)
		reader_peer(r);
	else
		reader_work(r);
}

static void
reader_on_idle(evutil_socket_t fd, short what, void *arg)
{
	struct reader *r = arg;

	(void)fd;
	(void)what;
	if (r->state == READER_TOLD)
		reader_broken(r, "");
	else if (r->deck.state == DECK_FIRST)
		reader_refuse(r, UNIT_NO_ID, READER_NO_ID);
	else
		reader_refuse(r, UNIT_REFUSED, "DECK NOT KEPT; NOTHING CAME "
		    "FOR %u SECONDS", r->u->config.idle_s);
}

static void
reader_on_total(evutil_socket_t fd, short what, void *arg)
{
	struct reader *r = arg;

	(void)fd;
	(void)what;
	if (r->state == READER_TOLD)
		reader_broken(r, "");
	else if (feed_unsure(&r->feed)) /* it may be his already */
		reader_seconds(r->total, r->u->config.deck_s);
	else
		reader_refuse(r, UNIT_REFUSED, "DECK NOT KEPT; IT TOOK MORE "
		    "THAN %u SECONDS", r->u->config.deck_s);
}

/* --- a deck comes --- */

static void
reader_origin(struct reader *r, const struct sockaddr_storage *from)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)from;

	r->peer = (struct peer){ .verdict = PEER_MORE };
	if (r->u->config.proxy[0] != '\0')
		return;
	r->peer.verdict = PEER_DONE;
	if (from->ss_family == AF_INET)
		peer_text(r->peer.peer, AF_INET, &in->sin_addr,
		    ntohs(in->sin_port));
}

static void
reader_accept(evutil_socket_t fd, short what, void *arg)
{
	struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof from;
	struct reader *r = arg;
	int sock = accept4(fd, (struct sockaddr *)&from, &len,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	if (sock < 0)
		return;
	event_del(r->accept);
	r->sock = sock;
	r->ended = false;
	r->at = r->len = r->held = 0;
	r->end = strlen(r->u->config.proxy);
	r->state = READER_PEER;
	r->file = (struct spool_file){ .queue = SPOOL_RDR,
		.device = SPOOL_ON_RDR };
	reader_origin(r, &from);
	deck_begin(&r->deck, r->u->classes[0], reader_card, r);
	event_assign(r->readable, r->u->base, sock, EV_READ | EV_PERSIST,
	    reader_readable, r);
	event_add(r->readable, NULL);
	reader_seconds(r->idle, r->u->config.idle_s);
	reader_seconds(r->total, r->u->config.deck_s);
	if (r->peer.verdict == PEER_DONE)
		reader_peer(r);
}

/* --- what others say --- */

static void
reader_user(struct unit *u, const struct ipc_unit_user *user)
{
	struct reader *r = &reader;

	(void)u;
	if (r->state != READER_ASKS ||
	    !name_equal(user->user, r->deck.user))
		return;
	r->state = READER_CARDS;
	if (!user->known) {
		reader_refuse(r, UNIT_NO_USER, "%s NOT IN CP DIRECTORY",
		    name_text(user->user).s);
		return;
	}
	memcpy(r->deck.attr.dist, user->dist, sizeof r->deck.attr.dist);
	r->file.owner = r->file.origin =
	    (struct vm_user){ r->deck.user, r->u->node };
	r->file.attr = r->deck.attr;
	unit_state(r->u, &r->file);
	feed_begin(&r->feed, r->deck.user);
	deck_go(&r->deck);
	reader_work(r);
}

static void
reader_on_feed(struct feed *f, enum feed_event event, int rc,
    const struct ipc_ur_row *row)
{
	struct name_text user = name_text(reader.deck.user);
	struct reader *r = &reader;

	(void)f;
	if (event == FEED_ROOM) {
		reader_work(r);
	} else if (event == FEED_FAILED) {
		reader_failed(r, rc);
	} else if (row != NULL) {
		unit_say(r->u, "INPUT FOR %-8s FILE = %04u", user.s,
		    row->file.spoolid);
		reader_tell(r, "RDR FILE %04u SENT TO %s RECS %04llu",
		    row->file.spoolid, user.s,
		    (unsigned long long)row->file.records);
	} else { /* vmspool was killed just behind its commit */
		reader_tell(r, "RDR FILE SENT TO %s RECS %04llu", user.s,
		    (unsigned long long)r->deck.cards);
	}
}

static void
reader_message(struct unit *u, const struct ipcchan_message *msg)
{
	(void)u;
	feed_message(&reader.feed, msg);
}

static void
reader_spool(struct unit *u, bool there)
{
	(void)u;
	feed_spool(&reader.feed, there);
	if (there && reader.sock < 0)
		event_add(reader.accept, NULL);
}

static int
reader_order(struct unit *u, const struct ipc_unit_order *order)
{
	struct reader *r = &reader;
	bool active = r->state != READER_EMPTY && r->state != READER_TOLD;

	if (order->op == UNIT_START || order->op == UNIT_DRAIN) {
		unit_state(u, active ? &r->file : NULL);
		return 0;
	}
	if (order->op != UNIT_FLUSH)
		return UNIT_NOT_HERE;
	if (!active || feed_unsure(&r->feed))
		return UNIT_INACTIVE;
	reader_refuse(r, UNIT_REFUSED, "DECK NOT KEPT; FLUSHED BY OPERATOR");
	return 0;
}

static int
reader_open(struct unit *u, int fd)
{
	struct reader *r = &reader;

	r->u = u;
	r->listening = fd;
	r->sock = -1;
	evutil_make_socket_nonblocking(fd);
	r->accept = unit_event(u, fd, EV_READ | EV_PERSIST, reader_accept, r);
	r->readable = unit_event(u, -1, 0, reader_readable, r);
	r->idle = unit_event(u, -1, 0, reader_on_idle, r);
	r->total = unit_event(u, -1, 0, reader_on_total, r);
	feed_init(&r->feed, u, reader_on_feed);
	return 0; /* no deck before vmspool is there */
}

const struct unit_kind reader_kind = {
	.rules = reader_rules,
	.nrules = sizeof reader_rules / sizeof reader_rules[0],
	.open = reader_open,
	.order = reader_order,
	.message = reader_message,
	.spool = reader_spool,
	.user = reader_user,
};
