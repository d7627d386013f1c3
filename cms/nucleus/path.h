/* SPDX-License-Identifier: MIT
 *
 * path.h - what a program's path names: a file, a disk, or all of them.
 *
 *   fn.ft  FN FT  ./fn.ft        a file, by the order of search
 *   fn.ft.fm  FN FT FM  /fm/fn.ft  a file on that disk
 *   a  /a  .                     the directory of a disk
 *   /                            the accessed disks
 */
#ifndef CMS_PATH_H
#define CMS_PATH_H

#include "fileid.h"

enum path_kind { PATH_FILE, PATH_DISK, PATH_ROOT };

struct path {
	enum path_kind kind;
	struct fileid id; /* of a disk: its mode */
};

/* Where relative paths begin. */
#define PATH_START '\0' /* "." is A, files are searched */
#define PATH_AT_ROOT '/'
/* or a disk's letter */

/* 0, or -1 when it can be no name of anything. */
int path_parse(struct path *path, const char *text, size_t len, char from);

#endif
