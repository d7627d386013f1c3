/* SPDX-License-Identifier: MIT
 *
 * vtx_channel.c - channel programs over plain storage: what is presented,
 * slices, halts, resets, save and load of each phase.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dev/console.h"
#include "subchan.h"
#include "vtx_machine.h"
#include "vtx_slot.h"
#include "vtx_spoken.h"

#define SIZE (256u << 10)
#define PROGRAM 0x400u
#define REQUEST 0x300u
#define DATA 0x800u
#define SLOT 0x2FF /* vdev */
#define CHAIN 48u  /* CCWs of a random channel program */

static int
setup(void **state)
{
	struct fake *f = malloc(sizeof *f);

	fake_open(f, SIZE);
	fake_attach(f, 0x009, DEVICE_CONSOLE, 0, 0);
	fake_attach(f, 0x00C, DEVICE_READER, 0, 0);
	fake_attach(f, 0x0FF, DEVICE_TIMER, 0, 0);
	fake_attach(f, 0x190, DEVICE_FBA, 64, FBA_BLOCK);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	fake_close(*state);
	free(*state);
	return 0;
}

static void
ccw(struct fake *f, unsigned i, uint8_t cmd, uint32_t addr, uint16_t count,
    uint8_t flags)
{
	struct ccw c = { .cmd = cmd, .flags = flags, .count = count,
		.addr = addr };

	mem_write(&f->vm.mem, GPA(PROGRAM + i * sizeof c), &c, sizeof c);
}

static struct chan_req
request(struct fake *f, uint32_t op, uint32_t vdev)
{
	struct chan_req rq = { .op = op, .vdev = vdev, .ccw = PROGRAM };
	struct vcpu v = { .vm = &f->vm };

	mem_write(&f->vm.mem, GPA(REQUEST), &rq, sizeof rq);
	assert_int_equal(channel_port(&v, REQUEST), NEXT_RUN);
	mem_read(&f->vm.mem, GPA(REQUEST), &rq, sizeof rq);
	return rq;
}

static void
settle(struct fake *f)
{
	for (unsigned i = 0; i < 1000 && fake_run(f); i++)
		;
}

static void
test_order(void **state)
{
	struct fake *f = *state;
	struct csw csw;
	uint32_t vdev;

	/* Presented by address, whatever came first. */
	ccw(f, 0, CMD_NOP, 0, 1, 0);
	assert_int_equal(request(f, CHAN_SIO, 0x190).cc, 0);
	settle(f);
	assert_int_equal(request(f, CHAN_SIO, 0x009).cc, 0);
	assert_true(atomic_load(&f->vm.irq));
	settle(f);
	assert_true(channel_take(&f->vm, &csw, &vdev));
	assert_int_equal(vdev, 0x009);
	assert_int_equal(csw.unit, UNIT_DONE);
	assert_int_equal(csw.ccw_addr, PROGRAM + 8);
	assert_true(channel_take(&f->vm, &csw, &vdev));
	assert_int_equal(vdev, 0x190);
	assert_false(channel_take(&f->vm, &csw, &vdev));
	assert_false(channel_pending(&f->vm));
}

static void
test_slices(void **state)
{
	struct fake *f = *state;

	ccw(f, 0, CMD_NOP, 0, 1, CCW_CC);
	ccw(f, 1, CMD_TIC, PROGRAM, 0, 0);
	assert_int_equal(request(f, CHAN_SIO, 0x009).cc, 0);
	/* There is always more, and each slice comes back. */
	for (unsigned i = 0; i < 100; i++)
		assert_true(channel_run(&f->vm));
	/* Another device gets its turn meanwhile. */
	ccw(f, 4, CMD_NOP, 0, 1, 0);
	assert_int_equal(request(f, CHAN_TIO, 0x009).cc, 2);
	assert_int_equal(request(f, CHAN_HIO, 0x009).cc, 2);
	assert_false(channel_run(&f->vm));
	assert_int_equal(request(f, CHAN_TIO, 0x009).cc, 1);
	assert_int_equal(request(f, CHAN_TIO, 0x009).cc, 0);
}

