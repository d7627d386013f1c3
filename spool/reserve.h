/* SPDX-License-Identifier: MIT
 *
 * reserve.h - room on the disk that is kept for the worst moment: a disk that
 * is full of cards must still take the orders that purge them.
 */
#ifndef VM370_SPOOL_RESERVE_H
#define VM370_SPOOL_RESERVE_H

#include <stdbool.h>

#define RESERVE_BYTES (8 << 20)

struct reserve {
	int fd;	     /* -1: there is none */
	bool whole;
	bool never;  /* this disk can keep none */
	bool marked; /* the database beside it was found to be damaged */
};

/* folder/spool.reserve, as large as there is room for.  -1 with errno. */
int reserve_open(struct reserve *r, const char *folder);

/* Give the room back.  False: there was none. */
bool reserve_spend(struct reserve *r);

/* Is it whole, or can it be made so again? */
bool reserve_whole(struct reserve *r);

/* A note for the next start, in the only file that is open.  It goes with the
 * file. */
void reserve_mark(struct reserve *r);

void reserve_close(struct reserve *r);

#endif
