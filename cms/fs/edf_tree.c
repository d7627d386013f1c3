/* SPDX-License-Identifier: MIT
 *
 * edf_tree.c - pointer blocks: where the blocks of a file, of the directory
 * or of the map lie.
 *
 * A tree of so many levels: the blocks of level 1 point to data, those of
 * level 2 to blocks of level 1, and so on; with no level the file origin
 * pointer is the data block.  What is written goes into fresh blocks from the
 * top down, so that each has its place before what points to it is written.
 */
#include "edf_internal.h"

/* --- shape --- */

void
edf_tree_init(struct edf_tree *tree, struct edf *edf, unsigned size)
{
	memset(tree, 0, sizeof *tree);
	tree->edf = edf;
	tree->size = (uint8_t)size;
	tree->per = edf->block_size / size;
	tree->lowest = EDF_FIRST_FREE;
	tree->span[0] = 1;
	for (unsigned i = 1; i <= EDF_LEVELS_MAX; i++)
		tree->span[i] = tree->span[i - 1] * tree->per;
}

int
edf_tree_root(struct edf_tree *tree, uint32_t fop, uint8_t levels,
    uint64_t count)
{
	if (levels > EDF_LEVELS_MAX || count > tree->span[levels])
		return EDF_DAMAGED;
	if (fop != 0 && (fop < (levels > 0 ? EDF_FIRST_FREE : tree->lowest) ||
	    fop > tree->edf->blocks))
		return EDF_DAMAGED;
	tree->root = (struct edf_pointer){ .block = fop };
	tree->levels = levels;
	tree->count = count;
	return 0;
}

uint32_t
edf_tree_nodes(uint64_t blocks, uint32_t per)
{
	uint64_t nodes = 0;

	while (blocks > 1) {
		blocks = edf_ceil(blocks, per);
		nodes += blocks;
	}
	return (uint32_t)nodes;
}

/* --- blocks put by --- */

/* So that a file's data lies together, with no pointers in between. */
uint32_t
edf_tree_needs(const struct edf_tree *tree, uint64_t k, uint32_t n)
{
	uint32_t is, will;

	if (k + n <= tree->count)
		return 0;
	is = edf_tree_nodes(tree->count, tree->per) + tree->pooled;
	will = edf_tree_nodes(k + n, tree->per);
	if (will <= is)
		return 0;
	/* Far beyond the end lies a hole, which needs none. */
	return will - is < n + EDF_LEVELS_MAX ? will - is :
	    n + EDF_LEVELS_MAX;
}

void
edf_tree_put_by(struct edf_tree *tree, uint32_t first, uint32_t n)
{
	if (n == 0)
		return;
	edf_tree_give_back(tree);
	tree->pool = first;
	tree->pooled = n;
}

void
edf_tree_give_back(struct edf_tree *tree)
{
	for (; tree->pooled > 0; tree->pool++, tree->pooled--)
		edf_map_drop(tree->edf, tree->change, tree->pool);
}

static int
take_block(struct edf_tree *tree, uint32_t *block)
{
	uint32_t got;
	int error;

	if (tree->pooled > 0) {
		*block = tree->pool++;
		tree->pooled--;
		return 0;
	}
	error = edf_map_take(tree->edf, tree->change, tree->near, 1, block,
	    &got);
	if (error == 0)
		tree->near = *block + 1;
	return error;
}

static void
get_pointer(const struct edf_tree *tree, const struct edf_node *node,
    uint64_t i, struct edf_pointer *p)
{
	const uint8_t *at = node->at + i * tree->size;

	*p = (struct edf_pointer){ .block = edf_get32(at) };
	if (tree->size == EDF_POINTER_V) {
		p->high = edf_get32(at + 4);
		p->disp = edf_get32(at + 8);
	}
}

