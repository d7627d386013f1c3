/* SPDX-License-Identifier: MIT
 *
 * cms_elf.c - executables that are right, and every way of being wrong.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "elf64.h"
#include "region.h"

#define FILE_LEN 0x3000

static const struct elf64_room room = {
	.low = 0x10000,
	.top = 0x7FFF00000000,
	.any = 0x10000000000,
};

struct file {
	Elf64_Ehdr e;
	Elf64_Phdr p[20];
};

static struct file
good(void)
{
	struct file f = {
		.e = {
			.e_ident = { 0x7F, 'E', 'L', 'F', ELFCLASS64,
			    ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC,
			.e_machine = EM_X86_64,
			.e_entry = 0x401000,
			.e_phoff = sizeof f.e,
			.e_phentsize = sizeof f.p[0],
			.e_phnum = 3,
		},
		.p = {
			{ .p_type = PT_LOAD, .p_flags = PF_R, .p_vaddr =
			    0x400000, .p_filesz = 0x1000, .p_memsz = 0x1000 },
			{ .p_type = PT_LOAD, .p_flags = PF_R | PF_X,
			    .p_vaddr = 0x401000, .p_offset = 0x1000,
			    .p_filesz = 0x800, .p_memsz = 0x800 },
			{ .p_type = PT_LOAD, .p_flags = PF_R | PF_W,
			    .p_vaddr = 0x402123, .p_offset = 0x2123,
			    .p_filesz = 0x100, .p_memsz = 0x5000 },
		},
	};

	return f;
}

static const char *
read_file(struct elf64 *elf, const struct file *f)
{
	return elf64_read(elf, f, sizeof *f, FILE_LEN, &room);
}

static void
refused(const struct file *f)
{
	struct elf64 elf;

	assert_non_null(read_file(&elf, f));
}

static void
test_good(void **state)
{
	struct file f = good();
	struct elf64 elf;

	(void)state;
	assert_null(read_file(&elf, &f));
	assert_int_equal(elf.segments, 3);
	assert_int_equal(elf.entry, 0x401000);
	assert_int_equal(elf.end, 0x402123 + 0x5000);
	assert_int_equal(elf.headers, 0x400000 + sizeof f.e);
	assert_int_equal(elf.segment[1].prot, REGION_READ | REGION_EXEC);
	assert_int_equal(elf.segment[2].prot, REGION_READ | REGION_WRITE);
	f.e.e_type = ET_DYN;
	for (int i = 0; i < 3; i++)
		f.p[i].p_vaddr -= 0x400000;
	f.e.e_entry = 0x1000;
	assert_null(read_file(&elf, &f));
	assert_int_equal(elf.entry, room.any + 0x1000);
	assert_int_equal(elf.headers, room.any + sizeof f.e);
}

static void
test_header(void **state)
{
	struct file f;
	struct elf64 elf;

	(void)state;
	f = good();
	assert_non_null(elf64_read(&elf, &f, 63, FILE_LEN, &room));
	assert_non_null(elf64_read(&elf, &f, 64 + 56, FILE_LEN, &room));
	f.e.e_ident[EI_CLASS] = ELFCLASS32;
	refused(&f);
	f = good();
	f.e.e_machine = EM_AARCH64;
	refused(&f);
	f = good();
	f.e.e_type = ET_REL;
	refused(&f);
	f = good();
	f.e.e_phentsize = 1;
	refused(&f);
	f = good();
	f.e.e_phnum = 0xFFFF;
	refused(&f);
	f = good();
	f.e.e_phoff = ~0ull;
	refused(&f);
	f = good();
	f.e.e_phnum = 0;
	refused(&f);
	f = good();
	f.p[0].p_type = PT_INTERP;
	refused(&f);
}

static void
test_segments(void **state)
{
	struct file f;

	(void)state;
	f = good();
	f.p[1].p_filesz = 0x801;
	refused(&f);
	f = good();
	f.p[2].p_offset = FILE_LEN;
	refused(&f);
	f = good();
	f.p[2].p_offset = ~0ull;
	refused(&f);
	f = good();
	f.p[2].p_memsz = ~0ull;
	refused(&f);
	f = good();
	f.p[2].p_vaddr = ~0ull;
	refused(&f);
	f = good();
	f.p[2].p_vaddr = 0xFFFFFFFF80000000;
	refused(&f);
	f = good();
	f.p[0].p_vaddr = 0;
	refused(&f);
	f = good();
	f.p[2].p_vaddr = 0x401100; /* into the one before */
	refused(&f);
	f = good();
	f.p[2].p_vaddr = room.top - 0x1000;
	refused(&f);
	f = good();
	f.e.e_entry = 0x400000; /* not code */
	refused(&f);
	f = good();
	f.e.e_entry = 0x401800; /* just after it */
	refused(&f);
	f = good();
	for (int i = 3; i < 20; i++)
		f.p[i] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_memsz = 1,
			.p_vaddr = 0x500000 + (uint64_t)i };
	f.e.e_phnum = 20;
	refused(&f);
}

/* Whatever is accepted is inside the room. */
static void
test_noise(void **state)
{
	(void)state;
	srand(1);
	for (int n = 0; n < 200000; n++) {
		struct file f = good();
		struct elf64 elf;
		uint8_t *bytes = (uint8_t *)&f;

		for (int i = rand() % 4; i >= 0; i--)
			bytes[rand() % (64 + 3 * 56)] = (uint8_t)rand();
		if (read_file(&elf, &f) != NULL)
			continue;
		for (unsigned i = 0; i < elf.segments; i++) {
			const struct elf64_segment *s = &elf.segment[i];

			assert_true(s->start >= room.low);
			assert_true(s->size <= room.top - s->start);
			assert_true(s->in_file <= s->size);
			assert_true(s->offset + s->in_file <= FILE_LEN);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
