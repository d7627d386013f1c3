/* SPDX-License-Identifier: MIT
 *
 * cms_edf_edges.c - what happens seldom: a write fails and the file goes on,
 * a hole meets a full disk, a label is written although its device says no,
 * a record ends where its block does.
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

static const uint32_t sizes[] = { 512, 1024, 2048, 4096 };
static struct disk disk;
static struct edf *edf;
static char data[EDF_LRECL_MAX + 1], got[EDF_LRECL_MAX + 1];

/* --- help --- */

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

static struct edf *
mount(int read_only)
{
	struct edf_device dev = disk_device(&disk, read_only);
	struct edf *to;

	assert_int_equal(edf_mount(&dev, &to), 0);
	return to;
}

static void
make(uint32_t block_size, uint32_t blocks)
{
	struct edf_device dev;

	disk_make(&disk, blocks * (block_size / EDF_SECTOR));
	dev = disk_device(&disk, 0);
	assert_int_equal(edf_format(&dev, block_size, 0, "EDGES "), 0);
	edf = mount(0);
}

static void
drop(void)
{
	edf_unmount(edf);
	assert_int_equal(disk.taken, 0);
	assert_false(disk.outside);
	disk_free(&disk);
}

static int
try_open(struct edf *on, enum edf_how how, const char *name, char mode,
    char recfm, uint32_t lrecl, struct edf_file **file)
{
	struct edf_stat st = { .mode = mode, .recfm = recfm, .lrecl = lrecl };

	memset(st.name, ' ', EDF_NAME);
	memcpy(st.name, name, strlen(name));
	memcpy(st.type, "DATA    ", EDF_NAME);
	return edf_open(on, how, &st, file);
}

static struct edf_file *
create(const char *name, char recfm, uint32_t lrecl)
{
	struct edf_file *f;

	assert_int_equal(try_open(edf, EDF_REPLACE, name, '1', recfm, lrecl,
	    &f), 0);
	return f;
}

static struct edf_file *
open_old(struct edf *on, enum edf_how how, const char *name)
{
	struct edf_file *f;

	assert_int_equal(try_open(on, how, name, 0, 0, 0, &f), 0);
	return f;
}

static void
close_and_commit(struct edf_file *f)
{
	assert_int_equal(edf_close(f), 0);
	assert_int_equal(edf_commit(edf), 0);
	assert_sound();
}

/* A record of one letter, which is its number. */
static int
put(struct edf_file *f, unsigned i, size_t len)
{
	memset(data, 'a' + (int)(i % 26), len);
	return edf_write(f, i, data, len);
}

static void
assert_record(struct edf_file *f, unsigned i, size_t len)
{
	size_t is;

	assert_int_equal(edf_read(f, i, got, sizeof got, &is), 0);
	assert_int_equal(is, len);
	for (size_t k = 0; k < len; k++)
		assert_int_equal(got[k], 'a' + (int)(i % 26));
}

static void
assert_zeros(struct edf_file *f, unsigned i)
{
	size_t is;

	assert_int_equal(edf_read(f, i, got, sizeof got, &is), 0);
	for (size_t k = 0; k < is; k++)
		assert_int_equal(got[k], 0);
}

static int
try_fill(uint32_t block_size, uint32_t blocks)
{
	struct edf_file *f = create("FILL", 'F', block_size);

	while (blocks-- > 0)
		if (edf_write(f, 0, data, block_size) != 0) {
			edf_abandon(f);
			return -1;
		}
	return edf_close(f);
}

/* Fill the disk, but for so many blocks. */
static void
fill(uint32_t leave)
{
	struct edf_disk_info info;
	uint32_t blocks;

	edf_info(edf, &info);
	blocks = info.free - leave;
	while (try_fill(info.block_size, blocks) != 0)
		blocks--;
	assert_int_equal(edf_commit(edf), 0);
}

/* --- a full disk --- */

