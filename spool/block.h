/* SPDX-License-Identifier: MIT
 *
 * block.h - a block of records (spool.h): its checks.
 */
#ifndef VM370_SPOOL_BLOCK_H
#define VM370_SPOOL_BLOCK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checksum.h"

/* Blocks of one file have the keys BLOCK_ID(file, 0) to (file + 1, 0) - 1. */
#define BLOCK_BITS 24
#define BLOCK_MAX (INT64_C(1) << BLOCK_BITS)
#define BLOCK_ID(file, seq) \
	((int64_t)(((uint64_t)(file) << BLOCK_BITS) + (uint64_t)(seq)))

/* What the column sum says. */
static inline int64_t
block_sum(int64_t id, int64_t first, int64_t records, const void *data,
    size_t len)
{
	const int64_t head[] = { id, first, records };
	uint64_t sum = checksum_add(CHECKSUM_START, head, sizeof head);

	return (int64_t)checksum_add(sum, data, len);
}

/* A row of the table block. */
struct block_row {
	int64_t id, first, records;
	const void *data; /* SQLite's, until the statement goes on */
	size_t len;
	uint64_t bytes; /* of its records */
};

/* Is this what was written?  Then row->bytes is set. */
bool block_good(struct block_row *row, int64_t sum);

/* The same of what SQL_BLOCK_GET is at, for row->id. */
bool block_take(sqlite3_stmt *st, struct block_row *row);

/* Are these so many whole records?  Then *bytes is their length together. */
bool block_whole(const void *data, size_t len, uint32_t records,
    uint64_t *bytes);

#endif
