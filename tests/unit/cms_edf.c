/* SPDX-License-Identifier: MIT
 *
 * cms_edf.c - the file system's interface: what each call does, what each
 * error means, and what lies where on a disk.
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

#define A(n, t) name_of(n), type_of(t)

static const uint32_t sizes[] = { 512, 1024, 2048, 4096 };
static struct disk disk;
static struct edf *edf;

/* --- help --- */

static const char *
pad(char *to, const char *word)
{
	snprintf(to, EDF_NAME + 1, "%-8.8s", word);
	return to;
}

static const char *
name_of(const char *word)
{
	static char to[2][EDF_NAME + 1];
	static int i;

	return pad(to[i ^= 1], word);
}

static const char *
type_of(const char *word)
{
	static char to[2][EDF_NAME + 1];
	static int i;

	return pad(to[i ^= 1], word);
}

static void
print_complaint(void *arg, const char *text)
{
	(void)arg;
	print_error("%s\n", text);
}

static void
assert_sound(void)
{
	struct edf_device dev = disk_device(&disk, 1);

	assert_int_equal(edf_check(&dev, print_complaint, NULL), 0);
}

static void
mount(int read_only)
{
	struct edf_device dev = disk_device(&disk, read_only);

	assert_int_equal(edf_mount(&dev, &edf), 0);
}

static void
make(uint32_t block_size, uint32_t sectors)
{
	struct edf_device dev;

	disk_make(&disk, sectors);
	dev = disk_device(&disk, 0);
	assert_int_equal(edf_format(&dev, block_size, 0, "CMS191"), 0);
	mount(0);
}

static void
drop(void)
{
	edf_unmount(edf);
	assert_int_equal(disk.taken, 0);
	assert_false(disk.outside);
	disk_free(&disk);
}

static struct edf_stat
a_stat(const char *name, const char *type, char recfm, uint32_t lrecl)
{
	struct edf_stat st = { .mode = '1', .recfm = recfm, .lrecl = lrecl };

	memcpy(st.name, name_of(name), EDF_NAME);
	memcpy(st.type, type_of(type), EDF_NAME);
	return st;
}

static int
try_open(enum edf_how how, const char *name, const char *type, char recfm,
    uint32_t lrecl, struct edf_file **file)
{
	struct edf_stat st = a_stat(name, type, recfm, lrecl);

	return edf_open(edf, how, &st, file);
}

static struct edf_file *
open_file(enum edf_how how, const char *name, const char *type, char recfm,
    uint32_t lrecl)
{
	struct edf_file *file;

	assert_int_equal(try_open(how, name, type, recfm, lrecl, &file), 0);
	return file;
}

static void
write_file(const char *name, const char *type, unsigned records)
{
	struct edf_file *f = open_file(EDF_REPLACE, name, type, 'V', 0);
	char text[80];

	for (unsigned i = 1; i <= records; i++) {
		int n = snprintf(text, sizeof text, "%s line %u", name, i);

		assert_int_equal(edf_write(f, 0, text, (size_t)n), 0);
	}
	assert_int_equal(edf_close(f), 0);
}

static void
assert_line(struct edf_file *f, const char *name, unsigned i)
{
	char text[80], got[80];
	size_t len;
	int n = snprintf(text, sizeof text, "%s line %u", name, i);

	assert_int_equal(edf_read(f, i, got, sizeof got, &len), 0);
	assert_int_equal(len, n);
	assert_memory_equal(got, text, len);
}

static uint32_t
be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
}

/* --- disks --- */

static void
test_format(void **state)
{
	struct edf_disk_info info;
	struct edf_device dev;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		make(sizes[i], 20000);
		edf_info(edf, &info);
		assert_string_equal(info.volume, "CMS191");
		assert_int_equal(info.block_size, sizes[i]);
		assert_int_equal(info.blocks, 20000 * 512 / sizes[i]);
		assert_int_equal(info.files, 0);
		assert_int_equal(info.created.year, 2026);
		assert_int_equal(info.created.month, 11);
		assert_int_equal(info.created.second, 59);
		/* An idle disk is small. */
		assert_true(disk.taken < 16384);
		assert_sound();
		drop();
	}
	disk_make(&disk, 100);
	dev = disk_device(&disk, 0);
	assert_int_equal(edf_mount(&dev, &edf), EDF_NOT_FORMATTED);
	assert_null(edf);
	assert_int_equal(edf_format(&dev, 800, 0, "CMS191"), EDF_INVALID);
	assert_int_equal(edf_format(&dev, 0, 0, "CMS191"), EDF_INVALID);
	assert_int_equal(edf_format(&dev, 512, 101, "CMS191"), EDF_INVALID);
	assert_int_equal(edf_format(&dev, 512, 7, "CMS191"), EDF_INVALID);
	assert_int_equal(edf_format(&dev, 512, 0, "a b c "), EDF_INVALID);
	assert_int_equal(edf_format(&dev, 512, 90, "X     "), 0);
	mount(0);
	edf_info(edf, &info);
	assert_int_equal(info.blocks, 90);
	assert_string_equal(info.volume, "X     ");
	drop();
	disk_make(&disk, 100);
	dev = disk_device(&disk, 1);
	assert_int_equal(edf_format(&dev, 512, 0, "CMS191"), EDF_READ_ONLY);
	disk.sectors = 1;
	dev = disk_device(&disk, 0);
	assert_int_equal(edf_mount(&dev, &edf), EDF_NOT_FORMATTED);
	disk_free(&disk);
}

