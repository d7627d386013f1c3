/* SPDX-License-Identifier: MIT
 *
 * cp.h - the control program's one structure: everything hangs from it.
 *
 * vmcp is one thread on one event loop and never blocks in it.  What is slow
 * is done by workers, what is dangerous by vmterm, vmguest and vmspool.
 */
#ifndef VM370_CP_CP_H
#define VM370_CP_CP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <time.h>

#include <event2/event.h>

#include "config.h"
#include "directory.h"
#include "given.h"
#include "minidisk.h"
#include "nss.h"
#include "vmtypes.h"
#include "worker.h"

struct control;
struct hostlink;
struct idle;
struct logfile;
struct limit;
struct listener;
struct nssmake;
struct request;
struct session;
struct spoolclient;
struct term;
struct tls;
struct unit;
struct urclose;
struct vmblok;

/* A directory in use: a user logged on keeps the one he logged on with. */
struct dirref {
	struct directory *dir;
	unsigned refs;
};

LIST_HEAD(hostlink_list, hostlink);
LIST_HEAD(urclose_list, urclose);
LIST_HEAD(term_list, term);
LIST_HEAD(request_list, request);
TAILQ_HEAD(unit_list, unit);
TAILQ_HEAD(vmblok_list, vmblok);

struct cp {
	struct event_base *base;
	const char *home, *run, *kvm;
	const char *proxy;	  /* vmterm's --proxy token, or NULL */
	const char *readers;	  /* unit.c's ports in a lab, or NULL */
	uint16_t port;		  /* of the terminals */
	const char *outside;	  /* where the world reaches it: an address */
	bool plain;		  /* from other machines without TLS, too */
	char libexec[PATH_MAX];	  /* where our programs are */
	char vmterm[PATH_MAX + 16], vmguest[PATH_MAX + 16];
	struct config *config;
	struct dirref *dir;	  /* the newest */
	struct worker_pool *workers;
	struct listener *listener;
	struct tls *tls;	  /* NULL: TLS OFF */
	struct limit *limits;
	struct idle *idle;	  /* NULL: no limit */
	struct logfile *logfile;
	struct control *control;
	struct spoolclient *spool;
	struct unit_list units;	  /* as in SYSTEM CONFIG */
	struct urclose_list closing;
	struct term_list terms;
	unsigned nterms, unopened; /* unopened: no TERM_OPEN yet */
	unsigned max_terms;	   /* that come over the net */
	struct vmblok_list vms;	  /* in order of logon */
	struct mdlink_list links; /* in order of LINK */
	struct hostlink_list hostlinks;
	struct given_dying_list dying;
	struct nss_list nss;	  /* saved systems, all versions known */
	unsigned nss_files;	  /* numbers given to them */
	struct nssmake *nssmake;  /* makes those of SYSTEM CONFIG; NULL: done */
	unsigned machines; /* vmguests ever started */
	unsigned users, dialed;
	struct request_list requests;
	time_t started, logmsg_set;
	bool stopping, users_stopped;
	struct event *stop_timer;
	unsigned stop_ticks;
};

/* Take and give back the newest directory. */
struct dirref *cp_directory_take(struct cp *cp);
void cp_directory_give(struct dirref *ref);

/* Make `dir` the one that new logons see.  -1: no memory, nothing changed. */
int cp_directory_swap(struct cp *cp, struct directory *dir);

/* DIR/name in buf; -1 when it does not fit. */
int cp_path(const struct cp *cp, const char *name, char *buf, size_t size);

/* A line for the operator's console and the log.  The time is put before it. */
void cp_operator(struct cp *cp, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Is the operator there?  NULL when he is not logged on. */
struct vmblok *cp_operator_find(struct cp *cp);

/* Log everybody off, let the programs end, leave the loop. */
void cp_shutdown(struct cp *cp, const char *why);

#endif
