/* SPDX-License-Identifier: MIT
 *
 * session.h - inside the editor: what its commands share.
 */
#ifndef XEDIT_SESSION_H
#define XEDIT_SESSION_H

#include "buffer.h"
#include "fileid.h"
#include "target.h"
#include "xedit.h"

#define SESSION_TABS 32
#define SESSION_FILEID 24 /* "FN FT FM" in print */

struct session_settings {
	bool upper;	  /* CASE U: what is typed becomes upper case */
	bool fold;	  /* CASE M I: searches do not tell A from a */
	bool stay, wrap, verify, number, messages, image, implied;
	size_t trunc, lrecl;
	size_t zone_left, zone_right;
	size_t verify_left, verify_right;
	char recfm;
	char nondisp; /* shown for what cannot be */
	size_t tab[SESSION_TABS];
	unsigned tabs; /* 0: every 8 columns */
};

/* One file; a ring of them is several. */
struct xedit {
	struct xedit_host host;
	struct session_settings set;
	struct buffer buffer;
	struct fileid id;	/* where FILE writes */
	struct fileid on_disk;	/* what it may write over without asking */
	bool is_on_disk;
	uint64_t saved;		/* buffer.changes at the last SAVE */
	struct buffer put;	/* by PUT without a fileid */

	bool input;
	bool again; /* = is being done */
	bool told;  /* the command has said a message */
	bool ended;
	int end_rc;

	struct span next;	/* what is left of the line after a command */
	size_t last_len, typed_len;
	char last[XEDIT_TYPED_MAX];	/* for = */
	char typed[XEDIT_TYPED_MAX];
	char text[XEDIT_LRECL_MAX + 1];	/* a line in the making */
	char shown[XEDIT_LRECL_MAX + 16]; /* a line as it is shown */
};

/* --- session.c --- */

void session_say(struct xedit *x, struct span text);
void session_print(struct xedit *x, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Say a message of messages.def: its return code. */
int session_message(struct xedit *x, int number, ...);

/* The same with a word out of a command. */
int session_invalid(struct xedit *x, int number, struct span word);

/* Is a line of the file the current one, not its top or end? */
bool session_on_line(const struct xedit *x);

/* Show line n: TOF:, EOF: or its text in the columns of VERIFY. */
void session_show(struct xedit *x, size_t n);

/* What is typed becomes text in x->text: tabs, case.  rc 3 and a message when
 * TRUNC has cut it. */
int session_text(struct xedit *x, struct span typed, struct span *text);

/* Does a new text of line n fit TRUNC, or is it no longer than the old one? */
bool session_fits(const struct xedit *x, size_t n, size_t len);

/* The message that it does not: its return code. */
int session_too_long(struct xedit *x, size_t n);

void session_look(const struct xedit *x, struct target_look *look);

/* Lines that a command is for: "target" at the front of args, from the
 * current line to the one before the target. */
struct session_range {
	size_t first, count;
	bool back;
	bool edge; /* the file ended first */
	bool all;  /* it was to be all up to there */
};

/* 0, or the return code of what has been said.  Without a target: one. */
int session_range(struct xedit *x, struct span *args,
    struct session_range *range);

/* Nothing may follow: 0, or the return code. */
int session_no_more(struct xedit *x, struct span args);

/* The current line after a command on a range: with STAY where it was. */
int session_after(struct xedit *x, const struct session_range *range);

/* The lines of a range are no more: the command's return code. */
int session_remove(struct xedit *x, const struct session_range *range);

/* --- commands, by file --- */

struct session_command {
	const char *name;   /* upper case */
	unsigned least;	    /* its shortest abbreviation */
	bool show;	    /* the current line when it has been done */
	bool raw;	    /* blanks before its operand are the operand's */
	int (*run)(struct xedit *x, struct span args);
	const char *syntax;
	const char *help;
};

#define SESSION_ROWS(name, array)                                       \
	const struct session_rows name = {                              \
		array, sizeof(array) / sizeof((array)[0])               \
	}

struct session_rows {
	const struct session_command *row;
	unsigned count;
};

extern const struct session_rows move_rows;  /* where the current line is */
extern const struct session_rows lines_rows; /* whole lines */
extern const struct session_rows text_rows;  /* text in lines */
extern const struct session_rows files_rows; /* files, and the end */
extern const struct session_rows misc_rows;  /* settings, HELP, CMS, CP */

/* All of them, in order; the last is NULL. */
extern const struct session_rows *const session_tables[];

const struct session_command *session_find(struct span word);

/* Run one command.  Recursion is bounded: only = has another command in it. */
int session_run(struct xedit *x, struct span line);

/* --- move.c --- */
int move_locate(struct xedit *x, struct span args, bool any_delimiter);

/* --- set.c --- */
/* SET without its name: NULL when word names no setting. */
struct set_row;
const struct set_row *set_find(struct span word);
int set_run(struct xedit *x, const struct set_row *row, struct span args);
int set_command(struct xedit *x, struct span args);
int set_query(struct xedit *x, struct span args);
void set_list(struct xedit *x);
void set_defaults(struct xedit *x);

/* --- files.c --- */
int files_begin(struct xedit *x, struct span fileid,
    const struct xedit_options *options);

#endif
