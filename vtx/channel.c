/* SPDX-License-Identifier: MIT
 *
 * channel.c - SIO, TIO, HIO and the channel programs they start, stop and
 * test.  Moves bytes between storage and devices; knows no device.
 *
 * The vCPU only looks at a path and leaves a CCW in it; channel programs run
 * on the device thread, a slice at a time, so that an endless one delays
 * nobody and HIO or a reset gets at it.  A command is channel_step(); what
 * channel_records() takes before it comes to the same, only sooner.
 */
#include "subchan.h"

#include <string.h>

#include "diagnose.h"
#include "ipl.h"
#include "vcpu.h"

/* A slice: so many CCWs, so many bytes, before others have their turn. */
#define SLICE_CCWS 64
#define SLICE_BYTES (256 << 10)
#define RECORD_COST 64 /* bytes that take as long as a CCW of a record */
#define BOUNCE 8192u

#define CCW_FLAGS (CCW_CD | CCW_CC | CCW_SLI | CCW_SKIP)

/* What is left of one; the last transfer may go beyond its bytes. */
struct slice {
	unsigned ccws;
	int64_t bytes;
};

/* --- CCWs --- */

/* No CCW: none of its bytes are left over. */
static bool
channel_none(struct subchannel *s)
{
	s->ccw.count = 0;
	return false;
}

/*
 * Fetch the CCW at `at`, through at most one TIC, into the path.  first: a
 * TIC is not allowed.  data: the command in effect stays.  False: program
 * check; next is right for the CSW in any case.  Inline, so that both are
 * constants: a card is to cost no more than it must.
 */
static inline bool
channel_fetch(const struct vm *vm, struct subchannel *s, uint32_t at,
    bool first, bool data)
{
	bool tic = first;
	struct ccw c;

	for (;;) {
		s->next = at + (uint32_t)sizeof c;
		if (at % sizeof c != 0 || mem_read(&vm->mem, GPA(at), &c,
		    sizeof c) < 0)
			return channel_none(s);
		if ((c.cmd & 0x0F) != CMD_TIC)
			break;
		if (tic)
			return channel_none(s);
		tic = true;
		at = c.addr;
	}
	s->ccw = c;
	if ((c.flags & ~CCW_FLAGS) != 0 || c.count == 0)
		return false;
	if (data)
		return true;
	s->cmd = c.cmd;
	return (c.cmd & 0x0F) != 0;
}

static struct csw
channel_csw(const struct subchannel *s, uint8_t unit, uint8_t chan)
{
	return (struct csw){ .ccw_addr = s->next, .unit = unit, .chan = chan,
		.residual = s->ccw.count };
}

/* Commands that every device has: the channel answers them. */
static bool
channel_basic(uint8_t cmd)
{
	return cmd == CMD_NOP || cmd == CMD_SENSE || cmd == CMD_SENSE_ID;
}

/* --- the vCPU's side: lock held --- */

static bool
channel_presents(const struct subchannel *s)
{
	return s->pending || (s->unsolicited != 0 && s->phase == PHASE_IDLE);
}

static struct csw
channel_clear(struct subchannel *s)
{
	struct csw csw = s->csw;

	if (!s->pending) {
		csw = (struct csw){ .unit = s->unsolicited };
		s->unsolicited = 0;
	}
	s->pending = false;
	return csw;
}

static uint32_t
channel_sio(struct device *d, uint32_t at, struct csw *csw)
{
	struct subchannel *s = &d->sch;
	uint8_t unsolicited = s->unsolicited;

	if (s->phase != PHASE_IDLE || s->pending)
		return 2;
	*s = (struct subchannel){ .unsolicited = unsolicited };
	if (!channel_fetch(d->vm, s, at, true, false)) {
		*csw = channel_csw(s, 0, CHAN_PROGRAM_CHECK);
		csw->residual = 0;
		return 1;
	}
	s->phase = PHASE_ACTIVE;
	s->fresh = true;
	s->untried = true;
	machine_interrupts(d->vm); /* unsolicited status waits for idle */
	machine_wake(d->vm);
	return 0;
}