static void
test_skip_and_chain(void **state)
{
	struct fake *f = *state;
	uint8_t b[8];

	ccw(f, 0, CMD_SENSE_ID, DATA, 2, CCW_CD | CCW_SKIP);
	ccw(f, 1, 0, DATA, 5, 0);
	assert_int_equal(request(f, CHAN_SIO, 0x0FF).cc, 0);
	settle(f);
	assert_int_equal(request(f, CHAN_TIO, 0x0FF).cc, 1);
	mem_read(&f->vm.mem, GPA(DATA), b, sizeof b);
	assert_int_equal(b[1], 0); /* the model */
	assert_int_equal(b[2], 0x0F);
	assert_int_equal(b[3], 0xFF);
}

static void
test_program_checks(void **state)
{
	static const struct {
		struct ccw second;
		uint8_t chan;
	} rows[] = {
		{ { CMD_NOP, 0, 0, 0 }, CHAN_PROGRAM_CHECK },
		{ { CMD_NOP, CCW_PCI, 1, 0 }, CHAN_PROGRAM_CHECK },
		{ { CMD_NOP, 1, 1, 0 }, CHAN_PROGRAM_CHECK },
		{ { 0xE0, 0, 1, 0 }, CHAN_PROGRAM_CHECK },
		{ { CMD_TIC, 0, 0, PROGRAM + 8 }, CHAN_PROGRAM_CHECK },
		{ { CMD_TIC, 0, 0, PROGRAM + 4 }, CHAN_PROGRAM_CHECK },
		{ { CMD_TIC, 0, 0, SIZE }, CHAN_PROGRAM_CHECK },
		{ { CMD_SENSE_ID, 0, 7, SIZE - 3 }, CHAN_PROGRAM_CHECK },
		{ { CMD_SENSE_ID, 0, 7, 0xFFFFFFFF }, CHAN_PROGRAM_CHECK },
		{ { CMD_SENSE_ID, 0, 6, DATA }, CHAN_LENGTH },
		{ { CMD_SENSE_ID, CCW_SLI, 6, DATA }, 0 },
	};
	struct fake *f = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct chan_req rq;

		ccw(f, 0, CMD_NOP, 0, 1, CCW_CC);
		mem_write(&f->vm.mem, GPA(PROGRAM + 8), &rows[i].second,
		    sizeof rows[i].second);
		assert_int_equal(request(f, CHAN_SIO, 0x009).cc, 0);
		settle(f);
		rq = request(f, CHAN_TIO, 0x009);
		assert_int_equal(rq.cc, 1);
		assert_int_equal(rq.csw.unit, UNIT_DONE);
		assert_int_equal(rq.csw.chan, rows[i].chan);
	}
}

static void
test_console(void **state)
{
	struct fake *f = *state;
	char text[8];

	ccw(f, 0, CON_READ, DATA, 8, CCW_SLI);
	assert_int_equal(request(f, CHAN_SIO, 0x009).cc, 0);
	settle(f);
	assert_int_equal(request(f, CHAN_TIO, 0x009).cc, 2);
	console_input(&f->vm, "hello", 5);
	settle(f);
	assert_int_equal(request(f, CHAN_TIO, 0x009).cc, 1);
	mem_read(&f->vm.mem, GPA(DATA), text, sizeof text);
	assert_memory_equal(text, "hello", 5);
	/* Nobody reads: attention; too much is dropped, not kept. */
	for (unsigned i = 0; i < 10000; i++)
		console_input(&f->vm, "0123456789", 10);
	assert_int_equal(request(f, CHAN_TIO, 0x009).csw.unit,
	    UNIT_ATTENTION);
	console_credit(&f->vm, UINT32_MAX);
	assert_int_equal(f->vm.credit, CONS_OUTPUT_WINDOW);
}

static void
test_reset(void **state)
{
	struct fake *f = *state;

	ccw(f, 0, CON_READ, DATA, 8, 0);
	assert_int_equal(request(f, CHAN_SIO, 0x009).cc, 0);
	settle(f);
	ccw(f, 0, CMD_NOP, 0, 1, 0);
	assert_int_equal(request(f, CHAN_SIO, 0x190).cc, 0);
	settle(f);
	machine_reset(&f->vm, true);
	assert_false(channel_pending(&f->vm));
	assert_false(atomic_load(&f->vm.irq));
	assert_int_equal(request(f, CHAN_TIO, 0x009).cc, 0);
	assert_int_equal(request(f, CHAN_TIO, 0x190).cc, 0);
}

