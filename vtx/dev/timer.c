/* SPDX-License-Identifier: MIT
 *
 * timer.c - the TIMER: an interval that ends with device end, and the clock.
 */
#include <string.h>
#include <time.h>

#include "device.h"
#include "subchan.h"

#define TIMER_FAR (UINT64_MAX / 4) /* ns: later than any machine will see */

struct timer {
	uint32_t at; /* bytes moved */
	union {
		struct timer_set set;
		struct timer_now now;
		uint8_t bytes[8];
	} u;
};

static int
timer_attach(struct device *d, const struct ipc_vm_attach *at, int fd)
{
	(void)d;
	(void)at;
	(void)fd;
	return 0;
}

static void
timer_nothing(struct device *d)
{
	(void)d;
}

static void
timer_stop(struct device *d)
{
	d->deadline = 0;
}

static void
timer_start(struct device *d, uint8_t cmd, struct transfer *t)
{
	struct timer *timer = d->state;
	struct timespec now;

	timer->at = 0;
	t->left = sizeof timer->u;
	if (cmd == TIMER_SET) {
		t->kind = TRANSFER_OUT;
	} else if (cmd == TIMER_READ) {
		clock_gettime(CLOCK_REALTIME, &now);
		timer->u.now.utc_ns = now.tv_sec * 1000000000ll + now.tv_nsec;
		t->kind = TRANSFER_IN;
	} else {
		device_reject(d, t);
	}
}

static int
timer_read(struct device *d, void *to, size_t n)
{
	struct timer *timer = d->state;

	if (n > sizeof timer->u - timer->at)
		return -1;
	memcpy(to, timer->u.bytes + timer->at, n);
	timer->at += (uint32_t)n;
	return 0;
}

static int
timer_write(struct device *d, const void *from, size_t n)
{
	struct timer *timer = d->state;

	if (n > sizeof timer->u - timer->at)
		return -1;
	memcpy(timer->u.bytes + timer->at, from, n);
	timer->at += (uint32_t)n;
	return 0;
}

static uint8_t
timer_end(struct device *d, bool whole)
{
	struct timer *timer = d->state;
	uint64_t ns = timer->u.set.ns;

	if (d->sch.cmd != TIMER_SET || !whole)
		return UNIT_DONE;
	if (timer->at != sizeof timer->u)
		return device_check(d, SENSE_COMMAND_REJECT, 0);
	d->deadline = device_now() + (ns < TIMER_FAR ? ns : TIMER_FAR);
	return UNIT_CHANNEL_END;
}

static void
timer_expire(struct device *d)
{
	d->deadline = 0;
	channel_device_end(d, UNIT_DEVICE_END);
}

static void
timer_save(struct device *d, struct section *s)
{
	const struct timer *timer = d->state;
	uint64_t now = device_now();

	section_put_u8(s, d->deadline != 0);
	section_put_u64(s, d->deadline > now ? d->deadline - now : 0);
	section_put_u32(s, timer->at);
	section_put(s, timer->u.bytes, sizeof timer->u.bytes);
}

static int
timer_load(struct device *d, struct section *s)
{
	struct timer *timer = d->state;
	bool set = section_get_u8(s) != 0;
	uint64_t left = section_get_u64(s);
	uint32_t at = section_get_u32(s);

	section_get(s, timer->u.bytes, sizeof timer->u.bytes);
	if (s->bad || at > sizeof timer->u)
		return -1;
	timer->at = at;
	if (set)
		d->deadline = device_now() +
		    (left < TIMER_FAR ? left : TIMER_FAR);
	return 0;
}

const struct device_ops timer_device = {
	.type = DEVICE_TIMER,
	.id = { 0xFF, { 0x0F, 0xFF }, 0, { 0x0F, 0xFF }, 0 },
	.state = sizeof(struct timer),
	.attach = timer_attach,
	.detach = timer_nothing,
	.reset = timer_stop,
	.begin = timer_nothing,
	.start = timer_start,
	.read = timer_read,
	.write = timer_write,
	.end = timer_end,
	.halt = timer_stop,
	.expire = timer_expire,
	.save = timer_save,
	.load = timer_load,
};