uint32_t
channel_general(struct device *d, uint32_t at, struct csw *csw)
{
	uint32_t cc = channel_sio(d, at, csw);

	d->sch.general = cc == 0;
	return cc;
}

static uint32_t
channel_tio(struct device *d, uint32_t at, struct csw *csw)
{
	struct subchannel *s = &d->sch;

	(void)at;
	if (channel_presents(s)) {
		*csw = channel_clear(s);
		machine_interrupts(d->vm);
		return 1;
	}
	return s->phase == PHASE_IDLE ? 0 : 2;
}

static uint32_t
channel_hio(struct device *d, uint32_t at, struct csw *csw)
{
	(void)at;
	(void)csw;
	if (d->sch.phase == PHASE_IDLE)
		return 0;
	d->sch.halt = true;
	machine_wake(d->vm);
	return 2;
}

static uint32_t (*const channel_ops[])(struct device *, uint32_t,
    struct csw *) = {
	[CHAN_SIO] = channel_sio,
	[CHAN_TIO] = channel_tio,
	[CHAN_HIO] = channel_hio,
};

enum vcpu_next
channel_port(struct vcpu *v, uint32_t value)
{
	struct vm *vm = v->vm;
	struct chan_req rq;
	struct device *d;

	if (value % 8 != 0)
		return vcpu_program(v, MACHINE_PGM_SPECIFICATION, value);
	if (mem_read(&vm->mem, GPA(value), &rq, sizeof rq) < 0)
		return vcpu_program(v, MACHINE_PGM_ADDRESSING, value);
	if (rq.op < CHAN_SIO || rq.op > CHAN_HIO)
		return vcpu_program(v, MACHINE_PGM_OPERATION, value);
	memset(&rq.csw, 0, sizeof rq.csw);
	pthread_mutex_lock(&vm->lock);
	d = machine_device(vm, rq.vdev);
	rq.cc = d == NULL ? 3 : channel_ops[rq.op](d, rq.ccw, &rq.csw);
	pthread_mutex_unlock(&vm->lock);
	if (rq.cc == 1)
		mem_write(&vm->mem, GPA(value + offsetof(struct chan_req, csw)),
		    &rq.csw, sizeof rq.csw);
	mem_write(&vm->mem, GPA(value + offsetof(struct chan_req, cc)), &rq.cc,
	    sizeof rq.cc);
	return NEXT_RUN;
}

bool
channel_pending(const struct vm *vm)
{
	for (unsigned i = 0; i < vm->ndevices; i++)
		if (channel_presents(&vm->device[i]->sch))
			return true;
	return false;
}

bool
channel_take(struct vm *vm, struct csw *csw, uint32_t *vdev)
{
	for (unsigned i = 0; i < vm->ndevices; i++) {
		struct device *d = vm->device[i];

		if (!channel_presents(&d->sch))
			continue;
		*csw = channel_clear(&d->sch);
		*vdev = d->vdev;
		return true;
	}
	return false;
}

/* --- ending --- */

/* The end is DIAGNOSE A8's to know, when all of it is there. */
static void
channel_end_general(struct device *d)
{
	if (d->sch.phase != PHASE_IDLE)
		return;
	d->sch.general = false;
	diag_general_ended(d);
}

/*
 * The channel program is over, or (unit without device end) its channel part.
 * Status that is still pending from channel end takes device end along.
 */
static void
channel_end(struct device *d, uint8_t unit, uint8_t chan)
{
	struct subchannel *s = &d->sch;
	struct csw csw = channel_csw(s, unit, chan);
	bool ipl = s->ipl, second = s->phase == PHASE_WORKING && !s->chained;

	pthread_mutex_lock(&d->vm->lock);
	if (second)
		csw.residual = 0;
	if (s->pending || (second && s->general))
		s->csw.unit |= unit;
	else
		s->csw = csw;
	s->pending = !ipl && !s->general;
	s->ipl = false;
	s->halt = false;
	s->started = false;
	s->chained = false;
	s->phase = (unit & UNIT_DEVICE_END) != 0 ? PHASE_IDLE : PHASE_WORKING;
	if (s->general)
		channel_end_general(d);
	machine_interrupts(d->vm);
	pthread_mutex_unlock(&d->vm->lock);
	if (ipl)
		ipl_ended(d->vm, d, &csw);
}