/* The top pointer block of a file that is a hole finds no place. */
static void
test_hole_on_full_disk(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (uint32_t leave = 0; leave < 6; leave++) {
			struct edf_file *f;
			int error;

			make(sizes[i], 60);
			fill(leave);
			f = create("HOLE", 'F', 512);
			assert_int_equal(edf_truncate(f, 5000000), 0);
			/* More than a window, so that it is tried at once. */
			memset(data, 'x', 512);
			error = 0;
			for (unsigned k = 0; k < 200 && error == 0; k++)
				error = edf_write(f, 4000000 + k, data, 512);
			assert_int_equal(error, EDF_FULL);
			error = edf_truncate(f, 1);
			assert_true(error == 0 || error == EDF_FULL);
			if (error == 0)
				assert_zeros(f, 1);
			error = edf_close(f);
			assert_true(error == 0 || error == EDF_FULL);
			assert_int_equal(edf_commit(edf), 0);
			assert_sound();
			drop();
		}
}

/* Free blocks lie two by two, and a hole wants more pointers than that. */
static void
test_hole_in_fragments(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		char names[200][EDF_NAME + 1];
		unsigned n = 0;
		struct edf_file *f;

		make(sizes[i], 120);
		for (; n < 200; n++) {
			snprintf(names[n], sizeof names[n], "F%-7u", n);
			f = create(names[n], 'V', 0);
			assert_int_equal(put(f, 1, 10), 0);
			if (edf_close(f) != 0)
				break;
		}
		assert_int_equal(edf_commit(edf), 0);
		for (unsigned k = 0; k < n; k++)
			if (k % 3 != 0)
				assert_int_equal(edf_erase(edf, names[k],
				    "DATA    "), 0);
		assert_int_equal(edf_commit(edf), 0);
		f = create("HOLE", 'F', 1);
		for (uint64_t at = 1; at < EDF_RECORDS_MAX; at *= 31)
			assert_int_equal(edf_stream_write(f, at, "x", 1), 1);
		close_and_commit(f);
		drop();
	}
}

/* --- a write that fails --- */

/* What it left behind the end is no part of a hole. */
static void
test_hole_after_failure(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (unsigned at = 1; at < 8; at++)
			for (unsigned how = 0; how < 6; how++) {
				static const unsigned holes[] = { 1, 4, 90 };
				size_t len = how & 1 ? 60000 : 700;
				unsigned n, hole = holes[how / 2];
				struct edf_file *f;

				make(sizes[i], 4000);
				f = create("HOLE", 'F', (uint32_t)len);
				assert_int_equal(put(f, 1, len), 0);
				disk.fail_at = disk.calls + at;
				for (n = 10; n < 300; n += 3)
					if (put(f, n, len) != 0)
						break;
				disk.fail_at = 0;
				if (hole > 50)
					assert_int_equal(edf_truncate(f,
					    n + 50), 0);
				assert_int_equal(put(f, n + hole, len), 0);
				close_and_commit(f);
				f = open_old(edf, EDF_READ, "HOLE");
				assert_record(f, 1, len);
				for (unsigned k = 0; k < hole; k++)
					assert_zeros(f, n + k);
				assert_record(f, n + hole, len);
				assert_int_equal(edf_close(f), 0);
				drop();
			}
}

/* The same within a block. */
static void
test_bytes_after_failure(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (unsigned at = 1; at < 8; at++) {
			struct edf_file *f;

			make(sizes[i], 4000);
			f = create("HOLE", 'F', 1);
			memset(data, 'x', sizeof data);
			disk.fail_at = disk.calls + at;
			if (edf_stream_write(f, 100000, data, 60000) == 60000)
				at = 8;
			disk.fail_at = 0;
			if (at < 8) {
				assert_int_equal(edf_stream_write(f, 100100,
				    data, 10), 10);
				assert_int_equal(edf_close(f), 0);
				f = open_old(edf, EDF_READ, "HOLE");
				assert_int_equal(edf_stream_read(f, 99900,
				    got, 1000), 210);
				for (unsigned k = 0; k < 200; k++)
					assert_int_equal(got[k], 0);
				assert_memory_equal(got + 200, data, 10);
			}
			drop();
		}
}

