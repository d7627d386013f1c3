/* SPDX-License-Identifier: MIT
 *
 * cms_edf_check.c - disks with something wrong: edf_check says what, and
 * whoever uses such a disk gets an error and nothing worse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cms_edf_disk.h"

static struct disk disk;
static char said[65536];

static void
say(void *arg, const char *text)
{
	size_t at = strlen(said);

	(void)arg;
	snprintf(said + at, sizeof said - at, "%s\n", text);
}

static int
check(void)
{
	struct edf_device dev = disk_device(&disk, 0);
	unsigned writes = disk.writes;
	int n;

	said[0] = '\0';
	n = edf_check(&dev, say, NULL);
	assert_int_equal(disk.writes, writes);
	assert_int_equal(disk.taken, 0);
	return n;
}

static void
put32(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

static uint32_t
get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
}

static uint8_t *
block(uint32_t n)
{
	return disk.data + (size_t)(n - 1) * 512;
}

static struct edf_file *
create(struct edf *edf, const char *name, char recfm, uint32_t lrecl)
{
	struct edf_stat st = { .mode = '1', .recfm = recfm, .lrecl = lrecl };
	struct edf_file *f;
	char text[EDF_NAME + 1];

	snprintf(text, sizeof text, "%-8.8s", name);
	memcpy(st.name, text, EDF_NAME);
	memcpy(st.type, "DATA    ", EDF_NAME);
	assert_int_equal(edf_open(edf, EDF_CREATE, &st, &f), 0);
	return f;
}

static void
fill(struct edf *edf, const char *name, char recfm, uint32_t lrecl,
    unsigned records)
{
	struct edf_file *f = create(edf, name, recfm, lrecl);
	char data[600];

	memset(data, name[0], sizeof data);
	for (unsigned i = 0; i < records; i++)
		assert_int_equal(edf_write(f, 0, data,
		    recfm == 'F' ? lrecl : 1 + i * 37 % 600), 0);
	assert_int_equal(edf_close(f), 0);
}

/* F and V files of none, one and two levels; entries 2 to 6 of the directory,
 * which is in block 5. */
static void
make(void)
{
	struct edf_device dev;
	struct edf *edf;

	disk_make(&disk, 2000);
	dev = disk_device(&disk, 0);
	assert_int_equal(edf_format(&dev, 512, 0, "CHECK "), 0);
	assert_int_equal(edf_mount(&dev, &edf), 0);
	fill(edf, "A", 'F', 80, 100);
	fill(edf, "B", 'F', 80, 2);
	fill(edf, "C", 'V', 0, 40);
	fill(edf, "D", 'V', 0, 2);
	fill(edf, "E", 'V', 0, 100);
	assert_int_equal(edf_commit(edf), 0);
	edf_unmount(edf);
	assert_int_equal(check(), 0);
}

static uint8_t *
entry(unsigned n)
{
	return block(5) + n * 64;
}

static uint8_t *
label(void)
{
	return disk.data + 512;
}

/* The top pointer block of a file. */
static uint8_t *
top(unsigned n)
{
	return block(get32(entry(n) + 0x28));
}

static uint8_t *
map(void)
{
	return block(get32(entry(1) + 0x28));
}

/* --- what can be wrong --- */

static void
label_size(void)
{
	put32(label() + 0x0C, 700);
}

static void
label_blocks(void)
{
	put32(label() + 0x1C, 2001);
}

static void
label_origin(void)
{
	put32(label() + 0x10, 6);
}

static void
label_used(void)
{
	put32(label() + 0x20, 17);
}

static void
label_date(void)
{
	label()[0x2D] = 0x13;
}

static void
label_fsts(void)
{
	put32(label() + 0x28, 9);
}

static void
file_date(void)
{
	entry(2)[0x3A] = 0x60;
}

static void
dir_name(void)
{
	entry(0)[3] = 9;
}

static void
dir_fop(void)
{
	put32(entry(0) + 0x28, 77);
}

static void
dir_records(void)
{
	put32(entry(0) + 0x30, 0x7FFFFFFF);
}

static void
dir_lrecl(void)
{
	put32(entry(0) + 0x20, 65);
}

static void
dir_blocks(void)
{
	put32(entry(0) + 0x2C, 9);
}

static void
map_fop(void)
{
	put32(entry(1) + 0x28, 0);
}

static void
map_records(void)
{
	put32(entry(1) + 0x30, 3);
}

static void
map_lost(void)
{
	map()[200] = 0xFF;
}

static void
map_in_use(void)
{
	map()[1] &= 0xFE;
}

static void
name_bad(void)
{
	entry(2)[0] = 0x81;
}

static void
name_twice(void)
{
	memcpy(entry(3), entry(2), 16);
}

static void
recfm_bad(void)
{
	entry(2)[0x1E] = 0xE4;
}

static void
mode_bad(void)
{
	entry(2)[0x19] = 0xF7;
}

static void
lrecl_bad(void)
{
	put32(entry(2) + 0x20, 65536);
}

static void
records_bad(void)
{
	put32(entry(2) + 0x30, 0x80000000u);
}

