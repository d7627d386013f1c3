/* SPDX-License-Identifier: MIT
 *
 * logfile.c - a log that is too long becomes vm370.log.1 and begins anew.
 *
 * Each program that CP started has it open and appends to it, most in a sandbox
 * without files: so it is copied and cut, not renamed.  Standard error is left
 * alone where it is something else than this file.
 */
#include "logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

#define LOGFILE_LOOK_S 10

struct logfile {
	struct cp *cp;
	struct event *look;
};

/* The log for reading; -1: standard error is not it. */
static int
logfile_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat ours, its;

	if (fd >= 0 && fstat(fd, &its) == 0 &&
	    fstat(STDERR_FILENO, &ours) == 0 && ours.st_dev == its.st_dev &&
	    ours.st_ino == its.st_ino)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* All that is in it by now. */
static int
logfile_copy(int from, const char *path)
{
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	ssize_t n = -1;

	while (to >= 0 && (n = sendfile(to, from, NULL, LOGFILE_MAX)) > 0)
		;
	if (to >= 0)
		close(to);
	return n == 0 ? 0 : -1;
}

static void
logfile_look(evutil_socket_t fd, short what, void *arg)
{
	const struct logfile *lf = arg;
	char path[PATH_MAX], before[PATH_MAX];
	struct stat st;
	int from;

	(void)fd;
	(void)what;
	if (fstat(STDERR_FILENO, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size <= LOGFILE_MAX ||
	    cp_path(lf->cp, "log/vm370.log", path, sizeof path) < 0 ||
	    cp_path(lf->cp, "log/vm370.log.1", before, sizeof before) < 0)
		return;
	from = logfile_open(path);
	if (from < 0)
		return;
	/* On a full disk the bound counts for more than the copy. */
	if (logfile_copy(from, before) < 0)
		log_warn("%s", before);
	close(from);
	if (ftruncate(STDERR_FILENO, 0) == 0)
		log_info("what was before this is in %s", before);
}

struct logfile *
logfile_new(struct cp *cp)
{
	struct logfile *lf = calloc(1, sizeof *lf);
	struct timeval tv = { .tv_sec = LOGFILE_LOOK_S };

	if (lf == NULL)
		return NULL;
	lf->cp = cp;
	lf->look = event_new(cp->base, -1, EV_PERSIST, logfile_look, lf);
	if (lf->look == NULL || event_add(lf->look, &tv) < 0) {
		logfile_free(lf);
		return NULL;
	}
	logfile_look(-1, 0, lf);
	return lf;
}

void
logfile_free(struct logfile *lf)
{
	if (lf == NULL)
		return;
	if (lf->look != NULL)
		event_free(lf->look);
	free(lf);
}
