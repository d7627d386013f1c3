/* SPDX-License-Identifier: MIT
 *
 * edf_dir.c - the directory in storage: its entries as they lie on the disk,
 * and a sorted list of those that are files.  An entry whose name makes no
 * sense is kept where it is and not seen.
 */
#include "edf_internal.h"

#define OWN 2 /* entries of directory and map */

static uint8_t *
entry(const struct edf_dir *dir, uint32_t slot)
{
	return dir->fst + (size_t)slot * EDF_FST;
}

uint32_t
edf_dir_leaves(const struct edf *edf, uint32_t records)
{
	return (uint32_t)edf_ceil((uint64_t)records * EDF_FST,
	    edf->block_size);
}

/* --- room --- */

static int
make_room(struct edf *edf, struct edf_dir *dir, uint32_t leaves)
{
	size_t size = edf->block_size;
	uint32_t room = dir->room + dir->room / 2;
	uint8_t *fst, *dirty;

	if (leaves <= dir->room)
		return 0;
	if (room < leaves)
		room = leaves;
	fst = edf_io_take(edf, room * size);
	dirty = edf_io_take(edf, room);
	if (fst == NULL || dirty == NULL) {
		edf_io_give(edf, fst, room * size);
		edf_io_give(edf, dirty, room);
		return EDF_NO_STORAGE;
	}
	memset(dirty, 0, room);
	if (dir->room > 0) {
		memcpy(fst, dir->fst, dir->room * size);
		memcpy(dirty, dir->dirty, dir->room);
	}
	edf_io_give(edf, dir->fst, dir->room * size);
	edf_io_give(edf, dir->dirty, dir->room);
	dir->fst = fst;
	dir->dirty = dirty;
	dir->room = room;
	return 0;
}

static int
make_order(struct edf *edf, struct edf_dir *dir, uint32_t files)
{
	uint32_t room = files + files / 2 + 8;
	uint32_t *order;

	if (files <= dir->order_room)
		return 0;
	order = edf_io_take(edf, room * sizeof *order);
	if (order == NULL)
		return EDF_NO_STORAGE;
	if (dir->files > 0)
		memcpy(order, dir->order, dir->files * sizeof *order);
	edf_io_give(edf, dir->order, dir->order_room * sizeof *order);
	dir->order = order;
	dir->order_room = room;
	return 0;
}

void
edf_dir_free(struct edf *edf, struct edf_dir *dir)
{
	edf_io_give(edf, dir->fst, (size_t)dir->room * edf->block_size);
	edf_io_give(edf, dir->dirty, dir->room);
	edf_io_give(edf, dir->order, dir->order_room * sizeof *dir->order);
	memset(dir, 0, sizeof *dir);
}

/* --- order --- */

static int
compare(const struct edf_dir *dir, uint32_t slot, const uint8_t *key)
{
	return memcmp(entry(dir, slot), key, 16);
}

static void
sift(const struct edf_dir *dir, uint32_t root, uint32_t n)
{
	uint32_t *order = dir->order, slot = order[root];

	for (uint32_t child; (child = 2 * root + 1) < n; root = child) {
		if (child + 1 < n && compare(dir, order[child],
		    entry(dir, order[child + 1])) < 0)
			child++;
		if (compare(dir, slot, entry(dir, order[child])) >= 0)
			break;
		order[root] = order[child];
	}
	order[root] = slot;
}

static int
sorted(const struct edf_dir *dir)
{
	for (uint32_t i = 1; i < dir->files; i++)
		if (compare(dir, dir->order[i - 1],
		    entry(dir, dir->order[i])) > 0)
			return 0;
	return 1;
}

static void
sort(const struct edf_dir *dir)
{
	if (sorted(dir))
		return;
	for (uint32_t i = dir->files / 2; i-- > 0;)
		sift(dir, i, dir->files);
	for (uint32_t n = dir->files; n-- > 1;) {
		uint32_t slot = dir->order[n];

		dir->order[n] = dir->order[0];
		dir->order[0] = slot;
		sift(dir, 0, n);
	}
}

