/* SPDX-License-Identifier: MIT
 *
 * subchan.h - what channel.c offers: channel.h's rules made to happen.
 */
#ifndef VM370_VTX_SUBCHAN_H
#define VM370_VTX_SUBCHAN_H

#include "device.h"
#include "vm.h"

/* --- the vCPU's --- */

/* The channel's port: value is the address of a struct chan_req. */
enum vcpu_next channel_port(struct vcpu *v, uint32_t value);

/* --- lock held --- */

/* Is any device's status to be taken?  Take the first, by vdev. */
bool channel_pending(const struct vm *vm);
bool channel_take(struct vm *vm, struct csw *csw, uint32_t *vdev);

/* SIO for DIAGNOSE A8: its condition code.  After 0 diag_general_ended() is
 * called with the whole CSW in the path, and no interruption comes. */
uint32_t channel_general(struct device *d, uint32_t at, struct csw *csw);

/* --- the device thread's --- */

/* One slice for every channel program that can go on.  True: there is more
 * to do at once. */
bool channel_run(struct vm *vm);

/* IPL's own channel program: 24 bytes to 0, then the CCWs at 8.  Its end is
 * ipl_ended(), not an interrupt. */
void channel_ipl(struct device *d);

/* What the disk thread moved for this device, if it is done. */
void channel_land(struct device *d);
/* From landed(): n bytes were moved; all: of those that were to be. */
void channel_moved(struct device *d, size_t n, bool all);

/* A transfer that was TRANSFER_WAIT can be started again. */
void channel_ready(struct device *d);
/* A device that worked on after channel end is done: unit, with DEVICE END. */
void channel_device_end(struct device *d, uint8_t unit);
/* Status of the device's own: ATTENTION, or DEVICE END for "ready". */
void channel_unsolicited(struct device *d, uint8_t unit);
/* That has become untrue. */
void channel_withdraw(struct device *d, uint8_t unit);

/* Forget everything; the device is reset too. */
void channel_reset(struct device *d);

void channel_save(const struct device *d, struct section *s);
int channel_load(struct device *d, struct section *s);

#endif
