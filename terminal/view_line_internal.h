/* SPDX-License-Identifier: MIT
 *
 * view_line_internal.h - between the files of the line view: writing around
 * what is being typed, and the keys that are not the editor's.
 */
#ifndef VM370_TERMINAL_VIEW_LINE_INTERNAL_H
#define VM370_TERMINAL_VIEW_LINE_INTERNAL_H

#include "view_line.h"

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

/* On with what MORE... holds. */
void view_line_resume(struct view_line *v);

/* view_line_keys.c: a key, before the editor gets it; true: it does not. */
bool view_line_key(void *view, const struct keymap_key *key);

/* view_line_past.c */
void view_line_past_ask(struct view_line *v, enum view_line_past what);
void view_line_past_item(struct view_line *v, const struct view_item *item);
void view_line_past_done(void *view, const struct ipc_cons_past *past);

#endif