/* All records can be read, however the next one failed. */
static void
test_read_after_failure(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (uint32_t leave = 1; leave < 50; leave++) {
			struct edf_file *f;
			unsigned n = 0;
			size_t len;

			make(sizes[i], 150);
			fill(leave);
			f = create("V", 'V', 0);
			while (n < 20 && put(f, n + 1, 300) == 0)
				n++;
			if (put(f, n + 1, 60000) == 0)
				n++;
			/* Unless there is no room for what has been read. */
			for (unsigned k = n; k > 0; k--)
				if (edf_read(f, k, got, 1, &len) != EDF_FULL)
					assert_record(f, k, k > 20 ? 60000 :
					    300);
			edf_abandon(f);
			assert_int_equal(edf_commit(edf), 0);
			assert_sound();
			drop();
		}
}

/* What has been read is not what is there when it has been overwritten. */
static void
test_overwrite_what_was_read(void **state)
{
	struct edf_file *f;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		make(sizes[i], 400);
		f = create("F", 'F', 1);
		memset(data, 'a', 61440);
		assert_int_equal(edf_stream_write(f, 0, data, 61440), 61440);
		for (unsigned at = 0; at < 61440; at += 20000) {
			assert_int_equal(edf_stream_read(f, at, got, 10), 10);
			memset(data, 'b' + (int)(at / 20000), 61440);
			assert_int_equal(edf_stream_write(f, 0, data, 61440),
			    61440);
			assert_int_equal(edf_stream_read(f, at, got, 10), 10);
			assert_memory_equal(got, data, 10);
		}
		assert_int_equal(edf_close(f), 0);
		drop();
	}
}

/* --- room --- */

/* What is erased, or given up, can be used again. */
static void
test_room_comes_back(void **state)
{
	uint32_t all;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct edf_disk_info info;
		struct edf_file *f;

		make(sizes[i], 300);
		edf_info(edf, &info);
		for (all = info.free; try_fill(sizes[i], all) != 0;)
			all--;
		assert_int_equal(edf_commit(edf), 0);
		for (unsigned k = 0; k < 3; k++) {
			assert_int_equal(edf_erase(edf, "FILL    ",
			    "DATA    "), 0);
			assert_int_equal(edf_commit(edf), 0);
			f = create("FILL", 'F', sizes[i]);
			for (unsigned n = 0; n < all; n++)
				assert_int_equal(edf_write(f, 0, data,
				    sizes[i]), 0);
			edf_abandon(f);
			assert_int_equal(try_fill(sizes[i], all), 0);
			assert_int_equal(edf_commit(edf), 0);
		}
		assert_sound();
		drop();
	}
}

/* A file that grows until nothing is left leaves room for a commit. */
static void
test_commit_beside_a_full_file(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct edf_file *small, *f;

		make(sizes[i], 100);
		small = create("SMALL", 'V', 0);
		assert_int_equal(put(small, 1, 10), 0);
		close_and_commit(small);
		f = create("FILL", 'F', sizes[i]);
		while (edf_write(f, 0, data, sizes[i]) == 0)
			continue;
		assert_int_equal(edf_rename(edf, "SMALL   ", "DATA    ",
		    "OTHER   ", "DATA    ", '1'), 0);
		assert_int_equal(edf_commit(edf), 0);
		assert_int_equal(edf_erase(edf, "OTHER   ", "DATA    "), 0);
		assert_int_equal(edf_commit(edf), 0);
		edf_abandon(f);
		assert_sound();
		drop();
	}
}

/* --- the end of V files, as others read them --- */

static const uint8_t *
block(uint32_t sector)
{
	return disk.data + (size_t)sector * EDF_SECTOR;
}

static uint32_t
be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
}

