/* SPDX-License-Identifier: MIT
 *
 * uroption.h - the operands of SPOOL, CLOSE and TAG DEV: which devices; of the
 * first two also what is said of their files.
 */
#ifndef VM370_CP_UROPTION_H
#define VM370_CP_UROPTION_H

#include "device.h"
#include "request.h"

enum uroption_command {
	UROPTION_SPOOL = 1,
	UROPTION_CLOSE = 2,
	UROPTION_TAG = 4,
};

enum uroption_said { UROPTION_UNSAID = 0, UROPTION_NO, UROPTION_YES };

struct uroptions {
	uint32_t given; /* what was said, so that it is said once */
	struct close_as as;
	char classes[UR_CLASSES]; /* CLASS of a reader */
	enum uroption_said cont, eof, start, term;
	bool close;
};

/*
 * Which devices word i means: READER (not TAG), PUNCH, PRINTER, CONSOLE, ALL
 * (CLOSE), or an address.  0, or the number of the message that was given.
 */
int uroption_devices(struct request *rq, unsigned i,
    enum uroption_command command);

/* The first of them, from an address on; NULL: no more. */
struct vdev *uroption_device(const struct request *rq, unsigned i,
    vdev_t from);

/*
 * The words from `from` on, about the devices that word 1 means.  All of them
 * are checked; nothing is changed.  0, or the number of the message that was
 * given.
 */
int uroption_words(struct request *rq, unsigned from,
    enum uroption_command command, struct uroptions *out);

#endif
