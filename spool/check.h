/* SPDX-License-Identifier: MIT
 *
 * check.h - is everything in the database what was written?
 */
#ifndef VM370_SPOOL_CHECK_H
#define VM370_SPOOL_CHECK_H

#include "client.h"

/* Read all files behind the clients' backs: what is damaged is held.  -1: no
 * memory. */
int check_open(struct spool *spool);
void check_close(struct spool *spool);

/* Something of a file cannot be read: CP holds it, so that it is not purged as
 * if it had been. */
void check_damaged(struct spool *spool, uint64_t id);

#endif
