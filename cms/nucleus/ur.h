/* SPDX-License-Identifier: MIT
 *
 * ur.h - punches and printers: records to a device, as many as there is room
 * for in one channel program.  What they are to say is the program's.
 */
#ifndef CMS_UR_H
#define CMS_UR_H

#include <stddef.h>
#include <stdint.h>

#include "channel.h"

#define UR_CCWS 256
#define UR_BYTES 22528 /* with the CCWs, six frames */

struct ur {
	struct ccw ccw[UR_CCWS];
	uint8_t records[UR_BYTES]; /* as spool.h's blocks are */
};

/* Is the device at this address of this type? */
int ur_is(uint32_t vdev, uint32_t type);

/*
 * CCWs for the whole records among the first `bytes`: how many, and *used
 * their bytes.  0: the first one is none that a device of the type takes.
 */
unsigned ur_chain(struct ur *ur, uint32_t type, size_t bytes, size_t *used);

/* Write them: 0, or an error; *done says how many are written.  A device that
 * is not ready is waited for, as long as its user does. */
int ur_write(struct ur *ur, uint32_t vdev, unsigned count, unsigned *done);

#endif
