/* SPDX-License-Identifier: MIT
 *
 * edf_label.c - the label: the disk's second sector, whatever its block size.
 *
 * Behind CMS's own 80 bytes stands a count of labels, so that no two of a
 * disk are the same.  FB-512 disks have no cylinders; both fields hold the
 * number of sectors.
 */
#include "edf_internal.h"

enum {
	LABEL_VOLUME = 0x04,
	LABEL_SIZE = 0x0C,
	LABEL_ORIGIN = 0x10,
	LABEL_CYLINDERS = 0x14,
	LABEL_MAX_CYLINDERS = 0x18,
	LABEL_BLOCKS = 0x1C,
	LABEL_USED = 0x20,
	LABEL_FST = 0x24,
	LABEL_FSTS = 0x28,
	LABEL_CREATED = 0x2C,
	LABEL_FLAG = 0x32,
	LABEL_NUMBER = 0x50,
};

#define LABEL_CENTURY 0x01

static const uint8_t magic[4] = { 0xC3, 0xD4, 0xE2, 0xF1 };

static int
size_ok(uint32_t size)
{
	return size == 512 || size == 1024 || size == 2048 || size == 4096;
}

int
edf_label_parse(struct edf *edf, const uint8_t label[EDF_SECTOR])
{
	if (memcmp(label, magic, sizeof magic) != 0)
		return EDF_NOT_FORMATTED;
	edf->block_size = edf_get32(label + LABEL_SIZE);
	edf->blocks = edf_get32(label + LABEL_BLOCKS);
	edf->used = edf_get32(label + LABEL_USED);
	edf->origin = edf_get32(label + LABEL_ORIGIN);
	if (!size_ok(edf->block_size) || edf->blocks < EDF_BLOCKS_MIN ||
	    edf->used > edf->blocks ||
	    edf_get32(label + LABEL_FST) != EDF_FST ||
	    (edf->origin != EDF_FIRST_FREE - 1 &&
	    edf->origin != EDF_FIRST_FREE - 2))
		return EDF_DAMAGED;
	edf->sectors = edf->block_size / EDF_SECTOR;
	if (edf->blocks > edf->dev.blocks / edf->sectors)
		return EDF_DAMAGED;
	memcpy(edf->volume, label + LABEL_VOLUME, EDF_VOLUME);
	return 0;
}

/* What depends on the number of blocks. */
static void
put_blocks(uint8_t *label, uint32_t blocks, uint32_t sectors)
{
	edf_put32(label + LABEL_BLOCKS, blocks);
	edf_put32(label + LABEL_CYLINDERS, blocks * sectors);
	edf_put32(label + LABEL_MAX_CYLINDERS, blocks * sectors);
}

static void
put_number(uint8_t *label, uint64_t number)
{
	edf_put32(label + LABEL_NUMBER, (uint32_t)(number >> 32));
	edf_put32(label + LABEL_NUMBER + 4, (uint32_t)number);
}

/* The number of the label that will be overwritten. */
static uint64_t
old_number(const struct edf_device *dev, uint8_t old[EDF_SECTOR])
{
	struct edf_extent e = { EDF_LABEL_AT, 1, old };

	if (dev->blocks <= EDF_LABEL_AT || dev->read(dev->arg, &e, 1) != 0 ||
	    memcmp(old, magic, sizeof magic) != 0)
		return 0;
	return edf_get64(old + LABEL_NUMBER);
}

int
edf_label_new(const struct edf_device *dev, uint32_t block_size,
    uint32_t blocks, const char volume[EDF_VOLUME], uint8_t label[EDF_SECTOR])
{
	struct edf_date now = edf_fst_now(dev);
	uint32_t sectors = block_size / EDF_SECTOR;
	uint64_t number;

	if (!size_ok(block_size))
		return EDF_INVALID;
	if (blocks == 0)
		blocks = dev->blocks / sectors;
	number = old_number(dev, label);
	memset(label, 0, EDF_SECTOR);
	put_number(label, number);
	if (blocks < EDF_BLOCKS_MIN || blocks > dev->blocks / sectors ||
	    edf_fst_volume(label + LABEL_VOLUME, volume) == -1)
		return EDF_INVALID;
	memcpy(label, magic, sizeof magic);
	edf_put32(label + LABEL_SIZE, block_size);
	edf_put32(label + LABEL_ORIGIN, EDF_FIRST_FREE - 2);
	put_blocks(label, blocks, sectors);
	edf_put32(label + LABEL_FST, EDF_FST);
	edf_put32(label + LABEL_FSTS, block_size / EDF_FST);
	edf_fst_pack(label + LABEL_CREATED, &now);
	label[LABEL_FLAG] = now.year >= 2000 ? LABEL_CENTURY : 0;
	return 0;
}

uint64_t
edf_label_commit(const struct edf *edf)
{
	return edf_get64(edf->label + LABEL_NUMBER) + 1;
}

void
edf_label_again(const struct edf *edf, uint8_t label[EDF_SECTOR])
{
	memcpy(label, edf->label, EDF_SECTOR);
	put_number(label, edf_label_commit(edf));
}

void
edf_label_next(const struct edf *edf, uint8_t label[EDF_SECTOR],
    uint32_t origin)
{
	edf_label_again(edf, label);
	memcpy(label + LABEL_VOLUME, edf->volume, EDF_VOLUME);
	put_blocks(label, edf->blocks, edf->sectors);
	edf_put32(label + LABEL_ORIGIN, origin);
	edf_put32(label + LABEL_USED, edf->used);
}

int
edf_label_write(struct edf *edf, uint8_t label[EDF_SECTOR])
{
	struct edf_extent e = { EDF_LABEL_AT, 1, label };

	return edf->dev.write(edf->dev.arg, &e, 1, 1) == 0 ? 0 : EDF_IO;
}

int
edf_label_created(const struct edf *edf, struct edf_date *date)
{
	return edf_fst_unpack(edf->label + LABEL_CREATED,
	    edf->label[LABEL_FLAG] & LABEL_CENTURY, date);
}

uint32_t
edf_label_fsts(const struct edf *edf)
{
	return edf_get32(edf->label + LABEL_FSTS);
}

void
edf_info(const struct edf *edf, struct edf_disk_info *info)
{
	uint32_t free = edf_map_free(edf), keep = edf_map_reserve(edf, 1);

	*info = (struct edf_disk_info){
		.block_size = edf->block_size,
		.blocks = edf->blocks,
		.used = edf->used,
		.free = free > keep ? free - keep : 0,
		.files = edf->dir.files,
	};
	edf_fst_unvolume(edf->volume, info->volume);
	if (edf_label_created(edf, &info->created) == -1)
		info->created = edf_fst_no_date;
}

int
edf_set_volume(struct edf *edf, const char volume[EDF_VOLUME])
{
	uint8_t to[EDF_VOLUME];

	if (edf->dev.read_only)
		return EDF_READ_ONLY;
	if (edf_fst_volume(to, volume) == -1)
		return EDF_INVALID;
	memcpy(edf->volume, to, EDF_VOLUME);
	edf->relabel = 1;
	return 0;
}
