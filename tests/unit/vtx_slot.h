/* SPDX-License-Identifier: MIT
 *
 * vtx_slot.h - a device that takes and gives records, for tests of the channel:
 * whole ones at one go, or (slot_attach's plain) only by start, read or write
 * and end.  It keeps an account of all that it was asked.
 *
 *   01 WRITE  1 to 80 bytes; one whose first byte is FF is a unit check
 *   09 the same, which waits each eighth time
 *   02 READ   a record of 80 bytes, each fifth of 33, each ninth an exception
 *   0B moves the paper: no data
 */
#ifndef VM370_TESTS_VTX_SLOT_H
#define VM370_TESTS_VTX_SLOT_H

#include "vtx_machine.h"

#define SLOT_WRITE 0x01
#define SLOT_WRITE_WAIT 0x09
#define SLOT_READ 0x02
#define SLOT_MOVE 0x0B
#define SLOT_RECORD 80u
#define SLOT_ACCOUNT 65536u

struct slot {
	uint32_t reads, waits;
	uint32_t moved; /* bytes of the record at hand */
	uint8_t record[SLOT_RECORD];
	bool awaited;	/* the command that waited is tried again */
	uint64_t whole; /* records at one go: not in the account */
	size_t used;
	uint8_t account[SLOT_ACCOUNT];
};

static inline void
slot_note(struct slot *s, uint8_t cmd, const void *bytes, size_t n)
{
	if (s->used + 2 + n > sizeof s->account)
		return;
	s->account[s->used++] = cmd;
	s->account[s->used++] = (uint8_t)n;
	if (n > 0)
		memcpy(s->account + s->used, bytes, n);
	s->used += n;
}

/* Does the command that comes next wait first? */
static inline bool
slot_waits(struct slot *s, uint8_t cmd)
{
	return cmd == SLOT_WRITE_WAIT && s->waits % 8 == 7 && !s->awaited;
}

static inline size_t
slot_length(const struct slot *s)
{
	return s->reads % 5 == 4 ? 33 : SLOT_RECORD;
}

static inline void
slot_next(struct slot *s)
{
	memset(s->record, (int)s->reads, sizeof s->record);
	s->reads++;
}

static inline void
slot_wrote(struct slot *s, uint8_t cmd, const void *bytes, size_t n)
{
	slot_note(s, cmd, bytes, n);
	s->waits++;
	s->awaited = false;
}

static inline void
slot_start(struct device *d, uint8_t cmd, struct transfer *t)
{
	struct slot *s = d->state;

	s->moved = 0;
	if (slot_waits(s, cmd)) {
		s->awaited = true;
		t->kind = TRANSFER_WAIT;
	} else if (cmd == SLOT_WRITE || cmd == SLOT_WRITE_WAIT) {
		*t = (struct transfer){ .kind = TRANSFER_OUT, .any = true,
			.left = SLOT_RECORD };
	} else if (cmd == SLOT_READ && s->reads % 9 == 8) {
		s->reads++;
		device_done(t, UNIT_DONE | UNIT_EXCEPTION);
	} else if (cmd == SLOT_READ) {
		*t = (struct transfer){ .kind = TRANSFER_IN,
			.left = slot_length(s) };
		slot_next(s);
	} else if (cmd == SLOT_MOVE) {
		slot_note(s, cmd, NULL, 0);
		device_done(t, UNIT_DONE);
	} else {
		device_reject(d, t);
	}
}

static inline int
slot_read(struct device *d, void *to, size_t n)
{
	struct slot *s = d->state;

	memcpy(to, s->record + s->moved, n);
	s->moved += (uint32_t)n;
	return 0;
}

static inline int
slot_write(struct device *d, const void *from, size_t n)
{
	struct slot *s = d->state;

	memcpy(s->record + s->moved, from, n);
	s->moved += (uint32_t)n;
	return 0;
}

static inline uint8_t
slot_end(struct device *d, bool whole)
{
	struct slot *s = d->state;
	uint8_t cmd = d->sch.cmd;

	if (cmd == SLOT_READ)
		return UNIT_DONE;
	if (!whole || s->moved == 0)
		return UNIT_DONE;
	if (s->record[0] == 0xFF)
		return device_check(d, SENSE_EQUIPMENT, s->record[1]);
	slot_wrote(s, cmd, s->record, s->moved);
	return UNIT_DONE;
}

static inline bool
slot_record(struct device *d, uint8_t cmd, void *at, size_t n)
{
	struct slot *s = d->state;

	if (cmd == SLOT_MOVE) {
		slot_note(s, cmd, NULL, 0);
	} else if (cmd == SLOT_READ) {
		if (s->reads % 9 == 8 || n != slot_length(s))
			return false;
		slot_next(s);
		memcpy(at, s->record, n);
	} else {
		if ((cmd != SLOT_WRITE && cmd != SLOT_WRITE_WAIT) ||
		    n > SLOT_RECORD || slot_waits(s, cmd) ||
		    *(uint8_t *)at == 0xFF)
			return false;
		slot_wrote(s, cmd, at, n);
	}
	s->whole++;
	return true;
}

static inline void
slot_nothing(struct device *d)
{
	(void)d;
}

static const struct device_ops slot_ops = {
	.reset = slot_nothing,
	.begin = slot_nothing,
	.start = slot_start,
	.read = slot_read,
	.write = slot_write,
	.record = slot_record,
	.end = slot_end,
	.halt = slot_nothing,
	.detach = slot_nothing,
};

/* Last of the machine's devices: vdev is the highest. */
static inline struct slot *
slot_attach(struct fake *f, uint32_t vdev, bool plain)
{
	static struct device_ops plain_ops;
	struct device *d = fake_attach(f, vdev, DEVICE_TIMER, 0, 0);

	plain_ops = slot_ops;
	plain_ops.record = NULL;
	free(d->state);
	d->state = calloc(1, sizeof(struct slot));
	d->ops = plain ? &plain_ops : &slot_ops;
	return d->state;
}

/* The same bytes in storage, the same account, the same status to be taken? */
static inline bool
slot_same(struct fake *f, struct fake *g, uint32_t vdev)
{
	const struct device *a = machine_device(&f->vm, vdev);
	const struct device *b = machine_device(&g->vm, vdev);
	const struct slot *x = a->state, *y = b->state;

	return a->sch.phase == b->sch.phase &&
	    a->sch.pending == b->sch.pending &&
	    memcmp(&a->sch.csw, &b->sch.csw, sizeof a->sch.csw) == 0 &&
	    memcmp(a->sense, b->sense, sizeof a->sense) == 0 &&
	    x->reads == y->reads && x->waits == y->waits &&
	    x->used == y->used &&
	    memcmp(x->account, y->account, x->used) == 0 &&
	    memcmp(f->vm.mem.base, g->vm.mem.base, f->vm.mem.size) == 0;
}

#endif