static void
levels_many(void)
{
	entry(2)[0x34] = 7;
}

static void
levels_few(void)
{
	entry(2)[0x34] = 0;
}

static void
levels_more(void)
{
	entry(2)[0x34] = 2;
}

static void
pointer_size(void)
{
	entry(2)[0x35] = 12;
}

static void
fop_outside(void)
{
	put32(entry(3) + 0x28, 2001);
}

static void
fop_label(void)
{
	put32(entry(3) + 0x28, 2);
}

static void
blocks_bad(void)
{
	put32(entry(2) + 0x2C, 5);
}

static void
pointer_outside(void)
{
	put32(top(2) + 8, 0xFFFFFFFF);
}

static void
pointer_twice(void)
{
	put32(top(2) + 8, get32(top(2)));
}

static void
pointer_self(void)
{
	put32(top(2), get32(entry(2) + 0x28));
	entry(2)[0x34] = 2;
}

static void
pointer_other(void)
{
	put32(top(2) + 4, get32(entry(3) + 0x28));
}

static void
v_hole(void)
{
	put32(top(4) + 24, 0);
}

static void
v_high(void)
{
	put32(top(4) + 28, 1);
}

static void
v_high_last(void)
{
	put32(top(4) + 4, 0x7FFFFFFF);
}

static void
v_high_above(void)
{
	put32(top(6) + 4, 3);
}

static void
v_disp(void)
{
	put32(top(4) + 32, 3);
}

static void
v_length_zero(void)
{
	memset(block(get32(entry(5) + 0x28)), 0, 2);
}

static void
v_length_long(void)
{
	memset(block(get32(entry(5) + 0x28)), 0xFF, 2);
}

static void
v_records(void)
{
	put32(entry(5) + 0x30, 3);
}

static void
v_records_few(void)
{
	put32(entry(4) + 0x30, 20);
}

static void
v_lrecl(void)
{
	put32(entry(4) + 0x20, 20);
}

static const struct {
	void (*damage)(void);
	const char *words;
} cases[] = {
	{ label_size, "the label or the directory makes no sense" },
	{ label_blocks, "the label or the directory makes no sense" },
	{ label_origin, "the label or the directory makes no sense" },
	{ label_used, "label: blocks in use are 17, not " },
	{ label_date, "label: its date makes no sense" },
	{ label_fsts, "label: directory entries to a block are 9, not 8" },
	{ file_date, "A DATA: its date makes no sense" },
	{ dir_name, "the label or the directory makes no sense" },
	{ dir_fop, "the label or the directory makes no sense" },
	{ dir_records, "the label or the directory makes no sense" },
	{ dir_lrecl, "the label or the directory makes no sense" },
	{ dir_blocks, "directory: blocks are 9, not 1" },
	{ map_fop, "map: a part of it cannot be found" },
	{ map_records, "map: records are 3, not 1" },
	{ map_lost, "map: blocks 1601-1608 in use, but of no file: lost" },
	{ map_in_use, "map: block 16 free, but in use" },
	{ name_bad, "directory entry 3: makes no sense" },
	{ name_twice, "A DATA: is in the directory twice" },
	{ recfm_bad, "directory entry 3: makes no sense" },
	{ mode_bad, "directory entry 3: makes no sense" },
	{ lrecl_bad, "directory entry 3: makes no sense" },
	{ records_bad, "directory entry 3: makes no sense" },
	{ levels_many, "directory entry 3: makes no sense" },
	{ levels_few, "A DATA: its origin pointer or levels make no sense" },
	{ levels_more, "A DATA: " },
	{ pointer_size, "directory entry 3: makes no sense" },
	{ fop_outside, "B DATA: its origin pointer or levels make no sense" },
	{ fop_label, "B DATA: its origin pointer or levels make no sense" },
	{ blocks_bad, "A DATA: the directory counts data blocks 5, not 16" },
	{ pointer_outside, "A DATA: its pointers make no sense" },
	{ pointer_twice, "also belongs to something else" },
	{ pointer_self, "also belongs to something else" },
	{ pointer_other, "also belongs to something else" },
	{ v_hole, "C DATA: " },
	{ v_high, "C DATA: a pointer has highest record 1, not " },
	{ v_high_last, "C DATA: a pointer has highest record 2147483647" },
	{ v_high_above, "E DATA: the pointers above do not lead to every" },
	{ v_disp, "C DATA: a pointer has displacement 3, not " },
	{ v_length_zero, "D DATA: its records make no sense" },
	{ v_length_long, "D DATA: its records make no sense" },
	{ v_records, "D DATA: its records make no sense" },
	{ v_records_few, "C DATA: its records make no sense" },
	{ v_lrecl, "C DATA: its records make no sense" },
};

