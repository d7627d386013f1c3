/* SPDX-License-Identifier: MIT
 *
 * disknew.h - the A-disk that a user finds: a minidisk 191 that nobody has
 * used yet becomes an empty CMS disk.
 */
#ifndef VM370_CP_FRONT_DISKNEW_H
#define VM370_CP_FRONT_DISKNEW_H

#include "directory.h"
#include "front.h"

#define DISKNEW_VDEV 0x191

/* The minidisk's file, formatted, unless there is one.  Nobody may run the
 * system, or know the minidisk yet.  0, or 1 with a line printed. */
int disknew_make(const struct front *front, struct vm_name owner,
    const struct dir_mdisk *md);

/* The same for every user's 191. */
int disknew_make_all(const struct front *front, const struct directory *dir);

#endif
