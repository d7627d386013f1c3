/* SPDX-License-Identifier: MIT
 *
 * diag_full.c - DIAGNOSE 58 and 8C: the whole screen of the console.  The vCPU
 * checks what the guest says and waits; the device thread does it, with the
 * console's screen (fullscreen.h).
 */
#include <string.h>

#include "diagnose.h"
#include "fullscreen.h"
#include "vcpu.h"

#define DIAG_FULL_ALIGN 8

/* What a call stores behind its inputs. */
struct diag_full_end {
	uint32_t data_len;
	uint8_t unit;
	uint8_t sense[4];
};

#define DIAG_FULL_RESULTS \
	(offsetof(struct diag_full_end, sense) + SENSE_BYTES)

_Static_assert(DIAG_FULL_RESULTS == offsetof(struct diag_full, zero) -
    offsetof(struct diag_full, data_len) &&
    offsetof(struct diag_full_end, unit) == offsetof(struct diag_full, unit) -
    offsetof(struct diag_full, data_len), "results are together");

/* --- the vCPU's side --- */

static bool
diag_full_holds(const struct diag_full *f)
{
	static const uint8_t none[sizeof f->zero];

	if (memcmp(f->zero, none, sizeof none) != 0 ||
	    f->data_len > DSP_RECORD_MAX)
		return false;
	return f->op == DIAG_FULL_WRITE ? fullscreen_writes(f->command) :
	    f->op == DIAG_FULL_READ && fullscreen_reads(f->command);
}

/* Copy the parameters and look at all that does not depend on the console. */
static int
diag_full_take(struct diag_call *c, struct full_call *call)
{
	const struct memory *mem = &c->v->vm->mem;
	const struct diag *b = &c->block;
	struct diag_full *f = &call->parm;

	c->refused = b->in_addr;
	if (b->in_addr % DIAG_FULL_ALIGN != 0 || b->in_len != sizeof *f)
		return MACHINE_PGM_SPECIFICATION;
	if (mem_read(mem, GPA(b->in_addr), f, sizeof *f) < 0)
		return MACHINE_PGM_ADDRESSING;
	if (!diag_full_holds(f))
		return MACHINE_PGM_SPECIFICATION;
	c->refused = f->data;
	if (!mem_inside(mem, GPA(f->data), f->data_len))
		return MACHINE_PGM_ADDRESSING;
	call->block = c->at;
	call->at = b->in_addr;
	return DIAG_DONE;
}

int
diag_full_screen(struct diag_call *c)
{
	struct full_call call = { .posted = true };
	struct vm *vm = c->v->vm;
	int rc = diag_full_take(c, &call);

	if (rc != DIAG_DONE)
		return rc;
	pthread_mutex_lock(&vm->lock);
	c->v->full = call;
	c->v->wait = WAIT_FULL_SCREEN;
	pthread_mutex_unlock(&vm->lock);
	machine_wake(vm);
	return DIAG_WAITS;
}

uint32_t
diag_full_size(struct vm *vm, struct diag_screen *screen)
{
	const struct device *d;
	uint32_t cc;

	pthread_mutex_lock(&vm->lock);
	d = machine_console(vm);
	cc = fullscreen_size(d != NULL ? d->full : NULL, screen);
	pthread_mutex_unlock(&vm->lock);
	return cc;
}

/* --- the device thread's side --- */

/* The console that is meant, or NULL. */
static struct device *
diag_full_device(struct vm *vm, const struct full_call *c)
{
	struct device *d = machine_console(vm);

	if (d == NULL || d->ops->type != DEVICE_CONSOLE ||
	    (c->parm.vdev != 0 && c->parm.vdev != d->vdev))
		return NULL;
	return d;
}

static enum full_is
diag_full_write(struct device *d, const struct full_call *c,
    struct full_end *end)
{
	struct iovec data = { 0 };

	fullscreen_clear(d->full);
	if (mem_span(&d->vm->mem, GPA(c->parm.data), c->parm.data_len,
	    &data) < 0 || fullscreen_add(d->full, data.iov_base,
	    data.iov_len) < 0) {
		*end = (struct full_end){ UNIT_DONE | UNIT_CHECK,
			SENSE_EQUIPMENT };
		return FULL_ENDED;
	}
	return fullscreen_write(d, c->parm.command, end);
}

static enum full_is
diag_full_read(struct device *d, const struct full_call *c,
    struct full_end *end)
{
	fullscreen_clear(d->full);
	if (c->parm.command == DSP_READ_MODIFIED && c->parm.data_len == 0)
		return fullscreen_peek(d->full, end);
	return fullscreen_read(d, c->parm.command, end);
}

static enum full_is
diag_full_begin(struct device *d, struct full_call *c, struct full_end *end)
{
	enum full_is is;

	if (fullscreen_busy(d->full))
		return FULL_WAITS;
	if (c->parm.op == DIAG_FULL_WRITE)
		is = diag_full_write(d, c, end);
	else
		is = diag_full_read(d, c, end);
	if (is == FULL_WAITS)
		c->tag = d->full->tag;
	return is;
}

/* What was read; its length also when there was less room. */
static uint32_t
diag_full_store(struct device *d, const struct full_call *c)
{
	const struct full_bytes *data = &d->full->data;
	uint32_t len = data->len, room = c->parm.data_len;

	if (len == 0)
		return 0; /* there may be no bytes at all */
	mem_write(&d->vm->mem, GPA(c->parm.data), data->bytes,
	    len < room ? len : room);
	fullscreen_clear(d->full);
	return len;
}

static void
diag_full_results(struct device *d, const struct full_call *c,
    enum full_is is, const struct full_end *end, struct diag *results)
{
	struct diag_full_end out = { .data_len = c->parm.data_len };

	results->cc = is == FULL_NO_KEY ? DIAG_FULL_NO_KEY :
	    (end->unit & UNIT_CHECK) != 0;
	if (is == FULL_ENDED) {
		out.unit = end->unit;
		out.sense[0] = end->sense;
	}
	if (c->parm.op == DIAG_FULL_READ)
		out.data_len = results->cc == 0 ? diag_full_store(d, c) : 0;
	mem_write(&d->vm->mem, GPA(c->at + offsetof(struct diag_full,
	    data_len)), &out, DIAG_FULL_RESULTS);
}

/* True: it is over, with these results. */
static bool
diag_full_work(struct vm *vm, struct full_call *c, struct diag *results)
{
	struct device *d = diag_full_device(vm, c);
	struct full_end end = { 0 };
	enum full_is is;

	/* Another console may be there in its place. */
	if (d == NULL || (c->tag != 0 && c->tag != d->full->tag)) {
		results->cc = 3;
		return true;
	}
	is = c->tag == 0 ? diag_full_begin(d, c, &end) :
	    fullscreen_look(d, &end);
	if (is == FULL_WAITS)
		return false;
	diag_full_results(d, c, is, &end, results);
	return true;
}

static struct full_call *
diag_full_call(struct vcpu *v)
{
	struct full_call *c = &v->full;

	return diag_waits(v, WAIT_FULL_SCREEN, &c->posted) ? c : NULL;
}

void
diag_full_run(struct vm *vm)
{
	if (vm->held || atomic_load(&vm->io.stale))
		return;
	for (unsigned i = 0; i < vm->ncpus; i++) {
		struct vcpu *v = &vm->cpu[i];
		struct full_call *c = diag_full_call(v);
		struct diag results = { 0 };

		if (c != NULL && diag_full_work(vm, c, &results))
			diag_over(v, &c->posted, c->block, &results);
	}
}
