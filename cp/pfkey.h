/* SPDX-License-Identifier: MIT
 *
 * pfkey.h - what SET PFnn has said of a user's program function keys.
 */
#ifndef VM370_CP_PFKEY_H
#define VM370_CP_PFKEY_H

#include "ipc.h"

#define PFKEYS 24

struct pfkey {
	uint16_t what; /* enum ipc_pf */
	char *text;    /* of IMMED and DELAYED; else NULL */
};

struct pfkeys {
	struct pfkey key[PFKEYS]; /* PF1 is [0] */
};

void pfkey_init(struct pfkeys *keys);
void pfkey_free(struct pfkeys *keys);

/* "PF1", "PF01", ... "PF24": its number; 0: it is none of these. */
unsigned pfkey_number(const char *word);

/* -1: no memory, nothing has changed. */
int pfkey_set(struct pfkeys *keys, unsigned number, enum ipc_pf what,
    const char *text);

/* Does it something else than the same key of one who has said nothing? */
int pfkey_differs(const struct pfkeys *keys, unsigned number);

/* "SCROLL BACKWARD" */
const char *pfkey_word(enum ipc_pf what);

#endif
