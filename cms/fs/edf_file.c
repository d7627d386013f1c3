/* SPDX-License-Identifier: MIT
 *
 * edf_file.c - files are opened, closed and given up.  What a file has gets
 * into the directory only when it is closed.
 */
#include "edf_internal.h"

/* --- open --- */

static int
writes(enum edf_how how)
{
	return how != EDF_READ;
}

int
edf_file_busy(const struct edf *edf, const uint8_t key[16], int to_write)
{
	for (const struct edf_file *f = edf->files; f != NULL; f = f->next)
		if (memcmp(f->key, key, 16) == 0 &&
		    (to_write || writes(f->how)))
			return 1;
	return 0;
}

static int
new_file_ok(const struct edf_stat *st)
{
	return st->mode >= '0' && st->mode <= '6' &&
	    (st->recfm == 'V' || (st->recfm == 'F' && st->lrecl > 0 &&
	    st->lrecl <= EDF_LRECL_MAX));
}

/* May it be opened so?  *fst: the entry that is there, or NULL. */
static int
admit(struct edf *edf, enum edf_how how, const struct edf_stat *st,
    uint8_t key[16], uint8_t **fst)
{
	int fresh = how == EDF_CREATE || how == EDF_REPLACE;

	if (how > EDF_REPLACE || edf_fst_key(key, st->name, st->type) == -1)
		return EDF_INVALID;
	if (fresh && !new_file_ok(st))
		return EDF_INVALID;
	if (writes(how) && edf->dev.read_only)
		return EDF_READ_ONLY;
	*fst = edf_dir_find(edf, key);
	if (*fst == NULL && !fresh)
		return EDF_NOT_FOUND;
	if (*fst != NULL && how == EDF_CREATE)
		return EDF_EXISTS;
	return edf_file_busy(edf, key, writes(how)) ? EDF_BUSY : 0;
}

/* An old file's shape and place. */
static int
take_old(struct edf_file *file, const uint8_t *at)
{
	struct edf_fst fst;
	int error = edf_fst_get(at, &fst);

	if (error != 0)
		return error;
	file->st = fst.st;
	edf_tree_init(&file->tree, file->edf, fst.st.recfm == 'V' ?
	    EDF_POINTER_V : EDF_POINTER_F);
	error = edf_tree_root(&file->tree, fst.fop, fst.levels,
	    edf_dir_count(file->edf, &fst));
	if (error != 0)
		return error;
	file->tree.data = fst.st.blocks;
	file->tree.root.high = fst.st.records;
	if (fst.st.recfm == 'F') {
		file->end = (uint64_t)fst.st.records * fst.st.lrecl;
		file->end_known = 1;
	} else if (fst.st.records > 0 && (fst.fop == 0 ||
	    fst.st.blocks == 0)) {
		return EDF_DAMAGED;
	}
	return 0;
}

static void
take_new(struct edf_file *file, const struct edf_stat *st)
{
	file->st = *st;
	file->st.records = file->st.blocks = 0;
	if (st->recfm == 'V')
		file->st.lrecl = 0;
	file->st.date = edf_fst_now(&file->edf->dev);
	file->end_known = 1;
	file->modified = 1;
	edf_tree_init(&file->tree, file->edf, st->recfm == 'V' ?
	    EDF_POINTER_V : EDF_POINTER_F);
}

int
edf_open(struct edf *edf, enum edf_how how, struct edf_stat *st,
    struct edf_file **to)
{
	struct edf_file *file;
	uint8_t key[16], *fst;
	int error = admit(edf, how, st, key, &fst);

