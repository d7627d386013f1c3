/* SPDX-License-Identifier: MIT
 *
 * sys_memory.c - a program's storage: brk, mmap and their kin.  Nothing is
 * promised that real storage could not keep.  A file that is mapped is a copy
 * of what it is then: changes of either are not the other's.
 */
#include "fd.h"
#include "layout.h"
#include "stream.h"
#include "syscall.h"

#define MAP_SHARED 0x01
#define MAP_PRIVATE 0x02
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_FIXED_NOREPLACE 0x100000

#define MREMAP_MAYMOVE 1

#define MADV_DONTNEED 4

static int
mem_aligned(uint64_t at)
{
	return at % PAGE_SIZE == 0;
}

/* Round a length up: 0 when it is 0 or could not lie anywhere. */
static uint64_t
mem_length(uint64_t len)
{
	if (len == 0 || len > USER_TOP)
		return 0;
	return (len + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull);
}

static int
mem_inside(uint64_t at, uint64_t len)
{
	return at >= USER_LOW && at <= USER_TOP && len <= USER_TOP - at;
}

static uint32_t
mem_prot(uint64_t prot)
{
	uint32_t p = (uint32_t)prot & REGION_PROT;

	/* What can be written or run can be read, says the processor. */
	return p != 0 ? p | REGION_READ : 0;
}

static uint64_t
mem_place(const struct program *p, uint64_t hint, uint64_t len)
{
	if (hint != 0 && mem_aligned(hint) && mem_inside(hint, len) &&
	    region_free(&p->space.regions, hint, hint + len))
		return hint;
	return region_gap(&p->space.regions, p->brk + PAGE_SIZE, p->mmap_top,
	    len);
}

/* Where a mapping goes; negative when it goes nowhere. */
static int64_t
mem_choose(struct ask *ask, uint64_t len)
{
	uint64_t at = ask->a[0], flags = ask->a[3];

	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (!mem_aligned(at))
			return E_INVAL;
		if (!mem_inside(at, len))
			return E_NOMEM;
		if (flags & MAP_FIXED_NOREPLACE &&
		    !region_free(&ask->p->space.regions, at, at + len))
			return E_EXIST;
		return (int64_t)at;
	}
	at = mem_place(ask->p, at, len);
	return at != 0 ? (int64_t)at : E_NOMEM;
}

/* 0: the file can be mapped. */
static int
mem_file(struct ask *ask, struct file **f)
{
	*f = fd_get(ask->p, ask->a[4]);
	if (*f == NULL)
		return E_BADF;
	if ((*f)->kind != FILE_DISK)
		return E_NODEV;
	if (((*f)->flags & O_ACCMODE) == O_WRONLY)
		return E_ACCES;
	if (ask->a[3] & MAP_SHARED && ask->a[2] & REGION_WRITE)
		return E_NODEV;
	return mem_aligned(ask->a[5]) && (int64_t)ask->a[5] >= 0 ? 0 : E_INVAL;
}

/* New pages, with what a file has. */
static int
mem_map(struct ask *ask, uint64_t at, uint64_t len, uint32_t prot,
    struct file *f)
{
	struct space *s = &ask->p->space;
	int64_t n;

	if ((prot != 0 || f != NULL) && !space_room(s, len))
		return E_NOMEM;
	if (space_map(s, at, at + len, f == NULL ? prot :
	    REGION_READ | REGION_WRITE) == -1)
		return E_NOMEM;
	if (f == NULL)
		return 0;
	n = stream_read(f, ask->a[5], s, at, len);
	if (n >= 0 && space_protect(s, at, at + len, prot) == 0)
		return 0;
	space_unmap(s, at, at + len);
	return n < 0 ? (int)n : E_NOMEM;
}

static int64_t
sys_mmap(struct ask *ask)
{
	uint64_t len = mem_length(ask->a[1]);
	struct file *f = NULL;
	int64_t at;
	int rc = 0;

	if (ask->a[1] == 0 || (ask->a[3] & (MAP_SHARED | MAP_PRIVATE)) == 0)
		return E_INVAL;
	if ((ask->a[3] & MAP_ANONYMOUS) == 0)
		rc = mem_file(ask, &f);
	if (rc < 0)
		return rc;
	if (len == 0)
		return E_NOMEM;
	at = mem_choose(ask, len);
	if (at < 0)
		return at;
	rc = mem_map(ask, (uint64_t)at, len, mem_prot(ask->a[2]), f);
	return rc == 0 ? at : rc;
}

static int64_t
sys_munmap(struct ask *ask)
{
	uint64_t at = ask->a[0], len = mem_length(ask->a[1]);

	if (len == 0 || !mem_aligned(at) || !mem_inside(at, len))
		return E_INVAL;
	return space_unmap(&ask->p->space, at, at + len) == 0 ? 0 : E_NOMEM;
}

