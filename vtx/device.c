/* SPDX-License-Identifier: MIT
 *
 * device.c - the list of device types, and what their functions share.
 */
#include "device.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

static const struct device_ops *const device_rows[] = {
	&console_device,
	&display_device,
	&reader_device,
	&punch_device,
	&printer_device,
	&dasd_device,
	&timer_device,
};

const struct device_ops *
device_find_ops(uint32_t type)
{
	for (size_t i = 0; i < sizeof device_rows / sizeof device_rows[0]; i++)
		if ((uint32_t)device_rows[i]->type == type)
			return device_rows[i];
	return NULL;
}

void
device_done(struct transfer *t, uint8_t unit)
{
	*t = (struct transfer){ .kind = TRANSFER_NONE, .unit = unit };
}

uint8_t
device_check(struct device *d, uint8_t sense0, uint8_t sense1)
{
	memset(d->sense, 0, sizeof d->sense);
	d->sense[0] = sense0;
	d->sense[1] = sense1;
	return UNIT_DONE | UNIT_CHECK;
}

void
device_reject(struct device *d, struct transfer *t)
{
	device_done(t, device_check(d, SENSE_COMMAND_REJECT, 0));
}

uint64_t
device_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
