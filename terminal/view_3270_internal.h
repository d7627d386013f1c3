/* SPDX-License-Identifier: MIT
 *
 * view_3270_internal.h - what the parts of view_3270 ask of one another.
 */
#ifndef VM370_TERMINAL_VIEW_3270_INTERNAL_H
#define VM370_TERMINAL_VIEW_3270_INTERNAL_H

#include "view_3270.h"

/* view_3270.c */

/* Something has changed: draw it. */
void view_3270_touch(struct view_3270 *v);
void view_3270_timed(struct view_3270 *v, enum view_3270_timer id,
    unsigned ms);
/* The keyboard stays locked for an answer; and is free. */
void view_3270_lock(struct view_3270 *v, bool empty);
void view_3270_unlock(struct view_3270 *v);
/* The status says what is now, or for a while NOT ACCEPTED. */
void view_3270_status(struct view_3270 *v);
void view_3270_not_accepted(struct view_3270 *v);
void view_3270_hold(struct view_3270 *v, enum view_3270_hold hold);
void view_3270_seen(struct view_3270 *v);
void view_3270_continue(struct view_3270 *v);
void view_3270_hurry(struct view_3270 *v);
/* For when CP's screen is back. */
void view_3270_keep(struct view_3270 *v, const char *text, size_t n);

/* view_3270_past.c */
void view_3270_back_to_live(struct view_3270 *v);
void view_3270_page_back(struct view_3270 *v);
void view_3270_page_forward(struct view_3270 *v);
void view_3270_help(struct view_3270 *v);
/* Begin, as soon as the past can be asked. */
void view_3270_refill(struct view_3270 *v);
void view_3270_past(void *view, const struct ipc_cons_past *told);

/* view_3270_keys.c */
void view_3270_attention(void *view);
void view_3270_sysreq(void *view);
void view_3270_record(void *view, const uint8_t *record, size_t n);

#endif