/* Whatever fails: there is no disk, or a whole one. */
static void
test_format_errors(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i += 3)
		for (unsigned how = 0; how < 3; how++)
			for (unsigned at = 1;; at++) {
				struct edf_device dev;
				int error, over;

				make(sizes[i], 9000);
				edf_unmount(edf);
				dev = disk_device(&disk, 0);
				disk.calls = disk.takes = 0;
				disk.fail_at = how < 2 ? at : 0;
				disk.take_fail_at = how < 2 ? 0 : at;
				disk.fail_late = how == 1;
				error = edf_format(&dev, 512, 0, "NEW   ");
				over = (how < 2 ? disk.calls : disk.takes) <
				    at;
				disk.fail_at = disk.take_fail_at = 0;
				assert_int_equal(disk.taken, 0);
				assert_true(error == 0 || !over);
				if (error != 0 && edf_mount(&dev, &edf) == 0) {
					edf_unmount(edf);
					assert_sound();
				}
				disk_free(&disk);
				if (over)
					break;
			}
}

static void
test_mount_errors(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i += 3)
		for (unsigned how = 0; how < 3; how++)
			for (unsigned at = 1;; at++) {
				struct edf_device dev;
				int error;

				make(sizes[i], 9000);
				for (char c = 'A'; c <= 'Z'; c++)
					write_file((char[]){ c, 0 }, "T", 1);
				assert_int_equal(edf_commit(edf), 0);
				edf_unmount(edf);
				dev = disk_device(&disk, how == 1);
				disk.calls = disk.takes = 0;
				disk.fail_at = how < 2 ? at : 0;
				disk.take_fail_at = how < 2 ? 0 : at;
				error = edf_mount(&dev, &edf);
				if (error == 0)
					edf_unmount(edf);
				else
					assert_null(edf);
				assert_int_equal(disk.taken, 0);
				disk_free(&disk);
				if (error == 0)
					break;
			}
}

/* A disk with holes in its free space. */
static void
test_fragments(void **state)
{
	static char data[300000], got[sizeof data];
	struct edf_disk_info info;
	struct edf_file *f;
	char name[16];

	(void)state;
	make(512, 8000);
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "F%u", i);
		write_file(name, "T", 1);
	}
	assert_int_equal(edf_commit(edf), 0);
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "F%u", i);
		if (i % 7 < 3)
			assert_int_equal(edf_erase(edf, A(name, "T")), 0);
	}
	assert_int_equal(edf_commit(edf), 0);
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (char)(i * 7 + i / 512);
	/* As much as there is, and no more. */
	for (unsigned n = 0; n < 20; n++) {
		int error;

		edf_info(edf, &info);
		snprintf(name, sizeof name, "BIG%u", n);
		f = open_file(EDF_CREATE, name, "T", 'F', 1);
		error = edf_stream_write(f, 0, data, sizeof data) ==
		    sizeof data ? edf_close(f) : (edf_abandon(f), EDF_FULL);
		assert_int_equal(error != 0, info.free < 600);
		if (error != 0)
			break;
		assert_int_equal(edf_commit(edf), 0);
		f = open_file(EDF_READ, name, "T", 0, 0);
		assert_int_equal(edf_stream_read(f, 0, got, sizeof got),
		    sizeof got);
		assert_memory_equal(got, data, sizeof got);
		assert_int_equal(edf_close(f), 0);
	}
	assert_sound();
	drop();
}

/* What other programs that read such disks rely on. */
static void
test_layout(void **state)
{
	static const uint8_t hello[] = { 0xC8, 0xC5, 0xD3, 0xD3, 0xD6, 0x40,
		0x40, 0x40, 0xC5, 0xE7, 0xC5, 0xC3, 0x40, 0x40, 0x40, 0x40 };
	static const uint8_t when[] = { 0x26, 0x11, 0x20, 0x07, 0x30, 0x59 };
	const uint8_t *label, *dir, *fst;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		uint32_t bs = sizes[i];

		make(bs, 4000);
		write_file("HELLO", "EXEC", 3);
		assert_int_equal(edf_commit(edf), 0);
		label = disk.data + 512;
		assert_memory_equal(label, "\xC3\xD4\xE2\xF1"
		    "\xC3\xD4\xE2\xF1\xF9\xF1", 10);
		assert_int_equal(be32(label + 0x0C), bs);
		assert_int_equal(be32(label + 0x10), 5);
		assert_int_equal(be32(label + 0x1C), 4000 * 512 / bs);
		assert_int_equal(be32(label + 0x24), 64);
		assert_int_equal(be32(label + 0x28), bs / 64);
		assert_memory_equal(label + 0x2C, when, 6);
		assert_int_equal(label[0x32], 1);
		dir = disk.data + (size_t)4 * bs;
		assert_memory_equal(dir, "\0\0\0\1\0\0\0\0"
		    "\xC4\xC9\xD9\xC5\xC3\xE3\xD6\xD9", 16);
		assert_int_equal(be32(dir + 0x20), 64);
		assert_int_equal(be32(dir + 0x28), 5);
		assert_int_equal(be32(dir + 0x30), 3);
		assert_int_equal(dir[0x34], 0);
		assert_memory_equal(dir + 64, "\0\0\0\2\0\0\0\0"
		    "\xC1\xD3\xD3\xD6\xC3\xD4\xC1\xD7", 16);
		fst = dir + 128;
		assert_memory_equal(fst, hello, 16);
		assert_memory_equal(fst + 0x10, when + 1, 4);
		assert_int_equal(fst[0x19], 0xF1);
		assert_int_equal(fst[0x1E], 0xE5);
		assert_int_equal(fst[0x1F], 0x08);
		assert_int_equal(be32(fst + 0x20), 12);
		assert_int_equal(be32(fst + 0x2C), 1);
		assert_int_equal(be32(fst + 0x30), 3);
		assert_int_equal(fst[0x34], 0);
		assert_int_equal(fst[0x35], 12);
		assert_memory_equal(fst + 0x36, when, 6);
		assert_memory_equal(disk.data +
		    (size_t)(be32(fst + 0x28) - 1) * bs,
		    "\0\14HELLO line 1\0\14HELLO line 2", 28);
		drop();
	}
}

