/* SPDX-License-Identifier: MIT
 *
 * files.h - fileids as words of a command line.
 *
 * Each int is 0, or the return code that goes with the message that has been
 * given.
 */
#ifndef CMS_FILES_H
#define CMS_FILES_H

#include "cms.h"
#include "fileid.h"

#define FILES_TEXT 24 /* "FILENAME FILETYPE A1" */

/* Does the word stand for any characters somewhere? */
int files_pattern(const char *word);

/* A word's name, type, mode: no patterns, and "=" is what from has, unless
 * from is NULL. */
int files_name(char name[FILEID_NAME], const char *word,
    const char from[FILEID_NAME]);
int files_mode(struct fileid *id, const char *word, const struct fileid *from);

/* A fileid of `words` words, 2 or 3: name, type and perhaps mode. */
int files_id(struct fileid *id, const char *const *word, int words,
    const struct fileid *from);

/* Open the file that operands name, "fn ft [fm]" and no more, for reading:
 * a return code.  text is what it is called in messages. */
int files_open(const char *const *word, int words, char text[FILES_TEXT],
    int *fd, struct cms_stat *st);

#endif
