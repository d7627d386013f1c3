/* SPDX-License-Identifier: MIT
 *
 * rigterm.h - a user at a 3270 at a rig's display: looks at the screen, types,
 * presses keys.  The 3270 is terminal/ps3270.h.
 */
#ifndef VM370_TESTS_RIGTERM_H
#define VM370_TESTS_RIGTERM_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc.h"
#include "ps3270.h"

struct rig;

struct rigterm {
	struct ps3270 ps;
	bool there;
	bool shown;    /* the guest has written, and not ended it */
	uint32_t vdev;
};

#define RIGTERM_ROW 512

/* A terminal of this size comes to the display (or another, in its place);
 * flags: TERM_*.  -1: no such size. */
int rigterm_open(struct rig *rig, uint32_t vdev, unsigned rows, unsigned cols,
    uint32_t flags);
void rigterm_close(struct rig *rig);
/* What it shows is gone. */
void rigterm_lose(struct rig *rig);

/* VM_FULL_OUT of its display. */
void rigterm_out(struct rig *rig, const struct ipc_full *m);

/* ENTER, PF3, PA2, CLEAR: sent; TAB, HOME ... (enum ps_key): done.  -1: no
 * such key, or the keyboard is locked. */
int rigterm_key(struct rig *rig, const char *name);
/* -1: not all of it could be typed there. */
int rigterm_type(struct rig *rig, const char *text);

/* A row as it is seen, without the blanks at its end; what is not Latin-1 in
 * the terminal's way is '?'. */
void rigterm_row(const struct rig *rig, unsigned row, char text[RIGTERM_ROW]);

#endif
