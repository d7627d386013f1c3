/* SPDX-License-Identifier: MIT
 *
 * lab_wire.c - any bytes as frames: never read beyond them, always an end.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <event2/buffer.h>

#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wire_frame frame;
	struct evbuffer *b = evbuffer_new();

	evbuffer_add(b, data, size);
	while (wire_get(b, &frame) == 1)
		if (frame.len > WIRE_MAX || frame.data[frame.len] != '\0')
			abort();
	evbuffer_free(b);
	return 0;
}