/* Records of 300, 1000 and perhaps 10 bytes in blocks of 512: the last pointer
 * says where a next record begins, or would; and the pointer block ends with
 * the place of its last pointer. */
static void
test_v_pointers(void **state)
{
	static const uint32_t expected[][2] = { { 2, 0 },
		{ 2, 0xFFFFFFFF }, { 0, 1304 - 1024 } };
	struct edf_file *f;
	char data[1000];
	const uint8_t *fst, *p;

	(void)state;
	memset(data, 'x', sizeof data);
	for (unsigned n = 2; n <= 3; n++) {
		make(512, 4000);
		f = open_file(EDF_CREATE, "V", "DATA", 'V', 0);
		assert_int_equal(edf_write(f, 0, data, 300), 0);
		assert_int_equal(edf_write(f, 0, data, 1000), 0);
		if (n == 3)
			assert_int_equal(edf_write(f, 0, data, 10), 0);
		assert_int_equal(edf_close(f), 0);
		assert_int_equal(edf_commit(edf), 0);
		fst = disk.data + 4 * 512 + 128;
		assert_int_equal(be32(fst + 0x20), 1000);
		assert_int_equal(be32(fst + 0x2C), 3);
		assert_int_equal(fst[0x34], 1);
		p = disk.data + (size_t)(be32(fst + 0x28) - 1) * 512;
		assert_int_equal(be32(p + 508), 24);
		for (unsigned i = 0; i < 3; i++, p += 12) {
			assert_int_equal(be32(p + 4), i < 2 ?
			    expected[i][0] : n);
			assert_int_equal(be32(p + 8), expected[i][1]);
		}
		assert_int_equal(be32(p), 0);
		assert_sound();
		drop();
	}
}

/* Data of a file that is written in one go lies together. */
static void
test_together(void **state)
{
	static char data[400 * 1024];
	struct edf_file *f;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		uint32_t first;

		make(sizes[i], 8000);
		f = open_file(EDF_CREATE, "BIG", "MODULE", 'F', 1);
		assert_int_equal(edf_stream_write(f, 0, data, sizeof data),
		    sizeof data);
		assert_int_equal(edf_close(f), 0);
		assert_int_equal(edf_commit(edf), 0);
		f = open_file(EDF_READ, "BIG", "MODULE", 0, 0);
		first = edf_file_sector(f, 0);
		for (uint32_t k = 0; k < sizeof data / sizes[i]; k++)
			assert_int_equal(edf_file_sector(f, k),
			    first + k * (sizes[i] / 512));
		assert_int_equal(edf_file_sector(f, sizeof data / sizes[i]),
		    0);
		disk.reads = 0;
		assert_int_equal(edf_stream_read(f, 0, data, sizeof data),
		    sizeof data);
		assert_in_range(disk.reads, 1, 2);
		assert_int_equal(edf_close(f), 0);
		drop();
	}
}

static void
test_resize(void **state)
{
	struct edf_disk_info info;
	struct edf_file *f;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		uint32_t all = 90000 * 512 / sizes[i];

		make(sizes[i], 90000);
		assert_int_equal(edf_resize(edf, all + 1), EDF_INVALID);
		assert_int_equal(edf_resize(edf, 7), EDF_INVALID);
		write_file("A", "B", 1000);
		assert_int_equal(edf_resize(edf, 100), 0);
		assert_sound();
		write_file("C", "D", 50);
		assert_int_equal(edf_commit(edf), 0);
		assert_int_equal(edf_resize(edf, 9), EDF_FULL);
		assert_sound();
		f = open_file(EDF_UPDATE, "A", "B", 0, 0);
		assert_int_equal(edf_resize(edf, all), EDF_BUSY);
		edf_abandon(f);
		assert_int_equal(edf_resize(edf, all), 0);
		assert_sound();
		edf_info(edf, &info);
		assert_int_equal(info.blocks, all);
		f = open_file(EDF_READ, "A", "B", 0, 0);
		assert_line(f, "A", 1000);
		assert_int_equal(edf_close(f), 0);
		disk.fail_at = disk.calls + 2;
		assert_int_equal(edf_resize(edf, 200), EDF_IO);
		edf_info(edf, &info);
		assert_int_equal(info.blocks, all);
		assert_int_equal(edf_resize(edf, 200), 0);
		assert_sound();
		drop();
	}
}

/* Directory and map are no reason why a disk cannot be made smaller. */
static void
test_shrink(void **state)
{
	static char data[4096];
	struct edf_file *f;
	char name[16];
	int n = 0;

	(void)state;
	for (unsigned i = 0; i < 4; i += 3) {
		make(sizes[i], 40000);
		for (unsigned k = 0; k < 200; k++) {
			snprintf(name, sizeof name, "F%u", k);
			write_file(name, "T", 1);
		}
		assert_int_equal(edf_commit(edf), 0);
		f = open_file(EDF_CREATE, "BIG", "T", 'F', 4096);
		while (edf_write(f, 0, data, sizeof data) == 0)
			n++;
		assert_int_equal(edf_truncate(f, (uint32_t)(n - 40)), 0);
		assert_int_equal(edf_close(f), 0);
		assert_int_equal(edf_commit(edf), 0);
		n = 0;
		for (unsigned k = 0; k < 200; k += 5) {
			snprintf(name, sizeof name, "F%u", k);
			assert_int_equal(edf_rename(edf, A(name, "T"),
			    A(name, "T"), '3'), 0);
		}
		assert_int_equal(edf_commit(edf), 0);
		assert_int_equal(edf_erase(edf, A("BIG", "T")), 0);
		assert_int_equal(edf_resize(edf, 300), 0);
		assert_sound();
		drop();
	}
}

