/* SPDX-License-Identifier: MIT
 *
 * operand.h - what commands on files have in common: fileids, patterns and
 * options in a command line, and the messages about them.
 *
 * Where nothing else is said an int is 0, or the return code that goes with
 * the message that has been given.
 */
#ifndef CMS_OPERAND_H
#define CMS_OPERAND_H

#include "access.h"
#include "command.h"

#define OPERAND_FILEID 24 /* "FILENAME FILETYPE A1" */

/*
 * Options: each sets its bit, and takes the bits of its group away unless one
 * of them is there already: those two then do not go together.
 */
struct operand_option {
	const char *name;
	unsigned least;
	unsigned bit, group;
};

/* `rows` ends with a name of NULL. */
int operand_options(const struct command_line *line,
    const struct operand_option *rows, unsigned *bits);

/*
 * Files that three words name, from word n on: "*" any, "%" one character.
 * Without a mode, or with "*": mode is '*'.
 */
struct operand_pattern {
	const char *name, *type;
	size_t name_len, type_len;
	int exact; /* neither is a pattern: id has them */
	struct fileid id;
	char mode, number; /* '\0': any number */
	int extensions; /* those of the mode's disk too */
};

int operand_pattern(const struct command_line *line, int n,
    struct operand_pattern *p);

/* Is the word all of a name, without "*" and "%"? */
int operand_exact(const char *word, size_t len);

/* A device address, and a mode. */
int operand_vdev(const struct command_line *line, int n, uint32_t *vdev);
int operand_mode(const struct command_line *line, int n, struct fileid *id);

/* The messages that a fileid is incomplete, or has what no name has. */
int operand_incomplete(const struct command_line *line);
int operand_bad(const struct command_line *line, int n);

/*
 * The files of a pattern, disk by disk.  Returns 1, or 0 when there are no
 * more, or an error of EDF's or of access.h.  Begin with a cleared cursor.
 */
struct operand_cursor {
	struct access *disk;
	uint32_t file;
	int begun;
	struct edf_stat st;
};

int operand_next(const struct operand_pattern *p, struct operand_cursor *c);

/* The message that no file fits. */
int operand_not_found(const struct command_line *line,
    const struct operand_pattern *p);

/* Is there no disk of this mode: its message, and its code. */
int operand_disk(const struct command_line *line, char mode);

/* The same in print, and what went wrong with it (edf.h, access.h). */
void operand_print(char out[OPERAND_FILEID], const struct access *a,
    const struct edf_stat *st);
int operand_error(const struct command_line *line, int error, char mode,
    const char *fileid);

#endif
