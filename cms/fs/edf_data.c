/* SPDX-License-Identifier: MIT
 *
 * edf_data.c - a file's bytes, without regard to records.
 *
 * A window holds some blocks of the file.  Small pieces go through it; it is
 * read ahead of whoever reads on, and written when it is full.  Large pieces
 * of whole blocks go straight between the caller's storage and the device.
 */
#include "edf_internal.h"

#define SMALL 4096u  /* a window to begin with */
#define AHEAD 16384u /* read at the beginning of a file */
#define LARGE 16384u /* what goes past the window */

static uint32_t
block_size(const struct edf_file *file)
{
	return file->edf->block_size;
}

/* --- blocks --- */

/* A hole reads as zeros. */
static int
fetch(struct edf_file *file, uint64_t k, uint32_t n, uint8_t *at)
{
	struct edf_batch batch = { .n = 0 };

	while (n > 0) {
		uint32_t block, run;
		int error = edf_tree_run(&file->tree, k, n, &block, &run);

		if (error != 0)
			return error;
		if (block == 0)
			memset(at, 0, (size_t)run * block_size(file));
		else
			error = edf_io_add(file->edf, &batch, block, run, at);
		if (error != 0)
			return error;
		k += run;
		n -= run;
		at += (size_t)run * block_size(file);
	}
	return edf_io_end(file->edf, &batch, 0);
}

/* Can this block be written where it is? */
static int
writable(const struct edf_file *file, uint32_t block)
{
	return block != 0 &&
	    (file->in_place || edf_bits_test(&file->change.mine, block));
}

/* Places for up to n blocks from k on, behind those of the pointers that they
 * will need. */
static int
take_places(struct edf_file *file, uint64_t k, uint32_t n, uint32_t *first,
    uint32_t *got)
{
	struct edf_tree *tree = &file->tree;
	uint32_t pointers = edf_tree_needs(tree, k, n);
	int error = edf_map_take(file->edf, &file->change, tree->near,
	    n + pointers, first, got);

	if (error == 0 && *got > pointers) {
		edf_tree_put_by(tree, *first, pointers);
		*first += pointers;
		*got -= pointers;
	}
	while (error == 0 && *got > n)
		edf_map_drop(file->edf, &file->change, *first + --*got);
	return error;
}

/* Block k is there from now on; or, when that fails, where it was. */
static int
move_block(struct edf_file *file, uint64_t k, uint32_t block)
{
	struct edf_pointer old;
	int error = edf_tree_get(&file->tree, k, &old);

	if (error == 0)
		error = edf_tree_place(&file->tree, k, block);
	if (error != 0 || old.block == 0)
		return error;
	error = edf_map_drop(file->edf, &file->change, old.block);
	if (error != 0)
		edf_tree_place(&file->tree, k, old.block);
	return error;
}

/* New places for n blocks that follow each other. */
static int
place(struct edf_file *file, uint64_t k, uint32_t n)
{
	struct edf_tree *tree = &file->tree;

	if (tree->near == 0 && k > 0) {
		struct edf_pointer before;

		if (edf_tree_get(tree, k - 1, &before) == 0)
			tree->near = before.block + 1;
	}
	while (n > 0) {
		uint32_t first = 0, got = 0;
		int error = take_places(file, k, n, &first, &got);
		uint32_t i = 0;

		while (error == 0 && i < got) {
			error = move_block(file, k + i, first + i);
			i += error == 0;
		}
		while (error != 0 && i < got)
			edf_map_drop(file->edf, &file->change, first + i++);
		if (error != 0)
			return error;
		tree->near = first + got;
		k += got;
		n -= got;
	}
	return 0;
}

/* Every one of these blocks gets a place where it can be written. */
static int
make_writable(struct edf_file *file, uint64_t k, uint32_t n)
{
	uint32_t pending = 0;

	for (uint32_t i = 0; i <= n; i++) {
		struct edf_pointer p = { 0 };
		int error = 0;

		if (i < n)
			error = edf_tree_get(&file->tree, k + i, &p);
		if (error == 0 && i < n && !writable(file, p.block)) {
			pending++;
			continue;
		}
		if (error == 0 && pending > 0)
			error = place(file, k + i - pending, pending);
		if (error != 0)
			return error;
		pending = 0;
	}
	return 0;
}

static int
store(struct edf_file *file, uint64_t k, uint32_t n, const uint8_t *at)
{
	struct edf_batch batch = { .write = 1 };
	int error = make_writable(file, k, n);

	while (error == 0 && n > 0) {
		uint32_t block, run;

		error = edf_tree_run(&file->tree, k, n, &block, &run);
		if (error == 0)
			error = edf_io_add(file->edf, &batch, block, run,
			    (uint8_t *)(uintptr_t)at);
		k += run;
		n -= run;
		at += (size_t)run * block_size(file);
	}
	return error != 0 ? error : edf_io_end(file->edf, &batch, 0);
}

/* --- the window --- */

static int
in_window(const struct edf_window *w, uint64_t k)
{
	return k >= w->first && k - w->first < w->n;
}

