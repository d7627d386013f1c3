/* SPDX-License-Identifier: MIT
 *
 * device.h - a disk of the machine that has no letter, as EDF wants to see it.
 */
#ifndef FORMAT_DEVICE_H
#define FORMAT_DEVICE_H

#include <stdint.h>

#include "edf.h"

struct device {
	uint16_t vdev;
	uint32_t attachment; /* no other disk at that address is meant */
	uint32_t blocks; /* of 512 bytes */
	int read_only;
	int dry; /* nothing is written: would it work? */
};

/* 0; -1 when there is no such disk. */
int device_open(struct device *d, unsigned long vdev);

void device_edf(struct device *d, struct edf_device *edf);

#endif
