/* SPDX-License-Identifier: MIT
 *
 * wire.c - frames on a stream: type, length, data.  Knows no meaning.
 */
#include "wire.h"

#include <arpa/inet.h>
#include <event2/buffer.h>

struct wire_head {
	uint32_t type, len; /* network order */
};

void
wire_put(struct evbuffer *out, enum wire_type type, const void *data,
    size_t len)
{
	struct wire_head head = { htonl(type), htonl((uint32_t)len) };

	evbuffer_add(out, &head, sizeof head);
	if (len > 0)
		evbuffer_add(out, data, len);
}

void
wire_put_all(struct evbuffer *out, enum wire_type type, const void *data,
    size_t len)
{
	const uint8_t *p = data;

	while (len > 0) {
		size_t n = len < WIRE_MAX ? len : WIRE_MAX;

		wire_put(out, type, p, n);
		p += n;
		len -= n;
	}
}

int
wire_get(struct evbuffer *in, struct wire_frame *frame)
{
	struct wire_head head;

	if (evbuffer_copyout(in, &head, sizeof head) < (ssize_t)sizeof head)
		return 0;
	frame->type = ntohl(head.type);
	frame->len = ntohl(head.len);
	if (frame->len > WIRE_MAX || frame->type < WIRE_TOKEN ||
	    frame->type > WIRE_FAIL)
		return -1;
	if (evbuffer_get_length(in) < sizeof head + frame->len)
		return 0;
	evbuffer_drain(in, sizeof head);
	evbuffer_remove(in, frame->data, frame->len);
	frame->data[frame->len] = '\0';
	return 1;
}
