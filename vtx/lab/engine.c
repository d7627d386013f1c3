/* SPDX-License-Identifier: MIT
 *
 * engine.c - one system per home: DIR/run/lock says that one runs, and
 * DIR/run/engine how its commands are reached.
 */
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENGINE_LOCK_TRIES 25

/* A folder of the home, with the home's owner: it may be root who starts. */
static int
engine_folder(const char *home, const char *name, mode_t mode)
{
	char path[PATH_MAX];
	struct stat st;

	if (stat(home, &st) < 0)
		return -1;
	snprintf(path, sizeof path, "%s/%s", home, name);
	if (mkdir(path, mode) == 0)
		return geteuid() == 0 ? chown(path, st.st_uid, st.st_gid) : 0;
	return errno == EEXIST ? 0 : -1;
}

int
engine_lock(const char *home)
{
	char path[PATH_MAX];
	int fd, error;

	if (engine_folder(home, "run", 0700) < 0 ||
	    engine_folder(home, "log", 0755) < 0)
		return -1;
	snprintf(path, sizeof path, "%s/run/lock", home);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0)
		return -1;
	/* Somebody who only asks whether it is held holds it for a moment. */
	for (int i = 0; i < ENGINE_LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		if (errno != EWOULDBLOCK)
			break;
		usleep(20000);
	}
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
engine_write(const char *home, const struct engine *e)
{
	char path[PATH_MAX], new[PATH_MAX + 8];
	struct stat st;
	FILE *f;
	int fd;

	snprintf(path, sizeof path, "%s/run/engine", home);
	snprintf(new, sizeof new, "%s.new", path);
	unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (geteuid() == 0 && stat(home, &st) == 0 &&
	    fchown(fd, st.st_uid, st.st_gid) < 0) {
		close(fd);
		return -1;
	}
	f = fdopen(fd, "w");
	fprintf(f, "engine=lab\npid=%d\nport=%u\naddress=%s\nagent=%u\n"
	    "token=%s\n", (int)e->pid, e->port, e->address, e->agent,
	    e->token);
	if (fclose(f) != 0)
		return -1;
	return rename(new, path);
}

static int
engine_line(struct engine *e, const char *line)
{
	unsigned n;

	if (sscanf(line, "pid=%u", &n) == 1)
		e->pid = (pid_t)n;
	else if (sscanf(line, "port=%u", &n) == 1)
		e->port = (uint16_t)n;
	else if (sscanf(line, "agent=%u", &n) == 1)
		e->agent = (uint16_t)n;
	else if (strncmp(line, "token=", 6) == 0)
		snprintf(e->token, sizeof e->token, "%.*s", WIRE_TOKEN_LEN,
		    line + 6);
	return strcmp(line, "engine=lab\n") == 0;
}

int
engine_read(const char *home, struct engine *e)
{
	char path[PATH_MAX], line[256];
	int lab = 0;
	FILE *f;

	memset(e, 0, sizeof *e);
	snprintf(path, sizeof path, "%s/run/engine", home);
	f = fopen(path, "re");
	if (f == NULL)
		return -1;
	while (fgets(line, sizeof line, f) != NULL)
		lab |= engine_line(e, line);
	fclose(f);
	/* A lab that was killed leaves its file behind, and no process. */
	if (!lab || e->agent == 0 ||
	    (kill(e->pid, 0) < 0 && errno == ESRCH)) {
		errno = ESRCH;
		return -1;
	}
	return 0;
}

void
engine_remove(const char *home)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/run/engine", home);
	unlink(path);
}