static int
is_dirty(const struct edf_window *w, uint32_t i)
{
	return (w->dirty[i / 64] >> i % 64 & 1) != 0;
}

static void
clean(struct edf_window *w, uint32_t i, uint32_t n)
{
	for (; n > 0; i++, n--)
		w->dirty[i / 64] &= ~((uint64_t)1 << i % 64);
}

/* The first so many blocks of the window. */
static int
flush(struct edf_file *file, uint32_t blocks)
{
	struct edf_window *w = &file->window;

	for (uint32_t i = 0; i < blocks;) {
		uint32_t n = 0;
		int error;

		while (i + n < blocks && is_dirty(w, i + n))
			n++;
		if (n == 0) {
			i++;
			continue;
		}
		error = store(file, w->first + i, n,
		    w->at + (size_t)i * block_size(file));
		if (error != 0)
			return error;
		clean(w, i, n);
		i += n;
	}
	return 0;
}

int
edf_data_flush(struct edf_file *file)
{
	return flush(file, file->window.n);
}

int
edf_data_cut(struct edf_file *file, uint64_t count)
{
	struct edf_window *w = &file->window;
	uint64_t keep = count > w->first ? count - w->first : 0;
	int error = flush(file, keep < w->n ? (uint32_t)keep : w->n);

	if (error != 0)
		return error;
	memset(w->dirty, 0, sizeof w->dirty);
	w->n = 0;
	return 0;
}

void
edf_data_forget(struct edf_file *file)
{
	struct edf_window *w = &file->window;

	edf_io_give(file->edf, w->at, w->bytes);
	memset(w, 0, sizeof *w);
}

/* A window of so many bytes, or of fewer; what is in it stays. */
static int
widen(struct edf_file *file, uint32_t bytes)
{
	struct edf_window *w = &file->window;
	uint8_t *at = NULL;

	if (bytes < block_size(file))
		bytes = block_size(file);
	if (bytes > EDF_WINDOW)
		bytes = EDF_WINDOW;
	for (; bytes > w->bytes && bytes >= block_size(file); bytes /= 2) {
		at = edf_io_take(file->edf, bytes);
		if (at != NULL)
			break;
	}
	if (at == NULL)
		return w->bytes > 0 ? 0 : EDF_NO_STORAGE;
	if (w->n > 0)
		memcpy(at, w->at, (size_t)w->n * block_size(file));
	edf_io_give(file->edf, w->at, w->bytes);
	w->at = at;
	w->bytes = bytes;
	return 0;
}

/* Powers of two: a window holds whole blocks. */
static uint32_t
round_up(uint64_t bytes)
{
	uint32_t size = SMALL;

	while (size < bytes && size < EDF_WINDOW)
		size *= 2;
	return size;
}

/* Block k, as many behind it as are wanted, and more for who reads on. */
static int
load(struct edf_file *file, uint64_t k, uint64_t want)
{
	struct edf_window *w = &file->window;
	uint64_t left = file->tree.count > k ? file->tree.count - k : 1;
	uint64_t bytes = left * block_size(file);
	uint32_t n, ahead = SMALL;
	int error = edf_data_flush(file);

	if (w->n > 0 && k == w->first + w->n)
		ahead = 2 * w->n * block_size(file);
	else if (k == 0)
		ahead = AHEAD;
	if (want < ahead)
		want = ahead;
	if (bytes > want)
		bytes = want;
	if (error == 0) {
		w->n = 0;
		error = widen(file, round_up(bytes));
	}
	if (error != 0)
		return error;
	if (bytes > w->bytes)
		bytes = w->bytes;
	n = (uint32_t)edf_ceil(bytes, block_size(file));
	error = fetch(file, k, n, w->at);
	if (error != 0)
		return error;
	w->first = k;
	w->n = n;
	return 0;
}

int
edf_data_peek(struct edf_file *file, uint64_t offset, size_t want,
    const uint8_t **at, size_t *len)
{
	struct edf_window *w = &file->window;
	uint64_t k = offset / block_size(file);

	if (!in_window(w, k)) {
		int error = load(file, k, offset % block_size(file) + want);

		if (error != 0)
			return error;
	}
	offset -= w->first * block_size(file);
	*at = w->at + offset;
	*len = (size_t)w->n * block_size(file) - (size_t)offset;
	return 0;
}

/* --- reading --- */

/* Blocks that lie in no part of the window. */
static uint64_t
outside(const struct edf_window *w, uint64_t k, uint64_t n)
{
	if (in_window(w, k))
		return 0;
	if (w->n > 0 && w->first > k && w->first - k < n)
		return w->first - k;
	return n;
}

