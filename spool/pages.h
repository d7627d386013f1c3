/* SPDX-License-Identifier: MIT
 *
 * pages.h - blocks of records in the pages of a database of which not all can
 * be read: each page by itself, without the trees that lead to it.
 */
#ifndef VM370_SPOOL_PAGES_H
#define VM370_SPOOL_PAGES_H

#include "block.h"

/* Each block, in no order, and perhaps more than once, perhaps of a file that
 * is long gone; its sum was right.  -errno of fn ends it. */
int pages_blocks(int fd, unsigned page_size, int (*fn)(void *arg,
    const struct block_row *row), void *arg);

#endif
