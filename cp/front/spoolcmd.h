/* SPDX-License-Identifier: MIT
 *
 * spoolcmd.h - one `vm370 spool` command as it was typed.
 */
#ifndef VM370_CP_FRONT_SPOOLCMD_H
#define VM370_CP_FRONT_SPOOLCMD_H

#include <stdbool.h>

#include "front.h"
#include "spoolchan.h"
#include "vmtypes.h"

struct spoolcmd {
	const struct front *front;
	char **words;
	int nwords;
	struct vm_name user; /* the first word, where the row says so; or "" */
	spoolid_t id;	     /* the second; 0: all */
	/* options */
	uint8_t queue;	     /* enum spool_queue; 0: each */
	char class;
	char name[SPOOL_NAME_MAX + 1], type[SPOOL_TYPE_MAX + 1];
	bool binary, raw, relay;
};

/* Each returns an exit code. */
int spoolqueue_list(struct spoolcmd *c);
int spoolqueue_purge(struct spoolcmd *c);
int spoolqueue_backup(struct spoolcmd *c);
int spoolqueue_check(struct spoolcmd *c);
int spoolread_read(struct spoolcmd *c);
int spoolread_print(struct spoolcmd *c);
int spoolput_put(struct spoolcmd *c);

/* A name of a file: word in upper case, 1 to max printable characters without
 * blanks.  `to` has room for a NUL behind them. */
bool spoolcmd_name(char *to, size_t max, const char *word);

/* put's first half, where the host's file is: what its cards are called,
 * unless that was said. */
int spoolput_call(struct spoolcmd *c);

#endif
