/* SPDX-License-Identifier: MIT
 *
 * savesys.c - the file of a saved system (saved.h), written and started from.
 * Keeps no device; changes nothing in a machine that a file does not fit.
 *
 * The pages of a file become storage where they lie, copy on write, so that
 * those that nobody writes to are there once for all who run the system.
 */
#include "savesys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "checksum.h"
#include "diag.h"
#include "diagnose.h"
#include "ipl.h"
#include "save.h"
#include "saved.h"

#define SAVESYS_GAP 8 /* pages of zeros that cost less than a mapping */
#define SAVESYS_PIECE (64 * MEM_PAGE) /* bytes a write */
#define SAVESYS_PROCESSOR_MAX (KVM_STATE_MAX + 16)
#define SAVESYS_STATE_MAX \
	(SAVESYS_PROCESSOR_MAX + SAVED_RUNS_MAX * sizeof(struct saved_run))

#define SAVESYS_ROUND(n, to) (((n) + (to) - 1) / (to) * (to))

/* A file's beginning: what lies before the pages. */
struct savesys {
	struct saved_header h;
	uint8_t state[SAVESYS_STATE_MAX]; /* the processor, then the runs */
};

static uint64_t
savesys_header_sum(const struct saved_header *h)
{
	return checksum_add(CHECKSUM_START, h,
	    offsetof(struct saved_header, sum));
}

/* Bytes of state that the header tells. */
static size_t
savesys_state_len(const struct saved_header *h)
{
	return h->processor + h->runs * sizeof(struct saved_run);
}

static struct saved_run
savesys_run(const struct savesys *s, uint32_t i)
{
	struct saved_run run;

	memcpy(&run, s->state + s->h.processor + i * sizeof run, sizeof run);
	return run;
}

/* --- writing --- */

static int
savesys_put(int fd, const void *bytes, size_t len, uint64_t at)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = pwrite(fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? errno : EIO;
		p += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return 0;
}

/* Something that a reset would undo, and a resumed system would wait for. */
static bool
savesys_busy(struct vm *vm)
{
	bool busy = vm->ipl.device != NULL;

	pthread_mutex_lock(&vm->lock);
	busy = busy || vm->block_exts > 0 || vm->io.head != NULL ||
	    vm->io.busy != NULL;
	for (unsigned i = 0; i < vm->ndevices; i++) {
		const struct subchannel *sch = &vm->device[i]->sch;

		busy = busy || sch->phase != PHASE_IDLE || sch->pending;
	}
	pthread_mutex_unlock(&vm->lock);
	return busy;
}

/* The processor's state behind the header.  -1: it has none. */
static int
savesys_put_processor(struct vm *vm, struct savesys *s)
{
	struct section section = { .bytes = calloc(1, SECTION_MAX) };
	bool good;

	if (section.bytes == NULL)
		return -1;
	save_cpu(&vm->cpu[0], &section);
	good = !section.bad && !vm->cpu[0].lost &&
	    section.len <= SAVESYS_PROCESSOR_MAX;
	if (good) {
		memcpy(s->state, section.bytes, section.len);
		s->h.processor = (uint32_t)section.len;
	}
	free(section.bytes);
	return good ? 0 : -1;
}

/* The runs that these pages make when gaps up to `gap` are filled; false: they
 * are too many. */
static bool
savesys_make_runs(struct savesys *s, const uint32_t *list, uint64_t count,
    uint64_t gap)
{
	struct saved_run run = { .page = list[0] };

	s->h.runs = s->h.pages = 0;
	for (uint64_t i = 0; i <= count; i++) {
		if (i < count && list[i] - (run.page + run.pages) <= gap) {
			run.pages = list[i] + 1 - run.page;
			continue;
		}
		if (s->h.runs == SAVED_RUNS_MAX)
			return false;
		memcpy(s->state + s->h.processor + s->h.runs++ * sizeof run,
		    &run, sizeof run);
		s->h.pages += run.pages;
		if (i < count)
			run = (struct saved_run){ list[i], 1 };
	}
	return true;
}

static int
savesys_find_runs(const struct vm *vm, struct savesys *s)
{
	uint64_t count;
	uint32_t *list = save_find_pages(vm, &count);

	if (list == NULL)
		return ENOMEM;
	if (count == 0)
		list[count++] = 0; /* a file has a page */
	for (uint64_t gap = SAVESYS_GAP;
	     !savesys_make_runs(s, list, count, gap); gap *= 2)
		;
	free(list);
	return 0;
}

/* Pages on their way to the file: few large writes, where each may be a
 * question to another host. */