static void
put_pointer(const struct edf_tree *tree, struct edf_node *node, uint64_t i,
    const struct edf_pointer *p)
{
	uint8_t *at = node->at + i * tree->size;

	edf_put32(at, p->block);
	if (tree->size == EDF_POINTER_V) {
		edf_put32(at + 4, p->high);
		edf_put32(at + 8, p->disp);
	}
	node->dirty = 1;
}

/* --- pointer blocks in storage --- */

static struct edf_node *
find_node(struct edf_tree *tree, uint32_t level, uint64_t index)
{
	for (unsigned i = 0; i < EDF_NODES; i++) {
		struct edf_node *node = &tree->node[i];

		if (node->level == level && node->index == index) {
			node->used = ++tree->clock;
			return node;
		}
	}
	return NULL;
}

/* V: a pointer block ends with the offset of the last pointer in it. */
static uint8_t *
last_at(const struct edf_tree *tree, const struct edf_node *node)
{
	return node->at + tree->edf->block_size - 4;
}

static uint32_t
last_pointer(const struct edf_tree *tree, const struct edf_node *node)
{
	uint64_t n = edf_ceil(tree->count, tree->span[node->level - 1]) -
	    node->index * tree->per;

	return (uint32_t)((n < tree->per ? n : tree->per) - 1) * tree->size;
}

static void
seal(const struct edf_tree *tree, const struct edf_node *node)
{
	if (tree->size == EDF_POINTER_V)
		edf_put32(last_at(tree, node), last_pointer(tree, node));
}

/* An empty place, or that of the block that was not used for longest. */
static int
free_node(struct edf_tree *tree, struct edf_node **to)
{
	struct edf_node *oldest = NULL;
	unsigned held = 0;

	for (unsigned i = 0; i < EDF_NODES; i++) {
		struct edf_node *node = &tree->node[i];

		if (node->level == 0 && node->at == NULL)
			node->at = edf_io_take(tree->edf,
			    tree->edf->block_size);
		if (node->at == NULL)
			break;
		if (node->level == 0) {
			*to = node;
			return 0;
		}
		held++;
		if (oldest == NULL || node->used < oldest->used)
			oldest = node;
	}
	if (held < 2) /* the one above must stay */
		return EDF_NO_STORAGE;
	if (oldest->dirty) {
		int error;

		seal(tree, oldest);
		error = edf_io_write(tree->edf, oldest->block, 1, oldest->at);
		if (error != 0)
			return error;
	}
	oldest->level = oldest->dirty = 0;
	*to = oldest;
	return 0;
}

/* What is not there.  V: in the middle of the record that p knows. */
static void
fill_hole(const struct edf_tree *tree, struct edf_node *node,
    const struct edf_pointer *p)
{
	const struct edf_pointer hole = { .high = p->high,
		.disp = EDF_SPANNED };

	memset(node->at, 0, tree->edf->block_size);
	for (uint32_t i = 0; p->high != 0 && i < tree->per; i++)
		put_pointer(tree, node, i, &hole);
}

/* Where p leads to, which may be one that does not exist yet. */
static int
load_node(struct edf_tree *tree, uint32_t level, uint64_t index,
    const struct edf_pointer *p, struct edf_node **to)
{
	uint32_t block = p->block;
	struct edf_node *node;
	int error;

	if (block != 0 && !edf_map_valid(tree->edf, block))
		return EDF_DAMAGED;
	error = free_node(tree, &node);
	if (error != 0)
		return error;
	if (block == 0)
		fill_hole(tree, node, p);
	else
		error = edf_io_read(tree->edf, block, 1, node->at);
	if (error != 0)
		return error;
	*node = (struct edf_node){ .at = node->at, .index = index,
		.block = block, .used = ++tree->clock,
		.level = (uint8_t)level,
		.fresh = block != 0 && tree->change != NULL &&
		    edf_bits_test(&tree->change->mine, block) };
	*to = node;
	return 0;
}