/* Behind the last record come zeros, to the end of its block. */
static void
assert_padded(const char *name, uint64_t end)
{
	struct edf_file *f = open_old(edf, EDF_READ, name);
	struct edf_disk_info info;
	const uint8_t *last;

	edf_info(edf, &info);
	last = block(edf_file_sector(f,
	    (uint32_t)((end - 1) / info.block_size)));
	for (uint64_t k = end; k % info.block_size != 0; k++)
		assert_int_equal(last[k % info.block_size], 0);
	assert_int_equal(edf_close(f), 0);
}

static void
test_padding_after_cut(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (unsigned keep = 1; keep < 30; keep++) {
			struct edf_file *f;

			make(sizes[i], 400);
			f = create("V", 'V', 0);
			for (unsigned k = 1; k <= 40; k++)
				assert_int_equal(put(f, k, 598), 0);
			close_and_commit(f);
			f = open_old(edf, EDF_UPDATE, "V");
			assert_int_equal(edf_truncate(f, keep), 0);
			close_and_commit(f);
			assert_padded("V", keep * 600);
			f = open_old(edf, EDF_READ, "V");
			for (unsigned k = 1; k <= keep; k++)
				assert_record(f, k, 598);
			assert_int_equal(edf_close(f), 0);
			drop();
		}
}

static void
test_padding_after_failure(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (uint32_t leave = 4; leave < 30; leave++) {
			struct edf_file *f;

			make(sizes[i], 150);
			fill(leave);
			f = create("V", 'V', 0);
			assert_int_equal(put(f, 1, 100), 0);
			if (put(f, 2, 60000) != EDF_FULL) {
				edf_abandon(f);
				drop();
				break;
			}
			assert_int_equal(edf_truncate(f, 1), 0);
			close_and_commit(f);
			assert_padded("V", 102);
			drop();
		}
}

/* Each record has a block of its own: what the blocks at the top of the only
 * file's pointers say. */
static void
assert_top(uint32_t size, uint32_t records)
{
	const uint8_t *dir = block((be32(disk.data + 512 + 0x10) - 1) *
	    (size / 512));
	const uint8_t *fst = dir + 2 * 64;
	const uint8_t *top = block((be32(fst + 0x28) - 1) * (size / 512));
	uint32_t per = size / 12, span = 1;

	for (unsigned l = 1; l < fst[0x34]; l++)
		span *= per;
	for (uint32_t i = 0; fst[0x34] > 0 && i * span < records; i++) {
		uint32_t high = (i + 1) * span;

		if (high > records)
			high = records;
		assert_int_equal(be32(top + i * 12 + 4), high);
		assert_int_equal(be32(top + i * 12 + 8), 0);
		assert_true(be32(top + size - 4) >= i * 12);
	}
}

/* A cut ends where a block does. */
static void
test_cut_at_block(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++)
		for (unsigned keep = 1; keep < 190; keep += 7) {
			size_t len = sizes[i] - 2;
			struct edf_file *f;

			make(sizes[i], 900);
			f = create("V", 'V', 0);
			for (unsigned k = 1; k <= 200; k++)
				assert_int_equal(put(f, k, len), 0);
			close_and_commit(f);
			assert_top(sizes[i], 200);
			f = open_old(edf, EDF_UPDATE, "V");
			assert_int_equal(edf_truncate(f, keep), 0);
			close_and_commit(f);
			assert_top(sizes[i], keep);
			f = open_old(edf, EDF_UPDATE, "V");
			assert_record(f, keep, len);
			assert_int_equal(put(f, keep + 1, len), 0);
			assert_record(f, keep / 2 + 1, len);
			close_and_commit(f);
			assert_top(sizes[i], keep + 1);
			drop();
		}
}

static void
put32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* A block of 512 bytes. */
static uint8_t *
block_512(uint32_t n)
{
	return disk.data + (size_t)(n - 1) * 512;
}

/* The n-th entry of the directory. */
static uint8_t *
entry_512(unsigned n)
{
	return block_512(be32(disk.data + 512 + 0x10)) + n * 64;
}

/* Others leave out blocks of a V file in which there are only zeros, and
 * blocks of pointers to such. */