static void
test_volume(void **state)
{
	struct edf_disk_info info;

	(void)state;
	make(4096, 1000);
	assert_int_equal(edf_set_volume(edf, "lower "), EDF_INVALID);
	assert_int_equal(edf_set_volume(edf, "NEW   "), 0);
	disk.writes = 0;
	assert_int_equal(edf_commit(edf), 0);
	assert_int_equal(disk.writes, 1);
	assert_int_equal(edf_commit(edf), 0);
	assert_int_equal(disk.writes, 1);
	edf_unmount(edf);
	mount(1);
	edf_info(edf, &info);
	assert_string_equal(info.volume, "NEW   ");
	assert_int_equal(edf_set_volume(edf, "X     "), EDF_READ_ONLY);
	assert_int_equal(edf_resize(edf, 100), EDF_READ_ONLY);
	assert_sound();
	drop();
}

/* --- directory --- */

static void
test_order(void **state)
{
	static const char *names[] = { "ZZZ", "A", "M9", "MA", "$X", "A1" };
	static const char *sorted[] = { "$X", "A", "A1", "MA", "M9", "ZZZ" };
	struct edf_stat st;
	uint32_t cursor = 0, other = 0;

	(void)state;
	make(512, 4000);
	for (unsigned i = 0; i < 6; i++)
		write_file(names[i], "T", 1);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(edf_next(edf, &cursor, &st), 1);
		assert_memory_equal(st.name, name_of(sorted[i]), EDF_NAME);
	}
	assert_int_equal(edf_next(edf, &cursor, &st), 0);
	assert_int_equal(edf_next(edf, &cursor, &st), 0);
	/* Two at once, while files go and come. */
	cursor = 0;
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(edf_next(edf, &cursor, &st), 1);
		assert_memory_equal(st.name, name_of(sorted[i]), EDF_NAME);
		other = 0;
		assert_int_equal(edf_next(edf, &other, &st), 1);
		assert_int_equal(edf_erase(edf, A(sorted[i], "T")), 0);
		write_file("0LAST", "T", 1);
		if (i == 5)
			break;
		assert_int_equal(edf_next(edf, &other, &st), 1);
	}
	assert_int_equal(edf_next(edf, &cursor, &st), 1);
	assert_memory_equal(st.name, "0LAST   ", EDF_NAME);
	assert_int_equal(edf_next(edf, &cursor, &st), 0);
	/* Nobody ends early and does not know. */
	cursor = 0;
	assert_int_equal(edf_next(edf, &cursor, &st), 1);
	for (unsigned i = 0; i < 8; i++) {
		other = 0;
		assert_int_equal(edf_next(edf, &other, &st), 1);
	}
	assert_int_equal(edf_next(edf, &cursor, &st), EDF_CHANGED);
	assert_int_equal(edf_next(edf, &other, &st), 0);
	drop();
}

static void
test_many(void **state)
{
	struct edf_stat st;
	char name[16];

	(void)state;
	for (unsigned i = 0; i < 4; i += 3) {
		uint32_t cursor = 0;
		unsigned n = 0;

		make(sizes[i], 40000);
		for (unsigned k = 0; k < 3000; k++) {
			snprintf(name, sizeof name, "F%u", k * 7919 % 3000);
			write_file(name, "DATA", 1);
		}
		assert_int_equal(edf_commit(edf), 0);
		edf_unmount(edf);
		assert_sound();
		mount(0);
		while (edf_next(edf, &cursor, &st) == 1)
			n++;
		assert_int_equal(n, 3000);
		for (unsigned k = 0; k < 3000; k++) {
			snprintf(name, sizeof name, "F%u", k);
			assert_int_equal(edf_find(edf, A(name, "DATA"), &st),
			    0);
		}
		/* Changing one file of many is cheap. */
		disk.writes = 0;
		write_file("F77", "DATA", 2);
		assert_int_equal(edf_commit(edf), 0);
		assert_in_range(disk.writes, 1, 4);
		for (unsigned k = 0; k < 3000; k++) {
			if (k % 100 == 5)
				continue;
			snprintf(name, sizeof name, "F%u", k);
			assert_int_equal(edf_erase(edf, A(name, "DATA")), 0);
		}
		assert_int_equal(edf_commit(edf), 0);
		assert_sound();
		for (unsigned k = 5; k < 3000; k += 100) {
			snprintf(name, sizeof name, "F%u", k);
			assert_int_equal(edf_find(edf, A(name, "DATA"), &st),
			    0);
		}
		drop();
	}
}

