/* SPDX-License-Identifier: MIT
 *
 * diag.c - DIAGNOSE: one table, one function a code.  CP commands are
 * vmcp's; here they only pass through.  I/O is diag_io.c's, spool files are
 * diag_spool.c's, screens diag_full.c's.
 */
#include "diagnose.h"

#include <string.h>
#include <time.h>

#include "name.h"
#include "vcpu.h"

#define NS_PER_S 1000000000ll

struct diag_row {
	uint32_t code;
	uint32_t flags; /* that it knows */
	/* DIAG_DONE: results are in block.  Above that, an enum machine_pgm. */
	int (*run)(struct diag_call *);
};

/* An answer that does not fit, or whose buffer is outside storage: what fits
 * is stored; cc 1 and the size in out_len say that there is more. */
static __attribute__((noinline)) int
diag_answer_part(struct diag_call *c, const void *bytes, uint32_t n)
{
	uint32_t room = c->block.out_addr != 0 ? c->block.out_len : 0;

	if (mem_write(&c->v->vm->mem, GPA(c->block.out_addr), bytes,
	    n < room ? n : room) < 0) {
		c->refused = c->block.out_addr;
		return MACHINE_PGM_ADDRESSING;
	}
	c->block.cc = n > room;
	c->block.rc = 0;
	c->block.out_len = n;
	return DIAG_DONE;
}

/* Give the guest an answer of n bytes.  Inline, so that n is a constant where
 * bytes are copied: this is how DIAGNOSE 0 is no dearer than it must be. */
static inline int
diag_answer(struct diag_call *c, const void *bytes, uint32_t n)
{
	if (c->block.out_addr == 0 || c->block.out_len < n ||
	    mem_write(&c->v->vm->mem, GPA(c->block.out_addr), bytes, n) < 0)
		return diag_answer_part(c, bytes, n);
	c->block.cc = 0;
	c->block.rc = 0;
	c->block.out_len = n;
	return DIAG_DONE;
}

static int
diag_extended_id(struct diag_call *c)
{
	return diag_answer(c, &c->v->vm->id, sizeof c->v->vm->id);
}

static int
diag_storage_size(struct diag_call *c)
{
	struct diag_storage s = { .bytes = c->v->vm->mem.size };

	return diag_answer(c, &s, sizeof s);
}