/* Everything that can be done with it ends, in whatever way. */
static void
use(void)
{
	static char data[65536];
	struct edf_device dev = disk_device(&disk, 0);
	struct edf *edf;
	struct edf_stat st;
	uint32_t cursor = 0;

	if (edf_mount(&dev, &edf) != 0)
		return;
	while (edf_next(edf, &cursor, &st) == 1) {
		struct edf_file *f;
		size_t len;

		if (edf_open(edf, EDF_READ, &st, &f) == 0) {
			for (uint32_t i = st.records < 200 ? st.records : 200;
			    i > 0; i--)
				edf_read(f, i, data, sizeof data, &len);
			edf_stream_read(f, 7, data, sizeof data);
			edf_close(f);
		}
		if (edf_open(edf, EDF_UPDATE, &st, &f) == 0) {
			edf_write(f, 0, data, st.recfm == 'F' ? st.lrecl : 9);
			edf_truncate(f, 1);
			edf_close(f);
		}
		edf_erase(edf, st.name, st.type);
		edf_commit(edf);
	}
	edf_unmount(edf);
	assert_int_equal(disk.taken, 0);
	assert_false(disk.outside);
}

static void
test_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		make();
		cases[i].damage();
		if (check() <= 0 || strstr(said, cases[i].words) == NULL)
			fail_msg("expected \"%s\" among:\n%s",
			    cases[i].words, said);
		use();
		disk_free(&disk);
	}
}

/* Not a disk of ours, or one that cannot be read. */
static void
test_errors(void **state)
{
	(void)state;
	make();
	memset(label(), 0, 4);
	assert_int_equal(check(), EDF_NOT_FORMATTED);
	disk_free(&disk);
	for (unsigned at = 1;; at++) {
		unsigned calls;
		int n;

		make();
		calls = disk.calls;
		disk.fail_at = calls + at;
		n = check();
		calls = disk.calls - calls;
		disk_free(&disk);
		if (calls < at)
			break;
		assert_int_equal(n, EDF_IO);
	}
	for (unsigned at = 1;; at++) {
		int n, over;

		make();
		disk.takes = 0;
		disk.take_fail_at = at;
		n = check();
		over = disk.takes < at;
		disk_free(&disk);
		if (over)
			break;
		assert_true(n == EDF_NO_STORAGE || n == 0);
	}
}

/* A file that is seen to be damaged can be erased, and takes no other's blocks
 * along: its own are lost. */
static void
test_erase_damaged(void **state)
{
	struct edf_device dev;
	struct edf *edf;
	struct edf_stat st;
	struct edf_file *f;
	char data[80];
	size_t len;

	(void)state;
	make();
	pointer_other();
	pointer_twice();
	dev = disk_device(&disk, 0);
	assert_int_equal(edf_mount(&dev, &edf), 0);
	assert_int_equal(edf_erase(edf, "A       ", "DATA    "), 0);
	assert_int_equal(edf_commit(edf), 0);
	edf_unmount(edf);
	assert_int_not_equal(check(), 0);
	assert_null(strstr(said, "free"));
	assert_int_equal(edf_mount(&dev, &edf), 0);
	fill(edf, "F", 'F', 80, 200);
	assert_int_equal(edf_commit(edf), 0);
	memset(&st, 0, sizeof st);
	memcpy(st.name, "B       ", EDF_NAME);
	memcpy(st.type, "DATA    ", EDF_NAME);
	assert_int_equal(edf_open(edf, EDF_READ, &st, &f), 0);
	assert_int_equal(edf_read(f, 1, data, sizeof data, &len), 0);
	assert_int_equal(data[0], 'B');
	edf_unmount(edf);
	disk_free(&disk);
}

/* A block of two files that both give it up is given up once. */
static void
test_given_up_twice(void **state)
{
	struct edf_device dev;
	struct edf_file *f[2];
	struct edf *edf;

	(void)state;
	make();
	pointer_other();
	dev = disk_device(&disk, 0);
	assert_int_equal(edf_mount(&dev, &edf), 0);
	for (unsigned i = 0; i < 2; i++) {
		struct edf_stat st = { .type = "DATA    " };
		char data[80] = "";

		memcpy(st.name, i == 0 ? "A       " : "B       ", EDF_NAME);
		assert_int_equal(edf_open(edf, EDF_UPDATE, &st, &f[i]), 0);
		for (unsigned r = 1; r <= st.records; r++)
			assert_int_equal(edf_write(f[i], r, data, 80), 0);
		/* So that it goes to the disk now. */
		assert_int_equal(edf_truncate(f[i], 1000), 0);
		assert_int_equal(edf_write(f[i], 1500, data, 80), 0);
	}
	assert_int_equal(edf_close(f[0]), 0);
	assert_int_equal(edf_close(f[1]), EDF_DAMAGED);
	assert_int_equal(edf_commit(edf), 0);
	edf_unmount(edf);
	assert_int_not_equal(check(), 0);
	disk_free(&disk);
}

/* Any byte of what is not data, in any way. */
static void
test_bytes(void **state)
{
	uint64_t random = 88172645463325252u;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		uint32_t used, at;

		make();
		used = get32(label() + 0x20);
		for (unsigned k = 0; k < 3; k++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			at = 512 + (uint32_t)(random % ((used - 1) * 512));
			disk.data[at] = (uint8_t)(random >> 40);
		}
		check();
		use();
		check();
		disk_free(&disk);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_erase_damaged),
		cmocka_unit_test(test_given_up_twice),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
