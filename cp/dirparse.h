/* SPDX-License-Identifier: MIT
 *
 * dirparse.h - the directory's inside: for directory.c, dirparse.c, dirhash.c.
 */
#ifndef VM370_CP_DIRPARSE_H
#define VM370_CP_DIRPARSE_H

#include "directory.h"

struct directory {
	struct dir_user **users; /* as in the file */
	struct dir_user **sorted; /* by name */
	size_t nusers;
};

/* Where a password stands in the text. */
struct dir_spot {
	struct vm_name user;
	bool logon; /* the USER statement's; else a minidisk's */
	bool clear; /* not a hash */
	bool numbered; /* a sequence number follows, whose columns count */
	size_t offset, len;
};

struct dir_spots {
	struct dir_spot *spot; /* in the order of the text */
	size_t n;
};

/* Check a text.  spots may be NULL; else its memory is the caller's to free,
 * also when the text is in error. */
struct directory *dirparse(const char *text, size_t len,
    struct dir_spots *spots, struct dir_error *err);

/* Fill *err for something that has no line.  Returns -1. */
int dir_error_set(struct dir_error *err, unsigned number, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