static void
channel_phase(struct device *d, enum channel_phase phase)
{
	pthread_mutex_lock(&d->vm->lock);
	d->sch.phase = (uint8_t)phase;
	pthread_mutex_unlock(&d->vm->lock);
}

static void
channel_halted(struct device *d)
{
	struct subchannel *s = &d->sch;
	uint8_t unit = UNIT_DONE;

	if (s->phase == PHASE_WORKING && !s->chained)
		unit = UNIT_DEVICE_END;
	if (s->phase == PHASE_ACTIVE && s->started &&
	    s->transfer.kind != TRANSFER_NONE && !channel_basic(s->cmd))
		d->ops->end(d, false);
	else if (s->phase != PHASE_ACTIVE)
		d->ops->halt(d);
	channel_end(d, unit, 0);
}

/* The command that the one at hand chains to; false: that was the end. */
static bool
channel_chain(struct device *d)
{
	if (channel_fetch(d->vm, &d->sch, d->sch.next, false, false))
		return true;
	channel_end(d, UNIT_DONE, CHAN_PROGRAM_CHECK);
	return false;
}

static void
channel_next(struct device *d)
{
	d->sch.started = false;
	d->sch.chained = false;
	channel_chain(d);
}

/* Does the count differ from what the device had or wanted, and may it? */
static bool
channel_wrong_length(const struct subchannel *s)
{
	const struct transfer *t = &s->transfer;

	if (s->ccw.count > 0 && (s->ccw.flags & CCW_CD) != 0)
		return true;
	if ((s->ccw.flags & CCW_SLI) != 0)
		return false;
	return s->ccw.count > 0 || (t->left > 0 && !t->any);
}

static void
channel_finish(struct device *d, uint8_t chan)
{
	struct subchannel *s = &d->sch;
	uint8_t unit = s->transfer.unit;

	if (s->transfer.kind != TRANSFER_NONE) {
		unit = channel_basic(s->cmd) ? UNIT_DONE :
		    d->ops->end(d, chan == 0);
		if ((unit & (UNIT_CHECK | UNIT_EXCEPTION)) == 0 && chan == 0 &&
		    channel_wrong_length(s))
			chan |= CHAN_LENGTH;
	}
	if (chan != 0 || (s->ccw.flags & (CCW_CC | CCW_CD)) != CCW_CC) {
		channel_end(d, unit, chan);
	} else if (unit == UNIT_DONE) {
		channel_next(d);
	} else if (unit == UNIT_CHANNEL_END) {
		s->chained = true;
		channel_phase(d, PHASE_WORKING);
	} else {
		channel_end(d, unit, chan);
	}
}

static void
channel_basic_start(struct subchannel *s)
{
	struct transfer *t = &s->transfer;

	*t = (struct transfer){ .kind = TRANSFER_IN, .unit = UNIT_DONE };
	if (s->cmd == CMD_NOP)
		t->kind = TRANSFER_NONE;
	else
		t->left = s->cmd == CMD_SENSE ? SENSE_BYTES :
		    sizeof(struct sense_id);
}

/* A transfer that was loaded: could channel_basic_start() have begun it? */
static bool
channel_basic_holds(const struct subchannel *s)
{
	struct subchannel begun = { .cmd = s->cmd };

	channel_basic_start(&begun);
	return s->transfer.kind == begun.transfer.kind &&
	    s->transfer.left <= begun.transfer.left;
}

static void
channel_basic_read(const struct device *d, void *to, size_t n)
{
	size_t left = (size_t)d->sch.transfer.left;

	if (d->sch.cmd == CMD_SENSE)
		memcpy(to, d->sense + SENSE_BYTES - left, n);
	else
		memcpy(to, (const uint8_t *)&d->ops->id +
		    sizeof d->ops->id - left, n);
}

/* --- running --- */

