/* SPDX-License-Identifier: MIT
 *
 * rigspool.h - the real vmspool for a rig's machine, in a folder of its own:
 * plays vmcp for it, fills readers, closes what was punched and printed, and
 * lets it end at bad moments.
 *
 * Every reader of the rig has a class of its own, 'A' being the first one's,
 * so that each has its own deck.  What the guest closes goes to its own
 * readers.  See rigspool_commands for what it can ask for by DIAGNOSE 8.
 */
#ifndef VM370_TESTS_RIGSPOOL_H
#define VM370_TESTS_RIGSPOOL_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc.h"
#include "ipcchan.h"

struct rig;
struct rig_device;

#define RIGSPOOL_FDS 2

struct rigspool {
	const char *program; /* vmspool; NULL: there is none */
	pid_t pid;
	char folder[64];
	struct ipcchan cp, system; /* vmcp's, and one of UR_SYSTEM */
	bool ready;	  /* SPOOL_READY came */
	uint64_t stream, serial; /* of the last deck, its last block */
	unsigned unseen;  /* files that arrive are the rig's own decks */
	unsigned trouble; /* SPOOL_TROUBLE that came, and the last one's rc */
	int32_t trouble_rc;

	/* the last question to it */
	uint32_t tag;
	bool answered;
	int32_t rc;
	uint32_t count;

	int every; /* ms from one kill to the next, 0: none */
	uint64_t due;
	unsigned kills;
};

/* All return 0, or -1 after saying why. */
int rigspool_start(struct rig *rig); /* unless it runs, or there is none */
void rigspool_end(struct rig *rig);
/* Kill -9; start it again; give the machine its new channel. */
void rigspool_kill(struct rig *rig);
int rigspool_again(struct rig *rig);
int rigspool_join(struct rig *rig);

/* The device's deck, from its first card; VM_UR. */
int rigspool_deal(struct rig *rig, struct rig_device *d);
void rigspool_configure(struct rig *rig, const struct rig_device *d);

/* For rig_pump(). */
void rigspool_poll(struct rig *rig, struct pollfd fds[RIGSPOOL_FDS]);
void rigspool_serve(struct rig *rig);

/* DIAGNOSE 8: true, it was one for the spool; the reply's rc in *rc. */
bool rigspool_command(struct rig *rig, const char *name, const char *arg,
    int *rc);

#endif
