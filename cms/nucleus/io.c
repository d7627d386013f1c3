/* SPDX-License-Identifier: MIT
 *
 * io.c - start a channel program and learn how it ended.  What the devices
 * do is for console.c, disk.c and clock.c.
 */
#include <stddef.h>

#include "cpu.h"
#include "io.h"

#define CC_STORED 1
#define CC_BUSY 2
#define CC_NONE 3
#define IO_TRIES 16

#define CHAN_ERRORS (CHAN_PROGRAM_CHECK | CHAN_PROTECTION_CHECK |	\
    CHAN_DATA_CHECK | CHAN_CONTROL_CHECK | CHAN_LENGTH)

static struct io_device *io_devices;

static uint32_t
io_request(uint32_t op, uint32_t vdev, uint32_t ccw, struct csw *csw)
{
	struct chan_req req __attribute__((aligned(8))) = {
		.op = op,
		.vdev = vdev,
		.ccw = ccw,
		.cc = CC_NONE,
	};

	if (vector_call(storage_real(&req), MACHINE_PORT_CHAN) == -1)
		return CC_NONE;
	if (csw != NULL)
		*csw = req.csw;
	return req.cc;
}

int
io_find(uint32_t vdev)
{
	return io_request(CHAN_TIO, vdev, 0, NULL) != CC_NONE;
}

void
io_attach(struct io_device *dev, uint32_t vdev)
{
	dev->vdev = vdev;
	dev->next = io_devices;
	io_devices = dev;
}

/*
 * Device end ends an operation, and so does whatever is wrong with it; an
 * attention alone does not.
 */
static void
io_status(struct io_device *dev, const struct csw *csw)
{
	if (csw->unit & UNIT_ATTENTION)
		dev->attention++;
	dev->csw.unit |= csw->unit;
	dev->csw.chan |= csw->chan;
	if (csw->unit & UNIT_CHANNEL_END || csw->chan != 0) {
		dev->csw.residual = csw->residual;
		dev->csw.ccw_addr = csw->ccw_addr;
	}
	if (csw->unit & (UNIT_DEVICE_END | UNIT_CHECK) ||
	    csw->chan & CHAN_ERRORS)
		dev->done = 1;
}

/*
 * Condition code 1 is either the end already or, with BUSY, an interruption
 * that was pending and is gone now: then the start is tried again.
 */
int
io_start(struct io_device *dev, struct ccw *ccw)
{
	struct csw csw;

	for (;;) {
		dev->csw = (struct csw){ 0 };
		dev->done = 0;
		switch (io_request(CHAN_SIO, dev->vdev, storage_real(ccw),
		    &csw)) {
		case 0:
			return 0;
		case CC_STORED:
			if (csw.unit & UNIT_BUSY) {
				dev->attention +=
				    (csw.unit & UNIT_ATTENTION) != 0;
				continue;
			}
			io_status(dev, &csw);
			if (csw.unit == UNIT_ATTENTION)
				continue;
			dev->done = 1;
			return 0;
		case CC_BUSY:
			vector_wait();
			continue;
		default:
			dev->done = 1;
			return -1;
		}
	}
}

int
io_wait(struct io_device *dev)
{
	while (!dev->done)
		vector_wait();
	return dev->csw.unit & (UNIT_CHECK | UNIT_EXCEPTION) ||
	    dev->csw.chan & CHAN_ERRORS ? -1 : 0;
}

void
io_halt(struct io_device *dev)
{
	struct csw csw;

	while (!dev->done) {
		switch (io_request(CHAN_HIO, dev->vdev, 0, &csw)) {
		case CC_STORED:
			io_status(dev, &csw);
			break;
		case CC_NONE:
			dev->done = 1;
			return;
		default:
			break;
		}
		if (!dev->done)
			vector_wait();
	}
}

static void
io_poll(struct io_device *dev)
{
	struct csw csw;

	dev->done = 0;
	while (!dev->done) {
		switch (io_request(CHAN_TIO, dev->vdev, 0, &csw)) {
		case CC_STORED:
			io_status(dev, &csw);
			break;
		case CC_BUSY:
			break;
		default:
			dev->done = 1;
			break;
		}
	}
}

void
io_run_polled(struct io_device *dev, struct ccw *ccw)
{
	uint32_t cc = CC_BUSY;

	io_request(CHAN_HIO, dev->vdev, 0, NULL);
	for (int tries = 0; tries < IO_TRIES && cc != 0; tries++) {
		io_poll(dev);
		cc = io_request(CHAN_SIO, dev->vdev, storage_real(ccw), NULL);
	}
	if (cc == 0)
		io_poll(dev);
}

void
io_interrupt(void)
{
	const struct lowcore *low = storage_lowcore();
	struct csw csw = low->csw;

	for (struct io_device *d = io_devices; d != NULL; d = d->next)
		if (d->vdev == low->io_vdev)
			io_status(d, &csw);
}

struct ccw
io_sense_id(struct sense_id *id)
{
	*id = (struct sense_id){ 0 };
	return (struct ccw){
		.cmd = CMD_SENSE_ID,
		.flags = CCW_SLI,
		.count = sizeof *id,
		.addr = storage_real(id),
	};
}

uint32_t
io_id_type(const struct sense_id *id)
{
	return (uint32_t)id->dev_type[0] << 8 | id->dev_type[1];
}

uint32_t
io_type(struct io_device *dev)
{
	struct sense_id id __attribute__((aligned(8)));
	struct ccw ccw __attribute__((aligned(8))) = io_sense_id(&id);

	if (io_start(dev, &ccw) == -1 || io_wait(dev) == -1)
		return 0;
	return io_id_type(&id);
}
