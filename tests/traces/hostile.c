/* SPDX-License-Identifier: MIT
 *
 * hostile.c - a vmterm that was taken over: main.c as it is, its sandbox too,
 * and instead of term.c a body that tries what an intruder would.
 *
 *   vmterm_hostile --proxy WHAT
 *
 * WHAT is a name in hostile_tries.  It ends with 0 when it had what it wanted,
 * with HOSTILE_REFUSED when the system said no; or it is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ipcchan.h"
#include "log.h"
#include "term.h"

#define HOSTILE_REFUSED 7
#define HOSTILE_UNKNOWN 8

static char *const hostile_argv[] = { "sh", NULL };
static struct sockaddr_in hostile_address = { .sin_family = AF_INET };
static struct msghdr hostile_message;
static char hostile_page[4096] __attribute__((aligned(4096)));

static const struct {
	const char *name;
	long nr;
	long arg[6];
} hostile_calls[] = {
	{ "open", SYS_open, { (long)"/etc/passwd", O_RDONLY } },
	{ "openat", SYS_openat, { AT_FDCWD, (long)"/etc/passwd", O_RDONLY } },
	{ "openat2", SYS_openat2, { AT_FDCWD, (long)"/etc/passwd" } },
	{ "creat", SYS_creat, { (long)"/tmp/hostile", 0600 } },
	{ "unlink", SYS_unlink, { (long)"/tmp/hostile" } },
	{ "mkdir", SYS_mkdir, { (long)"/tmp/hostile", 0700 } },
	{ "readlink", SYS_readlink, { (long)"/proc/self/exe",
	    (long)hostile_page, 100 } },
	{ "socket", SYS_socket, { AF_INET, SOCK_STREAM, 0 } },
	{ "socketpair", SYS_socketpair, { AF_UNIX, SOCK_STREAM, 0,
	    (long)hostile_page } },
	{ "connect", SYS_connect, { 4, (long)&hostile_address,
	    sizeof hostile_address } },
	{ "bind", SYS_bind, { 4, (long)&hostile_address,
	    sizeof hostile_address } },
	{ "listen", SYS_listen, { 4, 1 } },
	{ "accept", SYS_accept, { 4, 0, 0 } },
	{ "setsockopt", SYS_setsockopt, { 4, SOL_SOCKET, SO_KEEPALIVE,
	    (long)hostile_page, 4 } },
	{ "shutdown", SYS_shutdown, { 3, SHUT_RDWR } },
	{ "sendmsg", SYS_sendmsg, { 4, (long)&hostile_message, 0 } },
	{ "recvmsg", SYS_recvmsg, { 4, (long)&hostile_message, 0 } },
	{ "pipe", SYS_pipe, { (long)hostile_page } },
	{ "dup", SYS_dup, { 2 } },
	{ "fcntl", SYS_fcntl, { 2, F_DUPFD, 0 } },
	{ "memfd_create", SYS_memfd_create, { (long)"x", 0 } },
	{ "pidfd_open", SYS_pidfd_open, { 1, 0 } },
	{ "execve", SYS_execve, { (long)"/bin/sh", (long)hostile_argv, 0 } },
	{ "execveat", SYS_execveat, { AT_FDCWD, (long)"/bin/sh",
	    (long)hostile_argv, 0, 0 } },
	{ "fork", SYS_fork, { 0 } },
	{ "vfork", SYS_vfork, { 0 } },
	{ "clone", SYS_clone, { SIGCHLD } },
	{ "clone3", SYS_clone3, { (long)hostile_page, 64 } },
	{ "unshare", SYS_unshare, { CLONE_NEWUSER } },
	{ "ptrace", SYS_ptrace, { PTRACE_ATTACH, 1 } },
	{ "process_vm_readv", SYS_process_vm_readv, { 1 } },
	{ "process_vm_writev", SYS_process_vm_writev, { 1 } },
	{ "kill", SYS_kill, { 1, 0 } },
	{ "tgkill", SYS_tgkill, { 1, 1, 0 } },
	{ "prctl", SYS_prctl, { PR_SET_DUMPABLE, 1 } },
	{ "mmap", SYS_mmap, { 0, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 } },
	{ "mmap_all", SYS_mmap, { 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 } },
	{ "mprotect", SYS_mprotect, { (long)hostile_page, 4096,
	    PROT_READ | PROT_EXEC } },
	{ "ioctl", SYS_ioctl, { 0, TIOCSTI, (long)hostile_page } },
	{ "setuid", SYS_setuid, { 0 } },
	{ "setgroups", SYS_setgroups, { 0, 0 } },
	{ "chroot", SYS_chroot, { (long)"/" } },
	{ "mount", SYS_mount, { (long)"none", (long)"/tmp", (long)"tmpfs" } },
	{ "bpf", SYS_bpf, { 0, (long)hostile_page, 64 } },
	{ "io_uring_setup", SYS_io_uring_setup, { 1, (long)hostile_page } },
	{ "perf_event_open", SYS_perf_event_open, { (long)hostile_page } },
	{ "userfaultfd", SYS_userfaultfd, { 0 } },
	{ "keyctl", SYS_keyctl, { 0 } },
	{ "sysinfo", SYS_sysinfo, { (long)hostile_page } },
	{ "uname", SYS_uname, { (long)hostile_page } },
	{ "rt_sigaction", SYS_rt_sigaction, { SIGSYS, 0, (long)hostile_page,
	    8 } },
	{ "stat", SYS_newfstatat, { AT_FDCWD, (long)"/etc/passwd",
	    (long)hostile_page, 0 } },
};

static const char *hostile_what;

static void
hostile_try(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	for (size_t i = 0; i < sizeof hostile_calls / sizeof hostile_calls[0];
	     i++) {
		const long *a = hostile_calls[i].arg;

		if (strcmp(hostile_calls[i].name, hostile_what) != 0)
			continue;
		_exit(syscall(hostile_calls[i].nr, a[0], a[1], a[2], a[3],
		    a[4], a[5]) < 0 ? HOSTILE_REFUSED : 0);
	}
	_exit(HOSTILE_UNKNOWN);
}

/* What main.c calls before its sandbox; the body comes after. */
int
term_open(struct event_base *base, const struct term_options *options)
{
	static const struct timeval now;
	struct event *ev = evtimer_new(base, hostile_try, NULL);

	hostile_what = options->token != NULL ? options->token : "";
	return ev != NULL ? event_add(ev, &now) : -1;
}