/* Save one device's section and load it into another machine's. */
static void
move(struct device *from, struct device *to)
{
	struct section s = { .bytes = malloc(SECTION_MAX) };

	channel_save(from, &s);
	from->ops->save(from, &s);
	assert_false(s.bad);
	assert_int_equal(channel_load(to, &s), 0);
	assert_int_equal(to->ops->load(to, &s), 0);
	assert_true(section_whole(&s));
	/* Cut anywhere, it is refused and breaks nothing. */
	for (size_t n = s.len; n-- > 0;) {
		struct section cut = { .bytes = s.bytes, .len = n };

		if (channel_load(to, &cut) == 0)
			assert_int_equal(to->ops->load(to, &cut), -1);
		machine_reset(to->vm, false);
	}
	s.at = 0;
	assert_int_equal(channel_load(to, &s), 0);
	assert_int_equal(to->ops->load(to, &s), 0);
	free(s.bytes);
}

static void
test_save(void **state)
{
	struct fake *f = *state;
	struct fake *g;

	assert_int_equal(setup((void **)&g), 0);
	/* A read that waits is a read that waits. */
	ccw(f, 0, CON_READ, DATA, 8, CCW_SLI);
	assert_int_equal(request(f, CHAN_SIO, 0x009).cc, 0);
	settle(f);
	move(machine_device(&f->vm, 0x009), machine_device(&g->vm, 0x009));
	channel_ready(machine_device(&g->vm, 0x009));
	settle(g);
	assert_int_equal(request(g, CHAN_TIO, 0x009).cc, 2);
	console_input(&g->vm, "abc", 3);
	settle(g);
	assert_int_equal(request(g, CHAN_TIO, 0x009).csw.residual, 5);
	/* The others, idle or pending. */
	ccw(f, 0, RDR_READ, DATA, 80, 0);
	assert_int_equal(request(f, CHAN_SIO, 0x00C).cc, 0);
	settle(f);
	move(machine_device(&f->vm, 0x00C), machine_device(&g->vm, 0x00C));
	assert_int_equal(request(g, CHAN_TIO, 0x00C).cc, 1);
	move(machine_device(&f->vm, 0x190), machine_device(&g->vm, 0x190));
	move(machine_device(&f->vm, 0x0FF), machine_device(&g->vm, 0x0FF));
	teardown((void **)&g);
}

/* A section that says that `cmd` is under way, with a transfer of its own. */
static int
load_started(struct device *d, uint8_t cmd, uint8_t kind, uint64_t left)
{
	uint8_t *bytes = malloc(SECTION_MAX);
	struct section s = { .bytes = bytes };
	struct subchannel old = d->sch;
	int rc;

	d->sch = (struct subchannel){ .phase = PHASE_ACTIVE, .started = true,
		.cmd = cmd, .ccw = { cmd, CCW_SLI, 64, DATA },
		.transfer = { .kind = kind, .left = left } };
	channel_save(d, &s);
	d->sch = old;
	rc = channel_load(d, &s);
	free(bytes);
	return rc;
}

/* What a hostile file may not do: read beyond sense, SENSE ID, nothing. */
static void
test_load_basic(void **state)
{
	struct fake *f = *state;
	struct device *d = machine_device(&f->vm, 0x190);

	assert_int_equal(load_started(d, CMD_NOP, TRANSFER_IN, 64), -1);
	assert_int_equal(load_started(d, CMD_NOP, TRANSFER_OUT, 64), -1);
	assert_int_equal(load_started(d, CMD_SENSE, TRANSFER_OUT, 4), -1);
	assert_int_equal(load_started(d, CMD_SENSE, TRANSFER_IN, 5), -1);
	assert_int_equal(load_started(d, CMD_SENSE_ID, TRANSFER_IN, 8), -1);
	assert_int_equal(load_started(d, CMD_NOP, TRANSFER_NONE, 0), 0);
	assert_int_equal(load_started(d, CMD_SENSE_ID, TRANSFER_IN, 7), 0);
	settle(f);
	assert_int_equal(request(f, CHAN_TIO, 0x190).csw.residual, 57);
}

