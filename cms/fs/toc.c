/* SPDX-License-Identifier: MIT
 *
 * toc.c - the system disk's table of contents.  Pure: the disk is a function.
 * Nothing the disk says is believed before it is checked.
 */
#include "str.h"
#include "toc.h"

static int
toc_name_ok(const char name[8])
{
	if (name[0] == ' ')
		return 0;
	for (int i = 0; i < 8; i++)
		if (name[i] < ' ' || name[i] > '~')
			return 0;
	return 1;
}

static int
toc_entry_ok(const struct toc *toc, const struct toc_entry *e)
{
	uint64_t blocks = e->length / TOC_BLOCK + (e->length % TOC_BLOCK != 0);

	return toc_name_ok(e->name) && toc_name_ok(e->type) &&
	    e->first <= toc->blocks && blocks <= toc->blocks - e->first;
}

/* Entries that make no sense are passed over. */
static int
toc_next(struct fs *fs, uint32_t *cursor, struct fs_file *file)
{
	struct toc *toc = (struct toc *)fs;

	for (; *cursor < toc->entries; ++*cursor) {
		uint32_t block = TOC_FIRST_BLOCK + *cursor / TOC_PER_BLOCK;
		struct toc_entry e;

		if (toc->held != block) {
			toc->held = 0;
			if (toc->read(toc->disk, block, 1, toc->block) == -1)
				return -1;
			toc->held = block;
		}
		memcpy(&e, toc->block + *cursor % TOC_PER_BLOCK * sizeof e,
		    sizeof e);
		if (!toc_entry_ok(toc, &e))
			continue;
		*file = (struct fs_file){
			.fs = fs,
			.length = e.length,
			.first = e.first,
		};
		memcpy(file->name, e.name, 8);
		memcpy(file->type, e.type, 8);
		++*cursor;
		return 1;
	}
	return 0;
}

/* Part of one block, through the table's own block. */
static int
toc_read_part(struct toc *toc, uint32_t block, size_t from, void *to,
    size_t len)
{
	toc->held = 0;
	if (toc->read(toc->disk, block, 1, toc->block) == -1)
		return -1;
	memcpy(to, toc->block + from, len);
	return 0;
}

/* Whole blocks go straight to their place. */
static int
toc_read(const struct fs_file *file, uint64_t offset, void *to, size_t len)
{
	struct toc *toc = (struct toc *)file->fs;
	char *at = to;

	while (len > 0) {
		uint32_t block = file->first + (uint32_t)(offset / TOC_BLOCK);
		size_t skip = (size_t)(offset % TOC_BLOCK);
		size_t part = len - len % TOC_BLOCK;

		if (skip != 0 || part == 0) {
			part = TOC_BLOCK - skip < len ? TOC_BLOCK - skip : len;
			if (toc_read_part(toc, block, skip, at, part) == -1)
				return -1;
		} else if (toc->read(toc->disk, block,
		    (uint32_t)(part / TOC_BLOCK), at) == -1) {
			return -1;
		}
		offset += part;
		at += part;
		len -= part;
	}
	return 0;
}

static const struct fs_ops toc_ops = {
	.next = toc_next,
	.read = toc_read,
};

int
toc_open(struct toc *toc, char mode, toc_reader *read, void *disk)
{
	struct toc_label label;

	*toc = (struct toc){
		.fs = { .ops = &toc_ops, .mode = mode },
		.read = read,
		.disk = disk,
	};
	if (read(disk, TOC_LABEL_BLOCK, 1, toc->block) == -1)
		return -1;
	memcpy(&label, toc->block, sizeof label);
	if (memcmp(label.magic, TOC_MAGIC, sizeof label.magic) != 0 ||
	    label.entries > TOC_ENTRIES_MAX)
		return -1;
	memcpy(toc->fs.volume, label.volume, sizeof label.volume);
	toc->blocks = label.blocks;
	toc->entries = label.entries;
	return 0;
}
