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
#include "subchan.h"

#define SIZE (256u << 10)
#define PIECES 4

static const uint16_t vdevs[] = { 0x009, 0x00C, 0x0FF, 0x190 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	d = machine_device(&f.vm, vdevs[data[0] % 4]);
	s.bytes = malloc(size);
	memcpy(s.bytes, data + 1, size - 1);
	if (channel_load(d, &s) == 0 && d->ops->load(d, &s) == 0)
		fuzz_go_on(&f, d);
	free(s.bytes);
	fake_drain(&f);
	fake_close(&f);
	return 0;
}
