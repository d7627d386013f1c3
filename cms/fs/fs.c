/* SPDX-License-Identifier: MIT
 *
 * fs.c - files, whatever disk they are on.  Pure.
 */
#include "fs.h"
#include "str.h"

static struct fs *fs_mounted;

void
fs_mount(struct fs *fs)
{
	struct fs **last = &fs_mounted;

	while (*last != NULL)
		last = &(*last)->next;
	fs->next = NULL;
	*last = fs;
}

struct fs *
fs_first(void)
{
	return fs_mounted;
}

int
fs_find(const char name[8], const char type[8], struct fs_file *file)
{
	for (struct fs *fs = fs_mounted; fs != NULL; fs = fs->next) {
		uint32_t cursor = 0;

		while (fs->ops->next(fs, &cursor, file) == 1)
			if (memcmp(file->name, name, 8) == 0 &&
			    memcmp(file->type, type, 8) == 0)
				return 1;
	}
	return 0;
}

int
fs_read(const struct fs_file *file, uint64_t offset, void *to, size_t len)
{
	if (offset > file->length || len > file->length - offset)
		return -1;
	return file->fs->ops->read(file, offset, to, len);
}
