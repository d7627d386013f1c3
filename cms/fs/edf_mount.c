/* SPDX-License-Identifier: MIT
 *
 * edf_mount.c - a disk comes into storage, leaves it, and is looked at again
 * because somebody else writes it.
 */
#include "edf_internal.h"

#define TRIES 8 /* while somebody else commits */

static int
read_label(struct edf *edf, uint8_t label[EDF_SECTOR])
{
	struct edf_extent e = { EDF_LABEL_AT, 1, label };

	return edf->dev.read(edf->dev.arg, &e, 1) == 0 ? 0 : EDF_IO;
}

/* Label, directory and the roots of the trees. */
static int
load(struct edf *edf)
{
	int error;

	if (edf->dev.blocks <= EDF_LABEL_AT)
		return EDF_NOT_FORMATTED;
	for (int i = 0; i < TRIES; i++) {
		error = read_label(edf, edf->label);
		if (error == 0)
			error = edf_label_parse(edf, edf->label);
		if (error != 0)
			return error;
		error = edf_dir_load(edf, &edf->dir);
		if (error != EDF_CHANGED)
			return error;
	}
	return EDF_CHANGED;
}

struct edf *
edf_mount_new(const struct edf_device *dev)
{
	struct edf *edf = dev->take(dev->arg, sizeof *edf);

	if (edf == NULL)
		return NULL;
	memset(edf, 0, sizeof *edf);
	edf->dev = *dev;
	if (edf->dev.blocks > EDF_SECTORS_MAX)
		edf->dev.blocks = EDF_SECTORS_MAX;
	return edf;
}

int
edf_mount(const struct edf_device *dev, struct edf **to)
{
	struct edf *edf = edf_mount_new(dev);
	int error;

	*to = NULL;
	if (edf == NULL)
		return EDF_NO_STORAGE;
	error = load(edf);
	if (error != 0) {
		dev->give(dev->arg, edf, sizeof *edf);
		return error;
	}
	edf->now.bytes = edf->block_size;
	edf->freed.bytes = EDF_CHUNK;
	edf->low = EDF_FIRST_FREE;
	*to = edf;
	return 0;
}

void
edf_unmount(struct edf *edf)
{
	while (edf->files != NULL)
		edf_abandon(edf->files);
	while (edf->changes != NULL)
		edf_map_forget(edf, edf->changes);
	edf_bits_free(edf, &edf->now);
	edf_bits_free(edf, &edf->freed);
	edf_tree_forget(&edf->dir_tree);
	edf_tree_forget(&edf->map_tree);
	edf_dir_free(edf, &edf->dir);
	edf_io_give(edf, edf, sizeof *edf);
}

/* --- somebody else's changes --- */

/* Is an open file still what it was? */
static void
look_again(struct edf *edf, struct edf_file *file)
{
	const uint8_t *fst = edf_dir_find(edf, file->key);

	edf_data_forget(file);
	edf_tree_forget(&file->tree);
	if (fst == NULL || memcmp(fst, file->fst, EDF_FST) != 0)
		file->dead = EDF_CHANGED;
}

static void
adopt(struct edf *edf, struct edf *fresh)
{
	edf_dir_free(edf, &edf->dir);
	edf_tree_forget(&edf->map_tree);
	edf_bits_free(edf, &edf->now);
	edf->dir = fresh->dir;
	edf->dir_tree = fresh->dir_tree;
	edf->map_tree = fresh->map_tree;
	edf->dir_tree.edf = edf->map_tree.edf = edf;
	edf->block_size = fresh->block_size;
	edf->sectors = fresh->sectors;
	edf->blocks = fresh->blocks;
	edf->used = fresh->used;
	edf->origin = fresh->origin;
	edf->now.bytes = edf->block_size;
	edf->low = EDF_FIRST_FREE;
	memcpy(edf->label, fresh->label, EDF_SECTOR);
	memcpy(edf->volume, fresh->volume, EDF_VOLUME);
	for (struct edf_file *f = edf->files; f != NULL; f = f->next)
		look_again(edf, f);
}

static int
reload(struct edf *edf)
{
	struct edf *fresh = edf_mount_new(&edf->dev);
	int error;

	if (fresh == NULL)
		return EDF_NO_STORAGE;
	error = load(fresh);
	if (error == 0 && fresh->block_size != edf->block_size)
		for (struct edf_file *f = edf->files; f != NULL; f = f->next) {
			edf_data_forget(f);
			edf_tree_forget(&f->tree);
			f->dead = EDF_CHANGED;
		}
	if (error == 0)
		adopt(edf, fresh);
	edf_io_give(edf, fresh, sizeof *fresh);
	return error == 0 ? 1 : error;
}

int
edf_refresh(struct edf *edf)
{
	int error = read_label(edf, edf->probe);

	if (error != 0)
		return error;
	if (memcmp(edf->probe, edf->label, EDF_SECTOR) == 0)
		return 0;
	if (edf->pending || edf->relabel || edf->unsettled ||
	    edf->changes != NULL)
		return EDF_CHANGED;
	return reload(edf);
}
