/* SPDX-License-Identifier: MIT
 *
 * ipcchan.h - one end of a channel between two of our programs (ipc.h).
 *
 * Knows framing, checking and a bounded queue; knows no event loop, so that
 * vmguest (poll) and vmcp (libevent, base/loop.h) use the same code.
 */
#ifndef VM370_BASE_IPCCHAN_H
#define VM370_BASE_IPCCHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc.h"

#define IPCCHAN_FD 3 /* where a program that was spawned finds its channel */

/* More than this many bytes that the peer does not take kill the channel. */
#define IPCCHAN_QUEUE_MAX (1u << 20)

struct ipcchan_packet;

struct ipcchan {
	int fd; /* non-blocking; owned */
	enum ipc_party self, peer;
	bool dead;  /* an error or end of file: nothing more is sent */
	bool hears; /* dead, but what the peer said before it ended comes */
	bool gives; /* a descriptor that is sent becomes the channel's at once,
		     * also when it cannot be; for programs that may not
		     * duplicate any */
	size_t queued; /* bytes waiting to be sent */
	struct ipcchan_packet *head, **tail;

	/* the packet that was received, and how far it has been handed out */
	char *in;
	size_t in_len, in_at;
	unsigned in_messages;
	int in_fd, in_fds;
};

/* A message as received.  payload is valid until the next receive or close (on
 * a loop until the handler returns, whatever it closes); fd is -1 or the
 * handler's to close. */
struct ipcchan_message {
	enum ipc_type type;
	const void *payload;
	size_t len; /* of the payload, text included */
	int fd;
};

/* A connected pair of close-on-exec, non-blocking ends.  -1 with errno. */
int ipcchan_pair(int fd[2]);

/* Take ownership of fd. */
void ipcchan_init(struct ipcchan *ch, int fd, enum ipc_party self,
    enum ipc_party peer);

/* Close the descriptor and drop what is queued.  Safe to repeat. */
void ipcchan_close(struct ipcchan *ch);

/*
 * Send a message: payload (len bytes, text included) and a descriptor or -1,
 * which stays the caller's (it is duplicated when it must wait).  Queues when
 * the peer is slow.  -1 marks the channel dead: EPIPE (what the peer had said
 * before can still be received), ENOBUFS for a full queue, EINVAL for a
 * message that breaks the table (our own bug).
 */
int ipcchan_send(struct ipcchan *ch, enum ipc_type type, const void *payload,
    size_t len, int fd);

/* The same for a payload that ends in text: fixed part, then n bytes of text.
 * Sets the fixed part's text_len. */
int ipcchan_send_text(struct ipcchan *ch, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n, int fd);

/* The same, only queued: for a caller that has more to say and will flush. */
int ipcchan_queue(struct ipcchan *ch, enum ipc_type type, const void *payload,
    size_t len, int fd);
int ipcchan_queue_text(struct ipcchan *ch, enum ipc_type type, void *fixed,
    size_t fixed_len, const void *text, size_t n, int fd);

/* Send what is queued as far as the peer takes it.  -1: dead. */
int ipcchan_flush(struct ipcchan *ch);

/*
 * Receive one message.  1: *msg is set.  0: nothing there now.  -1: the
 * channel is dead: errno 0 is end of file, EPROTO a message that breaks the
 * table (logged), else the system's.
 */
int ipcchan_recv(struct ipcchan *ch, struct ipcchan_message *msg);

/* Did the last packet hold more?  Then the next receive asks nobody. */
bool ipcchan_more(const struct ipcchan *ch);

/* The name of a type, for logs. */
const char *ipcchan_name(enum ipc_type type);

#endif