static void
channel_start(struct device *d)
{
	struct subchannel *s = &d->sch;

	if (s->fresh)
		d->ops->begin(d);
	s->fresh = false;
	s->started = true;
	if (channel_basic(s->cmd)) {
		channel_basic_start(s);
		return;
	}
	memset(d->sense, 0, sizeof d->sense);
	s->transfer = (struct transfer){ 0 };
	d->ops->start(d, s->cmd, &s->transfer);
}

enum moved { MOVED_ALL, MOVED_SLICE, MOVED_CHECK, MOVED_LATER };

static int
channel_piece(struct device *d, size_t n)
{
	struct subchannel *s = &d->sch;
	struct memory *mem = &d->vm->mem;
	gpa_t at = GPA(s->ccw.addr);
	bool skip = (s->ccw.flags & CCW_SKIP) != 0;
	uint8_t bytes[BOUNCE];

	if (s->transfer.kind == TRANSFER_OUT) {
		mem_read(mem, at, bytes, n);
		return d->ops->write(d, bytes, n);
	}
	if (channel_basic(s->cmd))
		channel_basic_read(d, bytes, n);
	else if (d->ops->read(d, bytes, n) < 0)
		return -1;
	if (!skip)
		mem_write(mem, at, bytes, n);
	return 0;
}

/* How many bytes can go at once: 0 when the address is outside storage. */
static size_t
channel_room(const struct device *d)
{
	const struct subchannel *s = &d->sch;
	uint64_t n = s->ccw.count, left;

	if (n > s->transfer.left)
		n = s->transfer.left;
	if (n > BOUNCE && !s->transfer.direct)
		n = BOUNCE;
	if (s->transfer.kind == TRANSFER_IN && (s->ccw.flags & CCW_SKIP) != 0)
		return (size_t)n;
	left = mem_left(&d->vm->mem, GPA(s->ccw.addr));
	return (size_t)(n < left ? n : left);
}

/* Bytes that the disk thread moves. */
static enum moved
channel_direct(struct device *d, size_t n)
{
	const struct subchannel *s = &d->sch;
	bool last = n == s->transfer.left ||
	    (n == s->ccw.count && (s->ccw.flags & CCW_CD) == 0);

	channel_phase(d, PHASE_MOVING);
	d->ops->move(d, GPA(s->ccw.addr), n, s->transfer.kind == TRANSFER_IN &&
	    (s->ccw.flags & CCW_SKIP) != 0, last);
	return MOVED_LATER;
}

static void
channel_advance(struct subchannel *s, size_t n)
{
	s->ccw.addr += (uint32_t)n;
	s->ccw.count = (uint16_t)(s->ccw.count - n);
	s->transfer.left -= n;
}

static enum moved
channel_move(struct device *d, struct slice *slice)
{
	struct subchannel *s = &d->sch;

	for (;;) {
		size_t n;

		if (s->transfer.stop)
			return MOVED_ALL;
		if (slice->ccws == 0 || slice->bytes <= 0)
			return MOVED_SLICE;
		if (s->ccw.count == 0) {
			if ((s->ccw.flags & CCW_CD) == 0)
				return MOVED_ALL;
			slice->ccws--;
			if (!channel_fetch(d->vm, s, s->next, false, true))
				return MOVED_CHECK;
			continue;
		}
		if (s->transfer.left == 0)
			return MOVED_ALL;
		n = channel_room(d);
		if (n == 0)
			return MOVED_CHECK;
		if (s->transfer.direct)
			return channel_direct(d, n);
		if (channel_piece(d, n) < 0)
			return MOVED_ALL;
		channel_advance(s, n);
		slice->bytes -= (int64_t)n;
	}
}

/* One command's worth. */
static void
channel_step(struct device *d, struct slice *slice)
{
	struct subchannel *s = &d->sch;
	enum moved moved = MOVED_ALL;

	slice->ccws--;
	s->untried = false;
	if (!s->started)
		channel_start(d);
	if (s->transfer.kind == TRANSFER_WAIT) {
		s->started = false;
		channel_phase(d, PHASE_WAITING);
		return;
	}
	if (s->transfer.kind == TRANSFER_WORK) {
		channel_phase(d, PHASE_MOVING);
		return;
	}
	if (s->transfer.kind != TRANSFER_NONE)
		moved = channel_move(d, slice);
	if (moved == MOVED_ALL || moved == MOVED_CHECK)
		channel_finish(d, moved == MOVED_CHECK ? CHAN_PROGRAM_CHECK :
		    0);
}

