/* SPDX-License-Identifier: MIT
 *
 * sys_block.c - blocks of a disk, for programs.  Not of one that is accessed:
 * what is in its blocks is EDF's.
 */
#include "access.h"
#include "channel.h"
#include "cms.h"
#include "syscall.h"

/* As much at a time as lies side by side in storage. */
static int
block_transfer(struct ask *ask, const struct edf_device *dev,
    const struct cms_block_io *io)
{
	uint64_t left = (uint64_t)io->count * FBA_BLOCK, at = io->at;
	struct edf_extent e = { .block = io->block };
	int write = io->op == CMS_BLOCK_WRITE;

	while (left > 0) {
		size_t run;

		e.at = space_run(&ask->p->space, at, left,
		    write ? REGION_READ : REGION_WRITE, &run);
		if (e.at == NULL)
			return E_FAULT;
		e.blocks = (uint32_t)(run / FBA_BLOCK);
		if ((write ? dev->write(dev->arg, &e, 1, 0) :
		    dev->read(dev->arg, &e, 1)) != 0)
			return E_IO;
		e.block += e.blocks;
		at += run;
		left -= run;
	}
	return 0;
}

static int
block_do(struct ask *ask, struct disk *disk, const struct cms_block_io *io)
{
	struct edf_device dev;

	disk_device(disk, 0, &dev);
	if (access_vdev(io->vdev) != NULL)
		return E_BUSY;
	if (io->op == CMS_BLOCK_FLUSH)
		return dev.flush(dev.arg) == 0 ? 0 : E_IO;
	if (io->op > CMS_BLOCK_FLUSH || io->at % FBA_BLOCK != 0 ||
	    (uint64_t)io->block + io->count > disk->blocks)
		return E_INVAL;
	if (io->op == CMS_BLOCK_WRITE && disk->read_only)
		return E_ROFS;
	return block_transfer(ask, &dev, io);
}

int64_t
sys_block(struct ask *ask)
{
	struct cms_block_io io;
	struct disk disk;

	if (space_get(&ask->p->space, &io, ask->a[0], sizeof io) == -1)
		return E_FAULT;
	if (io.vdev > VDEV_MAX || disk_open(&disk, io.vdev) == -1)
		return E_NXIO;
	if (io.op != CMS_BLOCK_SIZE)
		return io.attachment == disk.attachment ?
		    block_do(ask, &disk, &io) : E_NXIO;
	io.attachment = disk.attachment;
	io.count = disk.blocks;
	io.read_only = disk.read_only != 0;
	return space_put(&ask->p->space, ask->a[0], &io, sizeof io) == 0 ? 0 :
	    E_FAULT;
}
