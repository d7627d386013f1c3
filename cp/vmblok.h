/* SPDX-License-Identifier: MIT
 *
 * vmblok.h - a logged-on user and his virtual machine's state.
 *
 * The processor and the storage are vmguest's; what is here is what CP knows
 * of them.  A user without a guest process has an empty machine: it is made
 * by the first command that needs it.
 */
#ifndef VM370_CP_VMBLOK_H
#define VM370_CP_VMBLOK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "cp.h"
#include "device.h"
#include "ipc.h"
#include "message.h"
#include "pfkey.h"
#include "termopt.h"

struct conspool;
struct guest;
struct nss;

/* SET's switches. */
struct settings {
	bool msg, wng, imsg, acnt, run, linedit;
	enum message_form emsg;
};

/* How a user goes.  What his devices write is closed first. */
enum vmblok_end { END_LOGOFF, END_FORCED, END_SHUTDOWN };

struct vmblok {
	TAILQ_ENTRY(vmblok) entry;
	struct cp *cp;
	struct vm_name name;
	struct dirref *dir;
	const struct dir_user *user; /* dir's */
	unsigned classes;
	uint64_t storage;	/* bytes */
	struct session *session; /* his console; never NULL */
	struct vdev_list devices;
	struct settings set;
	struct termopt opt;	/* TERMINAL's */
	struct pfkeys pf;
	struct guest *guest;	/* NULL: no vmguest */
	struct conspool *conspool; /* NULL: its console was never spooled */
	struct nss *nss;	/* the saved system that it runs from, or NULL */
	bool running;		/* the virtual processor is not stopped */
	bool cp_read;		/* CP reads the console although it runs */
	bool held;		/* attention stopped it, nothing else did */
	enum ipc_cons_read reading;
	time_t logon;
	uint64_t logon_ms;	/* monotonic */
	unsigned link_failures;	/* wrong passwords of LINK */
	uint64_t virt_us, total_us; /* of vmguests that have ended */
	bool copying;		/* a screen is being printed */
	bool ending;
	enum vmblok_end end;
	struct event *end_event;
	unsigned end_step;	/* vmblok.c's table */
	struct request *end_request; /* closes what his devices write */
	uint64_t end_began_ms;	/* monotonic: it waits no longer */
};

/* Log a user on: his devices, no terminal yet but the session's.  NULL with
 * errno: EEXIST he is logged on, ENOENT no such user. */
struct vmblok *vmblok_new(struct cp *cp, struct vm_name name,
    struct session *session);

/* Log him off as soon as the loop is reached again: safe everywhere. */
void vmblok_end_later(struct vmblok *vm, enum vmblok_end end);

/* The last process of one who is ending is gone. */
void vmblok_ended(struct vmblok *vm);

struct vmblok *vmblok_find(struct cp *cp, struct vm_name name);

/* By a word that is perhaps a userid, "*" (who asks) or OP. */
struct vmblok *vmblok_named(struct request *rq, const char *word);

/* What his console waits for. */
enum ipc_cons_status vmblok_status(const struct vmblok *vm);

/* His machine stopped, or goes on, or reads: tell his console. */
void vmblok_changed(struct vmblok *vm);

/* The console's attention key. */
void vmblok_attention(struct vmblok *vm);

/* The console is left: a machine that only attention stopped goes on. */
void vmblok_let_go(struct vmblok *vm);

/* Print a numbered message at his console; all arguments const char *. */
void vmblok_message(struct vmblok *vm, int number, ...);

/* Where he is: "GRAF 2C8", "DSC". */
struct vmblok_where {
	char s[16];
};
struct vmblok_where vmblok_where(const struct vmblok *vm);

/* Seconds since LOGON. */
unsigned long vmblok_connected(const struct vmblok *vm);

#endif
