/* SPDX-License-Identifier: MIT
 *
 * paper.c - a temporary name, fsync, rename.
 */
#include "paper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "log.h"

void
paper_init(struct paper *p, int dir, unsigned raddr)
{
	p->dir = dir;
	p->fd = -1;
	p->out = evbuffer_new();
	if (p->out == NULL)
		fatalx("no memory");
	snprintf(p->temp, sizeof p->temp, ".%03X.new", raddr & 0xFFF);
}

void
paper_put(struct paper *p, const char *text, size_t len)
{
	if (evbuffer_add(p->out, text, len) < 0)
		fatalx("no memory");
}

/* A file that was left by one who died is written over. */
static int
paper_open(struct paper *p)
{
	if (p->fd < 0)
		p->fd = openat(p->dir, p->temp, O_WRONLY | O_CREAT | O_TRUNC |
		    O_NOFOLLOW | O_CLOEXEC, 0600);
	return p->fd < 0 ? -1 : 0;
}

int
paper_write(struct paper *p)
{
	if (paper_open(p) < 0)
		return -1;
	while (evbuffer_get_length(p->out) > 0)
		if (evbuffer_write(p->out, p->fd) < 0 && errno != EINTR)
			return -1;
	return 0;
}

int
paper_done(struct paper *p, const char *name)
{
	/* What fsync could not write it does not say twice. */
	if (fsync(p->fd) < 0 ||
	    renameat(p->dir, p->temp, p->dir, name) < 0 || fsync(p->dir) < 0)
		return -1;
	close(p->fd);
	p->fd = -1;
	return 0;
}

void
paper_drop(struct paper *p)
{
	evbuffer_drain(p->out, evbuffer_get_length(p->out));
	if (p->fd < 0)
		return;
	close(p->fd);
	p->fd = -1;
	if (unlinkat(p->dir, p->temp, 0) < 0 && errno != ENOENT)
		log_warn("%s", p->temp);
}
