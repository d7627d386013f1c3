/* SPDX-License-Identifier: MIT
 *
 * storage.c - real storage.  Hands out frames; what programs may address is
 * space.c's affair.
 */
#include "cpu.h"
#include "diag.h"
#include "hyper.h"
#include "page.h"
#include "storage.h"
#include "str.h"

#define HUGE_PAGE (2u << 20)
#define TABLE_SPAN (1u << 30) /* what one page directory maps */
#define HIGH_MIN (16u << 10)
#define HIGH_MAX (128u << 10)
#define WORK_MIN (64u << 10)

extern uint64_t table_pml4[], table_pdpt[], table_pd[], table_pt[];

static struct {
	uint64_t size;
	real_t next; /* the first frame that is free */
	real_t heap; /* the first that is not any more */
	real_t end;  /* where the console stack begins */
} storage;

struct lowcore *
storage_lowcore(void)
{
	return storage_at(0);
}

void *
storage_at(real_t real)
{
	return (void *)(REAL_BASE + real);
}

real_t
storage_real(const void *nucleus_address)
{
	uint64_t a = (uint64_t)nucleus_address;

	return (real_t)(a >= NUCLEUS_BASE ? a - NUCLEUS_BASE : a - REAL_BASE);
}

uint64_t
storage_size(void)
{
	return storage.size;
}

/*
 * The first 2 MiB in pages of 4 KiB: code is not written, data is not run,
 * and nothing is below the stack.
 */
static void
storage_protect(void)
{
	real_t text = storage_real(nucleus_text);
	real_t rodata = storage_real(nucleus_rodata);
	real_t data = storage_real(nucleus_data);
	real_t guard = storage_real(nucleus_guard);

	for (real_t real = 0; real < HUGE_PAGE; real += PAGE_SIZE) {
		uint64_t bits = PAGE_PRESENT | PAGE_WRITE | PAGE_NX;

		if (real >= text && real < rodata)
			bits = PAGE_PRESENT;
		else if (real >= rodata && real < data)
			bits = PAGE_PRESENT | PAGE_NX;
		else if (real == guard || real >= storage.size)
			bits = 0;
		table_pt[real / PAGE_SIZE] = bits != 0 ? real | bits : 0;
	}
	table_pd[0] = storage_real(table_pt) | PAGE_PRESENT | PAGE_WRITE;
}

/* The rest in pages of 2 MiB; a directory for each further GiB. */
static int
storage_map(void)
{
	uint64_t *pd = table_pd;

	for (uint64_t real = HUGE_PAGE; real < storage.size;
	    real += HUGE_PAGE) {
		if (real % TABLE_SPAN == 0) {
			real_t frame = storage_frame();

			if (frame == 0)
				return -1;
			pd = storage_at(frame);
			table_pdpt[real / TABLE_SPAN] =
			    frame | PAGE_PRESENT | PAGE_WRITE;
		}
		pd[real % TABLE_SPAN / HUGE_PAGE] = real | PAGE_PRESENT |
		    PAGE_WRITE | PAGE_HUGE | PAGE_NX;
	}
	return 0;
}

static void
storage_high_reserve(void)
{
	uint64_t high = storage.size / 8;

	if (high < HIGH_MIN)
		high = HIGH_MIN;
	if (high > HIGH_MAX)
		high = HIGH_MAX;
	storage.end = (real_t)(storage.size - high) & ~(PAGE_SIZE - 1u);
	storage.heap = storage.end;
}

int
storage_init(void)
{
	uint64_t size = storage_lowcore()->storage;

	if (size > MACHINE_STORAGE_MAX)
		size = MACHINE_STORAGE_MAX;
	storage.size = size & ~(PAGE_SIZE - 1ull);
	storage.next = storage.heap = storage.end =
	    storage_real(nucleus_end);
	if (storage.size < storage.next + HIGH_MIN + WORK_MIN)
		return -1;
	storage_high_reserve();
	storage_protect();
	/* The frames for directories lie below 2 MiB: mapped already. */
	if (storage_map() == -1)
		return -1;
	table_pml4[0] = 0;
	storage_enter();
	return 0;
}

real_t
storage_frame(void)
{
	real_t frame = storage.next;

	if (frame >= storage.heap)
		return 0;
	storage.next += PAGE_SIZE;
	memset(storage_at(frame), 0, PAGE_SIZE);
	return frame;
}

void *
storage_room(size_t bytes)
{
	size_t frames = (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
	void *room = storage_at(storage.next);

	if (frames > storage_free())
		return NULL;
	storage.next += (real_t)(frames * PAGE_SIZE);
	return room;
}

size_t
storage_free(void)
{
	return (storage.heap - storage.next) / PAGE_SIZE;
}

real_t
storage_mark(void)
{
	return storage.next;
}

void
storage_release(real_t mark)
{
	if (storage.next > mark)
		hyper_release(mark, storage.next - mark);
	storage.next = mark;
}

real_t
storage_heap(void)
{
	return storage.heap;
}

int
storage_heap_move(real_t low)
{
	if (low < storage.next || low > storage.end)
		return -1;
	storage.heap = low;
	return 0;
}

void *
storage_high(size_t *bytes)
{
	*bytes = storage.end > storage.next ?
	    (size_t)(storage.size - storage.end) : 0;
	return storage_at(storage.end);
}

uint64_t
storage_nucleus_entry(void)
{
	return table_pml4[511];
}

void
storage_enter(void)
{
	cpu_load_tables(storage_real(table_pml4));
}
