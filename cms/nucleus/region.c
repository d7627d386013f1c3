/* SPDX-License-Identifier: MIT
 *
 * region.c - which addresses of a program are in use.  Pure: page tables are
 * space.c's.
 */
#include "region.h"
#include "str.h"

/* The first region that ends after an address; count when there is none. */
static size_t
region_after(const struct regions *r, uint64_t at)
{
	size_t lo = 0, hi = r->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->list[mid].end <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct region *
region_find(const struct regions *r, uint64_t at)
{
	size_t i = region_after(r, at);

	return i < r->count && r->list[i].start <= at ? &r->list[i] : NULL;
}

int
region_covers(const struct regions *r, uint64_t start, uint64_t end)
{
	for (size_t i = region_after(r, start); start < end; i++) {
		if (i >= r->count || r->list[i].start > start)
			return 0;
		start = r->list[i].end;
	}
	return 1;
}

int
region_free(const struct regions *r, uint64_t start, uint64_t end)
{
	size_t i = region_after(r, start);

	return i >= r->count || r->list[i].start >= end;
}

static void
region_insert(struct regions *r, size_t at, struct region new)
{
	memmove(&r->list[at + 1], &r->list[at],
	    (r->count - at) * sizeof new);
	r->list[at] = new;
	r->count++;
}

static void
region_delete(struct regions *r, size_t at, size_t n)
{
	memmove(&r->list[at], &r->list[at + n],
	    (r->count - at - n) * sizeof r->list[0]);
	r->count -= n;
}

/* Make an address a boundary between regions. */
static void
region_split(struct regions *r, uint64_t at)
{
	size_t i = region_after(r, at);
	struct region upper;

	if (i >= r->count || r->list[i].start >= at)
		return;
	upper = r->list[i];
	upper.start = at;
	r->list[i].end = at;
	region_insert(r, i + 1, upper);
}

/* Join a region with the one after it when nothing tells them apart. */
static void
region_join(struct regions *r, size_t i)
{
	if (i + 1 < r->count && r->list[i].end == r->list[i + 1].start &&
	    r->list[i].prot == r->list[i + 1].prot) {
		r->list[i].end = r->list[i + 1].end;
		region_delete(r, i + 1, 1);
	}
}

int
region_remove(struct regions *r, uint64_t start, uint64_t end)
{
	size_t i, n = 0;

	if (r->count + 2 > r->max)
		return -1;
	region_split(r, start);
	region_split(r, end);
	i = region_after(r, start);
	while (i + n < r->count && r->list[i + n].end <= end)
		n++;
	region_delete(r, i, n);
	return 0;
}

int
region_set(struct regions *r, uint64_t start, uint64_t end, uint32_t prot)
{
	size_t i;

	if (r->count + 3 > r->max || region_remove(r, start, end) == -1)
		return -1;
	i = region_after(r, start);
	region_insert(r, i, (struct region){ start, end, prot, 0 });
	region_join(r, i);
	if (i > 0)
		region_join(r, i - 1);
	return 0;
}

int
region_protect(struct regions *r, uint64_t start, uint64_t end, uint32_t prot)
{
	size_t i;

	if (r->count + 2 > r->max)
		return -1;
	region_split(r, start);
	region_split(r, end);
	i = region_after(r, start);
	while (i < r->count && r->list[i].end <= end) {
		r->list[i].prot = prot;
		i++;
	}
	/* Backwards, so that what is joined has been seen. */
	for (i = i < r->count ? i : r->count; i-- > 0;) {
		region_join(r, i);
		if (r->list[i].end < start)
			break;
	}
	return 0;
}

uint64_t
region_gap(const struct regions *r, uint64_t low, uint64_t top, uint64_t len)
{
	size_t i = region_after(r, top);

	if (i < r->count && r->list[i].start < top)
		top = r->list[i].start;
	for (; top >= low && top - low >= len; top = r->list[i].start) {
		uint64_t below = i > 0 ? r->list[i - 1].end : low;

		if (below < low)
			below = low;
		if (top >= below && top - below >= len)
			return top - len;
		if (i == 0)
			break;
		i--;
	}
	return 0;
}

uint64_t
region_bytes(const struct regions *r)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->list[i].prot != 0)
			bytes += r->list[i].end - r->list[i].start;
	return bytes;
}