static int64_t
sys_mprotect(struct ask *ask)
{
	struct space *s = &ask->p->space;
	uint64_t at = ask->a[0], len = mem_length(ask->a[1]);
	uint32_t prot = mem_prot(ask->a[2]);
	const struct region *first;

	if (!mem_aligned(at) || ask->a[2] & ~(uint64_t)REGION_PROT)
		return E_INVAL;
	if (ask->a[1] == 0)
		return 0;
	if (len == 0 || !mem_inside(at, len) ||
	    !region_covers(&s->regions, at, at + len))
		return E_NOMEM;
	/* Reserved addresses become storage only when there is so much. */
	first = region_find(&s->regions, at);
	if (prot != 0 && first->prot == 0 && !space_room(s, len))
		return E_NOMEM;
	return space_protect(s, at, at + len, prot) == 0 ? 0 : E_NOMEM;
}

static int64_t
sys_brk(struct ask *ask)
{
	struct program *p = ask->p;
	uint64_t old = (p->brk + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull);
	uint64_t want = ask->a[0], new;

	if (want < p->brk_base || want > p->mmap_top)
		return (int64_t)p->brk;
	new = (want + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull);
	if (new > old && (!region_free(&p->space.regions, old, new) ||
	    !space_room(&p->space, new - old) ||
	    space_map(&p->space, old, new, REGION_READ | REGION_WRITE) == -1))
		return (int64_t)p->brk;
	if (new < old && space_unmap(&p->space, new, old) == -1)
		return (int64_t)p->brk;
	p->brk = want;
	return (int64_t)want;
}

static int64_t
mem_grow(struct ask *ask, uint64_t old_len, uint64_t new_len, uint32_t prot)
{
	struct space *s = &ask->p->space;
	uint64_t at = ask->a[0], to;

	if (prot != 0 && !space_room(s, new_len - old_len))
		return E_NOMEM;
	if (mem_inside(at, new_len) &&
	    region_free(&s->regions, at + old_len, at + new_len))
		return space_map(s, at + old_len, at + new_len, prot) == 0 ?
		    (int64_t)at : E_NOMEM;
	if ((ask->a[3] & MREMAP_MAYMOVE) == 0)
		return E_NOMEM;
	to = mem_place(ask->p, 0, new_len);
	if (to == 0 || space_map(s, to, to + new_len, prot) == -1)
		return E_NOMEM;
	if (space_move(s, at, to, old_len) == 0 &&
	    space_unmap(s, at, at + old_len) == 0)
		return (int64_t)to;
	/* Back again: for that there are all tables. */
	space_move(s, to, at, old_len);
	space_unmap(s, to, to + new_len);
	return E_NOMEM;
}

static int64_t
sys_mremap(struct ask *ask)
{
	struct space *s = &ask->p->space;
	uint64_t at = ask->a[0];
	uint64_t old_len = mem_length(ask->a[1]);
	uint64_t new_len = mem_length(ask->a[2]);
	const struct region *r;

	if (!mem_aligned(at) || old_len == 0 || ask->a[2] == 0 ||
	    ask->a[3] & ~(uint64_t)MREMAP_MAYMOVE)
		return E_INVAL;
	if (new_len == 0)
		return E_NOMEM;
	r = region_find(&s->regions, at);
	if (!mem_inside(at, old_len) || r == NULL || r->end < at + old_len)
		return E_FAULT;
	if (new_len > old_len)
		return mem_grow(ask, old_len, new_len, r->prot);
	if (new_len < old_len &&
	    space_unmap(s, at + new_len, at + old_len) == -1)
		return E_NOMEM;
	return (int64_t)at;
}

static int64_t
sys_madvise(struct ask *ask)
{
	uint64_t at = ask->a[0], len = mem_length(ask->a[1]);

	if (!mem_aligned(at))
		return E_INVAL;
	if (ask->a[1] == 0)
		return 0;
	if (len == 0 || !mem_inside(at, len) ||
	    !region_covers(&ask->p->space.regions, at, at + len))
		return E_NOMEM;
	if (ask->a[2] == MADV_DONTNEED)
		space_discard(&ask->p->space, at, at + len);
	return 0;
}

static const struct syscall_row sys_memory_rows[] = {
	{ 9, sys_mmap },
	{ 10, sys_mprotect },
	{ 11, sys_munmap },
	{ 12, sys_brk },
	{ 25, sys_mremap },
	{ 28, sys_madvise },
};

SYSCALL_TABLE(sys_memory_calls, sys_memory_rows);
