/* SPDX-License-Identifier: MIT
 *
 * losewrites.c - run a program and keep, beside each of some files, what of it
 * a power cut would have left: losewrites FILE... -- PROGRAM [ARGUMENT]...
 *
 * Whenever the program flushes FILE, it becomes FILE.durable: what was written
 * before a flush is what survives it.  What FILE has and FILE.durable has not
 * when the program is killed may be lost, any sector of it.  Whoever starts it
 * makes the first FILE.durable, for several programs may run that flush some
 * of the files each.
 *
 * The kernel tells us of a flush (seccomp's notification) and waits for our
 * word, so the program may be static and have a filter of its own; nothing
 * else of it is slower.  One that is killed meanwhile has flushed nothing.
 *
 * The program keeps the process's id; who looks on is another process, which
 * ends with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void
die(const char *what)
{
	fprintf(stderr, "losewrites: %s: %s\n", what, strerror(errno));
	_exit(127);
}

/* Flushes are told, everything else is not looked at. */
static int
listen_to_flushes(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fdatasync, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fsync, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	};
	struct sock_fprog program = { sizeof code / sizeof code[0], code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* --- the one who looks on --- */

static int
copy_bytes(int from, int to)
{
	static char buf[1 << 16];
	off_t at = 0;
	struct stat st;

	if (fstat(from, &st) < 0)
		return -1;
	while ((at = lseek(from, at, SEEK_DATA)) >= 0) {
		ssize_t n = pread(from, buf, sizeof buf, at);

		if (n < 0 || pwrite(to, buf, (size_t)n, at) != n)
			return -1;
		if (n == 0)
			break;
		at += n;
	}
	return ftruncate(to, st.st_size);
}

static bool
waits(int listener, uint64_t id)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

/* By a new file and a rename: whoever kills us finds one whole. */
static void
keep(const char *path, int listener, uint64_t id)
{
	char durable[4096], temp[4096];
	int from = open(path, O_RDONLY | O_CLOEXEC), to;

	snprintf(durable, sizeof durable, "%s.durable", path);
	snprintf(temp, sizeof temp, "%s.durable.new", path);
	to = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (from < 0 || to < 0 || copy_bytes(from, to) < 0)
		die(path);
	close(from);
	close(to);
	if (waits(listener, id) && rename(temp, durable) < 0)
		die(path);
}

/* Is it this file that the program is about to flush? */
static bool
is_about(const struct seccomp_notif *told, const char *path)
{
	char opened[64];
	struct stat a, b;

	snprintf(opened, sizeof opened, "/proc/%u/fd/%d", told->pid,
	    (int)told->data.args[0]);
	return stat(opened, &a) == 0 && stat(path, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void
look_on(int listener, char *files[])
{
	struct seccomp_notif told;
	struct seccomp_notif_resp answer;

	for (;;) {
		struct pollfd pfd = { .fd = listener, .events = POLLIN };

		if (poll(&pfd, 1, -1) < 0 && errno == EINTR)
			continue;
		if ((pfd.revents & POLLIN) == 0)
			_exit(0); /* nobody is left to be looked at */
		memset(&told, 0, sizeof told);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &told) < 0)
			continue; /* he was killed meanwhile */
		for (char **f = files; *f != NULL; f++) {
			if (is_about(&told, *f))
				keep(*f, listener, told.id);
		}
		memset(&answer, 0, sizeof answer);
		answer.id = told.id;
		answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

/* --- handing the listener over --- */

union control {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void
send_fd(int to, int fd)
{
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	union control control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof control };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	if (sendmsg(to, &msg, 0) != 1)
		die("sendmsg");
}

static int
receive_fd(int from)
{
	char byte;
	struct iovec iov = { &byte, 1 };
	union control control;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof control };
	int fd;

	if (recvmsg(from, &msg, MSG_CMSG_CLOEXEC) != 1 ||
	    CMSG_FIRSTHDR(&msg) == NULL)
		_exit(0); /* it never began */
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof fd);
	return fd;
}

/* A grandchild, so that the program has no child that it knows nothing of,
 * and with nothing of the program's open. */
static void
begin_looking(int pair[2], char *files[])
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid > 0) {
		waitpid(pid, NULL, 0);
		return;
	}
	if (fork() != 0)
		_exit(0);
	setsid();
	close(pair[0]);
	for (int fd = 3; fd < 64; fd++)
		if (fd != pair[1])
			close(fd);
	look_on(receive_fd(pair[1]), files);
}

int
main(int argc, char *argv[])
{
	char **command = argv + 1;
	int pair[2], listener;

	while (*command != NULL && strcmp(*command, "--") != 0)
		command++;
	if (argc < 4 || *command == NULL || command[1] == NULL) {
		fprintf(stderr, "usage: losewrites FILE... -- PROGRAM "
		    "[ARGUMENT]...\n");
		return 2;
	}
	*command++ = NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		die("socketpair");
	begin_looking(pair, argv + 1);
	close(pair[1]);
	listener = listen_to_flushes();
	if (listener < 0)
		die("seccomp");
	send_fd(pair[0], listener);
	close(listener);
	close(pair[0]);
	execvp(command[0], command);
	die(command[0]);
}
