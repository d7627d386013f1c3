/* SPDX-License-Identifier: MIT
 *
 * edf_io.c - blocks to and from the device, in lists: neighbours go together.
 *
 * On a disk that somebody else may write, every list that is read ends with
 * the label.  A block is used for something new only after a label that no
 * longer needs it has been written; so if the label is still what it was,
 * what was read before it was, too.
 */
#include "edf_internal.h"

static int
changed(const struct edf *edf)
{
	return memcmp(edf->probe, edf->label, EDF_SECTOR) != 0;
}

int
edf_io_end(struct edf *edf, struct edf_batch *batch, int flush)
{
	unsigned n = batch->n;

	batch->n = 0;
	if (batch->write) {
		if (n == 0 && !flush)
			return 0;
		if (n == 0)
			return edf->dev.flush(edf->dev.arg) == 0 ? 0 : EDF_IO;
		return edf->dev.write(edf->dev.arg, batch->list, n,
		    flush) == 0 ? 0 : EDF_IO;
	}
	if (n == 0)
		return 0;
	if (edf->dev.read_only)
		batch->list[n++] = (struct edf_extent){ EDF_LABEL_AT, 1,
			edf->probe };
	if (edf->dev.read(edf->dev.arg, batch->list, n) != 0)
		return EDF_IO;
	return edf->dev.read_only && changed(edf) ? EDF_CHANGED : 0;
}

int
edf_io_add(struct edf *edf, struct edf_batch *batch, uint32_t block,
    uint32_t count, void *at)
{
	struct edf_extent e = { (block - 1) * edf->sectors,
		count * edf->sectors, at };
	struct edf_extent *last = batch->list + (batch->n > 0 ?
	    batch->n - 1 : 0);

	if (batch->n > 0 && last->block + last->blocks == e.block &&
	    (uint8_t *)last->at + (size_t)last->blocks * EDF_SECTOR ==
	    (uint8_t *)at) {
		last->blocks += e.blocks;
		return 0;
	}
	if (batch->n == EDF_BATCH) {
		int error = edf_io_end(edf, batch, 0);

		if (error != 0)
			return error;
	}
	batch->list[batch->n++] = e;
	return 0;
}

int
edf_io_read(struct edf *edf, uint32_t block, uint32_t count, void *at)
{
	struct edf_batch batch = { .n = 0 };

	edf_io_add(edf, &batch, block, count, at);
	return edf_io_end(edf, &batch, 0);
}

int
edf_io_write(struct edf *edf, uint32_t block, uint32_t count, void *at)
{
	struct edf_batch batch = { .write = 1 };

	edf_io_add(edf, &batch, block, count, at);
	return edf_io_end(edf, &batch, 0);
}

void *
edf_io_take(struct edf *edf, size_t bytes)
{
	return edf->dev.take(edf->dev.arg, bytes);
}

void
edf_io_give(struct edf *edf, void *at, size_t bytes)
{
	if (at != NULL)
		edf->dev.give(edf->dev.arg, at, bytes);
}
