/* SPDX-License-Identifier: MIT
 *
 * toc.h - the system disk's table of contents, as mkimage writes it and the
 * nucleus reads it.  Little-endian, blocks of 512 bytes:
 *
 *   block 0   boot block (boot.h)
 *   block 1   struct toc_label
 *   block 2   struct toc_entry, 16 to a block
 *   ...       the files, each from the beginning of a block, in one piece
 */
#ifndef CMS_TOC_H
#define CMS_TOC_H

#include <stddef.h>
#include <stdint.h>

#include "fs.h"

#define TOC_BLOCK 512
#define TOC_MAGIC "CMS/TOC1"
#define TOC_LABEL_BLOCK 1
#define TOC_FIRST_BLOCK 2
#define TOC_ENTRIES_MAX 4096

struct toc_label {
	char magic[8];
	char volume[8];	  /* blank padded */
	uint32_t blocks;  /* of the whole image */
	uint32_t entries;
	uint8_t zero[488];
};

struct toc_entry {
	char name[8]; /* blank padded, as is the type */
	char type[8];
	uint32_t first;	 /* block */
	uint32_t zero;
	uint64_t length; /* bytes */
};

#define TOC_PER_BLOCK (TOC_BLOCK / sizeof(struct toc_entry))

_Static_assert(sizeof(struct toc_label) == TOC_BLOCK, "toc_label");
_Static_assert(sizeof(struct toc_entry) == 32, "toc_entry");

/* How the table reads its disk: 0, or -1. */
typedef int toc_reader(void *disk, uint32_t block, uint32_t count, void *to);

/* One such disk, mounted. */
struct toc {
	struct fs fs;
	toc_reader *read;
	void *disk;
	uint32_t blocks, entries;
	uint32_t held; /* which block of entries is in block[]; 0: none */
	uint8_t block[TOC_BLOCK] __attribute__((aligned(8)));
};

/* 0; -1 when the disk cannot be read or holds no table. */
int toc_open(struct toc *toc, char mode, toc_reader *read, void *disk);

#endif
