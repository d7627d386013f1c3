/* SPDX-License-Identifier: MIT
 *
 * diag_io.c - DIAGNOSE A4, A8 and 250: blocks of a disk, and channel programs,
 * without interruptions or with one.  Everything a guest says is looked at
 * here, once, before anything is begun.
 */
#include <string.h>

#include "diagnose.h"
#include "subchan.h"
#include "vcpu.h"

#define DIAG_IO_ALIGN 8

/* The parameters of A4 and 250: a copy. */
struct diag_io {
	struct diag_block_io head;
	struct diag_block_extent extent[DIAG_BLOCK_EXTENTS];
};

/* What ends a request: written behind its inputs. */
struct diag_io_end {
	uint32_t done;
	uint8_t unit;
	uint8_t zero[3];
	uint8_t sense[4];
};

_Static_assert(sizeof(struct diag_io_end) == sizeof(struct diag_block_io) -
    offsetof(struct diag_block_io, done), "results come last");
_Static_assert(offsetof(struct diag_io_end, sense) ==
    offsetof(struct diag_block_io, sense) -
    offsetof(struct diag_block_io, done), "sense");

/* --- A4 and 250: operands --- */

static int
diag_io_refuse(struct diag_call *c, enum machine_pgm code, uint32_t addr)
{
	c->refused = addr;
	return (int)code;
}

static bool
diag_io_has_flags(const struct diag_block_io *h)
{
	uint8_t known = h->op == DIAG_BLOCK_WRITE ? DIAG_BLOCK_THEN_FLUSH : 0;

	return (h->flags & ~known) == 0;
}

/* The head agrees with itself and with the length. */
static bool
diag_io_head_holds(const struct diag_block_io *h, uint32_t len)
{
	static const uint8_t none[sizeof h->zero];
	bool flush = h->op == DIAG_BLOCK_FLUSH;

	return h->op >= DIAG_BLOCK_READ && h->op <= DIAG_BLOCK_FLUSH &&
	    diag_io_has_flags(h) && h->reserved == 0 &&
	    memcmp(h->zero, none, sizeof none) == 0 &&
	    h->count <= DIAG_BLOCK_EXTENTS && (h->count == 0) == flush &&
	    len == sizeof *h + h->count * sizeof(struct diag_block_extent);
}

/* Copy the parameters and look at all that does not depend on the disk. */
static int
diag_io_take(struct diag_call *c, struct diag_io *io)
{
	const struct memory *mem = &c->v->vm->mem;
	uint32_t at = c->block.in_addr, len = c->block.in_len;

	if (at % DIAG_IO_ALIGN != 0 || len < sizeof io->head ||
	    len > sizeof *io)
		return diag_io_refuse(c, MACHINE_PGM_SPECIFICATION, at);
	if (mem_read(mem, GPA(at), io, len) < 0)
		return diag_io_refuse(c, MACHINE_PGM_ADDRESSING, at);
	if (!diag_io_head_holds(&io->head, len))
		return diag_io_refuse(c, MACHINE_PGM_SPECIFICATION, at);
	for (unsigned i = 0; i < io->head.count; i++) {
		const struct diag_block_extent *e = &io->extent[i];

		if (e->zero != 0)
			return diag_io_refuse(c, MACHINE_PGM_SPECIFICATION,
			    at);
		if (!mem_inside(mem, GPA(e->addr),
		    (uint64_t)e->blocks * FBA_BLOCK))
			return diag_io_refuse(c, MACHINE_PGM_ADDRESSING,
			    e->addr);
	}
	return DIAG_DONE;
}

/* Does the disk have what is asked for?  False: sense says why not. */
static bool
diag_io_fits(const struct diag_io *io, const struct medium *m,
    uint8_t sense[SENSE_BYTES])
{
	bool write = io->head.op == DIAG_BLOCK_WRITE;
	uint8_t why = write && m->read_only ? FBA_SENSE_INHIBITED : 0;

	memset(sense, 0, SENSE_BYTES);
	for (unsigned i = 0; i < io->head.count && why == 0; i++) {
		const struct diag_block_extent *e = &io->extent[i];

		if (e->blocks == 0) {
			sense[0] = SENSE_COMMAND_REJECT;
			return false;
		}
		if ((uint64_t)e->block + e->blocks > m->blocks)
			why = FBA_SENSE_PROTECTED;
	}
	if (why == 0)
		return true;
	sense[0] = SENSE_COMMAND_REJECT;
	sense[1] = why;
	return false;
}

/* --- A4 and 250: beginning and end --- */

