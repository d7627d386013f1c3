/* SPDX-License-Identifier: MIT
 *
 * view_3270.h - the console on a 3270: the CP screen, MORE... and its keys,
 * pages of the past, and when a guest's screen is on the glass instead.
 */
#ifndef VM370_TERMINAL_VIEW_3270_H
#define VM370_TERMINAL_VIEW_3270_H

#include "codepage.h"
#include "history.h"
#include "itemlist.h"
#include "past.h"
#include "pfkeys.h"
#include "screen.h"
#include "view.h"
#include "view_full.h"

#define VIEW_3270_WINDOW_MAX 60	 /* items that may be under way: a page, */
#define VIEW_3270_MORE 50	 /* seconds to the alarm, as at the logo, */
#define VIEW_3270_CLEAR 10	 /* and to the next page */
#define VIEW_3270_NOTICE_MS 3000 /* NOT ACCEPTED stays so long */

#define VIEW_3270_REPLAY_MS 50	 /* quiet after which a replay is over */
#define VIEW_3270_ANSWER_MS 100	 /* locked after ENTER for an answer, */
#define VIEW_3270_LOGON_MS 1000	 /* so long at the logo, and */
#define VIEW_3270_QUIET_MS 15	 /* so long after the answer's last line */
#define VIEW_3270_HURRY_MS 2000	 /* CP READ comes so soon after attention, */
#define VIEW_3270_ARRIVED_MS 100 /* and all that was before it so soon then */

enum view_3270_timer {
	VIEW_3270_TIMER_MORE,
	VIEW_3270_TIMER_NOTICE,
	VIEW_3270_TIMER_REPLAY,
	VIEW_3270_TIMER_ANSWER,
	VIEW_3270_TIMER_HURRY,
	VIEW_3270_TIMER_FULL, /* the display is asked for what it shows */
	VIEW_3270_TIMERS
};

/* Why output waits. */
enum view_3270_hold {
	VIEW_3270_FLOW,	   /* it does not */
	VIEW_3270_FILLED,  /* MORE...: the page is full */
	VIEW_3270_COVERED, /* MORE...: a guest's screen is under these lines */
	VIEW_3270_HELD,	   /* HOLDING */
};

/* What is shown instead of the newest lines. */
enum view_3270_over { VIEW_3270_LIVE, VIEW_3270_PAST, VIEW_3270_HELP };

struct view_3270 {
	struct view_port port;
	struct view_shape shape;
	struct codepage codepage; /* the display's */
	struct screen screen;
	struct page live;	/* the newest lines */
	struct page help;
	struct past past;
	enum view_3270_over over;
	bool refill;		/* the live page is to be had from the past */
	bool refilling;
	uint64_t last;		/* the newest item on the live page */
	struct history history;
	struct pfkeys pf;
	struct ipc_cons_options options;
	char *logo;		/* its lines, while it is shown */
	size_t logo_len;

	struct itemlist waiting; /* for room on the screen */
	size_t done;	 /* bytes of the first one that are there */
	bool answered;	 /* something came since the last time it was drawn */
	unsigned window, owed; /* credit: in all, and not yet given back */
	enum view_3270_hold hold;
	bool alarmed;	 /* MORE...'s first interval is over */
	bool notice;	 /* NOT ACCEPTED is shown */
	bool greeted;	 /* CP has said something: there is a screen */
	bool locked;	 /* ENTER's line was sent: unlock after the answer */
	bool stale;	 /* something was changed since the last ready() */
	bool replaying;	 /* items from before come: show where they end */
	bool hidden;
	bool secret;	 /* hidden, and nothing was entered since */
	size_t back;	 /* how far in the history */
	uint32_t status; /* enum ipc_cons_status */
	char system[9];
	bool closing;	 /* nothing waits for MORE any more, */
	bool hurried;	 /* nor until CP READ: the user wants that */

	/* Guests' screens. */
	struct view_full full;
	bool guest;	 /* the glass was a guest's when last looked at */
	bool unread;	 /* a line came since the user did something */
	bool empty;	 /* the keyboard is locked, nothing is typed */
	bool taking;	 /* the display is asked what is typed, before it
			  * shows the guest's screen */
	bool pressed;	 /* a key was, and the answer is what came with it */
	bool taken;	 /* it has answered */
	bool ended;	 /* port.lines has to be called */
	char *kept;	 /* what was typed: for when CP's screen is back */
	size_t kept_len;
};

extern const struct view_ops view_3270_ops; /* for a struct view_3270 */

/* What is typed under a guest's screen: taken from there. */
size_t view_3270_kept(struct view_3270 *v, uint8_t *bytes, size_t room);

#endif