static void
test_names(void **state)
{
	const struct edf_date date = { 1999, 12, 31, 23, 59, 58 };
	const struct edf_date never = { 1999, 13, 31, 23, 59, 58 };
	struct edf_stat st;
	struct edf_file *f;

	(void)state;
	make(1024, 4000);
	write_file("A", "B", 1);
	assert_int_equal(edf_find(edf, A("X", "B"), &st), EDF_NOT_FOUND);
	assert_int_equal(edf_find(edf, A("x", "B"), &st), EDF_INVALID);
	assert_int_equal(edf_find(edf, A("X Y", "B"), &st), EDF_INVALID);
	assert_int_equal(edf_find(edf, A("", "B"), &st), EDF_INVALID);
	assert_int_equal(edf_find(edf, A(" X", "B"), &st), EDF_INVALID);
	assert_int_equal(edf_rename(edf, A("A", "B"), A("C", "B"), '7'),
	    EDF_INVALID);
	assert_int_equal(edf_rename(edf, A("A", "B"), A("c", "B"), '1'),
	    EDF_INVALID);
	assert_int_equal(edf_rename(edf, A("A", "B"), A("C", "B"), '2'), 0);
	assert_int_equal(edf_find(edf, A("A", "B"), &st), EDF_NOT_FOUND);
	assert_int_equal(edf_find(edf, A("C", "B"), &st), 0);
	assert_int_equal(st.mode, '2');
	write_file("D", "B", 1);
	assert_int_equal(edf_rename(edf, A("D", "B"), A("C", "B"), '1'),
	    EDF_EXISTS);
	assert_int_equal(edf_set_date(edf, A("C", "B"), &never), EDF_INVALID);
	assert_int_equal(edf_set_date(edf, A("C", "B"), &date), 0);
	assert_int_equal(edf_set_date(edf, A("X", "B"), &date),
	    EDF_NOT_FOUND);
	assert_int_equal(edf_find(edf, A("C", "B"), &st), 0);
	assert_memory_equal(&st.date, &date, sizeof date);
	f = open_file(EDF_READ, "C", "B", 0, 0);
	assert_int_equal(edf_erase(edf, A("C", "B")), EDF_BUSY);
	assert_int_equal(edf_rename(edf, A("C", "B"), A("E", "B"), '1'),
	    EDF_BUSY);
	assert_int_equal(edf_set_date(edf, A("C", "B"), &date), EDF_BUSY);
	assert_int_equal(edf_close(f), 0);
	f = open_file(EDF_CREATE, "NEW", "B", 'V', 0);
	assert_int_equal(edf_rename(edf, A("C", "B"), A("NEW", "B"), '1'),
	    EDF_BUSY);
	edf_abandon(f);
	assert_int_equal(edf_erase(edf, A("C", "B")), 0);
	assert_int_equal(edf_erase(edf, A("C", "B")), EDF_NOT_FOUND);
	drop();
}

/* --- opening --- */

static void
test_open(void **state)
{
	struct edf_file *f, *g;
	struct edf_stat st;

	(void)state;
	make(1024, 4000);
	assert_int_equal(try_open(EDF_READ, "A", "B", 0, 0, &f),
	    EDF_NOT_FOUND);
	assert_null(f);
	assert_int_equal(try_open(EDF_UPDATE, "A", "B", 0, 0, &f),
	    EDF_NOT_FOUND);
	assert_int_equal(try_open((enum edf_how)4, "A", "B", 'V', 0, &f),
	    EDF_INVALID);
	assert_int_equal(try_open(EDF_CREATE, "A", "B", 'U', 80, &f),
	    EDF_INVALID);
	assert_int_equal(try_open(EDF_CREATE, "A", "B", 'F', 0, &f),
	    EDF_INVALID);
	assert_int_equal(try_open(EDF_CREATE, "A", "B", 'F', 65536, &f),
	    EDF_INVALID);
	assert_int_equal(try_open(EDF_CREATE, "a", "B", 'F', 80, &f),
	    EDF_INVALID);
	write_file("A", "B", 5);
	assert_int_equal(try_open(EDF_CREATE, "A", "B", 'V', 0, &f),
	    EDF_EXISTS);
	/* Many readers, or one writer. */
	f = open_file(EDF_READ, "A", "B", 0, 0);
	g = open_file(EDF_READ, "A", "B", 0, 0);
	assert_int_equal(edf_write(f, 0, "x", 1), EDF_READ_ONLY);
	assert_int_equal(edf_truncate(f, 0), EDF_READ_ONLY);
	assert_int_equal(edf_stream_write(f, 0, "x", 1), EDF_READ_ONLY);
	assert_int_equal(edf_close(f), 0);
	assert_int_equal(try_open(EDF_UPDATE, "A", "B", 0, 0, &f), EDF_BUSY);
	assert_int_equal(try_open(EDF_REPLACE, "A", "B", 'V', 0, &f),
	    EDF_BUSY);
	assert_line(g, "A", 5);
	assert_int_equal(edf_close(g), 0);
	f = open_file(EDF_UPDATE, "A", "B", 0, 0);
	assert_int_equal(try_open(EDF_READ, "A", "B", 0, 0, &g), EDF_BUSY);
	edf_file_stat(f, &st);
	assert_int_equal(st.records, 5);
	assert_int_equal(st.recfm, 'V');
	/* Several files at once. */
	g = open_file(EDF_CREATE, "C", "D", 'F', 10);
	assert_int_equal(try_open(EDF_CREATE, "C", "D", 'F', 10,
	    &(struct edf_file *){ NULL }), EDF_BUSY);
	assert_int_equal(edf_write(f, 0, "six", 3), 0);
	assert_int_equal(edf_write(g, 0, "0123456789", 10), 0);
	assert_int_equal(edf_commit(edf), 0); /* has neither of them */
	edf_unmount(edf);
	assert_sound();
	mount(0);
	assert_int_equal(edf_find(edf, A("C", "D"), &st), EDF_NOT_FOUND);
	edf_unmount(edf);
	mount(1);
	assert_int_equal(try_open(EDF_CREATE, "A", "B", 'V', 0, &f),
	    EDF_READ_ONLY);
	assert_int_equal(edf_erase(edf, A("A", "B")), EDF_READ_ONLY);
	assert_int_equal(edf_rename(edf, A("A", "B"), A("Q", "B"), '1'),
	    EDF_READ_ONLY);
	assert_int_equal(edf_commit(edf), 0);
	drop();
}

