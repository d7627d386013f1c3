/* SPDX-License-Identifier: MIT
 *
 * disk.c - FB-512 disks, by blocks.  What is in the blocks is for cms/fs.
 */
#include "disk.h"

#define DISK_CCW_BLOCKS 64 /* one CCW's count: 32 KiB */
#define DISK_READ_CCWS 16
#define DISK_READ_MAX (DISK_CCW_BLOCKS * DISK_READ_CCWS)

int
disk_open(struct disk *disk, uint32_t vdev)
{
	struct fba_characteristics is __attribute__((aligned(8))) = { 0 };
	struct ccw ccw __attribute__((aligned(8))) = {
		.cmd = FBA_READ_CHARACTERISTICS,
		.flags = CCW_SLI,
		.count = sizeof is,
		.addr = storage_real(&is),
	};

	if (!io_find(vdev))
		return -1;
	io_attach(&disk->dev, vdev);
	if (io_start(&disk->dev, &ccw) == -1 || io_wait(&disk->dev) == -1 ||
	    is.block != FBA_BLOCK)
		return -1;
	disk->blocks = is.blocks;
	disk->read_only = (is.flags & FBA_READ_ONLY) != 0;
	return 0;
}

/* One channel program: define extent, locate, read with data chaining. */
static int
disk_read_chain(struct disk *disk, uint32_t block, uint32_t count, real_t to)
{
	struct fba_extent extent __attribute__((aligned(8))) = {
		.mask = FBA_EXTENT_INHIBIT,
		.last = (uint32_t)(disk->blocks - 1),
	};
	struct fba_locate locate __attribute__((aligned(8))) = {
		.op = FBA_OP_READ,
		.blocks = (uint16_t)count,
		.first = block,
	};
	struct ccw ccw[2 + DISK_READ_CCWS] __attribute__((aligned(8))) = {
		{ FBA_DEFINE_EXTENT, CCW_CC, sizeof extent,
		    storage_real(&extent) },
		{ FBA_LOCATE, CCW_CC, sizeof locate, storage_real(&locate) },
	};
	unsigned n = 2;

	while (count > 0) {
		uint32_t part = count < DISK_CCW_BLOCKS ? count :
		    DISK_CCW_BLOCKS;

		ccw[n++] = (struct ccw){ FBA_READ, CCW_CD,
		    (uint16_t)(part * FBA_BLOCK), to };
		to += part * FBA_BLOCK;
		count -= part;
	}
	ccw[n - 1].flags = 0;
	if (io_start(&disk->dev, ccw) == -1)
		return -1;
	return io_wait(&disk->dev);
}

int
disk_read(void *device, uint32_t block, uint32_t count, void *to)
{
	struct disk *disk = device;
	real_t real = storage_real(to);

	if (block > disk->blocks || count > disk->blocks - block)
		return -1;
	while (count > 0) {
		uint32_t part = count < DISK_READ_MAX ? count : DISK_READ_MAX;

		if (disk_read_chain(disk, block, part, real) == -1)
			return -1;
		block += part;
		real += part * FBA_BLOCK;
		count -= part;
	}
	return 0;
}
