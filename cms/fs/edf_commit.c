/* SPDX-License-Identifier: MIT
 *
 * edf_commit.c - everything closed so far becomes the disk's.
 *
 * Blocks of the directory and of the map that have changed get new places;
 * so do the pointer blocks above them.  The map says so too: placing one of
 * its pages may change another, until none is left without a place.  All that
 * is written and flushed, then the label.  Should anything fail before, the
 * disk and what storage knows of it are as if nobody had tried.
 */
#include "edf_internal.h"

struct commit {
	struct edf *edf;
	struct edf_tree dir, map;
	struct edf_batch batch;
	uint32_t origin, used;
};

/* --- places --- */

/* A new block for block k of the directory or map. */
static int
move(struct edf *edf, struct edf_tree *tree, uint32_t k)
{
	struct edf_pointer old;
	uint32_t block, got;
	int error = edf_tree_get(tree, k, &old);

	if (error == 0)
		error = edf_map_take(edf, &edf->own, 0, 1, &block, &got);
	if (error == 0)
		error = edf_tree_place(tree, k, block);
	if (error == 0 && old.block != 0)
		error = edf_map_drop(edf, &edf->own, old.block);
	return error;
}

static int
place_dir(struct commit *c)
{
	struct edf *edf = c->edf;
	uint32_t leaves = edf_dir_leaves(edf, edf->dir.records);
	int error = edf_tree_cut(&c->dir, leaves);

	if (error == 0)
		error = edf_tree_place(&c->dir, 0, c->origin);
	for (uint32_t i = 1; i < leaves && error == 0; i++)
		if (edf->dir.dirty[i])
			error = move(edf, &c->dir, i);
	return error;
}

/* Pages that are to be written and have no place yet: how many there were.
 * Looking for places may bring pages into storage, and others out of it; the
 * next round finds what this one has missed. */
static int
place_pages(struct commit *c, unsigned *placed)
{
	struct edf *edf = c->edf;

	*placed = 0;
	for (uint32_t i = 0; i < edf->now.n; i++) {
		struct edf_chunk *page = &edf->now.list[i];
		int error;

		if (!page->dirty || page->placed)
			continue;
		page->placed = 1;
		++*placed;
		error = move(edf, &c->map, page->n);
		if (error != 0)
			return error;
	}
	return 0;
}

static int
place_map(struct commit *c)
{
	struct edf *edf = c->edf;
	int error = edf_tree_cut(&c->map, edf_map_leaves(edf));
	unsigned placed = 1;

	while (error == 0 && placed > 0) {
		error = edf_map_prepare(edf, &edf->own, 0);
		if (error == 0)
			error = place_pages(c, &placed);
	}
	return error;
}

/* --- writing --- */

static int
write_dir(struct commit *c)
{
	struct edf *edf = c->edf;
	uint32_t leaves = edf_dir_leaves(edf, edf->dir.records);
	int error = 0;

	for (uint32_t i = 0; i < leaves && error == 0; i++) {
		struct edf_pointer p;

		if (i != 0 && !edf->dir.dirty[i])
			continue;
		error = edf_tree_get(&c->dir, i, &p);
		if (error == 0)
			error = edf_io_add(edf, &c->batch, p.block, 1,
			    edf->dir.fst + (size_t)i * edf->block_size);
	}
	return error;
}

static int
write_map(struct commit *c)
{
	struct edf *edf = c->edf;
	int error = 0;

	for (uint32_t i = 0; i < edf->now.n && error == 0; i++) {
		const struct edf_chunk *page = &edf->now.list[i];
		struct edf_pointer p;

		if (!page->dirty)
			continue;
		error = edf_tree_get(&c->map, page->n, &p);
		if (error == 0)
			error = edf_io_add(edf, &c->batch, p.block, 1,
			    page->at);
	}
	return error;
}

/* Directory and map as files of the directory.  What is said here is for the
 * disk only. */
static void
put_own(struct commit *c)
{
	struct edf *edf = c->edf;
	struct edf_date now = edf_fst_now(&edf->dev);
	struct edf_own dir = {
		.lrecl = EDF_FST,
		.records = edf->dir.records,
		.fop = c->dir.root.block,
		.blocks = (uint32_t)c->dir.count,
		.levels = c->dir.levels,
	};
	struct edf_own map = {
		.lrecl = edf->block_size,
		.records = (uint32_t)c->map.count,
		.fop = c->map.root.block,
		.blocks = (uint32_t)c->map.count,
		.levels = c->map.levels,
	};

	edf_fst_put_own(edf->dir.fst, edf_fst_directory, &dir, &now);
	edf_fst_put_own(edf->dir.fst + EDF_FST, edf_fst_map, &map, &now);
}