/* A write that was loaded where no credit is: told to the guest, not sent. */
static void
test_load_write(void **state)
{
	struct fake *f = *state;
	struct device *d = machine_device(&f->vm, 0x009);

	f->vm.credit = 0;
	assert_int_equal(load_started(d, CON_WRITE_ACR, TRANSFER_OUT, 64), 0);
	settle(f);
	assert_int_equal(request(f, CHAN_TIO, 0x009).csw.unit,
	    UNIT_DONE | UNIT_CHECK);
	assert_int_equal(f->vm.credit, 0);
}

static void
test_attach(void **state)
{
	struct fake *f = *state;
	struct ipc_vm_attach at = { .vdev = 0x200, .type = DEVICE_TIMER };

	at.vdev = 0;
	assert_int_equal(machine_attach(&f->vm, &at, -1), -1);
	at.vdev = 0x1000;
	assert_int_equal(machine_attach(&f->vm, &at, -1), -1);
	at.vdev = 0x200;
	at.type = 0x1234;
	assert_int_equal(machine_attach(&f->vm, &at, -1), -1);
	at.type = DEVICE_FBA; /* without a medium */
	assert_int_equal(machine_attach(&f->vm, &at, -1), -1);
	at.type = DEVICE_TIMER; /* with one */
	assert_int_equal(machine_attach(&f->vm, &at, dup(f->vm.wake)), -1);
	for (at.vdev = 0x200; f->vm.ndevices < VM_DEVICES_MAX; at.vdev++)
		assert_int_equal(machine_attach(&f->vm, &at, -1), 0);
	assert_int_equal(machine_attach(&f->vm, &at, -1), -1);
	machine_detach(&f->vm, 0xEEE);
	assert_int_equal(f->vm.ndevices, VM_DEVICES_MAX);
}

/* DEFINE vaddr AS vaddr: the device is the same, in its new place. */
static void
test_renumber(void **state)
{
	struct fake *f = *state;
	struct ipc_vm_attach at = { .type = DEVICE_TIMER };
	struct device *d;

	for (at.vdev = 0x200; at.vdev < 0x204; at.vdev++)
		assert_int_equal(machine_attach(&f->vm, &at, -1), 0);
	d = machine_device(&f->vm, 0x201);
	machine_renumber(&f->vm, 0x201, 0x3FF);
	assert_ptr_equal(machine_device(&f->vm, 0x3FF), d);
	assert_null(machine_device(&f->vm, 0x201));
	machine_renumber(&f->vm, 0x3FF, 0x001);
	assert_ptr_equal(machine_device(&f->vm, 0x001), d);
	for (unsigned i = 1; i < f->vm.ndevices; i++)
		assert_true(f->vm.device[i - 1]->vdev < f->vm.device[i]->vdev);
	machine_renumber(&f->vm, 0x001, 0x200); /* taken */
	machine_renumber(&f->vm, 0x001, 0);
	machine_renumber(&f->vm, 0x001, 0x1000);
	machine_renumber(&f->vm, 0x777, 0x778); /* not there */
	assert_ptr_equal(machine_device(&f->vm, 0x001), d);
	assert_null(machine_device(&f->vm, 0x778));
}

/* --- records at one go --- */

/* A CCW that the channel may take at one go, or just not; a few are wrong. */
static struct ccw
random_ccw(unsigned i)
{
	static const uint8_t cmds[] = { SLOT_WRITE, SLOT_WRITE, SLOT_WRITE_WAIT,
		SLOT_WRITE_WAIT, SLOT_READ, SLOT_READ, SLOT_MOVE, CMD_NOP };
	static const uint16_t counts[] = { 80, 80, 80, 33, 1, 79, 81, 200 };
	struct ccw c = { .cmd = cmds[rand() % 8], .count = counts[rand() % 8],
		.flags = CCW_CC | (rand() % 32 > 0 ? CCW_SLI : 0),
		.addr = DATA + 80 * (uint32_t)(rand() % 40) };

	switch (rand() % 128) {
	case 0:
		return (struct ccw){ .cmd = CMD_TIC, .addr = PROGRAM +
			8 * (i + (uint32_t)(rand() % 3)) };
	case 1:
		c.flags = (uint8_t)(rand() % 16 << 4);
		break;
	case 2:
		c.addr = SIZE - (uint32_t)(rand() % 100);
		break;
	case 3:
		c.addr = PROGRAM + 8 * (uint32_t)(rand() % CHAIN);
		break;
	case 4:
		c.count = 0;
		break;
	case 5:
		c.cmd = (uint8_t)(rand() % 256);
	}
	return c;
}

