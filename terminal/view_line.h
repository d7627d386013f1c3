/* SPDX-License-Identifier: MIT
 *
 * view_line.h - the console on a character terminal, one line after another.
 */
#ifndef VM370_TERMINAL_VIEW_LINE_H
#define VM370_TERMINAL_VIEW_LINE_H

#include "lineedit.h"
#include "view.h"

#define VIEW_LINE_WINDOW 16 /* items that may be under way */
#define VIEW_LINE_REPLAY_MS 50 /* quiet after which a replay is over */
#define VIEW_LINE_KEPT_BYTES 65536u
#define VIEW_LINE_ANSWER_MS 1000 /* at the logo: wait for an answer, and */
#define VIEW_LINE_QUIET_MS 15	 /* so long after its last line */
#define VIEW_LINE_AHEAD_MAX 4096u /* typed ahead meanwhile */

enum view_line_timer { VIEW_LINE_TIMER_REPLAY, VIEW_LINE_TIMER_ANSWER };

/* An item of a replay that may be among those to show. */
struct view_line_kept {
	struct view_line_kept *next;
	struct view_item item; /* text points behind this structure */
};

struct view_line {
	struct view_port port;
	struct lineedit edit;
	unsigned cols, col; /* where output goes on; 0-based */
	unsigned rows;
	/* While a console's past is replayed: a screenful of it. */
	bool replaying;
	struct view_line_kept *head, **tail;
	unsigned kept;
	size_t kept_bytes;
	bool open;	    /* the row ends in a prompt */
	char *prompt;	    /* its text, to show it again; malloc'ed */
	size_t prompt_len;
	unsigned owed;	    /* credit not yet given back */
	uint32_t status;    /* enum ipc_cons_status */
	bool waiting;	    /* for CP's answer at the logo */
	uint8_t *ahead;	    /* what was typed meanwhile; malloc'ed */
	size_t ahead_len;
	bool warned;	    /* that the client shows passwords */
};

extern const struct view_ops view_line_ops; /* for a struct view_line */

#endif
