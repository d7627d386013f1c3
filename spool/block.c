/* SPDX-License-Identifier: MIT
 *
 * block.c - a block of records: its checks.
 */
#include "block.h"

#include "spool.h"

bool
block_whole(const void *data, size_t len, uint32_t records, uint64_t *bytes)
{
	const uint8_t *p = data;
	size_t at = 0;
	uint32_t n;

	if (records == 0 || len > SPOOL_BLOCK_MAX)
		return false;
	for (n = 0; n < records; n++) {
		size_t record;

		if (len - at < SPOOL_LENGTH)
			return false;
		record = p[at] | (size_t)p[at + 1] << 8;
		at += SPOOL_LENGTH;
		if (record > SPOOL_RECORD_MAX || record > len - at)
			return false;
		at += record;
	}
	*bytes = len - (uint64_t)n * SPOOL_LENGTH;
	return at == len;
}

bool
block_good(struct block_row *row, int64_t sum)
{
	return row->first > 0 && row->records > 0 &&
	    row->records <= SPOOL_BLOCK_MAX && sum == block_sum(row->id,
	    row->first, row->records, row->data, row->len) &&
	    block_whole(row->data, row->len, (uint32_t)row->records,
	    &row->bytes);
}

bool
block_take(sqlite3_stmt *st, struct block_row *row)
{
	row->first = sqlite3_column_int64(st, 0);
	row->records = sqlite3_column_int64(st, 1);
	row->data = sqlite3_column_blob(st, 3);
	row->len = (size_t)sqlite3_column_bytes(st, 3);
	return row->data != NULL &&
	    block_good(row, sqlite3_column_int64(st, 2));
}
