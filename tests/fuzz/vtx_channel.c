/* SPDX-License-Identifier: MIT
 *
 * vtx_channel.c - channel programs from random storage on every kind of
 * device; and on one that takes whole records at one go, which must come to
 * the same as if it did not.
 *
 * The input is storage from 0 on.  The first bytes also choose what is done,
 * the last ones are what vmspool says, and a terminal.
 */
#include <stddef.h>
#include <stdint.h>

#include "../unit/vtx_machine.h"
#include "../unit/vtx_slot.h"
#include "../unit/vtx_spoken.h"
#include "dev/console.h"
#include "fullscreen.h"
#include "subchan.h"

#define SIZE (256u << 10)

#define SLOT 0x2FF
#define TURNS 64 /* of an endless chain */

static const uint16_t vdevs[] = { 0x009, 0x00C, 0x0FF, 0x190, 0x00D, 0x00E,
	0x020, 0x020 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_request(struct fake *f, uint32_t op, uint32_t vdev, uint32_t ccw)
{
	struct chan_req rq = { .op = op, .vdev = vdev, .ccw = ccw };
	struct vcpu v = { .vm = &f->vm };

	mem_write(&f->vm.mem, GPA(SIZE - 64), &rq, sizeof rq);
	channel_port(&v, SIZE - 64);
}

/* False: it never ends. */
static bool
fuzz_slot_run(struct fake *f, uint32_t ccw)
{
	const struct device *d = machine_device(&f->vm, SLOT);

	fuzz_request(f, CHAN_SIO, SLOT, ccw);
	for (unsigned i = 0; i < TURNS && d->sch.phase != PHASE_IDLE; i++) {
		channel_ready(machine_device(&f->vm, SLOT));
		channel_run(&f->vm);
	}
	return d->sch.phase == PHASE_IDLE;
}

static void
fuzz_slot(const uint8_t *data, size_t size)
{
	static struct fake f, g;
	uint32_t ccw = (uint32_t)data[1] * 8;

	fake_open(&f, SIZE);
	fake_open(&g, SIZE);
	slot_attach(&f, SLOT, false);
	slot_attach(&g, SLOT, true);
	mem_write(&f.vm.mem, GPA(0), data, size);
	mem_write(&g.vm.mem, GPA(0), data, size);
	if (fuzz_slot_run(&f, ccw) && fuzz_slot_run(&g, ccw) &&
	    !slot_same(&f, &g, SLOT))
		abort();
	fake_close(&f);
	fake_close(&g);
}

/* An answer to what was asked last, more often than not. */
static void
fuzz_terminal(struct fake *f, unsigned op, struct spoken *from)
{
	const struct device *d = machine_device(&f->vm, 0x020);
	union {
		struct ipc_full m;
		char bytes[sizeof(struct ipc_full) + 256];
	} in = { .m = { .vdev = 0x020, .op = (uint16_t)op,
	    .flags = TERM_FULL_SCREEN } };

	in.m.rc = spoken_rc(from);
	if (spoken_byte(from) < 0xC0)
		in.m.tag = d->full->tag;
	in.m.text_len = spoken_byte(from);
	for (uint32_t i = 0; i < in.m.text_len; i++)
		in.m.text[i] = (char)spoken_byte(from);
	fullscreen_input(&f->vm, &in.m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fake f;
	struct spoken spoken;

	if (size < 16)
		return 0;
	if (size > 4096)
		size = 4096;
	fuzz_slot(data, size);
	fake_open(&f, SIZE);
	fake_attach(&f, vdevs[0], DEVICE_CONSOLE, 0, 0);
	fake_attach(&f, vdevs[1], DEVICE_READER, 0, 0);
	fake_attach(&f, vdevs[2], DEVICE_TIMER, 0, 0);
	fake_attach(&f, vdevs[3], DEVICE_FBA, 64, FBA_BLOCK);
	fake_attach(&f, vdevs[4], DEVICE_PUNCH, 0, 0);
	fake_attach(&f, vdevs[5], DEVICE_PRINTER, 0, 0);
	fake_attach(&f, vdevs[6], DEVICE_DISPLAY, 0, 0);
	spoken_open(&spoken, &f, data + size / 2, size - size / 2);
	fuzz_terminal(&f, FULL_SIZE, &spoken);
	mem_write(&f.vm.mem, GPA(0), data, size);
	for (size_t i = 0; i + 2 <= size && i < 16; i += 2) {
		uint16_t vdev = vdevs[data[i] % 8];

		fuzz_request(&f, CHAN_SIO, vdev, (uint32_t)data[i + 1] * 8);
		for (unsigned n = 0; n < 8 && (fake_run(&f) ||
		     spoken_round(&spoken, &f)); n++)
			;
		if (data[i] & 0x80)
			console_input(&f.vm, "typed", 5);
		if (data[i] & 0x40)
			fuzz_request(&f, CHAN_HIO, vdev, 0);
		if (data[i] & 0x20)
			fuzz_terminal(&f, data[i + 1] % (FULL_ATTENTION + 2),
			    &spoken);
		channel_run(&f.vm);
		fuzz_request(&f, CHAN_TIO, vdev, 0);
		fake_drain(&f);
	}
	spoken_close(&spoken, &f);
	fake_close(&f);
	return 0;
}