static void
diag_io_store(struct vm *vm, uint32_t parm, const struct diag_io_end *end)
{
	mem_write(&vm->mem, GPA(parm + offsetof(struct diag_block_io, done)),
	    end, sizeof *end);
}

static void
diag_io_ended(struct vm *vm, struct block_request *rq)
{
	struct block_call *call = (struct block_call *)rq;
	struct diag_io_end end = {
		.done = (uint32_t)(rq->done / FBA_BLOCK),
		.unit = UNIT_DONE,
	};
	struct diag results = { 0 };

	if (rq->error != 0) {
		end.unit |= UNIT_CHECK;
		blockio_sense(rq, end.sense);
		results.cc = 1;
	}
	diag_io_store(vm, call->parm, &end);
	if (call->v == NULL) {
		call->used = false;
		machine_block_ended(vm, call->id);
		return;
	}
	diag_results(vm, call->block, &results);
	call->v->wait = WAIT_NONE;
	vm->io.waiter = call->v;
}

/* Lock held. */
static void
diag_io_begin(struct vm *vm, struct block_call *call, struct medium *m,
    const struct diag_io *io)
{
	static const enum block_op ops[] = {
		[DIAG_BLOCK_READ] = BLOCK_READ,
		[DIAG_BLOCK_WRITE] = BLOCK_WRITE,
		[DIAG_BLOCK_FLUSH] = BLOCK_FLUSH,
	};

	call->rq = (struct block_request){ .medium = m,
		.op = ops[io->head.op],
		.flush = (io->head.flags & DIAG_BLOCK_THEN_FLUSH) != 0,
		.count = io->head.count, .run = call->run,
		.ended = diag_io_ended };
	for (unsigned i = 0; i < io->head.count; i++) {
		const struct diag_block_extent *e = &io->extent[i];

		call->run[i].at = (uint64_t)e->block * FBA_BLOCK;
		mem_span(&vm->mem, GPA(e->addr),
		    (uint64_t)e->blocks * FBA_BLOCK, &call->run[i].mem);
	}
	blockio_submit(vm, &call->rq);
}

/* Lock held.  NULL: the disk that is meant is not there. */
static struct medium *
diag_io_medium(struct vm *vm, const struct diag_block_io *head)
{
	struct device *d = machine_device(vm, head->vdev);
	struct medium *m = d != NULL ? d->medium : NULL;

	if (m != NULL && head->attachment != 0 &&
	    head->attachment != m->attachment)
		return NULL;
	return m;
}

static void
diag_io_results(struct diag_call *c, uint32_t cc)
{
	c->block.cc = cc;
	c->block.rc = 0;
	c->block.out_len = 0;
}

/* --- A4 --- */

/* Lock held. */
static int
diag_io_wait(struct diag_call *c, struct medium *m, const struct diag_io *io)
{
	struct diag_io_end end = { .unit = UNIT_DONE | UNIT_CHECK };
	struct vcpu *v = c->v;

	if (!diag_io_fits(io, m, end.sense)) {
		diag_io_store(v->vm, c->block.in_addr, &end);
		diag_io_results(c, 1);
		return DIAG_DONE;
	}
	v->io.v = v;
	v->io.block = c->at;
	v->io.parm = c->block.in_addr;
	v->wait = WAIT_BLOCK_IO;
	diag_io_begin(v->vm, &v->io, m, io);
	return DIAG_WAITS;
}

int
diag_io_block(struct diag_call *c)
{
	struct vm *vm = c->v->vm;
	struct medium *m;
	struct diag_io io;
	int rc = diag_io_take(c, &io);

	if (rc != DIAG_DONE)
		return rc;
	pthread_mutex_lock(&vm->lock);
	m = diag_io_medium(vm, &io.head);
	if (m == NULL)
		diag_io_results(c, 3);
	else
		rc = diag_io_wait(c, m, &io);
	pthread_mutex_unlock(&vm->lock);
	if (rc == DIAG_WAITS)
		blockio_go(vm);
	return rc;
}

/* --- 250 --- */

/* A place for one more, as long as those under way and those whose
 * interruption was not taken are not too many. */
static struct block_call *
diag_io_place(struct vm *vm)
{
	struct block_call *place = NULL;
	unsigned used = vm->block_exts;

	for (unsigned i = 0; i < DIAG_BLOCK_ASYNC_MAX; i++) {
		if (vm->async[i].used)
			used++;
		else
			place = &vm->async[i];
	}
	return used < DIAG_BLOCK_ASYNC_MAX ? place : NULL;
}