static void
test_v_holes(void **state)
{
	static const char zeros[60000];
	struct edf_file *f;
	uint8_t *top;
	size_t len;

	(void)state;
	make(512, 900);
	f = create("V", 'V', 0);
	assert_int_equal(put(f, 1, 100), 0);
	assert_int_equal(edf_write(f, 0, zeros, sizeof zeros), 0);
	assert_int_equal(put(f, 3, 100), 0);
	close_and_commit(f);
	edf_unmount(edf);
	top = block_512(be32(entry_512(2) + 0x28));
	memset(block_512(be32(top)) + 5 * 12, 0, 4);
	memset(top + 12, 0, 4);
	edf = mount(0);
	f = open_old(edf, EDF_UPDATE, "V");
	for (unsigned k = 0; k < 2; k++) {
		assert_record(f, 3, 100);
		assert_record(f, 1, 100);
		assert_int_equal(edf_read(f, 2, got, sizeof got, &len), 0);
		assert_int_equal(len, sizeof zeros);
		assert_memory_equal(got, k == 0 ? zeros : data, len);
		for (uint64_t at = 101; at < 60000; at += 777) {
			assert_int_equal(edf_stream_read(f, at, got, 100),
			    100);
			assert_memory_equal(got, k == 0 ? zeros : data, 100);
		}
		if (k == 0)
			assert_int_equal(put(f, 2, sizeof zeros), 0);
		memset(data, 'a' + 2, sizeof data);
	}
	assert_int_equal(edf_close(f), 0);
	assert_int_equal(edf_commit(edf), 0);
	f = open_old(edf, EDF_READ, "V");
	assert_record(f, 2, sizeof zeros);
	assert_int_equal(edf_close(f), 0);
	drop();
}

/* A block of pointers with one pointer, which others put on top. */
static void
add_level(uint32_t block, int v)
{
	uint8_t *fst = entry_512(2), *top = block_512(block);
	uint8_t *map = block_512(be32(entry_512(1) + 0x28));

	memset(top, 0, 512);
	put32(top, be32(fst + 0x28));
	if (v)
		put32(top + 4, be32(fst + 0x30));
	put32(fst + 0x28, block);
	fst[0x34]++;
	map[(block - 1) / 8] |= (uint8_t)(0x80 >> (block - 1) % 8);
	put32(disk.data + 512 + 0x20, be32(disk.data + 512 + 0x20) + 1);
}

static void
test_more_levels(void **state)
{
	(void)state;
	for (unsigned v = 0; v < 2; v++)
		for (unsigned n = 1; n < 200; n += 11) {
			struct edf_file *f;

			make(512, 900);
			f = create("A", "FV"[v], 400);
			for (unsigned k = 1; k <= n; k++)
				assert_int_equal(put(f, k, 400), 0);
			close_and_commit(f);
			edf_unmount(edf);
			add_level(800, (int)v);
			assert_sound();
			edf = mount(0);
			f = open_old(edf, EDF_UPDATE, "A");
			for (unsigned k = 1; k <= n; k++)
				assert_record(f, k, 400);
			assert_int_equal(put(f, n, 400), 0);
			assert_int_equal(put(f, n + 1, 400), 0);
			close_and_commit(f);
			f = open_old(edf, EDF_READ, "A");
			for (unsigned k = 1; k <= n + 1; k++)
				assert_record(f, k, 400);
			assert_int_equal(edf_close(f), 0);
			drop();
		}
}

/* --- mode 6 --- */

/* What is cut off is there until the commit, and what comes behind is not,
 * although the rest is written where it lies. */
