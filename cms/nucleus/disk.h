/* SPDX-License-Identifier: MIT
 *
 * disk.h - FB-512 disks, by blocks.
 */
#ifndef CMS_DISK_H
#define CMS_DISK_H

#include <stdint.h>

#include "io.h"

struct disk {
	struct io_device dev;
	uint64_t blocks;
	int read_only;
};

/* 0; -1 when there is no such disk. */
int disk_open(struct disk *disk, uint32_t vdev);

/* `count` blocks from `block` on to consecutive storage: 0, or -1. */
int disk_read(void *disk, uint32_t block, uint32_t count, void *to);

#endif
