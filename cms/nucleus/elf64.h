/* SPDX-License-Identifier: MIT
 *
 * elf64.h - what a static ELF64 executable asks of its loader.  Pure: reads the
 * file's first bytes, loads nothing.
 */
#ifndef CMS_ELF64_H
#define CMS_ELF64_H

#include <stddef.h>
#include <stdint.h>

#define ELF_HEAD 4096 /* program headers must lie within so many bytes */
#define ELF_SEGMENTS 16

struct elf64_segment {
	uint64_t start;	   /* address, already moved to where it will run */
	uint64_t size;	   /* bytes in storage */
	uint64_t offset;   /* in the file */
	uint64_t in_file;  /* bytes in the file, the rest is zero */
	uint32_t prot;	   /* REGION_* */
	uint32_t zero;
};

struct elf64 {
	uint64_t entry;
	uint64_t end;	 /* after the highest segment */
	uint64_t headers; /* where the program headers lie in storage, or 0 */
	uint16_t header_size, header_count;
	unsigned segments;
	struct elf64_segment segment[ELF_SEGMENTS];
};

/*
 * Where programs may lie, and where one goes that can lie anywhere.
 */
struct elf64_room {
	uint64_t low, top, any;
};

/*
 * NULL, or why the file cannot be run.  head is its first head_len bytes: all
 * of them or ELF_HEAD.
 */
const char *elf64_read(struct elf64 *elf, const void *head, size_t head_len,
    uint64_t file_len, const struct elf64_room *room);

#endif
