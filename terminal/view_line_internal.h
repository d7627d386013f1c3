/* SPDX-License-Identifier: MIT
 *
 * view_line_internal.h - between the files of the line view: writing around
 * what is being typed, and the keys that are not the editor's.
 */
#ifndef VM370_TERMINAL_VIEW_LINE_INTERNAL_H
#define VM370_TERMINAL_VIEW_LINE_INTERNAL_H

#include "view_line.h"

#define VIEW_LINE_TAB 8

/* Bytes for the terminal, which nobody looks at any more. */
void view_line_write(struct view_line *v, const char *s, size_t n);

/* What is typed, and MORE..., off the row; and back. */
void view_line_hide(struct view_line *v);
void view_line_show(struct view_line *v);

void view_line_newline(struct view_line *v);
void view_line_fresh(struct view_line *v); /* a row without anything */
/* Text, folded at the view's width.  A new line in it is one. */
void view_line_text(struct view_line *v, const char *s, size_t n);
/* A whole line; one that brings its own end gets no second one. */
void view_line_whole(struct view_line *v, const char *s, size_t n);
/* The prompt once more, if there is one. */
void view_line_prompt_again(struct view_line *v);
/* A line of our own, between hide and show. */
void view_line_say(struct view_line *v, const char *text, size_t n);
#define VIEW_LINE_SAY(v, literal) \
	view_line_say((v), (literal), sizeof(literal) - 1)

/* The rows that text takes from the first column on, at most `most`; *bytes:
 * how many of it those are. */
unsigned view_line_rows(const struct view_line *v, const char *s, size_t n,
    unsigned most, size_t *bytes);

/* Nobody reads at the prompt any more; it is not shown again. */
void view_line_end_prompt(struct view_line *v);
/* An item where the cursor is, between hide and show. */
void view_line_show_item(struct view_line *v, const struct view_item *item);

/* The past is complete: show what there is room for. */
void view_line_replayed(struct view_line *v);
/* CP has answered: on with what was typed ahead, up to the next line. */
void view_line_go_on(struct view_line *v);

/* view_line_more.c: true: the item has to wait, or has been shown after what
 * had to; false: show it. */
bool view_line_hold(struct view_line *v, const struct view_item *item);
/* On with what MORE... holds. */
void view_line_resume(struct view_line *v);
/* All of it at once: what comes next cannot wait. */
void view_line_flush_held(struct view_line *v);
void view_line_more_expired(struct view_line *v);
/* The machine has stopped, CP listens: nobody reads at the prompt that the
 * last of what is held may be. */
void view_line_entered(struct view_line *v);
void view_line_background_item(struct view_line *v,
    const struct view_item *item);

/* view_line_keys.c: a key, before the editor gets it; true: it does not. */
bool view_line_key(void *view, const struct keymap_key *key);
void view_line_bell(struct view_line *v);
void view_line_sysreq(void *view);

/* view_line_past.c */
void view_line_past_ask(struct view_line *v, enum view_line_past what);
/* Nothing is asked for, no page was shown. */
void view_line_past_forget(struct view_line *v);
void view_line_past_item(struct view_line *v, const struct view_item *item);
void view_line_past_done(void *view, const struct ipc_cons_past *past);

#endif
