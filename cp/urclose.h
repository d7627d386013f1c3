/* SPDX-License-Identifier: MIT
 *
 * urclose.h - the end of a device's open spool file.
 *
 * All that the machine has written goes to vmspool first, then vmspool makes
 * it a file, in one transaction; then it is told.  Machine and vmspool may end
 * meanwhile: the command hears of it.
 */
#ifndef VM370_CP_URCLOSE_H
#define VM370_CP_URCLOSE_H

#include "device.h"
#include "request.h"

/*
 * Close the file that the device writes, or reads, as SPOOL and `as` (NULL:
 * the CLOSE that CONT put off, if any) say; what comes of it is said to rq, or at the user's console when
 * he is not the one who asks.  then is called once, perhaps at once: 0, or
 * the number of the message that was given.  One at a time for a request.
 */
typedef void urclose_then(struct request *rq, int rc);
void urclose(struct request *rq, struct vmblok *vm, const struct vdev *d,
    const struct close_as *as, urclose_then *then);

/*
 * All that a user's devices write (machine: those of his machine, not his
 * console), one after another: rc is the last message's number.  What CONT
 * holds open is closed too.
 */
void urclose_all(struct request *rq, struct vmblok *vm, bool machine,
    urclose_then *then);

/* He is gone: nobody is told of what is still under way. */
void urclose_forget(struct vmblok *vm);

#endif
