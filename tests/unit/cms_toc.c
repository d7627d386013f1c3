/* SPDX-License-Identifier: MIT
 *
 * cms_toc.c - the table of contents, and the image that mkimage makes: read
 * back as IPL and the nucleus read it.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "boot.h"
#include "fs.h"
#include "toc.h"

struct memory {
	uint8_t *data;
	uint32_t blocks;
	int reads, fail;
};

static int
memory_read(void *disk, uint32_t block, uint32_t count, void *to)
{
	struct memory *m = disk;

	m->reads++;
	if (m->fail || block > m->blocks || count > m->blocks - block)
		return -1;
	memcpy(to, m->data + (size_t)block * TOC_BLOCK,
	    (size_t)count * TOC_BLOCK);
	return 0;
}

static struct memory disk;
static uint8_t image[64 * TOC_BLOCK];
static struct toc toc;

static void
make_disk(unsigned entries)
{
	struct toc_label label = { .blocks = 64 };
	struct toc_entry e = { .first = 10, .length = 3 * TOC_BLOCK + 7 };

	memcpy(label.magic, TOC_MAGIC, 8);
	memcpy(label.volume, "TEST01  ", 8);
	label.entries = entries;
	for (size_t i = 0; i < sizeof image; i++)
		image[i] = (uint8_t)(i * 7 + i / 512);
	memcpy(image + TOC_BLOCK, &label, sizeof label);
	for (unsigned i = 0; i < entries; i++) {
		char name[9];

		snprintf(name, sizeof name, "FILE%-4u", i);
		memcpy(e.name, name, 8);
		memcpy(e.type, "MODULE  ", 8);
		memcpy(image + 2 * TOC_BLOCK + i * sizeof e, &e, sizeof e);
	}
	disk = (struct memory){ image, 64, 0, 0 };
	assert_int_equal(toc_open(&toc, 'S', memory_read, &disk), 0);
}

static int
next(uint32_t *cursor, struct fs_file *file)
{
	return toc.fs.ops->next(&toc.fs, cursor, file);
}

static void
test_list(void **state)
{
	struct fs_file file;
	uint32_t cursor = 0;
	int n = 0;

	(void)state;
	make_disk(40);
	while (next(&cursor, &file) == 1)
		n++;
	assert_int_equal(n, 40);
	assert_memory_equal(file.name, "FILE39  ", 8);
	disk.fail = 1;
	cursor = 0;
	assert_int_equal(next(&cursor, &file), -1);
}

static void
test_read(void **state)
{
	struct fs_file file;
	uint32_t cursor = 0;
	uint8_t got[4 * TOC_BLOCK];
	const uint8_t *want = image + 10 * TOC_BLOCK;

	(void)state;
	make_disk(1);
	assert_int_equal(next(&cursor, &file), 1);
	for (size_t from = 0; from <= file.length; from += 101)
		for (size_t len = 0; from + len <= file.length; len += 97) {
			memset(got, 0xEE, sizeof got);
			assert_int_equal(fs_read(&file, from, got, len), 0);
			assert_memory_equal(got, want + from, len);
			assert_int_equal(got[len], 0xEE);
		}
	assert_int_equal(fs_read(&file, 0, got, file.length + 1), -1);
	assert_int_equal(fs_read(&file, file.length, got, 1), -1);
	assert_int_equal(fs_read(&file, ~0ull, got, 2), -1);
}

static void
spoil(size_t offset, const void *with, size_t len)
{
	make_disk(3);
	memcpy(image + 2 * TOC_BLOCK + sizeof(struct toc_entry) + offset, with,
	    len);
	toc.held = 0;
}

/* The second of three entries is bad: the others are still found. */
static void
test_bad_entries(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		size_t len;
	} bad[] = {
		{ offsetof(struct toc_entry, first), 64, 4 },
		{ offsetof(struct toc_entry, first), 0xFFFFFFFF, 4 },
		{ offsetof(struct toc_entry, first), 62, 4 },
		{ offsetof(struct toc_entry, length), ~0ull, 8 },
		{ offsetof(struct toc_entry, length), 60 * TOC_BLOCK, 8 },
		{ offsetof(struct toc_entry, name), 0, 1 },
		{ offsetof(struct toc_entry, name), ' ', 1 },
		{ offsetof(struct toc_entry, type) + 3, 0x1B, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct fs_file file;
		uint32_t cursor = 0;

		spoil(bad[i].at, &bad[i].value, bad[i].len);
		assert_int_equal(next(&cursor, &file), 1);
		assert_memory_equal(file.name, "FILE0   ", 8);
		assert_int_equal(next(&cursor, &file), 1);
		assert_memory_equal(file.name, "FILE2   ", 8);
		assert_int_equal(next(&cursor, &file), 0);
	}
}

static void
test_bad_label(void **state)
{
	uint32_t many = TOC_ENTRIES_MAX + 1;

	(void)state;
	make_disk(1);
	image[TOC_BLOCK] ^= 1;
	assert_int_equal(toc_open(&toc, 'S', memory_read, &disk), -1);
	make_disk(1);
	memcpy(image + TOC_BLOCK + offsetof(struct toc_label, entries), &many,
	    4);
	assert_int_equal(toc_open(&toc, 'S', memory_read, &disk), -1);
	disk.fail = 1;
	assert_int_equal(toc_open(&toc, 'S', memory_read, &disk), -1);
}

