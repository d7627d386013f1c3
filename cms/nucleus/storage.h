/* SPDX-License-Identifier: MIT
 *
 * storage.h - real storage: which address is what, and frames of 4 KiB.
 *
 * Programs get frames in order from below, and give them back all together
 * when they end.  What outlives them, the heap, grows from above.  So what is
 * never used is never touched, and what is used no more is CP's again.
 */
#ifndef CMS_STORAGE_H
#define CMS_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include "machine.h"

typedef uint32_t real_t; /* a real address; 0: none */

/* Low storage as the nucleus sees it. */
struct lowcore *storage_lowcore(void);

void *storage_at(real_t real);
real_t storage_real(const void *nucleus_address);

/* Returns -1 when there is too little storage for CMS to work in. */
int storage_init(void);
uint64_t storage_size(void);

/* A frame, cleared; 0 when there is none left. */
real_t storage_frame(void);

/* Room for `bytes` in consecutive frames, not cleared; NULL when none. */
void *storage_room(size_t bytes);

/* Frames that are still free. */
size_t storage_free(void);

/*
 * All frames handed out since the mark are free again, and CP is told that
 * it need not keep their contents.
 */
real_t storage_mark(void);
void storage_release(real_t mark);

/*
 * The heap's lower end.  It moves down into what is free, or up again when
 * what was there has been given to CP: 0, or -1 when programs are in the way.
 */
real_t storage_heap(void);
int storage_heap_move(real_t low);

/* The console stack's place, at the end of storage. */
void *storage_high(size_t *bytes);

/* The nucleus's part of the page tables, for address spaces to share; and
 * back to tables that hold nothing else. */
uint64_t storage_nucleus_entry(void);
void storage_enter(void);

#endif