static void
test_replace(void **state)
{
	struct edf_file *f;
	struct edf_stat st;

	(void)state;
	make(512, 4000);
	write_file("A", "B", 500);
	assert_int_equal(edf_commit(edf), 0);
	f = open_file(EDF_REPLACE, "A", "B", 'F', 3);
	assert_int_equal(edf_write(f, 0, "abc", 3), 0);
	assert_int_equal(edf_find(edf, A("A", "B"), &st), 0);
	assert_int_equal(st.records, 500);
	edf_abandon(f);
	assert_int_equal(edf_find(edf, A("A", "B"), &st), 0);
	assert_int_equal(st.records, 500);
	f = open_file(EDF_REPLACE, "A", "B", 'F', 3);
	assert_int_equal(edf_write(f, 0, "abc", 3), 0);
	assert_int_equal(edf_close(f), 0);
	assert_int_equal(edf_find(edf, A("A", "B"), &st), 0);
	assert_int_equal(st.records, 1);
	assert_int_equal(st.recfm, 'F');
	/* Without a commit there was nothing. */
	edf_unmount(edf);
	assert_sound();
	mount(0);
	assert_int_equal(edf_find(edf, A("A", "B"), &st), 0);
	assert_int_equal(st.records, 500);
	f = open_file(EDF_READ, "A", "B", 0, 0);
	assert_line(f, "A", 500);
	assert_int_equal(edf_close(f), 0);
	drop();
}

/* --- records --- */

static void
test_f_records(void **state)
{
	struct edf_file *f;
	char got[16];
	size_t len;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		make(sizes[i], 4000);
		f = open_file(EDF_CREATE, "F", "DATA", 'F', 10);
		assert_int_equal(edf_write(f, 0, "short", 5), EDF_INVALID);
		assert_int_equal(edf_write(f, 1, "0123456789", 10), 0);
		/* A hole of many blocks. */
		assert_int_equal(edf_write(f, 100000, "abcdefghij", 10), 0);
		assert_int_equal(edf_write(f, EDF_RECORDS_MAX + 1u,
		    "0123456789", 10), EDF_INVALID);
		assert_int_equal(edf_close(f), 0);
		assert_int_equal(edf_commit(edf), 0);
		assert_sound();
		f = open_file(EDF_READ, "F", "DATA", 0, 0);
		assert_int_equal(edf_read(f, 100000, got, 4, &len), 0);
		assert_int_equal(len, 10);
		assert_memory_equal(got, "abcd", 4);
		assert_int_equal(edf_read(f, 50000, got, 10, &len), 0);
		assert_memory_equal(got, "\0\0\0\0\0\0\0\0\0\0", 10);
		assert_int_equal(edf_read(f, 0, got, 10, &len), EDF_END);
		assert_int_equal(edf_read(f, 100001, got, 10, &len), EDF_END);
		assert_int_equal(edf_close(f), 0);
		/* Longer without data, and the last one of all. */
		f = open_file(EDF_UPDATE, "F", "DATA", 0, 0);
		assert_int_equal(edf_truncate(f, 200000), 0);
		assert_int_equal(edf_write(f, EDF_RECORDS_MAX, "zyxwvutsrq",
		    10), 0);
		assert_int_equal(edf_write(f, 0, "zyxwvutsrq", 10),
		    EDF_INVALID);
		assert_int_equal(edf_close(f), 0);
		assert_int_equal(edf_commit(edf), 0);
		assert_sound();
		f = open_file(EDF_UPDATE, "F", "DATA", 0, 0);
		assert_int_equal(edf_read(f, EDF_RECORDS_MAX, got, 10, &len),
		    0);
		assert_memory_equal(got, "zyxwvutsrq", 10);
		assert_int_equal(edf_truncate(f, 2), 0);
		assert_int_equal(edf_close(f), 0);
		assert_int_equal(edf_commit(edf), 0);
		assert_sound();
		drop();
	}
}

static void
test_v_records(void **state)
{
	static char big[EDF_LRECL_MAX + 1], got[EDF_LRECL_MAX + 1];
	struct edf_file *f;
	struct edf_stat st;
	size_t len;

	(void)state;
	memset(big, 'b', sizeof big);
	for (unsigned i = 0; i < 4; i++) {
		make(sizes[i], 4000);
		f = open_file(EDF_CREATE, "V", "DATA", 'V', 0);
		assert_int_equal(edf_write(f, 0, "", 0), EDF_INVALID);
		assert_int_equal(edf_write(f, 0, big, sizeof big),
		    EDF_INVALID);
		assert_int_equal(edf_write(f, 3, "x", 1), EDF_INVALID);
		assert_int_equal(edf_write(f, 0, "one", 3), 0);
		assert_int_equal(edf_write(f, 2, big, EDF_LRECL_MAX), 0);
		assert_int_equal(edf_write(f, 0, "three", 5), 0);
		assert_int_equal(edf_write(f, 1, "four", 4), EDF_INVALID);
		assert_int_equal(edf_write(f, 1, "eno", 3), 0);
		assert_int_equal(edf_truncate(f, 4), EDF_END);
		assert_int_equal(edf_close(f), 0);
		assert_int_equal(edf_commit(edf), 0);
		assert_sound();
		f = open_file(EDF_UPDATE, "V", "DATA", 0, 0);
		assert_int_equal(edf_read(f, 3, got, sizeof got, &len), 0);
		assert_int_equal(len, 5);
		assert_int_equal(edf_read(f, 2, got, sizeof got, &len), 0);
		assert_int_equal(len, EDF_LRECL_MAX);
		assert_memory_equal(got, big, len);
		assert_int_equal(edf_read(f, 1, got, sizeof got, &len), 0);
		assert_memory_equal(got, "eno", 3);
		edf_file_stat(f, &st);
		assert_int_equal(st.lrecl, EDF_LRECL_MAX);
		assert_int_equal(edf_truncate(f, 2), 0);
		assert_int_equal(edf_write(f, 0, "drei", 4), 0);
		assert_int_equal(edf_read(f, 3, got, sizeof got, &len), 0);
		assert_memory_equal(got, "drei", 4);
		assert_int_equal(edf_truncate(f, 0), 0);
		assert_int_equal(edf_read(f, 1, got, 1, &len), EDF_END);
		assert_int_equal(edf_close(f), 0);
		assert_int_equal(edf_commit(edf), 0);
		assert_sound();
		assert_int_equal(edf_find(edf, A("V", "DATA"), &st), 0);
		assert_int_equal(st.records, 0);
		drop();
	}
}