/* Give a block that will be written a place of its own. */
static int
freshen(struct edf_tree *tree, struct edf_node *node, struct edf_node *parent)
{
	uint32_t block;
	int error;

	if (node->fresh)
		return 0;
	error = take_block(tree, &block);
	if (error != 0)
		return error;
	if (node->block != 0)
		error = edf_map_drop(tree->edf, tree->change, node->block);
	if (error != 0) {
		edf_map_drop(tree->edf, tree->change, block);
		return error;
	}
	node->block = block;
	node->fresh = node->dirty = 1;
	if (parent == NULL) {
		tree->root.block = block;
	} else {
		struct edf_pointer p;

		get_pointer(tree, parent, node->index % tree->per, &p);
		p.block = block;
		put_pointer(tree, parent, node->index % tree->per, &p);
	}
	return 0;
}

/*
 * The pointer block of this level and index.  To read: *to is NULL where
 * there is a hole.  To write: it, and all above it, are fresh.
 */
static int
get_node(struct edf_tree *tree, uint32_t level, uint64_t index, int write,
    struct edf_node **to)
{
	struct edf_node *parent = NULL, *node = find_node(tree, level, index);

	*to = node;
	if (node != NULL && (!write || node->fresh)) {
		node->dirty |= (uint8_t)write;
		return 0;
	}
	for (uint32_t l = tree->levels;; l--) {
		uint64_t i = index / tree->span[l - level];
		struct edf_pointer p = tree->root;
		int error = 0;

		if (parent != NULL)
			get_pointer(tree, parent, i % tree->per, &p);
		*to = NULL;
		if (p.block == 0 && !write)
			return 0;
		node = find_node(tree, l, i);
		if (node == NULL)
			error = load_node(tree, l, i, &p, &node);
		if (error == 0 && write) {
			error = freshen(tree, node, parent);
			if (node->block == 0) /* without a place: none */
				node->level = 0;
		}
		if (error != 0)
			return error;
		*to = node;
		node->dirty |= (uint8_t)write;
		if (l == level)
			return 0;
		parent = node;
	}
}

/* --- reading --- */

static int
data_block_ok(const struct edf_tree *tree, uint32_t block)
{
	return block == 0 ||
	    (block >= tree->lowest && block <= tree->edf->blocks);
}

int
edf_tree_get(struct edf_tree *tree, uint64_t k, struct edf_pointer *p)
{
	struct edf_node *node;
	int error;

	*p = (struct edf_pointer){ 0 };
	if (k >= tree->count)
		return 0;
	if (tree->levels == 0) {
		*p = tree->root;
		return 0;
	}
	error = get_node(tree, 1, k / tree->per, 0, &node);
	if (error != 0 || node == NULL)
		return error;
	get_pointer(tree, node, k % tree->per, p);
	return data_block_ok(tree, p->block) ? 0 : EDF_DAMAGED;
}

int
edf_tree_last(struct edf_tree *tree, uint32_t level, uint64_t index,
    uint32_t *is, uint32_t *should)
{
	struct edf_node *node;
	int error = get_node(tree, level, index, 0, &node);

	*is = *should = 0;
	if (error != 0 || node == NULL)
		return error;
	*is = edf_get32(last_at(tree, node));
	*should = last_pointer(tree, node);
	return 0;
}

/* Pointers of this leaf from i on that go on from the first one. */
static uint32_t
count_run(const struct edf_tree *tree, const struct edf_node *node, uint64_t i,
    uint32_t max)
{
	struct edf_pointer p;
	uint32_t first, n = 1;

	get_pointer(tree, node, i, &p);
	first = p.block;
	for (; n < max && i + n < tree->per; n++) {
		get_pointer(tree, node, i + n, &p);
		if (p.block != (first == 0 ? 0 : first + n) ||
		    !data_block_ok(tree, p.block))
			break;
	}
	return n;
}