/* --- mkimage --- */

static char dir[] = "/tmp/cms_toc.XXXXXX";

static void
write_file(const char *path, size_t size, int seed)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	for (size_t i = 0; i < size; i++)
		fputc((int)(i * 3 + i / 251) + seed, f);
	fclose(f);
}

static int
run(const char *operands)
{
	char command[512];

	snprintf(command, sizeof command, "cd %s && %s %s 2>/dev/null", dir,
	    MKIMAGE, operands);
	return system(command);
}

static void
load_image(void)
{
	char path[64];
	struct stat st;
	int fd;

	snprintf(path, sizeof path, "%s/image", dir);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size % TOC_BLOCK, 0);
	disk = (struct memory){ .data = malloc((size_t)st.st_size),
		.blocks = (uint32_t)(st.st_size / TOC_BLOCK) };
	assert_int_equal(read(fd, disk.data, (size_t)st.st_size), st.st_size);
	close(fd);
}

/* Run the boot block's channel program on paper. */
static void
check_boot(size_t size)
{
	static uint8_t storage[256 << 10];
	struct boot_block boot;
	const struct ccw *c;
	uint32_t block, at = 0;

	memcpy(&boot, disk.data, sizeof boot);
	assert_int_equal(boot.ipl.entry, BOOT_NUCLEUS_REAL);
	assert_int_equal(boot.ipl.flags, MACHINE_VERSION);
	assert_int_equal(boot.ipl.ccw[0].cmd, FBA_READ_IPL);
	assert_int_equal(boot.ipl.ccw[0].addr, BOOT_REAL);
	assert_int_equal(boot.ipl.ccw[1].cmd & 0xF, CMD_TIC);
	assert_int_equal(boot.ipl.ccw[1].addr, BOOT_REAL +
	    offsetof(struct boot_block, chain));
	assert_int_equal(boot.chain[0].cmd, FBA_DEFINE_EXTENT);
	assert_int_equal(boot.chain[1].cmd, FBA_LOCATE);
	assert_int_equal(boot.extent.last,
	    boot.locate.first + boot.locate.blocks - 1);
	block = boot.locate.first;
	for (c = &boot.chain[2];; c++) {
		assert_int_equal(c->cmd, FBA_READ);
		memcpy(storage + c->addr, disk.data +
		    (size_t)block * TOC_BLOCK + at, c->count);
		at += c->count;
		if (c->flags != CCW_CD)
			break;
	}
	assert_int_equal(c->flags, 0);
	assert_int_equal(at, boot.locate.blocks * TOC_BLOCK);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(storage[BOOT_NUCLEUS_REAL + i],
		    (uint8_t)(i * 3 + i / 251));
}

static void
test_image(void **state)
{
	struct fs_file file;
	uint8_t got[1000];
	char path[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/nucleus", dir);
	write_file(path, 70001, 0);
	snprintf(path, sizeof path, "%s/one", dir);
	write_file(path, 1000, 1);
	assert_int_equal(run("image nucleus ONE.MODULE=one two.text=one"), 0);
	load_image();
	check_boot(70001);
	assert_int_equal(toc_open(&toc, 'S', memory_read, &disk), 0);
	fs_mount(&toc.fs);
	assert_ptr_equal(fs_first(), &toc.fs);
	assert_int_equal(fs_find("TWO     ", "TEXT    ", &file), 1);
	assert_int_equal(file.length, 1000);
	assert_int_equal(fs_read(&file, 0, got, 1000), 0);
	assert_int_equal(got[999], (uint8_t)(999 * 3 + 999 / 251 + 1));
	assert_int_equal(fs_find("CMS     ", "NUCLEUS ", &file), 1);
	assert_int_equal(fs_find("THREE   ", "TEXT    ", &file), 0);
	free(disk.data);
}

static void
test_image_refused(void **state)
{
	char path[64];

	(void)state;
	assert_int_not_equal(run("image"), 0);
	assert_int_not_equal(run("image missing"), 0);
	assert_int_not_equal(run("image nucleus ONE.MODULE=missing"), 0);
	assert_int_not_equal(run("image nucleus ONEMODULE=one"), 0);
	assert_int_not_equal(run("image nucleus LONGNAMED.MODULE=one"), 0);
	assert_int_not_equal(run("/dev/null/image nucleus"), 0);
	snprintf(path, sizeof path, "%s/nucleus", dir);
	write_file(path, 200000, 0);
	assert_int_not_equal(run("image nucleus"), 0);
	/* What was there is still there, and nothing else. */
	snprintf(path, sizeof path, "%s/image.tmp", dir);
	assert_int_not_equal(access(path, F_OK), 0);
	snprintf(path, sizeof path, "rm -rf %s", dir);
	assert_int_equal(system(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_bad_entries),
		cmocka_unit_test(test_bad_label),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_image_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