/* Mode 6: the data stays where it is. */
static void
test_in_place(void **state)
{
	struct edf_stat st = a_stat("SIX", "DATA", 'F', 100);
	char data[100] = "old", got[100];
	struct edf_file *f;
	uint32_t sector;
	size_t len;

	(void)state;
	make(1024, 4000);
	st.mode = '6';
	assert_int_equal(edf_open(edf, EDF_CREATE, &st, &f), 0);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(edf_write(f, 0, data, 100), 0);
	assert_int_equal(edf_close(f), 0);
	assert_int_equal(edf_commit(edf), 0);
	f = open_file(EDF_UPDATE, "SIX", "DATA", 0, 0);
	sector = edf_file_sector(f, 7);
	memcpy(data, "new", 4);
	assert_int_equal(edf_write(f, 77, data, 100), 0);
	assert_int_equal(edf_close(f), 0);
	f = open_file(EDF_READ, "SIX", "DATA", 0, 0);
	assert_int_equal(edf_file_sector(f, 7), sector);
	edf_unmount(edf);
	assert_sound();
	mount(0);
	f = open_file(EDF_READ, "SIX", "DATA", 0, 0);
	assert_int_equal(edf_read(f, 77, got, 100, &len), 0);
	assert_memory_equal(got, data, 100);
	drop();
}

/* --- streams --- */

static void
assert_stream(const char *name, const char *type, const char *text)
{
	struct edf_file *f = open_file(EDF_READ, name, type, 0, 0);
	size_t size = strlen(text);
	char got[300];

	assert_int_equal(edf_stream_size(f), size);
	for (size_t from = 0; from <= size; from++) {
		assert_int_equal(edf_stream_read(f, from, got, sizeof got),
		    size - from);
		assert_memory_equal(got, text + from, size - from);
	}
	assert_int_equal(edf_close(f), 0);
}

static void
test_streams(void **state)
{
	struct edf_file *f;
	size_t len;
	char got[100];

	(void)state;
	make(512, 4000);
	f = open_file(EDF_CREATE, "V", "TEXT", 'V', 0);
	assert_int_equal(edf_stream_write(f, 1, "x", 1), EDF_INVALID);
	assert_int_equal(edf_stream_write(f, 0, "first\nsec", 9), 9);
	assert_int_equal(edf_stream_size(f), 9);
	assert_int_equal(edf_stream_read(f, 3, got, sizeof got), 6);
	assert_memory_equal(got, "st\nsec", 6);
	assert_int_equal(edf_stream_write(f, 9, "ond\n\n", 5), 5);
	/* The empty line is longer on the disk than it was written. */
	assert_int_equal(edf_stream_size(f), 15);
	assert_int_equal(edf_stream_write(f, 14, "last", 4), 4);
	assert_int_equal(edf_close(f), 0);
	assert_stream("V", "TEXT", "first\nsecond\n \nlast\n");
	f = open_file(EDF_UPDATE, "V", "TEXT", 0, 0);
	assert_int_equal(edf_stream_write(f, 3, "x", 1), EDF_INVALID);
	assert_int_equal(edf_stream_write(f, 20, "more", 4), 4);
	assert_int_equal(edf_write(f, 0, "rec", 3), 0);
	assert_int_equal(edf_read(f, 5, got, sizeof got, &len), 0);
	assert_memory_equal(got, "more", 4);
	assert_int_equal(edf_close(f), 0);
	assert_stream("V", "TEXT",
	    "first\nsecond\n \nlast\nmore\nrec\n");

	f = open_file(EDF_CREATE, "F", "TEXT", 'F', 5);
	assert_int_equal(edf_stream_write(f, 0, "abcde\nx\n\ny", 10), 10);
	assert_int_equal(edf_stream_write(f, 10, "too long\n", 9),
	    EDF_INVALID);
	assert_int_equal(edf_close(f), 0);
	assert_stream("F", "TEXT", "abcde\nx    \n     \ny    \n");

	f = open_file(EDF_CREATE, "B", "BYTES", 'F', 1);
	assert_int_equal(edf_stream_write(f, 0, "a\nb\0", 4), 4);
	assert_int_equal(edf_stream_write(f, 8, "end", 3), 3);
	assert_int_equal(edf_stream_write(f, 1, "X", 1), 1);
	assert_int_equal(edf_stream_write(f, EDF_RECORDS_MAX, "X", 1),
	    EDF_INVALID);
	assert_int_equal(edf_stream_size(f), 11);
	assert_int_equal(edf_stream_read(f, 0, got, sizeof got), 11);
	assert_memory_equal(got, "aXb\0\0\0\0\0end", 11);
	assert_int_equal(edf_stream_read(f, 11, got, sizeof got), 0);
	assert_int_equal(edf_close(f), 0);
	assert_int_equal(edf_commit(edf), 0);
	assert_sound();
	drop();
}