int
edf_tree_run(struct edf_tree *tree, uint64_t k, uint32_t max, uint32_t *block,
    uint32_t *n)
{
	struct edf_pointer p;
	struct edf_node *node;
	int error = edf_tree_get(tree, k, &p);

	*block = p.block;
	*n = k >= tree->count ? max : 1;
	if (error != 0 || tree->levels == 0 || k >= tree->count)
		return error;
	if (max > tree->count - k)
		max = (uint32_t)(tree->count - k);
	node = find_node(tree, 1, k / tree->per);
	if (node != NULL)
		*n = count_run(tree, node, k % tree->per, max);
	else if (max > tree->per - k % tree->per)
		*n = (uint32_t)(tree->per - k % tree->per);
	else
		*n = max;
	return 0;
}

/* --- writing --- */

static int
add_level(struct edf_tree *tree)
{
	const struct edf_pointer none = { 0 };
	struct edf_pointer old = tree->root;
	struct edf_node *node;
	int error;

	if (tree->levels == EDF_LEVELS_MAX)
		return EDF_INVALID;
	if (old.block == 0 && old.high == 0) { /* nothing is in it yet */
		tree->levels++;
		return 0;
	}
	error = load_node(tree, tree->levels + 1u, 0, &none, &node);
	if (error != 0)
		return error;
	put_pointer(tree, node, 0, &old);
	error = freshen(tree, node, NULL);
	if (error != 0) {
		node->level = node->dirty = 0;
		return error;
	}
	tree->levels++;
	return 0;
}

int
edf_tree_grow(struct edf_tree *tree, uint64_t count)
{
	while (count > tree->span[tree->levels]) {
		int error = add_level(tree);

		if (error != 0)
			return error;
	}
	if (count > tree->count)
		tree->count = count;
	return 0;
}

/* The pointer to data block k, about to change. */
static int
open_pointer(struct edf_tree *tree, uint64_t k, struct edf_node **node,
    struct edf_pointer *p)
{
	int error = edf_tree_grow(tree, k + 1);

	*node = NULL;
	if (error != 0)
		return error;
	*p = tree->root;
	if (tree->levels == 0)
		return 0;
	error = get_node(tree, 1, k / tree->per, 1, node);
	if (error != 0)
		return error;
	get_pointer(tree, *node, k % tree->per, p);
	return 0;
}

static void
close_pointer(struct edf_tree *tree, uint64_t k, struct edf_node *node,
    const struct edf_pointer *p)
{
	if (node == NULL)
		tree->root = *p;
	else
		put_pointer(tree, node, k % tree->per, p);
}

int
edf_tree_place(struct edf_tree *tree, uint64_t k, uint32_t block)
{
	struct edf_pointer p;
	struct edf_node *node;
	int error = open_pointer(tree, k, &node, &p);

	if (error != 0)
		return error;
	if (p.block == 0)
		tree->data++;
	p.block = block;
	close_pointer(tree, k, node, &p);
	return 0;
}

/* What the pointers above say about the records below block k. */
static int
mark_above(struct edf_tree *tree, uint64_t k, uint32_t high, uint32_t disp)
{
	for (uint32_t l = 1; l < tree->levels; l++) {
		uint64_t i = k / tree->span[l];
		struct edf_node *node;
		struct edf_pointer p;
		int error = get_node(tree, l + 1, i / tree->per, 1, &node);

		if (error != 0)
			return error;
		get_pointer(tree, node, i % tree->per, &p);
		p.high = high;
		if (k % tree->span[l] == 0)
			p.disp = disp;
		put_pointer(tree, node, i % tree->per, &p);
	}
	tree->root.high = high;
	if (k == 0)
		tree->root.disp = disp;
	return 0;
}

/* Only ever of the last block. */
int
edf_tree_mark(struct edf_tree *tree, uint64_t k, uint32_t high, uint32_t disp)
{
	struct edf_pointer p;
	struct edf_node *node;
	int error = open_pointer(tree, k, &node, &p);

	if (error != 0)
		return error;
	p.high = high;
	p.disp = disp;
	close_pointer(tree, k, node, &p);
	return mark_above(tree, k, high, disp);
}