/* Lock held.  What the disk does not have is an end like any other. */
static void
diag_io_async(struct diag_call *c, struct block_call *call, struct medium *m,
    const struct diag_io *io)
{
	struct diag_io_end end = { 0 };
	struct vm *vm = c->v->vm;

	if (!diag_io_fits(io, m, end.sense)) {
		end.unit = UNIT_DONE | UNIT_CHECK;
		diag_io_store(vm, c->block.in_addr, &end);
		machine_block_ended(vm, io->head.id);
		return;
	}
	diag_io_store(vm, c->block.in_addr, &end);
	call->used = true;
	call->v = NULL;
	call->id = io->head.id;
	call->parm = c->block.in_addr;
	diag_io_begin(vm, call, m, io);
}

int
diag_io_block_async(struct diag_call *c)
{
	struct vm *vm = c->v->vm;
	struct block_call *call;
	struct medium *m;
	struct diag_io io;
	int rc = diag_io_take(c, &io);

	if (rc != DIAG_DONE)
		return rc;
	pthread_mutex_lock(&vm->lock);
	m = diag_io_medium(vm, &io.head);
	call = diag_io_place(vm);
	diag_io_results(c, m == NULL ? 3 : call == NULL ? 2 : 0);
	if (c->block.cc == 0)
		diag_io_async(c, call, m, &io);
	pthread_mutex_unlock(&vm->lock);
	if (c->block.cc == 0)
		blockio_go(vm);
	return DIAG_DONE;
}

/* --- A8 --- */

static void
diag_general_store(struct vm *vm, uint32_t parm, const struct csw *csw,
    const uint8_t sense[SENSE_BYTES])
{
	struct {
		struct csw csw;
		uint8_t sense[SENSE_BYTES];
	} end = { .csw = *csw };

	_Static_assert(sizeof end == offsetof(struct diag_general_io, zero) -
	    offsetof(struct diag_general_io, csw), "csw, then sense");
	if ((csw->unit & UNIT_CHECK) != 0)
		memcpy(end.sense, sense, sizeof end.sense);
	mem_write(&vm->mem, GPA(parm + offsetof(struct diag_general_io, csw)),
	    &end, sizeof end);
}

static struct vcpu *
diag_general_waiter(const struct device *d)
{
	struct vm *vm = d->vm;

	for (unsigned i = 0; i < vm->ncpus; i++)
		if (vm->cpu[i].general.device == d)
			return &vm->cpu[i];
	return NULL;
}

static void
diag_general_finish(struct vcpu *v, uint32_t cc)
{
	const struct diag results = { .cc = cc };

	v->general.device = NULL;
	diag_results(v->vm, v->general.block, &results);
	v->wait = WAIT_NONE;
	vcpu_go(v);
}

void
diag_general_ended(const struct device *d)
{
	const struct csw *csw = &d->sch.csw;
	struct vcpu *v = diag_general_waiter(d);

	if (v == NULL)
		return;
	diag_general_store(v->vm, v->general.parm, csw, d->sense);
	diag_general_finish(v, csw->unit != UNIT_DONE || csw->chan != 0);
}

void
diag_general_gone(const struct device *d)
{
	struct vcpu *v = diag_general_waiter(d);

	if (v != NULL)
		diag_general_finish(v, 3);
}

/* Lock held. */
static int
diag_general_begin(struct diag_call *c, const struct diag_general_io *g)
{
	struct vcpu *v = c->v;
	struct device *d = machine_device(v->vm, g->vdev);
	struct csw csw;
	uint32_t cc = d == NULL ? 3 : channel_general(d, g->ccw, &csw);

	if (cc == 0) {
		v->general = (struct general_call){ .device = d,
			.block = c->at, .parm = c->block.in_addr };
		v->wait = WAIT_GENERAL_IO;
		return DIAG_WAITS;
	}
	if (cc == 1)
		diag_general_store(v->vm, c->block.in_addr, &csw, d->sense);
	diag_io_results(c, cc);
	return DIAG_DONE;
}

int
diag_io_general(struct diag_call *c)
{
	struct vm *vm = c->v->vm;
	uint32_t at = c->block.in_addr;
	struct diag_general_io g;
	int rc;

	if (at % DIAG_IO_ALIGN != 0 || c->block.in_len != sizeof g)
		return diag_io_refuse(c, MACHINE_PGM_SPECIFICATION, at);
	if (mem_read(&vm->mem, GPA(at), &g, sizeof g) < 0)
		return diag_io_refuse(c, MACHINE_PGM_ADDRESSING, at);
	if (g.zero != 0)
		return diag_io_refuse(c, MACHINE_PGM_SPECIFICATION, at);
	pthread_mutex_lock(&vm->lock);
	rc = diag_general_begin(c, &g);
	pthread_mutex_unlock(&vm->lock);
	return rc;
}
