/* SPDX-License-Identifier: MIT
 *
 * disk.h - FB-512 disks, as EDF wants to see them.
 */
#ifndef CMS_DISK_H
#define CMS_DISK_H

#include <stdint.h>

#include "edf.h"

struct disk {
	uint32_t vdev;
	uint32_t attachment; /* channel.h: of no other disk at that address */
	uint32_t blocks;
	int read_only;
	int no_room; /* on the host; the user has been told */
	int gone; /* there is no such device any more, or it is given up */
};

/* 0; -1 when there is no such disk. */
int disk_open(struct disk *disk, uint32_t vdev);

/* What EDF works with; nobody writes through it when read_only. */
void disk_device(struct disk *disk, int read_only, struct edf_device *dev);

#endif
