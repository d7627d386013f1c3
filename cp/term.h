/* SPDX-License-Identifier: MIT
 *
 * term.h - a connection: a vmterm or a local console, and its real address.
 */
#ifndef VM370_CP_TERM_H
#define VM370_CP_TERM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "console.h"
#include "cp.h"
#include "limit.h"
#include "loop.h"

#define TERM_MAX 2048	      /* connections */
#define TERM_UNOPENED_MAX 512 /* of them, that have not said what they are */
#define TERM_FIRST_ADDR 0x2C0
#define TERM_CREDIT_MAX 100000

struct pfkey;
struct termopt;
struct vdev;
struct vmblok;

struct term {
	LIST_ENTRY(term) entry;
	struct cp *cp;
	struct loopchan lc;
	struct session *session; /* NULL before TERM_OPEN */
	bool local;		 /* the system's owner, by cp.sock */
	bool closing;
	struct ipc_term_view view; /* kind 0: not yet said */
	uint16_t addr;
	char peer[60]; /* whom we accepted; else as vmterm says */
	char type[40], lu[12];
	uint32_t credit;
	struct ipc_cons_state shown;
	uint32_t pf;		 /* 1 << number: keys told since the logo */
	unsigned failures;	 /* of LOGON, on this connection */
	struct event *timer;	 /* must open; later: the logo comes back */
	uint32_t full_number;	 /* the last one given to a guest's request */
	struct vmblok *dial_vm;	 /* DIALed: the machine, and which display of */
	struct vdev *display;	 /* it; else NULL */
	struct limit_address from; /* if it counts there */
	uint64_t used;		 /* times_ms() when something was typed last */
	uint32_t tls;		 /* its number at vmtls, or 0 */
	bool tls_given;		 /* vmtls has its client */
};

/* Take a channel.  NULL with errno: fd is still the caller's. */
struct term *term_new(struct cp *cp, int fd, bool local);

/* Drop the connection now; whoever is logged on there stays on. */
void term_free(struct term *t);

/* The logo's text alone, for a console that is somebody's at once. */
void term_greet(struct term *t);

/* Show the logo: nobody is logged on here. */
void term_logo(struct term *t);

/* After LOGOFF and DISCONN: a 3270 keeps its last lines for a moment. */
void term_logo_later(struct term *t);
void term_logo_now(struct term *t);

/* An item, against credit unless it is one of the past. */
void term_item(struct term *t, const struct console_item *item,
    unsigned flags);
void term_options(struct term *t, const struct termopt *o);
void term_pf(struct term *t, unsigned number, const struct pfkey *key);
void term_past(struct term *t, uint64_t first, uint64_t next);

/* A guest's screen: a number for its next request, and a message. */
uint32_t term_full_number(struct term *t);
void term_full(struct term *t, struct ipc_full *full, const char *text,
    size_t len);
void term_state(struct term *t, enum ipc_cons_status status, bool hidden);

/* Comes what it says from another machine, and over the net as it is? */
bool term_exposed(const struct term *t);

/* Say why, and close when it is said. */
void term_close(struct term *t, const char *why);

/* "GRAF 2C8", "LINE 2C9", "CONS 009" */
struct term_where {
	char s[16];
} term_where(const struct term *t);

#endif
