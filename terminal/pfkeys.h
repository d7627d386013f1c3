/* SPDX-License-Identifier: MIT
 *
 * pfkeys.h - what the program function keys of a terminal do (CONS_PF).
 *
 * Pure: a table.  A view asks it and does what it says.
 */
#ifndef VM370_TERMINAL_PFKEYS_H
#define VM370_TERMINAL_PFKEYS_H

#include "ipc.h"

#define PFKEYS 24

struct pfkey {
	enum ipc_pf what;
	size_t len;
	char *text; /* malloc'ed, or NULL */
};

struct pfkeys {
	struct pfkey key[PFKEYS];
};

/* As they are before any CONS_PF; of what was set nothing is left.  First
 * on a zeroed structure. */
void pfkeys_reset(struct pfkeys *pf);

/* A key that there is none of changes nothing; without memory for its text it
 * is undefined. */
void pfkeys_set(struct pfkeys *pf, const struct ipc_cons_pf *set);

/* n: 1 to 24. */
const struct pfkey *pfkeys_get(const struct pfkeys *pf, unsigned n);

/* Each key as the CONS_PF that would set it. */
void pfkeys_each(const struct pfkeys *pf,
    void (*set)(void *arg, const struct ipc_cons_pf *pf), void *arg);

#endif
