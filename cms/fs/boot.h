/* SPDX-License-Identifier: MIT
 *
 * boot.h - block 0 of a system disk: what IPL reads first.
 *
 * IPL reads the first 24 bytes to location 0 and runs the channel program at
 * 8: ccw[0] reads this whole block to BOOT_REAL, ccw[1] transfers into it, to
 * chain[], which reads the nucleus to where it is linked.
 */
#ifndef CMS_BOOT_H
#define CMS_BOOT_H

#include <stdint.h>

#include "channel.h"

#define BOOT_REAL 0x200
#define BOOT_NUCLEUS_REAL 0x1000
#define BOOT_CHAIN 56

struct boot_block {
	struct ipl_record ipl;
	struct fba_extent extent;
	uint32_t zero;
	struct fba_locate locate;
	uint8_t pad[8];
	struct ccw chain[BOOT_CHAIN];
};

_Static_assert(sizeof(struct boot_block) == FBA_BLOCK, "boot_block");

#endif
