/* SPDX-License-Identifier: MIT
 *
 * edf_bits.c - sets of blocks, as large as what is in them and not as the
 * disk.  The bits are in the order of the map: block 1 is the leftmost.
 */
#include "edf_internal.h"

/* The first chunk that is not before n. */
static uint32_t
lower_bound(const struct edf_bits *bits, uint32_t n)
{
	uint32_t low = 0, high = bits->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (bits->list[middle].n < n)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct edf_chunk *
edf_bits_find(const struct edf_bits *bits, uint32_t n)
{
	uint32_t i = lower_bound(bits, n);

	return i < bits->n && bits->list[i].n == n ? &bits->list[i] : NULL;
}

/* Room in the list for one more. */
static int
widen(struct edf *edf, struct edf_bits *bits)
{
	uint32_t max = bits->max == 0 ? 4 : bits->max * 2;
	struct edf_chunk *list;

	if (bits->n < bits->max)
		return 0;
	list = edf_io_take(edf, max * sizeof *list);
	if (list == NULL)
		return -1;
	if (bits->n > 0)
		memcpy(list, bits->list, bits->n * sizeof *list);
	edf_io_give(edf, bits->list, bits->max * sizeof *list);
	bits->list = list;
	bits->max = max;
	return 0;
}

struct edf_chunk *
edf_bits_make(struct edf *edf, struct edf_bits *bits, uint32_t n)
{
	uint32_t i = lower_bound(bits, n);
	uint8_t *at;

	if (i < bits->n && bits->list[i].n == n)
		return &bits->list[i];
	if (widen(edf, bits) == -1)
		return NULL;
	at = edf_io_take(edf, bits->bytes);
	if (at == NULL)
		return NULL;
	memset(at, 0, bits->bytes);
	memmove(bits->list + i + 1, bits->list + i,
	    (bits->n - i) * sizeof *bits->list);
	bits->n++;
	bits->list[i] = (struct edf_chunk){ .n = n, .at = at };
	return &bits->list[i];
}

void
edf_bits_remove(struct edf *edf, struct edf_bits *bits,
    struct edf_chunk *chunk)
{
	uint32_t i = (uint32_t)(chunk - bits->list);

	edf_io_give(edf, chunk->at, bits->bytes);
	bits->n--;
	memmove(chunk, chunk + 1, (bits->n - i) * sizeof *chunk);
}

static uint8_t
mask(uint32_t block)
{
	return (uint8_t)(0x80 >> (block - 1) % 8);
}

int
edf_bits_test(const struct edf_bits *bits, uint32_t block)
{
	uint32_t width = bits->bytes * 8;
	const struct edf_chunk *chunk;

	if (bits->n == 0)
		return 0;
	chunk = edf_bits_find(bits, (block - 1) / width);
	return chunk != NULL &&
	    (chunk->at[(block - 1) % width / 8] & mask(block)) != 0;
}

int
edf_bits_set(struct edf *edf, struct edf_bits *bits, uint32_t block)
{
	uint32_t width = bits->bytes * 8;
	struct edf_chunk *chunk = edf_bits_make(edf, bits,
	    (block - 1) / width);

	if (chunk == NULL)
		return EDF_NO_STORAGE;
	chunk->at[(block - 1) % width / 8] |= mask(block);
	bits->set++;
	return 0;
}

/* One that is set. */
void
edf_bits_clear(struct edf_bits *bits, uint32_t block)
{
	uint32_t width = bits->bytes * 8;
	struct edf_chunk *chunk = edf_bits_find(bits, (block - 1) / width);

	chunk->at[(block - 1) % width / 8] &= (uint8_t)~mask(block);
	bits->set--;
}

void
edf_bits_free(struct edf *edf, struct edf_bits *bits)
{
	for (uint32_t i = 0; i < bits->n; i++)
		edf_io_give(edf, bits->list[i].at, bits->bytes);
	edf_io_give(edf, bits->list, bits->max * sizeof *bits->list);
	*bits = (struct edf_bits){ .bytes = bits->bytes };
}

uint32_t
edf_bits_count(const uint8_t *at, size_t bytes)
{
	uint32_t count = 0;

	for (size_t i = 0; i < bytes; i++)
		for (unsigned b = at[i]; b != 0; b &= b - 1)
			count++;
	return count;
}
