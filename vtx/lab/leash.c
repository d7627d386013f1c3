/* SPDX-License-Identifier: MIT
 *
 * leash.c - programs that must not outlive vmlab, however it ends.
 *
 * `vmlab leash PID CMD...` becomes CMD, killed by the kernel when its parent
 * PID dies.  `vmlab share DIR` is virtiofsd, which wants root: sudo stands
 * between, so a pipe to the parent tells of its death instead.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab.h"
#include "log.h"

#define SHARE_SOCKET 0 /* virtiofsd's listening socket */
#define SHARE_PARENT 1 /* its other end closes when the parent has died */
#define SHARE_PROGRAM "/usr/lib/qemu/virtiofsd"

/* ^C is for the supervisor, which ends the others in order. */
static void
leash_tie(pid_t parent)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

int
leash_main(int argc, char *argv[])
{
	if (argc < 3)
		fatalx("usage: vmlab leash PID COMMAND...");
	leash_tie((pid_t)atoi(argv[1]));
	execvp(argv[2], argv + 2);
	log_warn("%s", argv[2]);
	return LEASH_NO_EXEC;
}

/* Can it have a mount namespace with DIR as its root?  Not in a container or
 * a chroot; there it makes do with a chroot of its own. */
static int
share_can_pivot(const char *dir)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET) < 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ||
		    mount(dir, dir, NULL, MS_BIND | MS_REC, NULL) < 0 ||
		    chdir(dir) < 0 ||
		    syscall(SYS_pivot_root, ".", ".") < 0);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static _Noreturn void
share_exec(const char *dir, pid_t parent)
{
	const char *sandbox = share_can_pivot(dir) ? "sandbox=namespace" :
	    "sandbox=chroot";
	char fd[32], source[PATH_MAX + 16];
	size_t n = 0;

	leash_tie(parent);
	snprintf(fd, sizeof fd, "--fd=%d", SHARE_SOCKET);
	n = (size_t)snprintf(source, sizeof source, "source=");
	/* A comma would begin another option; it is escaped by a backslash. */
	for (const char *s = dir; *s != '\0' && n < sizeof source - 3; s++) {
		if (*s == ',' || *s == '\\')
			source[n++] = '\\';
		source[n++] = *s;
	}
	source[n] = '\0';
	execl(SHARE_PROGRAM, SHARE_PROGRAM, fd, "-o", source, "-o",
	    sandbox, "-o", "log_level=warn", (char *)NULL);
	fatal("%s (Debian package qemu-system-common)", SHARE_PROGRAM);
}

static void
share_on_child(int sig)
{
	(void)sig; /* only to interrupt ppoll */
}

/* As root: run virtiofsd until it ends by itself or the parent does. */
static int
share_serve(const char *dir)
{
	struct pollfd parent = { .fd = SHARE_PARENT };
	pid_t self = getpid(), pid;
	sigset_t child, before;
	int status = 1;

	signal(SIGCHLD, share_on_child);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		share_exec(dir, self);
	}
	close(SHARE_SOCKET);
	if (pid < 0)
		fatal("fork");
	do {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	} while (ppoll(&parent, 1, NULL, &before) <= 0);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	return 0;
}

/*
 * vmlab share DIR, with descriptor 3 virtiofsd's socket and 4 the pipe; sudo
 * hands on only 0 to 2, so they move there.
 */
int
share_main(int argc, char *argv[])
{
	char self[PATH_MAX];
	ssize_t n;

	if (argc == 3 && strcmp(argv[1], "--placed") == 0)
		return share_serve(argv[2]);
	if (argc != 2)
		fatalx("usage: vmlab share DIR");
	setpgid(0, 0);
	if (dup2(3, SHARE_SOCKET) < 0 || dup2(4, SHARE_PARENT) < 0)
		fatal("share");
	close(3);
	close(4);
	if (geteuid() == 0)
		return share_serve(argv[1]);
	n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n < 0)
		fatal("/proc/self/exe");
	self[n] = '\0';
	execlp("sudo", "sudo", "-n", self, "share", "--placed", argv[1],
	    (char *)NULL);
	fatal("sudo");
}