static void
test_in_place_other_size(void **state)
{
	(void)state;
	for (unsigned how = 0; how < 4; how++) {
		unsigned v = how & 1;
		struct edf_file *f;
		size_t len;

		make(512, 400);
		assert_int_equal(try_open(edf, EDF_CREATE, "SIX", '6',
		    "FV"[v], 50, &f), 0);
		for (unsigned k = 1; k <= 60; k++)
			assert_int_equal(put(f, k, 50), 0);
		close_and_commit(f);
		f = open_old(edf, EDF_UPDATE, "SIX");
		memset(data, 'A', 50);
		assert_int_equal(edf_write(f, 30, data, 50), 0);
		if (how & 2)
			assert_int_equal(edf_truncate(f, 40), 0);
		/* More than a window. */
		for (unsigned k = 0; k < 3000; k++)
			assert_int_equal(edf_write(f, 0, "12345678901234567890"
			    "123456789012345678901234567890",
			    v ? k % 50 + 1 : 50), 0);
		edf_abandon(f);
		assert_sound();
		f = open_old(edf, EDF_READ, "SIX");
		for (unsigned k = 1; k <= 60; k++)
			if (k != 30)
				assert_record(f, k, 50);
		assert_int_equal(edf_read(f, 30, got, 50, &len), 0);
		assert_int_equal(got[0], 'A');
		assert_int_equal(edf_close(f), 0);
		drop();
	}
}

/* --- streams --- */

/* The beginning is not the end. */
static void
test_stream_from_the_beginning(void **state)
{
	struct edf_file *f;

	(void)state;
	make(512, 400);
	f = create("V", 'V', 0);
	assert_int_equal(edf_stream_write(f, 0, "one\n\ntwo\n", 9), 9);
	/* The empty line has become a blank: both are the end. */
	assert_int_equal(edf_stream_write(f, 9, "three\n", 6), 6);
	assert_int_equal(edf_close(f), 0);
	f = open_old(edf, EDF_UPDATE, "V");
	assert_int_equal(edf_stream_write(f, 0, "four\n", 5), EDF_INVALID);
	assert_int_equal(edf_stream_size(f), 16);
	assert_int_equal(edf_stream_write(f, 16, "\n", 1), 1);
	assert_int_equal(edf_truncate(f, 1), 0);
	assert_int_equal(edf_stream_write(f, 17, "five\n", 5), EDF_INVALID);
	assert_int_equal(edf_stream_write(f, 4, "five\n", 5), 5);
	assert_int_equal(edf_close(f), 0);
	drop();
}

/* Any offset, in trees of several levels. */
static void
test_stream_offsets(void **state)
{
	static char all[600000];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		size_t n = 0;
		struct edf_file *f;

		make(sizes[i], 3000);
		f = create("V", 'V', 0);
		for (unsigned k = 1; n < sizeof all - 2000; k++) {
			size_t len = k * 7919 % 29 == 0 ? k % 1900 + 1 :
			    k % 61 + 1;

			assert_int_equal(put(f, k, len), 0);
			memcpy(all + n, data, len);
			all[n + len] = '\n';
			n += len + 1;
		}
		close_and_commit(f);
		f = open_old(edf, EDF_READ, "V");
		assert_int_equal(edf_stream_size(f), n);
		for (uint64_t k = 0, at = 0; k < 20000;
		    k++, at = (at * 5 + 12345) % n) {
			size_t part = n - at < 100 ? n - at : 100;

			assert_int_equal(edf_stream_read(f, at, got, 100),
			    part);
			assert_memory_equal(got, all + at, part);
		}
		assert_int_equal(edf_close(f), 0);
		drop();
	}
}

/* --- labels --- */

static struct edf *reader;
static int looks;

/* The label is written, seen, and said not to be. */
static int
write_and_look(void *arg, const struct edf_extent *list, unsigned n,
    int flush)
{
	int rc = disk_write(arg, list, n, flush);

	if (!looks || list[0].block != 1)
		return rc;
	looks = 0;
	assert_int_equal(edf_refresh(reader), 1);
	return -1;
}

