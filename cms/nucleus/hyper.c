/* SPDX-License-Identifier: MIT
 *
 * hyper.c - DIAGNOSE: what the nucleus asks CP for.  All buffers handed in
 * are the nucleus's own, never a program's.
 */
#include "cpu.h"
#include "hyper.h"

#define HYPER_RC_TOO_LONG 2 /* as CP's own: the operand is invalid */

static int
hyper_call(struct diag *d)
{
	return vector_call(storage_real(d), MACHINE_PORT_DIAG);
}

static int
hyper_get(uint32_t code, void *out, size_t size)
{
	struct diag d __attribute__((aligned(8))) = {
		.code = code,
		.out_addr = storage_real(out),
		.out_len = (uint32_t)size,
	};

	return hyper_call(&d) == 0 && d.cc == 0 ? 0 : -1;
}

int
hyper_id(struct diag_id *id)
{
	return hyper_get(DIAG_EXTENDED_ID, id, sizeof *id);
}

int
hyper_time(struct diag_time *now)
{
	return hyper_get(DIAG_TIMER, now, sizeof *now);
}

int
hyper_release(real_t from, real_t bytes)
{
	struct diag_range range __attribute__((aligned(8))) = { from, bytes };
	struct diag d __attribute__((aligned(8))) = {
		.code = DIAG_RELEASE,
		.in_addr = storage_real(&range),
		.in_len = sizeof range,
	};

	return hyper_call(&d) == 0 && d.cc == 0 ? 0 : -1;
}

static int
hyper_io(uint32_t code, void *block, size_t size)
{
	struct diag d __attribute__((aligned(8))) = {
		.code = code,
		.in_addr = storage_real(block),
		.in_len = (uint32_t)size,
	};

	return hyper_call(&d) == 0 ? (int)d.cc : -1;
}

int
hyper_block_io(struct diag_block_io *io)
{
	return hyper_io(DIAG_BLOCK_IO, io, sizeof *io +
	    io->count * sizeof(struct diag_block_extent));
}

int
hyper_general_io(struct diag_general_io *io)
{
	return hyper_io(DIAG_GENERAL_IO, io, sizeof *io);
}

int
hyper_full(struct diag_full *full)
{
	return hyper_io(DIAG_FULL_SCREEN, full, sizeof *full);
}

int
hyper_screen(struct diag_screen *screen)
{
	struct diag d __attribute__((aligned(8))) = {
		.code = DIAG_SCREEN_SIZE,
		.out_addr = storage_real(screen),
		.out_len = sizeof *screen,
	};

	return hyper_call(&d) == 0 ? (int)d.cc : -1;
}

int
hyper_spool(const struct diag_spool *spool, void *to, uint32_t *size, int *rc)
{
	struct diag d __attribute__((aligned(8))) = {
		.code = DIAG_SPOOL_INPUT,
		.in_addr = storage_real(spool),
		.in_len = sizeof *spool,
		.out_addr = storage_real(to),
		.out_len = *size,
	};

	if (hyper_call(&d) == -1)
		return -1;
	*size = d.out_len;
	*rc = d.rc;
	return (int)d.cc;
}

int
hyper_command(struct hyper_command *c)
{
	struct diag d __attribute__((aligned(8))) = {
		.code = DIAG_COMMAND,
		.flags = c->implied ? DIAG_COMMAND_IMPLIED : 0,
		.in_addr = storage_real(c->text),
		.in_len = (uint32_t)c->len,
		.out_addr = c->reply != NULL ? storage_real(c->reply) : 0,
		.out_len = (uint32_t)c->size,
	};

	c->total = 0;
	c->cc = 0;
	c->rc = HYPER_RC_TOO_LONG;
	if (c->len == 0 || c->len > DIAG_COMMAND_MAX)
		return -1;
	if (hyper_call(&d) == -1)
		return -1;
	c->total = d.out_len;
	c->cc = (int)d.cc;
	c->rc = d.rc;
	return 0;
}
