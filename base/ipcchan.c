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

#define IPCCHAN_BATCH 8 /* messages in one packet */

/* A packet that is larger breaks the table whatever it is.  Blocks of cards
 * and screens are long, and only the channels that carry them pay for that. */
#define IPCCHAN_PACKET                                              \
	(sizeof(struct ipc_header) + sizeof(struct ipc_item) +      \
	    sizeof(struct ipc_vm_data) + IPC_TEXT_MAX)
#define IPCCHAN_BULK \
	(sizeof(struct ipc_header) + sizeof(struct ipc_ur_write) + \
	    SPOOL_BLOCK_MAX)

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

#define IPCCHAN_LONG(party) \
	((party) == IPC_UR || (party) == IPC_TERM || (party) == IPC_GUEST)

#define X(name_, from_, to_, payload_, text_, fds_)                     \
	_Static_assert(sizeof(struct ipc_header) + sizeof(payload_) +        \
	    (text_) <= (IPCCHAN_LONG(IPC_##from_) ||			     \
	    IPCCHAN_LONG(IPC_##to_) ? IPCCHAN_BULK : IPCCHAN_PACKET),	     \
	    #name_ " fits a packet");					     \
	_Static_assert((fds_) == 0 || (fds_) == 1, #name_ " descriptors");
IPC_MESSAGES(X)
#undef X
_Static_assert(IPCCHAN_BULK <= IPC_PACKET_MAX, "the longest");
_Static_assert(IPCCHAN_PACKET % sizeof(uint64_t) == 0 &&
    IPCCHAN_BULK % sizeof(uint64_t) == 0 &&
    sizeof(struct ipc_header) % sizeof(uint64_t) == 0, "payloads are aligned");

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
	*ch = (struct ipcchan){ .fd = fd, .self = self, .peer = peer,
		.in_fd = -1 };
	ch->tail = &ch->head;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* The first packet of the queue is done with. */
static void
ipcchan_shift(struct ipcchan *ch)
{
	struct ipcchan_packet *p = ch->head;

	ch->head = p->next;
	if (ch->head == NULL)
		ch->tail = &ch->head;
	ch->queued -= p->len;
	if (p->fd >= 0)
		close(p->fd);
	free(p);
}

static void
ipcchan_drop(struct ipcchan *ch)
{
	while (ch->head != NULL)
		ipcchan_shift(ch);
}

void
ipcchan_close(struct ipcchan *ch)
{
	ipcchan_drop(ch);
	free(ch->in);
	ch->in = NULL;
	ch->in_at = ch->in_len = 0;
	if (ch->in_fd >= 0)
		close(ch->in_fd);
	ch->in_fd = -1;
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

/* A message cannot be sent; its descriptor, if it was given, goes with it. */
static int
ipcchan_lose(struct ipcchan *ch, int error, int fd)
{
	if (ch->gives && fd >= 0)
		close(fd);
	return ipcchan_die(ch, error);
}

/* Bytes in the longest packet of a channel. */
static size_t
ipcchan_packet(const struct ipcchan *ch)
{
	return IPCCHAN_LONG(ch->self) || IPCCHAN_LONG(ch->peer) ?
	    IPCCHAN_BULK : IPCCHAN_PACKET;
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

/* Messages in one packet begin on multiples of 8. */
static size_t
ipcchan_round(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static int
ipcchan_enqueue(struct ipcchan *ch, const struct ipc_header *header,
    const void *fixed, size_t fixed_len, const void *text, int fd)
{
	size_t text_len = header->length - fixed_len;
	size_t len = sizeof *header + header->length;
	struct ipcchan_packet *p;

	p = malloc(sizeof *p + ipcchan_round(len));
	if (p == NULL)
		return ipcchan_lose(ch, ENOMEM, fd);
	p->next = NULL;
	p->fd = -1;
	p->len = len;
	memcpy(p->bytes, header, sizeof *header);
	memcpy(p->bytes + sizeof *header, fixed, fixed_len);
	if (text_len > 0)
		memcpy(p->bytes + sizeof *header + fixed_len, text, text_len);
	memset(p->bytes + len, 0, ipcchan_round(len) - len);
	if (fd >= 0 && ch->gives)
		p->fd = fd;
	else if (fd >= 0 && (p->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0) {
		int error = errno;

		free(p);
		return ipcchan_die(ch, error);
	}
	*ch->tail = p;
	ch->tail = &p->next;
	ch->queued += p->len;
	return 0;
}

/* The payload is fixed_len bytes at fixed, then text_len bytes at text. */
static int
ipcchan_add(struct ipcchan *ch, enum ipc_type type, const void *fixed,
    size_t fixed_len, const void *text, size_t text_len, int fd)
{
	struct ipc_header header = { .version = IPC_VERSION,
		.type = (uint16_t)type,
		.length = (uint32_t)(fixed_len + text_len) };
	const struct ipcchan_rule *rule;

	if (ch->dead)
		return ipcchan_lose(ch, EPIPE, fd);
	if (type <= IPC_NONE || type >= IPC_TYPES)
		return ipcchan_lose(ch, EINVAL, fd);
	rule = &ipcchan_rules[type];
	if (rule->from != ch->self || rule->to != ch->peer ||
	    fixed_len < rule->fixed || fixed_len > IPC_PACKET_MAX ||
	    text_len > IPC_PACKET_MAX ||
	    !ipcchan_shape(rule, fixed, fixed_len + text_len, fd >= 0)) {
		log_warnx("ipc: refusing to send a bad %s", rule->name);
		return ipcchan_lose(ch, EINVAL, fd);
	}
	if (ch->queued + sizeof header + header.length > IPCCHAN_QUEUE_MAX)
		return ipcchan_lose(ch, ENOBUFS, fd);
	return ipcchan_enqueue(ch, &header, fixed, fixed_len, text, fd);
}

int
ipcchan_queue(struct ipcchan *ch, enum ipc_type type, const void *payload,
    size_t len, int fd)
{
	return ipcchan_add(ch, type, payload, len, NULL, 0, fd);
}

int
ipcchan_queue_text(struct ipcchan *ch, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n, int fd)
{
	uint32_t text_len = (uint32_t)n;

	memcpy(fixed, &text_len, sizeof text_len);
	return ipcchan_add(ch, type, fixed, fixed_len, text, n, fd);
}

int
ipcchan_send(struct ipcchan *ch, enum ipc_type type, const void *payload,
    size_t len, int fd)
{
	if (ipcchan_queue(ch, type, payload, len, fd) < 0)
		return -1;
	return ipcchan_flush(ch);
}

int
ipcchan_send_text(struct ipcchan *ch, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n, int fd)
{
	if (ipcchan_queue_text(ch, type, fixed, fixed_len, text, n, fd) < 0)
		return -1;
	return ipcchan_flush(ch);
}

/*
 * What the next packet holds: as many messages from the head of the queue as
 * fit, but one with a descriptor is alone.  Returns their number.
 */
static unsigned
ipcchan_gather(const struct ipcchan *ch, struct iovec iov[IPCCHAN_BATCH])
{
	size_t total = 0;
	unsigned n = 0;

	for (struct ipcchan_packet *p = ch->head; p != NULL; p = p->next) {
		if (n == IPCCHAN_BATCH || total + p->len > ipcchan_packet(ch) ||
		    (n > 0 && p->fd >= 0))
			break;
		if (n > 0)
			iov[n - 1].iov_len = ipcchan_round(iov[n - 1].iov_len);
		iov[n++] = (struct iovec){ p->bytes, p->len };
		total += ipcchan_round(p->len);
		if (p->fd >= 0)
			break;
	}
	return n;
}

/* Send one packet: how many messages went, or -1: dead. */
static int
ipcchan_put(struct ipcchan *ch)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov[IPCCHAN_BATCH];
	struct msghdr mh = { .msg_iov = iov };
	ssize_t sent;

	mh.msg_iovlen = ipcchan_gather(ch, iov);
	if (ch->head->fd >= 0) {
		struct cmsghdr *cm;

		memset(&control, 0, sizeof control);
		mh.msg_control = control.bytes;
		mh.msg_controllen = sizeof control.bytes;
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof ch->head->fd);
		memcpy(CMSG_DATA(cm), &ch->head->fd, sizeof ch->head->fd);
	}
	do
		sent = sendmsg(ch->fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return (int)mh.msg_iovlen;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
		return 0;
	if (errno != EPIPE && errno != ECONNRESET)
		return ipcchan_die(ch, errno);
	ipcchan_drop(ch);
	ch->hears = true;
	return ipcchan_die(ch, EPIPE);
}

int
ipcchan_flush(struct ipcchan *ch)
{
	if (ch->dead)
		return ipcchan_die(ch, EPIPE);
	while (ch->head != NULL) {
		int sent = ipcchan_put(ch);

		if (sent <= 0)
			return sent;
		while (sent-- > 0)
			ipcchan_shift(ch);
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

			memcpy(&got, CMSG_DATA(cm) + i * sizeof got,
			    sizeof got);
			if (count++ == 0)
				*fd = got;
			else
				close(got);
		}
	}
	return count;
}

/* The packet breaks the table: nothing more of it, and nothing after it. */
static int
ipcchan_refuse(struct ipcchan *ch)
{
	log_warnx("ipc: a message that breaks the table; channel closed");
	if (ch->in_fd >= 0)
		close(ch->in_fd);
	ch->in_fd = -1;
	ch->in_at = ch->in_len = 0;
	ch->hears = false;
	return ipcchan_die(ch, EPROTO);
}

/* The next message of the packet that was received. */
static int
ipcchan_next(struct ipcchan *ch, struct ipcchan_message *msg)
{
	const char *at = ch->in + ch->in_at;
	size_t left = ch->in_len - ch->in_at;
	bool alone = ch->in_at == 0;
	const struct ipcchan_rule *rule;
	struct ipc_header header;
	size_t len;

	if (left < sizeof header || ch->in_messages++ == IPCCHAN_BATCH)
		return ipcchan_refuse(ch);
	memcpy(&header, at, sizeof header);
	if (header.version != IPC_VERSION || header.type == IPC_NONE ||
	    header.type >= IPC_TYPES || header.length > left - sizeof header)
		return ipcchan_refuse(ch);
	len = sizeof header + header.length;
	if (len < left) {
		alone = false;
		len = ipcchan_round(len);
		if (len >= left)
			return ipcchan_refuse(ch);
	}
	rule = &ipcchan_rules[header.type];
	if (rule->from != ch->peer || rule->to != ch->self ||
	    (ch->in_fds > 0 && !alone) ||
	    !ipcchan_shape(rule, at + sizeof header, header.length, ch->in_fds))
		return ipcchan_refuse(ch);
	*msg = (struct ipcchan_message){ .type = (enum ipc_type)header.type,
		.payload = at + sizeof header, .len = header.length,
		.fd = ch->in_fd };
	ch->in_fd = -1;
	ch->in_fds = 0;
	ch->in_at += len;
	return 1;
}

/* The next packet: 1, 0 when there is none now, -1. */
static int
ipcchan_get(struct ipcchan *ch)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = ch->in, .iov_len = ipcchan_packet(ch) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes };
	ssize_t n;

	/* ECONNRESET says once, before what the peer has said, that it ended
	 * without reading all that it was told. */
	do
		n = recvmsg(ch->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n <= 0) {
		ch->hears = false;
		return ipcchan_die(ch, n == 0 ? 0 : errno);
	}
	ch->in_fds = ipcchan_take_fds(&mh, &ch->in_fd);
	ch->in_len = (size_t)n;
	ch->in_at = 0;
	ch->in_messages = 0;
	if ((mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		return ipcchan_refuse(ch);
	return 1;
}

bool
ipcchan_more(const struct ipcchan *ch)
{
	return ch->in_at < ch->in_len;
}

int
ipcchan_recv(struct ipcchan *ch, struct ipcchan_message *msg)
{
	int got;

	if (ch->dead && !ch->hears)
		return ipcchan_die(ch, EPIPE);
	if (ch->in == NULL && (ch->in = malloc(ipcchan_packet(ch))) == NULL)
		return ipcchan_die(ch, ENOMEM);
	if (!ipcchan_more(ch) && (got = ipcchan_get(ch)) <= 0)
		return got;
	return ipcchan_next(ch, msg);
}
