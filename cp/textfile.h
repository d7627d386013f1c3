/* SPDX-License-Identifier: MIT
 *
 * textfile.h - read a text file whole; replace one so that a crash leaves the
 * old or the new one, never a mixture.
 */
#ifndef VM370_CP_TEXTFILE_H
#define VM370_CP_TEXTFILE_H

#include <stddef.h>

#define TEXTFILE_MAX (16u << 20)

/* The file's bytes, with a NUL behind them; free() them.  NULL with errno
 * (EFBIG above TEXTFILE_MAX, EISDIR when it is no regular file). */
char *textfile_read(const char *path, size_t *len);

/*
 * Put text in path's place: a new file beside it, fsync, rename, fsync of the
 * folder.  A file that was there gives its mode, owner and group to the new
 * one; a new one gets `mode`.  -1 with errno.
 */
int textfile_replace(const char *path, const char *text, size_t len,
    unsigned mode);

#endif
