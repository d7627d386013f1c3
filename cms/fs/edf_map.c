/* SPDX-License-Identifier: MIT
 *
 * edf_map.c - which blocks are free.
 *
 * A block is free when it is neither in the map as the next commit will write
 * it (now), nor given up since the last one (freed), nor taken by anybody who
 * has not closed yet (each change's mine).  Pages of the map, one block each,
 * are read when they are asked for; those without a change may go again.
 */
#include "edf_internal.h"

#define PAGES_MAX 16	/* kept although nothing in them has changed */
#define CHUNKS_AHEAD 4	/* looked at for a longer piece */

uint32_t
edf_map_leaves(const struct edf *edf)
{
	return (uint32_t)edf_ceil(edf->blocks, edf->block_size * 8);
}

int
edf_map_valid(const struct edf *edf, uint32_t block)
{
	return block >= EDF_FIRST_FREE && block <= edf->blocks;
}

/* --- pages --- */

/* One that has not changed, if there is one among the next few. */
static void
give_up_page(struct edf *edf)
{
	for (unsigned i = 0; i < 2 * PAGES_MAX; i++) {
		struct edf_chunk *page;

		if (++edf->hand >= edf->now.n)
			edf->hand = 0;
		page = &edf->now.list[edf->hand];
		if (!page->dirty && !page->placed) {
			edf_bits_remove(edf, &edf->now, page);
			return;
		}
	}
}

static int
read_page(struct edf *edf, struct edf_chunk *page)
{
	struct edf_pointer p;
	int error;

	if (page->n >= edf->map_tree.count) {
		page->dirty = 1; /* the disk has grown */
		return 0;
	}
	error = edf_tree_get(&edf->map_tree, page->n, &p);
	if (error == 0 && p.block == 0)
		error = EDF_DAMAGED;
	if (error == 0)
		error = edf_io_read(edf, p.block, 1, page->at);
	return error;
}

int
edf_map_page(struct edf *edf, uint32_t n, struct edf_chunk **page)
{
	int error;

	*page = edf_bits_find(&edf->now, n);
	if (*page != NULL)
		return 0;
	if (edf->now.n >= PAGES_MAX)
		give_up_page(edf);
	*page = edf_bits_make(edf, &edf->now, n);
	if (*page == NULL)
		return EDF_NO_STORAGE;
	error = read_page(edf, *page);
	if (error != 0)
		edf_bits_remove(edf, &edf->now, *page);
	return error;
}

/* The part of the map that a chunk of a set is about. */
static int
map_chunk(struct edf *edf, uint32_t n, struct edf_chunk **page, uint8_t **at)
{
	uint32_t parts = edf->block_size / EDF_CHUNK;
	int error = edf_map_page(edf, n / parts, page);

	if (error == 0)
		*at = (*page)->at + n % parts * EDF_CHUNK;
	return error;
}

/* --- how many are free --- */

uint32_t
edf_map_free(const struct edf *edf)
{
	uint64_t used = (uint64_t)edf->used + edf->freed.set;

	for (const struct edf_change *c = edf->changes; c != NULL; c = c->next)
		used += c->mine.set;
	return used < edf->blocks ? edf->blocks - (uint32_t)used : 0;
}

/* Blocks of a directory and a map of so many leaves. */
static uint32_t
own_blocks(const struct edf *edf, uint32_t dir, uint32_t map)
{
	uint32_t per = edf->block_size / EDF_POINTER_F;

	return dir + edf_tree_nodes(dir, per) + map + edf_tree_nodes(map, per);
}

/* All of both may have to be written anew, and once more when they have
 * grown. */
uint32_t
edf_map_reserve(const struct edf *edf, uint32_t files)
{
	uint32_t is = own_blocks(edf, (uint32_t)edf->dir_tree.count,
	    (uint32_t)edf->map_tree.count);
	uint32_t will = own_blocks(edf,
	    edf_dir_leaves(edf, edf->dir.records + files),
	    edf_map_leaves(edf));

	return will > is ? will + (will - is) : will;
}

/* --- looking for free blocks --- */

struct search {
	uint32_t from;	      /* where it began */
	uint32_t start, len;  /* the piece at hand */
	uint32_t best, longest;
	uint32_t first; /* of all that were found */
	uint32_t want;
	uint32_t ahead; /* chunks yet to look at */
};

static void
merge(uint8_t *to, const struct edf_chunk *from)
{
	if (from != NULL)
		for (unsigned i = 0; i < EDF_CHUNK; i++)
			to[i] |= from->at[i];
}