/* The command at hand as a whole, if it is of the plainest, chains to another
 * and the device takes it so.  False: nothing was done. */
static bool
channel_record(struct device *d)
{
	struct subchannel *s = &d->sch;
	struct iovec span;

	if ((s->ccw.flags & (uint8_t)~CCW_SLI) != CCW_CC ||
	    mem_span(&d->vm->mem, GPA(s->ccw.addr), s->ccw.count, &span) < 0 ||
	    !d->ops->record(d, s->cmd, span.iov_base, span.iov_len))
		return false;
	memset(d->sense, 0, sizeof d->sense);
	s->untried = false;
	return true;
}

/* All such commands that follow one another: a card is done in less time than
 * channel_due()'s lock takes.  False: there was none. */
static bool
channel_records(struct device *d, struct slice *slice)
{
	struct subchannel *s = &d->sch;
	bool any = false;

	if (d->ops->record == NULL || s->fresh || s->started)
		return false;
	do {
		if (!channel_record(d))
			break;
		any = true;
		slice->bytes -= RECORD_COST + s->ccw.count;
	} while (channel_chain(d) && slice->bytes > 0 && !s->halt);
	return any;
}

enum due { DUE_NOTHING, DUE_STEP, DUE_HALT };

/* Only this thread makes phases other than ACTIVE, but a program that has
 * ended may have been started anew.  Bytes that move are waited for. */
static enum due
channel_due(struct device *d)
{
	const struct subchannel *s = &d->sch;
	enum due due;

	pthread_mutex_lock(&d->vm->lock);
	if (s->halt && s->phase != PHASE_MOVING && !s->untried)
		due = DUE_HALT;
	else
		due = s->phase == PHASE_ACTIVE ? DUE_STEP : DUE_NOTHING;
	pthread_mutex_unlock(&d->vm->lock);
	return due;
}

/* True: there is more to do. */
static bool
channel_slice(struct device *d)
{
	struct slice slice = { .ccws = SLICE_CCWS, .bytes = SLICE_BYTES };
	enum due due;

	while ((due = channel_due(d)) == DUE_STEP) {
		if (slice.ccws == 0 || slice.bytes <= 0)
			return true;
		if (!channel_records(d, &slice))
			channel_step(d, &slice);
	}
	if (due == DUE_HALT)
		channel_halted(d);
	return false;
}

void
channel_land(struct device *d)
{
	bool landed;

	pthread_mutex_lock(&d->vm->lock);
	landed = d->sch.landed && d->sch.phase == PHASE_MOVING;
	d->sch.landed = d->sch.landed && !landed;
	pthread_mutex_unlock(&d->vm->lock);
	if (landed)
		d->ops->landed(d);
}

bool
channel_run(struct vm *vm)
{
	bool more = false;

	if (vm->held || atomic_load(&vm->io.stale))
		return false;
	/* A slice may end an IPL, but never adds or removes a device. */
	for (unsigned i = 0; i < vm->ndevices; i++) {
		channel_land(vm->device[i]);
		if (channel_slice(vm->device[i]))
			more = true;
	}
	return more;
}

/* --- from devices and IPL --- */

void
channel_ipl(struct device *d)
{
	pthread_mutex_lock(&d->vm->lock);
	d->sch = (struct subchannel){
		.phase = PHASE_ACTIVE,
		.fresh = true,
		.ipl = true,
		.cmd = FBA_READ_IPL,
		.ccw = { .cmd = FBA_READ_IPL, .flags = CCW_CC | CCW_SLI,
		    .count = sizeof(struct ipl_record) },
		.next = offsetof(struct ipl_record, ccw),
	};
	pthread_mutex_unlock(&d->vm->lock);
}

void
channel_ready(struct device *d)
{
	if (d->sch.phase != PHASE_WAITING)
		return;
	d->sch.untried = true;
	channel_phase(d, PHASE_ACTIVE);
}

