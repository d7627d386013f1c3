/* SPDX-License-Identifier: MIT
 *
 * cms_edf.c - any bytes as a CMS disk: check it, read everything, write, and
 * check it again.  Four bytes at a time are a place and what to put there, on
 * a disk that was in order; or, if the first byte says so, the bytes are the
 * disk.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/cms_edf_disk.h"

#define SECTORS 512u
#define TAKE_MAX (8u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct disk disk;
static uint8_t good[4][SECTORS * EDF_SECTOR];

/* A guest has not much: a disk that asks for more gets nothing. */
static void *
take(void *arg, size_t bytes)
{
	struct disk *d = arg;

	return bytes > TAKE_MAX - d->taken ? NULL : disk_take(arg, bytes);
}

static struct edf_device
device(int read_only)
{
	struct edf_device dev = disk_device(&disk, read_only);

	dev.take = take;
	return dev;
}

static void
ignore(void *arg, const char *text)
{
	(void)arg;
	if (strlen(text) > 200)
		abort();
}

static void
add_file(struct edf *edf, char name, char recfm, uint32_t lrecl,
    unsigned records)
{
	struct edf_stat st = { .mode = '1', .recfm = recfm, .lrecl = lrecl,
		.type = "DATA    " };
	struct edf_file *f;
	char text[700];

	memset(st.name, ' ', EDF_NAME);
	st.name[0] = name;
	memset(text, name, sizeof text);
	if (edf_open(edf, EDF_REPLACE, &st, &f) != 0)
		return;
	for (unsigned i = 1; i <= records; i++)
		edf_write(f, recfm == 'F' ? i * i : i, text,
		    recfm == 'F' ? lrecl : i * 41 % 700 + 1);
	edf_close(f);
}

static void
make_good(unsigned which)
{
	struct edf_device dev;
	struct edf *edf;

	memset(disk.data, 0, SECTORS * EDF_SECTOR);
	dev = disk_device(&disk, 0);
	if (edf_format(&dev, 512u << which, 0, "FUZZ  ") != 0 ||
	    edf_mount(&dev, &edf) != 0)
		abort();
	add_file(edf, 'A', 'F', 80, 2);
	add_file(edf, 'B', 'F', 61, 40);
	add_file(edf, 'C', 'V', 0, 3);
	add_file(edf, 'D', 'V', 0, 150);
	add_file(edf, 'E', 'F', 1, 100);
	for (char c = 'F'; c <= 'P'; c++)
		add_file(edf, c, 'V', 0, 1);
	if (edf_commit(edf) != 0)
		abort();
	edf_unmount(edf);
	memcpy(good[which], disk.data, sizeof good[which]);
}

static void
lay_out(const uint8_t *data, size_t size)
{
	if (disk.data == NULL) {
		disk_make(&disk, SECTORS);
		for (unsigned i = 0; i < 4; i++)
			make_good(i);
	}
	memcpy(disk.data, good[data[0] & 3], sizeof *good);
	if (data[0] & 4) {
		size_t max = SECTORS * EDF_SECTOR - EDF_SECTOR;

		memcpy(disk.data + EDF_SECTOR, data + 1,
		    size - 1 < max ? size - 1 : max);
		return;
	}
	for (size_t i = 1; i + 4 <= size; i += 4) {
		uint32_t at = (uint32_t)data[i] << 16 |
		    (uint32_t)data[i + 1] << 8 | data[i + 2];

		disk.data[at % (SECTORS * EDF_SECTOR)] = data[i + 3];
	}
}

static void
read_file(struct edf *edf, struct edf_stat *st)
{
	static char to[65536];
	struct edf_file *f;
	uint32_t step = st->records / 50 + 1;
	uint64_t size;
	size_t len;

	if (edf_open(edf, EDF_READ, st, &f) != 0)
		return;
	for (uint32_t i = 0; i < 50; i++)
		edf_read(f, 1 + i * step, to, sizeof to, &len);
	size = edf_stream_size(f);
	edf_stream_read(f, 0, to, sizeof to);
	edf_stream_read(f, size / 2, to, 3000);
	edf_stream_read(f, size - 1, to, 100);
	edf_file_sector(f, 5);
	edf_close(f);
}

static void
change_file(struct edf *edf, struct edf_stat *st)
{
	static char from[65536];
	struct edf_file *f;

	if (edf_open(edf, EDF_UPDATE, st, &f) != 0)
		return;
	edf_write(f, 0, from, st->recfm == 'F' ? st->lrecl : 5000);
	edf_write(f, st->records / 2, from, st->recfm == 'F' ? st->lrecl : 1);
	edf_truncate(f, st->records / 3);
	edf_stream_write(f, edf_stream_size(f), "some\nlines\n", 11);
	edf_close(f);
}

static void
use(struct edf *edf)
{
	struct edf_stat st;
	uint32_t cursor = 0;

	for (unsigned i = 0; edf_next(edf, &cursor, &st) == 1; i++) {
		read_file(edf, &st);
		if (i % 3 == 0)
			change_file(edf, &st);
		if (i % 3 == 1)
			edf_erase(edf, st.name, st.type);
		if (i % 4 == 0)
			edf_commit(edf);
	}
	add_file(edf, 'X', 'V', 0, 20);
	edf_commit(edf);
	edf_resize(edf, 20);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edf_device dev;
	struct edf *edf;

	if (size == 0)
		return 0;
	lay_out(data, size);
	dev = device(0);
	edf_check(&dev, ignore, NULL);
	dev = device(1);
	if (edf_mount(&dev, &edf) == 0) {
		edf_refresh(edf);
		edf_unmount(edf);
	}
	dev = device(0);
	if (edf_mount(&dev, &edf) == 0) {
		use(edf);
		edf_unmount(edf);
	}
	edf_check(&dev, ignore, NULL);
	if (disk.taken != 0 || disk.outside)
		abort();
	return 0;
}
