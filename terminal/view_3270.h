/* SPDX-License-Identifier: MIT
 *
 * view_3270.h - the console on a 3270: the CP screen, MORE... and its keys.
 */
#ifndef VM370_TERMINAL_VIEW_3270_H
#define VM370_TERMINAL_VIEW_3270_H

#include "history.h"
#include "screen.h"
#include "view.h"

#define VIEW_3270_WINDOW 22	 /* items that may be under way */
#define VIEW_3270_ALARM_MS 50000 /* MORE... sounds the alarm */
#define VIEW_3270_CLEAR_MS 10000 /* and goes on by itself */
#define VIEW_3270_NOTICE_MS 3000 /* NOT ACCEPTED stays so long */

#define VIEW_3270_REPLAY_MS 50	 /* quiet after which a replay is over */
#define VIEW_3270_ANSWER_MS 100	 /* locked after ENTER for an answer, */
#define VIEW_3270_LOGON_MS 1000	 /* so long at the logo, and */
#define VIEW_3270_QUIET_MS 15	 /* so long after the answer's last line */

enum view_3270_timer {
	VIEW_3270_TIMER_MORE,
	VIEW_3270_TIMER_NOTICE,
	VIEW_3270_TIMER_REPLAY,
	VIEW_3270_TIMER_ANSWER,
	VIEW_3270_TIMERS
};

/* An item that waits for room on the screen. */
struct view_3270_item {
	struct view_3270_item *next;
	struct view_item item; /* text points behind this structure */
	size_t done;	       /* bytes of it on the screen */
};

struct view_3270 {
	struct view_port port;
	struct screen screen;
	struct history history;
	struct view_3270_item *head, **tail;
	bool answered;	 /* something came since the last time it was drawn */
	unsigned owed;	 /* credit not yet given back */
	enum { VIEW_3270_FLOW, VIEW_3270_MORE, VIEW_3270_HOLDING } hold;
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
	bool closing;	 /* nothing waits for MORE any more */
};

extern const struct view_ops view_3270_ops; /* for a struct view_3270 */

#endif
