/* SPDX-License-Identifier: MIT
 *
 * fileid.h - names of files as users and programs give them.  Pure.
 *
 * A name or type has 1 to 8 of A-Z 0-9 $ # @ + - : _ and is made upper case.
 * A mode is a letter and perhaps a digit 0 to 6.
 */
#ifndef CMS_FILEID_H
#define CMS_FILEID_H

#include <stddef.h>

#define FILEID_NAME 8

struct fileid {
	char name[FILEID_NAME], type[FILEID_NAME]; /* blank padded */
	char mode;   /* letter, '*' any, '\0' not given */
	char number; /* digit, '\0' not given */
};

/* One word as a name or type: 0, or -1. */
int fileid_name(char name[FILEID_NAME], const char *word, size_t len);

/* "A", "A1", "*": 0, or -1. */
int fileid_mode(struct fileid *id, const char *word, size_t len);

/*
 * What a program calls a file: "FN FT", "FN FT FM", "fn.ft", "fn.ft.fm", with
 * a leading "/" or "./" taken off; a name without a type has the type FILE.
 * 0, or -1.
 */
int fileid_path(struct fileid *id, const char *path, size_t len);

/* The same in print: "NAME TYPE A1"; out has room for 21 bytes. */
void fileid_print(const struct fileid *id, char *out);

/*
 * A pattern: * any characters, % one.  In a fileid that is made from another
 * one (COPYFILE, RENAME) = stands for that one's part, also inside a word
 * ("=OLD").  fileid_make: 0, or -1 when what comes out is no name.
 */
int fileid_match(const char *pattern, size_t len, const char name[FILEID_NAME]);
int fileid_make(char name[FILEID_NAME], const char *word, size_t len,
    const char from[FILEID_NAME]);

#endif
