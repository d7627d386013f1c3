/* SPDX-License-Identifier: MIT
 *
 * clock.c - time, by DIAGNOSE 270, and waiting, by the timer device.
 */
#include "channel.h"
#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "hyper.h"
#include "io.h"
#include "str.h"

#define CLOCK_VDEV 0x0FF
#define NS_PER_DAY 86400000000000ll
#define NS_PER_SECOND 1000000000ll

static struct io_device clock_timer;
static int64_t clock_ipl, clock_last, clock_east;

void
clock_read(struct diag_time *now)
{
	if (hyper_time(now) == -1)
		memset(now, 0, sizeof *now);
	clock_east = now->offset;
}

int64_t
clock_offset(void)
{
	return clock_east;
}

int64_t
clock_utc(void)
{
	struct diag_time now;

	clock_read(&now);
	return now.utc_ns;
}

int64_t
clock_monotonic(void)
{
	int64_t t = clock_utc() - clock_ipl;

	if (t < clock_last) {
		clock_ipl -= clock_last - t;
		t = clock_last;
	}
	clock_last = t;
	return t;
}

int64_t
clock_virtual(void)
{
	struct diag_time now;

	clock_read(&now);
	return (int64_t)now.virt_us * 1000;
}

const char *
clock_weekday(const struct diag_time *now)
{
	static const char *const name[] = {
		"SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY",
		"FRIDAY", "SATURDAY",
	};
	int64_t local = now->utc_ns + now->offset * NS_PER_SECOND;
	int64_t day = local / NS_PER_DAY;

	if (local % NS_PER_DAY < 0)
		day--;
	/* Day 0 was a Thursday. */
	return name[((day + 4) % 7 + 7) % 7];
}

int
clock_sleep(uint64_t ns)
{
	struct timer_set set __attribute__((aligned(8))) = { ns };
	struct ccw ccw __attribute__((aligned(8))) = {
		.cmd = TIMER_SET,
		.count = sizeof set,
		.addr = storage_real(&set),
	};

	if (clock_timer.vdev == 0 && io_find(CLOCK_VDEV))
		io_attach(&clock_timer, CLOCK_VDEV);
	if (clock_timer.vdev == 0 || io_start(&clock_timer, &ccw) == -1)
		return -1;
	console_wait(&clock_timer.done);
	if (!clock_timer.done)
		io_halt(&clock_timer);
	return 0;
}

void
clock_init(struct diag_time *now)
{
	clock_read(now);
	clock_ipl = now->utc_ns;
	clock_last = 0;
}
