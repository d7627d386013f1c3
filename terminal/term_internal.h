/* SPDX-License-Identifier: MIT
 *
 * term_internal.h - one connection, between the files it is made of: the
 * sockets (term.c), what the client is (term_client.c), how the console is
 * shown on it (term_view.c) and what CP says (term_cp.c).
 */
#ifndef VM370_TERMINAL_TERM_INTERNAL_H
#define VM370_TERMINAL_TERM_INTERNAL_H

#include <event2/buffer.h>
#include <event2/event.h>

#include "ds3270.h"
#include "ipc.h"
#include "loop.h"
#include "soft.h"
#include "telnet.h"
#include "term.h"
#include "view.h"
#include "view_3270.h"
#include "view_line.h"

#ifndef TERM_MARK_MS	      /* tests have less patience */
#define TERM_MARK_MS 30000    /* of silence, before a timing mark */
#define TERM_STUCK_MS 180000  /* a client that takes nothing so long is dead */
#endif

#define TERM_TYPED_MAX (128u << 10) /* a paste that waits, in UTF-8 */

/* The PROXY header; TLS or telnet; telnet; the last words. */
enum term_phase { TERM_HEADER, TERM_HELLO, TERM_TALK, TERM_CLOSING };

struct term_timer {
	struct term *term;
	struct event *ev;
	unsigned id;
};

struct term {
	struct event_base *base;
	struct loopchan cp;
	int fd;
	int plain, tls;	/* the two ends that TLS puts between, or -1 */
	bool starttls;
	enum term_phase phase;
	const char *token;
	struct evbuffer *out;
	struct event *read, *write;
	struct event *settle;	/* after the messages that are there now */
	struct event *clock;	/* PROXY header, negotiation, lingering */
	struct event *retry, *mark;
	struct event *stuck;	/* while output waits: nothing was taken */
	struct term_timer timer[VIEW_TIMERS];
	bool paused;
	bool failed;		/* said so, and ends with this turn */
	unsigned marks_sent;	/* timing marks not answered */
	bool secure;		/* the client's connection is encrypted */
	bool silent;		/* nothing came since the last mark timer */
	bool asked;		/* what display it is; its answer is awaited */
	bool owes;		/* the same, and may come later than that */
	struct ds_display display;
	struct telnet telnet;
	const struct view_ops *ops; /* NULL: nothing is agreed */
	void *view;		/* the one of these that is shown */
	struct view_line line;
	struct view_3270 screen;
	bool toggle;		/* to the other, when this turn ends */
	struct soft *soft;	/* a character terminal as a 3270, or NULL */
	bool over;		/* a guest's screen is over the lines, which */
	bool lines;		/* come back when this turn ends */
	uint8_t typed[TERM_TYPED_MAX]; /* what goes along to another view */
	struct event *key;	/* a key of soft's that is not complete */
	struct ipc_cons_state state;	 /* what CP said last */
	struct ipc_cons_options options;
	bool optioned;
	struct pfkeys pf;
	struct ipc_logo *logo;
	unsigned credit;	/* items that CP may still send */
	unsigned carry;		/* of these, a view's that is closed */
	struct peer proxy;
};

static inline bool
term_is_3270(const struct term *t)
{
	return t->telnet.mode == TELNET_3270;
}

/* term.c */

void term_after(struct event *ev, unsigned ms);
/* The connection ends with this turn, and the log says why if there is a
 * reason. */
void term_end(struct term *t);
void term_fail(void *arg, const char *why);
/* It ends when the client has taken what waits for it, or soon. */
void term_linger(struct term *t);
/* At the end of this turn: draw, write, give credit. */
void term_settle_soon(void *arg);
/* telnet's port. */
void term_out(void *arg, const void *bytes, size_t n);
void term_tls(void *arg, const uint8_t *bytes, size_t n);

/* term_client.c */

/* Find out what the client is. */
void term_telnet(struct term *t);
/* It is known, or will not be: show the console on it. */
void term_known(struct term *t);
/* telnet's port: what was typed. */
void term_data(void *arg, const uint8_t *bytes, size_t n);

/* term_view.c */

struct ipc_term_view term_view(const struct term *t);
void term_tell_view(struct term *t);
/* Show the console by a view of this kind from now on; and tell it what was
 * said before it came. */
void term_show(struct term *t, const struct view_ops *ops);
void term_brief(struct term *t);
/* To the other kind, where there is one. */
void term_other(struct term *t);
/* A guest's screen over the lines; false: it cannot be shown.  And the lines
 * again. */
bool term_over(struct term *t);
void term_under(struct term *t);
/* What the client shows is another, or its window is. */
void term_reshape(struct term *t);
void term_size(void *arg);
void term_view_full(void *arg, struct ipc_full *full, const void *text,
    size_t n);
/* Timers: a view's, and a key's that is not complete. */
void term_view_expired(evutil_socket_t fd, short what, void *arg);
void term_key_expired(evutil_socket_t fd, short what, void *arg);

/* term_cp.c */

/* What CP says; msg NULL: it has ended. */
void term_message(struct loopchan *lc, const struct ipcchan_message *msg,
    void *arg);

#endif
