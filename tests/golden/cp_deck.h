/* SPDX-License-Identifier: MIT
 *
 * cp_deck.h - spool files for transcripts: made and taken with vmcp's own
 * rights, by the channel that vm370 spool gets.
 */
#ifndef VM370_CP_DECK_H
#define VM370_CP_DECK_H

#include "ipcchan.h"

struct cp_deck {
	struct ipcchan host, ur;
	struct vm_name node;
	uint64_t stream; /* a new one for each deck */
	uint32_t tag;
};

/* control: connected to cp.sock, taken over.  -1: no channel. */
int cp_deck_open(struct cp_deck *deck, int control);
void cp_deck_close(struct cp_deck *deck);

/*
 * Each -1 when the words are wrong, or vmspool says no.
 *
 * write  "ORIGIN DEVICE CLASS RECORDS OWNER QUEUE [NAME [TYPE]]": one file,
 *        whose distribution code is its origin
 * take   "OWNER SPOOLID": it is active until the channel is closed
 */
int cp_deck_write(struct cp_deck *deck, const char *words);
int cp_deck_take(struct cp_deck *deck, const char *words);

#endif