/* --- all of it --- */

/* From data block k on: the next that is not below this hole. */
static uint64_t
behind(const struct edf_tree *tree, uint64_t k, uint32_t level)
{
	return (k / tree->span[level] + 1) * tree->span[level];
}

/* The path to data block k, and the blocks of it that begin here. */
static int
walk_down(struct edf_tree *tree, uint64_t *k, edf_tree_visit *visit,
    void *arg)
{
	for (uint32_t l = tree->levels; l > 0; l--) {
		uint64_t i = *k / tree->span[l];
		struct edf_node *node;
		int error = get_node(tree, l, i, 0, &node);

		if (error != 0)
			return error;
		if (node == NULL) {
			*k = behind(tree, *k, l);
			return 0;
		}
		if (*k % tree->span[l] == 0) {
			error = visit(arg, l, i, node->block);
			if (error != 0)
				return error;
		}
	}
	return 1;
}

/* The data blocks of one leaf, or of no level at all. */
static int
walk_leaf(struct edf_tree *tree, uint64_t *k, edf_tree_visit *visit,
    void *arg)
{
	do {
		struct edf_pointer p;
		int error = edf_tree_get(tree, *k, &p);

		if (error == 0 && p.block != 0)
			error = visit(arg, 0, *k, p.block);
		if (error != 0)
			return error;
		++*k;
	} while (*k < tree->count && *k % tree->per != 0);
	return 0;
}

int
edf_tree_walk(struct edf_tree *tree, uint64_t from, edf_tree_visit *visit,
    void *arg)
{
	for (uint64_t k = from; k < tree->count;) {
		int error = walk_down(tree, &k, visit, arg);

		if (error > 0)
			error = walk_leaf(tree, &k, visit, arg);
		if (error != 0)
			return error;
	}
	return 0;
}

static int
cut_block(void *arg, uint32_t level, uint64_t index, uint32_t block)
{
	struct edf_tree *tree = arg;
	int error;

	(void)index;
	/* The first block of the directory has homes of its own. */
	error = block < EDF_FIRST_FREE ? 0 :
	    edf_map_drop(tree->edf, tree->change, block);
	if (error == 0 && level == 0 && tree->data > 0)
		tree->data--;
	return error;
}

/* Pointer blocks that are only above what is gone are not in storage now. */
static void
forget_nodes(struct edf_tree *tree, uint64_t count)
{
	for (unsigned i = 0; i < EDF_NODES; i++) {
		struct edf_node *node = &tree->node[i];

		if (node->level > 0 && (node->level > tree->levels ||
		    node->index * tree->span[node->level] >= count))
			node->level = node->dirty = 0;
	}
}

/* Pointers of the blocks that stay must not lead to those that go. */
static int
clear_edge(struct edf_tree *tree, uint64_t count)
{
	for (uint32_t l = tree->levels; l > 0; l--) {
		uint64_t first = edf_ceil(count, tree->span[l - 1]);
		struct edf_node *node;
		int error;

		if (first % tree->per == 0)
			continue;
		error = get_node(tree, l, first / tree->per, 0, &node);
		if (error == 0 && node != NULL)
			error = get_node(tree, l, first / tree->per, 1, &node);
		if (error != 0)
			return error;
		if (node != NULL)
			memset(node->at + first % tree->per * tree->size, 0,
			    (tree->per - first % tree->per) * tree->size);
	}
	return 0;
}

