/* SPDX-License-Identifier: MIT
 *
 * cms_edf_shared.c - a disk that one writes and another reads: whoever reads
 * sees one commit or another, or is told; never a mixture.
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
#include "cms_edf_model.h"

static struct disk disk;
static struct edf *writer, *reader;

/* Work that is done before or in the middle of one of the reader's reads. */
static void (*meanwhile)(void);
static int in_middle;

static int
read_meanwhile(void *arg, const struct edf_extent *list, unsigned n)
{
	void (*work)(void) = meanwhile;

	meanwhile = NULL;
	if (work != NULL && !in_middle)
		work();
	for (unsigned i = 0; i < n; i++) {
		if (work != NULL && in_middle && i == n - 1)
			work();
		if (disk_read(arg, &list[i], 1) != 0)
			return -1;
	}
	return 0;
}

static void
begin(uint32_t block_size, uint32_t sectors)
{
	struct edf_device dev;

	disk_make(&disk, sectors);
	dev = disk_device(&disk, 0);
	assert_int_equal(edf_format(&dev, block_size, 0, "SHARED"), 0);
	assert_int_equal(edf_mount(&dev, &writer), 0);
}

static void
join(void)
{
	struct edf_device dev = disk_device(&disk, 1);

	dev.read = read_meanwhile;
	assert_int_equal(edf_mount(&dev, &reader), 0);
}

static void
end(void)
{
	edf_unmount(reader);
	edf_unmount(writer);
	assert_int_equal(disk.taken, 0);
	disk_free(&disk);
}

static struct edf_stat
stat_of(const char *name)
{
	struct edf_stat st = { .mode = '1', .recfm = 'F', .lrecl = 100 };
	char text[EDF_NAME + 1];

	snprintf(text, sizeof text, "%-8.8s", name);
	memcpy(st.name, text, EDF_NAME);
	memcpy(st.type, "DATA    ", EDF_NAME);
	return st;
}

/* 1,000 records, all of this letter. */
static void
write_letters(const char *name, char letter)
{
	struct edf_stat st = stat_of(name);
	struct edf_file *f;
	char data[100];

	memset(data, letter, sizeof data);
	assert_int_equal(edf_open(writer, EDF_REPLACE, &st, &f), 0);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(edf_write(f, 0, data, sizeof data), 0);
	assert_int_equal(edf_close(f), 0);
	assert_int_equal(edf_commit(writer), 0);
}

/* V, and of several levels of pointers. */
static void
write_lines(const char *name)
{
	struct edf_stat st = stat_of(name);
	static char line[60000];
	struct edf_file *f;

	st.recfm = 'V';
	memset(line, 'l', sizeof line);
	assert_int_equal(edf_open(writer, EDF_REPLACE, &st, &f), 0);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(edf_write(f, 0, line, sizeof line), 0);
	assert_int_equal(edf_close(f), 0);
	assert_int_equal(edf_commit(writer), 0);
}

static struct edf_file *
open_letters(const char *name)
{
	struct edf_stat st = stat_of(name);
	struct edf_file *f;

	assert_int_equal(edf_open(reader, EDF_READ, &st, &f), 0);
	return f;
}

static int
read_letter(struct edf_file *f, uint32_t record, char *letter)
{
	char data[100];
	size_t len;
	int error = edf_read(f, record, data, sizeof data, &len);

	*letter = '\0';
	if (error != 0)
		return error;
	*letter = data[0];
	for (unsigned i = 0; i < sizeof data; i++)
		assert_int_equal(data[i], data[0]);
	return 0;
}

static void
replace_twice(void)
{
	write_letters("A", 'x');
	write_letters("A", 'y');
	write_letters("B", 'z');
}

static void
test_changed(void **state)
{
	struct edf_file *a, *b;
	char letter;

	(void)state;
	for (in_middle = 0; in_middle < 2; in_middle++) {
		begin(512, 4000);
		write_letters("A", 'a');
		write_letters("B", 'b');
		write_letters("C", 'c');
		join();
		assert_int_equal(edf_refresh(reader), 0);
		a = open_letters("A");
		b = open_letters("C");
		assert_int_equal(read_letter(a, 1, &letter), 0);
		assert_int_equal(letter, 'a');
		meanwhile = replace_twice;
		assert_int_equal(read_letter(a, 900, &letter), EDF_CHANGED);
		assert_int_equal(read_letter(a, 900, &letter), EDF_CHANGED);
		/* C is what it was. */
		assert_int_equal(read_letter(b, 900, &letter), EDF_CHANGED);
		assert_int_equal(edf_refresh(reader), 1);
		assert_int_equal(edf_refresh(reader), 0);
		assert_int_equal(read_letter(b, 900, &letter), 0);
		assert_int_equal(letter, 'c');
		assert_int_equal(read_letter(a, 1, &letter), EDF_CHANGED);
		assert_int_equal(edf_close(a), 0);
		assert_int_equal(edf_close(b), 0);
		a = open_letters("A");
		assert_int_equal(read_letter(a, 1000, &letter), 0);
		assert_int_equal(letter, 'y');
		assert_int_equal(edf_close(a), 0);
		end();
	}
}