static uint64_t
diag_cpu_us(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int
diag_time(struct diag_call *c, const char *date_format)
{
	const struct ipc_vm_config *config = &c->v->vm->config;
	struct diag_time t = { .offset = config->utc_offset,
		.virt_us = diag_cpu_us(CLOCK_THREAD_CPUTIME_ID),
		.total_us = diag_cpu_us(CLOCK_PROCESS_CPUTIME_ID) };
	struct timespec now;
	time_t local;
	struct tm tm;
	char text[16];

	_Static_assert(sizeof t.zone == sizeof config->zone, "zone");
	clock_gettime(CLOCK_REALTIME, &now);
	local = now.tv_sec + config->utc_offset;
	gmtime_r(&local, &tm);
	strftime(text, sizeof text, date_format, &tm);
	memcpy(t.date, text, strnlen(text, sizeof t.date));
	strftime(text, sizeof text, "%H:%M:%S", &tm);
	memcpy(t.time, text, sizeof t.time);
	memcpy(t.zone, config->zone, sizeof t.zone);
	t.utc_ns = now.tv_sec * NS_PER_S + now.tv_nsec;
	return diag_answer(c, &t, sizeof t);
}

static int
diag_timer_old(struct diag_call *c)
{
	return diag_time(c, "%m/%d/%y");
}

static int
diag_timer(struct diag_call *c)
{
	return diag_time(c, "%m/%d/%Y");
}

static int
diag_release(struct diag_call *c)
{
	struct memory *mem = &c->v->vm->mem;
	struct diag_range range;

	c->refused = c->block.in_addr;
	if (c->block.in_len != sizeof range)
		return MACHINE_PGM_SPECIFICATION;
	if (mem_read(mem, GPA(c->block.in_addr), &range, sizeof range) < 0)
		return MACHINE_PGM_ADDRESSING;
	c->refused = range.addr;
	if (range.addr % MEM_PAGE != 0 || range.len % MEM_PAGE != 0)
		return MACHINE_PGM_SPECIFICATION;
	if (mem_release(mem, GPA(range.addr), range.len) < 0)
		return MACHINE_PGM_ADDRESSING;
	c->block.cc = 0;
	c->block.rc = 0;
	c->block.out_len = 0;
	return DIAG_DONE;
}

static int
diag_command(struct diag_call *c)
{
	struct cp_call *call = &c->v->call;
	const struct diag *b = &c->block;
	struct vm *vm = c->v->vm;

	c->refused = b->in_addr;
	if (b->in_len > DIAG_COMMAND_MAX)
		return MACHINE_PGM_SPECIFICATION;
	/* Checked now, so that the answer cannot fail for it later. */
	if (!mem_inside(&vm->mem, GPA(b->in_addr), b->in_len))
		return MACHINE_PGM_ADDRESSING;
	c->refused = b->out_addr;
	if (b->out_addr != 0 &&
	    !mem_inside(&vm->mem, GPA(b->out_addr), b->out_len))
		return MACHINE_PGM_ADDRESSING;
	pthread_mutex_lock(&vm->lock);
	mem_read(&vm->mem, GPA(b->in_addr), call->text, b->in_len);
	call->text_len = b->in_len;
	call->out_addr = b->out_addr;
	call->out_len = b->out_len;
	call->implied = (b->flags & DIAG_COMMAND_IMPLIED) != 0;
	call->tag++;
	call->block = c->at;
	call->posted = true;
	c->v->wait = WAIT_CP;
	pthread_mutex_unlock(&vm->lock);
	machine_wake(vm);
	return DIAG_WAITS;
}

static int
diag_screen_size(struct diag_call *c)
{
	struct diag_screen screen;
	uint32_t cc = diag_full_size(c->v->vm, &screen);

	if (cc == 0)
		return diag_answer(c, &screen, sizeof screen);
	c->block.cc = cc;
	c->block.rc = 0;
	c->block.out_len = 0;
	return DIAG_DONE;
}

static const struct diag_row diag_rows[] = {
	{ DIAG_EXTENDED_ID, 0, diag_extended_id },
	{ DIAG_COMMAND, DIAG_COMMAND_IMPLIED, diag_command },
	{ DIAG_TIMER_OLD, 0, diag_timer_old },
	{ DIAG_RELEASE, 0, diag_release },
	{ DIAG_SPOOL_INPUT, 0, diag_spool_input },
	{ DIAG_FULL_SCREEN, 0, diag_full_screen },
	{ DIAG_STORAGE, 0, diag_storage_size },
	{ DIAG_SCREEN_SIZE, 0, diag_screen_size },
	{ DIAG_BLOCK_IO, 0, diag_io_block },
	{ DIAG_GENERAL_IO, 0, diag_io_general },
	{ DIAG_BLOCK_IO_ASYNC, 0, diag_io_block_async },
	{ DIAG_TIMER, 0, diag_timer },
};

static int
diag_dispatch(struct diag_call *c)
{
	for (size_t i = 0; i < sizeof diag_rows / sizeof diag_rows[0]; i++) {
		const struct diag_row *row = &diag_rows[i];

		if (row->code != c->block.code)
			continue;
		if ((c->block.flags & ~row->flags) != 0)
			return MACHINE_PGM_SPECIFICATION;
		return row->run(c);
	}
	return MACHINE_PGM_OPERATION;
}

/* Copy the block, once, if it is one. */
static int
diag_take(struct diag_call *c, struct vcpu *v, uint32_t value)
{
	c->v = v;
	c->at = value;
	c->refused = value;
	if (value % 8 != 0)
		return MACHINE_PGM_SPECIFICATION;
	if (mem_read(&v->vm->mem, GPA(value), &c->block, sizeof c->block) < 0)
		return MACHINE_PGM_ADDRESSING;
	return DIAG_DONE;
}

static __attribute__((noinline)) enum vcpu_next
diag_not_done(struct diag_call *c, int rc)
{
	if (rc != DIAG_WAITS)
		return vcpu_program(c->v, (enum machine_pgm)rc, c->refused);
	return NEXT_WAIT;
}

enum vcpu_next
diag_port(struct vcpu *v, uint32_t value)
{
	struct diag_call c;
	int rc = diag_take(&c, v, value);

	if (rc == DIAG_DONE)
		rc = diag_dispatch(&c);
	if (rc != DIAG_DONE)
		return diag_not_done(&c, rc);
	diag_results(v->vm, value, &c.block);
	return NEXT_RUN;
}

struct diag_id
diag_make_id(const struct ipc_vm_config *config)
{
	struct diag_id id = { .version = MACHINE_VERSION };

	memcpy(id.system, config->system, sizeof id.system);
	memcpy(id.release, config->release, sizeof id.release);
	name_pad(config->user.user, id.user, sizeof id.user);
	name_pad(config->user.node, id.node, sizeof id.node);
	return id;
}

/* --- DIAGNOSE 8, on the device thread --- */

static bool
diag_collect(struct vm *vm, struct vcpu *v, struct cp_call *call)
{
	bool posted;

	pthread_mutex_lock(&vm->lock);
	posted = v->wait == WAIT_CP && v->call.posted;
	if (posted)
		*call = v->call;
	v->call.posted = v->call.posted && !posted;
	pthread_mutex_unlock(&vm->lock);
	return posted;
}

void
diag_send_calls(struct vm *vm)
{
	for (unsigned i = 0; i < vm->ncpus; i++) {
		struct ipc_cp_command msg = { 0 };
		struct cp_call call;

		if (!diag_collect(vm, &vm->cpu[i], &call))
			continue;
		msg.tag = call.tag;
		msg.want_reply = call.out_addr != 0;
		msg.implied = call.implied;
		ipcchan_send_text(&vm->chan, IPC_VM_CP_COMMAND, &msg,
		    sizeof msg, call.text, call.text_len, -1);
	}
}

/* Lock held. */
static void
diag_finish(struct vcpu *v, const struct ipc_cp_reply *reply)
{
	const struct cp_call *call = &v->call;
	uint32_t room = call->out_addr != 0 ? call->out_len : 0;
	uint32_t n = reply->text_len < room ? reply->text_len : room;
	bool more = call->out_addr != 0 && reply->total > room;
	struct diag results = { .out_len = more ? reply->total : n,
		.cc = more, .rc = reply->rc };

	mem_write(&v->vm->mem, GPA(call->out_addr), reply->text, n);
	diag_results(v->vm, call->block, &results);
	v->wait = WAIT_NONE;
	vcpu_kick(v);
}

void
diag_reply(struct vm *vm, const struct ipc_cp_reply *reply)
{
	pthread_mutex_lock(&vm->lock);
	for (unsigned i = 0; i < vm->ncpus; i++) {
		struct vcpu *v = &vm->cpu[i];

		if (v->wait == WAIT_CP && !v->call.posted &&
		    v->call.tag == reply->tag)
			diag_finish(v, reply);
	}
	pthread_mutex_unlock(&vm->lock);
}

bool
diag_waits(struct vcpu *v, enum vcpu_wait what, const bool *posted)
{
	bool waits;

	pthread_mutex_lock(&v->vm->lock);
	waits = v->wait == what && *posted;
	pthread_mutex_unlock(&v->vm->lock);
	return waits;
}

void
diag_over(struct vcpu *v, bool *posted, uint32_t block,
    const struct diag *results)
{
	pthread_mutex_lock(&v->vm->lock);
	*posted = false;
	diag_results(v->vm, block, results);
	v->wait = WAIT_NONE;
	vcpu_go(v);
	pthread_mutex_unlock(&v->vm->lock);
}

void
diag_cancel(struct vcpu *v)
{
	v->call.posted = false;
	v->call.tag++;
	v->general.device = NULL;
	v->spool.posted = false;
	v->full.posted = false;
}

void
diag_settle(struct vcpu *v, int32_t rc)
{
	const struct diag results = { .rc = rc };

	if (v->wait == WAIT_CP)
		diag_results(v->vm, v->call.block, &results);
}