struct savesys_pages {
	int fd;
	uint8_t *bytes; /* SAVESYS_PIECE of them */
	size_t used;
	uint64_t at;
	struct checksum sum;
};

static int
savesys_flush(struct savesys_pages *p)
{
	int error = savesys_put(p->fd, p->bytes, p->used, p->at);

	checksum_pages(&p->sum, p->bytes, p->used);
	p->at += p->used;
	p->used = 0;
	return error;
}

static int
savesys_put_run(const struct vm *vm, struct savesys_pages *p,
    struct saved_run run)
{
	int error = 0;

	for (uint32_t i = 0; i < run.pages && error == 0; i++) {
		mem_read(&vm->mem, GPA(((uint64_t)run.page + i) * MEM_PAGE),
		    p->bytes + p->used, MEM_PAGE);
		p->used += MEM_PAGE;
		if (p->used == SAVESYS_PIECE)
			error = savesys_flush(p);
	}
	return error;
}

static int
savesys_put_pages(const struct vm *vm, int fd, struct savesys *s)
{
	struct savesys_pages p = { .fd = fd, .at = s->h.pages_at,
		.bytes = aligned_alloc(MEM_PAGE, SAVESYS_PIECE),
		.sum = CHECKSUM_PAGES };
	int error = p.bytes == NULL ? ENOMEM : 0;

	for (uint32_t i = 0; i < s->h.runs && error == 0; i++)
		error = savesys_put_run(vm, &p, savesys_run(s, i));
	if (error == 0)
		error = savesys_flush(&p);
	s->h.pages_sum = checksum_end(&p.sum);
	free(p.bytes);
	return error;
}

static void
savesys_make_header(struct vm *vm, struct savesys *s, struct vm_name name)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	memcpy(s->h.magic, SAVED_MAGIC, sizeof s->h.magic);
	s->h.format = SAVED_FORMAT;
	mem_read(&vm->mem, GPA(offsetof(struct lowcore, ipl_vdev)),
	    &s->h.ipl_vdev, sizeof s->h.ipl_vdev);
	s->h.build = VM370_BUILD_ID;
	s->h.model = vm->kvm.model;
	s->h.storage = vm->mem.size;
	s->h.mode = vm->config.mode;
	s->h.name = name;
	s->h.by = vm->config.user;
	s->h.utc_ns = now.tv_sec * 1000000000ll + now.tv_nsec;
	s->h.pages_at = SAVESYS_ROUND(sizeof s->h + savesys_state_len(&s->h),
	    MEM_PAGE);
	s->h.state_sum = checksum_add(CHECKSUM_START, s->state,
	    savesys_state_len(&s->h));
}

int
savesys_write(struct vm *vm, int fd, struct vm_name name)
{
	struct savesys s = { 0 };
	int error;

	if (savesys_busy(vm))
		return EBUSY;
	diag_settle(&vm->cpu[0], DIAG_RESUMED);
	if (savesys_put_processor(vm, &s) < 0)
		return EIO;
	error = savesys_find_runs(vm, &s);
	if (error != 0)
		return error;
	savesys_make_header(vm, &s, name);
	error = savesys_put_pages(vm, fd, &s);
	/* What says where things are comes when they are there. */
	s.h.sum = savesys_header_sum(&s.h);
	if (error == 0)
		error = savesys_put(fd, &s, sizeof s.h +
		    savesys_state_len(&s.h), 0);
	if (error == 0 && fsync(fd) < 0)
		error = errno;
	return error;
}

/* --- looking at a file --- */

