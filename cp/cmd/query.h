/* SPDX-License-Identifier: MIT
 *
 * cmd/query.h - what QUERY's files know of each other.
 */
#ifndef VM370_CP_CMD_QUERY_H
#define VM370_CP_CMD_QUERY_H

#include <stdbool.h>

struct request;

/* Is word i PFnn?  Then the key is shown. */
bool query_pf_key(struct request *rq, unsigned i);

/* Is word i the address of one of the asker's devices?  Then it is shown. */
bool query_virtual_device(struct request *rq, unsigned i);

/* The same for a real one, and an operator. */
bool query_real_device(struct request *rq, unsigned i);

#endif
