/* SPDX-License-Identifier: MIT
 *
 * program.c - load a program, run it, end it.  What it may ask for while it
 * runs is in syscall.c.
 */
#include "console.h"
#include "elf64.h"
#include "fd.h"
#include "hyper.h"
#include "layout.h"
#include "program.h"
#include "start.h"

#define STACK_MIN (32ull << 10)
#define STACK_MAX (8ull << 20)
#define STACK_SHARE 8	     /* of storage, at most one part in so many */
#define STACK_GAP (1ull << 20) /* below the stack nothing is mapped */

static struct program *program_now;

struct program *
program_current(void)
{
	return program_now;
}

uint64_t
program_promised(void)
{
	uint64_t frames = 0;

	for (const struct program *p = program_now; p != NULL; p = p->outer) {
		uint64_t want = space_promised(&p->space);

		frames += want > p->space.freed_count ?
		    want - p->space.freed_count : 0;
	}
	return frames;
}

void *
program_room(struct program *p, size_t bytes)
{
	if (p->room_size < bytes) {
		p->room = storage_room(bytes);
		p->room_size = p->room != NULL ? bytes : 0;
	}
	return p->room;
}

/* The MODULE, open. */
struct program_file {
	struct edf_file *edf;
	uint64_t size;
};

static int
program_read(struct program_file *file, uint64_t offset, void *to, size_t len)
{
	char *at = to;

	while (len > 0) {
		int64_t n = edf_stream_read(file->edf, offset, at, len);

		if (n <= 0)
			return -1;
		offset += (uint64_t)n;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static uint64_t
page_down(uint64_t at)
{
	return at & ~(PAGE_SIZE - 1ull);
}

static uint64_t
page_up(uint64_t at)
{
	return page_down(at + PAGE_SIZE - 1);
}

/*
 * Two segments may meet in one page: it is then what either asks for.
 */
static int
program_map_segment(struct program *p, const struct elf64_segment *seg)
{
	uint64_t start = page_down(seg->start);
	uint64_t end = page_up(seg->start + seg->size);
	const struct region *met = region_find(&p->space.regions, start);

	if (met != NULL) {
		if (region_set(&p->space.regions, start, start + PAGE_SIZE,
		    met->prot | seg->prot) == -1)
			return -1;
		start += PAGE_SIZE;
	}
	return start < end ? region_set(&p->space.regions, start, end,
	    seg->prot) : 0;
}

/* Pages that lie side by side in storage are read all at once. */
static int
program_read_segment(struct program *p, struct program_file *file,
    const struct elf64_segment *seg)
{
	uint64_t at = seg->start, end = seg->start + seg->in_file;

	while (at < end) {
		uint64_t next = page_down(at) + PAGE_SIZE;
		char *to = space_page(&p->space, at);

		if (to == NULL)
			return PROGRAM_NO_STORAGE;
		to += at % PAGE_SIZE;
		while (next < end && space_page(&p->space, next) ==
		    to + (next - at))
			next += PAGE_SIZE;
		if (next > end)
			next = end;
		if (program_read(file, seg->offset + (at - seg->start), to,
		    (size_t)(next - at)) == -1)
			return PROGRAM_READ_ERROR;
		at = next;
	}
	return 0;
}

uint64_t
program_stack_size(void)
{
	uint64_t size = page_down(storage_size() / STACK_SHARE);

	if (size < STACK_MIN)
		return STACK_MIN;
	return size < STACK_MAX ? size : STACK_MAX;
}

static int
program_map_stack(struct program *p)
{
	p->mmap_top = USER_STACK_TOP - STACK_MAX - STACK_GAP;
	return space_map(&p->space, USER_STACK_TOP - program_stack_size(),
	    USER_STACK_TOP, REGION_READ | REGION_WRITE);
}

static int
program_load(struct program *p, struct program_file *file,
    const struct elf64 *elf)
{
	int rc = 0;

	for (unsigned i = 0; i < elf->segments; i++)
		if (program_map_segment(p, &elf->segment[i]) == -1)
			return PROGRAM_NO_STORAGE;
	if (program_map_stack(p) == -1 || !space_room(&p->space, 0))
		return PROGRAM_NO_STORAGE;
	for (unsigned i = 0; i < elf->segments && rc == 0; i++)
		rc = program_read_segment(p, file, &elf->segment[i]);
	p->brk_base = p->brk = page_up(elf->end);
	return rc;
}

/* Into ring 3, and what was there before again afterwards. */
static int
program_go(struct program *p, uint64_t entry, uint64_t sp)
{
	uint64_t rsp0 = cpu_tss.rsp0;
	int rc;

	p->start.rip = entry;
	p->start.cs = SEL_USER_CODE;
	p->start.rflags = RFLAGS_START;
	p->start.rsp = sp;
	p->start.ss = SEL_USER_DATA;
	console_show();
	if (p->outer != NULL)
		cpu_fpu_save(p->outer->fpu);
	program_now = p;
	console_program(1);
	space_enter(&p->space);
	cpu_fpu_reset();
	cpu_set_fs(0);
	cpu_set_gs(0);
	rc = vector_run(&p->start, &p->leave);
	cpu_tss.rsp0 = rsp0;
	program_now = p->outer;
	console_program(-1);
	if (p->outer == NULL) {
		storage_enter();
		return rc;
	}
	space_enter(&p->outer->space);
	cpu_fpu_load(p->outer->fpu);
	cpu_set_fs(p->outer->fs);
	cpu_set_gs(p->outer->gs);
	return rc;
}

static int
program_refuse(const struct program *p, int rc, const char *why)
{
	switch (rc) {
	case PROGRAM_NO_STORAGE:
		console_line("DMSMOD109S VIRTUAL STORAGE CAPACITY EXCEEDED "
		    "LOADING %s", p->name);
		break;
	case PROGRAM_READ_ERROR:
		console_line("DMSMOD104S ERROR READING FILE %s MODULE FROM "
		    "DISK", p->name);
		break;
	default:
		console_line("DMSMOD032E %s MODULE CANNOT BE RUN: %s", p->name,
		    why);
		break;
	}
	return rc;
}

static const char *
program_head(struct program_file *file, struct elf64 *elf, int *rc)
{
	static const struct elf64_room room = {
		.low = USER_LOW,
		.top = USER_STACK_TOP - STACK_MAX - STACK_GAP,
		.any = USER_PIE,
	};
	size_t len = file->size < ELF_HEAD ? (size_t)file->size : ELF_HEAD;
	void *head = storage_room(ELF_HEAD);
	const char *why;

	*rc = PROGRAM_NO_STORAGE;
	if (head == NULL)
		return "";
	*rc = PROGRAM_READ_ERROR;
	if (program_read(file, 0, head, len) == -1)
		return "";
	why = elf64_read(elf, head, len, file->size, &room);
	*rc = why != NULL ? PROGRAM_NOT_EXECUTABLE : 0;
	return why;
}

static int
program_open(struct program *p, struct access *disk, const struct edf_stat *st,
    struct program_file *file)
{
	struct edf_stat known = *st;

	for (int i = 0; i < EDF_NAME && st->name[i] != ' '; i++)
		p->name[i] = st->name[i];
	if (edf_open(disk->edf, EDF_READ, &known, &file->edf) != 0)
		return program_refuse(p, PROGRAM_READ_ERROR, "");
	file->size = edf_stream_size(file->edf);
	return 0;
}

/* Into storage: 0, and where it begins. */
static int
program_prepare(struct program *p, struct program_file *file,
    const char *line, uint64_t *entry, uint64_t *sp)
{
	struct elf64 *elf = storage_room(sizeof *elf);
	const char *why;
	int rc;

	if (elf == NULL || space_init(&p->space) == -1)
		return program_refuse(p, PROGRAM_NO_STORAGE, "");
	why = program_head(file, elf, &rc);
	if (rc == 0)
		rc = program_load(p, file, elf);
	if (rc != 0)
		return program_refuse(p, rc, why);
	*entry = elf->entry;
	*sp = start_stack(&p->space, elf, line);
	return *sp != 0 ? 0 : program_refuse(p, PROGRAM_NO_STORAGE, "");
}

/* CP's answer is nobody's. */
static void
program_tell_cp(struct program *p)
{
	struct hyper_command c = {
		.text = p->at_end,
		.len = p->at_end_len,
		.reply = p->line,
		.size = sizeof p->line,
	};

	hyper_command(&c);
}

/* Everything that is taken here lies above the caller's mark. */
static int
program_run_marked(struct program *p, struct access *disk,
    const struct edf_stat *st, const char *line)
{
	struct program_file file;
	uint64_t entry, sp;
	int rc = program_open(p, disk, st, &file);

	if (rc != 0)
		return rc;
	rc = program_prepare(p, &file, line, &entry, &sp);
	edf_abandon(file.edf);
	if (rc != 0)
		return rc;
	fd_start(p);
	rc = program_go(p, entry, sp);
	if (fd_end(p) < 0 && rc == 0)
		rc = PROGRAM_WRITE_ERROR;
	program_tell_cp(p);
	return rc;
}

int
program_run(struct access *disk, const struct edf_stat *st, const char *line)
{
	real_t mark = storage_mark();
	struct program *p;
	int rc;

	if (program_now != NULL && program_now->depth == PROGRAM_DEPTH) {
		console_line("DMSMOD110E TOO MANY PROGRAMS INSIDE EACH OTHER");
		return PROGRAM_NOT_EXECUTABLE;
	}
	p = storage_room(sizeof *p);
	if (p == NULL) {
		console_line("DMSMOD109S VIRTUAL STORAGE CAPACITY EXCEEDED");
		return PROGRAM_NO_STORAGE;
	}
	*p = (struct program){ .outer = program_now };
	p->depth = p->outer != NULL ? p->outer->depth + 1 : 1;
	rc = program_run_marked(p, disk, st, line);
	storage_release(mark);
	return rc;
}

void
program_end(int rc)
{
	vector_leave(program_now->leave, rc);
}

void
program_abort(int rc)
{
	program_now->abandoned = 1;
	program_end(rc);
}

void
program_check(const struct frame *frame)
{
	console_poll();
	if (console_halted()) {
		console_line("DMSITP142T %s HALTED BY HX AT %lX",
		    program_now->name, frame->rip);
		program_abort(PROGRAM_HALTED);
	}
	/* IRET and SYSRET to such an address would fault in ring 0. */
	if (frame->rip >= USER_TOP) {
		console_line("DMSITP141T ADDRESSING EXCEPTION OCCURRED AT %lX "
		    "IN ROUTINE %s", frame->rip, program_now->name);
		program_abort(PROGRAM_ABEND);
	}
}
