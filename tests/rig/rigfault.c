/* SPDX-License-Identifier: MIT
 *
 * rigfault.c - failing, slow and hanging disks for one vmguest.
 */
#include "rigfault.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 512

static const struct {
	int nr;
	char letter;
} rigfault_ops[RIGFAULT_OPS] = {
	{ SYS_preadv, 'R' },
	{ SYS_pwritev, 'W' },
	{ SYS_fdatasync, 'F' },
};

static int
rigfault_op(char letter)
{
	for (int i = 0; i < RIGFAULT_OPS; i++)
		if (rigfault_ops[i].letter == letter)
			return i;
	return -1;
}

/* --- the filter --- */

static int
rigfault_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_preadv, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pwritev, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fdatasync, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	};
	struct sock_fprog prog = { .len = sizeof code / sizeof code[0],
		.filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
}

/* A descriptor through the pair; fd < 0: receive it. */
static int
rigfault_pass(int sock, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof fd)];
	} control = { 0 };
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	if (fd >= 0) {
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(head), &fd, sizeof fd);
		return sendmsg(sock, &msg, 0) < 0 ? -1 : 0;
	}
	if (recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) != 1 ||
	    (head = CMSG_FIRSTHDR(&msg)) == NULL)
		return -1;
	memcpy(&fd, CMSG_DATA(head), sizeof fd);
	return fd;
}

int
rigfault_before(struct rigfault *f)
{
	f->listener = -1;
	f->holding = false;
	if (!f->on)
		return 0;
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, f->pair);
}

int
rigfault_child(struct rigfault *f)
{
	int fd;

	if (!f->on)
		return 0;
	fd = rigfault_filter();
	return fd < 0 ? -1 : rigfault_pass(f->pair[1], fd);
}

int
rigfault_parent(struct rigfault *f)
{
	if (!f->on)
		return 0;
	close(f->pair[1]);
	f->listener = rigfault_pass(f->pair[0], -1);
	close(f->pair[0]);
	return f->listener < 0 ? -1 : 0;
}

void
rigfault_close(struct rigfault *f)
{
	if (f->on && f->listener >= 0)
		close(f->listener);
	f->listener = -1;
	f->holding = false;
}

/* --- what happens to calls --- */

void
rigfault_plan(struct rigfault *f, const char *text)
{
	int op = rigfault_op(text[0]);
	struct rigfault_plan plan = { .armed = true };
	char *end;

	if (op < 0 || text[1] != ' ')
		return;
	text += 2;
	if (strncmp(text, "HOLD ", 5) == 0)
		plan.hold_ms = (int)strtol(text + 5, &end, 10);
	else
		plan.error = (int)strtol(text, &end, 10);
	plan.skip = (unsigned)strtoul(end, NULL, 10);
	f->plan[op] = plan;
}

static void
rigfault_answer(struct rigfault *f, uint64_t id, int error)
{
	struct seccomp_notif_resp resp = { .id = id, .error = -error,
		.flags = error == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0 };

	/* ENOENT: it was killed meanwhile. */
	if (ioctl(f->listener, SECCOMP_IOCTL_NOTIF_SEND, &resp) < 0 &&
	    errno != ENOENT)
		perror("rig: fault");
}

static void
rigfault_note(struct rigfault *f, char letter, uint64_t at)
{
	size_t used = strlen(f->calls);

	if (letter == 'F')
		snprintf(f->calls + used, sizeof f->calls - used, "F ");
	else
		snprintf(f->calls + used, sizeof f->calls - used, "%c%llu ",
		    letter, (unsigned long long)at / BLOCK);
}

static void
rigfault_hold(struct rigfault *f, uint64_t id, int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	f->holding = true;
	f->held = id;
	f->due = ms == 0 ? 0 : (uint64_t)t.tv_sec * 1000 +
	    (uint64_t)t.tv_nsec / 1000000 + (uint64_t)ms;
}

void
rigfault_call(struct rigfault *f)
{
	struct seccomp_notif call = { 0 };
	struct rigfault_plan *plan = NULL;

	if (ioctl(f->listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
		return;
	for (int i = 0; i < RIGFAULT_OPS; i++) {
		if (rigfault_ops[i].nr != call.data.nr)
			continue;
		rigfault_note(f, rigfault_ops[i].letter, call.data.args[3]);
		plan = &f->plan[i];
	}
	if (plan != NULL && plan->armed && plan->skip-- == 0) {
		plan->armed = false;
		if (plan->error == 0) {
			rigfault_hold(f, call.id, plan->hold_ms);
			return;
		}
		rigfault_answer(f, call.id, plan->error);
		return;
	}
	rigfault_answer(f, call.id, 0);
}

void
rigfault_go(struct rigfault *f)
{
	if (!f->holding)
		return;
	f->holding = false;
	rigfault_answer(f, f->held, 0);
}