/* The first whose key is not before this one. */
static uint32_t
lower_bound(const struct edf_dir *dir, const uint8_t *key)
{
	uint32_t low = 0, high = dir->files;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare(dir, dir->order[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where an entry stands; files, when it is not seen. */
static uint32_t
place_of(const struct edf_dir *dir, uint32_t slot)
{
	uint32_t i = lower_bound(dir, entry(dir, slot));

	for (; i < dir->files; i++) {
		if (dir->order[i] == slot)
			return i;
		if (compare(dir, dir->order[i], entry(dir, slot)) != 0)
			break;
	}
	return dir->files;
}

static void
order_insert(struct edf_dir *dir, uint32_t slot)
{
	uint32_t i = lower_bound(dir, entry(dir, slot));

	memmove(dir->order + i + 1, dir->order + i,
	    (dir->files - i) * sizeof *dir->order);
	dir->order[i] = slot;
	dir->files++;
}

static void
order_remove(struct edf_dir *dir, uint32_t slot)
{
	uint32_t i = place_of(dir, slot);

	if (i == dir->files)
		return;
	dir->files--;
	memmove(dir->order + i, dir->order + i + 1,
	    (dir->files - i) * sizeof *dir->order);
}

/* --- loading --- */

static int
list_files(struct edf *edf, struct edf_dir *dir)
{
	int error = make_order(edf, dir, dir->records - OWN);

	if (error != 0)
		return error;
	for (uint32_t slot = OWN; slot < dir->records; slot++) {
		char name[EDF_NAME], type[EDF_NAME];

		if (edf_fst_unkey(entry(dir, slot), name, type) == 0)
			dir->order[dir->files++] = slot;
	}
	sort(dir);
	return 0;
}

/* What the first two entries say about the trees. */
static int
load_roots(struct edf *edf, const struct edf_dir *dir, uint32_t *records)
{
	struct edf_own own;
	uint64_t leaves;
	int error;

	edf->dir_tree.lowest = EDF_FIRST_FREE - 2;
	if (edf_fst_get_own(entry(dir, 0), edf_fst_directory, &own) == -1 ||
	    own.lrecl != EDF_FST || own.records < OWN ||
	    own.records > EDF_RECORDS_MAX)
		return EDF_DAMAGED;
	leaves = edf_ceil((uint64_t)own.records * EDF_FST, edf->block_size);
	if (leaves > edf->blocks)
		return EDF_DAMAGED;
	*records = own.records;
	error = edf_tree_root(&edf->dir_tree, own.fop, own.levels, leaves);
	if (error != 0)
		return error;
	if (edf_fst_get_own(entry(dir, 1), edf_fst_map, &own) == -1)
		return EDF_DAMAGED;
	return edf_tree_root(&edf->map_tree, own.fop, own.levels,
	    edf_map_leaves(edf));
}

/* All but the first, which has been read. */
static int
load_leaves(struct edf *edf, struct edf_dir *dir, uint32_t leaves)
{
	struct edf_batch batch = { .n = 0 };

	for (uint32_t i = 0; i < leaves; i++) {
		struct edf_pointer p;
		int error = edf_tree_get(&edf->dir_tree, i, &p);

		if (error == 0 && (i == 0 ? p.block != edf->origin :
		    p.block < EDF_FIRST_FREE))
			error = EDF_DAMAGED;
		if (error == 0 && i > 0)
			error = edf_io_add(edf, &batch, p.block, 1,
			    dir->fst + (size_t)i * edf->block_size);
		if (error != 0)
			return error;
	}
	return edf_io_end(edf, &batch, 0);
}

static int
load(struct edf *edf, struct edf_dir *dir)
{
	uint32_t records, leaves;
	int error = make_room(edf, dir, 1);

	if (error == 0)
		error = edf_io_read(edf, edf->origin, 1, dir->fst);
	if (error == 0)
		error = load_roots(edf, dir, &records);
	if (error != 0)
		return error;
	leaves = edf_dir_leaves(edf, records);
	error = make_room(edf, dir, leaves);
	if (error == 0)
		error = load_leaves(edf, dir, leaves);
	if (error != 0)
		return error;
	dir->records = records;
	return list_files(edf, dir);
}

int
edf_dir_load(struct edf *edf, struct edf_dir *dir)
{
	int error;

	memset(dir, 0, sizeof *dir);
	edf_tree_init(&edf->dir_tree, edf, EDF_POINTER_F);
	edf_tree_init(&edf->map_tree, edf, EDF_POINTER_F);
	error = load(edf, dir);
	edf_tree_forget(&edf->dir_tree);
	if (error != 0)
		edf_dir_free(edf, dir);
	return error;
}

/* --- entries --- */

uint8_t *
edf_dir_find(struct edf *edf, const uint8_t key[16])
{
	const struct edf_dir *dir = &edf->dir;
	uint32_t i = lower_bound(dir, key);

	if (i == dir->files || compare(dir, dir->order[i], key) != 0)
		return NULL;
	return entry(dir, dir->order[i]);
}

void
edf_dir_touch(struct edf *edf, const uint8_t *fst)
{
	edf->dir.dirty[(size_t)(fst - edf->dir.fst) / edf->block_size] = 1;
	edf->pending = 1;
}

int
edf_dir_prepare(struct edf *edf)
{
	struct edf_dir *dir = &edf->dir;
	int error;

	if (dir->records == EDF_RECORDS_MAX)
		return EDF_FULL;
	error = make_order(edf, dir, dir->files + 1);
	if (error != 0)
		return error;
	return make_room(edf, dir, edf_dir_leaves(edf, dir->records + 1));
}

uint8_t *
edf_dir_add(struct edf *edf, const uint8_t key[16])
{
	struct edf_dir *dir = &edf->dir;
	uint8_t *fst = entry(dir, dir->records);

	/* What lies behind the last entry of a block is zeros. */
	if (dir->records * EDF_FST % edf->block_size == 0)
		memset(fst, 0, edf->block_size);
	memset(fst, 0, EDF_FST);
	memcpy(fst, key, 16);
	order_insert(dir, dir->records);
	dir->records++;
	edf_dir_touch(edf, fst);
	return fst;
}

/* The last entry takes its place. */
void
edf_dir_remove(struct edf *edf, uint8_t *fst)
{
	struct edf_dir *dir = &edf->dir;
	uint32_t slot = (uint32_t)((size_t)(fst - dir->fst) / EDF_FST);
	uint32_t last = dir->records - 1;

	order_remove(dir, slot);
	edf_dir_touch(edf, fst);
	edf_dir_touch(edf, entry(dir, last));
	if (last != slot) {
		uint32_t i = place_of(dir, last);

		if (i < dir->files)
			dir->order[i] = slot;
		memcpy(fst, entry(dir, last), EDF_FST);
	}
	memset(entry(dir, last), 0, EDF_FST);
	dir->records--;
}

void
edf_dir_rename(struct edf *edf, uint8_t *fst, const uint8_t key[16])
{
	struct edf_dir *dir = &edf->dir;
	uint32_t slot = (uint32_t)((size_t)(fst - dir->fst) / EDF_FST);

	order_remove(dir, slot);
	memcpy(fst, key, 16);
	order_insert(dir, slot);
	edf_dir_touch(edf, fst);
}

/* --- a file's blocks --- */

uint64_t
edf_dir_count(const struct edf *edf, const struct edf_fst *fst)
{
	if (fst->st.recfm == 'V')
		return fst->st.records == 0 ? 0 : fst->st.blocks;
	return edf_ceil((uint64_t)fst->st.records * fst->st.lrecl,
	    edf->block_size);
}

struct drop {
	struct edf *edf;
	struct edf_change *change;
};

static int
drop_block(void *arg, uint32_t level, uint64_t index, uint32_t block)
{
	const struct drop *d = arg;

	(void)level;
	(void)index;
	return edf_map_drop(d->edf, d->change, block);
}

/* A damaged file can go, too: what it has is lost rather than given up, as it
 * may not be its own. */
int
edf_dir_drop(struct edf *edf, const uint8_t *at, struct edf_change *change)
{
	struct drop d = { edf, change };
	struct edf_tree tree;
	struct edf_fst fst;
	int error = edf_fst_get(at, &fst);

	if (error != 0)
		return 0;
	edf_tree_init(&tree, edf, fst.st.recfm == 'V' ? EDF_POINTER_V :
	    EDF_POINTER_F);
	error = edf_tree_root(&tree, fst.fop, fst.levels,
	    edf_dir_count(edf, &fst));
	if (error == 0)
		error = edf_tree_walk(&tree, 0, drop_block, &d);
	edf_tree_forget(&tree);
	if (error == EDF_DAMAGED) {
		edf_bits_free(edf, &change->drop);
		error = 0;
	}
	return error;
}

/* --- for whoever uses the disk --- */

static int
state(const uint8_t *at, struct edf_stat *st)
{
	struct edf_fst fst;
	int error = edf_fst_get(at, &fst);

	if (error == 0)
		*st = fst.st;
	return error;
}

int
edf_find(struct edf *edf, const char name[EDF_NAME],
    const char type[EDF_NAME], struct edf_stat *st)
{
	uint8_t key[16], *fst;

	if (edf_fst_key(key, name, type) == -1)
		return EDF_INVALID;
	fst = edf_dir_find(edf, key);
	return fst == NULL ? EDF_NOT_FOUND : state(fst, st);
}

#define WALK_OVER UINT32_MAX

/* A walk remembers the name it came to, so that it does not matter what
 * comes and goes.  The one that rests for longest is forgotten. */
static struct edf_walk *
find_walk(struct edf *edf, uint32_t cursor)
{
	struct edf_walk *walk = &edf->walk[0];

	for (unsigned i = 0; i < EDF_WALKS; i++) {
		if (cursor != 0 && edf->walk[i].serial == cursor)
			return &edf->walk[i];
		if (edf->walk[i].serial < walk->serial)
			walk = &edf->walk[i];
	}
	if (cursor != 0)
		return NULL;
	memset(walk, 0, sizeof *walk);
	return walk;
}

int
edf_next(struct edf *edf, uint32_t *cursor, struct edf_stat *st)
{
	const struct edf_dir *dir = &edf->dir;
	struct edf_walk *walk;

	if (*cursor == WALK_OVER)
		return 0;
	walk = find_walk(edf, *cursor);
	if (walk == NULL)
		return EDF_CHANGED;
	for (uint32_t i = lower_bound(dir, walk->key); i < dir->files; i++) {
		const uint8_t *fst = entry(dir, dir->order[i]);

		if (memcmp(fst, walk->key, 16) == 0 || state(fst, st) != 0)
			continue;
		memcpy(walk->key, fst, 16);
		if (++edf->walks == WALK_OVER)
			edf->walks = 1;
		*cursor = walk->serial = edf->walks;
		return 1;
	}
	walk->serial = 0;
	*cursor = WALK_OVER;
	return 0;
}

/* A file that is about to change: its entry. */
static int
claim(struct edf *edf, const char *name, const char *type, uint8_t **fst)
{
	uint8_t key[16];

	if (edf_fst_key(key, name, type) == -1)
		return EDF_INVALID;
	if (edf->dev.read_only)
		return EDF_READ_ONLY;
	if (edf_file_busy(edf, key, 1))
		return EDF_BUSY;
	*fst = edf_dir_find(edf, key);
	return *fst == NULL ? EDF_NOT_FOUND : 0;
}

int
edf_erase(struct edf *edf, const char name[EDF_NAME],
    const char type[EDF_NAME])
{
	struct edf_change change;
	uint8_t *fst;
	int error = claim(edf, name, type, &fst);

	if (error != 0)
		return error;
	edf_map_begin(edf, &change);
	error = edf_dir_drop(edf, fst, &change);
	if (error == 0)
		error = edf_map_prepare(edf, &change, 1);
	if (error != 0) {
		edf_map_forget(edf, &change);
		return error;
	}
	edf_map_apply(edf, &change);
	edf_dir_remove(edf, fst);
	return 0;
}

int
edf_rename(struct edf *edf, const char name[EDF_NAME],
    const char type[EDF_NAME], const char new_name[EDF_NAME],
    const char new_type[EDF_NAME], char new_mode)
{
	uint8_t key[16], *fst;
	int error = claim(edf, name, type, &fst);

	if (error != 0)
		return error;
	if (new_mode < '0' || new_mode > '6' ||
	    edf_fst_key(key, new_name, new_type) == -1)
		return EDF_INVALID;
	if (memcmp(key, fst, 16) != 0) {
		if (edf_dir_find(edf, key) != NULL)
			return EDF_EXISTS;
		if (edf_file_busy(edf, key, 1))
			return EDF_BUSY;
		edf_dir_rename(edf, fst, key);
	}
	edf_fst_put_mode(fst, new_mode);
	edf_dir_touch(edf, fst);
	return 0;
}

int
edf_set_date(struct edf *edf, const char name[EDF_NAME],
    const char type[EDF_NAME], const struct edf_date *date)
{
	uint8_t *fst;
	int error = claim(edf, name, type, &fst);

	if (error != 0)
		return error;
	if (!edf_fst_date_ok(date))
		return EDF_INVALID;
	edf_fst_put_date(fst, date);
	edf_dir_touch(edf, fst);
	return 0;
}
