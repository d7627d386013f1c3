/* SPDX-License-Identifier: MIT
 *
 * fd.c - a program's descriptors.
 */
#include "console.h"
#include "error.h"
#include "fd.h"

#define FD_CONSOLE 3 /* how many are the console at the start */

void
fd_start(struct program *p)
{
	for (int fd = 0; fd < FD_CONSOLE; fd++) {
		p->fd[fd] = file_console();
		file_keep(p->fd[fd]);
	}
}

struct file *
fd_get(const struct program *p, uint64_t fd)
{
	return fd < PROGRAM_FILES ? p->fd[fd] : NULL;
}

int
fd_put(struct program *p, struct file *f, uint64_t from)
{
	for (uint64_t fd = from; fd < PROGRAM_FILES; fd++)
		if (p->fd[fd] == NULL) {
			p->fd[fd] = f;
			return (int)fd;
		}
	return from < PROGRAM_FILES ? E_MFILE : E_INVAL;
}

int
fd_replace(struct program *p, struct file *f, uint64_t fd)
{
	if (fd >= PROGRAM_FILES)
		return E_BADF;
	if (p->fd[fd] != NULL)
		file_close(p->fd[fd]);
	p->fd[fd] = f;
	return (int)fd;
}

int
fd_close(struct program *p, uint64_t fd)
{
	struct file *f = fd_get(p, fd);

	if (f == NULL)
		return E_BADF;
	p->fd[fd] = NULL;
	return file_close(f);
}

int
fd_abandon(struct program *p, uint64_t fd)
{
	struct file *f = fd_get(p, fd);

	if (f == NULL)
		return E_BADF;
	p->fd[fd] = NULL;
	file_abandon(f);
	return 0;
}

/* Nobody is left to be told by a return code of close(). */
static int
fd_finish(struct file *f)
{
	struct edf_stat st = f->st;
	char mode = f->disk != NULL ? f->disk->mode : '-';
	int rc = file_finish(f);

	if (rc < 0)
		console_line("DMSFNS105S ERROR %d WRITING FILE %.8s %.8s %c%c "
		    "ON DISK", -rc, st.name, st.type, mode, st.mode);
	return rc;
}

/* All that are closed are committed together. */
int
fd_end(struct program *p)
{
	int rc = 0;

	for (int fd = 0; fd < PROGRAM_FILES; fd++) {
		struct file *f = p->fd[fd];
		int one = 0;

		p->fd[fd] = NULL;
		if (f != NULL && p->abandoned)
			file_abandon(f);
		else if (f != NULL)
			one = fd_finish(f);
		rc = rc == 0 ? one : rc;
	}
	if (file_commit() < 0 && rc == 0) {
		console_line("DMSFNS105S ERROR WRITING FILES OF %s ON DISK",
		    p->name);
		rc = E_IO;
	}
	return rc;
}