/* To its end, over every wait. */
static void
run_slot(struct fake *f)
{
	struct device *d = machine_device(&f->vm, SLOT);

	while (d->sch.phase != PHASE_IDLE) {
		channel_ready(d);
		channel_run(&f->vm);
	}
}

/* With records and without: a guest cannot tell. */
static void
test_records_same(void **state)
{
	struct fake *f = *state, *g;
	uint64_t whole = 0;

	assert_int_equal(setup((void **)&g), 0);
	srand(370);
	for (unsigned round = 0; round < 3000; round++) {
		struct slot *slot = slot_attach(f, SLOT, false);

		slot_attach(g, SLOT, true);
		for (unsigned i = 0; i < CHAIN; i++) {
			struct ccw c = random_ccw(i);

			ccw(f, i, c.cmd, c.addr, c.count, c.flags);
			ccw(g, i, c.cmd, c.addr, c.count, c.flags);
		}
		assert_int_equal(request(f, CHAN_SIO, SLOT).cc,
		    request(g, CHAN_SIO, SLOT).cc);
		run_slot(f);
		run_slot(g);
		assert_true(slot_same(f, g, SLOT));
		whole += slot->whole;
		request(f, CHAN_TIO, SLOT);
		request(g, CHAN_TIO, SLOT);
	}
	assert_in_range(whole, 10000, 3000 * CHAIN);
	teardown((void **)&g);
}

/* --- the same of a reader, a punch and a printer --- */

#define SAID 16384u /* bytes of what vmspool says */
#define ROUNDS 600u

/* A machine with one such device, and its vmspool. */
struct card {
	struct fake f;
	struct spoken spoken;
	struct device *d;
	struct device_ops ops;
};

static const struct device_ops *card_real;
static unsigned card_whole; /* records at one go */

static bool
card_record(struct device *d, uint8_t cmd, void *at, size_t n)
{
	bool whole = card_real->record(d, cmd, at, n);

	card_whole += whole;
	return whole;
}

static struct card *
card_open(enum device_type type, const uint8_t *said, bool plain)
{
	struct card *c = calloc(1, sizeof *c);

	fake_open(&c->f, SIZE);
	c->d = fake_attach(&c->f, SLOT, type, 0, 0);
	card_real = c->d->ops;
	c->ops = *card_real;
	c->ops.record = plain ? NULL : card_record;
	c->d->ops = &c->ops;
	spoken_open(&c->spoken, &c->f, said, SAID);
	return c;
}

static void
card_close(struct card *c)
{
	spoken_close(&c->spoken, &c->f);
	fake_close(&c->f);
	free(c);
}

static void
card_settle(struct card *c)
{
	while (!c->ops.spool->settle(c->d))
		spoken_round(&c->spoken, &c->f);
}

/* To the end of the program; what was written is with vmspool. */
static struct chan_req
card_run(struct card *c)
{
	struct chan_req rq = request(&c->f, CHAN_SIO, SLOT);

	if (rq.cc != 0)
		return rq;
	while (c->d->sch.phase != PHASE_IDLE) {
		channel_run(&c->f.vm);
		spoken_round(&c->spoken, &c->f);
	}
	card_settle(c);
	return request(&c->f, CHAN_TIO, SLOT);
}

/* CLOSE: what is damaged is not read for ever. */
static void
card_close_file(struct card *c)
{
	struct ipc_vm_ur_close rq = { .vdev = SLOT, .how = FINISH_DONE };

	c->ops.spool->close(c->d, &rq);
	card_settle(c);
	fake_drain(&c->f);
}