/* It is not taken for the one that is written next. */
static void
test_label_seen(void **state)
{
	struct edf_device dev;

	(void)state;
	make(512, 400);
	edf_unmount(edf);
	dev = disk_device(&disk, 0);
	dev.write = write_and_look;
	assert_int_equal(edf_mount(&dev, &edf), 0);
	reader = mount(1);
	for (unsigned i = 1; i <= 3; i++) {
		struct edf_file *f = create("A", 'F', 600);

		memset(data, 'a' + (int)i, 600);
		assert_int_equal(edf_write(f, 0, data, 600), 0);
		assert_int_equal(edf_close(f), 0);
		looks = i == 2;
		assert_int_equal(edf_commit(edf), i == 2 ? EDF_IO : 0);
	}
	assert_int_equal(edf_refresh(reader), 1);
	assert_int_equal(edf_refresh(reader), 0);
	edf_unmount(reader);
	assert_sound();
	drop();
}

/* A disk that is made anew is another one, within the same second too. */
static void
test_formatted_twice(void **state)
{
	struct edf_device dev;

	(void)state;
	make(512, 400);
	reader = mount(1);
	edf_unmount(edf);
	dev = disk_device(&disk, 0);
	assert_int_equal(edf_format(&dev, 512, 0, "EDGES "), 0);
	assert_int_equal(edf_refresh(reader), 1);
	edf_unmount(reader);
	edf = mount(0);
	drop();
}

/* --- the smallest disks, and a clock that is wrong --- */

static void
test_small_disks(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (uint32_t blocks = 8; blocks < 14; blocks++) {
			struct edf_file *f;
			int error;

			make(sizes[i], blocks);
			assert_sound();
			f = create("A", 'V', 0);
			assert_int_equal(put(f, 1, 10), 0);
			error = edf_close(f);
			assert_int_equal(error, blocks < 9 ? EDF_FULL : 0);
			assert_int_equal(edf_set_volume(edf, "SMALL "), 0);
			assert_int_equal(edf_commit(edf), 0);
			assert_sound();
			if (error == 0)
				assert_int_equal(edf_erase(edf, "A       ",
				    "DATA    "), 0);
			assert_int_equal(edf_commit(edf), 0);
			assert_sound();
			drop();
		}
}

static void
test_no_date(void **state)
{
	struct edf_disk_info info;
	struct edf_file *f;
	struct edf_stat st;

	(void)state;
	disk_make(&disk, 400);
	for (unsigned i = 0; i < 2; i++) {
		struct edf_device dev = disk_device(&disk, 0);

		disk.now = i == 0 ?
		    (struct edf_date){ 2026, 12, 31, 23, 59, 60 } :
		    (struct edf_date){ 2100, 1, 1, 0, 0, 0 };
		assert_int_equal(edf_format(&dev, 512, 0, "CLOCK "), 0);
		edf = mount(0);
		f = create("A", 'V', 0);
		close_and_commit(f);
		edf_info(edf, &info);
		assert_int_equal(info.created.year, 1900);
		assert_int_equal(edf_find(edf, "A       ", "DATA    ", &st),
		    0);
		assert_int_equal(st.date.year, 1900);
		edf_unmount(edf);
	}
	disk_free(&disk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_disks),
		cmocka_unit_test(test_no_date),
		cmocka_unit_test(test_hole_on_full_disk),
		cmocka_unit_test(test_hole_in_fragments),
		cmocka_unit_test(test_hole_after_failure),
		cmocka_unit_test(test_bytes_after_failure),
		cmocka_unit_test(test_read_after_failure),
		cmocka_unit_test(test_overwrite_what_was_read),
		cmocka_unit_test(test_room_comes_back),
		cmocka_unit_test(test_commit_beside_a_full_file),
		cmocka_unit_test(test_padding_after_cut),
		cmocka_unit_test(test_padding_after_failure),
		cmocka_unit_test(test_cut_at_block),
		cmocka_unit_test(test_v_holes),
		cmocka_unit_test(test_more_levels),
		cmocka_unit_test(test_in_place_other_size),
		cmocka_unit_test(test_stream_from_the_beginning),
		cmocka_unit_test(test_stream_offsets),
		cmocka_unit_test(test_label_seen),
		cmocka_unit_test(test_formatted_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