static int
write_all(struct commit *c)
{
	int error = write_dir(c);

	if (error == 0)
		error = write_map(c);
	if (error == 0)
		error = edf_tree_flush(&c->dir, &c->batch);
	if (error == 0)
		error = edf_tree_flush(&c->map, &c->batch);
	if (error == 0)
		error = edf_io_end(c->edf, &c->batch, 1);
	return error;
}

/* --- the label --- */

static void
forget(struct edf *edf)
{
	edf_map_forget(edf, &edf->own);
	edf->own.last = 0;
}

/*
 * A label that could not be written may yet have reached the disk.  Until the
 * old one is there again for certain, what either needs is left alone.  It is
 * counted on: somebody may have seen the other one, whose number must not be
 * that of the next.
 */
static int
settle(struct edf *edf)
{
	uint8_t label[EDF_SECTOR];

	if (!edf->unsettled)
		return 0;
	edf_label_again(edf, label);
	if (edf_label_write(edf, label) != 0)
		return EDF_IO;
	memcpy(edf->label, label, EDF_SECTOR);
	edf->unsettled = 0;
	if (edf->own.last)
		forget(edf);
	return 0;
}

static int
write_label(struct edf *edf, uint32_t origin)
{
	uint8_t label[EDF_SECTOR];

	edf_label_next(edf, label, origin);
	if (edf_label_write(edf, label) != 0) {
		edf->unsettled = 1;
		return EDF_IO;
	}
	memcpy(edf->label, label, EDF_SECTOR);
	edf->relabel = 0;
	return 0;
}

/* --- all of it --- */

static void
undo(struct commit *c)
{
	struct edf *edf = c->edf;

	edf_map_flip(edf, &edf->own);
	edf->used = c->used;
}

static int
write_commit(struct commit *c)
{
	struct edf *edf = c->edf;
	int error;

	put_own(c);
	edf_map_flip(edf, &edf->own);
	c->used = edf->used;
	edf_map_count(edf, &edf->own);
	error = write_all(c);
	if (error == 0)
		error = write_label(edf, c->origin);
	if (error != 0)
		undo(c);
	return error;
}

static void
done(struct commit *c)
{
	struct edf *edf = c->edf;

	edf_map_committed(edf);
	memset(edf->dir.dirty, 0, edf->dir.room);
	edf->origin = c->origin;
	edf_tree_forget(&edf->map_tree);
	edf->dir_tree = c->dir;
	edf->map_tree = c->map;
	edf->dir_tree.change = edf->map_tree.change = NULL;
	edf->pending = 0;
}

static int
flip(struct edf *edf)
{
	struct commit c = {
		.edf = edf,
		.dir = edf->dir_tree,
		.map = edf->map_tree,
		.batch.write = 1,
		.origin = EDF_FIRST_FREE - 1 + EDF_FIRST_FREE - 2 -
		    edf->origin,
	};
	int error;

	edf_map_begin(edf, &edf->own);
	edf->own.last = 1;
	c.dir.change = c.map.change = &edf->own;
	c.dir.near = c.map.near = 0;
	memset(c.map.node, 0, sizeof c.map.node);
	error = place_dir(&c);
	if (error == 0)
		error = place_map(&c);
	if (error == 0)
		error = write_commit(&c);
	for (uint32_t i = 0; i < edf->now.n; i++)
		edf->now.list[i].placed = 0;
	edf_tree_forget(&c.dir);
	edf_tree_forget(&c.map);
	if (error == 0)
		done(&c);
	if (!edf->unsettled)
		forget(edf);
	return error;
}

int
edf_commit(struct edf *edf)
{
	int error = settle(edf);

	if (error == 0 && edf->pending)
		error = flip(edf);
	else if (error == 0 && edf->relabel)
		error = write_label(edf, edf->origin);
	/* Now rather than before the next one, if it can be. */
	if (error != 0)
		settle(edf);
	return error;
}
