/* SPDX-License-Identifier: MIT
 *
 * vtx_diag.c - DIAGNOSE blocks of random content and their answers.
 *
 * The input is storage from 0 on, with the block at 0; one flag makes the
 * parameters behind it nearly right ones for I/O.  Its last bytes are what
 * vmspool and the terminal say.  A program interruption needs a processor:
 * without one it fails, which is all right.
 */
#include <stddef.h>
#include <stdint.h>

#include "../unit/vtx_machine.h"
#include "../unit/vtx_spoken.h"
#include "diagnose.h"
#include "fullscreen.h"

#define SIZE (256u << 10)

#define SHAPE 0x80u
#define ROUNDS 24 /* of DIAGNOSE 14, which may wait longer */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint16_t
fuzz_sub(uint8_t n)
{
	static const uint16_t subs[] = { DIAG_SPOOL_READ, DIAG_SPOOL_NEXT_PRT,
		DIAG_SPOOL_NEXT_PUN, DIAG_SPOOL_SELECT, DIAG_SPOOL_RESTART,
		DIAG_SPOOL_BACKSPACE, DIAG_SPOOL_DESCRIBE, 1 };

	return subs[n % 8];
}

static void
fuzz_shape_spool(struct fake *f, struct diag *block)
{
	struct diag_spool s;

	mem_read(&f->vm.mem, GPA(sizeof *block), &s, sizeof s);
	s.vdev = s.vdev % 8 == 0 ? 0x009 : 0x00C;
	s.sub = fuzz_sub((uint8_t)s.sub);
	s.flags = s.sub == DIAG_SPOOL_DESCRIBE ? s.flags % 2 : s.flags / 128;
	s.spoolid %= 4;
	mem_write(&f->vm.mem, GPA(sizeof *block), &s, sizeof s);
	block->in_addr = sizeof *block;
	block->in_len = sizeof s;
	block->out_addr = 0x1000;
	block->out_len %= 1024;
}

static void
fuzz_shape_full(struct fake *f, struct diag *block)
{
	static const uint8_t commands[] = { DSP_WRITE, DSP_READ_BUFFER,
		DSP_ERASE_WRITE, DSP_READ_MODIFIED, DSP_ERASE_WRITE_ALTERNATE,
		DSP_READ_MODIFIED_ALL, DSP_ERASE_ALL_UNPROTECTED,
		DSP_WRITE_STRUCTURED };
	struct diag_full full;

	mem_read(&f->vm.mem, GPA(sizeof *block), &full, sizeof full);
	full.vdev = full.vdev % 8 == 0 ? 0x00C : 0;
	full.command = commands[full.command % 8];
	full.op = fullscreen_reads(full.command) ? DIAG_FULL_READ :
	    DIAG_FULL_WRITE;
	full.data %= SIZE + 64;
	full.data_len %= DSP_RECORD_MAX + 2;
	memset(full.zero, 0, sizeof full.zero);
	mem_write(&f->vm.mem, GPA(sizeof *block), &full, sizeof full);
	block->in_addr = sizeof *block;
	block->in_len = sizeof full;
}

/* A4's and 250's; A8's vdev is at the same place. */
static void
fuzz_shape(struct fake *f, struct diag *block)
{
	const struct device *disk = machine_device(&f->vm, 0x190);
	struct diag_block_io h;

	mem_read(&f->vm.mem, GPA(sizeof *block), &h, sizeof h);
	h.vdev = h.vdev % 4 == 0 ? 0x009 : 0x190;
	if (h.attachment != 0 && h.attachment % 2 == 0)
		h.attachment = disk->medium->attachment;
	h.count %= DIAG_BLOCK_EXTENTS + 1;
	h.reserved = 0;
	memset(h.zero, 0, sizeof h.zero);
	mem_write(&f->vm.mem, GPA(sizeof *block), &h, sizeof h);
	block->in_addr = sizeof *block;
	block->in_len = block->code == DIAG_GENERAL_IO ?
	    sizeof(struct diag_general_io) :
	    sizeof h + h.count * sizeof(struct diag_block_extent);
}

/* One after another, as far as what vmspool has to say reaches. */
static void
fuzz_spool(struct fake *f, struct vcpu *v, struct spoken *spoken)
{
	gpa_t at = GPA(sizeof(struct diag) + offsetof(struct diag_spool, sub));
	uint16_t sub;

	for (unsigned n = 0; n < ROUNDS; n++) {
		if (v->wait == WAIT_NONE) {
			sub = fuzz_sub(spoken_byte(spoken));
			mem_write(&f->vm.mem, at, &sub, sizeof sub);
			diag_port(v, 0);
		}
		diag_spool_run(&f->vm);
		spoken_round(spoken, f);
	}
	diag_cancel(v);
}

