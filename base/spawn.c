/* SPDX-License-Identifier: MIT
 *
 * spawn.c - fork and exec with nothing inherited by accident.
 */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPAWN_FIRST 3
#define SPAWN_FDS_MAX 8

static const char *const spawn_env_allowed[] = { "LANG", "LC_ALL", "TZ",
	"PATH" };
#define SPAWN_ENV_MAX (sizeof spawn_env_allowed / sizeof spawn_env_allowed[0])

/* Move the descriptors to 3, 4, ... ; report (the exec error pipe) to above. */
static int
spawn_place(const int *fds, size_t nfds, int *report)
{
	int high[SPAWN_FDS_MAX];
	int floor = SPAWN_FIRST + (int)nfds;

	*report = fcntl(*report, F_DUPFD_CLOEXEC, floor);
	if (*report < 0)
		return -1;
	for (size_t i = 0; i < nfds; i++)
		if ((high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, floor)) < 0)
			return -1;
	for (size_t i = 0; i < nfds; i++)
		if (dup2(high[i], SPAWN_FIRST + (int)i) < 0)
			return -1;
	return 0;
}

static void
spawn_child(const char *path, char *const argv[], const int *fds, size_t nfds,
    int report)
{
	static char env_text[SPAWN_ENV_MAX][PATH_MAX];
	char *envp[SPAWN_ENV_MAX + 1];
	size_t n = 0;
	sigset_t none;
	int null, error;

	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		goto fail;
	if (spawn_place(fds, nfds, &report) < 0)
		goto fail;
	if (close_range(SPAWN_FIRST + (unsigned)nfds, UINT_MAX,
	    CLOSE_RANGE_CLOEXEC) < 0)
		goto fail;
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < SPAWN_ENV_MAX; i++) {
		const char *value = getenv(spawn_env_allowed[i]);

		if (value == NULL || strlen(value) > PATH_MAX - 16)
			continue;
		snprintf(env_text[n], sizeof env_text[n], "%s=%s",
		    spawn_env_allowed[i], value);
		envp[n] = env_text[n];
		n++;
	}
	envp[n] = NULL;
	execve(path, argv, envp);
fail:
	error = errno;
	if (write(report, &error, sizeof error) < 0) {
		/* The parent sees the exit status. */
	}
	_exit(127);
}

pid_t
spawn(const char *path, char *const argv[], const int *fds, size_t nfds)
{
	int report[2], error = 0;
	ssize_t n;
	pid_t pid;

	if (nfds > SPAWN_FDS_MAX) {
		errno = EINVAL;
		return -1;
	}
	if (pipe2(report, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(report[0]);
		spawn_child(path, argv, fds, nfds, report[1]);
	}
	close(report[1]);
	if (pid < 0) {
		error = errno;
		close(report[0]);
		errno = error;
		return -1;
	}
	do
		n = read(report[0], &error, sizeof error);
	while (n < 0 && errno == EINTR);
	close(report[0]);
	if (n == (ssize_t)sizeof error) {
		errno = error;
		return -1; /* the zombie is the SIGCHLD handler's */
	}
	return pid;
}

int
spawn_libexec(char *buf, size_t size)
{
	char self[PATH_MAX];
	char *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	int used;

	if (n < 0)
		return -1;
	self[n] = '\0';
	slash = strrchr(self, '/');
	*slash = '\0';
	if (strlen(self) >= 4 && strcmp(self + strlen(self) - 4, "/bin") == 0)
		used = snprintf(buf, size, "%.*s/libexec/vm370",
		    (int)(strlen(self) - 4), self);
	else
		used = snprintf(buf, size, "%s", self);
	if (used < 0 || (size_t)used >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}
