/* SPDX-License-Identifier: MIT
 *
 * edf_format.c - a new, empty disk; a disk of another size.
 *
 * The old label goes first and the new one comes last, so that a disk whose
 * formatting was interrupted is none.
 */
#include "edf_internal.h"

/* --- a new disk --- */

/* The first `used` blocks are in use: the part of it in page n. */
static void
fill_page(uint8_t *page, uint32_t bytes, uint32_t n, uint32_t used)
{
	uint64_t first = (uint64_t)n * bytes * 8;

	memset(page, 0, bytes);
	for (uint32_t i = 0; i < bytes * 8 && first + i < used; i++)
		page[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

/* Pages without a bit are all the same one. */
static int
write_pages(struct edf *edf, uint32_t leaves, uint8_t *page, uint8_t *empty)
{
	struct edf_batch batch = { .write = 1 };
	int error = 0;

	for (uint32_t n = 0; n < leaves && error == 0; n++) {
		uint32_t block = EDF_FIRST_FREE + n;

		if ((uint64_t)n * edf->block_size * 8 >= edf->used) {
			error = edf_io_add(edf, &batch, block, 1, empty);
			continue;
		}
		fill_page(page, edf->block_size, n, edf->used);
		error = edf_io_write(edf, block, 1, page);
	}
	return error != 0 ? error : edf_io_end(edf, &batch, 0);
}

/* Pointer blocks above n blocks that begin at first; the next free one. */
static int
write_level(struct edf *edf, uint32_t first, uint32_t n, uint32_t *next,
    uint8_t *page)
{
	uint32_t per = edf->block_size / EDF_POINTER_F;

	for (uint32_t i = 0; i < n; i += per) {
		int error;

		memset(page, 0, edf->block_size);
		for (uint32_t j = i; j < n && j < i + per; j++)
			edf_put32(page + (j - i) * EDF_POINTER_F, first + j);
		error = edf_io_write(edf, (*next)++, 1, page);
		if (error != 0)
			return error;
	}
	return 0;
}

static int
write_map(struct edf *edf, struct edf_own *map, uint8_t *page,
    uint8_t *empty)
{
	uint32_t first = EDF_FIRST_FREE, n = edf_map_leaves(edf);
	uint32_t next = first + n;
	int error = write_pages(edf, n, page, empty);

	*map = (struct edf_own){ .lrecl = edf->block_size, .records = n,
		.blocks = n };
	while (error == 0 && n > 1) {
		uint32_t above = next;

		error = write_level(edf, first, n, &next, page);
		first = above;
		n = next - above;
		map->levels++;
	}
	map->fop = first;
	return error;
}

static int
write_directory(struct edf *edf, const struct edf_own *map, uint8_t *page)
{
	struct edf_date now = edf_fst_now(&edf->dev);
	struct edf_own dir = { .lrecl = EDF_FST, .records = 2, .blocks = 1,
		.fop = edf->origin };

	memset(page, 0, edf->block_size);
	edf_fst_put_own(page, edf_fst_directory, &dir, &now);
	edf_fst_put_own(page + EDF_FST, edf_fst_map, map, &now);
	return edf_io_write(edf, edf->origin, 1, page);
}

/* buffer: three blocks */
static int
write_disk(struct edf *edf, uint8_t *buffer)
{
	uint8_t *page = buffer, *empty = buffer + edf->block_size;
	struct edf_extent start = { 0, EDF_LABEL_AT + 1, empty };
	struct edf_own map;
	int error;

	memset(empty, 0, 2 * (size_t)edf->block_size);
	if (edf->dev.write(edf->dev.arg, &start, 1, 1) != 0)
		return EDF_IO;
	error = write_map(edf, &map, page, empty);
	if (error == 0)
		error = write_directory(edf, &map, page);
	if (error == 0 && edf->dev.flush(edf->dev.arg) != 0)
		error = EDF_IO;
	return error;
}

static int
format(struct edf *edf)
{
	size_t size = 3 * (size_t)edf->block_size;
	uint32_t leaves = edf_map_leaves(edf);
	uint8_t *buffer = edf_io_take(edf, size);
	int error;

	if (buffer == NULL)
		return EDF_NO_STORAGE;
	edf->used = EDF_FIRST_FREE - 1 + leaves +
	    edf_tree_nodes(leaves, edf->block_size / EDF_POINTER_F);
	error = write_disk(edf, buffer);
	edf_io_give(edf, buffer, size);
	if (error == 0) {
		edf_label_next(edf, edf->probe, edf->origin);
		error = edf_label_write(edf, edf->probe);
	}
	return error;
}

int
edf_format(const struct edf_device *dev, uint32_t block_size, uint32_t blocks,
    const char volume[EDF_VOLUME])
{
	struct edf *edf;
	int error = EDF_READ_ONLY;

	if (dev->read_only)
		return error;
	edf = edf_mount_new(dev);
	if (edf == NULL)
		return EDF_NO_STORAGE;
	error = edf_label_new(&edf->dev, block_size, blocks, volume,
	    edf->label);
	if (error == 0)
		error = edf_label_parse(edf, edf->label);
	if (error == 0)
		error = format(edf);
	dev->give(dev->arg, edf, sizeof *edf);
	return error;
}

/* --- another size --- */

/* No page has a bit of a block behind the new end. */
static int
end_is_free(struct edf *edf, uint32_t blocks)
{
	uint32_t width = edf->block_size * 8;

	for (uint32_t n = blocks / width; n < edf_map_leaves(edf); n++) {
		struct edf_chunk *page;
		uint64_t first = (uint64_t)n * width;
		int error = edf_map_page(edf, n, &page);

		if (error != 0)
			return error;
		for (uint32_t i = 0; i < width; i++) {
			if (page->at[i / 8] == 0)
				i |= 7;
			else if (first + i >= blocks &&
			    first + i < edf->blocks &&
			    (page->at[i / 8] & 0x80 >> i % 8) != 0)
				return EDF_FULL;
		}
	}
	return 0;
}

/* Directory and map go as near to the beginning as they can. */
static int
move_own(struct edf *edf)
{
	int error = 0;

	memset(edf->dir.dirty, 1, edf_dir_leaves(edf, edf->dir.records));
	for (uint32_t n = 0; n < edf_map_leaves(edf) && error == 0; n++) {
		struct edf_chunk *page;

		error = edf_map_page(edf, n, &page);
		if (error == 0)
			page->dirty = 1;
	}
	edf->pending = 1;
	return error == 0 ? edf_commit(edf) : error;
}

/* Bits behind the old end mean blocks from now on. */
static int
clear_end(struct edf *edf)
{
	uint32_t width = edf->block_size * 8;
	struct edf_chunk *page;
	int error;

	if (edf->blocks % width == 0)
		return 0;
	error = edf_map_page(edf, edf->blocks / width, &page);
	if (error != 0)
		return error;
	for (uint32_t i = edf->blocks % width; i < width; i++)
		page->at[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	page->dirty = 1;
	return 0;
}

/* Pages for the blocks that are new. */
static int
add_pages(struct edf *edf, uint32_t old)
{
	int error = 0;

	for (uint32_t n = old; n < edf_map_leaves(edf) && error == 0; n++) {
		struct edf_chunk *page;

		error = edf_map_page(edf, n, &page);
	}
	return error;
}

static int
resize(struct edf *edf, uint32_t blocks)
{
	uint32_t leaves = edf_map_leaves(edf);
	int error;

	if (blocks < edf->blocks) {
		error = end_is_free(edf, blocks);
		if (error == EDF_FULL)
			error = move_own(edf);
		if (error == 0)
			error = end_is_free(edf, blocks);
		edf_bits_free(edf, &edf->now);
	} else {
		error = clear_end(edf);
	}
	if (error != 0)
		return error;
	edf->blocks = blocks;
	edf->low = EDF_FIRST_FREE;
	error = add_pages(edf, leaves);
	edf->pending = 1;
	return error != 0 ? error : edf_commit(edf);
}

int
edf_resize(struct edf *edf, uint32_t blocks)
{
	uint32_t old = edf->blocks;
	int error;

	if (edf->dev.read_only)
		return EDF_READ_ONLY;
	if (blocks < EDF_BLOCKS_MIN ||
	    blocks > edf->dev.blocks / edf->sectors)
		return EDF_INVALID;
	error = edf_commit(edf);
	if (error == 0 && edf->changes != NULL)
		error = EDF_BUSY;
	if (error != 0 || blocks == old)
		return error;
	error = resize(edf, blocks);
	if (error != 0) {
		edf->blocks = old;
		edf->pending = 0;
		edf_bits_free(edf, &edf->now);
	}
	return error;
}