/* Mounting and refreshing go on until they see one state. */
static void
test_in_between(void **state)
{
	struct edf_file *a;
	char letter;

	(void)state;
	for (in_middle = 0; in_middle < 2; in_middle++) {
		begin(1024, 4000);
		write_letters("A", 'a');
		meanwhile = replace_twice;
		join();
		a = open_letters("A");
		assert_int_equal(read_letter(a, 1, &letter), 0);
		assert_int_equal(edf_close(a), 0);
		write_letters("A", 'q');
		meanwhile = replace_twice;
		assert_int_equal(edf_refresh(reader), 1);
		a = open_letters("A");
		assert_int_equal(read_letter(a, 1, &letter), 0);
		assert_int_equal(letter, 'y');
		assert_int_equal(edf_close(a), 0);
		end();
	}
}

/* Formatted anew, with blocks of another size. */
static void
test_formatted(void **state)
{
	struct edf_disk_info info;
	struct edf_device dev;
	struct edf_file *a, *v;
	char letter;

	(void)state;
	begin(4096, 4000);
	write_letters("A", 'a');
	write_lines("V");
	join();
	a = open_letters("A");
	v = open_letters("V");
	assert_int_equal(read_letter(a, 1, &letter), 0);
	edf_unmount(writer);
	dev = disk_device(&disk, 0);
	assert_int_equal(edf_format(&dev, 512, 0, "AGAIN "), 0);
	assert_int_equal(edf_mount(&dev, &writer), 0);
	assert_int_equal(edf_refresh(reader), 1);
	assert_int_equal(read_letter(a, 1, &letter), EDF_CHANGED);
	assert_int_equal(edf_file_sector(a, 7), 0);
	assert_int_equal(edf_stream_size(v), 0);
	assert_int_equal(edf_close(a), 0);
	assert_int_equal(edf_close(v), 0);
	edf_info(reader, &info);
	assert_int_equal(info.block_size, 512);
	assert_int_equal(info.files, 0);
	memset(disk.data + 512, 0, 512);
	assert_int_equal(edf_refresh(reader), EDF_NOT_FORMATTED);
	end();
}

/* Who has something to commit himself cannot take over another's state. */
static void
test_two_writers(void **state)
{
	struct edf_device dev;
	struct edf *other;
	struct edf_stat st;

	(void)state;
	begin(512, 4000);
	write_letters("A", 'a');
	join();
	dev = disk_device(&disk, 0);
	assert_int_equal(edf_mount(&dev, &other), 0);
	write_letters("B", 'b');
	st = stat_of("A");
	assert_int_equal(edf_erase(other, st.name, st.type), 0);
	assert_int_equal(edf_refresh(other), EDF_CHANGED);
	edf_unmount(other);
	end();
}

/* Random work, with a reader that looks at everything now and then. */
static void
look(struct model *seen, const struct model *is)
{
	switch (edf_refresh(reader)) {
	case 1:
		model_copy(seen, is);
		break;
	case 0:
		break;
	default:
		fail();
	}
	assert_true(model_same(reader, seen));
}

static void
test_random(void **state)
{
	struct model m = { .random = 31337, .largest = 3000 };
	struct model seen = { .n = 0 }, done = { .n = 0 };

	(void)state;
	begin(1024, 20000);
	join();
	for (unsigned i = 1; i <= 600; i++) {
		assert_int_equal(model_step(&m, writer), 0);
		if (i % 4 == 0) {
			assert_int_equal(edf_commit(writer), 0);
			model_copy(&done, &m);
		}
		if (i % 10 == 0)
			look(&seen, &done);
	}
	model_free(&m);
	model_free(&seen);
	model_free(&done);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_in_between),
		cmocka_unit_test(test_formatted),
		cmocka_unit_test(test_two_writers),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
