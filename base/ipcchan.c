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

#define IPCCHAN_BATCH 8 /* packets sent by one system call */
#define IPCCHAN_END (-1) /* of ipcchan.end: the peer closed its end */

/* A packet that is larger breaks the table whatever it is. */
#define IPCCHAN_PACKET                                              \
	(sizeof(struct ipc_header) + sizeof(struct ipc_item) +      \
	    sizeof(struct ipc_vm_data) + IPC_TEXT_MAX)

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
	    IPCCHAN_PACKET, #name_ " fits a packet");                   \
	_Static_assert((fds_) == 0 || (fds_) == 1, #name_ " descriptors");
IPC_MESSAGES(X)
#undef X
_Static_assert(IPCCHAN_PACKET % sizeof(uint64_t) == 0 &&
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
	*ch = (struct ipcchan){ .fd = fd, .self = self, .peer = peer };
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

static int
ipcchan_enqueue(struct ipcchan *ch, const struct ipc_header *header,
    const void *fixed, size_t fixed_len, const void *text, int fd)
{
	size_t text_len = header->length - fixed_len;
	struct ipcchan_packet *p;

	p = malloc(sizeof *p + sizeof *header + header->length);
	if (p == NULL)
		return ipcchan_die(ch, ENOMEM);
	p->next = NULL;
	p->fd = -1;
	p->len = sizeof *header + header->length;
	memcpy(p->bytes, header, sizeof *header);
	memcpy(p->bytes + sizeof *header, fixed, fixed_len);
	if (text_len > 0)
		memcpy(p->bytes + sizeof *header + fixed_len, text, text_len);
	if (fd >= 0 && (p->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0) {
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
		return ipcchan_die(ch, EPIPE);
	if (type <= IPC_NONE || type >= IPC_TYPES)
		return ipcchan_die(ch, EINVAL);
	rule = &ipcchan_rules[type];
	if (rule->from != ch->self || rule->to != ch->peer ||
	    fixed_len < rule->fixed || fixed_len > IPC_PACKET_MAX ||
	    text_len > IPC_PACKET_MAX ||
	    !ipcchan_shape(rule, fixed, fixed_len + text_len, fd >= 0)) {
		log_warnx("ipc: refusing to send a bad %s", rule->name);
		return ipcchan_die(ch, EINVAL);
	}
	if (ch->queued + sizeof header + header.length > IPCCHAN_QUEUE_MAX)
		return ipcchan_die(ch, ENOBUFS);
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

union ipcchan_control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void
ipcchan_fill(const struct ipcchan_packet *p, struct msghdr *mh,
    struct iovec *iov, union ipcchan_control *control)
{
	struct cmsghdr *cm;

	*iov = (struct iovec){ .iov_base = (void *)(uintptr_t)p->bytes,
		.iov_len = p->len };
	*mh = (struct msghdr){ .msg_iov = iov, .msg_iovlen = 1 };
	if (p->fd < 0)
		return;
	*control = (union ipcchan_control){ 0 };
	mh->msg_control = control->bytes;
	mh->msg_controllen = sizeof control->bytes;
	cm = CMSG_FIRSTHDR(mh);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof p->fd);
	memcpy(CMSG_DATA(cm), &p->fd, sizeof p->fd);
}

/* One packet is the usual case, and sendmsg the cheaper call. */
static int
ipcchan_call(int fd, struct mmsghdr *mm, unsigned n)
{
	const int flags = MSG_NOSIGNAL | MSG_DONTWAIT;

	if (n > 1)
		return sendmmsg(fd, mm, n, flags);
	return sendmsg(fd, &mm[0].msg_hdr, flags) < 0 ? -1 : 1;
}

/* Send the first packets of the queue by one call: how many went. */
static int
ipcchan_put(struct ipcchan *ch)
{
	union ipcchan_control control[IPCCHAN_BATCH];
	struct mmsghdr mm[IPCCHAN_BATCH] = { 0 };
	struct iovec iov[IPCCHAN_BATCH];
	unsigned n = 0;
	int sent;

	for (struct ipcchan_packet *p = ch->head;
	     p != NULL && n < IPCCHAN_BATCH; p = p->next, n++)
		ipcchan_fill(p, &mm[n].msg_hdr, &iov[n], &control[n]);
	do
		sent = ipcchan_call(ch->fd, mm, n);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return sent;
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

			memcpy(&got, CMSG_DATA(cm) + i * sizeof got, sizeof got);
			if (count++ == 0)
				*fd = got;
			else
				close(got);
		}
	}
	return count;
}

/* Is a packet what its row says?  0, or the error that ends the channel. */
static int
ipcchan_check(const struct ipcchan *ch, const struct mmsghdr *mm,
    const char *packet, int fds, struct ipcchan_message *msg)
{
	const struct ipcchan_rule *rule;
	struct ipc_header header;
	size_t n = mm->msg_len;

	if (n == 0)
		return IPCCHAN_END;
	if ((mm->msg_hdr.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
	    n < sizeof header)
		return EPROTO;
	memcpy(&header, packet, sizeof header);
	if (header.version != IPC_VERSION || header.type == IPC_NONE ||
	    header.type >= IPC_TYPES || header.length != n - sizeof header)
		return EPROTO;
	rule = &ipcchan_rules[header.type];
	if (rule->from != ch->peer || rule->to != ch->self ||
	    !ipcchan_shape(rule, packet + sizeof header, header.length, fds))
		return EPROTO;
	msg->type = (enum ipc_type)header.type;
	msg->payload = packet + sizeof header;
	msg->len = header.length;
	return 0;
}

static int
ipcchan_ended(struct ipcchan *ch)
{
	return ipcchan_die(ch, ch->end == IPCCHAN_END ? 0 : ch->end);
}

int
ipcchan_recv_some(struct ipcchan *ch, struct ipcchan_message *msg, int max)
{
	/* Per thread: what came is handled before more is received. */
	static _Thread_local _Alignas(16) char packet[IPCCHAN_SOME][IPCCHAN_PACKET];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control[IPCCHAN_SOME];
	struct mmsghdr mm[IPCCHAN_SOME] = { 0 };
	struct iovec iov[IPCCHAN_SOME];
	int good = 0, n;

	if (ch->end != 0)
		return ipcchan_ended(ch);
	if (ch->dead && !ch->hears)
		return ipcchan_die(ch, EPIPE);
	for (int i = 0; i < max; i++) {
		iov[i] = (struct iovec){ packet[i], sizeof packet[i] };
		mm[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i],
			.msg_iovlen = 1, .msg_control = control[i].bytes,
			.msg_controllen = sizeof control[i].bytes };
	}
	do
		n = recvmmsg(ch->fd, mm, (unsigned)max,
		    MSG_DONTWAIT | MSG_CMSG_CLOEXEC, NULL);
	/* ECONNRESET says once, before what the peer has said, that it ended
	 * without reading all that it was told. */
	while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0) {
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
		ch->end = errno;
		return ipcchan_ended(ch);
	}
	for (int i = 0; i < n; i++) {
		int fd, fds = ipcchan_take_fds(&mm[i].msg_hdr, &fd);

		if (ch->end == 0)
			ch->end = ipcchan_check(ch, &mm[i], packet[i], fds,
			    &msg[good]);
		if (ch->end == 0)
			msg[good++].fd = fd;
		else if (fd >= 0)
			close(fd);
	}
	if (ch->end == EPROTO)
		log_warnx("ipc: a message that breaks the table; "
			  "channel closed");
	return good == 0 && ch->end != 0 ? ipcchan_ended(ch) : good;
}

int
ipcchan_recv(struct ipcchan *ch, struct ipcchan_message *msg)
{
	return ipcchan_recv_some(ch, msg, 1);
}
