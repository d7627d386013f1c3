/* SPDX-License-Identifier: MIT
 *
 * fs.h - files, whatever disk they are on: what commands and the program
 * loader know of them.  A kind of disk is a struct fs_ops.
 */
#ifndef CMS_FS_H
#define CMS_FS_H

#include <stddef.h>
#include <stdint.h>

struct fs_file {
	struct fs *fs;
	char name[8]; /* upper case, blank padded, as is the type */
	char type[8];
	uint64_t length;
	uint32_t first; /* the file system's own */
};

struct fs_ops {
	/* The file after *cursor, which begins with 0: 1; 0 when there are
	 * no more; -1 when the disk cannot be read. */
	int (*next)(struct fs *fs, uint32_t *cursor, struct fs_file *file);

	/* Bytes of a file to consecutive storage: 0; -1 when they are not in
	 * the file or cannot be read. */
	int (*read)(const struct fs_file *file, uint64_t offset, void *to,
	    size_t len);
};

struct fs {
	const struct fs_ops *ops;
	char mode; /* S for the system disk */
	char volume[9];
	uint32_t vdev;
	struct fs *next;
};

/* Disks are searched in the order in which they were mounted. */
void fs_mount(struct fs *fs);
struct fs *fs_first(void);

/* 1 when there is such a file (names blank padded), else 0. */
int fs_find(const char name[8], const char type[8], struct fs_file *file);

int fs_read(const struct fs_file *file, uint64_t offset, void *to, size_t len);

#endif