static struct ccw
card_ccw(const uint8_t *cmds, unsigned i)
{
	struct ccw c = random_ccw(i);

	if ((c.cmd & 0x0F) != CMD_TIC)
		c.cmd = cmds[rand() % 8];
	if (c.cmd == RDR_READ && rand() % 4 > 0)
		c.count = SPOKEN_RECORD;
	return c;
}

static void
card_compare(enum device_type type, const uint8_t *cmds)
{
	uint8_t said[SAID];
	struct card *a, *b;

	/* All goes well at vmspool; its records are of any length. */
	for (unsigned i = 0; i < SAID; i++)
		said[i] = (uint8_t)(0x20 + rand() % 0x50);
	a = card_open(type, said, false);
	b = card_open(type, said, true);
	card_whole = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct chan_req x, y;

		for (unsigned i = 0; i < CHAIN; i++) {
			struct ccw c = card_ccw(cmds, i);

			ccw(&a->f, i, c.cmd, c.addr, c.count, c.flags);
			ccw(&b->f, i, c.cmd, c.addr, c.count, c.flags);
		}
		x = card_run(a);
		y = card_run(b);
		assert_memory_equal(&x, &y, sizeof x);
		assert_memory_equal(a->d->sense, b->d->sense, SENSE_BYTES);
		assert_memory_equal(a->f.vm.mem.base, b->f.vm.mem.base, SIZE);
		assert_int_equal(a->spoken.records, b->spoken.records);
		assert_int_equal(a->spoken.sum, b->spoken.sum);
		card_close_file(a);
		card_close_file(b);
	}
	assert_in_range(card_whole, 500, ROUNDS * CHAIN);
	card_close(a);
	card_close(b);
}

static void
test_cards_same(void **state)
{
	static const uint8_t punch[] = { PUN_WRITE, PUN_WRITE, PUN_WRITE_2,
		PUN_WRITE_3, PUN_WRITE, PUN_WRITE, CMD_NOP, CMD_SENSE_ID };
	static const uint8_t printer[] = { PRT_WRITE, PRT_WRITE_1, PRT_WRITE_3,
		PRT_SPACE_1, PRT_SKIP(1), PRT_WRITE_SKIP(12), PRT_WRITE_1,
		CMD_NOP };
	static const uint8_t reader[] = { RDR_READ, RDR_READ, RDR_READ,
		RDR_READ, RDR_READ, RDR_READ, RDR_READ, CMD_NOP };

	(void)state;
	srand(2540);
	card_compare(DEVICE_PUNCH, punch);
	card_compare(DEVICE_PRINTER, printer);
	card_compare(DEVICE_READER, reader);
}

/* An endless chain of records: others have their turn, HIO gets at it. */
static void
test_records_endless(void **state)
{
	struct fake *f = *state;
	struct slot *slot = slot_attach(f, SLOT, false);
	struct chan_req rq;

	ccw(f, 0, SLOT_WRITE, DATA, 80, CCW_CC);
	ccw(f, 1, CMD_TIC, PROGRAM, 0, 0);
	assert_int_equal(request(f, CHAN_SIO, SLOT).cc, 0);
	for (unsigned i = 1; i < 5; i++) {
		assert_true(channel_run(&f->vm));
		assert_in_range(slot->whole, i * 1000, i * 3000);
	}
	assert_int_equal(request(f, CHAN_HIO, SLOT).cc, 2);
	assert_false(channel_run(&f->vm));
	rq = request(f, CHAN_TIO, SLOT);
	assert_int_equal(rq.cc, 1);
	assert_int_equal(rq.csw.unit, UNIT_DONE);
	assert_int_equal(rq.csw.chan, 0);
	assert_int_equal(rq.csw.residual, 80);
	assert_int_equal(rq.csw.ccw_addr, PROGRAM + 8);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_order),
		T(test_slices),
		T(test_skip_and_chain),
		T(test_program_checks),
		T(test_console),
		T(test_reset),
		T(test_save),
		T(test_load_basic),
		T(test_load_write),
		T(test_attach),
		T(test_renumber),
		T(test_records_same),
		T(test_records_endless),
		cmocka_unit_test(test_cards_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