int
edf_data_read(struct edf_file *file, uint64_t offset, void *to, size_t len)
{
	uint8_t *out = to;

	while (len > 0) {
		uint64_t k = offset / block_size(file);
		uint64_t n = 0;
		const uint8_t *at;
		size_t part;
		int error;

		if (offset % block_size(file) == 0)
			n = outside(&file->window, k,
			    len / block_size(file));
		if (n * block_size(file) >= LARGE) {
			part = (size_t)n * block_size(file);
			error = fetch(file, k, (uint32_t)n, out);
		} else {
			error = edf_data_peek(file, offset, len, &at, &part);
			if (part > len)
				part = len;
			if (error == 0)
				memcpy(out, at, part);
		}
		if (error != 0)
			return error;
		out += part;
		offset += part;
		len -= part;
	}
	return 0;
}

/* --- writing --- */

/* Block k at the end of the window, or alone in it. */
static int
window_add(struct edf_file *file, uint64_t k, int whole)
{
	struct edf_window *w = &file->window;
	uint32_t size = block_size(file);
	int error = 0;

	if (w->n > 0 && k == w->first + w->n && (w->n + 1) * size > w->bytes)
		error = widen(file, EDF_WINDOW);
	if (error == 0 && (w->n == 0 || k != w->first + w->n ||
	    (w->n + 1) * size > w->bytes)) {
		error = edf_data_flush(file);
		if (error == 0) {
			w->n = 0;
			w->first = k;
			if (w->bytes == 0)
				error = widen(file, SMALL);
		}
	}
	if (error == 0 && !whole)
		error = fetch(file, k, 1, w->at + (size_t)w->n * size);
	if (error == 0)
		w->n++;
	return error;
}

/* A part of one block. */
static int
write_part(struct edf_file *file, uint64_t k, uint32_t skip,
    const uint8_t *from, size_t len)
{
	struct edf_window *w = &file->window;
	uint32_t i;

	if (!in_window(w, k)) {
		int error = window_add(file, k, len == block_size(file));

		if (error != 0)
			return error;
	}
	i = (uint32_t)(k - w->first);
	memcpy(w->at + (size_t)i * block_size(file) + skip, from, len);
	w->dirty[i / 64] |= (uint64_t)1 << i % 64;
	return 0;
}

/* Whole blocks, which the window must not know better. */
static int
write_large(struct edf_file *file, uint64_t k, uint32_t n,
    const uint8_t *from)
{
	struct edf_window *w = &file->window;
	int error = edf_data_flush(file);

	if (error == 0 && outside(w, k, n) != n)
		w->n = 0;
	return error != 0 ? error : store(file, k, n, from);
}

/* Where what counts ends: records, and a line that has begun. */
static uint64_t
edge(const struct edf_file *file)
{
	return file->line_open ? edf_line_at(file) + file->line : file->end;
}

void
edf_data_trim(struct edf_file *file)
{
	uint64_t count = edf_ceil(edge(file), block_size(file));
	struct edf_window *w = &file->window;
	uint64_t keep = count > w->first ? count - w->first : 0;
	int error = 0;

	file->ragged = 1;
	edf_tree_give_back(&file->tree);
	if (keep < w->n) {
		clean(w, (uint32_t)keep, w->n - (uint32_t)keep);
		w->n = (uint32_t)keep;
	}
	if (file->tree.count > count)
		error = edf_tree_cut(&file->tree, count);
	if (error != 0)
		file->dead = error;
}

static int
write_pieces(struct edf_file *file, uint64_t offset, const void *from,
    size_t len)
{
	const uint8_t *in = from;
	uint32_t size = block_size(file);

	file->modified = 1;
	while (len > 0) {
		uint64_t k = offset / size;
		uint32_t skip = (uint32_t)(offset % size);
		size_t part = size - skip < len ? size - skip : len;
		int error;

		if (skip == 0 && len >= LARGE) {
			part = len < EDF_WINDOW * 16 ? len - len % size :
			    EDF_WINDOW * 16;
			error = write_large(file, k, (uint32_t)(part / size),
			    in);
		} else {
			error = write_part(file, k, skip, in, part);
		}
		if (error != 0)
			return error;
		in += part;
		offset += part;
		len -= part;
	}
	return 0;
}

/* A file that is written in place has its old size until the commit; so what
 * comes behind the end goes to other blocks, as the end itself does. */
static int
leave_place(struct edf_file *file)
{
	int error = edf_data_flush(file);

	if (error == 0)
		file->in_place = 0;
	return error;
}

int
edf_data_write(struct edf_file *file, uint64_t offset, const void *from,
    size_t len)
{
	int error = 0;

	if (file->in_place && offset + len > file->end)
		error = leave_place(file);
	if (error == 0)
		error = write_pieces(file, offset, from, len);
	if (error != 0)
		edf_data_trim(file);
	return error;
}

int
edf_data_gap(struct edf_file *file, uint64_t to)
{
	static const uint8_t zeros[64];
	uint64_t at = file->end;
	uint64_t end = edf_ceil(at, block_size(file)) * block_size(file);

	if (to < end)
		end = to;
	while (at < end) {
		size_t n = end - at < sizeof zeros ? (size_t)(end - at) :
		    sizeof zeros;
		int error = edf_data_write(file, at, zeros, n);

		if (error != 0)
			return error;
		at += n;
	}
	return 0;
}