/* All of it, or an enum ipc_vm_saved. */
static int
savesys_get(int fd, void *bytes, size_t len, uint64_t at)
{
	char *p = bytes;

	while (len > 0) {
		ssize_t n = pread(fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? VM_SAVED_IO : VM_SAVED_DAMAGED;
		p += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return 0;
}

static int
savesys_check_header(const struct vm *vm, const struct saved_header *h)
{
	if (memcmp(h->magic, SAVED_MAGIC, sizeof h->magic) != 0)
		return VM_SAVED_DAMAGED;
	if (h->format != SAVED_FORMAT)
		return VM_SAVED_BUILD;
	if (h->sum != savesys_header_sum(h))
		return VM_SAVED_DAMAGED;
	if (h->build != VM370_BUILD_ID)
		return VM_SAVED_BUILD;
	if (h->model != vm->kvm.model || h->mode != vm->config.mode)
		return VM_SAVED_MODEL;
	if (h->storage > vm->mem.size)
		return VM_SAVED_STORAGE;
	if (h->processor == 0 || h->processor > SAVESYS_PROCESSOR_MAX ||
	    h->runs == 0 || h->runs > SAVED_RUNS_MAX || h->pages == 0 ||
	    h->pages > h->storage / MEM_PAGE ||
	    h->pages_at != SAVESYS_ROUND(sizeof *h + savesys_state_len(h),
	    MEM_PAGE))
		return VM_SAVED_DAMAGED;
	return 0;
}

/* Ascending, inside the storage it needs, as many pages as there are. */
static int
savesys_check_runs(const struct savesys *s)
{
	uint64_t next = 0, pages = 0;

	for (uint32_t i = 0; i < s->h.runs; i++) {
		struct saved_run run = savesys_run(s, i);

		if (run.page < next || run.pages == 0)
			return VM_SAVED_DAMAGED;
		next = (uint64_t)run.page + run.pages;
		pages += run.pages;
	}
	return next <= s->h.storage / MEM_PAGE && pages == s->h.pages ? 0 :
	    VM_SAVED_DAMAGED;
}

/* It ends where its pages end: a page behind the end of a file cannot be
 * touched. */
static int
savesys_check_size(int fd, const struct saved_header *h)
{
	uint64_t end = h->pages_at + (uint64_t)h->pages * MEM_PAGE;
	char byte;
	int rc = savesys_get(fd, &byte, 1, end - 1);

	if (rc != 0)
		return rc;
	rc = savesys_get(fd, &byte, 1, end);
	if (rc == 0)
		return VM_SAVED_DAMAGED; /* longer */
	return rc == VM_SAVED_DAMAGED ? 0 : rc;
}

static int
savesys_check(const struct vm *vm, int fd, struct savesys *s)
{
	int rc = savesys_get(fd, &s->h, sizeof s->h, 0);

	if (rc == 0)
		rc = savesys_check_header(vm, &s->h);
	if (rc == 0)
		rc = savesys_get(fd, s->state, savesys_state_len(&s->h),
		    sizeof s->h);
	if (rc != 0)
		return rc;
	if (checksum_add(CHECKSUM_START, s->state, savesys_state_len(&s->h)) !=
	    s->h.state_sum)
		return VM_SAVED_DAMAGED;
	rc = savesys_check_runs(s);
	return rc != 0 ? rc : savesys_check_size(fd, &s->h);
}

/* The pages, read and right; not yet anybody's storage. */
static int
savesys_open_pages(int fd, const struct saved_header *h, struct mem_pages *p)
{
	struct checksum sum = CHECKSUM_PAGES;

	if (mem_pages_open(p, fd, h->pages_at, (uint64_t)h->pages *
	    MEM_PAGE) < 0)
		return VM_SAVED_IO;
	checksum_pages(&sum, p->base, p->len);
	if (checksum_end(&sum) == h->pages_sum)
		return 0;
	mem_pages_close(p);
	return VM_SAVED_DAMAGED;
}

/* --- starting from it --- */

static int
savesys_load(struct vm *vm, struct savesys *s, struct mem_pages *pages)
{
	struct section section = { .bytes = s->state, .len = s->h.processor };

	machine_reset(vm, true);
	if (atomic_load(&vm->io.stale))
		return VM_SAVED_IO; /* a disk of the host hangs */
	blockio_renumber(vm);
	for (uint32_t i = 0; i < s->h.runs; i++) {
		struct saved_run run = savesys_run(s, i);

		if (mem_adopt(&vm->mem, GPA((uint64_t)run.page * MEM_PAGE),
		    pages, (uint64_t)run.pages * MEM_PAGE) < 0)
			return VM_SAVED_IO;
	}
	return save_load_cpu(&vm->cpu[0], &section) < 0 ? VM_SAVED_DAMAGED : 0;
}

int
savesys_ipl(struct vm *vm, int fd, const struct ipc_vm_ipl *msg)
{
	bool stop = (msg->flags & IPL_STOP) != 0;
	struct mem_pages pages;
	struct savesys s;
	int rc = savesys_check(vm, fd, &s);

	if (rc == 0)
		rc = savesys_open_pages(fd, &s.h, &pages);
	if (rc != 0)
		return rc;
	machine_pause(vm);
	rc = savesys_load(vm, &s, &pages);
	mem_pages_close(&pages);
	if (rc == 0)
		ipl_low_storage(vm, msg->vdev, msg->text, msg->text_len);
	else
		machine_reset(vm, true);
	machine_resume(vm);
	if (rc == 0 && !stop)
		machine_run(vm);
	machine_report(vm, rc != 0 ? VM_WHY_NOT_RUNNABLE :
	    stop ? VM_WHY_ASKED : VM_WHY_NONE, 0, 0, NULL);
	return rc;
}
