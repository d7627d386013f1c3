/* SPDX-License-Identifier: MIT
 *
 * cms_toc.c - any bytes as a system disk: list it and read every file.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "toc.h"

struct bytes {
	const uint8_t *data;
	size_t size;
};

static int
read_bytes(void *disk, uint32_t block, uint32_t count, void *to)
{
	const struct bytes *b = disk;
	size_t blocks = b->size / TOC_BLOCK;

	if (block > blocks || count > blocks - block)
		return -1;
	memcpy(to, b->data + (size_t)block * TOC_BLOCK,
	    (size_t)count * TOC_BLOCK);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes disk = { data, size };
	static char to[1 << 16];
	struct toc toc;
	struct fs_file file;
	uint32_t cursor = 0;

	if (toc_open(&toc, 'S', read_bytes, &disk) == -1)
		return 0;
	while (toc.fs.ops->next(&toc.fs, &cursor, &file) == 1)
		fs_read(&file, 1, to, file.length < sizeof to ?
		    (size_t)file.length / 2 : sizeof to);
	return 0;
}
