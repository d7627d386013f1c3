/* SPDX-License-Identifier: MIT
 *
 * vtx_load.c - a saved machine's device section that somebody made up: it is
 * refused, or the device goes on from it and harms nobody.
 *
 * The input's first byte chooses the device, the rest is the section.
 */
#include <stddef.h>
#include <stdint.h>

#include "../unit/vtx_machine.h"
#include "dev/console.h"
#include "fullscreen.h"
#include "subchan.h"

#define SIZE (256u << 10)
#define PIECES 4

static const uint16_t vdevs[] = { 0x009, 0x00C, 0x0FF, 0x190, 0x020 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A terminal comes, and answers what it may have been asked. */
static void
fuzz_terminal(struct fake *f, const struct device *d)
{
	struct ipc_full in = { .vdev = d->vdev, .op = FULL_SIZE, .rows = 24,
		.cols = 80, .flags = TERM_FULL_SCREEN };

	if (d->full == NULL)
		return;
	fullscreen_input(&f->vm, &in);
	channel_run(&f->vm);
	in.tag = d->full->tag;
	in.op = d->full->reads ? FULL_RECORD : FULL_DONE;
	fullscreen_input(&f->vm, &in);
	channel_run(&f->vm);
}

/* What the guest, the user and time may do to it next. */
static void
fuzz_go_on(struct fake *f, struct device *d)
{
	struct section s = { .bytes = malloc(SECTION_MAX) };

	channel_ready(d);
	for (unsigned n = 0; n < PIECES && fake_run(f); n++)
		;
	if (d->deadline != 0)
		d->ops->expire(d);
	console_input(&f->vm, "typed", 5);
	channel_run(&f->vm);
	fuzz_terminal(f, d);
	channel_save(d, &s);
	d->ops->save(d, &s);
	free(s.bytes);
	channel_run(&f->vm);
	channel_reset(d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fake f;
	struct section s = { .len = size - 1 };
	struct device *d;

	if (size < 1 || size > SECTION_MAX)
		return 0;
	fake_open(&f, SIZE);
	fake_attach(&f, vdevs[0], DEVICE_CONSOLE, 0, 0);
	fake_attach(&f, vdevs[1], DEVICE_READER, 0, 0);
	fake_attach(&f, vdevs[2], DEVICE_TIMER, 0, 0);
	fake_attach(&f, vdevs[3], DEVICE_FBA, 64, FBA_BLOCK);
	fake_attach(&f, vdevs[4], DEVICE_DISPLAY, 0, 0);
	d = machine_device(&f.vm, vdevs[data[0] % 5]);
	s.bytes = malloc(size);
	memcpy(s.bytes, data + 1, size - 1);
	if (channel_load(d, &s) == 0 && d->ops->load(d, &s) == 0)
		fuzz_go_on(&f, d);
	free(s.bytes);
	fake_drain(&f);
	fake_close(&f);
	return 0;
}
