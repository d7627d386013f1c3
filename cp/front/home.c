/* SPDX-License-Identifier: MIT
 *
 * home.c - the home directory.  Starts nothing.
 */
#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "textfile.h"

#define HOME_LOCK_TRIES 10 /* somebody who asks holds it for a moment */

static const char *const home_folders[] = { "", "volumes", "volumes/VMSYS",
	"volumes/VMUSR1", "spool", "run", "log", "in", "out", "saved",
	"tapes" };

/* mkdir -p of what is above the home directory. */
static int
home_make_above(char *path)
{
	for (char *s = path + 1; *s != '\0'; s++) {
		if (*s != '/')
			continue;
		*s = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST &&
		    access(path, X_OK) < 0)
			return front_fail("%s: %s", path, strerror(errno));
		*s = '/';
	}
	return 0;
}

int
home_check_owner(const struct front *front)
{
	const struct passwd *pw;
	struct stat st;

	if (stat(front->home, &st) < 0)
		return front_fail("%s: %s", front->home, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return front_fail("%s is not a directory", front->home);
	if (st.st_uid == geteuid())
		return 0;
	pw = getpwuid(st.st_uid);
	if (pw != NULL)
		return front_fail("%s belongs to %s: run this as %s, or use "
		    "another --home", front->home, pw->pw_name, pw->pw_name);
	return front_fail("%s belongs to user %u: use another --home",
	    front->home, (unsigned)st.st_uid);
}

/* A name with links or dots in it could be made true only now. */
static int
home_true_name(struct front *front)
{
	char path[PATH_MAX];

	if (realpath(front->home, path) == NULL)
		return front_fail("%s: %s", front->home, strerror(errno));
	memcpy(front->home, path, sizeof path);
	if (front->inside)
		return 0;
	return front_path(front, "run", front->run, sizeof front->run) ? 0 : 1;
}

int
home_make(struct front *front)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s", front->home);
	if (home_make_above(path) != 0)
		return 1;
	for (size_t i = 0; i < sizeof home_folders / sizeof home_folders[0];
	     i++) {
		if (i == 0)
			snprintf(path, sizeof path, "%s", front->home);
		else if (!front_path(front, home_folders[i], path,
		    sizeof path))
			return 1;
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return front_fail("%s: cannot be made: %s", path,
			    strerror(errno));
		if (i == 0 && (home_check_owner(front) != 0 ||
		    home_true_name(front) != 0))
			return 1;
	}
	return 0;
}

static int
home_open_lock(const struct front *front, int how)
{
	char path[PATH_MAX];
	int fd, error;

	if ((size_t)snprintf(path, sizeof path, "%s/lock", front->run) >=
	    sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, (how == LOCK_EX ? O_RDWR | O_CREAT : O_RDONLY) |
	    O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (flock(fd, how | LOCK_NB) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static int
home_try_lock(const struct front *front)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	int fd = -1;

	for (int i = 0; i < HOME_LOCK_TRIES; i++) {
		fd = home_open_lock(front, LOCK_EX);
		if (fd >= 0 || errno != EWOULDBLOCK)
			break;
		nanosleep(&pause, NULL);
		errno = EWOULDBLOCK;
	}
	return fd;
}

int
home_lock(const struct front *front)
{
	struct home_state state;
	bool said = false;
	int fd;

	while ((fd = home_try_lock(front)) < 0 && errno == EWOULDBLOCK) {
		if (home_running(front, &state)) {
			errno = EWOULDBLOCK;
			break;
		}
		if (!said)
			printf("another vm370 is at work in %s: waiting for "
			    "it\n", front->home);
		fflush(stdout);
		said = true;
	}
	return fd;
}

int
home_share(const struct front *front)
{
	int fd = home_open_lock(front, LOCK_SH);
	char path[PATH_MAX];

	if (fd >= 0 || errno != ENOENT ||
	    (size_t)snprintf(path, sizeof path, "%s/lock", front->run) >=
	    sizeof path)
		return fd;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	close(fd);
	return home_open_lock(front, LOCK_SH);
}

static void
home_read_state(const struct front *front, struct home_state *state)
{
	char path[PATH_MAX], line[128];
	FILE *f;

	*state = (struct home_state){ .address = "127.0.0.1" };
	if ((size_t)snprintf(path, sizeof path, "%s/engine", front->run) >=
	    sizeof path || (f = fopen(path, "re")) == NULL)
		return;
	while (fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "engine=", 7) == 0)
			snprintf(state->engine, sizeof state->engine, "%.15s",
			    line + 7);
		else if (strncmp(line, "pid=", 4) == 0)
			state->pid = (pid_t)atoi(line + 4);
		else if (strncmp(line, "port=", 5) == 0)
			state->port = atoi(line + 5);
		else if (strncmp(line, "address=", 8) == 0)
			snprintf(state->address, sizeof state->address,
			    "%.45s", line + 8);
	}
	fclose(f);
}

bool
home_running(const struct front *front, struct home_state *state)
{
	int fd = home_open_lock(front, LOCK_SH);

	*state = (struct home_state){ 0 };
	if (fd < 0 && errno == EWOULDBLOCK) {
		home_read_state(front, state);
		return true;
	}
	if (fd >= 0) {
		close(fd);
		errno = 0;
	}
	return false;
}

bool
home_must_run(const struct front *front, struct home_state *state)
{
	if (home_running(front, state))
		return true;
	if (errno == EACCES)
		front_fail("%s: %s", front->home, strerror(errno));
	else
		front_fail("no system runs in %s", front->home);
	return false;
}

int
home_write_state(const struct front *front, const struct home_state *state)
{
	char path[PATH_MAX], text[192];
	int n;

	if ((size_t)snprintf(path, sizeof path, "%s/engine", front->run) >=
	    sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (state == NULL)
		return unlink(path);
	n = snprintf(text, sizeof text, "engine=%s\npid=%d\nport=%d\n"
	    "address=%s\n", state->engine, (int)state->pid, state->port,
	    state->address);
	return textfile_replace(path, text, (size_t)n, 0600);
}
