/* SPDX-License-Identifier: MIT
 *
 * cms_elf.c - any bytes as an executable: what is accepted must be inside the
 * file and the program area.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "elf64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct elf64_room room = {
		.low = 0x10000,
		.top = 0x7FFF00000000,
		.any = 0x10000000000,
	};
	struct elf64 elf;
	size_t head = size < ELF_HEAD ? size : ELF_HEAD;

	if (elf64_read(&elf, data, head, size, &room) != NULL)
		return 0;
	for (unsigned i = 0; i < elf.segments; i++) {
		const struct elf64_segment *s = &elf.segment[i];

		if (s->start < room.low || s->start > room.top ||
		    s->size > room.top - s->start || s->in_file > s->size ||
		    s->offset > size || s->in_file > size - s->offset)
			abort();
	}
	return 0;
}
