/* SPDX-License-Identifier: MIT
 *
 * reserve.c - room on the disk that is kept for the worst moment.
 */
#include "reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char reserve_note[] = "damaged";

static bool
reserve_marked(const struct reserve *r)
{
	char note[sizeof reserve_note];

	return pread(r->fd, note, sizeof note, 0) == (ssize_t)sizeof note &&
	    memcmp(note, reserve_note, sizeof note) == 0;
}

int
reserve_open(struct reserve *r, const char *folder)
{
	char path[PATH_MAX];

	*r = (struct reserve){ .fd = -1 };
	if ((size_t)snprintf(path, sizeof path, "%s/spool.reserve", folder) >=
	    sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	r->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (r->fd < 0)
		return -1;
	r->marked = reserve_marked(r);
	reserve_whole(r);
	return 0;
}

bool
reserve_spend(struct reserve *r)
{
	bool had = r->fd >= 0 && r->whole && ftruncate(r->fd, 0) == 0;

	r->whole = false;
	return had;
}

/* Where room cannot be allocated it is not kept, and nobody waits for it. */
bool
reserve_whole(struct reserve *r)
{
	if (r->fd < 0 || r->whole || r->never)
		return true;
	if (fallocate(r->fd, 0, 0, RESERVE_BYTES) == 0) {
		r->whole = true;
	} else if (errno == EOPNOTSUPP || errno == ENOSYS) {
		r->never = true;
		return true;
	} else if (ftruncate(r->fd, 0) < 0) {
		return false; /* part of it is kept, which is no harm */
	}
	return r->whole;
}

void
reserve_mark(struct reserve *r)
{
	if (r->fd >= 0 && !r->marked)
		r->marked = pwrite(r->fd, reserve_note, sizeof reserve_note,
		    0) == (ssize_t)sizeof reserve_note && fsync(r->fd) == 0;
}

void
reserve_close(struct reserve *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}
