/* SPDX-License-Identifier: MIT
 *
 * sys_time.c - what time it is, and waiting.
 */
#include "clock.h"
#include "syscall.h"

#define NS_PER_SECOND 1000000000ll
#define SLEEP_MAX (1ull << 32) /* seconds: longer than anybody waits */

#define TIMER_ABSTIME 1

enum { CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1, CLOCK_PROCESS = 2,
	CLOCK_THREAD = 3, CLOCK_RAW = 4, CLOCK_REALTIME_COARSE = 5,
	CLOCK_MONOTONIC_COARSE = 6, CLOCK_BOOT = 7 };

struct sys_timespec {
	int64_t sec, nsec;
};

static int
time_clock(uint64_t which, int64_t *ns)
{
	switch (which) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		*ns = clock_utc();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOT:
		*ns = clock_monotonic();
		return 0;
	case CLOCK_PROCESS:
	case CLOCK_THREAD:
		*ns = clock_virtual();
		return 0;
	default:
		return -1;
	}
}

static int64_t
time_put(struct ask *ask, uint64_t to, int64_t a, int64_t b)
{
	struct sys_timespec t = { a, b };

	return space_put(&ask->p->space, to, &t, sizeof t) == 0 ? 0 : E_FAULT;
}

static int64_t
sys_clock_gettime(struct ask *ask)
{
	int64_t ns;

	if (time_clock(ask->a[0], &ns) == -1)
		return E_INVAL;
	return time_put(ask, ask->a[1], ns / NS_PER_SECOND,
	    ns % NS_PER_SECOND);
}

static int64_t
sys_clock_getres(struct ask *ask)
{
	int64_t ns;

	if (time_clock(ask->a[0], &ns) == -1)
		return E_INVAL;
	return ask->a[1] != 0 ? time_put(ask, ask->a[1], 0, 1000) : 0;
}

static int64_t
sys_gettimeofday(struct ask *ask)
{
	int64_t ns = clock_utc();

	if (ask->a[0] == 0)
		return 0;
	return time_put(ask, ask->a[0], ns / NS_PER_SECOND,
	    ns % NS_PER_SECOND / 1000);
}

static int64_t
sys_time(struct ask *ask)
{
	int64_t now = clock_utc() / NS_PER_SECOND;

	if (ask->a[0] != 0 && space_put(&ask->p->space, ask->a[0], &now,
	    sizeof now) == -1)
		return E_FAULT;
	return now;
}

static int64_t
time_sleep(struct ask *ask, uint64_t from, int64_t since)
{
	struct sys_timespec t;
	int64_t ns;

	if (space_get(&ask->p->space, &t, from, sizeof t) == -1)
		return E_FAULT;
	if (t.sec < 0 || t.nsec < 0 || t.nsec >= NS_PER_SECOND)
		return E_INVAL;
	if ((uint64_t)t.sec > SLEEP_MAX)
		t.sec = SLEEP_MAX;
	ns = t.sec * NS_PER_SECOND + t.nsec - since;
	if (ns <= 0)
		return 0;
	return clock_sleep((uint64_t)ns) == 0 ? 0 : E_NOSYS;
}

static int64_t
sys_nanosleep(struct ask *ask)
{
	return time_sleep(ask, ask->a[0], 0);
}

static int64_t
sys_clock_nanosleep(struct ask *ask)
{
	int64_t now;

	if (time_clock(ask->a[0], &now) == -1)
		return E_INVAL;
	return time_sleep(ask, ask->a[2],
	    ask->a[1] & TIMER_ABSTIME ? now : 0);
}

static const struct syscall_row sys_time_rows[] = {
	{ 35, sys_nanosleep },
	{ 96, sys_gettimeofday },
	{ 201, sys_time },
	{ 228, sys_clock_gettime },
	{ 229, sys_clock_getres },
	{ 230, sys_clock_nanosleep },
};

SYSCALL_TABLE(sys_time_calls, sys_time_rows);