/* What the terminal says; half of it an answer. */
static void
fuzz_terminal(struct fake *f, struct spoken *from)
{
	const struct device *d = machine_device(&f->vm, 0x009);
	union {
		struct ipc_full m;
		char bytes[sizeof(struct ipc_full) + 256];
	} in = { .m = { .vdev = 0x009 } };

	in.m.op = spoken_byte(from) % (FULL_ATTENTION + 2);
	in.m.tag = spoken_byte(from) % 2 * d->full->tag;
	in.m.rc = spoken_byte(from) < 0xC0 ? 0 : -spoken_byte(from);
	in.m.flags = in.m.rows = in.m.cols = spoken_byte(from);
	in.m.text_len = spoken_byte(from);
	for (uint32_t i = 0; i < in.m.text_len; i++)
		in.m.text[i] = (char)spoken_byte(from);
	fullscreen_input(&f->vm, &in.m);
}

static void
fuzz_full(struct fake *f, struct vcpu *v, struct spoken *from)
{
	uint8_t command;

	for (unsigned n = 0; n < ROUNDS; n++) {
		if (v->wait == WAIT_NONE) {
			command = spoken_byte(from);
			mem_write(&f->vm.mem, GPA(sizeof(struct diag) +
			    offsetof(struct diag_full, command)), &command, 1);
			diag_port(v, 0);
		}
		diag_full_run(&f->vm);
		fuzz_terminal(f, from);
		diag_full_run(&f->vm);
		fake_drain(f);
	}
	diag_cancel(v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t codes[] = { DIAG_EXTENDED_ID, DIAG_COMMAND,
		DIAG_TIMER_OLD, DIAG_RELEASE, DIAG_STORAGE, DIAG_TIMER,
		DIAG_BLOCK_IO, DIAG_GENERAL_IO, DIAG_BLOCK_IO_ASYNC,
		DIAG_SPOOL_INPUT, DIAG_FULL_SCREEN, DIAG_SCREEN_SIZE };
	static struct fake f;
	struct spoken spoken;
	union {
		struct ipc_cp_reply r;
		char bytes[sizeof(struct ipc_cp_reply) + 64];
	} reply = { .r = { .total = 64 } };
	struct diag block;
	struct vcpu *v;

	if (size < sizeof block || size > 4096)
		return 0;
	fake_open(&f, SIZE);
	fake_attach(&f, 0x009, DEVICE_CONSOLE, 0, 0);
	fake_attach(&f, 0x00C, DEVICE_READER, 0, 0);
	fake_attach(&f, 0x190, DEVICE_FBA, 64, FBA_BLOCK);
	spoken_open(&spoken, &f, data + size / 2, size - size / 2);
	f.vm.ncpus = 1;
	v = &f.vm.cpu[0];
	v->vm = &f.vm;
	v->quiet = true;
	v->kvm.fd = -1;
	memcpy(&block, data, sizeof block);
	block.code = codes[block.code % (sizeof codes / sizeof codes[0])];
	mem_write(&f.vm.mem, GPA(0), data, size);
	if ((block.flags & SHAPE) != 0 && block.code == DIAG_SPOOL_INPUT)
		fuzz_shape_spool(&f, &block);
	else if ((block.flags & SHAPE) != 0 && block.code == DIAG_FULL_SCREEN)
		fuzz_shape_full(&f, &block);
	else if ((block.flags & SHAPE) != 0)
		fuzz_shape(&f, &block);
	block.flags &= DIAG_COMMAND_IMPLIED;
	mem_write(&f.vm.mem, GPA(0), &block, sizeof block);
	if (diag_port(v, 0) == NEXT_WAIT && v->wait == WAIT_SPOOL_INPUT) {
		fuzz_spool(&f, v, &spoken);
	} else if (v->wait == WAIT_FULL_SCREEN) {
		fuzz_full(&f, v, &spoken);
	} else if (v->wait != WAIT_NONE && v->wait != WAIT_CP) {
		for (unsigned n = 0; n < 8 && fake_run(&f); n++)
			;
		machine_detach(&f.vm, 0x009); /* an A8 that reads it ends */
	} else if (v->wait == WAIT_CP) {
		diag_send_calls(&f.vm);
		memcpy(reply.r.text, data, size < 64 ? size : 64);
		reply.r.text_len = size < 64 ? (uint32_t)size : 64;
		reply.r.tag = v->call.tag;
		diag_reply(&f.vm, &reply.r);
	}
	spoken_close(&spoken, &f);
	fake_close(&f);
	return 0;
}