/* Every block of this chunk that is not free. */
static int
busy_chunk(struct edf *edf, uint32_t n, uint8_t busy[EDF_CHUNK])
{
	struct edf_chunk *page;
	uint8_t *at;
	int error = map_chunk(edf, n, &page, &at);

	if (error != 0)
		return error;
	memcpy(busy, at, EDF_CHUNK);
	merge(busy, edf_bits_find(&edf->freed, n));
	for (struct edf_change *c = edf->changes; c != NULL; c = c->next)
		merge(busy, edf_bits_find(&c->mine, n));
	return 0;
}

/* The first bit of this value, or the end. */
static uint32_t
next_bit(const uint8_t *bits, uint32_t bit, uint32_t end, int value)
{
	while (bit < end) {
		uint64_t word = edf_get64(bits + bit / 64 * 8);

		word = (value ? word : ~word) << bit % 64;
		if (word != 0) {
			bit += (uint32_t)__builtin_clzll(word);
			return bit < end ? bit : end;
		}
		bit = (bit / 64 + 1) * 64;
	}
	return end;
}

/* Free blocks; 1: they make the piece long enough. */
static int
search_free(struct search *s, uint32_t block, uint32_t n)
{
	if (s->len == 0 || s->start + s->len != block) {
		s->start = block;
		s->len = 0;
	}
	if (s->first == 0)
		s->first = block;
	s->len = n < s->want - s->len ? s->len + n : s->want;
	if (s->len > s->longest) {
		s->longest = s->len;
		s->best = s->start;
	}
	return s->len == s->want;
}

/* 1: found, or far enough. */
static int
search_chunk(struct edf *edf, struct search *s, uint32_t block, uint32_t last)
{
	uint8_t busy[EDF_CHUNK];
	uint32_t bit = (block - 1) % EDF_CHUNK_BITS;
	uint32_t base = block - 1 - bit, end = last - base;
	int error = busy_chunk(edf, base / EDF_CHUNK_BITS, busy);

	if (error != 0)
		return error;
	while ((bit = next_bit(busy, bit, end, 0)) < end) {
		uint32_t n = next_bit(busy, bit, end, 1) - bit;

		if (search_free(s, base + bit + 1, n))
			return 1;
		bit += n;
		/* Right behind what was there before, and not too little. */
		if (bit < end && s->best == s->from &&
		    s->longest >= (s->want + 3) / 4)
			return 1;
	}
	return s->longest > 0 && s->ahead-- == 0;
}

static int
search_range(struct edf *edf, struct search *s, uint32_t block, uint32_t last)
{
	s->len = 0;
	while (block <= last) {
		uint32_t end = ((block - 1) / EDF_CHUNK_BITS + 1) *
		    EDF_CHUNK_BITS;
		int found = search_chunk(edf, s, block,
		    end < last ? end : last);

		if (found != 0)
			return found;
		if (end >= last)
			break;
		block = end + 1;
	}
	return 0;
}

static int
search(struct edf *edf, struct search *s)
{
	int found = 0;

	if (edf_map_valid(edf, s->from)) {
		found = search_range(edf, s, s->from, edf->blocks);
		if (found == 0)
			found = search_range(edf, s, edf->low, s->from - 1);
	} else {
		found = search_range(edf, s, edf->low, edf->blocks);
		if (found >= 0)
			edf->low = s->first > 0 ? s->first : edf->blocks + 1;
	}
	if (found < 0)
		return found;
	return s->longest > 0 ? 0 : EDF_FULL;
}

int
edf_map_take(struct edf *edf, struct edf_change *change, uint32_t near,
    uint32_t want, uint32_t *first, uint32_t *got)
{
	uint32_t spare = edf_map_free(edf);
	uint32_t keep = change->last ? 0 : edf_map_reserve(edf, 1);
	struct search s = { .from = near, .ahead = CHUNKS_AHEAD };
	int error;

	if (spare <= keep)
		return EDF_FULL;
	s.want = want < spare - keep ? want : spare - keep;
	error = search(edf, &s);
	if (error != 0)
		return error;
	*first = s.best;
	for (*got = 0; *got < s.longest; ++*got) {
		error = edf_bits_set(edf, &change->mine, s.best + *got);
		if (error != 0)
			return *got > 0 ? 0 : error;
	}
	return 0;
}

/* --- changes --- */

void
edf_map_begin(struct edf *edf, struct edf_change *change)
{
	*change = (struct edf_change){
		.next = edf->changes,
		.mine.bytes = EDF_CHUNK,
		.drop.bytes = EDF_CHUNK,
	};
	edf->changes = change;
}