	*to = NULL;
	if (error != 0)
		return error;
	file = edf_io_take(edf, sizeof *file);
	if (file == NULL)
		return EDF_NO_STORAGE;
	memset(file, 0, sizeof *file);
	file->edf = edf;
	file->how = (uint8_t)how;
	file->expected = UINT64_MAX;
	memcpy(file->key, key, 16);
	if (fst != NULL)
		memcpy(file->fst, fst, EDF_FST);
	if (how == EDF_READ || how == EDF_UPDATE)
		error = take_old(file, fst);
	else
		take_new(file, st);
	if (error != 0) {
		edf_io_give(edf, file, sizeof *file);
		return error;
	}
	if (writes(how)) {
		edf_map_begin(edf, &file->change);
		file->tree.change = &file->change;
		file->in_place = how == EDF_UPDATE && file->st.mode == '6';
	}
	file->next = edf->files;
	edf->files = file;
	*st = file->st;
	*to = file;
	return 0;
}

void
edf_file_stat(const struct edf_file *file, struct edf_stat *st)
{
	*st = file->st;
	st->blocks = file->tree.data;
}

uint32_t
edf_file_sector(struct edf_file *file, uint32_t n)
{
	struct edf_pointer p;

	if (file->dead != 0 || edf_tree_get(&file->tree, n, &p) != 0 ||
	    p.block == 0)
		return 0;
	return (p.block - 1) * file->edf->sectors;
}

/* --- close --- */

/* All but the change itself, which is somebody else's by now. */
static void
dispose(struct edf_file *file)
{
	struct edf_file **at = &file->edf->files;

	while (*at != file)
		at = &(*at)->next;
	*at = file->next;
	edf_data_forget(file);
	edf_tree_forget(&file->tree);
	edf_io_give(file->edf, file, sizeof *file);
}

void
edf_abandon(struct edf_file *file)
{
	if (writes(file->how))
		edf_map_forget(file->edf, &file->change);
	dispose(file);
}

/* Everything is in its blocks, and the blocks are those it needs. */
static int
write_out(struct edf_file *file)
{
	int error = file->dead;

	if (error == 0)
		error = edf_stream_finish(file);
	if (error == 0 && file->ragged && edf_is_v(file))
		error = edf_data_gap(file, UINT64_MAX);
	if (error == 0)
		error = edf_data_flush(file);
	if (error == 0)
		error = edf_tree_cut(&file->tree,
		    edf_ceil(file->end, file->edf->block_size));
	if (error == 0)
		error = edf_record_settle(file, 0);
	edf_tree_give_back(&file->tree);
	return error == 0 ? edf_tree_flush(&file->tree, NULL) : error;
}

/* From here on nothing can go wrong until the commit. */
static int
get_ready(struct edf_file *file, uint8_t *old)
{
	struct edf *edf = file->edf;
	int error = 0;

	if (old != NULL && file->how == EDF_REPLACE)
		error = edf_dir_drop(edf, old, &file->change);
	if (error == 0 && (old == NULL || file->change.mine.set > 0) &&
	    edf_map_free(edf) < edf_map_reserve(edf, old == NULL))
		error = EDF_FULL;
	if (error == 0)
		error = edf_dir_prepare(edf);
	if (error == 0)
		error = edf_map_prepare(edf, &file->change, 1);
	return error;
}

static void
enter(struct edf_file *file)
{
	struct edf *edf = file->edf;
	uint8_t *at = edf_dir_find(edf, file->key);
	struct edf_fst fst = {
		.st = file->st,
		.fop = file->tree.root.block,
		.levels = file->tree.levels,
		.commit = (uint16_t)edf_label_commit(edf),
	};

	if (at == NULL)
		at = edf_dir_add(edf, file->key);
	fst.st.blocks = edf_is_v(file) ? (uint32_t)file->tree.count :
	    file->tree.data;
	fst.st.date = edf_fst_now(&edf->dev);
	edf_fst_put(at, &fst);
	edf_dir_touch(edf, at);
	edf_map_apply(edf, &file->change);
}

int
edf_close(struct edf_file *file)
{
	int error;

	if (!writes(file->how) || !file->modified) {
		error = writes(file->how) ? file->dead : 0;
		edf_abandon(file);
		return error;
	}
	error = write_out(file);
	if (error == 0)
		error = get_ready(file, edf_dir_find(file->edf, file->key));
	if (error != 0) {
		edf_abandon(file);
		return error;
	}
	enter(file);
	dispose(file);
	return 0;
}
