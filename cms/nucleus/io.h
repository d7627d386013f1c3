/* SPDX-License-Identifier: MIT
 *
 * io.h - start a channel program and learn how it ended.
 */
#ifndef CMS_IO_H
#define CMS_IO_H

#include <stdint.h>

#include "channel.h"
#include "storage.h"

struct io_device {
	uint32_t vdev; /* 0: not there */
	struct csw csw; /* statuses since the start, ORed */
	volatile int done;
	volatile int attention; /* how often it wanted to be looked at */
	struct io_device *next;
};

/* Is there a device at this address? */
int io_find(uint32_t vdev);

/* The device's interrupts are taken from now on. */
void io_attach(struct io_device *dev, uint32_t vdev);

/* The command by which a device says what it is, into id; its type, then. */
struct ccw io_sense_id(struct sense_id *id);
uint32_t io_id_type(const struct sense_id *id);

/* The device's type as SENSE ID has it (0x3215); 0 when it will not say. */
uint32_t io_type(struct io_device *dev);

/* 0: started, dev->done tells when it has ended.  -1: it could not be. */
int io_start(struct io_device *dev, struct ccw *ccw);

/* Wait for the end: 0 when nothing was wrong with it, else -1. */
int io_wait(struct io_device *dev);

/* Stop it, and wait for that. */
void io_halt(struct io_device *dev);

/*
 * For when interrupts are out of the question: whatever goes on is stopped,
 * the channel program run, the device asked until it has ended.
 */
void io_run_polled(struct io_device *dev, struct ccw *ccw);

/* An I/O interrupt was taken; low storage says whose. */
void io_interrupt(void);

#endif
