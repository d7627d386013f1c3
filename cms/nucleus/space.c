/* SPDX-License-Identifier: MIT
 *
 * space.c - a program's address space.  The nucleus reads and writes programs
 * through real storage, page by page, after looking at the region: it cannot
 * be made to touch what the program could not.
 */
#include "cpu.h"
#include "page.h"
#include "space.h"
#include "str.h"

#define SPACE_REGIONS 4096
#define SPACE_REGIONS_MIN 64
#define SPACE_REGIONS_PER_FRAME 4 /* storage that is free */
#define SPACE_LEVELS 4
#define SPACE_INDEX(at, level) ((at) >> (12 + 9 * (level)) & 511)
#define SPACE_SPAN(level) (1ull << (12 + 9 * (level)))
#define SPACE_TABLES 12 /* of a program that is loaded, beside one for each */
#define SPACE_PAGES 512 /* so many pages */
#define SPACE_HEAP_MAX 16 /* frames for the nucleus, to close files with */
#define SPACE_HEAP_SHARE (256u << 10) /* one for so much storage */

static real_t
space_frame(struct space *s)
{
	real_t frame = s->freed;

	if (frame == 0)
		return storage_frame();
	memcpy(&s->freed, storage_at(frame), sizeof s->freed);
	s->freed_count--;
	memset(storage_at(frame), 0, PAGE_SIZE);
	return frame;
}

static void
space_give_back(struct space *s, real_t frame)
{
	memcpy(storage_at(frame), &s->freed, sizeof s->freed);
	s->freed = frame;
	s->freed_count++;
}

int
space_init(struct space *s)
{
	size_t max = storage_free() * SPACE_REGIONS_PER_FRAME;
	uint64_t *root;

	*s = (struct space){ 0 };
	if (max > SPACE_REGIONS)
		max = SPACE_REGIONS;
	if (max < SPACE_REGIONS_MIN)
		return -1;
	/* Used from its beginning on: what is not used is not touched. */
	s->regions.list = storage_room(max * sizeof(struct region));
	s->root = storage_frame();
	if (s->regions.list == NULL || s->root == 0)
		return -1;
	s->regions.max = max;
	root = storage_at(s->root);
	root[511] = storage_nucleus_entry();
	return 0;
}

void
space_enter(const struct space *s)
{
	cpu_load_tables(s->root);
}

/* The entry for a page; NULL when a table is missing and not to be made, or
 * cannot be. */
static uint64_t *
space_entry(struct space *s, uint64_t at, int make)
{
	uint64_t *table = storage_at(s->root);

	for (int level = SPACE_LEVELS - 1; level > 0; level--) {
		uint64_t *e = &table[SPACE_INDEX(at, level)];

		if (*e == 0) {
			real_t frame = make ? space_frame(s) : 0;

			if (frame == 0)
				return NULL;
			s->tables++;
			*e = frame | PAGE_PRESENT | PAGE_WRITE | PAGE_USER;
		}
		table = storage_at((real_t)(*e & PAGE_ADDRESS));
	}
	return &table[SPACE_INDEX(at, 0)];
}

/* How far one may go from an address when space_entry() found nothing. */
static uint64_t
space_skip(const struct space *s, uint64_t at)
{
	const uint64_t *table = storage_at(s->root);

	for (int level = SPACE_LEVELS - 1; level > 0; level--) {
		uint64_t e = table[SPACE_INDEX(at, level)];

		if (e == 0)
			return (at & ~(SPACE_SPAN(level) - 1)) +
			    SPACE_SPAN(level);
		table = storage_at((real_t)(e & PAGE_ADDRESS));
	}
	return at + PAGE_SIZE;
}

/* The processor knows no "write only": what may be written may be read. */
static uint64_t
space_bits(uint32_t prot)
{
	uint64_t bits = prot & REGION_EXEC ? 0 : PAGE_NX;

	if (prot != 0)
		bits |= PAGE_PRESENT | PAGE_USER;
	if (prot & REGION_WRITE)
		bits |= PAGE_WRITE;
	return bits;
}

/* What to do with an entry that holds a frame. */
enum space_change { SPACE_DROP, SPACE_PROTECT };

static void
space_change(struct space *s, uint64_t start, uint64_t end,
    enum space_change what, uint32_t prot)
{
	uint64_t *e;

	for (uint64_t at = start; at < end; at = space_skip(s, at)) {
		e = space_entry(s, at, 0);
		if (e == NULL || *e == 0)
			continue;
		if (what == SPACE_DROP) {
			space_give_back(s, (real_t)(*e & PAGE_ADDRESS));
			*e = 0;
			s->resident--;
		} else {
			*e = (*e & PAGE_ADDRESS) | space_bits(prot);
		}
	}
	cpu_flush_tables();
}

