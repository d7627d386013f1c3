/* SPDX-License-Identifier: MIT
 *
 * sys_poll.c - is there a line to read?  For programs that ask before they
 * read.
 */
#include "clock.h"
#include "console.h"
#include "fd.h"
#include "syscall.h"

#define POLL_FILES 64
#define POLLIN 0x01
#define POLLOUT 0x04
#define POLLNVAL 0x20
#define NS_PER_MS 1000000ll
#define NS_PER_SECOND 1000000000ll

struct sys_pollfd {
	int32_t fd;
	int16_t events, revents;
};

/* What one file is ready for.  Who would wait for ever may as well read. */
static int16_t
poll_one(const struct program *p, const struct sys_pollfd *f, int for_ever)
{
	int16_t ready = f->events & POLLOUT;
	const struct file *file;

	if (f->fd < 0)
		return 0;
	file = fd_get(p, (uint64_t)f->fd);
	if (file == NULL)
		return POLLNVAL;
	if (file->kind != FILE_CONSOLE || for_ever || p->in_at < p->in_len || console_waiting())
		ready |= f->events & POLLIN;
	return ready;
}

static int64_t
poll_all(struct ask *ask, int for_ever)
{
	int64_t ready = 0;

	for (uint64_t i = 0; i < ask->a[1]; i++) {
		struct sys_pollfd f;
		uint64_t at = ask->a[0] + i * sizeof f;

		if (space_get(&ask->p->space, &f, at, sizeof f) == -1)
			return E_FAULT;
		f.revents = poll_one(ask->p, &f, for_ever);
		ready += f.revents != 0;
		if (space_put(&ask->p->space, at, &f, sizeof f) == -1)
			return E_FAULT;
	}
	return ready;
}

static int64_t
sys_poll_for(struct ask *ask, int64_t ns)
{
	int64_t ready;

	if (ask->a[1] > POLL_FILES)
		return E_INVAL;
	ready = poll_all(ask, ns < 0);
	if (ready != 0 || ns <= 0)
		return ready;
	if (clock_sleep((uint64_t)ns) == -1)
		return E_NOSYS;
	return poll_all(ask, 0);
}

static int64_t
sys_poll(struct ask *ask)
{
	return sys_poll_for(ask, (int32_t)ask->a[2] * NS_PER_MS);
}

static int64_t
sys_ppoll(struct ask *ask)
{
	int64_t t[2];

	if (ask->a[2] == 0)
		return sys_poll_for(ask, -1);
	if (space_get(&ask->p->space, t, ask->a[2], sizeof t) == -1)
		return E_FAULT;
	if (t[0] < 0 || t[0] > INT32_MAX || t[1] < 0 || t[1] >= NS_PER_SECOND)
		return E_INVAL;
	return sys_poll_for(ask, t[0] * NS_PER_SECOND + t[1]);
}

static const struct syscall_row sys_poll_rows[] = {
	{ 7, sys_poll },
	{ 271, sys_ppoll },
};

SYSCALL_TABLE(sys_poll_calls, sys_poll_rows);
