/* SPDX-License-Identifier: MIT
 *
 * elf64.c - what a static ELF64 executable asks of its loader.  Every number in
 * the file is hostile until checked; sums are checked before they are made.
 */
#include "elf64.h"
#include "region.h"
#include "str.h"

#define ELF_TYPE_EXEC 2
#define ELF_TYPE_DYN 3
#define ELF_MACHINE_X86_64 62
#define ELF_LOAD 1
#define ELF_INTERP 3
#define ELF_FLAG_EXEC 1u
#define ELF_FLAG_WRITE 2u
#define ELF_FLAG_READ 4u

struct elf64_file_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf64_program_header {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

_Static_assert(sizeof(struct elf64_file_header) == 64, "elf header");
_Static_assert(sizeof(struct elf64_program_header) == 56, "program header");

static const uint8_t elf64_ident[7] = { 0x7F, 'E', 'L', 'F', 2, 1, 1 };

static const char *
elf64_check_header(const struct elf64_file_header *h, size_t head_len)
{
	uint64_t size = h->phnum * sizeof(struct elf64_program_header);

	if (memcmp(h->ident, elf64_ident, sizeof elf64_ident) != 0)
		return "not an ELF64 executable";
	if (h->machine != ELF_MACHINE_X86_64)
		return "for another processor";
	if (h->type != ELF_TYPE_EXEC && h->type != ELF_TYPE_DYN)
		return "not an executable";
	if (h->phentsize != sizeof(struct elf64_program_header))
		return "program headers of unknown size";
	if (h->phoff > head_len || size > head_len - h->phoff)
		return "program headers out of reach";
	return NULL;
}

static uint32_t
elf64_prot(uint32_t flags)
{
	uint32_t prot = 0;

	if (flags & (ELF_FLAG_READ | ELF_FLAG_WRITE | ELF_FLAG_EXEC))
		prot = REGION_READ; /* the processor knows nothing less */
	if (flags & ELF_FLAG_WRITE)
		prot |= REGION_WRITE;
	if (flags & ELF_FLAG_EXEC)
		prot |= REGION_EXEC;
	return prot;
}

static const char *
elf64_add_segment(struct elf64 *elf, const struct elf64_program_header *p,
    uint64_t base, uint64_t file_len, const struct elf64_room *room)
{
	struct elf64_segment *s = &elf->segment[elf->segments];
	uint64_t at;

	if (p->memsz == 0)
		return NULL;
	if (elf->segments == ELF_SEGMENTS)
		return "too many segments";
	if (p->filesz > p->memsz)
		return "a segment smaller than its contents";
	if (p->offset > file_len || p->filesz > file_len - p->offset)
		return "cut short";
	if (p->vaddr > room->top - base)
		return "a segment outside the program area";
	at = base + p->vaddr;
	if (at < room->low || at > room->top || p->memsz > room->top - at)
		return "a segment outside the program area";
	if (elf->segments > 0 && at < elf->end)
		return "segments out of order";
	*s = (struct elf64_segment){
		.start = at,
		.size = p->memsz,
		.offset = p->offset,
		.in_file = p->filesz,
		.prot = elf64_prot(p->flags),
	};
	elf->segments++;
	elf->end = at + p->memsz;
	return NULL;
}

/* The C library looks at the program headers where they were loaded. */
static void
elf64_find_headers(struct elf64 *elf, uint64_t phoff, uint64_t size)
{
	for (unsigned i = 0; i < elf->segments; i++) {
		const struct elf64_segment *s = &elf->segment[i];

		if (phoff >= s->offset && phoff - s->offset <= s->in_file &&
		    size <= s->in_file - (phoff - s->offset)) {
			elf->headers = s->start + (phoff - s->offset);
			return;
		}
	}
}

static int
elf64_entry_ok(const struct elf64 *elf)
{
	for (unsigned i = 0; i < elf->segments; i++) {
		const struct elf64_segment *s = &elf->segment[i];

		if (s->prot & REGION_EXEC && elf->entry >= s->start &&
		    elf->entry - s->start < s->size)
			return 1;
	}
	return 0;
}

const char *
elf64_read(struct elf64 *elf, const void *head, size_t head_len,
    uint64_t file_len, const struct elf64_room *room)
{
	struct elf64_file_header h;
	const char *why;
	uint64_t base;

	*elf = (struct elf64){ 0 };
	if (head_len < sizeof h)
		return "not an ELF64 executable";
	memcpy(&h, head, sizeof h);
	why = elf64_check_header(&h, head_len);
	if (why != NULL)
		return why;
	base = h.type == ELF_TYPE_DYN ? room->any : 0;
	for (unsigned i = 0; i < h.phnum && why == NULL; i++) {
		struct elf64_program_header p;

		memcpy(&p, (const char *)head + h.phoff + i * sizeof p,
		    sizeof p);
		if (p.type == ELF_INTERP)
			return "not static: link it with -static";
		if (p.type == ELF_LOAD)
			why = elf64_add_segment(elf, &p, base, file_len, room);
	}
	if (why != NULL)
		return why;
	elf->entry = base + h.entry;
	if (!elf64_entry_ok(elf))
		return "no entry point";
	elf->header_size = h.phentsize;
	elf->header_count = h.phnum;
	elf64_find_headers(elf, h.phoff,
	    (uint64_t)h.phnum * sizeof(struct elf64_program_header));
	return NULL;
}