/* A line as long as can be, and one longer. */
static void
test_long_lines(void **state)
{
	static char line[EDF_LRECL_MAX + 2];
	struct edf_file *f;
	uint64_t at = 0;

	(void)state;
	memset(line, 'l', sizeof line);
	line[EDF_LRECL_MAX] = '\n';
	make(512, 4000);
	f = open_file(EDF_CREATE, "V", "TEXT", 'V', 0);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(edf_stream_write(f, at, line, 30000), 30000);
		assert_int_equal(edf_stream_write(f, at + 30000, line + 30000,
		    EDF_LRECL_MAX + 1 - 30000), EDF_LRECL_MAX + 1 - 30000);
		at += EDF_LRECL_MAX + 1;
		assert_int_equal(edf_stream_write(f, at, line,
		    EDF_LRECL_MAX + 1), EDF_LRECL_MAX + 1);
		at += EDF_LRECL_MAX + 1;
	}
	line[EDF_LRECL_MAX] = 'x';
	assert_int_equal(edf_stream_write(f, at, line, sizeof line),
	    EDF_INVALID);
	assert_int_equal(edf_close(f), 0);
	assert_int_equal(edf_commit(edf), 0);
	assert_sound();
	drop();
}

/* What a large file costs, in calls of the device. */
static void
test_calls(void **state)
{
	static char data[8 << 20], got[65536];
	struct edf_file *f;

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (char)(i * 31 + (i >> 12));
	for (unsigned i = 0; i < 4; i++)
		for (size_t piece = 4096; piece <= 65536; piece *= 16) {
			make(sizes[i], 40000);
			disk.writes = disk.reads = disk.flushes = 0;
			f = open_file(EDF_CREATE, "BIG", "DATA", 'F', 1);
			for (size_t at = 0; at < sizeof data; at += piece)
				assert_int_equal(edf_stream_write(f, at,
				    data + at, piece), piece);
			assert_int_equal(edf_close(f), 0);
			assert_int_equal(edf_commit(edf), 0);
			assert_in_range(disk.writes, 1, 128 * 2 + 16);
			assert_int_equal(disk.flushes, 2);
			edf_unmount(edf);
			mount(1);
			disk.reads = 0;
			f = open_file(EDF_READ, "BIG", "DATA", 0, 0);
			for (size_t at = 0; at < sizeof data; at += piece) {
				assert_int_equal(edf_stream_read(f, at, got,
				    piece), piece);
				assert_memory_equal(got, data + at, piece);
			}
			assert_int_equal(edf_close(f), 0);
			assert_in_range(disk.reads, 1, 128 * 2 + 16);
			drop();
		}
}

/* --- errors on the way do not spoil what was written --- */

static unsigned
write_on(struct edf_file *f, unsigned tries, unsigned *failed)
{
	static char data[3000];
	unsigned written = 0;

	for (unsigned i = 0; i < tries; i++) {
		size_t len = 1 + (i * 379) % sizeof data;

		memset(data, 'a' + (int)(written % 26), len);
		if (edf_write(f, 0, data, len) == 0)
			written++;
		else
			++*failed;
	}
	return written;
}

static void
assert_written(const char *name, unsigned written)
{
	static char got[3000];
	struct edf_file *f = open_file(EDF_READ, name, "DATA", 0, 0);
	struct edf_stat st;
	size_t len;

	edf_file_stat(f, &st);
	assert_int_equal(st.records, written);
	for (unsigned i = 0; i < written; i++) {
		assert_int_equal(edf_read(f, i + 1, got, sizeof got, &len),
		    0);
		assert_int_equal(got[0], 'a' + (int)(i % 26));
		assert_int_equal(got[len - 1], got[0]);
	}
	assert_int_equal(edf_close(f), 0);
}

static void
test_write_on(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (unsigned at = 1; at < 120; at++) {
			unsigned failed = 0, written;
			struct edf_file *f;

			make(sizes[i], 8000);
			f = open_file(EDF_CREATE, "V", "DATA", 'V', 0);
			disk.fail_at = disk.calls + at;
			written = write_on(f, 120, &failed);
			disk.fail_at = 0;
			assert_true(failed <= 1);
			assert_int_equal(edf_close(f), 0);
			assert_int_equal(edf_commit(edf), 0);
			assert_written("V", written);
			assert_sound();
			drop();
		}
}

static void
test_write_until_full(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (uint32_t blocks = 10; blocks < 40; blocks++) {
			unsigned failed = 0, written;
			struct edf_file *f;
			int error;

			make(sizes[i], blocks * (sizes[i] / 512));
			f = open_file(EDF_CREATE, "V", "DATA", 'V', 0);
			written = write_on(f, 200, &failed);
			error = edf_close(f);
			if (error == 0) {
				assert_int_equal(edf_commit(edf), 0);
				assert_written("V", written);
			} else {
				assert_int_equal(error, EDF_FULL);
				write_file("SMALL", "FILE", 1);
				assert_int_equal(edf_commit(edf), 0);
			}
			assert_sound();
			drop();
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_format_errors),
		cmocka_unit_test(test_mount_errors),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_v_pointers),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_shrink),
		cmocka_unit_test(test_volume),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_f_records),
		cmocka_unit_test(test_v_records),
		cmocka_unit_test(test_in_place),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_write_on),
		cmocka_unit_test(test_write_until_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