/* Something at or above this block is free again. */
static void
lower(struct edf *edf, uint32_t block)
{
	if (block < EDF_FIRST_FREE)
		block = EDF_FIRST_FREE;
	if (edf->low > block)
		edf->low = block;
}

static void
end(struct edf *edf, struct edf_change *change)
{
	struct edf_change **at = &edf->changes;

	while (*at != change)
		at = &(*at)->next;
	*at = change->next;
	edf_bits_free(edf, &change->mine);
	edf_bits_free(edf, &change->drop);
}

static void
lower_to(struct edf *edf, const struct edf_bits *bits)
{
	if (bits->n > 0)
		lower(edf, bits->list[0].n * EDF_CHUNK_BITS + 1);
}

void
edf_map_forget(struct edf *edf, struct edf_change *change)
{
	lower_to(edf, &change->mine);
	lower_to(edf, &change->drop);
	end(edf, change);
}

int
edf_map_drop(struct edf *edf, struct edf_change *change, uint32_t block)
{
	struct edf_chunk *page;
	uint32_t width = edf->block_size * 8;
	int error;

	if (!edf_map_valid(edf, block))
		return EDF_DAMAGED;
	if (edf_bits_test(&change->mine, block)) {
		edf_bits_clear(&change->mine, block);
		lower(edf, block);
		return 0;
	}
	error = edf_map_page(edf, (block - 1) / width, &page);
	if (error != 0)
		return error;
	if (!edf_bits_test(&edf->now, block) ||
	    edf_bits_test(&change->drop, block))
		return EDF_DAMAGED;
	return edf_bits_set(edf, &change->drop, block);
}

/* Pages stay while they are dirty. */
static int
prepare_chunk(struct edf *edf, const struct edf_chunk *chunk, uint8_t want,
    int reuse_later)
{
	struct edf_chunk *page;
	uint8_t *at;
	int error = map_chunk(edf, chunk->n, &page, &at);

	if (error != 0)
		return error;
	for (unsigned i = 0; i < EDF_CHUNK; i++)
		if (((at[i] ^ want) & chunk->at[i]) != 0)
			return EDF_DAMAGED;
	page->dirty = 1;
	if (reuse_later &&
	    edf_bits_make(edf, &edf->freed, chunk->n) == NULL)
		return EDF_NO_STORAGE;
	return 0;
}

int
edf_map_prepare(struct edf *edf, const struct edf_change *change,
    int reuse_later)
{
	int error = 0;

	for (uint32_t i = 0; i < change->mine.n && error == 0; i++)
		error = prepare_chunk(edf, &change->mine.list[i], 0x00, 0);
	for (uint32_t i = 0; i < change->drop.n && error == 0; i++)
		error = prepare_chunk(edf, &change->drop.list[i], 0xFF,
		    reuse_later);
	return error;
}

static void
flip_set(struct edf *edf, const struct edf_bits *bits)
{
	for (uint32_t i = 0; i < bits->n; i++) {
		const struct edf_chunk *chunk = &bits->list[i];
		struct edf_chunk *page;
		uint8_t *at;

		/* It has been got ready: it is there. */
		if (map_chunk(edf, chunk->n, &page, &at) != 0)
			return;
		for (unsigned j = 0; j < EDF_CHUNK; j++)
			at[j] ^= chunk->at[j];
	}
}

void
edf_map_flip(struct edf *edf, const struct edf_change *change)
{
	flip_set(edf, &change->mine);
	flip_set(edf, &change->drop);
}

/* What the label says need not be true. */
void
edf_map_count(struct edf *edf, const struct edf_change *change)
{
	edf->used += change->mine.set;
	edf->used -= change->drop.set < edf->used ? change->drop.set :
	    edf->used;
}

void
edf_map_apply(struct edf *edf, struct edf_change *change)
{
	edf_map_flip(edf, change);
	edf_map_count(edf, change);
	edf->freed.set += change->drop.set;
	for (uint32_t i = 0; i < change->drop.n; i++)
		merge(edf_bits_find(&edf->freed, change->drop.list[i].n)->at,
		    &change->drop.list[i]);
	edf->pending = 1;
	end(edf, change);
}

/* The commit is done: what it gave up is free. */
void
edf_map_committed(struct edf *edf)
{
	lower_to(edf, &edf->freed);
	edf_bits_free(edf, &edf->freed);
	for (uint32_t i = 0; i < edf->now.n; i++)
		edf->now.list[i].dirty = edf->now.list[i].placed = 0;
}