static uint64_t
space_wanted(const struct space *s, uint64_t bytes)
{
	uint64_t pages = (region_bytes(&s->regions) + bytes) / PAGE_SIZE;

	pages -= pages < s->resident ? pages : s->resident;
	return pages + pages / SPACE_PAGES + (s->tables < SPACE_TABLES ?
	    SPACE_TABLES - s->tables : 0);
}

uint64_t
space_promised(const struct space *s)
{
	return space_wanted(s, 0);
}

int
space_room(const struct space *s, uint64_t bytes)
{
	uint64_t reserve = storage_size() / SPACE_HEAP_SHARE;

	if (reserve > SPACE_HEAP_MAX)
		reserve = SPACE_HEAP_MAX;
	return space_wanted(s, bytes) + reserve <=
	    storage_free() + s->freed_count;
}

int
space_map(struct space *s, uint64_t start, uint64_t end, uint32_t prot)
{
	if (region_set(&s->regions, start, end, prot) == -1)
		return -1;
	space_change(s, start, end, SPACE_DROP, 0);
	return 0;
}

int
space_unmap(struct space *s, uint64_t start, uint64_t end)
{
	if (region_remove(&s->regions, start, end) == -1)
		return -1;
	space_change(s, start, end, SPACE_DROP, 0);
	return 0;
}

int
space_protect(struct space *s, uint64_t start, uint64_t end, uint32_t prot)
{
	if (region_protect(&s->regions, start, end, prot) == -1)
		return -1;
	space_change(s, start, end, SPACE_PROTECT, prot);
	return 0;
}

void
space_discard(struct space *s, uint64_t start, uint64_t end)
{
	space_change(s, start, end, SPACE_DROP, 0);
}

int
space_move(struct space *s, uint64_t from, uint64_t to, uint64_t len)
{
	uint64_t end = from + len;
	int rc = 0;

	for (uint64_t at = from; at < end && rc == 0; at = space_skip(s, at)) {
		uint64_t *old = space_entry(s, at, 0), *new;

		if (old == NULL || *old == 0)
			continue;
		new = space_entry(s, to + (at - from), 1);
		if (new == NULL) {
			rc = -1;
			continue;
		}
		*new = *old;
		*old = 0;
	}
	cpu_flush_tables();
	return rc;
}

static char *
space_load(struct space *s, const struct region *r, uint64_t at)
{
	uint64_t *e = space_entry(s, at, 1);
	real_t frame;

	if (e == NULL)
		return NULL;
	if (*e == 0) {
		frame = space_frame(s);
		if (frame == 0)
			return NULL;
		*e = frame | space_bits(r->prot);
		s->resident++;
	}
	return storage_at((real_t)(*e & PAGE_ADDRESS));
}

enum space_fault
space_fault(struct space *s, uint64_t at, uint32_t prot)
{
	const struct region *r = region_find(&s->regions, at);

	if (r == NULL || (r->prot & prot) != prot)
		return SPACE_REFUSED;
	return space_load(s, r, at) != NULL ? SPACE_DONE : SPACE_FULL;
}

char *
space_page(struct space *s, uint64_t at)
{
	const struct region *r = region_find(&s->regions, at);

	return r != NULL ? space_load(s, r, at) : NULL;
}

char *
space_piece(struct space *s, uint64_t at, uint64_t len, uint32_t prot,
    size_t *piece)
{
	const struct region *r = region_find(&s->regions, at);
	size_t offset = (size_t)(at % PAGE_SIZE);
	char *page;

	if (r == NULL || (r->prot & prot) != prot)
		return NULL;
	page = space_load(s, r, at);
	if (page == NULL)
		return NULL;
	*piece = PAGE_SIZE - offset < len ? PAGE_SIZE - offset : (size_t)len;
	return page + offset;
}

char *
space_run(struct space *s, uint64_t at, uint64_t len, uint32_t prot,
    size_t *run)
{
	char *from = space_piece(s, at, len, prot, run);
	size_t more;

	while (from != NULL && *run < len && space_piece(s, at + *run,
	    len - *run, prot, &more) == from + *run)
		*run += more;
	return from;
}

int
space_get(struct space *s, void *to, uint64_t from, size_t len)
{
	char *out = to;

	while (len > 0) {
		size_t n;
		char *in = space_piece(s, from, len, REGION_READ, &n);

		if (in == NULL)
			return -1;
		memcpy(out, in, n);
		out += n;
		from += n;
		len -= n;
	}
	return 0;
}

int
space_put(struct space *s, uint64_t to, const void *from, size_t len)
{
	const char *in = from;

	while (len > 0) {
		size_t n;
		char *out = space_piece(s, to, len, REGION_WRITE, &n);

		if (out == NULL)
			return -1;
		memcpy(out, in, n);
		in += n;
		to += n;
		len -= n;
	}
	return 0;
}
