/* SPDX-License-Identifier: MIT
 *
 * ipcchan.c - send, queue, receive and check messages.  No handler logic.
 */
#include "ipcchan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

struct ipcchan_packet {
	struct ipcchan_packet *next;
	int fd; /* ours, or -1 */
	size_t len;
	char bytes[];
};

struct ipcchan_rule {
	const char *name;
	enum ipc_party from, to;
	size_t fixed;
	size_t text_max; /* 0: no text */
	int fds;
};

static const struct ipcchan_rule ipcchan_rules[IPC_TYPES] = {
#define X(name_, from_, to_, payload_, text_, fds_) \
	[IPC_##name_] = { #name_, IPC_##from_, IPC_##to_, sizeof(payload_), \
	    (text_), (fds_) },
	IPC_MESSAGES(X)
#undef X
};

#define X(name_, from_, to_, payload_, text_, fds_)                     \
	_Static_assert(sizeof(struct ipc_header) + sizeof(payload_) + (text_) <= \
	    IPC_PACKET_MAX, #name_ " fits a packet");                   \
	_Static_assert((fds_) == 0 || (fds_) == 1, #name_ " descriptors");
IPC_MESSAGES(X)
#undef X

const char *
ipcchan_name(enum ipc_type type)
{
	if (type <= IPC_NONE || type >= IPC_TYPES)
		return "?";
	return ipcchan_rules[type].name;
}

int
ipcchan_pair(int fd[2])
{
	return socketpair(AF_UNIX,
	    SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd);
}

void
ipcchan_init(struct ipcchan *ch, int fd, enum ipc_party self,
    enum ipc_party peer)
{
	*ch = (struct ipcchan){ .fd = fd, .self = self, .peer = peer };
	ch->tail = &ch->head;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void
ipcchan_drop(struct ipcchan_packet *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p);
}

void
ipcchan_close(struct ipcchan *ch)
{
	struct ipcchan_packet *p;

	while ((p = ch->head) != NULL) {
		ch->head = p->next;
		ipcchan_drop(p);
	}
	ch->tail = &ch->head;
	ch->queued = 0;
	if (ch->fd >= 0)
		close(ch->fd);
	ch->fd = -1;
	ch->dead = true;
}

static int
ipcchan_die(struct ipcchan *ch, int error)
{
	ch->dead = true;
	errno = error;
	return -1;
}

/* Does a payload keep to its row of the table? */
static bool
ipcchan_shape(const struct ipcchan_rule *rule, const void *payload, size_t len,
    int fds)
{
	uint32_t text_len;

	if (fds != rule->fds || len < rule->fixed)
		return false;
	if (rule->text_max == 0)
		return len == rule->fixed;
	memcpy(&text_len, payload, sizeof text_len);
	return text_len <= rule->text_max && len == rule->fixed + text_len;
}

/* 1 sent, 0 would block, -1 dead. */
static int
ipcchan_put(struct ipcchan *ch, const void *bytes, size_t len, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)bytes,
		.iov_len = len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (fd >= 0) {
		struct cmsghdr *cm;

		mh.msg_control = control.bytes;
		mh.msg_controllen = sizeof control.bytes;
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(cm), &fd, sizeof fd);
	}
	do
		n = sendmsg(ch->fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return 1;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
		return 0;
	return ipcchan_die(ch, errno);
}

static int
ipcchan_enqueue(struct ipcchan *ch, const void *bytes, size_t len, int fd)
{
	struct ipcchan_packet *p;

	if (ch->queued + len > IPCCHAN_QUEUE_MAX)
		return ipcchan_die(ch, ENOBUFS);
	p = malloc(sizeof *p + len);
	if (p == NULL)
		return ipcchan_die(ch, ENOMEM);
	p->next = NULL;
	p->len = len;
	p->fd = -1;
	memcpy(p->bytes, bytes, len);
	if (fd >= 0 && (p->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0) {
		int error = errno;

		free(p);
		return ipcchan_die(ch, error);
	}
	*ch->tail = p;
	ch->tail = &p->next;
	ch->queued += len;
	return 0;
}

int
ipcchan_send(struct ipcchan *ch, enum ipc_type type, const void *payload,
    size_t len, int fd)
{
	char packet[sizeof(struct ipc_header) + sizeof(struct ipc_item) +
	    sizeof(struct ipc_vm_data) + IPC_TEXT_MAX];
	struct ipc_header header = { .version = IPC_VERSION,
		.type = (uint16_t)type, .length = (uint32_t)len };
	const struct ipcchan_rule *rule;
	size_t total = sizeof header + len;

	if (ch->dead)
		return ipcchan_die(ch, EPIPE);
	if (type <= IPC_NONE || type >= IPC_TYPES || total > sizeof packet)
		return ipcchan_die(ch, EINVAL);
	rule = &ipcchan_rules[type];
	if (rule->from != ch->self || rule->to != ch->peer ||
	    !ipcchan_shape(rule, payload, len, fd >= 0)) {
		log_warnx("ipc: refusing to send a bad %s", rule->name);
		return ipcchan_die(ch, EINVAL);
	}
	memcpy(packet, &header, sizeof header);
	memcpy(packet + sizeof header, payload, len);
	if (ch->head == NULL) {
		int sent = ipcchan_put(ch, packet, total, fd);

		if (sent != 0)
			return sent < 0 ? -1 : 0;
	}
	return ipcchan_enqueue(ch, packet, total, fd);
}

int
ipcchan_send_text(struct ipcchan *ch, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n, int fd)
{
	char payload[sizeof(struct ipc_item) + sizeof(struct ipc_vm_data) +
	    IPC_TEXT_MAX];
	uint32_t text_len = (uint32_t)n;

	if (n > IPC_TEXT_MAX || fixed_len + n > sizeof payload)
		return ipcchan_die(ch, EINVAL);
	memcpy(fixed, &text_len, sizeof text_len);
	memcpy(payload, fixed, fixed_len);
	if (n > 0)
		memcpy(payload + fixed_len, text, n);
	return ipcchan_send(ch, type, payload, fixed_len + n, fd);
}

int
ipcchan_flush(struct ipcchan *ch)
{
	struct ipcchan_packet *p;

	if (ch->dead)
		return ipcchan_die(ch, EPIPE);
	while ((p = ch->head) != NULL) {
		int sent = ipcchan_put(ch, p->bytes, p->len, p->fd);

		if (sent <= 0)
			return sent;
		ch->queued -= p->len;
		ch->head = p->next;
		if (ch->head == NULL)
			ch->tail = &ch->head;
		ipcchan_drop(p);
	}
	return 0;
}

/* Take every descriptor that came along, so that none can leak; keep one. */
static int
ipcchan_take_fds(struct msghdr *mh, int *fd)
{
	int count = 0;

	*fd = -1;
	for (struct cmsghdr *cm = CMSG_FIRSTHDR(mh); cm != NULL;
	     cm = CMSG_NXTHDR(mh, cm)) {
		size_t n;

		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		n = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int got;

			memcpy(&got, CMSG_DATA(cm) + i * sizeof got, sizeof got);
			if (count++ == 0)
				*fd = got;
			else
				close(got);
		}
	}
	return count;
}

int
ipcchan_recv(struct ipcchan *ch, struct ipcchan_message *msg)
{
	/* Per thread: a message is handled before the next is received. */
	static _Thread_local _Alignas(16) char packet[sizeof(struct ipc_header) +
	    sizeof(struct ipc_item) + sizeof(struct ipc_vm_data) + IPC_TEXT_MAX];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = packet, .iov_len = sizeof packet };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes };
	const struct ipcchan_rule *rule;
	struct ipc_header header;
	int count, fd;
	ssize_t n;

	if (ch->dead)
		return ipcchan_die(ch, EPIPE);
	do
		n = recvmsg(ch->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
		return ipcchan_die(ch, errno);
	}
	count = ipcchan_take_fds(&mh, &fd);
	if (n == 0)
		return ipcchan_die(ch, 0);
	if ((mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
	    (size_t)n < sizeof header)
		goto bad;
	memcpy(&header, packet, sizeof header);
	if (header.version != IPC_VERSION || header.type == IPC_NONE ||
	    header.type >= IPC_TYPES ||
	    header.length != (size_t)n - sizeof header)
		goto bad;
	rule = &ipcchan_rules[header.type];
	if (rule->from != ch->peer || rule->to != ch->self ||
	    !ipcchan_shape(rule, packet + sizeof header, header.length, count))
		goto bad;
	*msg = (struct ipcchan_message){ .type = (enum ipc_type)header.type,
		.payload = packet + sizeof header, .len = header.length,
		.fd = fd };
	return 1;

bad:
	if (fd >= 0)
		close(fd);
	log_warnx("ipc: a message that breaks the table; channel closed");
	return ipcchan_die(ch, EPROTO);
}
