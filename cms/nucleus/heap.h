/* SPDX-License-Identifier: MIT
 *
 * heap.h - storage that outlives a program: directories, open files, what
 * commands keep.  It grows downward from the console stack toward the
 * programs (storage.h).
 */
#ifndef CMS_HEAP_H
#define CMS_HEAP_H

#include <stddef.h>

void heap_init(void);

/* How much more there is for it, without what programs have been promised. */
size_t heap_room(void);

/* Not cleared, aligned to 16; NULL when there is no room. */
void *heap_take(size_t bytes);

/* What was taken, with the same size.  NULL is nothing. */
void heap_give(void *at, size_t bytes);

/* CP need not keep what is free: called when a command has ended. */
void heap_trim(void);

#endif