/* A top block with one pointer is one level too many. */
static int
drop_levels(struct edf_tree *tree, uint64_t count)
{
	while (tree->levels > 0 && count <= tree->span[tree->levels - 1]) {
		struct edf_node *node;
		struct edf_pointer p = { 0 };
		int error = get_node(tree, tree->levels, 0, 0, &node);

		if (error != 0)
			return error;
		if (node != NULL) {
			get_pointer(tree, node, 0, &p);
			if (p.block != 0 && !data_block_ok(tree, p.block))
				return EDF_DAMAGED;
			error = edf_map_drop(tree->edf, tree->change,
			    node->block);
			if (error != 0)
				return error;
			node->level = node->dirty = 0;
		}
		tree->root = p;
		tree->levels--;
	}
	return 0;
}

int
edf_tree_cut(struct edf_tree *tree, uint64_t count)
{
	int fewer = count < tree->count;
	int error = 0;

	if (fewer) {
		error = edf_tree_walk(tree, count, cut_block, tree);
		if (error != 0)
			return error;
		forget_nodes(tree, count);
		tree->count = count;
	}
	if (count == 0) {
		tree->root = (struct edf_pointer){ 0 };
		tree->levels = 0;
		return 0;
	}
	error = drop_levels(tree, count);
	return error == 0 && fewer ? clear_edge(tree, count) : error;
}

/* --- looking for a record --- */

/* The first pointer whose subtree has record key, or the last whose subtree
 * begins at or before stream offset key. */
static uint64_t
choose(const struct edf_tree *tree, const struct edf_node *node, uint64_t k,
    uint32_t before, uint64_t n, uint64_t key, int by_offset)
{
	uint64_t span = tree->span[node->level - 1];
	uint64_t low = 0, high = n - 1;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct edf_pointer p;
		int right;

		get_pointer(tree, node, middle, &p);
		if (p.high < before)
			p.high = before;
		if (by_offset)
			right = (k + (middle + 1) * span) *
			    tree->edf->block_size <= key + p.high;
		else
			right = p.high < key;
		if (right)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int
edf_tree_seek(struct edf_tree *tree, uint64_t key, int by_offset,
    struct edf_spot *spot)
{
	*spot = (struct edf_spot){ .pointer = tree->root };
	for (uint32_t l = tree->levels; l > 0; l--) {
		uint64_t i, n = edf_ceil(tree->count - spot->k,
		    tree->span[l - 1]);
		struct edf_node *node;
		int error = get_node(tree, l, spot->k / tree->span[l], 0,
		    &node);

		if (error == 0 && node == NULL) /* in the middle of a record */
			spot->pointer.disp = EDF_SPANNED;
		if (error != 0 || node == NULL)
			return error;
		i = choose(tree, node, spot->k, spot->before,
		    n < tree->per ? n : tree->per, key, by_offset);
		if (i > 0) {
			get_pointer(tree, node, i - 1, &spot->pointer);
			spot->before = spot->pointer.high;
		}
		get_pointer(tree, node, i, &spot->pointer);
		spot->k += i * tree->span[l - 1];
	}
	return 0;
}

/* --- to the disk --- */

int
edf_tree_flush(struct edf_tree *tree, struct edf_batch *batch)
{
	struct edf_batch own = { .write = 1 };
	int error = 0;

	for (unsigned i = 0; i < EDF_NODES && error == 0; i++)
		if (tree->node[i].level > 0 && tree->node[i].dirty) {
			seal(tree, &tree->node[i]);
			error = edf_io_add(tree->edf,
			    batch != NULL ? batch : &own,
			    tree->node[i].block, 1, tree->node[i].at);
		}
	if (error == 0)
		error = edf_io_end(tree->edf, &own, 0);
	for (unsigned i = 0; i < EDF_NODES && error == 0; i++)
		tree->node[i].dirty = 0;
	return error;
}

void
edf_tree_forget(struct edf_tree *tree)
{
	for (unsigned i = 0; i < EDF_NODES; i++) {
		edf_io_give(tree->edf, tree->node[i].at,
		    tree->edf->block_size);
		tree->node[i] = (struct edf_node){ 0 };
	}
}