void
channel_moved(struct device *d, size_t n, bool all)
{
	channel_advance(&d->sch, n);
	d->sch.transfer.stop = !all;
	channel_phase(d, PHASE_ACTIVE);
}

void
channel_device_end(struct device *d, uint8_t unit)
{
	struct subchannel *s = &d->sch;

	if (s->phase != PHASE_WORKING)
		return;
	if (!s->chained) {
		channel_end(d, unit, 0);
	} else if (unit == UNIT_DEVICE_END) {
		channel_phase(d, PHASE_ACTIVE);
		channel_next(d);
	} else {
		channel_end(d, unit | UNIT_CHANNEL_END, 0);
	}
}

void
channel_unsolicited(struct device *d, uint8_t unit)
{
	pthread_mutex_lock(&d->vm->lock);
	d->sch.unsolicited |= unit;
	machine_interrupts(d->vm);
	pthread_mutex_unlock(&d->vm->lock);
}

void
channel_withdraw(struct device *d, uint8_t unit)
{
	pthread_mutex_lock(&d->vm->lock);
	d->sch.unsolicited &= (uint8_t)~unit;
	machine_interrupts(d->vm);
	pthread_mutex_unlock(&d->vm->lock);
}

void
channel_reset(struct device *d)
{
	pthread_mutex_lock(&d->vm->lock);
	d->sch = (struct subchannel){ 0 };
	machine_interrupts(d->vm);
	pthread_mutex_unlock(&d->vm->lock);
	memset(d->sense, 0, sizeof d->sense);
	d->deadline = 0;
	d->ops->reset(d);
}

/* --- save and load --- */

void
channel_save(const struct device *d, struct section *out)
{
	const struct subchannel *s = &d->sch;

	section_put_u8(out, s->phase);
	section_put_u8(out, s->halt);
	section_put_u8(out, s->pending);
	section_put_u8(out, s->unsolicited);
	section_put(out, &s->csw, sizeof s->csw);
	section_put(out, &s->ccw, sizeof s->ccw);
	section_put_u32(out, s->next);
	section_put_u8(out, s->cmd);
	section_put_u8(out, s->started);
	section_put_u8(out, s->fresh);
	section_put_u8(out, s->untried);
	section_put_u8(out, s->chained);
	section_put_u8(out, s->transfer.kind);
	section_put_u8(out, s->transfer.unit);
	section_put_u8(out, s->transfer.any);
	section_put_u8(out, s->transfer.direct);
	section_put_u8(out, s->transfer.stop);
	section_put_u64(out, s->transfer.left);
	section_put(out, d->sense, sizeof d->sense);
}

int
channel_load(struct device *d, struct section *in)
{
	struct subchannel s = { 0 };

	s.phase = section_get_u8(in);
	s.halt = section_get_u8(in) != 0;
	s.pending = section_get_u8(in) != 0;
	s.unsolicited = section_get_u8(in);
	section_get(in, &s.csw, sizeof s.csw);
	section_get(in, &s.ccw, sizeof s.ccw);
	s.next = section_get_u32(in);
	s.cmd = section_get_u8(in);
	s.started = section_get_u8(in) != 0;
	s.fresh = section_get_u8(in) != 0;
	s.untried = section_get_u8(in) != 0;
	s.chained = section_get_u8(in) != 0;
	s.transfer.kind = section_get_u8(in);
	s.transfer.unit = section_get_u8(in);
	s.transfer.any = section_get_u8(in) != 0;
	s.transfer.direct = section_get_u8(in) != 0;
	s.transfer.stop = section_get_u8(in) != 0;
	s.transfer.left = section_get_u64(in);
	section_get(in, d->sense, sizeof d->sense);
	if (in->bad || s.phase > PHASE_WORKING ||
	    s.transfer.kind > TRANSFER_WAIT ||
	    (s.transfer.direct && d->ops->move == NULL))
		return -1;
	if (s.started && channel_basic(s.cmd) && !channel_basic_holds(&s))
		return -1;
	pthread_mutex_lock(&d->vm->lock);
	d->sch = s;
	machine_interrupts(d->vm);
	pthread_mutex_unlock(&d->vm->lock);
	return 0;
}
