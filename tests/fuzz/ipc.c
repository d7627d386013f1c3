/* SPDX-License-Identifier: MIT
 *
 * ipc.c - fuzz what a channel receives: any packet, as any party would get it.
 * The first byte chooses the parties and whether a descriptor comes along.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipcchan.h"
#include "log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	enum ipc_party self, peer;
} sides[] = {
	{ IPC_CP, IPC_TERM }, { IPC_TERM, IPC_CP }, { IPC_CP, IPC_GUEST },
	{ IPC_GUEST, IPC_CP }, { IPC_CP, IPC_SPOOL }, { IPC_SPOOL, IPC_CP },
	{ IPC_CP, IPC_HOST }, { IPC_CP, IPC_WORKER }, { IPC_WORKER, IPC_CP },
};

#define SIDES (sizeof sides / sizeof sides[0])

/* In log.c's place: it would be drowned in refusals. */
void
log_warnx(const char *fmt, ...)
{
	(void)fmt;
}

static void
fuzz_send(int fd, const void *bytes, size_t len, int carry)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)bytes, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (carry) {
		struct cmsghdr *cm;

		mh.msg_control = control.bytes;
		mh.msg_controllen = sizeof control.bytes;
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(cm), &fd, sizeof fd);
	}
	sendmsg(fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipcchan_message msg;
	struct ipcchan ch;
	int fd[2], got;

	if (size < 1 || ipcchan_pair(fd) < 0)
		return 0;
	ipcchan_init(&ch, fd[0], sides[data[0] % SIDES].self,
	    sides[data[0] % SIDES].peer);
	fuzz_send(fd[1], data + 1, size - 1, data[0] & 0x80);
	got = ipcchan_recv(&ch, &msg);
	if (got == 1) {
		/* What passed can be read to its end. */
		const uint8_t *p = msg.payload;
		unsigned sum = 0;

		if (msg.type <= IPC_NONE || msg.type >= IPC_TYPES)
			abort();
		for (size_t i = 0; i < msg.len; i++)
			sum += p[i];
		if (sum > 255 * msg.len)
			abort();
		if (msg.fd >= 0)
			close(msg.fd);
	}
	ipcchan_close(&ch);
	close(fd[1]);
	return 0;
}
