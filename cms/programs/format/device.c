/* SPDX-License-Identifier: MIT
 *
 * device.c - blocks through libcms.  CMS wants whole blocks in a page of
 * storage, EDF has them anywhere: they are copied on the way.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cms.h"
#include "device.h"

#define PIECE 32u /* blocks in one go */

static unsigned char piece[PIECE * EDF_SECTOR]
    __attribute__((aligned(EDF_SECTOR)));

int
device_open(struct device *d, unsigned long vdev)
{
	struct cms_block_io io = { .vdev = (uint16_t)vdev,
		.op = CMS_BLOCK_SIZE };

	if (cms_block_io(&io) == -1)
		return -1;
	*d = (struct device){
		.vdev = (uint16_t)vdev,
		.attachment = io.attachment,
		.blocks = io.count,
		.read_only = io.read_only,
	};
	return 0;
}

static int
device_piece(const struct device *d, int op, uint32_t block, uint32_t count)
{
	struct cms_block_io io = {
		.vdev = d->vdev,
		.op = (uint8_t)op,
		.block = block,
		.count = count,
		.attachment = d->attachment,
		.at = (uintptr_t)piece,
	};

	return cms_block_io(&io);
}

static int
device_extent(const struct device *d, int op, const struct edf_extent *e)
{
	unsigned char *at = e->at;
	uint32_t n;

	for (uint32_t done = 0; done < e->blocks; done += n) {
		n = e->blocks - done < PIECE ? e->blocks - done : PIECE;
		if (op == CMS_BLOCK_WRITE)
			memcpy(piece, at, n * EDF_SECTOR);
		if (device_piece(d, op, e->block + done, n) == -1)
			return -1;
		if (op == CMS_BLOCK_READ)
			memcpy(at, piece, n * EDF_SECTOR);
		at += n * EDF_SECTOR;
	}
	return 0;
}

static int
device_read(void *arg, const struct edf_extent *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (device_extent(arg, CMS_BLOCK_READ, &list[i]) == -1)
			return -1;
	return 0;
}

static int
device_flush(void *arg)
{
	const struct device *d = arg;

	return d->dry ? 0 : device_piece(d, CMS_BLOCK_FLUSH, 0, 0);
}

static int
device_write(void *arg, const struct edf_extent *list, unsigned n, int flush)
{
	const struct device *d = arg;

	for (unsigned i = 0; i < n && !d->dry; i++)
		if (device_extent(d, CMS_BLOCK_WRITE, &list[i]) == -1)
			return -1;
	return flush ? device_flush(arg) : 0;
}

static void *
device_take(void *arg, size_t bytes)
{
	(void)arg;
	return malloc(bytes);
}

static void
device_give(void *arg, void *at, size_t bytes)
{
	(void)arg;
	(void)bytes;
	free(at);
}

static struct edf_date
device_now(void *arg)
{
	time_t now = time(NULL);
	struct tm tm;

	(void)arg;
	if (localtime_r(&now, &tm) == NULL)
		return (struct edf_date){ .year = 1900, .month = 1, .day = 1 };
	return (struct edf_date){
		.year = (uint16_t)(tm.tm_year + 1900),
		.month = (uint8_t)(tm.tm_mon + 1),
		.day = (uint8_t)tm.tm_mday,
		.hour = (uint8_t)tm.tm_hour,
		.minute = (uint8_t)tm.tm_min,
		.second = (uint8_t)tm.tm_sec,
	};
}

void
device_edf(struct device *d, struct edf_device *edf)
{
	*edf = (struct edf_device){
		.arg = d,
		.blocks = d->blocks,
		.read_only = d->read_only,
		.read = device_read,
		.write = device_write,
		.flush = device_flush,
		.take = device_take,
		.give = device_give,
		.now = device_now,
	};
}
