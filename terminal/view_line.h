/* SPDX-License-Identifier: MIT
 *
 * view_line.h - the console on a character terminal, one line after another.
 */
#ifndef VM370_TERMINAL_VIEW_LINE_H
#define VM370_TERMINAL_VIEW_LINE_H

#include "itemlist.h"
#include "lineedit.h"
#include "pfkeys.h"
#include "view.h"

#define VIEW_LINE_WINDOW 16 /* items that may be under way */
#define VIEW_LINE_REPLAY_MS 50 /* quiet after which a replay is over */
#define VIEW_LINE_KEPT_BYTES 65536u
#define VIEW_LINE_ANSWER_MS 1000 /* at the logo: wait for an answer, and */
#define VIEW_LINE_QUIET_MS 15	 /* so long after its last line */
#define VIEW_LINE_AHEAD_MAX 4096u /* typed ahead meanwhile */
#define VIEW_LINE_NEXT_MAX 16	 /* keys for pages, while one is awaited */

enum view_line_timer {
	VIEW_LINE_TIMER_REPLAY,
	VIEW_LINE_TIMER_ANSWER,
	VIEW_LINE_TIMER_KEY,
	VIEW_LINE_TIMER_MORE,
};

/* What TERM_PAST was asked for. */
enum view_line_past {
	VIEW_LINE_PAST_NONE = 0,
	VIEW_LINE_PAST_BACK,
	VIEW_LINE_PAST_FORWARD,
	VIEW_LINE_PAST_COPY,
};

struct view_line {
	struct view_port port;
	struct lineedit edit;
	struct pfkeys pf;
	uint32_t flags;	    /* TERM_* */
	unsigned cols, col; /* where output goes on; 0-based */
	unsigned rows;
	/* While a console's past is replayed: a screenful of it. */
	bool replaying;
	struct itemlist replay;
	bool open;	    /* the row ends in a prompt */
	char *prompt;	    /* its text, to show it again; malloc'ed */
	size_t prompt_len;
	unsigned owed;	    /* credit not yet given back */
	uint32_t status;    /* enum ipc_cons_status */
	bool waiting;	    /* for CP's answer at the logo */
	uint8_t *ahead;	    /* what was typed meanwhile; malloc'ed */
	size_t ahead_len;
	bool warned;	    /* that the client shows passwords */
	bool told;	    /* that what it types is no UTF-8 */

	/* MORE... */
	struct ipc_cons_options options;
	unsigned filled;    /* rows written since the user last was there */
	bool paused, more;  /* it is; and it stands in the last row */
	bool alarmed;
	bool entered;	    /* a new row is wanted after what is held */
	struct itemlist held; /* what comes after it */
	unsigned paid;	    /* of these, the first: no credit is owed */
	bool background;    /* another view is shown: everything is held */

	/* Earlier lines. */
	enum view_line_past asked;
	enum view_line_past next[VIEW_LINE_NEXT_MAX]; /* keys since then */
	unsigned nexts;
	struct itemlist past;
	uint64_t past_first, past_last; /* shown last; 0: none */
	uint64_t past_next; /* as CP said last */
};

extern const struct view_ops view_line_ops;

/*
 * Another view is shown on the same terminal, for a while: nothing is written,
 * what comes is held and shown afterwards.  Its credit is the other's.
 */
void view_line_background(struct view_line *v, bool background);

/* Say that there is no full screen on this terminal, and why. */
void view_line_no_screen(struct view_line *v);

/* What comes from the client waits for what CP says, or a moment. */
void view_line_wait(struct view_line *v);

/* What is typed and not sent, as it would be typed again elsewhere. */
size_t view_line_typed(const struct view_line *v, uint8_t *bytes,
    size_t room);

#endif
