/* SPDX-License-Identifier: MIT
 *
 * spoolout.h - records on their way from a punch or printer to vmspool: a
 * block that is being filled, and those that vmspool has not answered.
 *
 * A record that was added is kept until vmspool has stored it: it outlives a
 * reset, vmspool's end and a disk that is full, but not the device.  A device
 * has never more than UR_WINDOW + 2 blocks, and none when its file is closed.
 */
#ifndef VM370_VTX_SPOOLOUT_H
#define VM370_VTX_SPOOLOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "device.h"
#include "spool.h"

#define SPOOLOUT_MOST (1 + PRT_LINE) /* bytes in any device's record */

struct spoolout_block;
struct spoolout_close;

/* The state of a punch or printer. */
struct spoolout {
	/* Where the next record goes.  No room (at == end) also when none may
	 * be added, so that one look at it is enough. */
	uint8_t *at, *end;
	uint32_t records; /* in the block that is being filled */

	enum spool_device on;
	bool shut;   /* NOTREADY */
	bool waits;  /* the guest waits for DEVICE END */
	int refused; /* errno of the first unanswered block, 0: none */
	uint64_t stream, serial; /* ipc.h; the last block's */
	uint32_t vdev; /* the stream's: CP may give the device another */
	unsigned full; /* blocks that are */
	unsigned sent; /* of these, to this vmspool */
	struct spoolout_block *fill;  /* being filled */
	struct spoolout_block *first; /* full ones, in order */
	struct spoolout_block *spare;
	const uint8_t *seen; /* where at was some time ago */
	struct spoolout_close *closing; /* VM_UR_CLOSEs to be answered */

	/* The record that a command brings in pieces. */
	uint32_t most; /* bytes in a record */
	uint32_t len;
	uint8_t pieces[SPOOLOUT_MOST];
};

/* Where a record of up to n bytes goes; NULL: not there, not now. */
static inline uint8_t *
spoolout_place(const struct spoolout *o, size_t n)
{
	return (size_t)(o->end - o->at) < SPOOL_LENGTH + n ? NULL :
	    o->at + SPOOL_LENGTH;
}

/* n bytes are there. */
static inline void
spoolout_add(struct spoolout *o, size_t n)
{
	uint16_t length = (uint16_t)n;

	_Static_assert(sizeof length == SPOOL_LENGTH, "length");
	memcpy(o->at, &length, sizeof length);
	o->at += SPOOL_LENGTH + n;
	o->records++;
}

/* A command that adds a record begins.  False: the transfer says what becomes
 * of it, without data. */
bool spoolout_begin(struct device *d, struct transfer *t);

/* --- rows of a punch and a printer --- */

void spoolout_init(struct device *d, enum spool_device on, uint32_t most);
void spoolout_detach(struct device *d);
void spoolout_reset(struct device *d);
void spoolout_nothing(struct device *d);
int spoolout_read(struct device *d, void *to, size_t n);
int spoolout_write(struct device *d, const void *from, size_t n);
uint8_t spoolout_end(struct device *d, bool whole);
void spoolout_expire(struct device *d);
void spoolout_save(struct device *d, struct section *s);
int spoolout_load(struct device *d, struct section *s);
extern const struct device_spool_ops spoolout_ops;

#endif
